"""Events that leave a transaction with it: written beside the change, delivered afterwards.

At least once: a handler may see an event again and must take it calmly (stable Message-ID, ensure_*).
Deliberately no order between events.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import Clock
from core.database import Database
from core.ids import new_id
from core.tables import outbox
from core.together import Rows

Handler = Callable[[dict[str, Any]], Awaitable[None]]

LEASE = timedelta(seconds=60)
MARGIN = timedelta(seconds=10)  # for reading an event and writing what became of it
BATCH = 20
ATTEMPTS = 50  # about two days; what is refused so long is refused for good, and stays for people to see
KEPT = timedelta(days=7)
TICK_S = 0.5
FIRST_RETRY_S = 5
LONGEST_RETRY_S = 3600

log = structlog.get_logger()


@dataclass(frozen=True)
class Event:
    """What is to be delivered, at `due_at` (at once without)."""

    topic: str
    payload: dict[str, Any]
    dedupe_key: str | None = None
    due_at: datetime | None = None


async def put_all(connection: AsyncConnection, events: Sequence[Event], now: datetime) -> None:
    """Write events into the caller's transaction, in one go.

    A `dedupe_key` seen before on its topic is left out.
    """
    values = rows_of(events, now).values
    if not values:
        return
    if connection.dialect.name == "postgresql":
        await connection.execute(postgresql.insert(outbox).on_conflict_do_nothing(), values)
    else:
        await connection.execute(sqlite.insert(outbox).on_conflict_do_nothing(), values)


def rows_of(events: Sequence[Event], now: datetime) -> Rows:
    """Events as they are written together with rows of other tables."""
    values = [
        {
            "id": new_id(),
            "topic": one.topic,
            "payload": one.payload,
            "dedupe_key": one.dedupe_key,
            "created_at": now,
            "due_at": one.due_at or now,
        }
        for one in events
    ]
    return Rows(outbox, values, once=True)


async def put(
    connection: AsyncConnection,
    topic: str,
    payload: dict[str, Any],
    *,
    now: datetime,
    due_at: datetime | None = None,
    dedupe_key: str | None = None,
) -> None:
    """Write an event into the caller's transaction, to be delivered at `due_at` (at once without).

    A `dedupe_key` seen before on the topic is left out.
    """
    await put_all(connection, [Event(topic, payload, dedupe_key, due_at)], now)


def retry_after(attempts: int) -> timedelta:
    """How long to wait after the nth failure: 5 s, doubling, at most an hour."""
    return timedelta(seconds=min(FIRST_RETRY_S * 2 ** min(attempts - 1, 20), LONGEST_RETRY_S))


class Outbox:
    """Delivers events to the handlers of their topic.

    `only` and `without` part the topics among outboxes, so that those who wait for servers of others hold up
    nobody else.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        handlers: Mapping[str, Sequence[Handler]],
        *,
        only: Sequence[str] | None = None,
        without: Sequence[str] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._handlers = handlers
        self._mine = outbox.c.topic.not_in(without) if only is None else outbox.c.topic.in_(only)

    async def deliver_due(self, stop: asyncio.Event | None = None) -> int:
        """Deliver what is due, or until `stop` is set; the number of events delivered."""
        delivered = 0
        for event_id in await self._due():
            if stop is not None and stop.is_set():  # each may wait for a mail server that does not answer
                break
            if await self._claim(event_id):
                delivered += await self._deliver(event_id)
        return delivered

    async def prune(self) -> int:
        """Forget what was delivered a week ago; how many."""
        old = sa.delete(outbox).where(outbox.c.done_at < self._clock.now() - KEPT)
        async with self._database.write() as connection:
            return (await connection.execute(old)).rowcount

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set. Rows carry their own leases, so many processes may do this."""
        while not stop.is_set():
            try:
                await self.deliver_due(stop)
            except Exception:  # a database away for a while; the loop must never end by itself
                log.exception("outbox_interrupted")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TICK_S)

    async def _due(self) -> list[str]:
        query = (
            sa.select(outbox.c.id)
            .where(
                outbox.c.done_at.is_(None),
                outbox.c.due_at <= self._clock.now(),
                outbox.c.attempts < ATTEMPTS,
                self._mine,
            )
            .order_by(outbox.c.due_at)
            .limit(BATCH)
        )
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def _claim(self, event_id: str) -> bool:
        """A lease by moving due_at on: whoever changes the row first delivers."""
        now = self._clock.now()
        claim = (
            sa.update(outbox)
            .where(outbox.c.id == event_id, outbox.c.done_at.is_(None), outbox.c.due_at <= now)
            .values(due_at=now + LEASE, attempts=outbox.c.attempts + 1)
        )
        async with self._database.write() as connection:
            return (await connection.execute(claim)).rowcount == 1

    async def _deliver(self, event_id: str) -> bool:
        async with self._database.read() as connection:
            row = (await connection.execute(sa.select(outbox).where(outbox.c.id == event_id))).one()
        try:
            async with asyncio.timeout((LEASE - MARGIN).total_seconds()):  # then somebody else may begin
                for handler in self._handlers.get(row.topic, ()):
                    await handler(dict(row.payload))
        except Exception as error:
            word = type(error).__name__  # its text may name the recipient
            log.warning("outbox_delivery_failed", topic=row.topic, event_id=event_id, error=word)
            await self._finish(event_id, due_at=self._clock.now() + retry_after(row.attempts), error=error)
            return False
        await self._finish(event_id, done_at=self._clock.now())
        return True

    async def _finish(self, event_id: str, error: Exception | None = None, **values: datetime) -> None:
        word = type(error).__name__ if error else None  # a library's text may hold an address
        change = sa.update(outbox).where(outbox.c.id == event_id).values(last_error=word, **values)
        async with self._database.write() as connection:
            await connection.execute(change)
