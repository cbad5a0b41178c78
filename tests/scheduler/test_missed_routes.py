"""Sessions that did not take place, over HTTP: the therapist, staff who correct, a client's new time."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from accounts.tables import audit
from core.database import Database
from core.ids import PersonId
from scheduler.settling import Settling
from tests.fakes import FakeClock
from tests.scheduler.clinic import WEDNESDAY, Clinic
from tests.scheduler.door import Door, nobody_came, open_door, wanted

DAYS = {"from": "2026-11-25", "to": "2026-11-25", "tz": "Asia/Tokyo"}
AGAIN = {"starts_at": "2026-11-26T00:00:00Z"}


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as opened:
        yield opened


async def missed(door: Door) -> tuple[PersonId, dict[str, Any]]:
    """A booking that nobody came to, settled."""
    clinic, therapist_id = door.clinic, await door.clinic.therapist()
    status, booking = await door.ask("POST", "/api/bookings", json=wanted(therapist_id))
    assert status == 201
    clinic.clock.advance((WEDNESDAY + timedelta(hours=2) - clinic.clock.now()).total_seconds())
    await Settling(clinic.database, clinic.config, clinic.clock, nobody_came).run()
    return therapist_id, booking


async def test_the_client_sees_it_and_takes_a_new_time(door: Door) -> None:
    _, booking = await missed(door)
    path = f"/api/bookings/{booking['booking_id']}"
    assert (await door.ask("GET", path))[1]["status"] == "noshow"
    status, times = await door.ask("GET", f"{path}/times", params=DAYS | {"to": "2026-11-26"})
    assert status == 200
    assert AGAIN["starts_at"] in {one["starts_at"] for one in times["slots"]}
    key = {"Idempotency-Key": "again"}
    status, made = await door.ask("POST", f"{path}/again", json=AGAIN, headers=key)
    assert (status, made["status"], made["starts_at"]) == (201, "confirmed", AGAIN["starts_at"])
    assert (await door.ask("POST", f"{path}/again", json=AGAIN, headers=key)) == (201, made)
    status, refused = await door.ask("POST", f"{path}/again", json=AGAIN)
    assert (status, refused["code"]) == (409, "booking_status_conflict")


async def test_the_therapist_s_list_says_who_was_missing(door: Door) -> None:
    therapist_id, _ = await missed(door)
    door.as_therapist(therapist_id)
    _, found = await door.ask("GET", "/api/therapist/sessions", params={"from": "2026-11-25"})
    [line] = found["sessions"]
    assert (line["status"], line["noshow_by"], line["overrun_s"]) == ("noshow", "both", None)


async def test_staff_list_and_correct(door: Door) -> None:
    _, booking = await missed(door)
    for as_whom, expected in ((None, 403), ("staff", 200)):
        if as_whom:
            door.as_staff(await door.clinic.person("運営", "staff"))
        assert (await door.ask("GET", "/api/staff/outcomes", params=DAYS))[0] == expected
    path = f"/api/staff/outcomes/{booking['booking_id']}"
    status, corrected = await door.ask("POST", path, json={"status": "noshow", "reason": "電話があった"})
    assert (status, corrected["status"], corrected["noshow_by"]) == (200, "noshow", None)
    status, corrected = await door.ask("POST", path, json={"status": "fulfilled", "reason": "電話で実施"})
    assert (status, corrected["status"]) == (200, "fulfilled")
    _, found = await door.ask("GET", "/api/staff/outcomes", params=DAYS)
    assert found["outcomes"] == []
    # Each look is written down, and no words of anybody's.
    query = sa.select(audit.c.action, audit.c.subject, audit.c.detail).order_by(audit.c.id)
    async with door.clinic.database.read() as connection:
        trail = (await connection.execute(query.where(audit.c.action.like("outcome%")))).all()
    assert [one.action for one in trail] == ["outcomes_read", *["outcome_corrected"] * 2, "outcomes_read"]
    assert (trail[0].detail, "電話" in str(trail)) == ({"count": 1}, False)
    status, _ = await door.ask("POST", path, json={"status": "noshow", "reason": "長" * 300})
    assert status == 200


@pytest.mark.parametrize(
    "body",
    [
        {"status": "cancelled", "reason": "x"},
        {"status": "noshow"},
        {"status": "noshow", "reason": " "},
        {"status": "fulfilled", "noshow_by": "client", "reason": "x"},
        {"status": "noshow", "noshow_by": "staff", "reason": "x"},
    ],
)
async def test_nonsense_corrects_nothing(door: Door, body: dict[str, Any]) -> None:
    _, booking = await missed(door)
    door.as_staff(await door.clinic.person("運営", "staff"))
    status, answer = await door.ask("POST", f"/api/staff/outcomes/{booking['booking_id']}", json=body)
    assert (status, answer["code"]) == (422, "invalid")
    status, answer = await door.ask("POST", "/api/staff/outcomes/b", json={"status": "noshow", "reason": "x"})
    assert (status, answer["code"]) == (404, "not_found")
