"""SQL of what a therapist sets: hours, exceptions, time off, travel, windows for answers. Decides nothing."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.ids import new_id
from scheduler import practice_store
from scheduler.model import Override, Rule, Span, Travel
from scheduler.pace import Journey, TimeOff
from scheduler.pace_tables import reply_window, travel
from scheduler.tables import availability_override, availability_rule, therapist, time_off


async def set_values(
    connection: AsyncConnection, therapist_id: str, version: int | None, values: dict[str, Any]
) -> bool:
    """Change columns and count the version up; False if it is not `version` any more (None: any)."""
    guarded = sa.update(therapist).where(therapist.c.id == therapist_id)
    if version is not None:
        guarded = guarded.where(therapist.c.version == version)
    # What was set may free an earlier time than the lower bound says.
    changed = guarded.values(values | {"version": therapist.c.version + 1, "free_from": None})
    return (await connection.execute(changed)).rowcount == 1


async def replace_rules(connection: AsyncConnection, therapist_id: str, rules: Iterable[Rule]) -> None:
    await connection.execute(
        sa.delete(availability_rule).where(availability_rule.c.therapist_id == therapist_id)
    )
    await practice_store.insert_rules(connection, therapist_id, rules)


async def replace_windows(connection: AsyncConnection, therapist_id: str, windows: Sequence[Rule]) -> None:
    await connection.execute(sa.delete(reply_window).where(reply_window.c.therapist_id == therapist_id))
    rows = [
        {
            "id": new_id(),
            "therapist_id": therapist_id,
            "weekday": one.weekday,
            "start_minute": one.start_minute,
            "end_minute": one.end_minute,
            "timezone": one.timezone,
        }
        for one in windows
    ]
    if rows:
        await connection.execute(sa.insert(reply_window), rows)


async def windows_of(connection: AsyncConnection, therapist_id: str) -> list[Rule]:
    """When somebody answers messages, in the order of the week."""
    table = reply_window
    query = sa.select(table).where(table.c.therapist_id == therapist_id)
    rows = await connection.execute(query.order_by(table.c.weekday, table.c.start_minute))
    return [Rule(row.weekday, row.start_minute, row.end_minute, row.timezone) for row in rows]


async def set_override(
    connection: AsyncConnection,
    therapist_id: str,
    day: date,
    ranges: Sequence[tuple[int, int]] | None,
    zone: str,
) -> None:
    """Hours of one date; an empty list closes it, None gives the date back to the weekly hours."""
    table = availability_override
    there = sa.and_(table.c.therapist_id == therapist_id, table.c.local_date == day)
    await connection.execute(sa.delete(table).where(there))
    if ranges is None:
        return
    pairs: list[tuple[int | None, int | None]] = [(None, None)] if not ranges else [*ranges]
    rows = [
        {
            "id": new_id(),
            "therapist_id": therapist_id,
            "local_date": day,
            "start_minute": start,
            "end_minute": end,
            "timezone": zone,
        }
        for start, end in pairs
    ]
    await connection.execute(sa.insert(table), rows)


async def overrides_of(connection: AsyncConnection, therapist_id: str, since: date) -> list[Override]:
    """Exceptions from that date on, in order."""
    table = availability_override
    query = sa.select(table).where(table.c.therapist_id == therapist_id, table.c.local_date >= since)
    rows = await connection.execute(query.order_by(table.c.local_date, table.c.start_minute))
    return [Override(row.local_date, row.start_minute, row.end_minute, row.timezone) for row in rows]


async def add_time_off(
    connection: AsyncConnection, therapist_id: str, span: Span, kind: str, cover_id: str | None
) -> str:
    off_id = new_id()
    row = {"id": off_id, "therapist_id": therapist_id, "kind": kind, "cover_id": cover_id}
    times = {"starts_at": span.starts_at, "ends_at": span.ends_at}
    await connection.execute(sa.insert(time_off).values(row | times))
    return off_id


async def owns_time_off(connection: AsyncConnection, therapist_id: str, off_id: str) -> bool:
    query = sa.select(time_off.c.id).where(time_off.c.id == off_id, time_off.c.therapist_id == therapist_id)
    return (await connection.execute(query)).first() is not None


async def remove_time_off(connection: AsyncConnection, therapist_id: str, off_id: str) -> bool:
    gone = sa.delete(time_off).where(time_off.c.id == off_id, time_off.c.therapist_id == therapist_id)
    return (await connection.execute(gone)).rowcount == 1


async def time_off_of(connection: AsyncConnection, therapist_id: str, since: datetime) -> list[TimeOff]:
    """What is not over yet, in order."""
    query = sa.select(time_off).where(time_off.c.therapist_id == therapist_id, time_off.c.ends_at > since)
    rows = await connection.execute(query.order_by(time_off.c.starts_at))
    return [TimeOff(row.id, Span(row.starts_at, row.ends_at), row.kind, row.cover_id) for row in rows]


async def add_travel(connection: AsyncConnection, therapist_id: str, wanted: Travel) -> None:
    row = {
        "id": new_id(),
        "therapist_id": therapist_id,
        "first_date": wanted.first_date,
        "last_date": wanted.last_date,
        "timezone": wanted.timezone,
    }
    await connection.execute(sa.insert(travel).values(row))


async def remove_travel(connection: AsyncConnection, therapist_id: str, travel_id: str) -> bool:
    gone = sa.delete(travel).where(travel.c.id == travel_id, travel.c.therapist_id == therapist_id)
    return (await connection.execute(gone)).rowcount == 1


async def journeys_of(connection: AsyncConnection, therapist_id: str, since: date) -> list[Journey]:
    """Travels that are not over, in order."""
    query = sa.select(travel).where(travel.c.therapist_id == therapist_id, travel.c.last_date >= since)
    rows = await connection.execute(query.order_by(travel.c.first_date))
    return [Journey(row.id, Travel(row.first_date, row.last_date, row.timezone)) for row in rows]
