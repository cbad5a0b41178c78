"""Every write of the scheduler takes an Idempotency-Key, or stands with its reason in PROTOCOL.md."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.database import Database
from core.http import Identity, Route
from core.ids import new_id
from scheduler import (
    care_messages,
    change_messages,
    group_messages,
    messages,
    missed_messages,
    outward_messages,
    pace_messages,
    series_messages,
)
from server.assembly import declared_routes
from server.config import Config
from server.openapi import takes_key
from server.web import SAFE_METHODS
from tests.fakes import FakeClock
from tests.scheduler.clinic import Clinic
from tests.scheduler.door import Door, open_door, wanted

PROTOCOL = Path(__file__).resolve().parents[2] / "docs" / "PROTOCOL.md"
TOO_LONG = "x" * 201
AT, LATER = "2026-11-25T00:00:00Z", "2026-11-25T03:00:00Z"
ON_BEHALF = {"client_id": "c", "starts_at": AT}
NAMES = {"ja": "初回", "en": "First"}
# A body that is taken, for each kind of body there is.
BODIES: dict[type[Any] | None, dict[str, Any] | None] = {
    None: None,
    care_messages.WaitBody: {"language": "ja"},
    care_messages.MatchBody: {"language": "ja"},
    care_messages.HandoverBody: {"therapist_id": "t"},
    care_messages.ShareBody: {"history": "none"},
    care_messages.LeaveBody: {"choice": "wait"},
    care_messages.EndBody: {},
    care_messages.AssignBody: {"client_id": "c"},
    care_messages.EmptyBody: {},
    change_messages.ReasonBody: {},
    change_messages.MoveBody: {"starts_at": AT},
    change_messages.NothingBody: {},
    group_messages.GroupBody: {
        "title_ja": "体操",
        "title_en": "Stretching",
        "seats": 2,
        "starts_at": AT,
        "session_min": 60,
    },
    group_messages.SeatBody: {
        "newcomer": {"name": "一郎", "email": "i@example.com", "timezone": "Asia/Tokyo", "locale": "ja"}
    },
    messages.HoldBody: {"therapist_id": "t", "starts_at": AT},
    messages.BookingBody: wanted("t"),
    missed_messages.CorrectionBody: {"status": "fulfilled", "reason": "電話で実施"},
    outward_messages.CalendarBody: {"url": "http://127.0.0.1:9/", "label": "わたし"},
    outward_messages.WebhookBody: {"url": "http://127.0.0.1:9/", "topics": ["booking.confirmed"]},
    outward_messages.SubscriptionBody: {
        "endpoint": "http://127.0.0.1:9/",
        "keys": {"p256dh": "AAAA", "auth": "AAAA"},
    },
    pace_messages.TimeOffBody: {"starts_at": AT, "ends_at": LATER, "kind": "leave"},
    pace_messages.TravelBody: {
        "first_date": "2026-12-01",
        "last_date": "2026-12-02",
        "timezone": "Europe/Paris",
    },
    pace_messages.SessionTypeBody: {"name": NAMES, "session_min": 45, "step_min": 30},
    series_messages.SeriesBody: wanted("t", count=2),
    series_messages.OnBehalfBody: ON_BEHALF,
    series_messages.StaffBookingBody: ON_BEHALF | {"therapist_id": "t"},
}


async def writes() -> list[Route]:
    """Of the scheduler, as the program serves them."""
    every = await declared_routes(Config())
    return [
        one
        for one in every
        if one.method not in SAFE_METHODS and one.handler.__module__.startswith("scheduler.")
    ]


async def test_a_write_takes_a_key_or_has_a_reason_not_to() -> None:
    without = {f"{one.method} {one.path}" for one in await writes() if not takes_key(one)}
    (section,) = re.findall(r"^## Writes over HTTP\n(.*?)^## ", PROTOCOL.read_text("utf-8"), re.M | re.S)
    assert set(re.findall(r"^\| `([A-Z]+ \S+)` \| \S.* \|$", section, re.M)) == without


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as opened:
        yield opened


async def askers(door: Door) -> list[Identity]:
    """Somebody of each part; one of them may ask whatever there is."""
    clinic = door.clinic
    therapist = Identity(await clinic.therapist(), frozenset({"therapist"}), new_id(), "account")
    staff = Identity(await clinic.person("運営", "staff"), frozenset({"staff"}), new_id(), "account")
    return [await clinic.client(), therapist, staff, clinic.visitor()]


async def test_who_says_to_take_a_key_reads_it(door: Door) -> None:
    """A key that is none is refused before anything is done, wherever keys are taken."""
    people, deaf = await askers(door), []
    for one in [route for route in await writes() if takes_key(route)]:
        path = re.sub(r"{\w+}", "x", one.path)
        answers = []
        for door.who in people:
            headers = {"Idempotency-Key": TOO_LONG}
            status, answer = await door.ask(one.method, path, json=BODIES[one.body], headers=headers)
            answers.append((status, answer["detail"].partition(" ")[0]))
        if (422, "Idempotency-Key") not in answers:
            deaf.append((one.path, answers))
    assert deaf == []
