"""Free times of every therapist whom a client may book, merged by start: for who chooses by time.

The times come from the function that draws one therapist's list (browsing.free), so the two cannot disagree.
What it costs is bounded: at most so many therapists, those with most room, and the event loop has its turn
after each. Reading is apart from computing, so that no connection is kept for that.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncConnection

from core.ids import PersonId
from scheduler.booking import Booker
from scheduler.browsing import Asked, ahead_of, allowed, calendars, free, kinds_of, named
from scheduler.browsing import next_free as next_free_of
from scheduler.capacity import free_places
from scheduler.config import SchedulerConfig
from scheduler.model import Calendar, SessionRules, Span, Spared, Therapist

MOST_THERAPISTS = 40  # 35 days of one take a few ms
MOST_AT_ONE_TIME = 8  # as many as one can choose from


@dataclass(frozen=True)
class Wanted:
    """`language`: only of therapists who speak it."""

    within: Span
    language: str | None = None


@dataclass(frozen=True)
class FreeTime:
    """A start, and who is free then: who has most room comes first."""

    starts_at: datetime
    therapist_ids: tuple[PersonId, ...]


@dataclass(frozen=True)
class Practices:
    """What is known of some therapists' time within a span; `rules` of each one's first kind of session."""

    therapists: tuple[Therapist, ...]
    calendars: Mapping[PersonId, Calendar]
    rules: Mapping[PersonId, SessionRules]
    within: Span


async def read(
    connection: AsyncConnection, booker: Booker, wanted: Wanted, config: SchedulerConfig, now: datetime
) -> Practices:
    """Of those this client may book; `within` is cut to what can be booked at all."""
    found = await allowed(connection, booker, now)
    speaking = [one for one in found if wanted.language is None or wanted.language in one.languages]
    chosen = by_room(speaking, now)[:MOST_THERAPISTS]
    kinds = await kinds_of(connection, chosen, config)
    rules = {one.id: kinds[one.id][0].rules for one in chosen}
    return await _practices(connection, booker, rules, chosen, wanted.within, Spared(booker.holder), now)


async def read_one(
    connection: AsyncConnection, booker: Booker, asked: Asked, config: SchedulerConfig, now: datetime
) -> Practices:
    """Of one therapist and kind of session; of nobody where this client may not book them."""
    found = await allowed(connection, booker, now)
    chosen = [one for one in found if one.id == asked.therapist_id]
    kinds = await kinds_of(connection, chosen, config)
    rules = {one.id: named(kinds[one.id], asked.session_type_id).rules for one in chosen}
    spared = Spared(booker.holder, asked.moving)
    return await _practices(connection, booker, rules, chosen, asked.within, spared, now)


async def _practices(  # noqa: PLR0913  (what a reading takes)
    connection: AsyncConnection,
    booker: Booker,
    rules: Mapping[PersonId, SessionRules],
    chosen: Sequence[Therapist],
    within: Span,
    spared: Spared,
    now: datetime,
) -> Practices:
    ahead = ahead_of(list(rules.values()), now)
    starts_at = min(max(within.starts_at, ahead.starts_at), ahead.ends_at)
    within = Span(starts_at, max(starts_at, min(within.ends_at, ahead.ends_at)))
    found = await calendars(connection, booker, chosen, ahead, now, spared)
    return Practices(tuple(chosen), found, rules, within)


async def merged(practices: Practices, now: datetime) -> list[FreeTime]:
    """Ordered by start."""
    by_start: defaultdict[datetime, list[PersonId]] = defaultdict(list)
    for one in practices.therapists:
        for slot in free(one, practices.calendars[one.id], practices.rules[one.id], practices.within, now):
            by_start[slot.starts_at].append(one.id)
        await asyncio.sleep(0)
    return [FreeTime(start, tuple(ids[:MOST_AT_ONE_TIME])) for start, ids in sorted(by_start.items())]


async def next_free(practices: Practices, now: datetime) -> datetime | None:
    """Where `within` has nothing: the first free start after it, else the first of all."""
    for start in (practices.within.ends_at, now):
        found = []
        for one in practices.therapists:
            ahead = Span(start, ahead_of([practices.rules[one.id]], now).ends_at)
            found.append(next_free_of(one, practices.calendars[one.id], practices.rules[one.id], ahead, now))
            await asyncio.sleep(0)
        if any(found):
            return min(each for each in found if each is not None)
    return None


def by_room(therapists: Sequence[Therapist], now: datetime) -> list[Therapist]:
    """Those with the largest part of their places free first; among equals another one every day."""

    def key(one: Therapist) -> tuple[float, bytes]:
        lot = sha256(f"{now:%Y-%m-%d} {one.id}".encode()).digest()
        return -free_places(one) / max(1, one.capacity), lot

    return sorted(therapists, key=key)
