"""Counting attempts in the database, so that every process counts the same ones.

How often is too often, and the arithmetic, are throttle.py's. What is limited, and by which keys, is decided
where it is done: signing in and opening links by entry.py, booking by scheduler/limits.py, entering a room by
signaling/entering.py.
"""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import store, throttle
from core.clock import Clock
from core.database import Database
from core.errors import TooMany


class Attempts:
    """Counts, refuses, takes back."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def count(self, limits: Mapping[str, throttle.Limit], refusal: type[TooMany]) -> None:
        """Count one attempt on every key. Raises `refusal` with `retry_after_s`; then it counts on none.

        Called before anything is looked at, so that a hundred attempts at once are a hundred.
        """
        now = self._clock.now()

        async def work(connection: AsyncConnection) -> int | None:
            await store.add_missing_throttles(connection, limits, now)
            verdict = throttle.attempt(limits, await store.locked_throttles(connection, limits), now)
            await store.put_throttles(connection, verdict.full_until)
            return verdict.retry_after_s

        retry_after_s = await self._database.transact(work)
        if retry_after_s is not None:
            raise refusal(retry_after_s=retry_after_s)

    async def refund(self, connection: AsyncConnection, limits: Mapping[str, throttle.Limit]) -> None:
        """The attempt was right: it does not count."""
        stored = await store.locked_throttles(connection, limits)
        await store.put_throttles(connection, throttle.refund(limits, stored))
