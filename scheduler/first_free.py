"""Who has a free time first, among very many: an indexed lower bound orders, the slot function confirms.

`therapist.free_from` says that no free time of the therapist's first kind of session starts before it,
whoever asks (holds are not counted: they free their time by themselves). NULL: not known. Whatever may free
an earlier time forgets the bound in the same transaction, by a trigger (0012, 0014); `FirstFree` works
it out again. Asking changes nothing: bounds not known are worked out for the one answer, and only so many.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import Clock
from core.database import Database, lock_rows
from core.ids import PersonId
from scheduler import pace_store, practice_store
from scheduler.capacity import closed, may_practise
from scheduler.config import SchedulerConfig
from scheduler.hours import local_day, zone
from scheduler.model import Calendar, SessionRules, Span, Spared, Therapist
from scheduler.pace_tables import session_type
from scheduler.slots import free_slots
from scheduler.tables import TAKES_CLIENTS, therapist

BATCH = 24  # therapists whose calendars are read at a time
SPARE = 3  # more than are wanted, since not every bound is exact
UNKNOWN_AT_ONCE = 200  # bounds worked out for one answer
REFRESHED_AT_ONCE = 1000
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class First:
    """A therapist who takes clients, with their first free start; None: none within the window."""

    therapist: Therapist
    starts_at: datetime | None


async def soonest(
    connection: AsyncConnection,
    spared: Spared,
    most: int,
    config: SchedulerConfig,
    now: datetime,
    never: Collection[str] = (),
) -> list[First]:
    """The `most` therapists with a place who are free first, but `never`. Work grows with `most` alone."""
    search = _Search(connection, spared, config, now)
    found: list[First] = []
    unknown = await practice_store.taking_clients(connection, now, UNKNOWN_AT_ONCE, known=False)
    for at in range(0, len(unknown), BATCH):
        found += await search.confirm([one for one in unknown[at : at + BATCH] if one.id not in never])
    after: tuple[datetime, str] | None = None
    size = min(most + SPARE, BATCH)
    while True:
        batch = await practice_store.taking_clients(connection, now, size, known=True, after=after)
        found += await search.confirm([one for one in batch if one.id not in never])
        found.sort(key=_order)
        if len(batch) < size or _enough(found, most, batch[-1].free_from or now):
            return found[:most]
        after = (batch[-1].free_from or now, batch[-1].id)


async def own(
    connection: AsyncConnection, therapist_id: str, spared: Spared, config: SchedulerConfig, now: datetime
) -> list[First]:
    """The one therapist of somebody in care, unless their licence has ended."""
    found = await practice_store.find_therapist(connection, therapist_id)
    if found is None or closed(found, now, in_care=True) is not None:
        return []
    return await _Search(connection, spared, config, now).confirm([found])


async def of_each(
    connection: AsyncConnection, therapists: Sequence[Therapist], config: SchedulerConfig, now: datetime
) -> dict[PersonId, datetime | None]:
    """The first free start of each, whether they take clients or not, for who is not a client."""
    search, found = _Search(connection, Spared(), config, now), list[First]()
    for at in range(0, len(therapists), BATCH):
        found += await search.confirm(therapists[at : at + BATCH])
        await asyncio.sleep(0)
    return {one.therapist.id: one.starts_at for one in found}


def _enough(found: Sequence[First], most: int, bound: datetime) -> bool:
    """Whether nobody behind this bound can be free before the last who is wanted."""
    if len(found) < most:
        return False
    last = found[most - 1].starts_at
    return last is not None and last <= bound


def _order(one: First) -> tuple[bool, float, str]:
    return one.starts_at is None, one.starts_at.timestamp() if one.starts_at else 0.0, one.therapist.id


class _Search:
    """Confirms candidates for one asker."""

    def __init__(
        self, connection: AsyncConnection, spared: Spared, config: SchedulerConfig, now: datetime
    ) -> None:
        self._connection, self._spared, self._config, self._now = connection, spared, config, now

    async def confirm(self, candidates: Sequence[Therapist]) -> list[First]:
        """Their first free starts. Most begin at the bound itself, so its day is looked at first."""
        if not candidates:
            return []
        rules = await _rules(self._connection, candidates, self._config)
        begins = {one.id: max(self._now, one.free_from or self._now) for one in candidates}
        day = Span(min(begins.values()), max(begins.values()) + DAY)
        firsts = await self._first(candidates, rules, day)
        left = [one for one in candidates if one.id not in firsts]
        if left:
            longest = max(rules[one.id].window_days for one in left) + 1
            rest = Span(min(begins[one.id] for one in left), self._now + timedelta(days=longest))
            firsts |= await self._first(left, rules, rest)
        return [First(one, firsts.get(one.id)) for one in candidates]

    async def _first(
        self, candidates: Sequence[Therapist], rules: Mapping[str, SessionRules], within: Span
    ) -> dict[str, datetime]:
        if within.starts_at >= within.ends_at:
            return {}
        calendars = await practice_store.calendars(
            self._connection, candidates, within, self._now, self._spared
        )
        found: dict[str, datetime] = {}
        for one in candidates:
            span = Span(max(within.starts_at, one.free_from or self._now), within.ends_at)
            starts_at = first_start(calendars[one.id], rules[one.id], span, self._now)
            if starts_at is not None and may_practise(one, starts_at) is None:
                found[one.id] = starts_at
        return found


def first_start(calendar: Calendar, rules: SessionRules, within: Span, now: datetime) -> datetime | None:
    """The first free start; looks week by week, since most therapists have one in the first."""
    start = within.starts_at
    while start < within.ends_at:
        found = free_slots(calendar, rules, Span(start, min(start + WEEK, within.ends_at)), now)
        if found:
            return found[0].starts_at
        start += WEEK
    return None


async def _rules(
    connection: AsyncConnection, therapists: Sequence[Therapist], config: SchedulerConfig
) -> dict[str, SessionRules]:
    """Of each one's first kind of session."""
    own = await pace_store.default_types(connection, [one.id for one in therapists])
    return {one.id: own[one.id].rules if one.id in own else config.rules() for one in therapists}


def bound(calendar: Calendar, rules: SessionRules, now: datetime) -> datetime:
    """No free time starts before it; where there is none, the first date that cannot be booked yet."""
    zone_ = zone(calendar.timezone)
    last = now.astimezone(zone_).date() + timedelta(days=rules.window_days)
    end = local_day(last, zone_).ends_at
    return first_start(calendar, rules, Span(now, end), now) or end


class FirstFree:
    """Keeps the bounds."""

    def __init__(self, database: Database, config: SchedulerConfig, clock: Clock) -> None:
        self._database, self._config, self._clock = database, config, clock
        self._begun = False

    async def refresh(self) -> None:
        """Job: bounds that are not known, or past, are worked out.

        The first run of a process forgets all of them: the configuration or the rules of zones may be new.
        """
        if not self._begun:
            async with self._database.write() as connection:
                await connection.execute(sa.update(therapist).values(free_from=None))
            self._begun = True
        now = self._clock.now()
        async with self._database.read() as connection:
            stale = [row.id for row in await connection.execute(_stale(self._config, now))]
        for at in range(0, len(stale), BATCH):
            await self._work_out(stale[at : at + BATCH], now)

    async def _work_out(self, ids: Sequence[str], now: datetime) -> None:
        """Under the rows' locks, so that nothing is freed between looking and writing."""

        async def work(connection: AsyncConnection) -> None:
            await lock_rows(connection, therapist.c.id, ids)
            found = await practice_store.find_therapists(connection, ids)
            rules = await _rules(connection, found, self._config)
            longest = max((one.window_days for one in rules.values()), default=0) + 2
            within = Span(now, now + timedelta(days=longest))
            everybody = Spared(every_hold=True)
            calendars = await practice_store.calendars(connection, found, within, now, everybody)
            values = [{"of": one.id, "until": bound(calendars[one.id], rules[one.id], now)} for one in found]
            if values:
                of = sa.update(therapist).where(therapist.c.id == sa.bindparam("of"))
                await connection.execute(of.values(free_from=sa.bindparam("until")), values)

        await self._database.transact(work)


def _stale(config: SchedulerConfig, now: datetime) -> sa.Select[tuple[str]]:
    """Those whose bound says nothing: not known, or passed by the earliest start that is allowed."""
    own = sa.exists().where(session_type.c.therapist_id == therapist.c.id, session_type.c.active.is_(True))
    soon = now + timedelta(minutes=config.notice_min)
    past = sa.or_(
        therapist.c.free_from.is_(None),
        therapist.c.free_from < now,
        sa.and_(therapist.c.free_from < soon, sa.not_(own)),
    )
    query = sa.select(therapist.c.id).where(TAKES_CLIENTS, past)
    return query.order_by(therapist.c.free_from, therapist.c.id).limit(REFRESHED_AT_ONCE)
