"""What a booking begins with: the locks of its two people, and what is known under them, in two statements.

Everybody who books with one therapist waits for that lock, so what is read under it is read at once: the
answer that was kept for the request's key too, whose twins wait for the same lock. The locks come first and
alone: a statement sees what was committed when it began. Deciding is booking.py's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.model import Named
from accounts.tables import person
from core.database import Instant
from core.idempotency import Stored, stored_answer
from core.ids import CareId, PersonId
from core.tables import idempotency
from scheduler.errors import TherapistUnknown
from scheduler.model import Care, Status, Therapist
from scheduler.pace_tables import session_type
from scheduler.practice_store import find_therapist, therapist_from
from scheduler.tables import booking, care, therapist


@dataclass(frozen=True)
class Asker:
    """Who sits down, and the key of the request that stands behind it, with its body."""

    holder: str
    client_id: str | None
    actor: str = ""
    key: str | None = None
    body: bytes = b""


@dataclass(frozen=True)
class Desk:
    """`holds`: whether the booker has a hold; `dead`: whether the therapist has holds that are over."""

    therapist: Therapist
    care: Care | None
    holds: bool
    dead: bool
    own_kinds: bool  # the therapist has made kinds of sessions
    names: Mapping[str, Named]  # of the two, by id
    answer: Stored | None  # what was kept when this key first came


async def sit_down(connection: AsyncConnection, therapist_id: str, asker: Asker, now: datetime) -> Desk:
    """Lock both and look. Raises TherapistUnknown, IdempotencyMismatch."""
    found = await _lock(connection, therapist_id, asker.client_id)
    if found is None:
        raise TherapistUnknown
    return await _look(connection, found, asker, now)


async def _lock(connection: AsyncConnection, therapist_id: str, client_id: str | None) -> Therapist | None:
    """Hold the therapist's row, then the client's, until the transaction ends; the therapist as they are."""
    if client_id is not None:
        values = {"therapist_id": therapist_id, "client_id": client_id}
        row = (await connection.execute(_BOTH, values)).first()
        if row is not None:
            return therapist_from(row)
    return await find_therapist(connection, therapist_id, lock=True)


async def _look(connection: AsyncConnection, of: Therapist, asker: Asker, now: datetime) -> Desk:
    values = {
        "therapist_id": of.id,
        "holder": asker.holder,
        "client_id": asker.client_id or "",
        "now": now,
        "actor": asker.actor,
        "key": asker.key or "",
    }
    row = (await connection.execute(_KNOWN, values)).one()
    own = (
        Care(CareId(row.id), PersonId(row.client_id), PersonId(row.therapist_id))
        if row.id is not None
        else None
    )
    names: dict[str, Named] = {of.id: Named(row.therapist_name, row.therapist_name_en)}
    if asker.client_id is not None and row.client_name is not None:
        names[asker.client_id] = Named(row.client_name)
    answer = stored_answer(row, asker.body) if asker.key is not None and row.body_hash is not None else None
    return Desk(of, own, row.holds, row.dead, row.own_kinds, names, answer)


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
    kept = sa.and_(idempotency.c.actor == sa.bindparam("actor"), idempotency.c.key == sa.bindparam("key"))
    client, other = person.alias("client"), person.alias("other")
    return (
        sa.select(
            care.c.id,
            care.c.client_id,
            care.c.therapist_id,
            held.where(booking.c.holder == sa.bindparam("holder")).label("holds"),
            held.where(booking.c.therapist_id == therapist.c.id, over).label("dead"),
            kinds.label("own_kinds"),
            client.c.name.label("client_name"),
            other.c.name.label("therapist_name"),
            other.c.name_en.label("therapist_name_en"),
            idempotency.c.body_hash,
            idempotency.c.status,
            idempotency.c.response,
        )
        .select_from(therapist)
        .join(other, other.c.id == therapist.c.id)
        .outerjoin(client, client.c.id == sa.bindparam("client_id"))
        .outerjoin(care, own)
        .outerjoin(idempotency, kept)
        .where(therapist.c.id == sa.bindparam("therapist_id"))
    )


_BOTH, _KNOWN = _both(), _known()
