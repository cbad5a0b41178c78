"""SQL of leave: what clients are asked, what they chose, and handovers. Decides nothing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.ids import CareId, PersonId, new_id
from scheduler.care_model import Handover, LeaveChoice
from scheduler.care_tables import handover, leave_choice
from scheduler.tables import booking, care, time_off

ASKED = sa.select(
    leave_choice.c.id,
    leave_choice.c.time_off_id,
    leave_choice.c.care_id,
    leave_choice.c.choice,
    time_off.c.starts_at,
    time_off.c.ends_at,
    time_off.c.cover_id,
).join(time_off, time_off.c.id == leave_choice.c.time_off_id)


async def covers(connection: AsyncConnection, care_id: str, therapist_id: str, at: datetime) -> bool:
    """Whether the client chose to be covered by this therapist during the leave that `at` lies in."""
    query = ASKED.where(
        leave_choice.c.care_id == care_id,
        leave_choice.c.choice == "cover",
        time_off.c.cover_id == therapist_id,
        time_off.c.starts_at <= at,
        at < time_off.c.ends_at,
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def ask(
    connection: AsyncConnection, time_off_id: str, care_ids: Iterable[str], now: datetime
) -> list[str]:
    """One open question for each care; their ids."""
    rows = [
        {"id": new_id(), "time_off_id": time_off_id, "care_id": care_id, "asked_at": now}
        for care_id in care_ids
    ]
    if rows:
        await connection.execute(sa.insert(leave_choice), rows)
    return [str(row["id"]) for row in rows]


async def choices_of(connection: AsyncConnection, care_id: str, now: datetime) -> list[LeaveChoice]:
    """What a client is asked, or chose, about leave that is not over."""
    query = ASKED.where(leave_choice.c.care_id == care_id, time_off.c.ends_at > now)
    return [_choice(row) for row in await connection.execute(query.order_by(time_off.c.starts_at))]


async def chosen(connection: AsyncConnection, time_off_id: str) -> list[LeaveChoice]:
    """What was chosen about one leave, by all who were asked."""
    query = ASKED.where(leave_choice.c.time_off_id == time_off_id).order_by(leave_choice.c.id)
    return [_choice(row) for row in await connection.execute(query)]


async def find_choice(connection: AsyncConnection, choice_id: str) -> LeaveChoice | None:
    row = (await connection.execute(ASKED.where(leave_choice.c.id == choice_id))).first()
    return None if row is None else _choice(row)


async def choose(connection: AsyncConnection, choice_id: str, choice: str, now: datetime) -> None:
    change = sa.update(leave_choice).where(leave_choice.c.id == choice_id)
    await connection.execute(change.values(choice=choice, chosen_at=now))


async def forget(connection: AsyncConnection, therapist_id: str, time_off_id: str) -> None:
    """This leave of the therapist's does not take place: nothing is to be chosen any more."""
    theirs = sa.select(time_off.c.id).where(
        time_off.c.id == time_off_id, time_off.c.therapist_id == therapist_id
    )
    await connection.execute(sa.delete(leave_choice).where(leave_choice.c.time_off_id.in_(theirs)))


async def therapists_of(connection: AsyncConnection, care_id: str) -> set[str]:
    """Who has, or may have, a session or a place for this care's client besides their own therapist."""
    covers = sa.select(time_off.c.cover_id).join(leave_choice, leave_choice.c.time_off_id == time_off.c.id)
    queries = (
        covers.where(leave_choice.c.care_id == care_id, time_off.c.cover_id.is_not(None)),
        sa.select(booking.c.therapist_id).where(booking.c.care_id == care_id).distinct(),
        sa.select(handover.c.therapist_to).where(
            handover.c.care_from == care_id, handover.c.state == "proposed"
        ),
    )
    return {str(one) for query in queries for one in (await connection.execute(query)).scalars()}


async def insert_handover(connection: AsyncConnection, values: dict[str, Any]) -> str:
    handover_id = new_id()
    await connection.execute(sa.insert(handover).values(values | {"id": handover_id, "state": "proposed"}))
    return handover_id


async def find_handover(connection: AsyncConnection, handover_id: str) -> Handover | None:
    row = (await connection.execute(sa.select(handover).where(handover.c.id == handover_id))).first()
    return None if row is None else _handover(row)


async def handover_by_offer(connection: AsyncConnection, offer_id: str) -> Handover | None:
    row = (await connection.execute(sa.select(handover).where(handover.c.offer_id == offer_id))).first()
    return None if row is None else _handover(row)


async def proposed_to(connection: AsyncConnection, client_id: str) -> list[Handover]:
    """What a client has to decide."""
    query = (
        sa.select(handover)
        .join(care, care.c.id == handover.c.care_from)
        .where(care.c.client_id == client_id, handover.c.state == "proposed")
        .order_by(handover.c.created_at)
    )
    return [_handover(row) for row in await connection.execute(query)]


async def handovers_of(connection: AsyncConnection, care_ids: Iterable[str]) -> list[Handover]:
    """Those by which these cares began."""
    query = sa.select(handover).where(handover.c.care_to.in_(list(care_ids)))
    return [_handover(row) for row in await connection.execute(query)]


async def proposed_from(connection: AsyncConnection, care_ids: Iterable[str]) -> list[Handover]:
    """Those that these cares' clients have still to decide about."""
    query = sa.select(handover).where(
        handover.c.care_from.in_(list(care_ids)), handover.c.state == "proposed"
    )
    return [_handover(row) for row in await connection.execute(query)]


async def decide_handover(connection: AsyncConnection, handover_id: str, values: dict[str, Any]) -> bool:
    """Once: False when it was decided before."""
    guarded = sa.update(handover).where(handover.c.id == handover_id, handover.c.state == "proposed")
    return (await connection.execute(guarded.values(values))).rowcount == 1


def _choice(row: Any) -> LeaveChoice:
    return LeaveChoice(
        id=row.id,
        time_off_id=row.time_off_id,
        care_id=CareId(row.care_id),
        choice=row.choice,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        cover_id=PersonId(row.cover_id) if row.cover_id else None,
    )


def _handover(row: Any) -> Handover:
    return Handover(
        id=row.id,
        care_from=CareId(row.care_from),
        therapist_to=PersonId(row.therapist_to),
        care_to=CareId(row.care_to) if row.care_to else None,
        note=row.note,
        state=row.state,
        history=row.history,
        history_from=row.history_from,
        read_until=row.read_until,
        offer_id=row.offer_id,
        created_at=row.created_at,
    )
