"""SQL of a therapist's pace: kinds of sessions, travel, imported times, and what counts against it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.ids import new_id
from scheduler.config import SchedulerConfig
from scheduler.model import Booking, SessionRules, SessionType
from scheduler.pace_tables import session_type


async def types_of(
    connection: AsyncConnection, therapist_id: str, *, all_of_them: bool = False
) -> list[SessionType]:
    """A therapist's kinds of sessions in their order; those no longer offered only when asked for."""
    query = sa.select(session_type).where(session_type.c.therapist_id == therapist_id)
    if not all_of_them:
        query = query.where(session_type.c.active.is_(True))
    rows = await connection.execute(query.order_by(session_type.c.position, session_type.c.id))
    return [_session_type(row) for row in rows]


async def find_type(connection: AsyncConnection, therapist_id: str, type_id: str) -> SessionType | None:
    """One of the therapist's, whether it is still offered or not."""
    query = sa.select(session_type).where(
        session_type.c.id == type_id, session_type.c.therapist_id == therapist_id
    )
    row = (await connection.execute(query)).first()
    return None if row is None else _session_type(row)


async def type_of(connection: AsyncConnection, of: Booking, config: SchedulerConfig) -> SessionType:
    """The kind of session a booking is, also when it is offered no more."""
    if of.session_type_id is None:
        return config.session_type()
    return await find_type(connection, of.therapist_id, of.session_type_id) or config.session_type()


async def default_types(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, SessionType]:
    """The first kind of each therapist who has made any."""
    query = (
        sa.select(session_type)
        .where(session_type.c.therapist_id.in_(ids), session_type.c.active.is_(True))
        .order_by(session_type.c.position.desc(), session_type.c.id.desc())
    )
    return {row.therapist_id: _session_type(row) for row in await connection.execute(query)}


async def active_types(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, list[SessionType]]:
    """The kinds each therapist offers, in their order."""
    found: dict[str, list[SessionType]] = {therapist_id: [] for therapist_id in ids}
    query = (
        sa.select(session_type)
        .where(session_type.c.therapist_id.in_(ids), session_type.c.active.is_(True))
        .order_by(session_type.c.position, session_type.c.id)
    )
    for row in await connection.execute(query):
        found[row.therapist_id].append(_session_type(row))
    return found


async def insert_type(
    connection: AsyncConnection, therapist_id: str, values: dict[str, Any], now: datetime
) -> str:
    """A new kind of session, last in order; its id."""
    last = sa.select(sa.func.coalesce(sa.func.max(session_type.c.position), 0)).where(
        session_type.c.therapist_id == therapist_id
    )
    position = (await connection.execute(last)).scalar_one() + 1
    type_id = new_id()
    row = {"id": type_id, "therapist_id": therapist_id, "position": position, "active": True}
    await connection.execute(sa.insert(session_type).values(row | {"created_at": now} | values))
    return type_id


async def update_type(connection: AsyncConnection, type_id: str, values: dict[str, Any]) -> None:
    await connection.execute(sa.update(session_type).where(session_type.c.id == type_id).values(values))


def _session_type(row: Any) -> SessionType:
    rules = SessionRules(
        session_min=row.session_min,
        step_min=row.step_min,
        buffer_before_min=row.buffer_before_min,
        buffer_after_min=row.buffer_after_min,
        notice_min=row.notice_min,
        notice_calendar_days=row.notice_calendar_days,
        window_days=row.window_days,
    )
    return SessionType(row.id, dict(row.name), rules, row.cancel_cutoff_min, row.approval, row.active)
