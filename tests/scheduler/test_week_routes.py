"""A therapist's week over HTTP: hours as they fall on its dates, sessions, what else fills it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa

from core.database import Database
from core.ids import PersonId, new_id
from scheduler.config import SchedulerConfig
from scheduler.pace_tables import calendar_import, imported_busy
from tests.fakes import FakeClock
from tests.scheduler.clinic import WEDNESDAY, Clinic
from tests.scheduler.door import Door, open_door
from tests.scheduler.test_group_routes import opened

WEEK = "/api/therapist/week"
PACE = "/api/therapist/pace"
BUFFERS = SchedulerConfig(buffer_before_min=5, buffer_after_min=10)


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock, BUFFERS)) as opened:
        yield opened


@pytest.fixture
async def therapist(door: Door) -> PersonId:
    therapist_id = await door.clinic.therapist()
    door.as_therapist(therapist_id)
    return therapist_id


async def week(door: Door, day: str = "2026-11-25") -> Any:
    status, answer = await door.ask("GET", WEEK, params={"day": day})
    assert status == 200, answer
    return answer


async def set_pace(door: Door, method: str, path: str, json: Any) -> Any:
    status, answer = await door.ask(method, PACE + path, json=json)
    assert status == 200, answer
    return answer


def starts(spans: list[dict[str, str]]) -> list[str]:
    return [one["starts_at"] for one in spans]


async def test_a_week_begins_on_monday_whichever_of_its_days_is_asked_for(
    door: Door, therapist: PersonId
) -> None:
    for day in ("2026-11-23", "2026-11-25", "2026-11-29"):
        found = await week(door, day)
        assert (found["monday"], found["timezone"]) == ("2026-11-23", "Asia/Tokyo")
    assert (await door.ask("GET", WEEK))[1]["monday"] == "2026-11-23"
    assert starts(found["open"])[:2] == ["2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"]
    assert len(found["open"]) == 7


async def test_sessions_come_with_their_buffers_and_cancelled_ones_apart(
    door: Door, therapist: PersonId
) -> None:
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY.replace(hour=1))
    [session] = (await week(door))["sessions"]
    times = [session[name] for name in ("block_from", "starts_at", "ends_at", "block_to")]
    assert [one[11:16] for one in times] == ["00:55", "01:00", "01:45", "01:55"]
    assert (session["client_name"], session["status"]) == ("佐藤 一郎", "confirmed")
    assert (await week(door, "2026-12-02"))["sessions"] == []
    path = f"/api/bookings/{session['booking_id']}/cancel"
    assert (await door.ask("POST", path, json={}))[0] == 200
    found = await week(door)
    assert found["sessions"] == []
    assert found["cancelled"] == [
        {
            "booking_id": session["booking_id"],
            "client_name": "佐藤 一郎",
            "starts_at": "2026-11-25T01:00:00Z",
            "ends_at": "2026-11-25T01:45:00Z",
            "cancelled_by": "therapist",
        }
    ]
    assert (await week(door, "2026-12-02"))["cancelled"] == []


async def test_what_was_cancelled_keeps_no_time_from_others(door: Door, therapist: PersonId) -> None:
    start = WEDNESDAY.replace(hour=1)
    first = await door.clinic.book(door.clinic.visitor(), therapist, start)
    await door.ask("POST", f"/api/bookings/{first.visit.booking_id}/cancel", json={})
    second = await door.clinic.book(door.clinic.visitor(), therapist, start)
    found = await week(door)
    assert [one["booking_id"] for one in found["sessions"]] == [second.visit.booking_id]
    assert [one["booking_id"] for one in found["cancelled"]] == [first.visit.booking_id]


async def test_a_group_that_was_cancelled_is_there_once_and_its_seats_are_not(door: Door) -> None:
    therapist_id, group_id = await opened(door)
    door.who = await door.clinic.client()
    assert (await door.ask("POST", f"/api/groups/{group_id}/seat", json={}))[0] == 201
    door.as_therapist(therapist_id)
    assert (await door.ask("POST", f"/api/groups/{group_id}/cancel", json={}))[0] == 200
    found = await week(door)
    assert found["sessions"] == []
    assert [one["client_name"] for one in found["cancelled"]] == [None]


async def test_exceptions_travel_time_off_and_imported_times_are_in_it(
    door: Door, therapist: PersonId
) -> None:
    await set_pace(door, "PUT", "/dates/2026-11-23", {"ranges": []})
    trip = {"first_date": "2026-11-24", "last_date": "2026-11-24", "timezone": "Europe/London"}
    await set_pace(door, "POST", "/travels", trip)
    away = {"starts_at": "2026-11-26T00:00:00Z", "ends_at": "2026-11-26T03:00:00Z"}
    await set_pace(door, "POST", "/time-off", away)
    await import_busy(door, therapist)
    found = await week(door)
    assert starts(found["open"])[:2] == ["2026-11-24T09:00:00Z", "2026-11-25T00:00:00Z"]
    assert found["time_off"] == [away]
    assert starts(found["imported"]) == ["2026-11-25T04:00:00Z"]


async def import_busy(door: Door, therapist_id: PersonId) -> None:
    now, import_id = door.clinic.clock.now(), new_id()
    times = {"starts_at": WEDNESDAY.replace(hour=4), "ends_at": WEDNESDAY.replace(hour=5)}
    row = {"id": import_id, "therapist_id": therapist_id, "created_at": now}
    async with door.clinic.database.write() as connection:
        source = row | {"url": "https://calendar.example/a.ics", "label": "own"}
        await connection.execute(sa.insert(calendar_import).values(source))
        busy = {"id": new_id(), "import_id": import_id, "therapist_id": therapist_id}
        await connection.execute(sa.insert(imported_busy).values(busy | times))


async def test_a_conflict_names_its_client(door: Door, therapist: PersonId) -> None:
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY.replace(hour=1))
    sheet = await set_pace(door, "PUT", "/dates/2026-11-25", {"ranges": []})
    assert [one["client_name"] for one in sheet["conflicts"]] == ["佐藤 一郎"]


async def test_colleagues_are_others_who_may_practise(door: Door, therapist: PersonId) -> None:
    other = await door.clinic.therapist(7)
    await door.clinic.therapist(8, licence_verified_at=None)
    await door.clinic.therapist(9, licence_expires_at=door.clinic.clock.now())
    expected = {"colleagues": [{"therapist_id": other, "name": "先生 7", "name_en": None}]}
    assert await door.ask("GET", "/api/therapist/colleagues") == (200, expected)


@pytest.mark.parametrize("day", ["", "yesterday", "1066-10-14", "9999-12-31"])
async def test_no_week_holds_such_a_day(door: Door, therapist: PersonId, day: str) -> None:
    status, answer = await door.ask("GET", WEEK, params={"day": day})
    assert (status, answer["code"]) == (422, "invalid")


@pytest.mark.parametrize("path", [WEEK, "/api/therapist/colleagues"])
async def test_a_week_is_its_therapists_alone(door: Door, therapist: PersonId, path: str) -> None:
    door.who = door.clinic.visitor()
    assert (await door.ask("GET", path))[0] == 403
