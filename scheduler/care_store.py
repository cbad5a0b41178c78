"""SQL of cares as a whole: whether one is in use, and ending it with its place. Decides nothing."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduler.model import LIVE, Status
from scheduler.tables import booking, care, therapist

MET = (Status.FULFILLED, Status.NOSHOW)


async def is_in_use(connection: AsyncConnection, care_id: str) -> bool:
    """Whether a session took place in it, or one is still to come."""
    query = sa.select(booking.c.id).where(booking.c.care_id == care_id, booking.c.status.in_([*LIVE, *MET]))
    return (await connection.execute(query.limit(1))).first() is not None


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
