"""What a client can pick from: therapists, their free times, and what to offer when a time is gone.

Only reads; booking.py checks again under the therapist's lock. Not here: the times of all at once (times.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from core.ids import PersonId
from scheduler import leave_store, offer_store, offering, pace_store, practice_store, store
from scheduler.alternatives import LIMIT, offers
from scheduler.booking import Booker, Pick, has_place, kind_of
from scheduler.capacity import closed, may_practise
from scheduler.config import SchedulerConfig
from scheduler.errors import CareElsewhere, TherapistUnknown
from scheduler.matching import Wanted, may_care
from scheduler.model import (
    Alternative,
    Calendar,
    Care,
    SessionRules,
    SessionType,
    Slot,
    Span,
    Spared,
    Therapist,
)
from scheduler.slots import free_slots

LOOK_AROUND = timedelta(days=7)  # how far alternatives may lie from the wished time
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Offered:
    """A therapist as a client sees one; `kinds` in their order, the first is where none is named."""

    therapist: Therapist
    name: str
    next_free_at: datetime | None
    kinds: tuple[SessionType, ...]


@dataclass(frozen=True)
class Choice:
    """Whom a client may book; `own` when that is the therapist they are in care with."""

    therapists: tuple[Offered, ...]
    own: bool


@dataclass(frozen=True)
class Asked:
    """Times of which therapist, starting when, for which kind of session (None: the first).

    `moving`: a booking of one's own for which another time is looked for.
    """

    therapist_id: str
    within: Span
    session_type_id: str | None = None
    moving: str = ""


async def choice(
    connection: AsyncConnection, booker: Booker, config: SchedulerConfig, now: datetime
) -> Choice:
    """Therapists with a free place, soonest first; for a client in care only their own."""
    therapists, own = await allowed(connection, booker, now)
    kinds = await kinds_of(connection, therapists, config)
    ahead = ahead_of([kinds[one.id][0].rules for one in therapists], now)
    calendars = await practice_store.calendars(connection, therapists, ahead, now, Spared(booker.holder))
    people = await accounts.people(connection, [one.id for one in therapists])
    found = [
        Offered(
            one,
            people[one.id].name,
            first_free(one, calendars[one.id], kinds[one.id][0].rules, ahead, now),
            kinds[one.id],
        )
        for one in therapists
    ]
    found.sort(key=lambda one: (one.next_free_at is None, one.next_free_at or now, one.therapist.id))
    return Choice(tuple(found), own)


async def slots(
    connection: AsyncConnection,
    booker: Booker,
    asked: Asked,
    config: SchedulerConfig,
    now: datetime,
) -> list[Slot]:
    """Free times, none while closed. Raises CareElsewhere, TherapistUnknown, SlotNotOffered."""
    therapist = await practice_store.find_therapist(connection, asked.therapist_id)
    if therapist is None:
        raise TherapistUnknown
    care = await store.open_care(connection, booker.client_id) if booker.client_id else None
    cover: Span | None = None
    if care is not None and care.therapist_id != therapist.id:
        cover = await _cover(connection, care, therapist.id, now)
    known = care is not None or await has_place(connection, booker.client_id, therapist.id, now)
    if closed(therapist, now, in_care=known) is not None:
        return []
    kind = await kind_of(connection, Pick(therapist.id, now, session_type_id=asked.session_type_id), config)
    spared = Spared(booker.holder, asked.moving)
    calendars = await practice_store.calendars(connection, [therapist], asked.within, now, spared)
    found = free(therapist, calendars[therapist.id], kind.rules, asked.within, now)
    return [one for one in found if cover is None or cover.starts_at <= one.starts_at < cover.ends_at]


async def _cover(connection: AsyncConnection, care: Care, therapist_id: str, now: datetime) -> Span:
    """The leave in which this therapist covers for the client's own. Raises CareElsewhere."""
    for one in await leave_store.choices_of(connection, care.id, now):
        if one.choice == "cover" and one.cover_id == therapist_id:
            return Span(one.starts_at, one.ends_at)
    raise CareElsewhere


async def alternatives(
    connection: AsyncConnection, booker: Booker, pick: Pick, config: SchedulerConfig, now: datetime
) -> list[Alternative]:
    """The nearest free times of the same therapist, filled up with those of others this client may book."""
    therapists, _ = await allowed(connection, booker, now)
    kinds = await kinds_of(connection, therapists, config)
    rules = {one.id: named(kinds[one.id], pick.session_type_id).rules for one in therapists}
    around = Span(pick.starts_at - LOOK_AROUND, pick.starts_at + LOOK_AROUND)
    own = [one for one in therapists if one.id == pick.therapist_id]
    times = await _times(connection, own, rules, around, booker, now)
    if len(times) >= LIMIT:
        return offers(times, [], pick.starts_at)
    others = [one for one in therapists if one.id != pick.therapist_id]
    return offers(times, await _times(connection, others, rules, around, booker, now), pick.starts_at)


async def allowed(connection: AsyncConnection, booker: Booker, now: datetime) -> tuple[list[Therapist], bool]:
    """Whom this client may book now, and whether that is the one they are in care with."""
    care = await store.open_care(connection, booker.client_id) if booker.client_id else None
    therapists = await practice_store.all_therapists(connection)
    if care is not None:
        covering = await leave_store.choices_of(connection, care.id, now)
        with_them = {care.therapist_id, *(one.cover_id for one in covering if one.choice == "cover")}
        mine = [one for one in therapists if one.id in with_them]
        return [one for one in mine if closed(one, now, in_care=True) is None], True
    return await _open_to(connection, booker, therapists, now), False


async def _open_to(
    connection: AsyncConnection, booker: Booker, therapists: Sequence[Therapist], now: datetime
) -> list[Therapist]:
    """Who takes somebody new and may care for this client; who keeps a place for them, in any case."""
    client_id = booker.client_id
    offer = await offer_store.open_offer(connection, client_id) if client_id else None
    taking = [
        one for one in therapists if closed(one, now, in_care=offering.promises(offer, one.id, now)) is None
    ]
    apart = await offer_store.kept_apart(connection, client_id) if client_id else frozenset()
    companies = await offer_store.employers(connection, [client_id] if client_id else [])
    own = companies.get(client_id or "", frozenset())
    if booker.employer_id is not None:
        own |= {booker.employer_id}
    wanted = Wanted(not_with=apart, employers=own)
    candidates = await offer_store.candidates(connection, taking)
    return [one.therapist for one in candidates if may_care(one, wanted)]


async def _times(
    connection: AsyncConnection,
    therapists: Sequence[Therapist],
    rules: Mapping[PersonId, SessionRules],
    around: Span,
    booker: Booker,
    now: datetime,
) -> list[Alternative]:
    calendars = await practice_store.calendars(connection, therapists, around, now, Spared(booker.holder))
    return [
        Alternative(one.id, slot.starts_at, slot.ends_at)
        for one in therapists
        for slot in free(one, calendars[one.id], rules[one.id], around, now)
    ]


async def kinds_of(
    connection: AsyncConnection, therapists: Sequence[Therapist], config: SchedulerConfig
) -> dict[PersonId, tuple[SessionType, ...]]:
    """What each offers; who has made no kind of session offers the configuration's."""
    own = await pace_store.active_types(connection, [one.id for one in therapists])
    return {one.id: tuple(own[one.id]) or (config.session_type(),) for one in therapists}


def named(kinds: Sequence[SessionType], kind_id: str | None) -> SessionType:
    """The kind that was picked, where it is one of theirs; else their first."""
    return next((one for one in kinds if one.id == kind_id), kinds[0])


def free(
    therapist: Therapist, calendar: Calendar, rules: SessionRules, within: Span, now: datetime
) -> list[Slot]:
    """Free times up to the day the licence ends."""
    return [
        slot
        for slot in free_slots(calendar, rules, within, now)
        if may_practise(therapist, slot.starts_at) is None
    ]


async def first_free_of(
    connection: AsyncConnection, therapist: Therapist, config: SchedulerConfig, now: datetime
) -> datetime | None:
    """When somebody new could first be seen by this therapist."""
    kinds = await kinds_of(connection, [therapist], config)
    rules = kinds[therapist.id][0].rules
    within = ahead_of([rules], now)
    calendars = await practice_store.calendars(connection, [therapist], within, now)
    return first_free(therapist, calendars[therapist.id], rules, within, now)


def ahead_of(rules: Sequence[SessionRules], now: datetime) -> Span:
    """From now to the end of the longest booking window."""
    return Span(now, now + timedelta(days=1 + max((each.window_days for each in rules), default=0)))


def first_free(
    therapist: Therapist, calendar: Calendar, rules: SessionRules, within: Span, now: datetime
) -> datetime | None:
    """The first free start; looks week by week, since most therapists have one in the first."""
    start, until = within.starts_at, min(within.ends_at, ahead_of([rules], now).ends_at)
    while start < until:
        found = free(therapist, calendar, rules, Span(start, min(start + WEEK, until)), now)
        if found:
            return found[0].starts_at
        start += WEEK
    return None
