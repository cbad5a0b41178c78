"""The HTTP edge of choosing by time: shape, ranges, ETag, and kinds of sessions that are requests."""

from collections.abc import AsyncIterator

import pytest

from core.database import Database
from tests.contracts.test_session_types import add_type
from tests.fakes import FakeClock
from tests.scheduler.clinic import Clinic
from tests.scheduler.door import Door, open_door, wanted

MONTH = "/api/booking/times?from=2026-11-24&to=2026-12-28&tz=Asia/Tokyo"  # 35 days


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as door:
        yield door


async def test_everybodys_times_come_merged_with_who_is_free(door: Door) -> None:
    one, other = await door.clinic.therapist(), await door.clinic.therapist()
    status, found = await door.ask("GET", MONTH)
    assert (status, found["timezone"], found["next_free_at"]) == (200, "Asia/Tokyo", None)
    assert found["times"][0]["starts_at"] == "2026-11-24T03:00:00Z"
    assert set(found["times"][0]["therapist_ids"]) == {one, other}
    assert len(found["times"]) == 5 + 8 * 28  # today from noon, and the booking window


async def test_a_day_is_the_one_of_the_zone_that_is_asked_for(door: Door) -> None:
    await door.clinic.therapist()
    path = "/api/booking/times?from=2026-11-25&to=2026-11-25&tz="
    for zone_name, first, last in (
        ("America/St_Johns", "2026-11-25T04:00:00Z", "2026-11-26T03:00:00Z"),
        ("Australia/Lord_Howe", "2026-11-25T00:00:00Z", "2026-11-25T07:00:00Z"),
        ("Pacific/Kiritimati", "2026-11-25T00:00:00Z", "2026-11-25T07:00:00Z"),
    ):
        _, found = await door.ask("GET", path + zone_name)
        starts = [one["starts_at"] for one in found["times"]]
        assert (starts[0], starts[-1]) == (first, last), zone_name


async def test_what_the_browser_knows_already_is_not_sent_again(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    headers = {"Todoku-Session": "link"}
    async with door.client.get(MONTH, headers=headers) as first:
        tag = first.headers["ETag"]
        assert first.headers["Cache-Control"] == "private, no-cache"
    async with door.client.get(MONTH, headers=headers | {"If-None-Match": tag}) as again:
        assert (again.status, await again.read()) == (304, b"")
    door.who = door.clinic.visitor()
    await door.ask("POST", "/api/bookings", json=wanted(therapist_id))
    door.who = door.clinic.visitor()
    async with door.client.get(MONTH, headers=headers | {"If-None-Match": tag}) as changed:
        assert changed.status == 200
        assert changed.headers["ETag"] != tag


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-11-24&to=2026-12-29&tz=Asia/Tokyo",  # 36 days
        "from=2026-11-24&to=2026-11-23&tz=Asia/Tokyo",
        "from=2026-11-24&to=2199-11-24&tz=Asia/Tokyo",
        "from=0001-01-01&to=0001-01-02&tz=Asia/Tokyo",
        "from=2026-11-24&to=2026-11-25&tz=Mars/Olympus",
        "from=2026-11-24&to=2026-11-25&tz=../../etc/passwd",
        "from=2026-11-24&to=2026-11-25&tz=Asia/Tokyo&language=x",
        "from=2026-11-24&to=2026-11-25&tz=Asia/Tokyo&language=en%00",
        "from=2026-11-24&to=2026-11-25&tz=Asia/Tokyo&therapist_id=t",
        "from=2026-11-24&tz=Asia/Tokyo",
        "from=now&to=then&tz=Asia/Tokyo",
        "",
    ],
)
async def test_a_range_that_makes_no_sense_is_refused(door: Door, query: str) -> None:
    status, problem = await door.ask("GET", f"/api/booking/times?{query}")
    assert (status, problem["code"]) == (422, "invalid")


async def test_times_are_for_those_who_may_book(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    door.as_therapist(therapist_id)
    assert (await door.ask("GET", MONTH))[0] == 403
    door.who = None
    assert (await door.ask("GET", MONTH))[0] == 401


async def test_a_therapists_kinds_are_listed_and_a_request_says_until_when_it_is_answered(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    asks = await add_type(door.clinic, therapist_id, approval=True)
    _, found = await door.ask("GET", "/api/booking/therapists")
    assert found["answer_within_h"] == 24
    assert found["therapists"][0]["kinds"] == [
        {
            "session_type_id": asks,
            "name": {"ja": "短い面談", "en": "Short"},
            "session_minutes": 20,
            "approval": True,
        }
    ]
    later = wanted(therapist_id, session_type_id=asks, starts_at="2026-11-27T00:00:00Z")
    _, booked = await door.ask("POST", "/api/bookings", json=later)
    assert (booked["status"], booked["approve_until"]) == ("requested", "2026-11-25T01:00:00Z")


async def test_a_day_without_times_names_the_next_one_of_that_kind(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    await add_type(door.clinic, therapist_id)
    later = await add_type(door.clinic, therapist_id, notice_calendar_days=3)
    path = f"/api/booking/slots?therapist_id={therapist_id}&from=2026-11-25&to=2026-11-25&tz=Asia/Tokyo"
    _, found = await door.ask("GET", f"{path}&session_type_id={later}")
    assert (found["slots"], found["next_free_at"]) == ([], "2026-11-27T00:00:00Z")
    _, found = await door.ask("GET", path)
    assert (len(found["slots"]), found["next_free_at"]) == (24, None)
