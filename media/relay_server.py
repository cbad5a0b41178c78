"""A relay's side of the bus: answers calls, checks grants, tells of itself.

The relay trusts no caller's word about who may join: it verifies the grant with the public key. Calls are
dispatched by a table; their arguments are validated, since they come from another process.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.bus import Bus, Subscription
from core.clock import Clock
from core.errors import Invalid, TodokuError
from core.grants import GrantRefused, Verifier
from core.ids import ParticipantId, RelayId, RoomId
from media.model import (
    CandidateType,
    ClientProtocol,
    Device,
    Display,
    Notice,
    PageReport,
    RelayEvent,
    Shape,
)
from media.relay import Relay
from media.relays import (
    EVENTS_TOPIC,
    HELLO_EVERY_S,
    HELLO_TOPIC,
    NOTICES_TOPIC,
    QUALITY_TOPIC,
    STATS_TOPIC,
    plain_stats,
    relay_topic,
)

STATS_EVERY_S = 1.0
DRAIN_LOOK_S = 0.5
MOST_NAMED = 64  # people in one call; a room of any shape has fewer

log = structlog.get_logger()


class _Call(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Nothing(_Call):
    pass


class _Room(_Call):
    room_id: RoomId
    epoch: int


class _Open(_Room):
    shape: Shape = "consultation"


class _Pin(_Call):
    room_id: RoomId
    participant_ids: list[ParticipantId] = Field(max_length=MOST_NAMED)


class _Join(_Call):
    grant: str
    seat: int
    tcp: bool = False


class _Seat(_Call):
    room_id: RoomId
    participant_id: ParticipantId
    seat: int


class _Offer(_Seat):
    restart: bool


class _Display(_Call):
    height_px: int | None = Field(None, ge=0)
    visible: bool = True
    paused: bool = False


class _Show(_Seat):
    displays: dict[ParticipantId, _Display] = Field(max_length=MOST_NAMED)


class _Answer(_Seat):
    number: int
    sdp: str


class _Attach(_Call):
    grant: str
    sdp: str


class _Amend(_Seat):
    number: int | None
    fragment: str


class _Dismiss(_Call):
    room_id: RoomId
    device_id: ParticipantId


class _PageSays(BaseModel):
    """A message on QUALITY_TOPIC, as far as a relay needs it; more members may come."""

    model_config = ConfigDict(extra="ignore")

    room_id: RoomId
    participant_id: ParticipantId
    microphone: bool | None = None
    camera: bool | None = None
    audio_packets: int | None = None
    video_packets: int | None = None
    video_frames: int | None = None
    candidate_type: CandidateType | None = None
    visible: bool | None = None
    height_px: int | None = None
    freezes: int | None = None
    frozen_ms: float | None = None
    protocol: ClientProtocol | None = None


class RelayServer:
    """Serves `relay` as `relay_id` from `start` to `close`."""

    def __init__(self, bus: Bus, relay: Relay, verifier: Verifier, clock: Clock, relay_id: RelayId) -> None:
        self._bus, self._relay, self._verifier, self._clock = bus, relay, verifier, clock
        self._relay_id = relay_id
        self._subscription: Subscription | None = None
        self._pages: Subscription | None = None
        self._news: asyncio.Queue[tuple[str, RelayEvent | Notice]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False

    async def start(self) -> None:
        """Begin to answer. The relay itself must have been started."""
        self._relay.on_event = lambda event: self._news.put_nowait((EVENTS_TOPIC, event))
        self._relay.on_notice = lambda notice: self._news.put_nowait((NOTICES_TOPIC, notice))
        self._subscription = await self._bus.serve(relay_topic(self._relay_id), self._serve)
        self._pages = await self._bus.subscribe(QUALITY_TOPIC, self.page_says)
        work = (self._tell_news(), self._tell_hello(), self._tell_stats())
        self._tasks = [asyncio.create_task(coroutine) for coroutine in work]

    async def drain(self, patience_s: float) -> None:
        """Take no new room, say so at once, and wait until nobody is left, at most so long.

        Rooms are moved to another relay by those who hear it (signaling/watch.py), where there is one.
        """
        self._relay.draining = True
        log.info("relay_draining", relay_id=self._relay_id, participants=self._relay.load)
        await self._hello()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while self._relay.load:  # noqa: ASYNC110  (people leave in many ways; there is no hurry)
                    await asyncio.sleep(DRAIN_LOOK_S)

    async def close(self) -> None:
        """Take no more calls and say so. May be called twice; the relay is closed by its owner."""
        self._relay.draining = self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        open_ones = [one for one in (self._pages, self._subscription) if one is not None]
        self._pages = self._subscription = None
        with contextlib.suppress(TodokuError):
            for subscription in open_ones:
                await subscription.close()
            if open_ones:
                await self._hello()

    async def _serve(self, message: dict[str, Any]) -> dict[str, Any]:
        method = _METHODS.get(str(message.get("method")))
        if method is None:
            raise Invalid("the relay knows no such call")
        model, handler = method
        try:
            call = model.model_validate(message.get("arguments"))
        except ValidationError:
            raise Invalid("the call's arguments are not what the relay takes") from None
        return handler(self, call)

    async def page_says(self, payload: dict[str, Any]) -> None:
        """A page's report; of rooms that are elsewhere, and anything else, is ignored."""
        try:
            said = _PageSays.model_validate(payload)
        except ValidationError:
            return
        report = PageReport(**said.model_dump(exclude={"room_id", "participant_id"}))
        self._relay.page_says(said.room_id, said.participant_id, report)

    # The calls.

    def _open_room(self, call: _Open) -> dict[str, Any]:
        self._relay.open_room(call.room_id, call.epoch, call.shape)
        return {}

    def _close_room(self, call: _Room) -> dict[str, Any]:
        self._relay.close_room(call.room_id, call.epoch)
        return {}

    def _join(self, call: _Join) -> dict[str, Any]:
        grant = self._verifier.verify(call.grant, self._clock.now())
        if grant.scope != "seat":
            raise GrantRefused("this right is for no seat of a person")
        who = grant.room_id, grant.participant_id, grant.epoch
        return asdict(self._relay.join(*who, call.seat, call.tcp))

    def _offer(self, call: _Offer) -> dict[str, Any]:
        return asdict(self._relay.offer(call.room_id, call.participant_id, call.seat, call.restart))

    def _answer(self, call: _Answer) -> dict[str, Any]:
        self._relay.answer(call.room_id, call.participant_id, call.seat, call.number, call.sdp)
        return {}

    def _show(self, call: _Show) -> dict[str, Any]:
        displays = {name: Display(**one.model_dump()) for name, one in call.displays.items()}
        self._relay.show(call.room_id, call.participant_id, call.seat, displays)
        return {}

    def _pin(self, call: _Pin) -> dict[str, Any]:
        self._relay.pin(call.room_id, call.participant_ids)
        return {}

    def _leave(self, call: _Seat) -> dict[str, Any]:
        self._relay.leave(call.room_id, call.participant_id, call.seat)
        return {}

    def _attach(self, call: _Attach) -> dict[str, Any]:
        grant = self._verifier.verify(call.grant, self._clock.now())
        if grant.scope not in ("publish", "watch") or grant.host_id is None:
            raise GrantRefused("this right is for no device")
        device = Device(grant.participant_id, grant.scope, grant.host_id)
        return asdict(self._relay.devices.attach(grant.room_id, device, grant.epoch, call.sdp))

    def _amend(self, call: _Amend) -> dict[str, Any]:
        amend = self._relay.devices.amend
        return asdict(amend(call.room_id, call.participant_id, call.seat, call.number, call.fragment))

    def _dismiss(self, call: _Dismiss) -> dict[str, Any]:
        self._relay.devices.dismiss(call.room_id, call.device_id)
        return {}

    def _stats(self, call: _Nothing) -> dict[str, Any]:
        return self._plain_stats()

    def _plain_stats(self) -> dict[str, Any]:
        return {**plain_stats(self._relay.stats()), "relay_id": self._relay_id}

    # What is told unasked.

    # They end by cancellation, and by the flag too: before Python 3.12 a cancellation that meets the end of
    # an inner wait (asyncio.wait_for, as Redis' client uses it) is lost.

    async def _tell_news(self) -> None:
        while not self._closed:
            topic, news = await self._news.get()
            await self._publish(topic, {"relay_id": self._relay_id, **asdict(news)})

    async def _tell_hello(self) -> None:
        while not self._closed:
            await self._hello()
            await asyncio.sleep(HELLO_EVERY_S)

    async def _tell_stats(self) -> None:
        while not self._closed:
            await asyncio.sleep(STATS_EVERY_S)
            await self._publish(STATS_TOPIC, self._plain_stats())

    async def _hello(self) -> None:
        stats = self._relay.stats()
        await self._publish(
            HELLO_TOPIC,
            {
                "relay_id": self._relay_id,
                "load": self._relay.load,
                "max_participants": self._relay.max_participants,
                "rooms": [room.room_id for room in stats.rooms],
                "draining": self._relay.draining,
                "at": self._clock.now().isoformat(),
            },
        )

    async def _publish(self, topic: str, payload: dict[str, Any]) -> None:
        """A bus that is away costs a message, not the relay."""
        try:
            await self._bus.publish(topic, payload)
        except TodokuError:
            log.warning("relay_bus_unavailable", relay_id=self._relay_id)


_METHODS: dict[str, tuple[type[_Call], Callable[[RelayServer, Any], dict[str, Any]]]] = {
    "open_room": (_Open, RelayServer._open_room),
    "close_room": (_Room, RelayServer._close_room),
    "join": (_Join, RelayServer._join),
    "offer": (_Offer, RelayServer._offer),
    "answer": (_Answer, RelayServer._answer),
    "show": (_Show, RelayServer._show),
    "pin": (_Pin, RelayServer._pin),
    "leave": (_Seat, RelayServer._leave),
    "attach": (_Attach, RelayServer._attach),
    "amend": (_Amend, RelayServer._amend),
    "dismiss": (_Dismiss, RelayServer._dismiss),
    "stats": (_Nothing, RelayServer._stats),
}
