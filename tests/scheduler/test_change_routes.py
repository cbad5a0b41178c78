"""Changing a booking over HTTP: the client by their link, the therapist, and nonsense."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from core.database import Database
from core.ids import PersonId
from tests.contracts.test_session_types import add_type
from tests.fakes import FakeClock
from tests.scheduler.clinic import WEDNESDAY, Clinic
from tests.scheduler.door import Door, open_door, wanted


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as opened:
        yield opened


async def made(door: Door) -> tuple[PersonId, dict[str, Any]]:
    therapist_id = await door.clinic.therapist()
    status, booking = await door.ask("POST", "/api/bookings", json=wanted(therapist_id))
    assert status == 201
    return therapist_id, booking


async def test_a_booking_says_until_when_it_can_be_changed(door: Door) -> None:
    _, booking = await made(door)
    assert booking["change_until"] == "2026-11-24T22:00:00Z"  # two hours before the start
    assert (booking["sequence"], booking["cancelled_by"]) == (0, None)


async def test_a_client_looks_for_another_time_moves_and_cancels(door: Door) -> None:
    _, booking = await made(door)
    path = f"/api/bookings/{booking['booking_id']}"
    days = {"from": "2026-11-25", "to": "2026-11-25", "tz": "Asia/Tokyo"}
    status, found = await door.ask("GET", f"{path}/times", params=days)
    assert status == 200
    assert len(found["slots"]) == 8  # its own time, too
    status, moved = await door.ask("POST", f"{path}/reschedule", json={"starts_at": "2026-11-25T03:00:00Z"})
    assert (status, moved["starts_at"], moved["sequence"]) == (200, "2026-11-25T03:00:00Z", 1)
    status, shown = await door.ask("GET", path)
    assert (shown["starts_at"], shown["status"]) == ("2026-11-25T03:00:00Z", "confirmed")
    assert shown["join_url"] == booking["join_url"]
    status, gone = await door.ask("POST", f"{path}/cancel", json={"reason": "会議"})
    assert (status, gone["status"], gone["change_until"]) == (200, "cancelled", None)
    status, refused = await door.ask("POST", f"{path}/reschedule", json={"starts_at": "2026-11-25T03:00:00Z"})
    assert (status, refused["code"]) == (409, "booking_status_conflict")


async def test_a_reason_is_shown_to_the_other_of_the_two(door: Door) -> None:
    therapist_id, booking = await made(door)
    path, who = f"/api/bookings/{booking['booking_id']}", door.who
    await door.ask("POST", f"{path}/cancel", json={"reason": "出張です"})
    assert (await door.ask("GET", path))[1]["reason"] is None  # they know what they wrote
    door.as_therapist(therapist_id)
    _, day = await door.ask("GET", "/api/therapist/sessions", params={"from": "2026-11-25"})
    assert [(one["status"], one["reason"]) for one in day["sessions"]] == [("cancelled", "出張です")]
    assert (await door.ask("GET", path))[1]["reason"] == "出張です"
    door.who = who
    _, again = await door.ask("POST", "/api/bookings", json=wanted(therapist_id))
    door.as_therapist(therapist_id)
    again_path = f"/api/bookings/{again['booking_id']}"
    await door.ask("POST", f"{again_path}/cancel", json={"reason": "急用です"})
    door.who = who
    assert (await door.ask("GET", again_path))[1]["reason"] == "急用です"


async def test_the_same_key_for_something_else_is_refused(door: Door) -> None:
    _, booking = await made(door)
    path = f"/api/bookings/{booking['booking_id']}"
    key = {"Idempotency-Key": "one"}
    for starts_at, expected in (("03", 200), ("03", 200), ("04", 409)):
        body = {"starts_at": f"2026-11-25T{starts_at}:00:00Z"}
        status, answer = await door.ask("POST", f"{path}/reschedule", json=body, headers=key)
        assert status == expected, answer
    status, answer = await door.ask("POST", f"{path}/cancel", json={}, headers=key)
    assert (status, answer["code"]) == (409, "idempotency_mismatch")


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("reschedule", {}),
        ("reschedule", {"starts_at": "tomorrow"}),
        ("reschedule", {"starts_at": "2026-11-25T03:00:00"}),
        ("reschedule", {"starts_at": "9999-12-31T23:59:59Z"}),
        ("cancel", {"reason": "x" * 501}),
        ("cancel", {"why": "not"}),
        ("approve", {"reason": "members are not taken"}),
    ],
)
async def test_nonsense_is_refused_and_changes_nothing(door: Door, verb: str, body: dict[str, Any]) -> None:
    _, booking = await made(door)
    path = f"/api/bookings/{booking['booking_id']}"
    status, answer = await door.ask("POST", f"{path}/{verb}", json=body)
    assert (status, answer["code"]) == (422, "invalid")
    assert (await door.ask("GET", path))[1]["sequence"] == 0


async def test_too_late_is_said_with_its_own_code(door: Door) -> None:
    _, booking = await made(door)
    door.clinic.clock.advance((WEDNESDAY - timedelta(minutes=90) - door.clinic.clock.now()).total_seconds())
    status, answer = await door.ask("POST", f"/api/bookings/{booking['booking_id']}/cancel", json={})
    assert (status, answer["code"]) == (409, "too_late")


async def test_the_therapist_changes_their_sessions_and_nobody_elses(door: Door) -> None:
    therapist_id, booking = await made(door)
    path = f"/api/bookings/{booking['booking_id']}"
    door.as_therapist(await door.clinic.therapist())
    status, answer = await door.ask("POST", f"{path}/cancel", json={})
    assert (status, answer["code"]) == (404, "not_found")
    door.as_therapist(therapist_id)
    status, answer = await door.ask("POST", f"{path}/approve", json={})
    assert (status, answer["code"]) == (409, "booking_status_conflict")
    status, answer = await door.ask("POST", f"{path}/cancel", json={"reason": "体調不良のため"})
    assert (status, answer["cancelled_by"]) == (200, "therapist")


async def test_what_waits_for_an_answer_is_listed_whatever_its_day_until_it_has_one(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    kind = await add_type(door.clinic, therapist_id, approval=True)
    visitor, asked = door.who, wanted(therapist_id) | {"session_type_id": kind}
    status, booking = await door.ask("POST", "/api/bookings", json=asked)
    assert (status, booking["status"]) == (201, "requested")
    assert (await door.ask("GET", "/api/therapist/requests"))[0] == 403
    door.as_therapist(await door.clinic.therapist())
    assert (await door.ask("GET", "/api/therapist/requests"))[1]["sessions"] == []  # another's
    door.as_therapist(therapist_id)
    _, found = await door.ask("GET", "/api/therapist/requests")
    line = found["sessions"][0]
    assert (found["timezone"], line["booking_id"], line["status"]) == (
        "Asia/Tokyo",
        booking["booking_id"],
        "requested",
    )
    assert line["approve_until"] == booking["approve_until"]
    status, _ = await door.ask("POST", f"/api/bookings/{booking['booking_id']}/approve", json={})
    assert status == 200
    assert (await door.ask("GET", "/api/therapist/requests"))[1]["sessions"] == []
    door.who = visitor
    cancel = f"/api/bookings/{booking['booking_id']}/cancel"
    assert (await door.ask("POST", cancel, json={"reason": "会議のため"}))[0] == 200
    door.as_therapist(therapist_id)
    days = {"from": "2026-11-25", "to": "2026-11-25"}
    _, day = await door.ask("GET", "/api/therapist/sessions", params=days)
    line = day["sessions"][0]
    assert (line["cancelled_by"], line["reason"]) == ("client", "会議のため")
    assert line["approve_until"] is None
