"""SQL of series and of bookings on behalf: a client's busy times, a series' bookings, clients to book for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.tables import person, person_role
from scheduler import store
from scheduler.model import LIVE, Booking, Span, Status
from scheduler.tables import booking, care

CHANGEABLE = (Status.CONFIRMED, Status.REQUESTED)


@dataclass(frozen=True)
class Client:
    """Somebody who can be booked for; `therapist_id` None: in no care."""

    id: str
    name: str
    timezone: str
    therapist_id: str | None
    next_session_at: datetime | None = None


async def busy_of(
    connection: AsyncConnection, client_id: str, within: Span, now: datetime
) -> tuple[Span, ...]:
    """When a client has sessions; their own holds do not count, booking clears them."""
    query = sa.select(booking.c.starts_at, booking.c.ends_at).where(
        booking.c.client_id == client_id,
        booking.c.status.in_(LIVE - {Status.HELD}),
        booking.c.starts_at < within.ends_at,
        booking.c.ends_at > within.starts_at,
    )
    return tuple(Span(row.starts_at, row.ends_at) for row in await connection.execute(query))


async def later_of(connection: AsyncConnection, of: Booking) -> list[Booking]:
    """This booking and those of its series after it that can still be changed, locked, in order of time."""
    query = (
        sa.select(booking)
        .where(
            booking.c.series_id == of.series_id,
            booking.c.starts_at >= of.starts_at,
            booking.c.status.in_(CHANGEABLE),
        )
        .order_by(booking.c.id)
        .with_for_update()
    )
    found = [store.booking_of(row) for row in await connection.execute(query)]
    return sorted(found, key=lambda one: one.starts_at)


async def all_of(connection: AsyncConnection, series_id: str, *, lock: bool = False) -> list[Booking]:
    """Its sessions in order of time; `lock`: held until the transaction ends."""
    query = sa.select(booking).where(booking.c.series_id == series_id).order_by(booking.c.id)
    rows = await connection.execute(query.with_for_update() if lock else query)
    return sorted((store.booking_of(row) for row in rows), key=lambda one: one.starts_at)


async def by_ids(connection: AsyncConnection, ids: Iterable[str]) -> list[Booking]:
    """In order of time."""
    query = sa.select(booking).where(booking.c.id.in_(list(ids))).order_by(booking.c.starts_at, booking.c.id)
    return [store.booking_of(row) for row in await connection.execute(query)]


async def clients_of(connection: AsyncConnection, therapist_id: str, now: datetime) -> list[Client]:
    """Whom a therapist has in care, by name."""
    query = _clients(now).where(care.c.therapist_id == therapist_id).order_by(person.c.name, person.c.id)
    return [_client(row) for row in await connection.execute(query)]


async def clients_named(connection: AsyncConnection, part: str, limit: int, now: datetime) -> list[Client]:
    """Clients whose name contains `part`, by name."""
    like = person.c.name.icontains(part, autoescape=True)
    query = _clients(now).where(like).order_by(person.c.name, person.c.id).limit(limit)
    return [_client(row) for row in await connection.execute(query)]


async def find_client(connection: AsyncConnection, client_id: str, now: datetime) -> Client | None:
    row = (await connection.execute(_clients(now).where(person.c.id == client_id))).first()
    return None if row is None else _client(row)


def _client(row: Any) -> Client:
    return Client(row.id, row.name, row.timezone, row.therapist_id, row.next_at)


def _clients(now: datetime) -> sa.Select[Any]:
    open_care = sa.and_(care.c.client_id == person.c.id, care.c.ended_at.is_(None))
    is_client = sa.and_(person_role.c.person_id == person.c.id, person_role.c.role == "client")
    next_at = (
        sa.select(sa.func.min(booking.c.starts_at))
        .where(
            booking.c.client_id == person.c.id, booking.c.starts_at > now, booking.c.status.in_(CHANGEABLE)
        )
        .correlate(person)
        .scalar_subquery()
    )
    joined = person.join(person_role, is_client).outerjoin(care, open_care)
    shown = sa.type_coerce(next_at, booking.c.starts_at.type).label("next_at")
    people = sa.select(person.c.id, person.c.name, person.c.timezone, care.c.therapist_id, shown)
    return people.select_from(joined)
