"""media.devices.Devices without a network: real seats, invented descriptions."""

from core.errors import PreconditionFailed
from core.ids import ParticipantId, RoomId
from media.errors import SdpRefused
from media.model import Device, DeviceSession
from media.room import Rooms

OFFER, ANSWER = "v=0\r\nan offer\r\n", "v=0\r\nan answer\r\n"
TRICKLED, RESTART = "a=candidate:1\r\n", "a=ice-ufrag:new\r\n"


class FakeDevices:
    """Takes OFFER and what follows it."""

    def __init__(self, rooms: Rooms, media: dict[tuple[RoomId, ParticipantId], str]) -> None:
        self._rooms, self._media = rooms, media

    def attach(self, room_id: RoomId, device: Device, epoch: int, sdp: str) -> DeviceSession:
        if sdp != OFFER:
            raise SdpRefused
        seat = self._rooms.attach(room_id, device, epoch).seat
        self._media[room_id, device.device_id] = "joining"
        return DeviceSession(seat.number, seat.offer_number, ANSWER)

    def dismiss(self, room_id: RoomId, device_id: ParticipantId) -> None:
        self._rooms.leave(self._rooms.dismiss(room_id, device_id))

    def amend(
        self, room_id: RoomId, device_id: ParticipantId, seat: int, number: int | None, fragment: str
    ) -> DeviceSession:
        found = self._rooms.find(room_id, device_id, seat)
        if number not in (None, found.offer_number):
            raise PreconditionFailed
        if fragment == TRICKLED:
            return DeviceSession(seat, found.offer_number, "")
        return DeviceSession(seat, self._rooms.renewed(found).offer_number, "a=ice-lite\r\n")
