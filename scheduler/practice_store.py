"""SQL of a therapist's practice: who they are, their hours, and what already fills their time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.database import Instant
from core.ids import PersonId, new_id
from scheduler.calendar_reads import SPANS, WALLS, spans_of
from scheduler.errors import TherapistUnknown
from scheduler.model import Calendar, Override, Rule, Span, Spared, Therapist, Travel
from scheduler.tables import (
    TAKES_CLIENTS,
    availability_rule,
    therapist,
)

NOTHING_SPARED = Spared()
HIGHEST_RANK = 1_000_000  # more places than anybody can have


async def find_therapist(
    connection: AsyncConnection, therapist_id: str, *, lock: bool = False
) -> Therapist | None:
    """`lock`: and hold the row until the transaction ends; it comes before those of clients and bookings."""
    query = sa.select(therapist).where(therapist.c.id == therapist_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return None if row is None else therapist_from(row)


async def therapist_of(connection: AsyncConnection, therapist_id: str) -> Therapist:
    """Raises TherapistUnknown."""
    found = await find_therapist(connection, therapist_id)
    if found is None:
        raise TherapistUnknown
    return found


async def all_therapists(connection: AsyncConnection) -> list[Therapist]:
    rows = await connection.execute(sa.select(therapist).order_by(therapist.c.id))
    return [therapist_from(row) for row in rows]


async def find_therapists(connection: AsyncConnection, ids: Sequence[str]) -> list[Therapist]:
    rows = await connection.execute(sa.select(therapist).where(therapist.c.id.in_(ids)))
    return [therapist_from(row) for row in rows]


async def some_therapists(connection: AsyncConnection, most: int, after: str) -> list[Therapist]:
    """The next by id."""
    query = sa.select(therapist).where(therapist.c.id > after).order_by(therapist.c.id).limit(most)
    return [therapist_from(row) for row in await connection.execute(query)]


async def taking_clients(
    connection: AsyncConnection,
    now: datetime,
    most: int,
    *,
    known: bool,
    after: tuple[datetime, str] | None = None,
) -> list[Therapist]:
    """Therapists with a place, by the bound of their first free time; `after`: the last one seen.

    Not `known`: those whose bound is not known. By the index therapist_free_from.
    """
    licensed = sa.or_(therapist.c.licence_expires_at.is_(None), therapist.c.licence_expires_at > now)
    unknown = therapist.c.free_from.is_(None)
    query = sa.select(therapist).where(TAKES_CLIENTS, licensed, sa.not_(unknown) if known else unknown)
    if after is not None:
        last = sa.tuple_(sa.literal(after[0], Instant()), sa.literal(after[1]))
        query = query.where(sa.tuple_(therapist.c.free_from, therapist.c.id) > last)
    rows = await connection.execute(query.order_by(therapist.c.free_from, therapist.c.id).limit(most))
    return [therapist_from(row) for row in rows]


async def by_places(
    connection: AsyncConnection, now: datetime, most: int, after: tuple[int, str] | None
) -> list[tuple[int, Therapist]]:
    """Everybody, who has most places free first, who takes nobody last; behind the rank and id seen last.

    The rank is one more than the free places; 0: takes nobody now.
    """
    licensed = sa.or_(therapist.c.licence_expires_at.is_(None), therapist.c.licence_expires_at > now)
    free = therapist.c.capacity - therapist.c.active - therapist.c.offers + 1
    rank = sa.case((sa.and_(TAKES_CLIENTS, licensed), free), else_=0)
    query = sa.select(rank.label("rank"), therapist)
    if after is not None:
        seen, own = min(after[0], HIGHEST_RANK), after[1]
        query = query.where(sa.or_(rank < seen, sa.and_(rank == seen, therapist.c.id > own)))
    rows = await connection.execute(query.order_by(rank.desc(), therapist.c.id).limit(most))
    return [(row.rank, therapist_from(row)) for row in rows]


async def insert_therapist(connection: AsyncConnection, values: dict[str, Any]) -> None:
    await connection.execute(sa.insert(therapist).values(values))


async def put_licence(
    connection: AsyncConnection, therapist_id: str, verified_at: datetime, expires_at: datetime | None
) -> bool:
    change = sa.update(therapist).where(therapist.c.id == therapist_id)
    values = {"licence_verified_at": verified_at, "licence_expires_at": expires_at}
    return (await connection.execute(change.values(values))).rowcount == 1


async def insert_rules(connection: AsyncConnection, therapist_id: str, rules: Iterable[Rule]) -> None:
    values = [
        {
            "id": new_id(),
            "therapist_id": therapist_id,
            "weekday": rule.weekday,
            "start_minute": rule.start_minute,
            "end_minute": rule.end_minute,
            "timezone": rule.timezone,
            "valid_from": rule.valid_from,
            "valid_to": rule.valid_to,
        }
        for rule in rules
    ]
    if values:
        await connection.execute(sa.insert(availability_rule), values)


async def rules_of(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, list[Rule]]:
    """Weekly hours by therapist, in the order of the week."""
    table = availability_rule
    query = sa.select(table).where(table.c.therapist_id.in_(ids))
    found: dict[str, list[Rule]] = {therapist_id: [] for therapist_id in ids}
    for row in await connection.execute(query.order_by(table.c.weekday, table.c.start_minute)):
        rule = Rule(row.weekday, row.start_minute, row.end_minute, row.timezone, row.valid_from, row.valid_to)
        found[row.therapist_id].append(rule)
    return found


async def calendars(
    connection: AsyncConnection,
    therapists: Sequence[Therapist],
    within: Span,
    now: datetime,
    spared: Spared = NOTHING_SPARED,
) -> dict[PersonId, Calendar]:
    """Everything that decides free time in `within`; expired holds, and what is spared, do not count."""
    ids = [one.id for one in therapists]
    walls = _by_kind(await connection.execute(WALLS, {"ids": ids}))
    spans = _by_kind(await connection.execute(SPANS, spans_of(ids, within, now, spared)))
    return {
        one.id: Calendar(
            timezone=one.timezone,
            rules=tuple(Rule(*row[4:8], *row[2:4]) for row in walls["rule", one.id]),
            overrides=tuple(Override(row[2], *row[5:8]) for row in walls["override", one.id]),
            travels=tuple(Travel(row[2], row[3], row[7]) for row in walls["travel", one.id]),
            time_off=tuple(Span(*row[2:]) for row in spans["off", one.id]),
            busy=tuple(Span(*row[2:]) for row in spans["busy", one.id]),
            imported=tuple(Span(*row[2:]) for row in spans["imported", one.id]),
            pace=one.pace,
            sessions=tuple(Span(*row[2:]) for row in spans["session", one.id]),
        )
        for one in therapists
    }


def _by_kind(rows: Iterable[Any]) -> dict[tuple[str, str], list[Any]]:
    """Rows by their first two columns, what they are and whose."""
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in rows:
        found[row[0], row[1]].append(row)
    return found


def therapist_from(row: Any) -> Therapist:
    """The value of a row."""
    return Therapist(
        id=PersonId(row.id),
        licence_kind=row.licence_kind,
        licence_verified_at=row.licence_verified_at,
        licence_expires_at=row.licence_expires_at,
        timezone=row.timezone,
        headline=row.headline,
        languages=tuple(row.languages),
        capacity=row.capacity,
        active=row.active,
        offers=row.offers,
        pause_new=row.pause_new,
        version=row.version,
        weekly_minutes=row.weekly_minutes,
        message_minutes=row.message_minutes,
        sessions_per_day=row.sessions_per_day,
        specialisms=tuple(row.specialisms),
        free_from=row.free_from,
    )
