"""Devices over HTTP: who lets them in, what WHIP and WHEP say, and that rows are untouched by them."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa
from aiohttp import web

from accounts.tables import audit
from core.errors import PreconditionFailed, PreconditionRequired
from core.http import Identity
from core.ids import PersonId, new_id
from server.web import Edge, application
from signaling.device_routes import wanted
from signaling.model import EndReason
from tests.signaling.fake_devices import ANSWER, OFFER, RESTART, TRICKLED
from tests.signaling.world import TURN, World, signed_in, staff

SDP, FRAGMENT = "application/sdp", "application/trickle-ice-sdpfrag"


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    links: list[str]
    text: str
    json: dict[str, Any]


class Http:
    """Requests of people, by cookie, and of devices, by token."""

    def __init__(self, world: World, people: dict[str, Identity]) -> None:
        self.world, self.people = world, people
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        self.address = ""

    async def identify(self, cookies: Mapping[str, str], which: str) -> Identity | None:
        return self.people.get(cookies.get(f"todoku_{which}", ""))

    async def ask(
        self, method: str, path: str, token: str | None = None, data: str = "", **headers: str
    ) -> Answer:
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, self.address + path, data=data or None, headers=named) as got:
            is_json = got.content_type.endswith("json")
            return Answer(
                got.status,
                got.headers,
                got.headers.getall("Link", []),
                await got.text(),
                await got.json(content_type=None) if is_json else {},
            )

    async def let_in(self, room_id: str, purpose: str = "publish", who: str = "therapist") -> Answer:
        identity = self.people.get(who)
        kind = identity.kind if identity else "account"
        return await self.ask(
            "POST",
            f"/api/rooms/{room_id}/devices",
            data=f'{{"purpose": "{purpose}"}}',
            Cookie=f"todoku_{kind}={who}",
            Todoku_Session=kind,
        )

    async def token(self, room_id: str, purpose: str = "publish") -> str:
        return str((await self.let_in(room_id, purpose)).json["grant"])

    async def attach(self, path: str, token: str | None, sdp: str = OFFER) -> Answer:
        return await self.ask("POST", path, token, sdp, Content_Type=SDP)

    async def patch(self, path: str, token: str, text: str, **headers: str) -> Answer:
        return await self.ask("PATCH", path, token, text, **{"Content_Type": FRAGMENT} | headers)


@pytest.fixture
async def http(world: World) -> AsyncIterator[Http]:
    other = signed_in(PersonId(new_id()), "therapist")
    people = {"client": world.client, "therapist": world.therapist, "other": other}
    opened = Http(world, people | {"staff": await staff(world)})
    edge = Edge(opened.identify, world.clock, "http://localhost")
    runner = web.AppRunner(application(world.signaling.routes(), edge))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    opened.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield opened
    await opened.session.close()
    await runner.cleanup()


@pytest.fixture
async def room_id(world: World) -> str:
    """A room that the therapist has entered, on no relay yet."""
    await world.enter(world.client)
    return (await world.enter(world.therapist)).room_id


async def test_the_rooms_therapist_gets_a_grant_for_a_device_on_the_record(http: Http, room_id: str) -> None:
    answer = await http.let_in(room_id)
    assert (answer.status, answer.json["purpose"]) == (201, "publish")
    assert answer.json["endpoint"] == f"/api/whip/{room_id}"
    assert (await http.let_in(room_id, "watch")).json["endpoint"] == f"/api/whep/{room_id}"
    world = http.world
    grant = world.verifier.verify(answer.json["grant"], world.clock.now())
    assert (grant.scope, grant.room_id, grant.name) == ("publish", room_id, "")
    assert grant.participant_id == answer.json["device_id"]
    host = (await world.call(room_id)).find(grant.host_id or "")
    assert (host.role, host.person_id) == ("therapist", world.therapist.person_id)
    assert (grant.expires_at - world.clock.now()).total_seconds() == 300
    async with world.database.read() as connection:
        query = sa.select(audit).where(audit.c.action == "device_let_in").order_by(audit.c.id)
        first, _ = (await connection.execute(query)).all()
    assert (first.actor_id, first.subject) == (world.therapist.person_id, room_id)
    assert first.detail == {"device_id": grant.participant_id, "purpose": "publish"}


async def test_nobody_else_lets_devices_in_and_nobody_once_it_is_over(http: Http, room_id: str) -> None:
    for who, status, code in (
        ("client", 403, "not_therapist"),
        ("other", 404, "room_unknown"),
        ("staff", 404, "room_unknown"),
        ("nobody", 401, "unauthenticated"),
    ):
        answer = await http.let_in(room_id, who=who)
        assert (answer.status, answer.json["code"]) == (status, code)
    assert (await http.let_in(room_id, "listen")).status == 422
    assert (await http.let_in(new_id())).json["code"] == "room_unknown"
    await end(http.world, room_id)
    assert (await http.let_in(room_id)).json["code"] == "room_ended"


async def end(world: World, room_id: str) -> None:
    await world.signaling.calls.end(room_id, "staff", EndReason.STAFF)


@pytest.mark.parametrize(("protocol", "purpose"), [("whip", "publish"), ("whep", "watch")])
async def test_a_device_offers_goes_on_and_goes(
    http: Http, room_id: str, protocol: str, purpose: str
) -> None:
    relay = await http.world.relay()
    token = await http.token(room_id, purpose)
    answer = await http.attach(f"/api/{protocol}/{room_id}", token)
    assert (answer.status, answer.text) == (201, ANSWER)
    assert (answer.headers["Content-Type"], answer.headers["ETag"]) == (SDP, '"1"')
    assert [link.split(";")[0] for link in answer.links] == [f"<{url}>" for url in TURN.urls]
    assert 'rel="ice-server"; username="' in answer.links[0]
    session = answer.headers["Location"]
    assert session.startswith(f"/api/{protocol}/{room_id}/")
    assert (await http.world.call(room_id)).room.relay_id == relay.relay_id

    trickled = await http.patch(session, token, TRICKLED, If_Match='"1"')
    assert (trickled.status, trickled.text, "ETag" in trickled.headers) == (204, "", False)
    again = await http.patch(session, token, RESTART, If_Match="*")
    assert (again.status, again.text, again.headers["ETag"]) == (200, "a=ice-lite\r\n", '"2"')
    assert again.headers["Content-Type"] == FRAGMENT
    assert (await http.patch(session, token, RESTART, If_Match='"2"')).headers["ETag"] == '"3"'
    for text, headers, status, code in (
        (TRICKLED, {"If_Match": '"1"'}, 412, "version_conflict"),
        (TRICKLED, {}, 428, "precondition_required"),
        (TRICKLED, {"If_Match": "*", "Content_Type": SDP}, 415, "unsupported_media_type"),
    ):
        refused = await http.patch(session, token, text, **headers)
        assert (refused.status, refused.json["code"]) == (status, code)

    gone = await http.ask("DELETE", session, token, If_Match='"1"')
    assert (gone.status, gone.text) == (200, "")
    assert [seat.device for room in relay.rooms.rooms.values() for seat in room.seats.values()] == []
    assert (await http.ask("DELETE", session, token)).json["code"] == "relay_seat_unknown"


async def test_an_offer_that_is_none_is_refused(http: Http, room_id: str) -> None:
    token = await http.token(room_id)
    assert (await http.attach(f"/api/whip/{room_id}", token)).json["code"] == "no_relay"
    await http.world.relay()
    assert (await http.attach(f"/api/whip/{room_id}", token, "v=0")).json["code"] == "sdp_refused"
    wrong = await http.ask("POST", f"/api/whip/{room_id}", token, OFFER, Content_Type="text/plain")
    assert (wrong.status, wrong.json["code"]) == (415, "unsupported_media_type")


async def test_an_expired_grant_lets_nobody_in_and_ends_no_session(http: Http, room_id: str) -> None:
    await http.world.relay()
    token, path = await http.token(room_id), f"/api/whip/{room_id}"
    session = (await http.attach(path, token)).headers["Location"]
    http.world.clock.advance(306)
    await http.world.hello("one")
    late = await http.attach(path, token)
    assert (late.status, late.json["code"]) == (401, "bearer_refused")
    assert late.headers["WWW-Authenticate"] == 'Bearer realm="todoku", error="invalid_token"'
    assert (await http.patch(session, token, RESTART, If_Match="*")).status == 200
    assert (await http.ask("DELETE", session, token)).status == 200


async def test_only_the_right_token_counts_and_no_cookie_does(http: Http, room_id: str) -> None:
    await http.world.relay()
    token, watching = await http.token(room_id), await http.token(room_id, "watch")
    page = await http.world.enter(http.world.therapist)
    path = f"/api/whip/{room_id}"
    for wrong in (None, "", "no token", watching, page.grant, token[:-4] + "AAAA"):
        refused = await http.attach(path, wrong)
        assert (refused.status, refused.json["code"]) == (401, "bearer_refused")
    assert (await http.attach(f"/api/whip/{new_id()}", token)).status == 401
    assert (
        await http.ask("POST", path, None, OFFER, Content_Type=SDP, Cookie="todoku_account=therapist")
    ).status == 401
    foreign = await http.ask("POST", path, token, OFFER, Content_Type=SDP, Origin="https://studio.example")
    assert foreign.status == 201
    session = foreign.headers["Location"]
    for other in (await http.token(room_id), watching, page.grant):
        assert (await http.patch(session, other, RESTART, If_Match="*")).status == 401
        assert (await http.ask("DELETE", session, other)).status == 401
    assert (await http.ask("DELETE", session.replace("whip", "whep"), token)).status == 401
    assert (await http.ask("DELETE", session[:-1] + "x", token)).status == 404


async def test_what_it_takes_may_be_asked_from_any_page(http: Http, room_id: str) -> None:
    for path, methods in (
        (f"/api/whip/{room_id}", "POST"),
        (f"/api/whep/{room_id}/device/1", "PATCH, DELETE"),
    ):
        asked = {"Origin": "https://studio.example", "Access_Control_Request_Method": "POST"}
        answer = await http.ask("OPTIONS", path, **asked)
        assert (answer.status, answer.headers["Accept-Post"]) == (200, SDP)
        assert answer.headers["Allow"] == f"{methods}, OPTIONS"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Location" in answer.headers["Access-Control-Expose-Headers"]
    assert (await http.ask("GET", f"/api/whip/{room_id}")).status == 405


async def test_a_room_that_ends_ends_its_devices(http: Http, room_id: str) -> None:
    await http.world.relay()
    token, path = await http.token(room_id), f"/api/whip/{room_id}"
    session = (await http.attach(path, token)).headers["Location"]
    await end(http.world, room_id)
    assert (await http.attach(path, token)).json["code"] == "room_ended"
    assert (await http.patch(session, token, RESTART, If_Match="*")).status == 404
    assert (await http.ask("DELETE", session, token)).status == 404


async def test_a_grant_of_before_a_move_is_refused(http: Http, world: World) -> None:
    client, _, _ = await world.both_in_call()
    token = await http.token(client.room_id)
    await world.relay("two")
    await world.kill("one")
    await world.signaling.watch.run()
    moved = await http.attach(f"/api/whip/{client.room_id}", token)
    assert (moved.status, moved.json["detail"]) == (
        401,
        "the room has moved, or the device was stopped, meanwhile; ask for a new token",
    )
    again = await http.attach(f"/api/whip/{client.room_id}", await http.token(client.room_id))
    assert again.status == 201


async def test_people_are_what_they_were_when_a_device_comes_and_goes(http: Http, world: World) -> None:
    client, _, _ = await world.both_in_call()
    before = await world.call(client.room_id)
    attached = await http.attach(f"/api/whip/{client.room_id}", await http.token(client.room_id))
    assert attached.status == 201
    device_id = attached.headers["Location"].split("/")[-2]
    for event in ("connected", "silent", "disconnected"):
        news: dict[str, Any] = {"room_id": client.room_id, "participant_id": device_id, "seat": 1}
        await world.signaling.news.heard(news | {"event": event})
        await world.signaling.watch.run()
    assert (await world.call(client.room_id)).people == before.people


@pytest.mark.parametrize(
    ("text", "number"),
    [("*", None), ('"*"', None), (' "7" ', 7), ('"3", "12"', 12), ('W/"2", "1"', 1)],
)
def test_if_match_names_an_ice_session(text: str, number: int | None) -> None:
    assert wanted(text) == number


def test_an_if_match_of_nothing_of_ours_matches_nothing() -> None:
    for text in ("", "7", 'W/"7"', '"seven"'):
        with pytest.raises(PreconditionFailed):
            wanted(text)
    with pytest.raises(PreconditionRequired):
        wanted(None)
