"""What staff see and may do over HTTP, and what they never can."""

import re
from dataclasses import asdict

import pytest
import sqlalchemy as sa

from accounts.tables import audit
from core.ids import ParticipantId
from media.model import Device
from media.relays import STATS_TOPIC
from tests.ops.conftest import Office
from tests.signaling.fake_devices import OFFER
from tests.signaling.world import TURN, until

ROOMS = "/api/ops/rooms"
JWT = re.compile(r"[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")


async def test_staff_see_who_is_in_a_call_since_when_and_how_it_goes(office: Office) -> None:
    world = office.world
    client, therapist, relay = await world.both_in_call()
    await world.bus.publish(STATS_TOPIC, asdict(relay.stats()))
    await until(lambda: len(office.stats.figures()) == 2)
    status, shown = await office.ask("staff", "GET", ROOMS)
    assert status == 200
    [room] = shown["rooms"]
    assert room["state"] == "in_call"
    assert room["call_since"] == "2026-11-24T23:50:00Z"
    by_role = {one["role"]: one for one in room["participants"]}
    assert by_role["client"]["participant_id"] == client.id
    assert by_role["client"]["name"] == "山田 花子"
    for one in by_role.values():
        assert (one["state"], one["transport"], one["up_bps"], one["rtt_ms"]) == (
            "connected",
            "udp",
            500_000,
            20.0,
        )
        assert one["loss_down_pct"] is None
    assert therapist.id == by_role["therapist"]["participant_id"]


async def test_a_device_beside_the_people_is_shown_beside_them(office: Office) -> None:
    client, _, relay = await office.world.both_in_call()
    camera = Device(ParticipantId("camera"), "publish", client.id)
    relay.devices.attach(client.room_id, camera, 1, OFFER)
    await office.world.bus.publish(STATS_TOPIC, asdict(relay.stats()))
    await until(lambda: len(office.stats.figures()) == 3)
    [room] = (await office.ask("staff", "GET", ROOMS))[1]["rooms"]
    assert sorted(one["role"] for one in room["participants"]) == ["client", "therapist"]
    assert room["devices"] == [
        {
            "device_id": "camera",
            "purpose": "publish",
            "state": "joining",
            "transport": "udp",
            "up_bps": 500_000,
            "down_bps": 400_000,
            "loss_up_pct": 0.5,
            "loss_down_pct": None,
        }
    ]


async def test_staff_see_who_is_not_seen_and_how_good_each_connection_is(office: Office) -> None:
    client, therapist, relay = await office.world.both_in_call()
    told = asdict(relay.stats())
    fault = {"kind": "video", "publisher_id": client.id, "viewer_id": therapist.id}
    told["rooms"][0]["one_way"] = [{**fault, "leg": "to_relay", "step": "ice_restart"}]
    judged = {"score": 34, "cause": "downstream_loss", "worst": "down", "mos": 2.5}
    for person in told["rooms"][0]["participants"]:
        person.update(judged)
    await office.world.bus.publish(STATS_TOPIC, told)
    await client.ok("quality", candidate_type="relay", protocol="tls", freezes=3, frozen_ms=1200.0)
    await until(lambda: any(one.freezes for one in office.stats.figures().values()))
    await until(lambda: bool(office.stats.one_way()))
    [room] = (await office.ask("staff", "GET", ROOMS))[1]["rooms"]
    assert room["one_way"] == [{**fault, "leg": "to_relay", "step": "ice_restart"}]
    by_role = {one["role"]: one for one in room["participants"]}
    assert judged.items() <= by_role["client"].items()
    assert by_role["client"]["candidate_type"] == "relay"
    assert (by_role["client"]["protocol"], by_role["client"]["freezes"]) == ("tls", 3)
    assert by_role["therapist"]["candidate_type"] is None


async def test_staff_see_at_once_that_somebodys_media_is_silent(office: Office) -> None:
    client, therapist, relay = await office.world.both_in_call()
    await client.ok("media", microphone=False, camera=True)
    relay.tell(client.room_id, client.id, "silent")
    await therapist.sees(lambda state: state["peer"]["media"] == "silent")
    [room] = (await office.ask("staff", "GET", ROOMS))[1]["rooms"]
    by_role = {one["role"]: one for one in room["participants"]}
    assert by_role["client"]["media"] == "silent"
    assert (by_role["client"]["microphone"], by_role["client"]["camera"]) == (False, True)
    assert by_role["therapist"]["media"] == "up"


async def test_staff_end_a_stuck_room_on_the_record(office: Office) -> None:
    client, therapist, relay = await office.world.both_in_call()
    body = {"confirm": client.room_id[-6:], "reason": "nobody can hear anything"}
    assert (await office.ask("staff", "POST", f"{ROOMS}/{client.room_id}/end", body))[0] == 204
    for page in (client, therapist):
        assert await page.sees(lambda message: True, "ended") == {"reason": "staff", "by": "staff"}
    assert relay.rooms.rooms == {}
    assert await office.world.status() == "fulfilled"  # they had been talking
    async with office.world.database.read() as connection:
        query = sa.select(audit).where(audit.c.action == "room_ended")
        [line] = (await connection.execute(query)).all()
    assert (line.actor_id, line.subject) == (office.people["staff"].person_id, client.room_id)
    assert line.detail == {"reason": "nobody can hear anything"}
    status, answer = await office.ask("staff", "POST", f"{ROOMS}/{client.room_id}/end", body)
    assert (status, answer["code"]) == (410, "room_ended")
    assert (await office.ask("staff", "GET", ROOMS))[1]["rooms"] == []


async def test_a_wrong_confirmation_ends_nothing_and_leaves_no_record(office: Office) -> None:
    page = await office.world.arrive(office.world.client)
    body = {"confirm": "000000", "reason": "x"}
    status, answer = await office.ask("staff", "POST", f"{ROOMS}/{page.room_id}/end", body)
    assert (status, answer["code"]) == (422, "confirmation_wrong")
    assert (await office.world.call(page.room_id)).room.ended_at is None
    async with office.world.database.read() as connection:
        query = sa.select(sa.func.count()).where(audit.c.action == "room_ended")
        assert (await connection.execute(query)).scalar_one() == 0


async def test_a_reason_that_cannot_be_kept_is_refused_and_ends_nothing(office: Office) -> None:
    page = await office.world.arrive(office.world.client)
    body = {"confirm": page.room_id[-6:], "reason": "stuck\0"}
    status, answer = await office.ask("staff", "POST", f"{ROOMS}/{page.room_id}/end", body)
    assert (status, answer["code"], answer["errors"][0]["field"]) == (422, "invalid", "reason")
    assert (await office.world.call(page.room_id)).room.ended_at is None


@pytest.mark.parametrize(
    ("room_id", "code"), [("00000000-0000-0000-0000-000000000000", "room_unknown"), ("a..b", "not_found")]
)
async def test_a_room_that_is_not_there_is_not_found(office: Office, room_id: str, code: str) -> None:
    body = {"confirm": room_id[-6:], "reason": "x"}
    status, answer = await office.ask("staff", "POST", f"{ROOMS}/{room_id}/end", body)
    assert (status, answer["code"]) == (404, code)


@pytest.mark.parametrize(("who", "expected"), [("nobody", 401), ("client", 403), ("therapist", 403)])
async def test_others_see_and_end_nothing(office: Office, who: str, expected: int) -> None:
    page = await office.world.arrive(office.world.client)
    assert (await office.ask(who, "GET", ROOMS))[0] == expected
    body = {"confirm": page.room_id[-6:], "reason": "x"}
    assert (await office.ask(who, "POST", f"{ROOMS}/{page.room_id}/end", body))[0] == expected
    assert (await office.world.call(page.room_id)).room.ended_at is None


async def test_staff_get_no_grant_from_any_route(office: Office) -> None:
    """Every operation is asked as staff with all that staff can know; none gives a right to enter."""
    client, _, _ = await office.world.both_in_call()
    bodies: dict[str, object] = {
        "/api/rooms/enter": {"booking_id": office.world.booking_id, "tab_id": "tab"},
        "/api/ops/rooms/{room_id}/end": {"confirm": client.room_id[-6:], "reason": "x"},
        "/api/rooms/{room_id}/devices": {"purpose": "watch"},
    }
    asked = 0
    known = {"room_id": client.room_id, "booking_id": office.world.booking_id, "device_id": "d", "seat": 1}
    for route in office.routes:
        path = route.path.format(**known)
        status, answer = await office.ask("staff", route.method, path, bodies.get(route.path))
        asked += 1
        assert "grant" not in answer
        assert not JWT.search(str(answer))
        if route.bearer:
            assert status == (200 if route.method == "OPTIONS" else 401), route.path
        elif not route.path.startswith("/api/ops"):
            assert status == 404, route.path
    assert asked == len(office.routes) >= 4
    assert len((await office.world.call(client.room_id)).people) == 2


async def test_entering_and_the_end_page_over_http(office: Office) -> None:
    wish = {"booking_id": office.world.booking_id, "tab_id": "tab-1"}
    status, door = await office.ask("client", "GET", f"/api/rooms/door/{office.world.booking_id}")
    assert (status, door["open"], door["role"], door["opens_at"]) == (
        200,
        True,
        "client",
        "2026-11-24T23:50:00Z",
    )
    status, entry = await office.ask("client", "POST", "/api/rooms/enter", wish)
    assert (status, entry["role"], entry["admitted"]) == (200, "client", False)
    assert [server["urls"] for server in entry["ice_servers"]] == [list(TURN.urls)]
    assert entry["starts_at"] == "2026-11-25T00:00:00Z"
    assert door["timezone"] == entry["timezone"] == "Asia/Tokyo"
    status, summary = await office.ask("client", "GET", f"/api/rooms/{entry['room_id']}/summary")
    assert (status, summary["status"], summary["duration_s"]) == (200, "waiting", None)
    assert (await office.ask("client", "POST", "/api/rooms/enter", {**wish, "tab_id": "a b"}))[0] == 422
    assert (await office.ask("nobody", "POST", "/api/rooms/enter", wish))[0] == 401
