"""SQL of sessions for several people: the session itself, its seats, and lists of both. Decides nothing.

A booking without a client stands for the session and keeps the therapist's time; one for each seat keeps the
time of whoever has it. `taken` counts the seats, guarded by the database (seats_counted).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.database import lock_rows
from scheduler import store
from scheduler.model import Booking, Status
from scheduler.tables import booking, group_session

SHARED = (
    *("therapist_id", "starts_at", "ends_at", "block_from", "block_to"),
    *("therapist_timezone", "local_start"),
)


@dataclass(frozen=True)
class Group:
    """A session for several, with its time; `stand_in` is the booking that keeps it."""

    id: str
    therapist_id: str
    title: dict[str, str]
    seats: int
    taken: int
    status: str
    stand_in: Booking

    @property
    def left(self) -> int:
        return self.seats - self.taken


async def insert(connection: AsyncConnection, values: dict[str, Any]) -> None:
    await connection.execute(sa.insert(group_session).values(values))


async def find(connection: AsyncConnection, group_id: str) -> Group | None:
    return next(iter(await _groups(connection, group_session.c.id == group_id)), None)


async def upcoming(connection: AsyncConnection, now: datetime, most: int) -> list[Group]:
    """Open ones that have not begun, the next `most`."""
    return await _groups(connection, group_session.c.status == "open", booking.c.starts_at > now, most=most)


async def of_therapist(connection: AsyncConnection, therapist_id: str, since: datetime) -> list[Group]:
    """A therapist's from `since` on, cancelled ones too."""
    own = group_session.c.therapist_id == therapist_id
    return await _groups(connection, own, booking.c.ends_at > since)


async def _groups(
    connection: AsyncConnection, *conditions: sa.ColumnElement[bool], most: int | None = None
) -> list[Group]:
    stands = sa.and_(booking.c.group_id == group_session.c.id, booking.c.client_id.is_(None))
    found = sa.select(booking).join(group_session, stands).where(*conditions)
    rows = await connection.execute(found.order_by(booking.c.starts_at, booking.c.id).limit(most))
    stand_ins = [store.booking_of(row) for row in rows]
    ids = [one.group_id for one in stand_ins]
    groups = await connection.execute(sa.select(group_session).where(group_session.c.id.in_(ids)))
    by_id = {row.id: row for row in groups}
    return [_group(by_id[one.group_id], one) for one in stand_ins]


async def take(connection: AsyncConnection, group_id: str) -> bool:
    """Count one more seat, if there is one: guard and change are one statement."""
    guarded = sa.update(group_session).where(
        group_session.c.id == group_id,
        group_session.c.status == "open",
        group_session.c.taken < group_session.c.seats,
    )
    return (await connection.execute(guarded.values(taken=group_session.c.taken + 1))).rowcount == 1


async def give_back(connection: AsyncConnection, group_id: str) -> None:
    freed = sa.update(group_session).where(group_session.c.id == group_id)
    await connection.execute(freed.values(taken=group_session.c.taken - 1))


async def cancel(connection: AsyncConnection, group_id: str) -> None:
    """It takes place no more, and has no seats taken."""
    ended = sa.update(group_session).where(group_session.c.id == group_id)
    await connection.execute(ended.values(status="cancelled", taken=0))


async def seats_of(connection: AsyncConnection, group_ids: Iterable[str]) -> list[Booking]:
    """The seats that are taken, in the order in which they were."""
    query = sa.select(booking).where(
        booking.c.group_id.in_(list(group_ids)),
        booking.c.client_id.is_not(None),
        booking.c.status == Status.CONFIRMED,
    )
    rows = await connection.execute(query.order_by(booking.c.created_at, booking.c.id))
    return [store.booking_of(row) for row in rows]


async def times_of(connection: AsyncConnection, booking_id: str) -> dict[str, Any]:
    """What a seat has in common with the booking that stands for the session."""
    shared = [getattr(booking.c, name) for name in SHARED]
    row = (await connection.execute(sa.select(*shared).where(booking.c.id == booking_id))).one()
    return dict(row._mapping)


async def lock_bookings(connection: AsyncConnection, bookings: Iterable[Booking]) -> None:
    await lock_rows(connection, booking.c.id, [one.id for one in bookings])


def _group(row: Any, stand_in: Booking) -> Group:
    return Group(
        id=row.id,
        therapist_id=row.therapist_id,
        title=dict(row.title),
        seats=row.seats,
        taken=row.taken,
        status=row.status,
        stand_in=stand_in,
    )
