"""The devices of a relay: cameras and screens that offer by themselves (WHIP, RFC 9725; WHEP).

A device has a seat, a transport and slots like everybody else; what differs is who offers, whose numbers hold
(media/sdp_client_offer.py), and that it restarts ICE itself (media/sdp_fragment.py). Not here: HTTP and who
may do this (signaling), and who sees what a device films (media/stage.py).
"""

from collections.abc import Callable
from dataclasses import replace

from core.errors import PreconditionFailed
from core.ids import ParticipantId, RoomId
from media.describing import DEVICE_FEATURES, Place, describe_for
from media.errors import RelaySeatUnknown
from media.member import Member
from media.model import Device, DeviceSession
from media.plane import PeerKey
from media.room import Rooms
from media.sdp_client_offer import build_client_answer, parse_client_offer
from media.sdp_fragment import build_fragment, parse_fragment, restarted
from media.transport import Transports


class Devices:
    """`place`: how the relay is reached; `check_free` refuses whom it cannot carry; `remove` ends a peer."""

    def __init__(
        self,
        rooms: Rooms,
        transports: Transports,
        members: dict[PeerKey, Member],
        place: Callable[[], Place],
        check_free: Callable[[RoomId, ParticipantId], None],
        remove: Callable[[PeerKey], None],
    ) -> None:
        self._rooms, self._transports, self._members = rooms, transports, members
        self._place, self._check_free, self._remove = place, check_free, remove

    def attach(self, room_id: RoomId, device: Device, epoch: int, sdp: str) -> DeviceSession:
        """Answer a device's offer; the seat it had before ends.

        Raises SdpRefused, RelayRoomUnknown, RelayRoomOutdated, RelayRoomFull, RelayFull.
        """
        self._check_free(room_id, device.device_id)
        shape = self._rooms.shape(room_id)
        offer = parse_client_offer(sdp, device.purpose, DEVICE_FEATURES[shape])
        taken = self._rooms.attach(room_id, device, epoch)
        if taken.replaced is not None:
            self._remove(taken.replaced)
        seat, transport = taken.seat, self._transports.open(taken.seat.peer)
        described = describe_for(offer, self._place(), shape, seat.offer_number, transport.credentials)
        answer = build_client_answer(offer, described)
        self._members[seat.peer] = Member(seat, transport, described, answer, offered=offer)
        self._transports.accept(transport, offer.answer)
        return DeviceSession(seat.number, seat.offer_number, answer)

    def dismiss(self, room_id: RoomId, device_id: ParticipantId) -> None:
        """End a device's seat for good. Raises RelaySeatUnknown."""
        self._remove(self._rooms.dismiss(room_id, device_id).peer)

    def amend(
        self, room_id: RoomId, device_id: ParticipantId, seat: int, number: int | None, fragment: str
    ) -> DeviceSession:
        """More candidates, which change nothing here, or an ICE restart. `number`: of the ICE session that is
        meant; None: of whichever there is, which asks for a restart (again, when its answer was lost).

        Raises PreconditionFailed, SdpRefused, RelayRoomUnknown, RelaySeatUnknown.
        """
        member = self._members[self._rooms.find(room_id, device_id, seat).peer]
        offer, answer = member.offered, member.transport.answer
        if offer is None or answer is None:
            raise RelaySeatUnknown
        if number not in (None, member.seat.offer_number):
            raise PreconditionFailed("another ICE session has begun")
        again = restarted(answer, parse_fragment(fragment))
        if again is not None:
            seat_now = member.seat = self._rooms.renewed(member.seat)
            credentials = self._transports.restart(member.transport)
            described = replace(member.described, number=seat_now.offer_number, credentials=credentials)
            member.described, member.fragment = described, build_fragment(offer, described)
            self._transports.accept(member.transport, again)
        is_restart = again is not None or number is None
        return DeviceSession(seat, member.seat.offer_number, member.fragment if is_restart else "")
