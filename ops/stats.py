"""The latest figures of every call, as relays and browsers tell them each second or so.

Kept in this process only and forgotten when old: figures are for looking at, nothing depends on them.
"""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.bus import Bus, Subscription
from core.clock import Clock
from core.ids import ParticipantId
from media.codecs import Kind
from media.model import Direction, OneWay, Purpose
from media.one_way import Leg, Step
from media.quality import Cause
from media.relays import QUALITY_TOPIC, STATS_TOPIC
from ops.live import NOTHING, Figures, LiveDevice

Key = tuple[str, str]  # room, participant
PAGES_LATER_S = 3.0  # pages speak every two seconds, relays every one


class _Heard(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Stream(_Heard):
    jitter_ms: float | None = None


class _Person(_Heard):
    participant_id: str
    transport: Literal["udp", "tcp"] | None = None
    up_bps: int | None = None
    down_bps: int | None = None
    loss_up_pct: float | None = None
    loss_down_pct: float | None = None
    rtt_ms: float | None = None
    target_bps: int | None = None
    score: int | None = None
    cause: Cause | None = None
    worst: Direction | None = None
    mos: float | None = None
    streams: list[_Stream] = []
    state: Literal["joining", "connected", "silent"] = "connected"
    device: Purpose | None = None

    def figures(self) -> Figures:
        jitters = (stream.jitter_ms for stream in self.streams)
        jitter_ms = max((jitter for jitter in jitters if jitter is not None), default=None)
        told = self.model_dump(exclude={"participant_id", "streams", "state", "device"})
        return Figures(**told, jitter_ms=jitter_ms)

    def as_device(self) -> LiveDevice | None:
        """What it is when it is no person."""
        if self.device is None:
            return None
        return LiveDevice(self.participant_id, self.device, self.state, self.figures())


class _OneWay(_Heard):
    kind: Kind
    publisher_id: ParticipantId
    viewer_id: ParticipantId
    leg: Leg
    step: Step | None


class _RoomStats(_Heard):
    room_id: str
    participants: list[_Person]
    one_way: list[_OneWay] = []

    def faults(self) -> tuple[OneWay, ...]:
        return tuple(OneWay(**one.model_dump()) for one in self.one_way)


class _RelayStats(_Heard):
    relay_id: str
    rooms: list[_RoomStats]


class _Quality(_Heard):
    room_id: str
    participant_id: str
    loss_up_pct: float | None = Field(None, ge=0, le=100)
    loss_down_pct: float | None = Field(None, ge=0, le=100)
    rtt_ms: float | None = Field(None, ge=0)
    jitter_ms: float | None = Field(None, ge=0)
    freezes: int | None = Field(None, ge=0)
    frozen_ms: float | None = Field(None, ge=0)
    freezes_lately: int | None = Field(None, ge=0)
    candidate_type: Literal["host", "srflx", "prflx", "relay"] | None = None
    protocol: Literal["udp", "tcp", "tls"] | None = None


@dataclass(frozen=True)
class _Noted:
    at: float  # monotonic seconds
    figures: Figures
    relay_id: str = ""
    device: LiveDevice | None = None


class LatestStats:
    """Listens from `start` to `close`."""

    def __init__(self, bus: Bus, clock: Clock, stale_after_s: float) -> None:
        self._bus, self._clock, self._stale_after_s = bus, clock, stale_after_s
        self._relays: dict[Key, _Noted] = {}
        self._browsers: dict[Key, _Noted] = {}
        self._faults: dict[str, tuple[str, tuple[OneWay, ...]]] = {}  # by room: the relay, and what it found
        self._subscriptions: list[Subscription] = []

    async def start(self) -> None:
        self._subscriptions.append(await self._bus.subscribe(STATS_TOPIC, self.relay_told))
        self._subscriptions.append(await self._bus.subscribe(QUALITY_TOPIC, self.browser_told))

    async def close(self) -> None:
        for subscription in self._subscriptions:
            await subscription.close()

    async def relay_told(self, payload: dict[str, Any]) -> None:
        """A message on relay.stats: all that this relay carries. Anything else is ignored."""
        try:
            stats = _RelayStats.model_validate(payload)
        except ValidationError:
            return
        for key in [key for key, note in self._relays.items() if note.relay_id == stats.relay_id]:
            del self._relays[key]  # who is not named any more is not there any more
        self._faults = {room: found for room, found in self._faults.items() if found[0] != stats.relay_id}
        for room in stats.rooms:
            for person in room.participants:
                noted = self._noted(person.figures(), stats.relay_id, person.as_device())
                self._relays[room.room_id, person.participant_id] = noted
            if room.one_way:
                self._faults[room.room_id] = stats.relay_id, room.faults()
        self._forget(self._relays, self._stale_after_s)

    async def browser_told(self, payload: dict[str, Any]) -> None:
        """A message on call.quality. Bitrates are the relay's to tell; it sees both directions."""
        try:
            quality = _Quality.model_validate(payload)
        except ValidationError:
            return
        figures = Figures(**quality.model_dump(exclude={"room_id", "participant_id"}))
        self._browsers[quality.room_id, quality.participant_id] = self._noted(figures)
        self._forget(self._browsers, self._stale_after_s + PAGES_LATER_S)

    def figures(self) -> dict[Key, Figures]:
        """What is fresh; where the relay measured nothing, what the browser says."""
        self._forget(self._relays, self._stale_after_s)
        self._forget(self._browsers, self._stale_after_s + PAGES_LATER_S)
        return {
            key: self._figures(self._relays, key).filled(self._figures(self._browsers, key))
            for key in self._relays.keys() | self._browsers.keys()
        }

    def one_way(self) -> dict[str, tuple[OneWay, ...]]:
        """Who does not get what they should, by room; of relays whose figures are fresh."""
        self._forget(self._relays, self._stale_after_s)
        fresh = {(room, note.relay_id) for (room, _), note in self._relays.items()}
        return {room: faults for room, (relay, faults) in self._faults.items() if (room, relay) in fresh}

    def devices(self) -> dict[str, tuple[LiveDevice, ...]]:
        """The cameras and screens beside the people, by room."""
        self._forget(self._relays, self._stale_after_s)
        found: dict[str, tuple[LiveDevice, ...]] = {}
        for (room_id, _), note in self._relays.items():
            if note.device is not None:
                found[room_id] = (*found.get(room_id, ()), note.device)
        return found

    @staticmethod
    def _figures(noted: dict[Key, _Noted], key: Key) -> Figures:
        return noted[key].figures if key in noted else NOTHING

    def _noted(self, figures: Figures, relay_id: str = "", device: LiveDevice | None = None) -> _Noted:
        return _Noted(self._clock.monotonic(), figures, relay_id, device)

    def _forget(self, noted: dict[Key, _Noted], after_s: float) -> None:
        oldest = self._clock.monotonic() - after_s
        for key in [key for key, note in noted.items() if note.at < oldest]:
            del noted[key]
