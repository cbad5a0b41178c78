"""A booking as its two people may see it, the therapist's day, and the session that took place.

A stranger learns nothing: what is not yours is not found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from accounts.model import Named, Person
from core.errors import NotFound
from core.http import Identity
from core.ids import BookingId
from scheduler import pace_store, settled_store, store, telling
from scheduler.config import SchedulerConfig
from scheduler.errors import StatusConflict
from scheduler.model import Booking, SessionType, Span, Status, Visit, sources
from scheduler.outcome import Attendance, took_place

UNSEEN = frozenset({Status.HELD, Status.EXPIRED})
NO_NAMES: Mapping[str, Named] = {}
CHANGEABLE = frozenset({Status.CONFIRMED, Status.REQUESTED})


@dataclass(frozen=True)
class Session:
    """A line of a therapist's day."""

    booking: Booking
    client_name: str
    enter: Span  # when the waiting room can be entered


def enter_span(booking: Booking, config: SchedulerConfig) -> Span:
    """From some minutes before the start to some after the end."""
    return Span(
        booking.starts_at - timedelta(minutes=config.enter_before_min),
        booking.ends_at + timedelta(minutes=config.enter_after_min),
    )


def role_of(booking: Booking, identity: Identity) -> str | None:
    """ "client" or "therapist" of this booking, None for anybody else."""
    if identity.kind == "account":
        if identity.person_id == booking.therapist_id and "therapist" in identity.roles:
            return "therapist"
        return "client" if identity.person_id == booking.client_id else None
    if identity.scope.get("purpose") == "join":  # a join link opens its own booking and no other
        return "client" if identity.scope.get("booking_id") == booking.id else None
    mine = booking.holder == identity.session_id or (
        identity.person_id is not None and identity.person_id == booking.client_id
    )
    return "client" if mine else None


async def visit(
    connection: AsyncConnection, booking_id: str, identity: Identity, config: SchedulerConfig
) -> Visit:
    """The booking for one of its two people. Raises NotFound."""
    booking = await store.find(connection, booking_id)
    role = role_of(booking, identity) if booking is not None else None
    if booking is None or role is None or await _lapsed(connection, booking, identity):
        raise NotFound
    return await render(connection, booking, role, config)


async def look(
    connection: AsyncConnection, booking_id: str, identity: Identity, config: SchedulerConfig
) -> Visit:
    """As `visit`, also for who signed in and has proven the mail address it was booked for. Raises NotFound.

    For looking only: they enter by the join link that was mailed to them.
    """
    try:
        return await visit(connection, booking_id, identity, config)
    except NotFound:
        booking = await store.find(connection, booking_id)
        if booking is None or identity.kind != "account" or identity.person_id is None:
            raise
        if booking.client_id not in await accounts.same_address(connection, identity.person_id):
            raise
        return await render(connection, booking, "client", config)


async def _lapsed(connection: AsyncConnection, booking: Booking, identity: Identity) -> bool:
    """Who booked for a mail address without proving it is out once its owner has proven it."""
    if identity.person_id in (booking.client_id, booking.therapist_id) or booking.client_id is None:
        return False
    people = await accounts.people(connection, [booking.client_id])
    return people[booking.client_id].email_verified


async def render(
    connection: AsyncConnection,
    booking: Booking,
    role: str,
    config: SchedulerConfig,
    known: Mapping[str, Named] = NO_NAMES,
) -> Visit:
    """The booking with names (those known already need not be read) and entering times.

    Raises NotFound for a mere hold.
    """
    if booking.status in UNSEEN or booking.client_id is None or booking.care_id is None:
        raise NotFound
    names: Mapping[Any, Named | Person] = known
    if not {booking.client_id, booking.therapist_id} <= names.keys():
        names = await accounts.people(connection, [booking.client_id, booking.therapist_id])
    client, therapist = names[booking.client_id], names[booking.therapist_id]
    enter = enter_span(booking, config)
    kind = await pace_store.type_of(connection, booking, config)
    return Visit(
        booking_id=booking.id,
        uid=booking.uid,
        care_id=booking.care_id,
        client_id=booking.client_id,
        therapist_id=booking.therapist_id,
        client_name=client.name,
        therapist_name=therapist.name,
        therapist_name_en=therapist.name_en,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        timezone=booking.client_timezone if role == "client" else booking.therapist_timezone,
        status=booking.status,
        sequence=booking.sequence,
        enter_from=enter.starts_at,
        enter_until=enter.ends_at,
        role=role,
        change_until=change_until(booking, kind),
        series_id=booking.series_id,
        approve_until=booking.approve_until if booking.status is Status.REQUESTED else None,
        cancelled_by=booking.cancelled_by,
        noshow_by=booking.noshow_by,
        reason=reason_for(booking, role),
    )


def reason_for(booking: Booking, role: str) -> str | None:
    """Why it was cancelled, for the one of the two who did not."""
    return booking.reason if booking.cancelled_by not in (None, role) else None


def change_until(booking: Booking, kind: SessionType) -> datetime | None:
    """Until when its client can change it alone; None when that is over for good.

    A request has promised nothing yet: it can be changed until it would begin.
    """
    if booking.status not in CHANGEABLE or booking.group_id is not None:
        return None
    if booking.status is Status.REQUESTED:
        return booking.starts_at
    return booking.starts_at - timedelta(minutes=kind.cancel_cutoff_min)


async def sessions(
    connection: AsyncConnection, therapist_id: str, within: Span, config: SchedulerConfig
) -> Sequence[Session]:
    """The therapist's sessions that start in `within`."""
    return await _named(connection, await store.sessions(connection, therapist_id, within), config)


async def requests(
    connection: AsyncConnection, therapist_id: str, now: datetime, config: SchedulerConfig
) -> Sequence[Session]:
    """What waits for the therapist's answer, on whatever day."""
    return await _named(connection, await store.open_requests(connection, therapist_id, now), config)


async def _named(
    connection: AsyncConnection, found: Sequence[Booking], config: SchedulerConfig
) -> list[Session]:
    people = await accounts.people(connection, {one.client_id for one in found if one.client_id})
    return [
        Session(one, people[one.client_id].name, enter_span(one, config))
        for one in found
        if one.client_id is not None
    ]


async def today(
    connection: AsyncConnection, therapist_id: str, day: Span, now: datetime, config: SchedulerConfig
) -> Sequence[Session]:
    """The sessions of `day`, and those beyond midnight whose room can be entered now: somebody may wait."""
    at = Span(now, now + timedelta(microseconds=1))
    wide = Span(day.starts_at - timedelta(days=1), day.ends_at + timedelta(days=1))
    return [
        one
        for one in await sessions(connection, therapist_id, wide, config)
        if day.starts_at <= one.booking.starts_at < day.ends_at
        or (one.enter.overlaps(at) and one.booking.status is Status.CONFIRMED)
    ]


async def fulfil(connection: AsyncConnection, booking_id: BookingId, seen: Attendance, now: datetime) -> None:
    """The session took place; calling it again changes nothing. Raises StatusConflict, NotFound.

    Two who were already told to have missed each other, and met after all, have met.
    """
    found = await store.find(connection, booking_id)
    if found is not None:
        await store.lock_therapist(connection, found.therapist_id)  # what is left of the time is free again
    booking = await store.find_locked(connection, booking_id)
    if booking is None:
        raise NotFound
    if booking.status is Status.FULFILLED:
        return
    if booking.status not in sources(Status.FULFILLED) | {Status.NOSHOW}:
        raise StatusConflict
    outcome = took_place(Span(booking.starts_at, booking.ends_at), seen, seen.ended_at or now)
    await settled_store.write(connection, booking, outcome, now)
    await record_fulfilled(connection, booking, now)


async def record_fulfilled(connection: AsyncConnection, before: Booking, now: datetime) -> None:
    """It stands in the booking's history, and others are told."""
    await store.record(connection, before.id, (before.status, Status.FULFILLED), None, now)
    await telling.settled(connection, before, Status.FULFILLED, now)
