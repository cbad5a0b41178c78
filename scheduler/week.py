"""A therapist's week as it really is: hours by date, sessions with their buffers, and what else fills it.

Here too: which colleagues could cover a leave, or take over a client. It only reads and decides nothing: what
is set stands in pace_service.py, what can be booked in slots.py, who may take over in handing.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.model import Named
from accounts.tables import person
from core.clock import Clock
from core.database import Database
from core.errors import Denied, NotFound
from core.http import Identity
from core.ids import PersonId
from scheduler import care_store, handing, practice_store
from scheduler.errors import TherapistUnknown
from scheduler.hours import local_days, opening, zone
from scheduler.model import Span, Status, Therapist
from scheduler.slots import merge, week_of
from scheduler.tables import booking, therapist

MOST_COLLEAGUES = 200
DRAWN = (Status.REQUESTED, Status.CONFIRMED, Status.FULFILLED, Status.NOSHOW, Status.CANCELLED)


@dataclass(frozen=True)
class WeekSession:
    """A session with its buffers (`block`); without a client it is one for a group."""

    booking_id: str
    client_name: str | None
    span: Span
    block: Span
    status: str
    cancelled_by: str | None = None


@dataclass(frozen=True)
class CalendarWeek:
    """From `monday` on, in the therapist's zone. Spans may begin before the week and end after it.

    What was `cancelled` keeps no time any more.
    """

    monday: date
    timezone: str
    open: tuple[Span, ...]
    time_off: tuple[Span, ...]
    imported: tuple[Span, ...]
    sessions: tuple[WeekSession, ...]
    cancelled: tuple[WeekSession, ...]


@dataclass(frozen=True)
class Colleague:
    """Somebody who could cover, or take over."""

    id: PersonId
    name: str
    name_en: str | None


class WeekService:
    """What a therapist looks at of their own week."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def week(self, identity: Identity, day: date | None) -> CalendarWeek:
        """The week that holds `day`; without one, this week. Raises Denied, TherapistUnknown."""
        own, now = _own(identity), self._clock.now()
        async with self._database.read() as connection:
            found = await practice_store.find_therapist(connection, own)
            if found is None:
                raise TherapistUnknown
            zone_ = zone(found.timezone)
            monday = week_of(day or now.astimezone(zone_).date())
            within = local_days(monday, monday + timedelta(days=6), zone_)
            calendar = (await practice_store.calendars(connection, [found], within, now))[own]
            sessions = await sessions_of(connection, own, within)
        return CalendarWeek(
            monday=monday,
            timezone=found.timezone,
            open=tuple(merge(opening(calendar, within))),
            time_off=tuple(merge(calendar.time_off)),
            imported=tuple(merge(calendar.imported)),
            sessions=tuple(one for one in sessions if one.status != Status.CANCELLED),
            cancelled=tuple(one for one in sessions if one.status == Status.CANCELLED),
        )

    async def colleagues(self, identity: Identity, care_id: str | None = None) -> Sequence[Colleague]:
        """Other therapists who may practise now, by name; with a care of one's own, who could take it over.

        Raises Denied, NotFound.
        """
        own, now = _own(identity), self._clock.now()
        async with self._database.read() as connection:
            if care_id is None:
                found = await colleagues_of(connection, own, now, MOST_COLLEAGUES)
            else:
                found = await _taking(connection, own, care_id, now)
        return [Colleague(one.id, who.name, who.name_en) for one, who in found[:MOST_COLLEAGUES]]


async def sessions_of(connection: AsyncConnection, therapist_id: str, within: Span) -> list[WeekSession]:
    """What touches `within` with its buffers, also what was cancelled, in order; a group is one session."""
    query = (
        sa.select(booking, person.c.name)
        .outerjoin(person, person.c.id == booking.c.client_id)
        .where(
            booking.c.therapist_id == therapist_id,
            booking.c.status.in_(DRAWN),
            booking.c.block_from < within.ends_at,
            booking.c.block_to > within.starts_at,
            sa.or_(booking.c.group_id.is_(None), booking.c.client_id.is_(None)),
        )
        .order_by(booking.c.starts_at, booking.c.id)
    )
    return [_session(row) for row in await connection.execute(query)]


async def _taking(
    connection: AsyncConnection, own: str, care_id: str, now: datetime
) -> list[tuple[Therapist, Named]]:
    care = await care_store.find(connection, care_id)
    if care is None or care.therapist_id != own or care.ended_at is not None:
        raise NotFound
    found = await colleagues_of(connection, own, now, None)
    taking = await handing.could_take(connection, care.client_id, [one for one, _ in found], now)
    return [(one, name) for one, name in found if one.id in taking]


async def colleagues_of(
    connection: AsyncConnection, own: str, now: datetime, most: int | None
) -> list[tuple[Therapist, Named]]:
    """With a verified licence that is still good, and their names, in order of these."""
    query = (
        sa.select(therapist, person.c.name, person.c.name_en)
        .join(person, person.c.id == therapist.c.id)
        .where(
            therapist.c.id != own,
            therapist.c.licence_verified_at.is_not(None),
            sa.or_(therapist.c.licence_expires_at.is_(None), therapist.c.licence_expires_at > now),
        )
        .order_by(person.c.name, therapist.c.id)
        .limit(most)
    )
    return [
        (practice_store.therapist_from(row), Named(row.name, row.name_en))
        for row in await connection.execute(query)
    ]


def _session(row: Any) -> WeekSession:
    return WeekSession(
        booking_id=row.id,
        client_name=row.name,
        span=Span(row.starts_at, row.ends_at),
        block=Span(row.block_from, row.block_to),
        status=row.status,
        cancelled_by=row.cancelled_by,
    )


def _own(identity: Identity) -> PersonId:
    if identity.kind != "account" or identity.person_id is None or "therapist" not in identity.roles:
        raise Denied
    return identity.person_id
