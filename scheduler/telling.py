"""Who is to be told of a change of a booking: events written beside it, one for each recipient.

An address that fails holds up no other. What is said, and how, is scheduler/mail.py's and its siblings'; they
look at the booking as it is by then and drop what is out of date.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core import outbox
from core.outbox import Event
from core.together import Rows, insert_together
from scheduler import store
from scheduler.model import Booking, Status
from scheduler.reminding import reminders

ROLES = ("client", "therapist")
TOPICS = {Status.CONFIRMED: "booking.confirmed", Status.REQUESTED: "booking.requested"}


async def arranged(
    connection: AsyncConnection, booking: Booking, before: Status | None, actor: str | None, now: datetime
) -> None:
    """A booking was made, requested, or confirmed by its therapist."""
    await insert_together(connection, *of_arranged(booking, before, actor, now))


def of_arranged(booking: Booking, before: Status | None, actor: str | None, now: datetime) -> list[Rows]:
    """What `arranged` writes."""
    events = [*_told(TOPICS[booking.status], booking), *_reminding(booking, now)]
    return [store.line(booking.id, (before, booking.status), actor, now), outbox.rows_of(events, now)]


async def changed(
    connection: AsyncConnection, booking: Booking, before: Booking, actor: str | None, by: str, now: datetime
) -> None:
    """It was moved to another time."""
    detail = {"from": before.starts_at.isoformat(), "to": booking.starts_at.isoformat(), "by": by}
    events = [*_told("booking.changed", booking, by=by), *_reminding(booking, now)]
    line = store.line(booking.id, (before.status, booking.status), actor, now, detail)
    await insert_together(connection, line, outbox.rows_of(events, now))


async def ended(
    connection: AsyncConnection,
    topic: str,
    booking: Booking,
    before: Status,
    actor: str | None,
    now: datetime,
) -> None:
    """It was cancelled, declined, or did not take place."""
    detail = {"by": booking.cancelled_by or booking.noshow_by}
    await store.record(connection, booking.id, (before, booking.status), actor, now, detail)
    await tell(connection, topic, booking, now, by=booking.cancelled_by or "")


async def tell(connection: AsyncConnection, topic: str, booking: Booking, now: datetime, **more: Any) -> None:
    """One event for each of the two; the same change is told once."""
    await outbox.put_all(connection, list(_told(topic, booking, **more)), now)


async def remind(connection: AsyncConnection, booking: Booking, now: datetime) -> None:
    """What is to be said before the start of a session that is told of together with others."""
    await outbox.put_all(connection, list(_reminding(booking, now)), now)


async def settled(
    connection: AsyncConnection, booking: Booking, status: Status, now: datetime, mark: str = ""
) -> None:
    """It is known what came of it, or known otherwise (each correction has its own `mark`)."""
    payload = {"booking_id": booking.id, "sequence": booking.sequence, "status": status, "mark": mark}
    key = f"{booking.id}/{booking.sequence}/{status}/{mark}"
    await outbox.put(connection, "booking.settled", payload, now=now, dedupe_key=key)


def _told(topic: str, booking: Booking, **more: Any) -> Iterator[Event]:
    for role in ROLES:
        payload = {"booking_id": booking.id, "to": role, "sequence": booking.sequence, **more}
        yield Event(topic, payload, f"{booking.id}/{booking.sequence}/{role}")


def _reminding(booking: Booking, now: datetime) -> Iterator[Event]:
    """What is to be said before the start. Who gets it drops it when the booking has changed by then."""
    if booking.status is not Status.CONFIRMED:
        return
    zones = {"client": booking.client_timezone, "therapist": booking.therapist_timezone}
    for role, timezone in zones.items():
        for what, due_at in reminders(booking.starts_at, timezone, now):
            payload = {"booking_id": booking.id, "to": role, "sequence": booking.sequence, "what": what}
            key = f"{booking.id}/{booking.sequence}/{role}/{what}"
            yield Event("booking.reminder", payload, key, due_at)


async def tell_series(
    connection: AsyncConnection, topic: str, bookings: Sequence[Booking], series_id: str, now: datetime
) -> None:
    """One event for each of the two about all of these, as they are now."""
    sequences = {one.id: one.sequence for one in bookings}
    first = bookings[0]
    for role in ROLES:
        await outbox.put(
            connection,
            topic,
            {"series_id": series_id, "to": role, "bookings": sequences},
            now=now,
            dedupe_key=f"{series_id}/{first.id}/{first.sequence}/{role}",
        )
