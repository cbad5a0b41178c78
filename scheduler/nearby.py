"""What is free instead of a time that is gone: the same therapist's nearest times, filled up with others'.

As with the times of all (times.py) the cost is bounded: so many therapists, those with most room, and the
event loop has its turn after each. Only who is refused pays for it, so nothing here runs under a lock.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.database import Database
from core.ids import PersonId
from scheduler.alternatives import LIMIT, offers
from scheduler.booking import Booker, Pick
from scheduler.browsing import allowed, calendars, free, kinds_of, named
from scheduler.config import SchedulerConfig
from scheduler.model import Alternative, Calendar, SessionRules, Span, Spared, Therapist
from scheduler.times import MOST_THERAPISTS, by_room

LOOK_AROUND = timedelta(days=7)  # how far alternatives may lie from the wished time


@dataclass(frozen=True)
class _Search:
    """One refused wish."""

    database: Database
    booker: Booker
    pick: Pick
    config: SchedulerConfig
    now: datetime


async def alternatives(
    database: Database, booker: Booker, pick: Pick, config: SchedulerConfig, now: datetime
) -> list[Alternative]:
    """The nearest free times of the same therapist, filled up with those of others this client may book."""
    search = _Search(database, booker, pick, config, now)
    async with database.read() as connection:
        therapists = await allowed(connection, booker, now)
    own = await _times(search, [one for one in therapists if one.id == pick.therapist_id])
    if len(own) >= LIMIT:
        return offers(own, [], pick.starts_at)
    others = by_room([one for one in therapists if one.id != pick.therapist_id], now)
    return offers(own, await _times(search, others[:MOST_THERAPISTS]), pick.starts_at)


async def _times(search: _Search, therapists: Sequence[Therapist]) -> list[Alternative]:
    """Their free times around the wished one. Reading is apart from computing, which keeps no connection."""
    around = Span(search.pick.starts_at - LOOK_AROUND, search.pick.starts_at + LOOK_AROUND)
    known, rules = await _read(search, therapists, around)
    found: list[Alternative] = []
    for one in therapists:
        slots = free(one, known[one.id], rules[one.id], around, search.now)
        found += [Alternative(one.id, slot.starts_at, slot.ends_at) for slot in slots]
        await asyncio.sleep(0)
    return found


async def _read(
    search: _Search, therapists: Sequence[Therapist], around: Span
) -> tuple[Mapping[PersonId, Calendar], Mapping[PersonId, SessionRules]]:
    booker, now = search.booker, search.now
    async with search.database.read() as connection:
        kinds = await kinds_of(connection, therapists, search.config)
        spared = Spared(booker.holder)
        known = await calendars(connection, booker, therapists, around, now, spared)
    rules = {one.id: named(kinds[one.id], search.pick.session_type_id).rules for one in therapists}
    return known, rules
