"""What a client can pick from: therapists and their free times.

Only reads; booking.py checks again under the therapist's lock. Not here: the times of all at once (times.py),
what to offer when a time is gone (nearby.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from accounts.model import Person
from core.ids import PersonId
from scheduler import first_free, leave_store, offer_store, offering, pace_store, practice_store, store
from scheduler.booking import Booker, Pick, has_place, kind_of
from scheduler.capacity import closed, may_practise
from scheduler.config import SchedulerConfig
from scheduler.errors import CareElsewhere, TherapistUnknown
from scheduler.first_free import First
from scheduler.model import (
    Calendar,
    Care,
    SessionRules,
    SessionType,
    Slot,
    Span,
    Spared,
    Therapist,
)
from scheduler.slots import free_slots, subtract

MARGIN = timedelta(days=2)
MOST = 100  # therapists shown at a time


@dataclass(frozen=True)
class Offered:
    """A therapist as a client sees one; `kinds` in their order, the first is where none is named."""

    therapist: Therapist
    person: Person
    next_free_at: datetime | None
    kinds: tuple[SessionType, ...]


@dataclass(frozen=True)
class Choice:
    """Whom a client may book; `own` when that is the therapist they are in care with."""

    therapists: tuple[Offered, ...]
    own: bool
    more: bool  # others could be booked too, later


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
    connection: AsyncConnection, booker: Booker, config: SchedulerConfig, now: datetime, most: int = MOST
) -> Choice:
    """Therapists with a free place, soonest first; for a client in care only their own."""
    found, own = await _firsts(connection, booker, most + 1, config, now)
    firsts = found[:most]
    kinds = await kinds_of(connection, [one.therapist for one in firsts], config)
    people = await accounts.people(connection, [one.therapist.id for one in firsts])
    offered = [
        Offered(one.therapist, people[one.therapist.id], one.starts_at, kinds[one.therapist.id])
        for one in firsts
    ]
    return Choice(tuple(offered), own, more=len(found) > most)


async def _firsts(
    connection: AsyncConnection, booker: Booker, most: int, config: SchedulerConfig, now: datetime
) -> tuple[list[First], bool]:
    """Whom this client may book with their first free times; whether they are in care."""
    spared, client_id = Spared(booker.holder), booker.client_id
    care = await store.open_care(connection, client_id) if client_id else None
    if care is not None:
        found = await first_free.own(connection, care.therapist_id, spared, config, now)
        return [*found, *await _covering(connection, care, spared, config, now)], True
    offer = await offer_store.open_offer(connection, client_id) if client_id else None
    kept = await offer_store.never_with(connection, client_id, booker.employer_id)
    found = await first_free.soonest(connection, spared, most, config, now, kept)
    if offer is None or not offering.promises(offer, offer.therapist_id, now):
        return found, False
    mine = await first_free.own(connection, offer.therapist_id, spared, config, now)
    return [*mine, *(one for one in found if one.therapist.id != offer.therapist_id)], False


async def _covering(
    connection: AsyncConnection, care: Care, spared: Spared, config: SchedulerConfig, now: datetime
) -> list[First]:
    """Who covers for this client's therapist, with the first free time in the leave."""
    found = []
    for therapist_id, span in (await _covers(connection, care, now)).items():
        therapist = await practice_store.therapist_of(connection, therapist_id)
        kinds = await kinds_of(connection, [therapist], config)
        within = Span(max(span.starts_at, now), max(span.ends_at, now))
        calendars = await practice_store.calendars(connection, [therapist], within, now, spared)
        times = free(therapist, calendars[therapist.id], kinds[therapist.id][0].rules, within, now)
        found.append(First(therapist, times[0].starts_at if times else None))
    return found


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
    mine = {care.therapist_id, *await _covers(connection, care, now)} if care else {therapist.id}
    if therapist.id not in mine:
        raise CareElsewhere
    known = care is not None or await has_place(connection, booker.client_id, therapist.id, now)
    if closed(therapist, now, in_care=known) is not None:
        return []
    kind = await kind_of(connection, Pick(therapist.id, now, session_type_id=asked.session_type_id), config)
    spared = Spared(booker.holder, asked.moving)
    found = await calendars(connection, booker, [therapist], asked.within, now, spared)
    return free(therapist, found[therapist.id], kind.rules, asked.within, now)


async def _covers(connection: AsyncConnection, care: Care, now: datetime) -> dict[PersonId, Span]:
    """Who covers for the client's own therapist, as they chose, and when."""
    chosen = await leave_store.choices_of(connection, care.id, now)
    return {
        one.cover_id: Span(one.starts_at, one.ends_at)
        for one in chosen
        if one.choice == "cover" and one.cover_id is not None
    }


async def cover_span(
    connection: AsyncConnection, client_id: PersonId | None, therapist_id: str, now: datetime
) -> Span | None:
    """When this therapist is there for the client as a cover; None: they are none."""
    care = await store.open_care(connection, client_id) if client_id else None
    if care is None or care.therapist_id == therapist_id:
        return None
    return (await _covers(connection, care, now)).get(PersonId(therapist_id))


async def calendars(
    connection: AsyncConnection,
    booker: Booker,
    therapists: Sequence[Therapist],
    within: Span,
    now: datetime,
    spared: Spared,
) -> dict[PersonId, Calendar]:
    """As this client may use them: who covers is there for them during the leave alone."""
    found = await practice_store.calendars(connection, therapists, within, now, spared)
    care = await store.open_care(connection, booker.client_id) if booker.client_id else None
    for therapist_id, span in (await _covers(connection, care, now)).items() if care else ():
        if therapist_id in found:
            around = Span(within.starts_at - MARGIN, within.ends_at + MARGIN)
            closed_then = subtract([around], [span])
            known = found[therapist_id]
            found[therapist_id] = replace(known, time_off=(*known.time_off, *closed_then))
    return found


async def allowed(connection: AsyncConnection, booker: Booker, now: datetime) -> list[Therapist]:
    """Whom this client may book now: in care, their therapist and who covers; else who takes somebody new."""
    care = await store.open_care(connection, booker.client_id) if booker.client_id else None
    therapists = await practice_store.all_therapists(connection)
    if care is not None:
        with_them = {care.therapist_id, *await _covers(connection, care, now)}
        mine = [one for one in therapists if one.id in with_them]
        return [one for one in mine if closed(one, now, in_care=True) is None]
    return await _open_to(connection, booker, therapists, now)


async def _open_to(
    connection: AsyncConnection, booker: Booker, therapists: Sequence[Therapist], now: datetime
) -> list[Therapist]:
    """Who takes somebody new and may care for this client; who keeps a place for them, in any case."""
    client_id = booker.client_id
    offer = await offer_store.open_offer(connection, client_id) if client_id else None
    taking = [
        one for one in therapists if closed(one, now, in_care=offering.promises(offer, one.id, now)) is None
    ]
    kept = await offer_store.never_with(connection, client_id, booker.employer_id)
    return [one for one in taking if one.id not in kept]


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
    return next_free(therapist, calendars[therapist.id], rules, within, now)


def ahead_of(rules: Sequence[SessionRules], now: datetime) -> Span:
    """From now to the end of the longest booking window."""
    return Span(now, now + timedelta(days=1 + max((each.window_days for each in rules), default=0)))


def next_free(
    therapist: Therapist, calendar: Calendar, rules: SessionRules, within: Span, now: datetime
) -> datetime | None:
    """The first free start."""
    until = min(within.ends_at, ahead_of([rules], now).ends_at)
    found = first_free.first_start(calendar, rules, Span(within.starts_at, until), now)
    return found if found is not None and may_practise(therapist, found) is None else None
