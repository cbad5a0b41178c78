"""What nobody asks for: absence, dead relays, news from relays. The rules are in room.py.

`Watch.run` is a leased job and puts right whatever a lost message left behind; `MediaNews` hears of changes
at once. Both say the same things, and saying them twice does no harm.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.bus import Bus, Subscription
from core.errors import NotFound, TodokuError
from core.ids import RelayId, RoomId
from media.model import RelayStats
from media.relays import EVENTS_TOPIC
from signaling import placement, store
from signaling import room as rules
from signaling.errors import NoRelay
from signaling.model import Media, RelayInfo, RoomState
from signaling.participant import SEATED
from signaling.seats import Seats
from signaling.service import CallService

MOVES_A_LOOK = 4
OF_EVENT: Mapping[str, Media] = {"connected": Media.UP, "silent": Media.SILENT, "disconnected": Media.NONE}
OF_STATS: Mapping[str, Media] = {"connected": Media.UP, "silent": Media.SILENT, "joining": Media.NONE}

log = structlog.get_logger()


class News(BaseModel):
    """A message on relay.events; more members may come."""

    model_config = ConfigDict(extra="ignore")

    room_id: str = Field(max_length=64)
    participant_id: str = Field(max_length=64)
    seat: int
    event: Literal["connected", "silent", "disconnected"]


class MediaNews:
    """Listens to relays, in every web process."""

    def __init__(self, calls: CallService, bus: Bus) -> None:
        self._calls, self._bus = calls, bus
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        self._subscription = await self._bus.subscribe(EVENTS_TOPIC, self.heard)

    async def close(self) -> None:
        if self._subscription is not None:
            await self._subscription.close()

    async def heard(self, payload: dict[str, Any]) -> None:
        """Anything that is not news of a room of ours is ignored."""
        try:
            news = News.model_validate(payload)
            await self._calls.media(
                RoomId(news.room_id), news.participant_id, news.seat, OF_EVENT[news.event]
            )
        except (ValidationError, NotFound):
            return


class Watch:
    """The leased job."""

    def __init__(self, calls: CallService, seats: Seats) -> None:
        self._calls, self._seats = calls, seats

    async def run(self) -> None:
        """One look at everything that lives."""
        async with self._calls.database.read() as connection:
            calls = await store.live_calls(connection)
            relays = await store.relays(connection)
        now = self._calls.clock.now()
        living = [relay for relay in relays if placement.is_alive(relay, now)]
        await self._compare(calls, living)
        await self._rescue(calls, {relay.id for relay in living})
        await self._relieve(calls, living, now)
        await self._wait(calls, now)

    async def _wait(self, calls: Sequence[rules.Call], now: datetime) -> None:
        def rule(call: rules.Call, now: datetime) -> rules.Outcome:
            return rules.watch(call, self._calls.patience, now)

        for call in calls:
            if rule(call, now).call != call:  # a look first: idle rooms take no lock
                await self._try(call.room.id, self._calls.change(call.room.id, rule))

    async def _rescue(self, calls: Sequence[rules.Call], living: set[RelayId]) -> None:
        """Rooms whose relay is dead go to another one; without one, nobody's media flows."""

        def forsaken(call: rules.Call, now: datetime) -> rules.Outcome:
            return rules.forsake(call, now)

        for call in calls:
            seated = any(person.state in SEATED for person in call.people)
            if not seated or call.room.relay_id is None or call.room.relay_id in living:
                continue
            try:
                await self._seats.move(call.room.id)
            except NoRelay:
                await self._try(call.room.id, self._calls.change(call.room.id, forsaken))
            except TodokuError as error:
                log.warning("room_not_moved", room_id=call.room.id, code=error.code)

    async def _relieve(self, calls: Sequence[rules.Call], living: Sequence[RelayInfo], now: datetime) -> None:
        """Rooms of a relay that is to end go to another one, a few at each look, so that they spread by its
        newest load; where there is none they end where they are."""
        draining = {relay.id for relay in living if relay.draining}
        seated = (call for call in calls if any(person.state in SEATED for person in call.people))
        leaving = [call for call in seated if call.room.relay_id in draining]
        for call in leaving[:MOVES_A_LOOK]:
            with contextlib.suppress(NoRelay):
                placement.choose(living, now)
                await self._try(call.room.id, self._seats.move(call.room.id, call.room.relay_id))

    async def _compare(self, calls: Sequence[rules.Call], living: Sequence[RelayInfo]) -> None:
        """What each relay measures is held against the rows."""
        asked = await asyncio.gather(
            *(self._calls.relays.stats(relay.id, placement.QUESTION_S) for relay in living),
            return_exceptions=True,
        )
        for relay, stats in zip(living, asked, strict=True):
            if isinstance(stats, RelayStats):
                await self._correct([call for call in calls if call.room.relay_id == relay.id], stats)
                await self._sweep(relay.id, stats)

    async def _correct(self, calls: Sequence[rules.Call], stats: RelayStats) -> None:
        measured = {
            (room.room_id, one.participant_id, one.seat): OF_STATS[one.state]
            for room in stats.rooms
            for one in room.participants
        }
        for call in calls:
            for person in call.people:
                media = measured.get((call.room.id, person.id, person.seat), Media.NONE)
                if person.state in SEATED and person.media is not media:
                    seat = self._calls.media(call.room.id, person.id, person.seat, media)
                    await self._try(call.room.id, seat)

    async def _sweep(self, relay_id: RelayId, stats: RelayStats) -> None:
        """Rooms a relay still holds though they have ended or live elsewhere."""
        for carried in stats.rooms:
            try:
                room = (await self._calls.load(carried.room_id)).room
            except NotFound:
                continue
            if room.state is RoomState.ENDED or room.relay_id != relay_id:
                close = self._calls.relays.close_room(relay_id, room.id, room.epoch)
                await self._try(room.id, close)

    async def _try(self, room_id: RoomId, work: Any) -> None:
        """One room's trouble is not another's."""
        try:
            await work
        except TodokuError as error:
            log.warning("room_watch_failed", room_id=room_id, code=error.code)
