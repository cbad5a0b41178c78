"""SQL of imported calendars. Of a calendar only beginnings and ends are kept. Decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.ids import new_id
from scheduler.model import Span
from scheduler.pace_tables import calendar_import, imported_busy
from scheduler.tables import therapist


@dataclass(frozen=True)
class Import:
    """A personal calendar; `url` is a secret. `problem` None: the last try went well."""

    id: str
    therapist_id: str
    url: str
    label: str
    etag: str | None
    refreshed_at: datetime | None
    tried_at: datetime | None
    problem: str | None
    timezone: str  # the therapist's
    times: int = 0  # busy ones that are kept


async def find(connection: AsyncConnection, *where: sa.ColumnElement[bool]) -> list[Import]:
    """Those that fit, the longest untried first."""
    table = calendar_import
    times = (
        sa.select(sa.func.count()).where(imported_busy.c.import_id == table.c.id).correlate(table)
    ).scalar_subquery()
    query = (
        sa.select(table, therapist.c.timezone, times.label("times"))
        .join(therapist, therapist.c.id == table.c.therapist_id)
        .where(*where)
        .order_by(table.c.tried_at.nulls_first(), table.c.id)
        .limit(200)
    )
    return [_import(row) for row in await connection.execute(query)]


async def of_therapist(connection: AsyncConnection, therapist_id: str) -> list[Import]:
    """Somebody's calendars in the order in which they were added."""
    found = await find(connection, calendar_import.c.therapist_id == therapist_id)
    return sorted(found, key=lambda one: one.id)


async def tried_before(connection: AsyncConnection, moment: datetime) -> list[Import]:
    tried = calendar_import.c.tried_at
    return await find(connection, sa.or_(tried.is_(None), tried <= moment))


async def insert(connection: AsyncConnection, therapist_id: str, url: str, label: str, now: datetime) -> str:
    import_id = new_id()
    row = {"id": import_id, "therapist_id": therapist_id, "url": url, "label": label, "created_at": now}
    await connection.execute(sa.insert(calendar_import).values(row))
    return import_id


async def update(connection: AsyncConnection, import_id: str, **values: Any) -> bool:
    """False: it is there no more."""
    change = sa.update(calendar_import).where(calendar_import.c.id == import_id).values(values)
    return (await connection.execute(change)).rowcount == 1


async def claim(connection: AsyncConnection, one: Import, now: datetime) -> bool:
    """Begin a try; False if somebody else has begun one since `one` was read."""
    same = sa.and_(
        calendar_import.c.id == one.id, calendar_import.c.tried_at.is_not_distinct_from(one.tried_at)
    )
    change = sa.update(calendar_import).where(same).values(tried_at=now)
    return (await connection.execute(change)).rowcount == 1


async def times_of(connection: AsyncConnection, import_id: str) -> list[Span]:
    table = imported_busy
    query = sa.select(table.c.starts_at, table.c.ends_at).where(table.c.import_id == import_id)
    return [Span(*row) for row in await connection.execute(query.order_by(table.c.starts_at))]


async def replace_times(connection: AsyncConnection, one: Import, busy: Sequence[Span]) -> None:
    """In place of all times of that calendar. Under the therapist's lock."""
    await connection.execute(sa.delete(imported_busy).where(imported_busy.c.import_id == one.id))
    rows = [
        {
            "id": new_id(),
            "import_id": one.id,
            "therapist_id": one.therapist_id,
            "starts_at": span.starts_at,
            "ends_at": span.ends_at,
        }
        for span in busy
    ]
    if rows:
        await connection.execute(sa.insert(imported_busy), rows)
    await _forget_free_from(connection, one.therapist_id)


async def delete(connection: AsyncConnection, therapist_id: str, import_id: str) -> bool:
    """With its times. Under the therapist's lock."""
    own = sa.and_(imported_busy.c.import_id == import_id, imported_busy.c.therapist_id == therapist_id)
    await connection.execute(sa.delete(imported_busy).where(own))
    mine = sa.and_(calendar_import.c.id == import_id, calendar_import.c.therapist_id == therapist_id)
    await _forget_free_from(connection, therapist_id)
    return (await connection.execute(sa.delete(calendar_import).where(mine))).rowcount == 1


async def _forget_free_from(connection: AsyncConnection, therapist_id: str) -> None:
    """What is busy no more may free an earlier time than the lower bound says."""
    change = sa.update(therapist).where(therapist.c.id == therapist_id).values(free_from=None)
    await connection.execute(change)


def _import(row: Any) -> Import:
    return Import(
        id=row.id,
        therapist_id=row.therapist_id,
        url=row.url,
        label=row.label,
        etag=row.etag,
        refreshed_at=row.refreshed_at,
        tried_at=row.tried_at,
        problem=row.problem,
        timezone=row.timezone,
        times=row.times,
    )
