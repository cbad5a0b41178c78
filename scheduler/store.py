"""SQL of bookings and cares: locks, reads and single changes. Decides nothing; see booking.py.

Reading a therapist's practice and free time stands in practice_store.py.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.tables import person
from core.database import Instant, lock_rows
from core.ids import BookingId, CareId, PersonId, new_id
from core.together import Rows, insert_together
from scheduler.model import Booking, Care, Span, Status
from scheduler.tables import booking, booking_event, care, therapist

SHOWN = [Status.REQUESTED, Status.CONFIRMED, Status.FULFILLED, Status.CANCELLED, Status.NOSHOW]
MOST_REQUESTS = 200


async def lock_therapist(connection: AsyncConnection, therapist_id: str) -> None:
    """First in the order therapist, client, care, booking."""
    await lock_rows(connection, therapist.c.id, [therapist_id])


async def lock_client(connection: AsyncConnection, client_id: str) -> None:
    await lock_rows(connection, person.c.id, [client_id])


async def find(connection: AsyncConnection, booking_id: str) -> Booking | None:
    row = (await connection.execute(sa.select(booking).where(booking.c.id == booking_id))).first()
    return None if row is None else booking_of(row)


async def find_locked(connection: AsyncConnection, booking_id: str) -> Booking | None:
    """The booking as it is now, held until the transaction ends."""
    query = sa.select(booking).where(booking.c.id == booking_id).with_for_update()
    row = (await connection.execute(query)).first()
    return None if row is None else booking_of(row)


async def unanswered(connection: AsyncConnection, now: datetime) -> list[str]:
    """Requests whose time to be answered is over."""
    query = sa.select(booking.c.id).where(
        booking.c.status == Status.REQUESTED, booking.c.approve_until <= now
    )
    return list((await connection.execute(query.order_by(booking.c.id))).scalars())


async def open_requests(connection: AsyncConnection, therapist_id: str, now: datetime) -> list[Booking]:
    """What this therapist can still answer, the most urgent first."""
    query = (
        sa.select(booking)
        .where(
            booking.c.therapist_id == therapist_id,
            booking.c.status == Status.REQUESTED,
            sa.or_(booking.c.approve_until.is_(None), booking.c.approve_until > now),
        )
        .order_by(booking.c.approve_until, booking.c.starts_at, booking.c.id)
        .limit(MOST_REQUESTS)
    )
    return [booking_of(row) for row in await connection.execute(query)]


async def hold_of(connection: AsyncConnection, holder: str) -> Booking | None:
    """The hold of this holder, expired or not."""
    query = sa.select(booking).where(booking.c.holder == holder, booking.c.status == Status.HELD)
    row = (await connection.execute(query)).first()
    return None if row is None else booking_of(row)


async def clear_holds(
    connection: AsyncConnection, therapist_id: str, holder: str, keep: str | None, now: datetime
) -> None:
    """Remove this therapist's expired holds and every hold of `holder` except `keep`."""
    dead = sa.or_(
        sa.and_(booking.c.therapist_id == therapist_id, booking.c.hold_expires_at <= now),
        booking.c.holder == holder,
    )
    query = sa.select(booking.c.id).where(booking.c.status == Status.HELD, dead, booking.c.id != (keep or ""))
    ids = list((await connection.execute(query)).scalars())
    if ids:
        await lock_rows(connection, booking.c.id, ids)  # in one order, so that two who clear never cross
        await _delete_held(connection, ids)


async def sweep_holds(connection: AsyncConnection, now: datetime) -> int:
    """Remove expired holds that nobody is working on; how many."""
    query = (
        sa.select(booking.c.id)
        .where(booking.c.status == Status.HELD, booking.c.hold_expires_at <= now)
        .order_by(booking.c.id)
        .with_for_update(skip_locked=True)
    )
    ids = list((await connection.execute(query)).scalars())
    return await _delete_held(connection, ids) if ids else 0


async def any_expired_hold(connection: AsyncConnection, now: datetime) -> bool:
    query = sa.select(booking.c.id).where(booking.c.status == Status.HELD, booking.c.hold_expires_at <= now)
    return (await connection.execute(query.limit(1))).first() is not None


async def release_hold(connection: AsyncConnection, hold_id: str, holder: str) -> bool:
    """Remove one hold of this holder; whether there was one."""
    gone = sa.delete(booking).where(
        booking.c.id == hold_id, booking.c.holder == holder, booking.c.status == Status.HELD
    )
    return (await connection.execute(gone)).rowcount == 1


async def _delete_held(connection: AsyncConnection, ids: Iterable[str]) -> int:
    gone = sa.delete(booking).where(booking.c.id.in_(list(ids)), booking.c.status == Status.HELD)
    return (await connection.execute(gone)).rowcount


async def insert_booking(connection: AsyncConnection, values: dict[str, Any]) -> Booking:
    """Raises IntegrityError th_no_overlap, cl_no_overlap or one_hold."""
    return booking_of((await connection.execute(sa.insert(booking).values(values).returning(booking))).one())


async def update_booking(connection: AsyncConnection, booking_id: str, values: dict[str, Any]) -> None:
    await connection.execute(sa.update(booking).where(booking.c.id == booking_id).values(values))


async def confirm_held(connection: AsyncConnection, hold_id: str, values: dict[str, Any]) -> bool:
    """Make a booking of a hold; False if it was given back or swept since it was read."""
    guarded = sa.update(booking).where(booking.c.id == hold_id, booking.c.status == Status.HELD)
    return (await connection.execute(guarded.values(values))).rowcount == 1


async def was_confirmed(connection: AsyncConnection, booking_id: str) -> bool:
    """Whether this booking was ever more than a request, whatever it is now."""
    table = booking_event
    query = sa.select(table.c.id).where(
        table.c.booking_id == booking_id, table.c.to_status == Status.CONFIRMED
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def record(
    connection: AsyncConnection,
    booking_id: str,
    change: tuple[Status | None, Status],
    actor: str | None,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """One line of a booking's history; the database refuses to change it afterwards."""
    await insert_together(connection, line(booking_id, change, actor, now, detail))


def line(
    booking_id: str,
    change: tuple[Status | None, Status],
    actor: str | None,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> Rows:
    """A line of a booking's history as it is written together with rows of other tables."""
    values = {
        "id": new_id(),
        "booking_id": booking_id,
        "at": now,
        "actor": actor,
        "from_status": change[0],
        "to_status": change[1],
        "detail": detail,
    }
    return Rows(booking_event, [values])


async def open_care(connection: AsyncConnection, client_id: str) -> Care | None:
    """The client's care that has not ended."""
    query = sa.select(care).where(care.c.client_id == client_id, care.c.ended_at.is_(None))
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    return Care(CareId(row.id), PersonId(row.client_id), PersonId(row.therapist_id))


async def take_place(connection: AsyncConnection, therapist_id: str, now: datetime) -> bool:
    """Count one more client, if the therapist takes one: guard and change are one statement."""
    guarded = (
        sa.update(therapist)
        .where(
            therapist.c.id == therapist_id,
            therapist.c.pause_new.is_(False),
            therapist.c.active + therapist.c.offers < therapist.c.capacity,
        )
        .values(active=therapist.c.active + 1, last_assigned_at=now)
    )
    return (await connection.execute(guarded)).rowcount == 1


async def insert_care(
    connection: AsyncConnection, client_id: str, therapist_id: str, now: datetime
) -> CareId:
    """Raises IntegrityError one_care."""
    care_id = CareId(new_id())
    values = {"id": care_id, "client_id": client_id, "therapist_id": therapist_id, "started_at": now}
    await connection.execute(sa.insert(care).values(values))
    return care_id


async def sessions(connection: AsyncConnection, therapist_id: str, within: Span) -> list[Booking]:
    """The therapist's sessions that start in `within`, in order; no holds; a session for several is one."""
    query = (
        sa.select(booking)
        .where(
            booking.c.therapist_id == therapist_id,
            booking.c.starts_at >= within.starts_at,
            booking.c.starts_at < within.ends_at,
            booking.c.status.in_(SHOWN),
            sa.or_(booking.c.group_id.is_(None), booking.c.client_id.is_(None)),
        )
        .order_by(booking.c.starts_at, booking.c.id)
    )
    return [booking_of(row) for row in await connection.execute(query)]


async def page(
    connection: AsyncConnection,
    whose: sa.ColumnElement[bool],
    within: Span,
    most: int,
    after: tuple[datetime, str] | None,
) -> list[Booking]:
    """Sessions that start in `within`, by start and id, behind the last one seen."""
    query = sa.select(booking).where(
        whose,
        booking.c.starts_at >= within.starts_at,
        booking.c.starts_at < within.ends_at,
        booking.c.status.in_(SHOWN),
    )
    if after is not None:
        last = sa.tuple_(sa.literal(after[0], Instant()), sa.literal(after[1]))
        query = query.where(sa.tuple_(booking.c.starts_at, booking.c.id) > last)
    query = query.order_by(booking.c.starts_at, booking.c.id).limit(most)
    return [booking_of(row) for row in await connection.execute(query)]


async def find_shown(
    connection: AsyncConnection, whose: sa.ColumnElement[bool], booking_id: str
) -> Booking | None:
    """One of them; holds and expired ones are not shown."""
    query = sa.select(booking).where(whose, booking.c.id == booking_id, booking.c.status.in_(SHOWN))
    row = (await connection.execute(query)).first()
    return None if row is None else booking_of(row)


async def client_bookings(
    connection: AsyncConnection,
    client_ids: Iterable[str],
    limit: int,
    before: tuple[datetime, str] | None = None,
) -> list[Booking]:
    """The clients' sessions, the latest first, before the last one seen; no holds, no seats (groups.py)."""
    query = sa.select(booking).where(
        booking.c.client_id.in_(list(client_ids)),
        booking.c.status.in_(SHOWN),
        booking.c.group_id.is_(None),
    )
    if before is not None:
        last = sa.tuple_(sa.literal(before[0], Instant()), sa.literal(before[1]))
        query = query.where(sa.tuple_(booking.c.starts_at, booking.c.id) < last)
    query = query.order_by(booking.c.starts_at.desc(), booking.c.id.desc()).limit(limit)
    return [booking_of(row) for row in await connection.execute(query)]


def booking_of(row: Any) -> Booking:
    """The value of a row."""
    return Booking(
        id=BookingId(row.id),
        uid=row.uid,
        therapist_id=PersonId(row.therapist_id),
        client_id=row.client_id,
        care_id=row.care_id,
        holder=row.holder,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        client_timezone=row.client_timezone,
        therapist_timezone=row.therapist_timezone,
        status=Status(row.status),
        hold_expires_at=row.hold_expires_at,
        sequence=row.sequence,
        created_at=row.created_at,
        updated_at=row.updated_at,
        session_type_id=row.session_type_id,
        group_id=row.group_id,
        series_id=row.series_id,
        approve_until=row.approve_until,
        cancelled_by=row.cancelled_by,
        reason=row.reason,
        noshow_by=row.noshow_by,
        started_at=row.started_at,
        finished_at=row.finished_at,
        client_late_s=row.client_late_s,
        therapist_late_s=row.therapist_late_s,
        overrun_s=row.overrun_s,
    )
