"""What a planned leave means for one care as things stand now: when its cover reads along, and whom it asks.

Events have no order and come twice, so that whoever acts on one asks here instead of believing it. Not here:
choosing (leaving.py), and the conversation itself.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core import outbox
from scheduler import care_store, leave_store, store
from scheduler.care_tables import handover, leave_choice
from scheduler.leaving import is_asked
from scheduler.model import Span
from scheduler.tables import time_off

COVER = "leave.cover"  # who covers a leave reads and writes from now on, or no more


@dataclass(frozen=True)
class Covering:
    """`times`: the leave in which somebody stands in, running or next; None: in none.

    `settled`: they have become the client's therapist, which decides what they read.
    """

    times: Span | None
    settled: bool = False


async def covering(connection: AsyncConnection, care_id: str, person_id: str, now: datetime) -> Covering:
    """How this person stands in for the care's therapist, as the client wants it now."""
    care = await care_store.find(connection, care_id)
    if care is None or care.ended_at is not None:
        return Covering(None, settled=await _took_over(connection, care_id, person_id))
    off, asked = time_off.c, leave_choice.c
    query = (
        sa.select(off.starts_at, off.ends_at)
        .join(leave_choice, asked.time_off_id == off.id)
        .where(asked.care_id == care_id, asked.choice == "cover", off.cover_id == person_id)
        .where(off.ends_at > now)
        .order_by(off.starts_at)
        .limit(1)
    )
    row = (await connection.execute(query)).first()
    return Covering(None if row is None else Span(row[0], row[1]))


async def _took_over(connection: AsyncConnection, care_id: str, person_id: str) -> bool:
    query = sa.select(handover.c.id).where(
        handover.c.care_from == care_id,
        handover.c.therapist_to == person_id,
        handover.c.state == "done",
        handover.c.history != "none",
    )
    return (await connection.execute(query)).first() is not None


async def covers_of(connection: AsyncConnection, care_id: str) -> list[str]:
    """Everybody who is named for a leave in this care."""
    query = (
        sa.select(time_off.c.cover_id)
        .join(leave_choice, leave_choice.c.time_off_id == time_off.c.id)
        .where(leave_choice.c.care_id == care_id, time_off.c.cover_id.is_not(None))
    )
    return sorted(set((await connection.execute(query)).scalars()))


async def call_off(connection: AsyncConnection, time_off_id: str, now: datetime) -> None:
    """A leave does not take place: who was to cover it reads no more. Before its choices are forgotten."""
    for one in await leave_store.chosen(connection, time_off_id):
        if one.cover_id is not None:
            payload = {"care_id": one.care_id, "cover_id": one.cover_id}
            await outbox.put(connection, COVER, payload, now=now, dedupe_key=f"{one.id}/off")


async def look_again(
    connection: AsyncConnection, care_id: str, cover_id: str, times: Span, now: datetime
) -> None:
    """When this leave is over: there may be another."""
    key = f"{care_id}/{cover_id}/{times.ends_at.isoformat()}"
    payload = {"care_id": care_id, "cover_id": cover_id}
    await outbox.put(connection, COVER, payload, now=now, due_at=times.ends_at, dedupe_key=key)


async def ask_newcomer(connection: AsyncConnection, care_id: str, now: datetime) -> None:
    """A client who came after a long leave was planned, and before it, is asked like the others."""
    found = await care_store.find(connection, care_id)
    if found is None:
        return
    await store.lock_therapist(connection, found.therapist_id)
    care = await care_store.find(connection, care_id)
    if care is None or care.ended_at is not None:
        return
    known = sa.select(leave_choice.c.time_off_id).where(leave_choice.c.care_id == care_id)
    query = sa.select(time_off).where(
        time_off.c.therapist_id == care.therapist_id,
        time_off.c.starts_at > now,
        time_off.c.id.not_in(known),
    )
    for off in (await connection.execute(query)).all():
        if is_asked(off.kind, Span(off.starts_at, off.ends_at)):
            (choice_id,) = await leave_store.ask(connection, off.id, [care_id], now)
            payload = {"choice_id": choice_id, "client_id": care.client_id}
            await outbox.put(connection, "leave.asked", payload, now=now, dedupe_key=choice_id)
