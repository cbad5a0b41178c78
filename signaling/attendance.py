"""Who was in a room and when: a line whenever somebody comes or goes, in the transaction that changed it.

Somebody who is away has gone, from their last sign of life on. What it means for the booking is decided in
scheduler/outcome.py.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.ids import BookingId, RoomId, new_id
from scheduler.model import Span
from scheduler.outcome import Attendance
from signaling.model import Participant, Role
from signaling.participant import PRESENT, State
from signaling.room import Call, last_sign
from signaling.tables import attendance, room


@dataclass(frozen=True)
class Mark:
    """Somebody came, or went."""

    room_id: RoomId
    role: Role
    at: datetime
    here: bool


def marks(before: Call | None, after: Call | None) -> Iterator[Mark]:
    """Who came and who went between the two."""
    for person in after.people if after is not None else ():
        earlier = before.person(person.person_id) if before is not None else None
        was, is_ = earlier is not None and earlier.state in PRESENT, person.state in PRESENT
        if was != is_:
            yield Mark(person.room_id, person.role, _moment(earlier, person), is_)


def _moment(before: Participant | None, after: Participant) -> datetime:
    """When it was; a silence is noticed only some time after it began."""
    if before is not None and after.state is State.AWAY:
        return min(after.since, last_sign(before))
    return after.since


async def record(connection: AsyncConnection, before: Call | None, after: Call | None) -> None:
    """Write down who came and went."""
    values = [
        {"id": new_id(), "room_id": one.room_id, "role": one.role, "at": one.at, "here": one.here}
        for one in marks(before, after)
    ]
    if values:
        await connection.execute(sa.insert(attendance), values)


async def of_bookings(
    connection: AsyncConnection, booking_ids: Iterable[BookingId], now: datetime
) -> dict[BookingId, Attendance]:
    """Of each; one whose room nobody ever entered has an empty one."""
    ids = list(booking_ids)
    rooms = list(await connection.execute(sa.select(room).where(room.c.booking_id.in_(ids))))
    query = sa.select(attendance).where(attendance.c.room_id.in_([one.id for one in rooms]))
    lines: dict[str, list[Any]] = {}
    for line in await connection.execute(query.order_by(attendance.c.at, attendance.c.id)):
        lines.setdefault(line.room_id, []).append(line)
    found = {booking_id: Attendance() for booking_id in ids}
    for one in rooms:
        there = lines.get(one.id, [])
        found[one.booking_id] = Attendance(
            client=tuple(spans(_of(there, "client"), now)),
            therapist=tuple(spans(_of(there, "therapist"), now)),
            call_since=one.call_since,
            ended_at=one.ended_at,
        )
    return found


def _of(lines: Iterable[Any], role: str) -> list[tuple[datetime, bool]]:
    return [(line.at, line.here) for line in lines if line.role == role]


def spans(changes: Iterable[tuple[datetime, bool]], now: datetime) -> Iterator[Span]:
    """From comings and goings in order to the times between; who has not gone is here until `now`."""
    since: datetime | None = None
    for at, here in changes:
        if here and since is None:
            since = at
        elif not here and since is not None:
            yield Span(since, max(since, at))
            since = None
    if since is not None:
        yield Span(since, max(since, now))
