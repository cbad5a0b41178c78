"""Work done once for each Idempotency-Key of whoever asks: the key, what was answered, keeping the answer.

The last two are called inside the transaction that does the work, `known_answer` before it; twins take turns
from there on. How answers are stored is core's; what is shown for a known answer is each use-case's. Which
writes take no key, and why, says docs/PROTOCOL.md.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from core.http import Body, Identity, idempotency_key
from core.idempotency import Stored, recall, remember
from scheduler.laws import laws


@dataclass(frozen=True)
class Once:
    """An Idempotency-Key with the body it came with."""

    key: str | None
    body: bytes


def once_of(request: web.Request, asked: Body | None = None) -> Once:
    """The key is for this address alone: path and body must be the same again. Raises Invalid."""
    body = b"" if asked is None else asked.model_dump_json().encode()
    return Once(idempotency_key(request), request.path.encode() + b"\n" + body)


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
