"""A consultation from the booking link to its end, through the real program's own commands.

Once as one process on SQLite and memory, once as web, jobs and relay over PostgreSQL and Redis.
"""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest

from core.clock import SystemClock
from core.ids import new_id
from tests.conftest import COPIES
from tests.flows.people import Tab, until
from tests.flows.program import Program, Seeds, apart, seed, together


@pytest.fixture(scope="module", params=["together", pytest.param("apart", marks=pytest.mark.service)])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    var: Path = tmp_path_factory.mktemp("flow") / "var"
    if request.param == "together":
        with together(var) as running:
            yield running
        return
    bus_url: str = request.getfixturevalue("redis_url")
    for database_url in COPIES["postgresql"](request):
        with apart(var, database_url, bus_url) as running:
            yield running


@pytest.fixture
async def seeds(program: Program) -> Seeds:
    return await seed(program)


@asynccontextmanager
async def tab(program: Program, session: str) -> AsyncIterator[Tab]:
    opened = Tab(program, session)
    try:
        yield opened
    finally:
        await opened.close()


async def test_booking_confirms_once_and_mails_link_and_calendar(program: Program, seeds: Seeds) -> None:
    async with tab(program, "link") as visitor:
        await visitor.follow(seeds.booking_link)
        offered = await visitor.ask("GET", "/api/booking/therapists?tz=Asia/Tokyo")
        assert seeds.therapist_id in [one["therapist_id"] for one in offered["therapists"]]
        slot = (await _slots(visitor, seeds))[-1]
        wish = {
            "therapist_id": seeds.therapist_id,
            "starts_at": slot["starts_at"],
            "name": "見本 花子",
            "email": "hanako@flow.example",
            "timezone": "Asia/Tokyo",
            "locale": "ja",
        }
        key = {"Idempotency-Key": new_id()}
        first = await visitor.ask("POST", "/api/bookings", 201, json=wish, headers=key)
        again = await visitor.ask("POST", "/api/bookings", 201, json=wish, headers=key)
        assert again["booking_id"] == first["booking_id"]
        taken = await visitor.ask("POST", "/api/bookings", 409, json=wish)
        assert (taken["code"], len(taken["alternatives"])) == ("slot_taken", 3)
        early = await visitor.ask(
            "POST", "/api/rooms/enter", 409, json={"booking_id": first["booking_id"], "tab_id": "t"}
        )
        assert early["code"] == "too_early"
        event = _event(await visitor.ask("GET", first["calendar_url"]))
        assert str(event["SUMMARY"]) == "面談 / Consultation"
        assert str(event["UID"]) == first["uid"]
    await _mailed(program, first["booking_id"])


async def _slots(visitor: Tab, seeds: Seeds) -> list[dict[str, Any]]:
    today = SystemClock().now().date()
    span = f"from={today}&to={today + timedelta(days=6)}&tz=Asia/Tokyo"
    found = await visitor.ask("GET", f"/api/booking/slots?therapist_id={seeds.therapist_id}&{span}")
    return list(found["slots"])


def _event(calendar: bytes) -> icalendar.Component:
    (event,) = icalendar.Calendar.from_ical(calendar.decode()).walk("VEVENT")
    return event


async def _mailed(program: Program, booking_id: str) -> None:
    """The client's mail carries a join link that works and a neutral subject."""
    folder = program.var / "outbox"
    name = f"booking-{booking_id}-0-client.eml"
    await until((folder / name).exists, "the confirmation is mailed")
    mail = email.message_from_bytes((folder / name).read_bytes(), policy=email.policy.default)
    assert mail["To"] == "hanako@flow.example"
    assert "面談" in mail["Subject"]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    token = text.split("/join/")[1].split()[0]
    async with tab(program, "link") as client:
        answer = await client.follow(token)
        assert answer["scope"]["booking_id"] == booking_id


async def test_a_consultation_runs_from_waiting_room_to_fulfilled(program: Program, seeds: Seeds) -> None:
    async with tab(program, "link") as client, tab(program, "account") as therapist:
        await client.follow(seeds.join_link)
        await client.enter(seeds.booking_id, "tab-client")
        await therapist.sign_in(seeds.therapist_email)
        await _told_of_waiting(therapist)
        await therapist.enter(seeds.booking_id, "tab-therapist")
        waiting = await therapist.heard("state", lambda s: (s["peer"] or {}).get("state") == "waiting")
        await therapist.call("admit", participant_id=waiting["peer"]["participant_id"])
        await client.heard("admitted")
        await client.sit(1000)
        await therapist.sit(2000)
        await client.heard("state", lambda s: s["room"]["state"] == "in_call")
        await _see_each_other(client, therapist)
        await _write_to_each_other(client, therapist)
        await _staff_sees(program, seeds, client)
        await client.call("leave")
        for one in (client, therapist):
            ended = await one.heard("ended")
            assert (ended["reason"], ended["by"]) == ("hung_up", "client")
        booking = await client.ask("GET", f"/api/bookings/{seeds.booking_id}")
        assert booking["status"] == "fulfilled"
        over = await client.ask(
            "POST", "/api/rooms/enter", 410, json={"booking_id": seeds.booking_id, "tab_id": "t"}
        )
        assert over["code"] == "room_ended"


async def _told_of_waiting(therapist: Tab) -> None:
    sessions = (await therapist.ask("GET", "/api/therapist/sessions"))["sessions"]
    assert [one["client_waiting"] for one in sessions if one["status"] == "confirmed"][:1] == [True]


async def _see_each_other(client: Tab, therapist: Tab) -> None:
    assert client.media is not None
    assert therapist.media is not None
    for sequence in range(1, 61):
        client.film(1002, sequence)
        therapist.film(2002, sequence)
    for one in (client.media, therapist.media):
        ssrc = one.slot("3")
        await one.until(lambda one=one, ssrc=ssrc: len(one.received(ssrc)) >= 60)  # type: ignore[misc]


async def _write_to_each_other(client: Tab, therapist: Tab) -> None:
    conversation_id = client.room["conversation_id"]
    assert therapist.room["conversation_id"] == conversation_id
    for one, text in ((client, "こんにちは"), (therapist, "よろしくお願いします")):
        message = {"conversation_id": conversation_id, "client_message_id": new_id(), "text": text}
        await one.call("post", "/chat", **message)
    for one in (client, therapist):
        await one.heard("poke", lambda poke: poke["sequence"] >= 2)
        found = await one.ask("GET", f"/api/conversations/{conversation_id}/changes?after=0")
        assert [c["text"] for c in found["changes"]] == ["こんにちは", "よろしくお願いします"]


async def _staff_sees(program: Program, seeds: Seeds, client: Tab) -> None:
    """Figures, but no way in."""
    async with tab(program, "account") as staff:
        await staff.sign_in(seeds.staff_email)
        room = await _measured(staff, client.room["room_id"])
        assert room["state"] == "in_call"
        assert {one["transport"] for one in room["participants"]} == {"udp"}
        refused = await staff.ask(
            "POST", "/api/rooms/enter", 404, json={"booking_id": seeds.booking_id, "tab_id": "t"}
        )
        assert refused["code"] == "not_found"
        await staff.ask("GET", f"/api/conversations/{client.room['conversation_id']}/changes?after=0", 404)


async def _measured(staff: Tab, room_id: str) -> dict[str, Any]:
    """The room as staff see it, once the relay has told of both."""
    async with asyncio.timeout(20):
        while True:
            rooms = (await staff.ask("GET", "/api/ops/rooms"))["rooms"]
            room: dict[str, Any] = next(room for room in rooms if room["room_id"] == room_id)
            if all(one["transport"] for one in room["participants"]):
                return room
            await asyncio.sleep(0.2)


async def test_staff_end_a_stuck_room_for_both(program: Program, seeds: Seeds) -> None:
    async with tab(program, "link") as client, tab(program, "account") as staff:
        await client.follow(seeds.join_link)
        await client.enter(seeds.booking_id, "tab-client")
        await staff.sign_in(seeds.staff_email)
        room_id = client.room["room_id"]
        path = f"/api/ops/rooms/{room_id}/end"
        wrong = await staff.ask("POST", path, 422, json={"confirm": "000000", "reason": "stuck"})
        assert wrong["code"] == "confirmation_wrong"
        await staff.ask("POST", path, 204, json={"confirm": room_id[-6:], "reason": "stuck"})
        ended = await client.heard("ended")
        assert (ended["reason"], ended["by"]) == ("staff", "staff")


async def test_a_link_writes_only_into_its_own_conversation(program: Program, seeds: Seeds) -> None:
    other = await seed(program)
    async with tab(program, "link") as client, tab(program, "link") as stranger:
        await client.follow(seeds.join_link)
        await client.enter(seeds.booking_id, "tab-client")
        path = f"/api/conversations/{client.room['conversation_id']}"
        await client.ask("GET", f"{path}/changes?after=0")
        await stranger.follow(other.join_link)
        refused = await stranger.ask("GET", f"{path}/changes?after=0", 404)
        assert refused["code"] == "conversation_unknown"
        message = {"client_message_id": new_id(), "text": "a"}
        await stranger.ask("POST", f"{path}/messages", 404, json=message)


async def test_a_process_stops_cleanly_when_asked(program: Program, seeds: Seeds) -> None:
    async with tab(program, "link") as client:
        await client.follow(seeds.join_link)
        await client.enter(seeds.booking_id, "tab-client")
        for process in program.processes:
            process.stop()
        for process in program.processes:
            assert "Traceback" not in process.output()
