"""Work done once for each Idempotency-Key of whoever asks: what was answered, and keeping the answer.

Both are called inside the transaction that does the work, `known_answer` before it. How answers are stored is
core's; which lock makes twins take turns, and what is shown for a known answer, are each use-case's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core.http import Identity
from core.idempotency import Stored, recall, remember
from scheduler.laws import laws


@dataclass(frozen=True)
class Once:
    """An Idempotency-Key with the body it came with."""

    key: str | None
    body: bytes


async def known_answer(connection: AsyncConnection, identity: Identity, once: Once) -> dict[str, Any] | None:
    """What was kept when this key first came. None the first time and without a key.

    Raises IdempotencyMismatch for another body.
    """
    if once.key is None:
        return None
    stored = await recall(connection, identity.session_id, once.key, once.body)
    return None if stored is None else stored.response


async def keep(
    connection: AsyncConnection, identity: Identity, once: Once, answer: Stored, now: datetime
) -> None:
    """Keep `answer` for this key: ids only, it must not hold a secret. Nothing without a key."""
    if once.key is not None:
        with laws():
            await remember(connection, identity.session_id, once.key, once.body, answer, now)
