"""A relay: rooms, seats, offers, and who hears and sees whom.

Puts the parts together: media/room.py says who sits where, media/transport.py brings keys, media/control.py
runs the feedback loops, the plane moves packets. Nothing here runs per media packet. Calls are plain and take
effect at once; who may make them is checked by media/relay_server.py.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

import structlog

from core.clock import Clock
from core.ids import ParticipantId, RelayId, RoomId
from media.addresses import advertised
from media.conductor import Conductor
from media.config import MediaConfig
from media.control import Control
from media.describing import Place, describe
from media.devices import Devices
from media.downlink import Downlinks
from media.errors import RelayFull
from media.listeners import Listeners
from media.member import Member
from media.model import (
    Display,
    EventName,
    Notice,
    Offer,
    PageReport,
    RelayEvent,
    RelayStats,
    RoomStats,
    Shape,
)
from media.monitor import Scene
from media.notices import notice_of
from media.opening import Opening
from media.plane import Address, PeerKey, PeerStats, Plane, SrtpKeys, StreamStarted
from media.python_plane import PythonPlane
from media.room import Rooms, Seat
from media.sdp import build_offer
from media.speaker import ActiveSpeaker
from media.stage import Layers, Shown, Stage
from media.ticker import Ticker
from media.transport import Transport, Transports
from media.watching import Watching

log = structlog.get_logger()


class Relay:
    """One media port and the calls on it. `on_event` is called for every change of a participant's media."""

    def __init__(self, config: MediaConfig, clock: Clock, plane: Plane | None = None) -> None:
        self._config = config
        self._monotonic = clock.monotonic
        self._plane = plane or PythonPlane(config.udp_host, config.udp_port, clock.monotonic, config.tcp)
        self._rooms = Rooms()
        self._members: dict[PeerKey, Member] = {}
        self._downlinks = Downlinks(self._plane)
        self._control = Control(self._plane, self._downlinks, clock.monotonic)
        self._conductor = Conductor(
            self._plane, self._control, self._downlinks, clock.monotonic, self._changed_for
        )
        self._opening = Opening(self._plane, self._conductor)
        self._stages: dict[RoomId, Stage] = {}
        self._transports = Transports(self._plane, self._monotonic, self._keyed, self._lost)
        self.devices = Devices(
            self._rooms, self._transports, self._members, self._place, self._check_free, self._remove
        )
        self._addresses = advertised(config)
        self._watching = Watching(self._control, self._downlinks, config.tcp)
        self._ticker = Ticker(self._turns)
        self._ticked_at = self._monotonic()
        self.port, self.draining = 0, False
        self.on_event: Callable[[RelayEvent], None] = lambda event: None
        self.on_notice: Callable[[Notice], None] = lambda notice: None

    async def start(self) -> None:
        """Open the media port. Raises OSError when it is taken."""
        self.port = await self._plane.start(
            Listeners(
                stun_received=self._transports.stun_received,
                dtls_received=self._transports.dtls_received,
                rtcp_received=self._control.received,
                stream_started=self._stream_started,
                key_frame_started=self._control.key_frame_started,
                key_frame_needed=self._control.key_frame_needed,
                packets_missing=self._control.packets_missing,
                address_moved=self._moved,
                connection_closed=self._transports.connection_closed,
            )
        )
        self._ticker.start()

    async def close(self) -> None:
        """End all calls and close the port. May be called twice."""
        for member in list(self._members.values()):
            self._remove(member.seat.peer)
        await self._transports.closed()
        await self._ticker.close()
        self._control.close()
        self._conductor.close()
        self._plane.close()

    # What is asked of a relay.

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
        """How somebody's page shows the others; who is not named is shown in any size.

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

    def _moved(self, peer: PeerKey, address: Address) -> None:
        member = self._members.get(peer)
        if member is not None:
            self._transports.moved(member.transport, address)

    def _stream_started(self, peer: PeerKey, started: StreamStarted) -> None:
        member = self._members.get(peer)
        if member is not None:
            self._opening.stream_started(member, started)

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

    def _remove(self, peer: PeerKey) -> None:
        member = self._members.pop(peer, None)
        if member is None:
            return
        self._rooms.leave(member.seat)
        self._plane.remove_peer(peer)
        self._control.forget(peer)
        self._watching.forget(member)
        self._conductor.leave(peer)
        if not self._rooms.known(member.seat.room_id):
            self._forget(member.seat.room_id)
        self._transports.close(member.transport)

    def _forget(self, room_id: RoomId) -> None:
        self._stages.pop(room_id, None)
        self._watching.forget_room(room_id)

    def _keyed(self, transport: Transport, keys: SrtpKeys, address: Address) -> None:
        """A handshake is done: media may flow."""
        member = self._members.get(transport.peer)
        if member is None or transport.answer is None:
            return
        self._control.open(transport.peer)
        self._opening.open(member, self._stage(member.seat.room_id), transport.answer, keys, address)
        self._change(member, "connected")

    def _stage(self, room_id: RoomId) -> Stage:
        if room_id not in self._stages:
            shape = self._rooms.shape(room_id)
            self._stages[room_id] = Stage(ActiveSpeaker() if shape == "workshop" else None)
        return self._stages[room_id]

    def _changed_for(self, peer: PeerKey, change: Shown | Layers) -> None:
        member = self._members.get(peer)
        if member is not None:
            self.on_notice(notice_of(member, change, self._members))

    def _lost(self, peer: PeerKey) -> None:
        """The browser said goodbye, or the handshake failed."""
        member = self._members.get(peer)
        if member is not None:
            self._tell(member, "disconnected")
            self._remove(peer)

    def _change(self, member: Member, state: Literal["connected", "silent"]) -> None:
        if member.state != state:
            member.state = state
            self._conductor.hear(member.seat.peer, silent=state == "silent")
            self._tell(member, state)

    def _tell(self, member: Member, event: EventName) -> None:
        seat = member.seat
        log.info("relay_participant", room_id=seat.room_id, participant_id=seat.participant_id, media=event)
        self.on_event(RelayEvent(seat.room_id, seat.participant_id, seat.number, event, member.protocol))

    # The clock.

    def tick(self) -> None:
        """Once a second: receiver reports, figures, and who has fallen silent."""
        list(self._turns())

    def _turns(self) -> Iterator[None]:
        now = self._monotonic()
        peers = self._plane.stats().peers
        before = {peer: member.last for peer, member in self._members.items() if member.last is not None}
        self._conductor.measured(before, peers, now - self._ticked_at)
        for member in list(self._members.values()):
            stats = peers.get(member.seat.peer)
            if stats is not None:
                measured = self._control.tick(member.seat.peer, member.last, stats, now - self._ticked_at)
                member.rates, member.last = measured or member.rates, stats
            self._transports.take_back(member.transport, now, stats.heard_at if stats is not None else now)
            self._listen(member, stats, now)
        self._ticked_at = now
        for room_id, stage in list(self._stages.items()):
            yield
            for notice in self._watching.look(Scene(room_id, stage, self._present(room_id), now)):
                if notice is None:
                    yield
                else:
                    self.on_notice(notice)

    def _present(self, room_id: RoomId) -> dict[PeerKey, Member]:
        room = self._rooms.rooms.get(room_id)
        return {seat.peer: self._members[seat.peer] for seat in room.seats.values()} if room else {}

    def _listen(self, member: Member, stats: PeerStats | None, now: float) -> None:
        heard_at = max(member.transport.heard_at, stats.heard_at if stats is not None else 0.0)
        if now - heard_at >= self._config.gone_after_s:
            self._lost(member.seat.peer)
        elif member.state != "joining":
            self._change(member, "silent" if now - heard_at >= self._config.silent_after_s else "connected")
