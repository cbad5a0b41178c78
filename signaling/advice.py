"""What relays notice of the way media takes to or from a page, passed on to that page.

Every web process hears every notice; the one that has the page's connection passes it on. A notice about an
earlier seat is outdated. What is noticed, and when, is the relay's (media/watching.py).
"""

from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.bus import Bus, Subscription
from core.errors import TodokuError
from media.relays import NOTICES_TOPIC
from signaling.protocol import OneWayFault, OneWayMedia, RatingMessage, Repair
from signaling.service import CallService

MAX_FAULTS = 64
Told = OneWayMedia | RatingMessage | Repair


class Notice(BaseModel):
    """A message on NOTICES_TOPIC as far as pages are told of it; more members may come."""

    model_config = ConfigDict(extra="ignore")

    room_id: str = Field(max_length=64)
    participant_id: str = Field(max_length=64)
    seat: int
    one_way: list[OneWayFault] | None = Field(None, max_length=MAX_FAULTS)
    repair: Literal["ice_restart", "tcp", "rejoin"] | None = None
    rated: RatingMessage | None = None


class Pages(Protocol):
    """The connections of this process; the gateway."""

    def mine(self, room_id: str, participant_id: str) -> list[str]: ...

    async def advised(self, connection_id: str, advice: Told) -> None: ...


class Advice:
    """Listens from `start` to `close`."""

    def __init__(self, calls: CallService, pages: Pages, bus: Bus) -> None:
        self._calls, self._pages, self._bus = calls, pages, bus
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        self._subscription = await self._bus.subscribe(NOTICES_TOPIC, self.heard)

    async def close(self) -> None:
        if self._subscription is not None:
            await self._subscription.close()

    async def heard(self, payload: dict[str, Any]) -> None:
        """Anything that is no advice to a page of ours is ignored."""
        try:
            notice = Notice.model_validate(payload)
            for connection_id in self._pages.mine(notice.room_id, notice.participant_id):
                if await self._is_meant(notice, connection_id):
                    await self._tell(notice, connection_id)
        except (ValidationError, TodokuError):
            return

    async def _is_meant(self, notice: Notice, connection_id: str) -> bool:
        """Whether the connection has the place, and the seat, that the notice is about."""
        person = (await self._calls.load(notice.room_id)).find(notice.participant_id)
        return (person.connection_id, person.seat) == (connection_id, notice.seat)

    async def _tell(self, notice: Notice, connection_id: str) -> None:
        if notice.one_way is not None:
            await self._pages.advised(connection_id, OneWayMedia(faults=notice.one_way))
        if notice.repair is not None:
            await self._pages.advised(connection_id, Repair(step=notice.repair))
        if notice.rated is not None:
            await self._pages.advised(connection_id, notice.rated)
