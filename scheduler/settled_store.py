"""SQL of sessions that are over: which are still to be settled, what came of them, and lists of that."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduler import store
from scheduler.model import Booking, Span, Status
from scheduler.outcome import Outcome
from scheduler.tables import booking, booking_event

NOTICED_S = 300  # lateness and overrun below that are nobody's business


async def unsettled(
    connection: AsyncConnection, ended_before: datetime, after: str, limit: int
) -> list[Booking]:
    """Confirmed sessions of two people that ended by then, in the order of their ids."""
    query = sa.select(booking).where(
        booking.c.status == Status.CONFIRMED,
        booking.c.group_id.is_(None),
        booking.c.ends_at <= ended_before,
        booking.c.id > after,
    )
    rows = await connection.execute(query.order_by(booking.c.id).limit(limit))
    return [store.booking_of(row) for row in rows]


async def write(connection: AsyncConnection, of: Booking, outcome: Outcome, now: datetime) -> Booking:
    """The booking with its outcome."""
    values = {**asdict(outcome), "updated_at": now}
    await store.update_booking(connection, of.id, values)
    found = await store.find(connection, of.id)
    assert found is not None, "written in this transaction"  # noqa: S101
    return found


async def noticed(connection: AsyncConnection, within: Span, limit: int) -> list[Booking]:
    """Sessions that did not take place, began late or ran over, the latest first."""
    late = (booking.c.client_late_s, booking.c.therapist_late_s, booking.c.overrun_s)
    query = (
        sa.select(booking)
        .where(
            booking.c.starts_at >= within.starts_at,
            booking.c.starts_at < within.ends_at,
            sa.or_(
                booking.c.status == Status.NOSHOW,
                sa.and_(
                    booking.c.status == Status.FULFILLED, sa.or_(*(column >= NOTICED_S for column in late))
                ),
            ),
        )
        .order_by(booking.c.starts_at.desc(), booking.c.id)
        .limit(limit)
    )
    return [store.booking_of(row) for row in await connection.execute(query)]


async def details(connection: AsyncConnection, booking_id: str) -> Sequence[dict[str, object]]:
    """What its history keeps besides the states."""
    query = sa.select(booking_event.c.detail).where(
        booking_event.c.booking_id == booking_id, booking_event.c.detail.is_not(None)
    )
    return [detail for detail in (await connection.execute(query)).scalars() if detail]
