"""Leave of a therapist: who is asked, and what a client's choice brings. Inside the one transaction.

A leave of more than a week asks each client: wait, be covered by the named colleague for that time, or change
to them for good. Sessions inside a leave stay until somebody moves them. Not here: the calendar (pace.py).
"""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from core import outbox
from core.errors import Invalid, NotFound
from scheduler import care_store, handing, leave_store, offering, practice_store, store
from scheduler.capacity import may_practise
from scheduler.care_model import CareRow, LeaveChoice
from scheduler.changing import Actor
from scheduler.errors import StatusConflict, TherapistFull
from scheduler.handing import Shared
from scheduler.model import Span

ASKED_FROM = timedelta(days=8)
Choice = Literal["wait", "cover", "transfer"]


def is_asked(kind: str, span: Span) -> bool:
    """Whether clients have something to choose."""
    return kind == "leave" and span.ends_at - span.starts_at >= ASKED_FROM


async def ask(connection: AsyncConnection, therapist_id: str, time_off_id: str, now: datetime) -> None:
    """Ask every client in care; they are told."""
    cares = {one.id: one.client_id for one in await care_store.open_with(connection, therapist_id)}
    choices = await leave_store.ask(connection, time_off_id, cares, now)
    for choice_id, client_id in zip(choices, cares.values(), strict=True):
        payload = {"choice_id": choice_id, "client_id": client_id}
        await outbox.put(connection, "leave.asked", payload, now=now, dedupe_key=choice_id)


async def choose(
    connection: AsyncConnection, choice_id: str, choice: Choice, shared: Shared, actor: Actor, now: datetime
) -> None:
    """What the client wants; it can be changed until the leave is over, except after a change of therapist.

    Raises NotFound, StatusConflict, Invalid, TherapistFull.
    """
    asked, care = await _asked(connection, choice_id, now)
    if choice != "wait" and asked.cover_id is None:
        raise Invalid(errors=[{"field": "choice", "message": "nobody covers this leave", "rule": "cover"}])
    if choice == "transfer" and asked.cover_id is not None:
        await handing.transfer(connection, care, asked.cover_id, shared, actor, now)
    else:
        await store.lock_therapist(connection, care.therapist_id)
    if choice == "cover" and asked.cover_id is not None:
        cover = await practice_store.therapist_of(connection, asked.cover_id)
        if may_practise(cover, asked.starts_at) is not None:
            raise TherapistFull
        await offering.check_may_care(connection, care.client_id, cover)
    await leave_store.choose(connection, choice_id, choice, now)
    payload = {"choice_id": choice_id, "care_id": care.id, "choice": choice, "cover_id": asked.cover_id}
    until = {"until": asked.ends_at.isoformat()}
    await outbox.put(connection, "leave.chosen", payload | until, now=now)


async def _asked(connection: AsyncConnection, choice_id: str, now: datetime) -> tuple[LeaveChoice, CareRow]:
    asked = await leave_store.find_choice(connection, choice_id)
    care = await care_store.find(connection, asked.care_id) if asked else None
    if asked is None or care is None:
        raise NotFound
    if care.ended_at is not None or asked.ends_at <= now or asked.choice == "transfer":
        raise StatusConflict
    return asked, care
