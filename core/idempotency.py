"""Answers kept under the asker's own key, so that a repeated request gets the first answer again.

Called inside the transaction that does the work: answer and work are committed together.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.database import Database
from core.errors import Conflict
from core.tables import idempotency
from core.together import Rows, insert_together

KEPT = timedelta(hours=24)


class IdempotencyMismatch(Conflict):
    """The Idempotency-Key was used before with another body."""

    code = "idempotency_mismatch"
    title = "This key was used before for something else"


@dataclass(frozen=True)
class Stored:
    """The first answer."""

    status: int
    response: dict[str, Any]


async def recall(connection: AsyncConnection, actor: str, key: str, body: bytes) -> Stored | None:
    """The stored answer, None the first time. Raises IdempotencyMismatch for another body.

    Twins take turns from here on: the second waits for the first's end, and finds its answer.
    """
    await _take_turn(connection, actor, key)
    query = sa.select(idempotency).where(idempotency.c.actor == actor, idempotency.c.key == key)
    row = (await connection.execute(query)).first()
    return None if row is None else stored_answer(row, body)


def stored_answer(row: Any, body: bytes) -> Stored:
    """The answer in a row of `idempotency`, for the body it was given to. Raises IdempotencyMismatch."""
    if row.body_hash != hashlib.sha256(body).hexdigest():
        raise IdempotencyMismatch
    return Stored(row.status, dict(row.response))


async def _take_turn(connection: AsyncConnection, actor: str, key: str) -> None:
    """Nothing on SQLite, where a writing transaction is alone. A look-up of its own: it must see the new."""
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(f"{actor}\0{key}".encode()).digest()[:8], "big", signed=True)
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


async def remember(
    connection: AsyncConnection, actor: str, key: str, body: bytes, answer: Stored, now: datetime
) -> None:
    """Keep `answer`. Who did not recall first fails on the primary key "idempotency_pkey"."""
    await insert_together(connection, row_of(actor, key, body, answer, now))


def row_of(actor: str, key: str, body: bytes, answer: Stored, now: datetime) -> Rows:
    """An answer as it is written together with rows of other tables."""
    values = {
        "actor": actor,
        "key": key,
        "body_hash": hashlib.sha256(body).hexdigest(),
        "status": answer.status,
        "response": answer.response,
        "created_at": now,
    }
    return Rows(idempotency, [values])


async def forget_old(database: Database, now: datetime) -> int:
    """Drop answers older than a day; how many."""
    async with database.write() as connection:
        gone = await connection.execute(sa.delete(idempotency).where(idempotency.c.created_at < now - KEPT))
        return gone.rowcount
