"""What must be true of every booking, care and place, asked of the database itself; changes nothing.

The numbers are those of docs/ARCHITECTURE.md. Each law is a query for the ids that break it, the same on both
engines; what no query can say (hours, the chain of a booking's history) is computed. Where constraints make a
law impossible to break, it is asked all the same: that is what shows that they are there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.tables import entitlement
from core.outbox import KEPT as EVENTS_KEPT
from core.tables import outbox
from scheduler import pace_store, practice_store
from scheduler.care_tables import care_apart, care_offer
from scheduler.config import SchedulerConfig
from scheduler.model import LIVE, Span, Spared, Status
from scheduler.slots import Verdict, judge
from scheduler.store import find
from scheduler.tables import booking, booking_event, care, group_session, therapist

MARGIN = timedelta(days=2)
TOLD = ("booking.confirmed", "booking.requested", "booking.changed", "booking.cancelled", "booking.declined")
TOLD_SEATS = ("seat.taken", "seat.given_back", "seat.cancelled")
TOLD_SERIES = ("series.arranged", "series.confirmed", "series.cancelled", "series.declined")
COUNTED = (Status.CONFIRMED, Status.REQUESTED)
Law = Callable[[], sa.Select[Any]]


@dataclass(frozen=True)
class Broken:
    """A law that something breaks; `subject` is an id."""

    law: str
    subject: str


def _overlap(whose: str, start: str, end: str) -> sa.Select[Any]:
    """Live bookings of one person that overlap; the seats of one group are one time."""
    one, other = booking.alias("one"), booking.alias("other")
    same_group = sa.func.coalesce(one.c.group_id, one.c.id) == sa.func.coalesce(other.c.group_id, other.c.id)
    return sa.select(one.c.id).where(
        one.c[whose] == other.c[whose],
        one.c.id < other.c.id,
        one.c.status.in_(LIVE),
        other.c.status.in_(LIVE),
        one.c[start] < other.c[end],
        other.c[start] < one.c[end],
        sa.not_(same_group) if whose == "therapist_id" else sa.true(),
    )


def _therapist_overlap() -> sa.Select[Any]:
    return _overlap("therapist_id", "block_from", "block_to")


def _client_overlap() -> sa.Select[Any]:
    return _overlap("client_id", "starts_at", "ends_at")


def _two_holds() -> sa.Select[Any]:
    held = sa.select(booking.c.holder).where(booking.c.status == Status.HELD)
    return held.group_by(booking.c.holder).having(sa.func.count() > 1)


def _two_of_one_uid() -> sa.Select[Any]:
    return sa.select(booking.c.uid).group_by(booking.c.uid).having(sa.func.count() > 1)


def _count(table: sa.Table, *where: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    mine = table.c.therapist_id == therapist.c.id
    return sa.select(sa.func.count()).select_from(table).where(mine, *where).scalar_subquery()


def _load_miscounted() -> sa.Select[Any]:
    real = _count(care, care.c.ended_at.is_(None))
    return sa.select(therapist.c.id).where(therapist.c.active != real)


def _promises_miscounted() -> sa.Select[Any]:
    real = _count(care_offer, care_offer.c.state == "open")
    return sa.select(therapist.c.id).where(therapist.c.offers != real)


def _two_cares() -> sa.Select[Any]:
    still = sa.select(care.c.client_id).where(care.c.ended_at.is_(None))
    return still.group_by(care.c.client_id).having(sa.func.count() > 1)


def _colleagues() -> sa.Select[Any]:
    """A care between two people for whom the same company pays."""
    client, their = entitlement.alias("client"), entitlement.alias("their")
    return sa.select(care.c.id).where(
        care.c.ended_at.is_(None),
        client.c.person_id == care.c.client_id,
        their.c.person_id == care.c.therapist_id,
        client.c.employer_id == their.c.employer_id,
        client.c.ended_at.is_(None),
        their.c.ended_at.is_(None),
    )


def _kept_apart() -> sa.Select[Any]:
    return sa.select(care.c.id).where(
        care.c.ended_at.is_(None),
        care_apart.c.client_id == care.c.client_id,
        care_apart.c.therapist_id == care.c.therapist_id,
    )


def _unlicensed() -> sa.Select[Any]:
    """A care that began while the licence was not verified, or over."""
    query = sa.select(care.c.id).join(therapist, therapist.c.id == care.c.therapist_id)
    over = therapist.c.licence_expires_at <= care.c.started_at
    return query.where(care.c.ended_at.is_(None), sa.or_(therapist.c.licence_verified_at.is_(None), over))


def _seats_miscounted() -> sa.Select[Any]:
    real = (
        sa.select(sa.func.count())
        .select_from(booking)
        .where(
            booking.c.group_id == group_session.c.id,
            booking.c.client_id.is_not(None),
            booking.c.status.in_(COUNTED),
        )
        .scalar_subquery()
    )
    return sa.select(group_session.c.id).where(
        group_session.c.taken != real, group_session.c.status == "open"
    )


def _undecided_end() -> sa.Select[Any]:
    return sa.select(care_offer.c.id).where(
        (care_offer.c.state == "open") != care_offer.c.decided_at.is_(None)
    )


def _booked_in_an_ended_care() -> sa.Select[Any]:
    """A session still to come, made before the care ended, that nobody took back."""
    query = sa.select(booking.c.id).join(care, care.c.id == booking.c.care_id)
    return query.where(booking.c.status.in_(COUNTED), booking.c.starts_at > care.c.ended_at)


async def _told_to_nobody(connection: AsyncConnection, now: datetime) -> list[Broken]:
    """A booking of the last days whose latest state no event tells; events are kept for a week at least.

    By its own, a seat by one about seats, or by one about its whole series as it then was.
    """
    state = booking.c.id + "/" + sa.cast(booking.c.sequence, sa.String)
    known = sa.select(outbox.c.id).where(
        sa.or_(
            sa.and_(outbox.c.topic.in_(TOLD), outbox.c.dedupe_key == state + "/client"),
            sa.and_(outbox.c.topic.in_(TOLD_SEATS), outbox.c.dedupe_key == state),
        )
    )
    query = sa.select(booking.c.id, booking.c.sequence).where(
        booking.c.status.in_([*COUNTED, Status.CANCELLED]),
        booking.c.client_id.is_not(None),
        booking.c.updated_at > now - EVENTS_KEPT,
        sa.not_(sa.exists(known)),
    )
    untold = {(row.id, row.sequence) for row in await connection.execute(query)}
    if untold:
        series = sa.select(outbox.c.payload).where(outbox.c.topic.in_(TOLD_SERIES))
        for payload in (await connection.execute(series)).scalars():
            if payload["to"] == "client":
                untold -= set(payload["bookings"].items())
    return [Broken("a booking is told to nobody", one) for one, _ in sorted(untold)]


LAWS: dict[str, Law] = {
    "I1 a therapist's sessions with their buffers overlap": _therapist_overlap,
    "I2 a client's sessions overlap": _client_overlap,
    "I4 somebody holds two times": _two_holds,
    "I6 two bookings have one UID": _two_of_one_uid,
    "I7 a therapist's clients are miscounted": _load_miscounted,
    "I8 a client is in two cares": _two_cares,
    "I9 colleagues are in care": _colleagues,
    "I9 people kept apart are in care": _kept_apart,
    "I9 a care began without a licence": _unlicensed,
    "I10 a therapist's promised places are miscounted": _promises_miscounted,
    "I10 an offer is decided without a time, or open with one": _undecided_end,
    "a session's seats are miscounted": _seats_miscounted,
    "a session is booked in a care that has ended": _booked_in_an_ended_care,
}


async def broken(connection: AsyncConnection, now: datetime) -> list[Broken]:
    """Everything that breaks a law; empty when all is well."""
    queries = {law: query() for law, query in LAWS.items()}
    found = [
        Broken(law, str(subject))
        for law, query in queries.items()
        for subject in (await connection.execute(query)).scalars()
    ]
    return [*found, *await _told_to_nobody(connection, now), *await _histories(connection)]


async def _histories(connection: AsyncConnection) -> list[Broken]:
    """I6: each state of a booking follows from the one before, and SEQUENCE counts what was told."""
    table = booking_event
    query = sa.select(table.c.booking_id, table.c.from_status, table.c.to_status)
    events: dict[str, list[tuple[str | None, str]]] = {}
    for booking_id, before, after in await connection.execute(query.order_by(table.c.booking_id, table.c.id)):
        events.setdefault(booking_id, []).append((before, after))
    rows = await connection.execute(sa.select(booking.c.id, booking.c.status, booking.c.sequence))
    found = []
    for booking_id, status, sequence in rows:
        steps = events.get(booking_id, [])
        if status in (Status.HELD, Status.EXPIRED):
            continue
        if not steps or steps[-1][1] != status or not _is_chain(steps):
            found.append(Broken("I6 a booking's history is no chain", booking_id))
        elif sum(1 for before, after in steps if before in COUNTED and after in TOLD_STATES) != sequence:
            found.append(Broken("I6 SEQUENCE does not count the changes", booking_id))
    return found


TOLD_STATES = (*COUNTED, Status.CANCELLED)


def _is_chain(steps: list[tuple[str | None, str]]) -> bool:
    begins = steps[0][0] in (None, Status.HELD)
    return begins and all(before[1] == after[0] for before, after in pairwise(steps))


async def misfits(connection: AsyncConnection, config: SchedulerConfig, now: datetime) -> list[str]:
    """I5: sessions to come, booked by clients, that the slot function would not offer where they stand.

    After a change of hours that is no fault: it is what the therapist's page lists as conflicts.
    """
    query = sa.select(booking.c.id).where(
        booking.c.status.in_(COUNTED),
        booking.c.starts_at > now,
        booking.c.arranged_by.is_(None),
        booking.c.group_id.is_(None),
    )
    found = []
    for booking_id in list((await connection.execute(query.order_by(booking.c.id))).scalars()):
        one = await find(connection, booking_id)
        if one is None:  # cancelled since
            continue
        owner = await practice_store.therapist_of(connection, one.therapist_id)
        kind = await pace_store.type_of(connection, one, config)
        around = Span(one.starts_at - MARGIN, one.starts_at + MARGIN)
        calendars = await practice_store.calendars(
            connection, [owner], around, now, Spared(one.holder, one.id)
        )
        # Notice and window were asked when it was booked, which a hold may have done minutes before.
        rules = replace(kind.rules, notice_min=0, notice_calendar_days=0)
        if judge(calendars[owner.id], rules, one.starts_at, one.created_at) is not Verdict.FREE:
            found.append(str(booking_id))
    return found
