"""What webhooks are told of: every booking, however it was made, and what came of it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from core.database import Database
from core.outbox import Outbox
from scheduler.settling import Settling
from scheduler.webhook_topics import SOURCES, TOPICS, happened
from tests.fakes import FakeClock
from tests.scheduler.clinic import WEDNESDAY, Clinic
from tests.scheduler.door import Door, nobody_came, open_door, wanted

WEBHOOKS = "/api/staff/webhooks"
GROUP = {
    "title_ja": "お昼の体操",
    "title_en": "Stretching at noon",
    "seats": 2,
    "starts_at": "2026-11-25T03:00:00Z",
    "session_min": 60,
}
ME = {"name": "佐藤 一郎", "email": "ichiro@example.com", "timezone": "Asia/Tokyo", "locale": "ja"}
Told = list[tuple[str, str]]


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    """With a webhook that wants everything."""
    async with open_door(Clinic(database, clock)) as opened:
        visitor = opened.who
        await opened.as_new_staff()
        body = {"url": "http://127.0.0.1:9/", "topics": list(TOPICS)}
        assert (await opened.ask("POST", WEBHOOKS, json=body))[0] == 201
        opened.who = visitor
        yield opened


async def told(door: Door) -> Told:
    """(topic, id of the event) of each delivery so far, in the order in which they were written."""
    clinic, who = door.clinic, door.who
    for _ in range(2):  # a handler may see an event again
        await Outbox(
            clinic.database, clinic.clock, door.webhooks.fan_out(), without=("outside.webhook",)
        ).deliver_due()
    await door.as_new_staff()
    [webhook] = (await door.ask("GET", WEBHOOKS))[1]["webhooks"]
    _, found = await door.ask("GET", f"{WEBHOOKS}/{webhook['webhook_id']}/deliveries")
    door.who = who
    return [(one["topic"], one["event_id"]) for one in reversed(found["deliveries"])]


async def booked(door: Door) -> str:
    therapist_id = await door.clinic.therapist()
    status, made = await door.ask("POST", "/api/bookings", json=wanted(therapist_id))
    assert status == 201
    return str(made["booking_id"])


async def over(door: Door) -> None:
    clinic = door.clinic
    clinic.clock.advance((WEDNESDAY + timedelta(hours=2) - clinic.clock.now()).total_seconds())
    await Settling(clinic.database, clinic.config, clinic.clock, nobody_came).run()


async def test_every_session_of_a_series_is_told_as_a_booking(door: Door) -> None:
    body = wanted(await door.clinic.therapist(), interval_weeks=2, count=3)
    status, made = await door.ask("POST", "/api/series", json=body)
    assert status == 201
    ids = [one["booking_id"] for one in made["bookings"]]
    assert sorted(await told(door)) == sorted(("booking.confirmed", f"{one}-0-confirmed") for one in ids)
    assert (await door.ask("POST", f"/api/bookings/{ids[1]}/cancel-later", json={}))[0] == 200
    later = (await told(door))[3:]
    assert sorted(later) == sorted(("booking.cancelled", f"{one}-1-cancelled") for one in ids[1:])


async def test_a_seat_among_several_is_told_as_a_booking(door: Door) -> None:
    visitor, therapist_id = door.who, await door.clinic.therapist()
    door.as_therapist(therapist_id)
    _, group = await door.ask("POST", "/api/therapist/groups", json=GROUP)
    door.who = visitor
    seat = f"/api/groups/{group['group_id']}/seat"
    assert (await door.ask("POST", seat, json={"newcomer": ME}))[0] == 201
    assert (await door.ask("DELETE", seat))[0] == 204
    assert [topic for topic, _ in await told(door)] == ["booking.confirmed", "booking.cancelled"]


async def test_nobody_came_is_told_and_so_is_each_correction(door: Door) -> None:
    booking_id = await booked(door)
    await over(door)
    assert ("booking.noshow", f"{booking_id}-0-noshow") in await told(door)
    await door.as_new_staff()
    corrections: list[dict[str, Any]] = [
        {"status": "fulfilled", "reason": "電話で実施"},
        {"status": "noshow", "noshow_by": "client", "reason": "取り違え"},
        {"status": "fulfilled", "reason": "やはり実施"},
    ]
    for body in corrections:
        assert (await door.ask("POST", f"/api/staff/outcomes/{booking_id}", json=body))[0] == 200
    found = (await told(door))[-3:]
    assert [topic for topic, _ in found] == ["booking.fulfilled", "booking.noshow", "booking.fulfilled"]
    assert len({event_id for _, event_id in found}) == 3


def test_what_two_people_are_told_counts_once() -> None:
    payload = {"booking_id": "b", "sequence": 2}
    assert len(happened("booking.changed", payload | {"to": "client"})) == 1
    assert happened("booking.changed", payload | {"to": "therapist"}) == []


def test_every_topic_has_a_source() -> None:
    """`booking.settled` and `series.arranged` name theirs by the state."""
    direct = {source for source in SOURCES if source in TOPICS}
    assert set(TOPICS) - direct == {"booking.fulfilled", "booking.noshow"}
