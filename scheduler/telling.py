"""Who is to be told of a change of a booking: events written beside it, one for each recipient.

An address that fails holds up no other. What is said, and how, is scheduler/mail.py's and its siblings'; they
look at the booking as it is by then and drop what is out of date.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core import outbox
from scheduler import store
from scheduler.model import Booking, Status
from scheduler.reminding import reminders

ROLES = ("client", "therapist")
TOPICS = {Status.CONFIRMED: "booking.confirmed", Status.REQUESTED: "booking.requested"}


async def arranged(
    connection: AsyncConnection, booking: Booking, before: Status | None, actor: str | None, now: datetime
) -> None:
    """A booking was made, requested, or confirmed by its therapist."""
    await store.record(connection, booking.id, (before, booking.status), actor, now)
    await tell(connection, TOPICS[booking.status], booking, now)
    if booking.status is Status.CONFIRMED:
        await remind(connection, booking, now)


async def changed(
    connection: AsyncConnection, booking: Booking, before: Booking, actor: str | None, by: str, now: datetime
) -> None:
    """It was moved to another time."""
    detail = {"from": before.starts_at.isoformat(), "to": booking.starts_at.isoformat(), "by": by}
    await store.record(connection, booking.id, (before.status, booking.status), actor, now, detail)
    await tell(connection, "booking.changed", booking, now, by=by)
    if booking.status is Status.CONFIRMED:
        await remind(connection, booking, now)


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
    for role in ROLES:
        await outbox.put(
            connection,
            topic,
            {"booking_id": booking.id, "to": role, "sequence": booking.sequence, **more},
            now=now,
            dedupe_key=f"{booking.id}/{booking.sequence}/{role}",
        )


async def remind(connection: AsyncConnection, booking: Booking, now: datetime) -> None:
    """What is to be said before the start. Who gets it drops it when the booking has changed by then."""
    zones = {"client": booking.client_timezone, "therapist": booking.therapist_timezone}
    for role, timezone in zones.items():
        for what, due_at in reminders(booking.starts_at, timezone, now):
            await outbox.put(
                connection,
                "booking.reminder",
                {"booking_id": booking.id, "to": role, "sequence": booking.sequence, "what": what},
                now=now,
                due_at=due_at,
                dedupe_key=f"{booking.id}/{booking.sequence}/{role}/{what}",
            )


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
