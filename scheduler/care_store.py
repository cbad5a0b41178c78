"""SQL of cares as a whole: reading, whether one is in use, ending one with its place. Decides nothing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.ids import CareId, PersonId
from scheduler.care_model import CareRow
from scheduler.care_tables import handover
from scheduler.model import LIVE, Booking, Status
from scheduler.store import booking_of
from scheduler.tables import booking, booking_event, care, therapist

MET = (Status.FULFILLED, Status.NOSHOW)
TO_COME = (Status.REQUESTED, Status.CONFIRMED)


async def find(connection: AsyncConnection, care_id: str) -> CareRow | None:
    row = (await connection.execute(sa.select(care).where(care.c.id == care_id))).first()
    return None if row is None else _care(row)


async def open_of(connection: AsyncConnection, client_id: str) -> CareRow | None:
    """The client's care that has not ended."""
    query = sa.select(care).where(care.c.client_id == client_id, care.c.ended_at.is_(None))
    row = (await connection.execute(query)).first()
    return None if row is None else _care(row)


async def open_with(connection: AsyncConnection, therapist_id: str) -> list[CareRow]:
    """A therapist's cares that have not ended, the oldest first."""
    query = sa.select(care).where(care.c.therapist_id == therapist_id, care.c.ended_at.is_(None))
    return [_care(row) for row in await connection.execute(query.order_by(care.c.started_at, care.c.id))]


async def to_come(connection: AsyncConnection, care_id: str, now: datetime) -> list[str]:
    """Its bookings that are still to come, in order."""
    query = sa.select(booking.c.id).where(
        booking.c.care_id == care_id, booking.c.status.in_(TO_COME), booking.c.starts_at > now
    )
    return list((await connection.execute(query.order_by(booking.c.starts_at))).scalars())


async def coming(connection: AsyncConnection, care_ids: Iterable[str], now: datetime) -> list[Booking]:
    """What is still to come in any of these cares, in order."""
    query = sa.select(booking).where(
        booking.c.care_id.in_(list(care_ids)), booking.c.status.in_(TO_COME), booking.c.starts_at > now
    )
    found = await connection.execute(query.order_by(booking.c.starts_at, booking.c.id))
    return [booking_of(row) for row in found]


async def next_and_last(
    connection: AsyncConnection, care_ids: Iterable[str], now: datetime
) -> dict[str, tuple[datetime | None, datetime | None]]:
    """By care: when the next session is, and when the last one was."""
    ids = list(care_ids)
    future = sa.case((sa.and_(booking.c.starts_at > now, booking.c.status.in_(TO_COME)), booking.c.starts_at))
    past = sa.case((booking.c.status == Status.FULFILLED, booking.c.starts_at))
    query = (
        sa.select(booking.c.care_id, sa.func.min(future), sa.func.max(past))
        .where(booking.c.care_id.in_(ids))
        .group_by(booking.c.care_id)
    )
    return {row[0]: (row[1], row[2]) for row in await connection.execute(query)}


async def is_in_use(connection: AsyncConnection, care_id: str) -> bool:
    """Whether a session took place in it, or one is still to come."""
    query = sa.select(booking.c.id).where(booking.c.care_id == care_id, booking.c.status.in_([*LIVE, *MET]))
    return (await connection.execute(query.limit(1))).first() is not None


async def opened_by_booking(connection: AsyncConnection, care_id: str) -> bool:
    """Whether it began in the step that made its first booking, and by nothing else."""
    first = sa.exists().where(
        booking.c.care_id == care.c.id,
        booking_event.c.booking_id == booking.c.id,
        booking_event.c.at == care.c.started_at,
        sa.or_(booking_event.c.from_status.is_(None), booking_event.c.from_status == Status.HELD),
    )
    handed = sa.exists().where(handover.c.care_to == care.c.id)
    query = sa.select(care.c.id).where(care.c.id == care_id, first, ~handed)
    return (await connection.execute(query)).first() is not None


async def end(connection: AsyncConnection, care_id: str, reason: str, now: datetime) -> bool:
    """End it and free its place, once: False when it had ended before."""
    ended = (
        sa.update(care)
        .where(care.c.id == care_id, care.c.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason)
    )
    if (await connection.execute(ended)).rowcount != 1:
        return False
    whose = sa.select(care.c.therapist_id).where(care.c.id == care_id).scalar_subquery()
    freed = sa.update(therapist).where(therapist.c.id == whose).values(active=therapist.c.active - 1)
    await connection.execute(freed)
    return True


def _care(row: Any) -> CareRow:
    return CareRow(
        id=CareId(row.id),
        client_id=PersonId(row.client_id),
        therapist_id=PersonId(row.therapist_id),
        started_at=row.started_at,
        ended_at=row.ended_at,
        end_reason=row.end_reason,
    )
