"""What a booking begins with: the locks of its two people, and what is known under them, in two statements.

Everybody who books with one therapist waits for that lock, so what is read under it is read at once. The
locks come first and alone: a statement sees what was committed when it began. Deciding is booking.py's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.tables import person
from core.database import Instant
from core.ids import CareId, PersonId
from scheduler.model import Care, Status, Therapist
from scheduler.pace_tables import session_type
from scheduler.practice_store import find_therapist, therapist_from
from scheduler.tables import booking, care, therapist


@dataclass(frozen=True)
class Desk:
    """`holds`: whether the booker has a hold; `dead`: whether the therapist has holds that are over."""

    therapist: Therapist
    care: Care | None
    holds: bool
    dead: bool
    own_kinds: bool  # the therapist has made kinds of sessions


async def lock(connection: AsyncConnection, therapist_id: str, client_id: str | None) -> Therapist | None:
    """Hold the therapist's row, then the client's, until the transaction ends; the therapist as they are."""
    if client_id is not None:
        values = {"therapist_id": therapist_id, "client_id": client_id}
        row = (await connection.execute(_BOTH, values)).first()
        if row is not None:
            return therapist_from(row)
    return await find_therapist(connection, therapist_id, lock=True)


async def look(
    connection: AsyncConnection, therapist: Therapist, holder: str, client_id: str | None, now: datetime
) -> Desk:
    """What is known of both, under their locks."""
    values = {"therapist_id": therapist.id, "holder": holder, "client_id": client_id or "", "now": now}
    row = (await connection.execute(_KNOWN, values)).one()
    own = (
        Care(CareId(row.id), PersonId(row.client_id), PersonId(row.therapist_id))
        if row.id is not None
        else None
    )
    return Desk(therapist, own, row.holds, row.dead, row.own_kinds)


def _both() -> sa.Select[Any]:
    """The client's row is locked above the therapist's: only once that is held is there anything to join."""
    own = sa.select(therapist).where(therapist.c.id == sa.bindparam("therapist_id")).with_for_update()
    held = own.cte("held")
    joined = sa.select(held).join(person, person.c.id == sa.bindparam("client_id"))
    return joined.with_for_update(of=person)


def _known() -> sa.Select[Any]:
    held = sa.exists().where(booking.c.status == Status.HELD)
    over = booking.c.hold_expires_at <= sa.bindparam("now", type_=Instant())
    kinds = sa.exists().where(session_type.c.therapist_id == therapist.c.id, session_type.c.active.is_(True))
    own = sa.and_(care.c.client_id == sa.bindparam("client_id"), care.c.ended_at.is_(None))
    return (
        sa.select(
            care.c.id,
            care.c.client_id,
            care.c.therapist_id,
            held.where(booking.c.holder == sa.bindparam("holder")).label("holds"),
            held.where(booking.c.therapist_id == therapist.c.id, over).label("dead"),
            kinds.label("own_kinds"),
        )
        .select_from(therapist)
        .outerjoin(care, own)
        .where(therapist.c.id == sa.bindparam("therapist_id"))
    )


_BOTH, _KNOWN = _both(), _known()
