"""The HTTP edge: shapes, errors as problems, and bad input that never becomes a 500."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa

from core.database import Database, metadata
from core.http import Identity
from core.ids import new_id
from tests.fakes import FakeClock
from tests.scheduler.clinic import PUBLIC_URL, TOKYO, WEDNESDAY, Clinic
from tests.scheduler.door import Door, open_door, wanted


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as door:
        yield door


async def test_a_visitor_sees_whom_and_when_in_their_own_zone(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    status, found = await door.ask("GET", "/api/booking/therapists?tz=America/New_York")
    assert status == 200
    assert found == {
        "therapists": [
            {
                "therapist_id": therapist_id,
                "name": "先生 5",
                "name_en": None,
                "headline": {"ja": "ゆっくり伺います", "en": "I take time"},
                "languages": ["ja", "en"],
                "licence_kind": "physiotherapist",
                "next_free_at": "2026-11-24T03:00:00Z",
                "kinds": [
                    {
                        "session_type_id": None,
                        "name": {"ja": "オンライン面談", "en": "Online consultation"},
                        "session_minutes": 45,
                        "approval": False,
                    }
                ],
            }
        ],
        "session_minutes": 45,
        "answer_within_h": 24,
        "own_therapist": False,
        "more": False,
    }
    path = f"/api/booking/slots?therapist_id={therapist_id}&from=2026-11-24&to=2026-11-24&tz=America/New_York"
    status, found = await door.ask("GET", path)
    assert (status, found["timezone"], len(found["slots"])) == (200, "America/New_York", 8)
    # That date in New York holds the end of one and the beginning of the next day in Tokyo.
    assert found["slots"][0] == {"starts_at": "2026-11-24T05:00:00Z", "ends_at": "2026-11-24T05:45:00Z"}
    assert found["slots"][-1] == {"starts_at": "2026-11-25T04:00:00Z", "ends_at": "2026-11-25T04:45:00Z"}


async def test_a_visitor_holds_books_and_takes_the_calendar_file_along(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    body = {"therapist_id": therapist_id, "starts_at": "2026-11-25T09:00:00+09:00"}
    status, held = await door.ask("POST", "/api/booking/holds", json=body)
    assert (status, held["expires_at"]) == (201, "2026-11-24T01:05:00Z")
    status, booked = await door.ask(
        "POST", "/api/bookings", json=wanted(therapist_id, hold_id=held["hold_id"])
    )
    assert status == 201
    join_url, booking_id = booked.pop("join_url"), booked["booking_id"]
    assert join_url.startswith(f"{PUBLIC_URL}/join/")
    assert booked == {
        "booking_id": held["hold_id"],
        "uid": f"{booking_id}@todoku",
        "therapist_id": therapist_id,
        "therapist_name": "先生 5",
        "therapist_name_en": None,
        "client_name": "佐藤 一郎",
        "starts_at": "2026-11-25T00:00:00Z",
        "ends_at": "2026-11-25T00:45:00Z",
        "timezone": TOKYO,
        "status": "confirmed",
        "sequence": 0,
        "change_until": "2026-11-24T22:00:00Z",
        "approve_until": None,
        "cancelled_by": None,
        "reason": None,
        "series_id": None,
        "calendar_url": f"/api/bookings/{booking_id}/calendar.ics?session=link",
    }
    assert (await door.ask("GET", f"/api/bookings/{booking_id}"))[1]["status"] == "confirmed"
    async with door.client.get(booked["calendar_url"]) as response:  # a plain link sends no header
        assert response.headers["Content-Disposition"] == 'attachment; filename="consultation.ics"'
        (event,) = icalendar.Calendar.from_ical(await response.read()).walk("VEVENT")
    assert event.decoded("dtstart") == WEDNESDAY


async def everything(database: Database) -> dict[str, list[str]]:
    """Every row of every table."""
    async with database.read() as connection:
        return {
            name: sorted(str(row) for row in await connection.execute(sa.select(table)))
            for name, table in metadata.tables.items()
        }


async def test_looking_at_a_booking_changes_nothing_and_shows_the_same_link_again(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    _, booked = await door.ask("POST", "/api/bookings", json=wanted(therapist_id))
    day = "from=2026-11-25&to=2026-11-25"
    paths = (
        f"/api/bookings/{booked['booking_id']}",
        f"/api/bookings/{booked['booking_id']}/calendar.ics",
        "/api/booking/therapists",
        f"/api/booking/slots?therapist_id={therapist_id}&tz=Asia/Tokyo&{day}",
        f"/api/therapist/sessions?{day}",
        "/api/therapist/practice",
    )
    before = await everything(door.clinic.database)
    assert before["link_token"] != []
    answers = [await door.ask("GET", path) for path in paths]
    assert answers[0][1]["join_url"] == booked["join_url"]
    assert booked["join_url"] in answers[1][1].decode().replace("\r\n ", "")
    door.as_therapist(therapist_id)
    answers += [await door.ask("GET", path) for path in paths]
    assert f"{PUBLIC_URL}/room/{booked['booking_id']}" in answers[7][1].decode().replace("\r\n ", "")
    assert {status for status, _ in answers} == {200, 403}
    assert await everything(door.clinic.database) == before


async def test_a_calendar_file_whose_link_cannot_be_found_leads_through_signing_in(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    _, booked = await door.ask("POST", "/api/bookings", json=wanted(therapist_id))
    door.clinic.clock.advance(3600 * 48)  # the link's time is over
    status, content = await door.ask("GET", f"/api/bookings/{booked['booking_id']}/calendar.ics")
    assert status == 200
    assert f"{PUBLIC_URL}/room/{booked['booking_id']}" in content.decode().replace("\r\n ", "")


async def test_who_is_known_books_without_saying_who_they_are_and_nobody_else_does(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    anonymous = {name: value for name, value in wanted(therapist_id).items() if name not in ("name", "email")}
    status, problem = await door.ask("POST", "/api/bookings", json=anonymous)
    assert (status, [one["field"] for one in problem["errors"]]) == (422, ["name", "email"])
    person_id = await door.clinic.person("山田 花子", "client")
    door.who = Identity(person_id, frozenset({"client"}), new_id(), "account")
    status, booked = await door.ask("POST", "/api/bookings", json=anonymous)
    assert (status, booked["client_name"]) == (201, "山田 花子")


async def test_a_hold_can_be_given_back(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    body = {"therapist_id": therapist_id, "starts_at": "2026-11-25T00:00:00Z"}
    _, held = await door.ask("POST", "/api/booking/holds", json=body)
    assert (await door.ask("DELETE", f"/api/booking/holds/{held['hold_id']}"))[0] == 204
    assert (await door.ask("DELETE", f"/api/booking/holds/{held['hold_id']}"))[0] == 404


async def test_a_repeated_booking_is_answered_with_the_same_booking(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    key = {"Idempotency-Key": "3c9a"}
    first = await door.ask("POST", "/api/bookings", json=wanted(therapist_id), headers=key)
    again = await door.ask("POST", "/api/bookings", json=wanted(therapist_id), headers=key)
    assert (first[0], again[0]) == (201, 201)
    assert first[1]["booking_id"] == again[1]["booking_id"]
    other = wanted(therapist_id, starts_at="2026-11-25T01:00:00Z")
    status, problem = await door.ask("POST", "/api/bookings", json=other, headers=key)
    assert (status, problem["code"]) == (409, "idempotency_mismatch")


async def test_a_lost_time_is_a_conflict_with_alternatives(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    await door.ask("POST", "/api/bookings", json=wanted(therapist_id))
    door.who = door.clinic.visitor()
    status, problem = await door.ask("POST", "/api/bookings", json=wanted(therapist_id))
    assert (status, problem["code"]) == (409, "slot_taken")
    assert problem["alternatives"][0] == {
        "therapist_id": therapist_id,
        "starts_at": "2026-11-25T01:00:00Z",
        "ends_at": "2026-11-25T01:45:00Z",
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"starts_at": "2026-11-25T00:00:00"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00Z"}, "starts_at"),
        ({"starts_at": "9999-12-31T23:59:59-23:00"}, "starts_at"),
        ({"starts_at": 1e300}, "starts_at"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"email": "not a mail"}, "email"),
        ({"email": "a@example.com\r\nBcc: x@example.com"}, "email"),
        ({"name": " "}, "name"),
        ({"name": "\u202e\u200b"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"locale": "de"}, "locale"),
        ({"therapist_id": "a b"}, "therapist_id"),
        ({"therapist_id": "x\u0000"}, "therapist_id"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_a_booking_that_makes_no_sense_names_the_field(
    door: Door, change: dict[str, Any], field: str
) -> None:
    therapist_id = await door.clinic.therapist()
    status, problem = await door.ask("POST", "/api/bookings", json=wanted(therapist_id) | change)
    assert (status, problem["code"]) == (422, "invalid")
    assert [error["field"] for error in problem["errors"]] == [field]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"therapist_id": 1e999}'])
async def test_a_body_that_is_no_booking_is_invalid(door: Door, content: bytes) -> None:
    status, problem = await door.ask("POST", "/api/bookings", data=content)
    assert (status, problem["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    "parameters",
    [
        "from=2026-11-24&to=2026-12-25",
        "from=2026-11-24&to=2026-11-23",
        "from=0001-01-01&to=0001-01-02",
        "from=9999-12-31&to=9999-12-31",
        "from=yesterday&to=2026-11-24",
        "from=2026-11-24",
        "from=2026-11-24&to=2026-11-24&more=1",
    ],
)
async def test_a_range_that_cannot_be_listed_is_invalid(door: Door, parameters: str) -> None:
    path = f"/api/booking/slots?therapist_id=x&tz=Asia/Tokyo&{parameters}"
    status, problem = await door.ask("GET", path)
    assert (status, problem["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        (
            "GET",
            "/api/booking/slots?therapist_id=x&tz=Asia/Tokyo&from=2026-11-24&to=2026-11-24",
            "therapist_unknown",
        ),
        ("GET", "/api/bookings/unknown", "not_found"),
        ("GET", "/api/bookings/%00", "not_found"),
        ("GET", "/api/bookings/unknown/calendar.ics", "not_found"),
        ("GET", "/api/therapist/sessions", "denied"),
        ("GET", "/api/therapist/practice", "denied"),
    ],
)
async def test_what_is_not_there_or_not_yours_is_refused(
    door: Door, method: str, path: str, code: str
) -> None:
    assert (await door.ask(method, path))[1]["code"] == code


async def test_nobody_books_without_a_link(door: Door) -> None:
    door.who = None
    assert (await door.ask("GET", "/api/booking/therapists"))[1]["code"] == "unauthenticated"


async def test_a_therapist_sees_the_day_and_who_waits(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    _, booked = await door.ask("POST", "/api/bookings", json=wanted(therapist_id))
    door.as_therapist(therapist_id)
    path = "/api/therapist/sessions?from=2026-11-25&to=2026-11-25"
    expected = {
        "booking_id": booked["booking_id"],
        "series_id": None,
        "client_name": "佐藤 一郎",
        "starts_at": "2026-11-25T00:00:00Z",
        "ends_at": "2026-11-25T00:45:00Z",
        "status": "confirmed",
        "enter_from": "2026-11-24T23:50:00Z",
        "enter_until": "2026-11-25T01:15:00Z",
        "client_waiting": False,
        "waiting_since": None,
        "in_call_since": None,
        "noshow_by": None,
        "client_late_s": None,
        "therapist_late_s": None,
        "overrun_s": None,
        "approve_until": None,
        "cancelled_by": None,
        "reason": None,
    }
    assert await door.ask("GET", path) == (200, {"timezone": TOKYO, "sessions": [expected]})
    door.waiting[booked["booking_id"]] = WEDNESDAY - timedelta(minutes=5)
    waiting = expected | {"client_waiting": True, "waiting_since": "2026-11-24T23:55:00Z"}
    assert (await door.ask("GET", path))[1]["sessions"] == [waiting]
    door.waiting, door.running = {}, {booked["booking_id"]: WEDNESDAY + timedelta(minutes=1)}
    running = expected | {"in_call_since": "2026-11-25T00:01:00Z"}
    assert (await door.ask("GET", path))[1]["sessions"] == [running]
    assert await door.ask("GET", "/api/therapist/sessions") == (200, {"timezone": TOKYO, "sessions": []})
    _, seen = await door.ask("GET", f"/api/bookings/{booked['booking_id']}")
    assert seen["join_url"] is None
    assert seen["calendar_url"].endswith("/calendar.ics")


async def test_a_therapist_reads_their_practice(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    door.as_therapist(therapist_id)
    status, practice = await door.ask("GET", "/api/therapist/practice")
    assert (status, practice["capacity"], practice["version"]) == (200, 5, 1)
    assert practice["hours"][0] == {"weekday": 0, "start": "09:00", "end": "17:00"}
