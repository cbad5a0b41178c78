"""Which devices are in the rooms at the moment, as relays tell every second, and the pages that show it.

Kept in each web process for itself and never decided on: a device has no row (devices.py). A process tells
its own connections alone, so that no page hears of the same change from several.
"""

from collections.abc import Iterable
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.bus import Bus, Subscription
from core.clock import Clock
from core.ids import ParticipantId, RoomId
from media.model import Purpose
from media.relays import STATS_TOPIC
from signaling.protocol import DevicesMessage, DeviceThere

SILENT_RELAY_S = 10.0  # a relay speaks every second; what it carried is forgotten then
There = dict[RoomId, tuple[DeviceThere, ...]]


class _Heard(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Participant(_Heard):
    participant_id: ParticipantId = Field(max_length=64)
    state: Literal["joining", "connected", "silent"]
    device: Purpose | None = None


class _Room(_Heard):
    room_id: RoomId = Field(max_length=64)
    participants: list[_Participant]


class _Stats(_Heard):
    """A message on STATS_TOPIC, as far as it is of use here."""

    relay_id: str
    rooms: list[_Room]


class Pages(Protocol):
    """The connections of this process; the gateway."""

    async def devices_are(self, room_id: RoomId, devices: DevicesMessage) -> None: ...


class DeviceNews:
    """Listens from `start` to `close`."""

    def __init__(self, pages: Pages, bus: Bus, clock: Clock) -> None:
        self._pages, self._bus, self._clock = pages, bus, clock
        self._told: dict[str, tuple[float, There]] = {}  # by relay: when, and of which rooms
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        self._subscription = await self._bus.subscribe(STATS_TOPIC, self.heard)

    async def close(self) -> None:
        if self._subscription is not None:
            await self._subscription.close()

    def of(self, room_id: str) -> tuple[DeviceThere, ...]:
        """The devices of a room, as last heard."""
        carried = (there.get(RoomId(room_id), ()) for _, there in self._told.values())
        return next((devices for devices in carried if devices), ())

    async def heard(self, payload: dict[str, Any]) -> None:
        """All that one relay carries; anything else is ignored."""
        try:
            stats = _Stats.model_validate(payload)
        except ValidationError:
            return
        now, there = self._clock.monotonic(), _devices(stats.rooms)
        rooms = {room_id for _, carried in self._told.values() for room_id in carried} | there.keys()
        before = {room_id: self.of(room_id) for room_id in rooms}
        heard = {relay: told for relay, told in self._told.items() if now - told[0] < SILENT_RELAY_S}
        self._told = heard | {stats.relay_id: (now, there)}
        for room_id, devices in before.items():
            if devices != self.of(room_id):
                await self._pages.devices_are(room_id, DevicesMessage(devices=list(self.of(room_id))))


def _devices(rooms: Iterable[_Room]) -> There:
    """Those whose media is set up, by room; rooms without any are left out."""
    found = {}
    for room in rooms:
        devices = tuple(
            DeviceThere(device_id=one.participant_id, purpose=one.device, silent=one.state == "silent")
            for one in room.participants
            if one.device is not None and one.state != "joining"
        )
        if devices:
            found[room.room_id] = devices
    return found
