"""What is asked of a relay: rooms, seats, offers, and who hears and sees whom.

Nothing here runs per media packet. Calls are plain and take effect at once; who may make them is checked by
media/relay_server.py. What becomes of people without being asked is in media/company.py.
"""

from collections.abc import Iterable, Mapping, Sequence

from core.clock import Clock
from core.ids import ParticipantId, RelayId, RoomId
from media.addresses import advertised
from media.company import Company
from media.config import MediaConfig
from media.describing import Place, describe
from media.devices import Devices
from media.errors import RelayFull
from media.member import Member
from media.model import Display, Offer, PageReport, RelayStats, RoomStats, Shape
from media.plane import Plane
from media.room import Seat
from media.sdp import build_offer


class Relay(Company):
    """One relay, to be started, asked and closed."""

    def __init__(self, config: MediaConfig, clock: Clock, plane: Plane | None = None) -> None:
        super().__init__(config, clock, plane)
        self._addresses = advertised(config)
        self.devices = Devices(
            self._rooms, self._transports, self._members, self._place, self._check_free, self._remove
        )

    def open_room(self, room_id: RoomId, epoch: int, shape: Shape = "consultation") -> None:
        """Take a room; a higher epoch ends what was before. Raises RelayRoomOutdated (also when closed)."""
        if not self._rooms.is_open(room_id, epoch):
            self._end(self._rooms.open(room_id, epoch, self._monotonic(), shape))
            self._forget(room_id)

    def close_room(self, room_id: RoomId, epoch: int) -> None:
        """End a room for everybody; nothing when it is gone. Raises RelayRoomOutdated."""
        self._end(self._rooms.close(room_id, epoch, self._monotonic()))
        self._forget(room_id)  # also when everybody had left before

    def join(
        self, room_id: RoomId, participant_id: ParticipantId, epoch: int, seat: int, tcp: bool = False
    ) -> Offer:
        """Give a seat and make an offer, with `tcp` over TCP alone; the same seat again gets the same offer.

        Raises RelayRoomUnknown, RelayRoomOutdated, RelayRoomFull, RelaySeatUnknown, RelayFull.
        """
        self._check_free(room_id, participant_id)
        taken = self._rooms.take(room_id, participant_id, epoch, seat)
        if taken.replaced is not None:
            self._remove(taken.replaced)
        if not taken.resumed:
            self._admit(taken.seat, tcp)
        return self._offer(taken.seat)

    def offer(
        self, room_id: RoomId, participant_id: ParticipantId, seat: int, restart: bool = False
    ) -> Offer:
        """The current offer; `restart`: a new one for an ICE restart, if the current one was answered.

        Raises RelayRoomUnknown, RelaySeatUnknown.
        """
        found = self._rooms.find(room_id, participant_id, seat)
        member = self._members[found.peer]
        if restart and member.answered_with is not None:
            member.restart(self._rooms.renewed(found), self._transports.restart(member.transport))
        return self._offer(member.seat)

    def answer(
        self, room_id: RoomId, participant_id: ParticipantId, seat: int, number: int, sdp: str
    ) -> None:
        """Take the answer to offer `number`; the same one again changes nothing.

        Raises SdpRefused, OfferOutdated, RelayRoomUnknown, RelaySeatUnknown.
        """
        member = self._members[self._rooms.answered(room_id, participant_id, seat, number).peer]
        answer = member.read(sdp)
        if answer is not None:
            self._transports.accept(member.transport, answer)

    def show(
        self,
        room_id: RoomId,
        participant_id: ParticipantId,
        seat: int,
        displays: Mapping[ParticipantId, Display],
    ) -> None:
        """How somebody's page shows the others; who is not named is shown as its reports say.

        Raises RelayRoomUnknown, RelaySeatUnknown.
        """
        viewer = self._rooms.find(room_id, participant_id, seat)
        peers = {name: one.peer for name, one in self._rooms.rooms[room_id].seats.items()}
        shown = {peers[name]: display for name, display in displays.items() if name in peers}
        self._conductor.show(viewer.peer, shown)

    def pin(self, room_id: RoomId, participant_ids: Sequence[ParticipantId]) -> None:
        """Show these before all others, in this order. Raises RelayRoomUnknown."""
        self._stage(room_id).pin(participant_ids)
        self._conductor.arrange(self._stage(room_id))

    def page_says(self, room_id: RoomId, participant_id: ParticipantId, report: PageReport) -> None:
        """What somebody's page sees of its own end; nothing when they are not here."""
        if participant_id in self._rooms.known(room_id):
            self._watching.pages.heard(room_id, participant_id, report, self._monotonic())
            self._conductor.page_says(self._rooms.peer_of(room_id, participant_id), report)

    def leave(self, room_id: RoomId, participant_id: ParticipantId, seat: int) -> None:
        """Free the seat. Raises RelayRoomUnknown, RelaySeatUnknown."""
        self._end([self._rooms.find(room_id, participant_id, seat)])

    def stats(self) -> RelayStats:
        """The last second of everybody."""
        rooms = tuple(
            RoomStats(
                room_id,
                tuple(member.stats() for member in self._present(room_id).values()),
                self._watching.one_way(room_id),
            )
            for room_id in self._rooms.rooms
        )
        counters = {
            **self._plane.ignored(),
            **self._transports.counters,
            **self._control.counters,
            **self._downlinks.counters,
        }
        return RelayStats(RelayId(self._config.relay_id), rooms, counters)

    @property
    def load(self) -> int:
        """Participants at the moment."""
        return len(self._members)

    @property
    def max_participants(self) -> int:
        """How many newcomers find a place."""
        return self._config.max_participants

    # Seats come and go.

    def _check_free(self, room_id: RoomId, participant_id: ParticipantId) -> None:
        """Limits are for newcomers: a reload comes back, and a call that began here is carried to its end."""
        known = self._rooms.known(room_id)
        full = (self.draining and not known) or self.load >= self.max_participants
        if full and participant_id not in known:
            raise RelayFull

    def _admit(self, seat: Seat, tcp: bool) -> None:
        transport = self._transports.open(seat.peer)
        shape = self._rooms.rooms[seat.room_id].shape
        described = describe(self._place(tcp), shape, seat.offer_number, transport.credentials)
        self._members[seat.peer] = Member(seat, transport, described, build_offer(described))

    def _place(self, tcp_alone: bool = False) -> Place:
        tcp, fingerprint = self._config.tcp, self._transports.fingerprint
        return Place(self._addresses, self.port, tcp, fingerprint, udp=not (tcp and tcp_alone))

    def _offer(self, seat: Seat) -> Offer:
        """The tracks of a consultation name the other; a workshop's slots are named by notices."""
        room, member = self._rooms.rooms[seat.room_id], self._members[seat.peer]
        others = self._rooms.others(seat) if room.shape == "consultation" else []
        other = next((other.participant_id for other in others), None)
        return Offer(seat.offer_number, member.sdp, member.tracks(other))

    def _end(self, seats: Iterable[Seat]) -> None:
        for seat in seats:
            self._remove(seat.peer)
