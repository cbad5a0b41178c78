"""Which relay carries a room: relays tell of themselves, hold a lease, and are chosen by load.

The lease is a row, so that every web process sees the same relays. Choosing is pure.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from core.bus import Bus, Subscription
from core.clock import Clock
from core.database import Database
from core.ids import RelayId
from media.relays import HELLO_EVERY_S, HELLO_TOPIC
from media.room import PLACES
from signaling import store
from signaling.errors import NoRelay
from signaling.model import RelayInfo

REFRESH_SHARE = 5  # every process hears every hello; a fifth of the lease is the finest that is written
FORGOTTEN_AFTER = timedelta(days=1)
OVERDUE_AFTER = timedelta(seconds=3 * HELLO_EVERY_S)
QUESTION_S = 1.0  # how long an answer is waited for that only shows whether a relay lives


class Hello(BaseModel):
    """A relay telling of itself; more members may come."""

    model_config = ConfigDict(extra="ignore")

    relay_id: str = Field(min_length=1, max_length=64)
    load: int = Field(ge=0)
    draining: bool
    max_participants: int | None = Field(None, ge=0)


def choose(relays: Iterable[RelayInfo], now: datetime) -> RelayId:
    """The living relay with the fewest participants among those with room. Raises NoRelay."""
    free = [relay for relay in relays if is_alive(relay, now) and not relay.draining and has_room(relay)]
    if not free:
        raise NoRelay
    return min(free, key=lambda relay: (relay.load, relay.id)).id


def has_room(relay: RelayInfo) -> bool:
    """Whether a whole consultation finds room, by what it last told."""
    return relay.max_participants is None or relay.load + PLACES["consultation"] <= relay.max_participants


def is_alive(relay: RelayInfo, now: datetime) -> bool:
    """Whether it has told of itself within its lease."""
    return relay.lease_until > now


def is_overdue(relay: RelayInfo, lease: timedelta, now: datetime) -> bool:
    """Whether it should have told of itself again by now, though its lease may last."""
    return now - (relay.lease_until - lease) >= OVERDUE_AFTER


class Registry:
    """Writes down what relays tell, in every process that listens."""

    def __init__(self, database: Database, bus: Bus, clock: Clock, lease: timedelta) -> None:
        self._database, self._bus, self._clock, self._lease = database, bus, clock, lease
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        self._subscription = await self._bus.subscribe(HELLO_TOPIC, self.hello)

    async def close(self) -> None:
        if self._subscription is not None:
            await self._subscription.close()

    async def hello(self, payload: dict[str, Any]) -> None:
        """Extend a relay's lease. Anything that is not a hello is ignored."""
        try:
            hello = Hello.model_validate(payload)
        except ValidationError:
            return
        now = self._clock.now()
        told = RelayInfo(
            RelayId(hello.relay_id), now + self._lease, hello.load, hello.draining, hello.max_participants
        )
        async with self._database.read() as connection:
            known = await store.find_relay(connection, told.id)
        if known is None or _is_news(known, told, self._lease / REFRESH_SHARE):

            async def note(connection: AsyncConnection) -> None:
                await store.save_relay(connection, told)
                if known is None:
                    await store.forget_relays(connection, now - FORGOTTEN_AFTER)

            await self._database.transact(note)


def _is_news(known: RelayInfo, told: RelayInfo, step: timedelta) -> bool:
    same = replace(known, lease_until=told.lease_until) == told
    return not same or told.lease_until - known.lease_until >= step
