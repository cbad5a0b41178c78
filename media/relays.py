"""How the rest of the house uses relays: calls over the bus, in plain data, wherever the relay runs.

The relay's side is media/relay_server.py. Every call may raise core.bus.BusTimeout when the relay is gone,
and what the called method of media.relay.Relay raises.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.bus import Bus
from core.ids import ParticipantId, RelayId, RoomId
from media.model import (
    DeviceSession,
    Display,
    Offer,
    OneWay,
    ParticipantStats,
    RelayStats,
    RoomStats,
    Shape,
    StreamStats,
    Track,
)

HELLO_TOPIC = "relay.hello"
EVENTS_TOPIC = "relay.events"
NOTICES_TOPIC = "relay.notices"
STATS_TOPIC = "relay.stats"
QUALITY_TOPIC = "call.quality"  # what pages say of their own ends, for relays and for staff
HELLO_EVERY_S = 2.0


def relay_topic(relay_id: str) -> str:
    """Where one relay answers."""
    return f"relay.{relay_id}"


class Relays:
    """All relays that can be reached over this bus."""

    def __init__(self, bus: Bus, timeout_s: float = 5.0) -> None:
        self._bus = bus
        self._timeout_s = timeout_s

    async def open_room(
        self, relay_id: RelayId, room_id: RoomId, epoch: int, shape: Shape = "consultation"
    ) -> None:
        """Have the relay take the room; a higher epoch ends what was before."""
        await self._call(relay_id, "open_room", room_id=room_id, epoch=epoch, shape=shape)

    async def close_room(self, relay_id: RelayId, room_id: RoomId, epoch: int) -> None:
        """End the room for everybody; nothing when it is gone."""
        await self._call(relay_id, "close_room", room_id=room_id, epoch=epoch)

    async def join(self, relay_id: RelayId, grant_token: str, seat: int, tcp: bool = False) -> Offer:
        """A seat for whom the grant names; `tcp`: over TCP alone. Also raises GrantRefused, GrantExpired."""
        return read_offer(await self._call(relay_id, "join", grant=grant_token, seat=seat, tcp=tcp))

    async def offer(
        self,
        relay_id: RelayId,
        room_id: RoomId,
        participant_id: ParticipantId,
        seat: int,
        restart: bool = False,
    ) -> Offer:
        """The current offer of a seat; with `restart` the next one, for an ICE restart."""
        seat_of = {"room_id": room_id, "participant_id": participant_id, "seat": seat}
        return read_offer(await self._call(relay_id, "offer", **seat_of, restart=restart))

    async def answer(
        self,
        relay_id: RelayId,
        room_id: RoomId,
        participant_id: ParticipantId,
        seat: int,
        number: int,
        sdp: str,
    ) -> None:
        """The browser's answer to offer `number`."""
        await self._call(
            relay_id,
            "answer",
            room_id=room_id,
            participant_id=participant_id,
            seat=seat,
            number=number,
            sdp=sdp,
        )

    async def show(
        self,
        relay_id: RelayId,
        room_id: RoomId,
        participant_id: ParticipantId,
        seat: int,
        displays: Mapping[ParticipantId, Display],
    ) -> None:
        """How somebody's page shows the others; who is not named is shown as the page's reports say."""
        plain = {name: vars(display) for name, display in displays.items()}
        seat_of = {"room_id": room_id, "participant_id": participant_id, "seat": seat}
        await self._call(relay_id, "show", **seat_of, displays=plain)

    async def pin(self, relay_id: RelayId, room_id: RoomId, participant_ids: Sequence[ParticipantId]) -> None:
        """Show these before all others, in this order. That it is the room's therapist who wishes so is for
        the caller to know: a relay knows nobody's role."""
        await self._call(relay_id, "pin", room_id=room_id, participant_ids=list(participant_ids))

    async def leave(
        self, relay_id: RelayId, room_id: RoomId, participant_id: ParticipantId, seat: int
    ) -> None:
        """Free the seat."""
        await self._call(relay_id, "leave", room_id=room_id, participant_id=participant_id, seat=seat)

    async def attach(self, relay_id: RelayId, grant_token: str, sdp: str) -> DeviceSession:
        """Answer the offer of the device that the grant names. Also raises GrantRefused, GrantExpired."""
        return DeviceSession(**await self._call(relay_id, "attach", grant=grant_token, sdp=sdp))

    async def amend(
        self,
        relay_id: RelayId,
        room_id: RoomId,
        device_id: ParticipantId,
        seat: int,
        number: int | None,
        fragment: str,
    ) -> DeviceSession:
        """More candidates of a device's ICE session `number`, or the next one (media.devices.Devices)."""
        seat_of = {"room_id": room_id, "participant_id": device_id, "seat": seat}
        return DeviceSession(
            **await self._call(relay_id, "amend", **seat_of, number=number, fragment=fragment)
        )

    async def dismiss(self, relay_id: RelayId, room_id: RoomId, device_id: ParticipantId) -> None:
        """End a device's seat; its grant opens none again."""
        await self._call(relay_id, "dismiss", room_id=room_id, device_id=device_id)

    async def stats(self, relay_id: RelayId, timeout_s: float | None = None) -> RelayStats:
        """The last second of everybody on the relay; its answer is a sign of life, too."""
        message = {"method": "stats", "arguments": {}}
        return read_stats(await self._ask(relay_id, message, timeout_s or self._timeout_s))

    async def _call(self, relay_id: RelayId, method: str, **arguments: Any) -> dict[str, Any]:
        return await self._ask(relay_id, {"method": method, "arguments": arguments}, self._timeout_s)

    async def _ask(self, relay_id: RelayId, message: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        return await self._bus.request(relay_topic(relay_id), message, timeout_s)


def read_offer(payload: dict[str, Any]) -> Offer:
    """An offer as it came over the bus."""
    tracks = tuple(Track(**track) for track in payload["tracks"])
    return Offer(int(payload["number"]), str(payload["sdp"]), tracks)


def read_stats(payload: dict[str, Any]) -> RelayStats:
    """Statistics as they came over the bus: an answer, or a message on STATS_TOPIC."""
    rooms = tuple(
        RoomStats(
            RoomId(room["room_id"]),
            tuple(_participant(one) for one in room["participants"]),
            tuple(OneWay(**one) for one in room["one_way"]),
        )
        for room in payload["rooms"]
    )
    return RelayStats(RelayId(payload["relay_id"]), rooms, dict(payload["counters"]))


def _participant(payload: dict[str, Any]) -> ParticipantStats:
    streams = tuple(StreamStats(**stream) for stream in payload["streams"])
    return ParticipantStats(**{**payload, "streams": streams})


def plain_stats(stats: RelayStats) -> dict[str, Any]:
    """Statistics for the bus. dataclasses.asdict copies every value: a full relay would pay milliseconds."""
    rooms = [
        {
            "room_id": room.room_id,
            "participants": [
                {**vars(one), "streams": [vars(stream) for stream in one.streams]}
                for one in room.participants
            ],
            "one_way": [vars(one) for one in room.one_way],
        }
        for room in stats.rooms
    ]
    return {"relay_id": stats.relay_id, "rooms": rooms, "counters": stats.counters}
