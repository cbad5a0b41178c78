"""A therapist's pace over HTTP: what is set holds at once, nothing booked goes, nonsense changes nothing."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from core.database import Database
from core.ids import PersonId
from tests.fakes import FakeClock
from tests.scheduler.clinic import WEDNESDAY, Clinic
from tests.scheduler.door import Door, open_door

PACE = "/api/therapist/pace"
DAY = {"from": "2026-11-25", "to": "2026-11-25", "tz": "Asia/Tokyo"}
OTHER = {"first_date": "2027-01-01", "last_date": "2027-01-03", "timezone": "Europe/Rome"}
SHORT: dict[str, Any] = {"name": {"ja": "短い面談", "en": "Short"}, "session_min": 20, "step_min": 20}


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as opened:
        yield opened


@pytest.fixture
async def therapist(door: Door) -> PersonId:
    therapist_id = await door.clinic.therapist()
    door.as_therapist(therapist_id)
    return therapist_id


async def ask(door: Door, method: str, path: str = "", *, version: Any = None, **json: Any) -> Any:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    body = {"json": json} if method != "GET" else {}
    status, answer = await door.ask(method, PACE + path, headers=headers, **body)
    assert status == 200, answer
    return answer


async def refused(door: Door, method: str, path: str, json: Any, version: int = 1) -> tuple[int, str]:
    headers = {"If-Match": f'"{version}"'}
    status, answer = await door.ask(method, PACE + path, headers=headers, json=json)
    return status, answer["code"]


async def free(door: Door, therapist_id: str) -> list[str]:
    """Starts that a visitor is offered on Wednesday."""
    who, door.who = door.who, door.clinic.visitor()
    status, answer = await door.ask("GET", "/api/booking/slots", params=DAY | {"therapist_id": therapist_id})
    door.who = who
    assert status == 200, answer
    return [slot["starts_at"][11:16] for slot in answer["slots"]]


async def test_the_sheet_shows_what_was_never_set_as_well(door: Door, therapist: PersonId) -> None:
    sheet = await ask(door, "GET")
    assert (sheet["version"], sheet["capacity"], sheet["weekly_minutes"]) == (1, 5, None)
    assert [one["session_type_id"] for one in sheet["session_types"]] == [None]
    assert len(sheet["hours"]) == 7
    assert [week["monday"] for week in sheet["weeks"]] == [
        "2026-11-23",
        "2026-11-30",
        "2026-12-07",
        "2026-12-14",
    ]
    assert sheet["conflicts"] == []


async def test_limits_hold_at_once_and_null_takes_one_away(door: Door, therapist: PersonId) -> None:
    assert len(await free(door, therapist)) == 8
    sheet = await ask(door, "PATCH", version=1, weekly_minutes=40, sessions_per_day=3)
    assert (sheet["version"], sheet["weekly_minutes"], sheet["sessions_per_day"]) == (2, 40, 3)
    assert await free(door, therapist) == []  # a session takes 45 minutes
    sheet = await ask(door, "PATCH", version=2, weekly_minutes=None)
    assert (sheet["weekly_minutes"], sheet["sessions_per_day"]) == (None, 3)
    assert len(await free(door, therapist)) == 8


async def test_lowering_the_capacity_ends_no_care(door: Door, therapist: PersonId) -> None:
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    sheet = await ask(door, "PATCH", version=1, capacity=0)
    assert (sheet["capacity"], sheet["active"]) == (0, 1)
    assert await door.clinic.statuses() == ["confirmed"]
    assert await free(door, therapist) == []


async def test_who_was_slower_is_told_so_and_changes_nothing(door: Door, therapist: PersonId) -> None:
    await ask(door, "PATCH", version=1, capacity=7)
    assert await refused(door, "PATCH", "", {"capacity": 8}) == (412, "version_conflict")
    assert await refused(door, "PUT", "/hours", {"rules": []}) == (412, "version_conflict")
    status, answer = await door.ask("PATCH", PACE, json={"capacity": 8})
    assert (status, answer["code"]) == (412, "version_conflict")
    assert (await ask(door, "GET"))["capacity"] == 7


async def test_weekly_hours_are_set_as_a_whole_and_bookings_outside_are_listed(
    door: Door, therapist: PersonId
) -> None:
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    rules = [
        {"weekday": 2, "start": "13:00", "end": "15:00"},
        {"weekday": 2, "start": "15:00", "end": "24:00"},
    ]
    sheet = await ask(door, "PUT", "/hours", version=1, rules=rules)
    assert [(one["start"], one["end"], one["timezone"]) for one in sheet["hours"]] == [
        ("13:00", "15:00", "Asia/Tokyo"),
        ("15:00", "24:00", "Asia/Tokyo"),
    ]
    [conflict] = sheet["conflicts"]
    assert (conflict["starts_at"], conflict["why"]) == ("2026-11-25T00:00:00Z", "outside_hours")
    assert (await free(door, therapist))[0] == "04:00"


async def test_one_date_can_have_other_hours_and_get_the_weekly_ones_back(
    door: Door, therapist: PersonId
) -> None:
    sheet = await ask(door, "PUT", "/dates/2026-11-25", ranges=[{"start": "20:00", "end": "22:00"}])
    assert sheet["dates"] == [{"date": "2026-11-25", "ranges": [{"start": "20:00", "end": "22:00"}]}]
    assert await free(door, therapist) == ["11:00", "12:00"]
    sheet = await ask(door, "PUT", "/dates/2026-11-25", ranges=[])
    assert sheet["dates"] == [{"date": "2026-11-25", "ranges": []}]
    assert await free(door, therapist) == []
    sheet = await ask(door, "DELETE", "/dates/2026-11-25")
    assert sheet["dates"] == []
    assert len(await free(door, therapist)) == 8


async def test_time_off_hides_its_time_lists_what_is_booked_and_can_be_undone(
    door: Door, therapist: PersonId
) -> None:
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    cover = await door.clinic.therapist()
    away: dict[str, Any] = {"starts_at": "2026-11-24T15:00:00Z", "ends_at": "2026-12-05T15:00:00Z"}
    sheet = await ask(door, "POST", "/time-off", **away, kind="leave", cover_id=cover)
    [off] = sheet["time_off"]
    assert (off["kind"], off["cover_id"]) == ("leave", cover)
    assert [one["why"] for one in sheet["conflicts"]] == ["time_off"]
    assert await door.clinic.statuses() == ["confirmed"]
    assert await free(door, therapist) == []
    sheet = await ask(door, "DELETE", f"/time-off/{off['time_off_id']}")
    assert (sheet["time_off"], sheet["conflicts"]) == ([], [])
    assert await refused(door, "POST", "/time-off", away | {"cover_id": therapist}) == (422, "invalid")


async def test_travel_moves_the_hours_to_another_zone(door: Door, therapist: PersonId) -> None:
    trip: dict[str, Any] = {
        "first_date": "2026-11-25",
        "last_date": "2026-11-25",
        "timezone": "America/Los_Angeles",
    }
    sheet = await ask(door, "POST", "/travels", **trip)
    assert await free(door, therapist) == []  # nine in Los Angeles is two at night in Tokyo, a day later
    assert await refused(door, "POST", "/travels", trip) == (422, "invalid")
    await ask(door, "DELETE", f"/travels/{sheet['travels'][0]['travel_id']}")
    assert len(await free(door, therapist)) == 8


async def test_kinds_of_sessions_are_made_changed_and_ended(door: Door, therapist: PersonId) -> None:
    sheet = await ask(door, "POST", "/session-types", **SHORT)
    [kind] = sheet["session_types"]
    assert (kind["session_min"], kind["approval"], kind["name"]["en"]) == (20, False, "Short")
    assert len(await free(door, therapist)) == 24
    path = f"/session-types/{kind['session_type_id']}"
    await ask(door, "PUT", path, **(SHORT | {"session_min": 60, "step_min": 60}))
    assert len(await free(door, therapist)) == 8
    door.who = door.clinic.visitor()
    status, seen = await door.ask("GET", f"/api/booking/therapists/{therapist}/session-types")
    assert (status, seen["session_types"][0]["session_min"]) == (200, 60)
    door.as_therapist(therapist)
    sheet = await ask(door, "DELETE", path)
    assert [one["session_type_id"] for one in sheet["session_types"]] == [None]
    assert await refused(door, "PUT", path, SHORT) == (404, "not_found")


async def test_windows_for_answers_are_kept_in_the_order_of_the_week(door: Door, therapist: PersonId) -> None:
    windows = [
        {"weekday": 4, "start": "18:00", "end": "19:00"},
        {"weekday": 0, "start": "12:00", "end": "13:00"},
    ]
    sheet = await ask(door, "PUT", "/reply-windows", version=1, windows=windows)
    assert [one["weekday"] for one in sheet["reply_windows"]] == [0, 4]


async def test_the_weeks_show_what_is_booked(door: Door, therapist: PersonId) -> None:
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY + timedelta(days=7))
    sheet = await ask(door, "PATCH", version=1, weekly_minutes=600)
    weeks = [(one["booked_minutes"], one["message_minutes"], one["limit_minutes"]) for one in sheet["weeks"]]
    assert weeks[:3] == [(45, 20, 600), (45, 20, 600), (0, 20, 600)]


@pytest.mark.parametrize(
    ("method", "path", "json"),
    [
        ("PATCH", "", {"capacity": -1}),
        ("PATCH", "", {"capacity": None}),
        ("PATCH", "", {"weekly_minutes": 0}),
        ("PATCH", "", {"sessions_per_day": 1.5}),
        ("PATCH", "", {"pause_new": "perhaps"}),
        ("PUT", "/hours", {"rules": [{"weekday": 7, "start": "09:00", "end": "10:00"}]}),
        ("PUT", "/hours", {"rules": [{"weekday": 1, "start": "10:00", "end": "09:00"}]}),
        ("PUT", "/hours", {"rules": [{"weekday": 1, "start": "25:00", "end": "26:00"}]}),
        (
            "PUT",
            "/hours",
            {"rules": [{"weekday": 1, "start": "09:00", "end": "10:00", "timezone": "Mars/X"}]},
        ),
        ("PUT", "/hours", {"rules": [{"weekday": 1, "start": "09:00", "end": "11:00"}] * 2}),
        ("PUT", "/hours", {"rules": [{"weekday": 1, "start": "09:00", "end": "11:00"}] * 101}),
        ("PUT", "/dates/2026-11-25", {"ranges": [{"start": "09:00", "end": "11:00"}] * 2}),
        ("POST", "/time-off", {"starts_at": "2026-11-25T00:00:00Z", "ends_at": "2026-11-25T00:00:00Z"}),
        ("POST", "/time-off", {"starts_at": "2026-11-25T00:00:00Z", "ends_at": "2199-11-25T00:00:00Z"}),
        ("POST", "/travels", {"first_date": "2026-11-26", "last_date": "2026-11-25", "timezone": "UTC"}),
        ("POST", "/session-types", SHORT | {"session_min": 0}),
        ("POST", "/session-types", SHORT | {"name": {"ja": "", "en": "x"}}),
        ("POST", "/session-types", SHORT | {"active": False}),
    ],
)
async def test_nonsense_is_refused_and_changes_nothing(
    door: Door, therapist: PersonId, method: str, path: str, json: Any
) -> None:
    assert await refused(door, method, path, json) == (422, "invalid")
    assert (await ask(door, "GET"))["version"] == 1


@pytest.mark.parametrize("path", ["/dates/yesterday", "/dates/1066-10-14", "/time-off/none", "/travels/none"])
async def test_what_is_not_there_is_not_found(door: Door, therapist: PersonId, path: str) -> None:
    assert (await refused(door, "DELETE", path, None))[0] == 404


async def test_a_sheet_is_its_therapists_alone(door: Door, therapist: PersonId) -> None:
    door.who = door.clinic.visitor()
    assert (await door.ask("GET", PACE))[0] == 403


@pytest.mark.parametrize(
    ("path", "listed", "json"),
    [
        (
            "/time-off",
            "time_off",
            {"starts_at": "2026-12-01T00:00:00Z", "ends_at": "2026-12-12T00:00:00Z", "kind": "leave"},
        ),
        (
            "/travels",
            "travels",
            {"first_date": "2026-12-01", "last_date": "2026-12-03", "timezone": "Europe/Paris"},
        ),
        ("/session-types", "session_types", SHORT),
    ],
)
async def test_what_is_sent_again_with_its_key_is_there_once(
    door: Door, therapist: PersonId, path: str, listed: str, json: dict[str, Any]
) -> None:
    key = {"Idempotency-Key": "one"}
    answers = [await door.ask("POST", PACE + path, headers=key, json=json) for _ in range(2)]
    assert [(status, len(answer[listed])) for status, answer in answers] == [(200, 1)] * 2
    assert answers[0][1]["version"] == answers[1][1]["version"]
    status, answer = await door.ask("POST", PACE + "/travels", headers=key, json=OTHER)
    assert (status, answer["code"]) == (409, "idempotency_mismatch")
