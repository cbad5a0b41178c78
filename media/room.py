"""Who has a seat where. Pure bookkeeping; the only place that knows epochs and seat numbers.

A room's epoch rises when it is ended: grants and orders of an earlier one are refused. A participant's seat
number rises with every new tab or reload: the higher one replaces the lower, which then stays out.
A closed room's epoch is remembered longer than any grant lives, so that none opens it again. Devices sit
beside the people and take no place of theirs.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from itertools import count

from core.ids import ParticipantId, RoomId
from media.errors import OfferOutdated, RelayRoomFull, RelayRoomOutdated, RelayRoomUnknown, RelaySeatUnknown
from media.model import Device, Shape
from media.plane import PeerKey

PLACES: dict[Shape, int] = {"consultation": 2, "workshop": 33}  # three who show, thirty who look on
DEVICES = 4  # in a room of any shape
CLOSED_KEPT = 10_000  # rooms
CLOSED_FOR_S = 3600.0  # grants live for minutes


@dataclass(frozen=True)
class Seat:
    """A participant's place, and the transport that stands for it; `device`: what it is when no person."""

    room_id: RoomId
    participant_id: ParticipantId
    number: int
    peer: PeerKey
    offer_number: int
    device: Device | None = None


@dataclass(frozen=True)
class Taken:
    """A seat after `take`: whose transport it replaced; `resumed` when the same seat was there already."""

    seat: Seat
    replaced: PeerKey | None = None
    resumed: bool = False


@dataclass
class Room:
    """One open room."""

    room_id: RoomId
    epoch: int
    shape: Shape = "consultation"
    seats: dict[ParticipantId, Seat] = field(default_factory=dict)
    latest_seat: dict[ParticipantId, int] = field(default_factory=dict)
    latest_offer: dict[ParticipantId, int] = field(default_factory=dict)
    dismissed: set[ParticipantId] = field(default_factory=set)  # devices whose grants count no more

    def others(self, participant_id: ParticipantId) -> list[Seat]:
        """The other people's seats."""
        return [seat for seat in self.people if seat.participant_id != participant_id]

    @property
    def people(self) -> list[Seat]:
        return [seat for seat in self.seats.values() if seat.device is None]


class ClosedRooms:
    """Up to which epoch rooms were closed; bounded in number and time (monotonic seconds)."""

    def __init__(self) -> None:
        self._noted: dict[RoomId, tuple[int, float]] = {}  # the oldest first

    def __len__(self) -> int:
        return len(self._noted)

    def note(self, room_id: RoomId, epoch: int, now: float) -> None:
        """Nothing up to `epoch` may be opened from now on."""
        known, _ = self._noted.pop(room_id, (epoch, now))
        self._noted[room_id] = (max(known, epoch), now)
        self._forget(now)

    def covers(self, room_id: RoomId, epoch: int, now: float) -> bool:
        """Whether this epoch of the room was closed."""
        self._forget(now)
        noted = self._noted.get(room_id)
        return noted is not None and epoch <= noted[0]

    def _forget(self, now: float) -> None:
        while self._noted:
            oldest = next(iter(self._noted))
            if len(self._noted) <= CLOSED_KEPT and now - self._noted[oldest][1] < CLOSED_FOR_S:
                return
            del self._noted[oldest]


class Rooms:
    """The open rooms of one relay. `now`: monotonic seconds."""

    def __init__(self) -> None:
        self.rooms: dict[RoomId, Room] = {}
        self._closed = ClosedRooms()
        self._keys = count(1)

    def open(self, room_id: RoomId, epoch: int, now: float, shape: Shape = "consultation") -> list[Seat]:
        """Open, or raise the epoch of, a room. Gives the seats this ends. Raises RelayRoomOutdated."""
        room = self.rooms.get(room_id)
        if room is not None and room.epoch == epoch:
            return []
        if (room is not None and room.epoch > epoch) or self._closed.covers(room_id, epoch, now):
            raise RelayRoomOutdated
        self.rooms[room_id] = Room(room_id, epoch, shape)
        return list(room.seats.values()) if room is not None else []

    def is_open(self, room_id: RoomId, epoch: int) -> bool:
        """Whether the room is there, in this very epoch."""
        room = self.rooms.get(room_id)
        return room is not None and room.epoch == epoch

    def close(self, room_id: RoomId, epoch: int, now: float) -> list[Seat]:
        """Close a room and give the seats this ends; none when it is gone. Raises RelayRoomOutdated.

        An order for a room that is not here counts too: what it overtook must not open the room.
        """
        room = self.rooms.get(room_id)
        if room is not None and room.epoch > epoch:
            raise RelayRoomOutdated
        self._closed.note(room_id, epoch, now)
        if room is None:
            return []
        del self.rooms[room_id]
        return list(room.seats.values())

    def take(self, room_id: RoomId, participant_id: ParticipantId, epoch: int, number: int) -> Taken:
        """Give a seat. Raises RelayRoomUnknown, RelayRoomOutdated, RelayRoomFull, RelaySeatUnknown."""
        room = self._current(room_id, epoch)
        held = room.seats.get(participant_id)
        if held is not None and held.number == number:
            return Taken(held, resumed=True)
        if number < room.latest_seat.get(participant_id, number):
            raise RelaySeatUnknown
        if held is None and len(room.people) >= PLACES[room.shape]:
            raise RelayRoomFull
        return self._seated(room, participant_id, number)

    def attach(self, room_id: RoomId, device: Device, epoch: int) -> Taken:
        """Give a device its next seat. Raises RelayRoomUnknown, RelayRoomOutdated (also for one that was
        dismissed), RelayRoomFull."""
        room = self._current(room_id, epoch)
        if device.device_id in room.dismissed:
            raise RelayRoomOutdated
        devices = {seat.participant_id for seat in room.seats.values() if seat.device is not None}
        if len(devices - {device.device_id}) >= DEVICES:
            raise RelayRoomFull
        number = room.latest_seat.get(device.device_id, 0) + 1
        return self._seated(room, device.device_id, number, device)

    def dismiss(self, room_id: RoomId, device_id: ParticipantId) -> Seat:
        """The device's grant is good for no seat any more; the one it has. Raises RelaySeatUnknown."""
        room = self.rooms.get(room_id)
        seat = room.seats.get(device_id) if room is not None else None
        if room is None or seat is None or seat.device is None:
            raise RelaySeatUnknown
        room.dismissed.add(device_id)
        return seat

    def _seated(
        self, room: Room, participant_id: ParticipantId, number: int, device: Device | None = None
    ) -> Taken:
        held = room.seats.get(participant_id)
        offer_number = room.latest_offer.get(participant_id, 0) + 1
        peer = PeerKey(next(self._keys))
        seat = Seat(room.room_id, participant_id, number, peer, offer_number, device)
        room.seats[participant_id] = seat
        room.latest_seat[participant_id] = number
        room.latest_offer[participant_id] = offer_number
        return Taken(seat, replaced=held.peer if held is not None else None)

    def known(self, room_id: RoomId) -> Collection[ParticipantId]:
        """Everybody who has, or has had, a seat in the room; nobody when it is not here."""
        room = self.rooms.get(room_id)
        return room.latest_seat.keys() if room is not None else ()

    def peer_of(self, room_id: RoomId, participant_id: ParticipantId) -> PeerKey | None:
        """Whose transport is somebody's now, if they are here."""
        room = self.rooms.get(room_id)
        seat = room.seats.get(participant_id) if room is not None else None
        return seat.peer if seat is not None else None

    def shape(self, room_id: RoomId) -> Shape:
        """The shape of an open room. Raises RelayRoomUnknown."""
        return self._room(room_id).shape

    def find(self, room_id: RoomId, participant_id: ParticipantId, number: int) -> Seat:
        """The seat as named. Raises RelayRoomUnknown, RelaySeatUnknown."""
        seat = self._room(room_id).seats.get(participant_id)
        if seat is None or seat.number != number:
            raise RelaySeatUnknown
        return seat

    def answered(self, room_id: RoomId, participant_id: ParticipantId, number: int, offer: int) -> Seat:
        """The seat whose offer is answered. Raises OfferOutdated, and what `find` raises."""
        seat = self.find(room_id, participant_id, number)
        if seat.offer_number != offer:
            raise OfferOutdated
        return seat

    def renewed(self, seat: Seat) -> Seat:
        """The same seat with the next offer's number."""
        room = self._room(seat.room_id)
        number = room.latest_offer[seat.participant_id] + 1
        room.latest_offer[seat.participant_id] = number
        room.seats[seat.participant_id] = replace(seat, offer_number=number)
        return room.seats[seat.participant_id]

    def leave(self, seat: Seat) -> None:
        """Free the seat, unless another has taken its place."""
        room = self.rooms.get(seat.room_id)
        if room is not None and room.seats.get(seat.participant_id) == seat:
            del room.seats[seat.participant_id]

    def others(self, seat: Seat) -> list[Seat]:
        """The other people's seats in the seat's room."""
        room = self.rooms.get(seat.room_id)
        return room.others(seat.participant_id) if room is not None else []

    def _current(self, room_id: RoomId, epoch: int) -> Room:
        room = self._room(room_id)
        if room.epoch != epoch:
            raise RelayRoomOutdated
        return room

    def _room(self, room_id: RoomId) -> Room:
        room = self.rooms.get(room_id)
        if room is None:
            raise RelayRoomUnknown
        return room
