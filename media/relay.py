"""A relay: rooms, seats, offers, and who hears and sees whom.

Puts the parts together: media/room.py says who sits where, media/transport.py brings keys, media/control.py
runs the feedback loops, the plane moves packets. Nothing here runs per media packet. Calls are plain and take
effect at once; who may make them is checked by media/relay_server.py.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Literal

import structlog

from core.clock import Clock
from core.ids import ParticipantId, RelayId, RoomId
from media.addresses import advertised
from media.codecs import CODEC_OF, LAYOUT, SEND_LINES, Features, Kind
from media.config import MediaConfig
from media.control import Control
from media.errors import OfferOutdated, RelayFull, SdpRefused
from media.member import Member, numbering
from media.model import EventName, Offer, RelayEvent, RelayStats, RoomStats, Track
from media.plane import Address, PeerKey, PeerStats, Plane, Sink, Source, SrtpKeys, StreamStarted
from media.python_plane import PythonPlane
from media.room import Rooms, Seat
from media.sdp import Answer, OfferParameters, SlotSsrcs, build_offer, parse_answer
from media.transport import Transport, Transports

TICK_S = 1.0
FEATURES = Features(transport_cc=True, video_orientation=True, playout_delay=True)
SLOT_OF: dict[Kind, str] = {line.kind: line.mid for line in SEND_LINES}

log = structlog.get_logger()


class Relay:
    """One media port and the calls on it. `on_event` is called for every change of a participant's media."""

    def __init__(self, config: MediaConfig, clock: Clock, plane: Plane | None = None) -> None:
        self._config = config
        self._monotonic = clock.monotonic
        self._plane = plane or PythonPlane(config.udp_host, config.udp_port, clock.monotonic, config.tcp)
        self._rooms = Rooms()
        self._members: dict[PeerKey, Member] = {}
        self._control = Control(self._plane, clock.monotonic)
        self._transports = Transports(self._plane, self._monotonic, self._keyed, self._lost)
        self._addresses = advertised(config)
        self._ticker: asyncio.Task[None] | None = None
        self._ticked_at = self._monotonic()
        self.port = 0
        self.draining = False
        self.on_event: Callable[[RelayEvent], None] = lambda event: None

    async def start(self) -> None:
        """Open the media port. Raises OSError when it is taken."""
        self.port = await self._plane.start(self)
        self._ticker = asyncio.create_task(self._tick_for_ever())

    async def close(self) -> None:
        """End all calls and close the port. May be called twice."""
        for member in list(self._members.values()):
            self._remove(member.seat.peer)
        await self._transports.closed()
        if self._ticker is not None:
            self._ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticker
            self._ticker = None
        self._control.close()
        self._plane.close()

    # What is asked of a relay.

    def open_room(self, room_id: RoomId, epoch: int) -> None:
        """Take a room. A higher epoch ends what was before; one that was closed is refused.

        Raises RelayRoomOutdated.
        """
        self._end(self._rooms.open(room_id, epoch, self._monotonic()))

    def close_room(self, room_id: RoomId, epoch: int) -> None:
        """End a room for everybody; nothing when it is gone. Raises RelayRoomOutdated."""
        self._end(self._rooms.close(room_id, epoch, self._monotonic()))

    def join(self, room_id: RoomId, participant_id: ParticipantId, epoch: int, seat: int) -> Offer:
        """Give a seat and make an offer; the same seat again gets the same offer.

        Raises RelayRoomUnknown, RelayRoomOutdated, RelayRoomFull, RelaySeatUnknown, RelayFull.
        """
        self._check_free(room_id, participant_id)
        taken = self._rooms.take(room_id, participant_id, epoch, seat)
        if taken.replaced is not None:
            self._remove(taken.replaced)
        if not taken.resumed:
            self._admit(taken.seat)
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
            member.seat = found = self._rooms.renewed(found)
            credentials = self._transports.restart(member.transport)
            member.described = replace(member.described, number=found.offer_number, credentials=credentials)
            member.sdp, member.answered_with = build_offer(member.described), None
        return self._offer(found)

    def answer(
        self, room_id: RoomId, participant_id: ParticipantId, seat: int, number: int, sdp: str
    ) -> None:
        """Take the answer to offer `number`; the same one again changes nothing.

        Raises SdpRefused, OfferOutdated, RelayRoomUnknown, RelaySeatUnknown.
        """
        member = self._members[self._rooms.answered(room_id, participant_id, seat, number).peer]
        if member.answered_with == sdp:
            return
        answer = parse_answer(sdp, member.described.layout, member.described.features)
        if member.answered_with is not None:
            raise OfferOutdated("this offer has been answered")
        before = member.transport.answer
        if before is not None and before.fingerprints != answer.fingerprints:
            raise SdpRefused("an ICE restart keeps the certificate")
        member.answered_with = sdp
        self._transports.accept(member.transport, answer)

    def leave(self, room_id: RoomId, participant_id: ParticipantId, seat: int) -> None:
        """Free the seat. Raises RelayRoomUnknown, RelaySeatUnknown."""
        self._end([self._rooms.find(room_id, participant_id, seat)])

    def stats(self) -> RelayStats:
        """The last second of everybody."""
        rooms = tuple(
            RoomStats(room.room_id, tuple(self._members[seat.peer].stats() for seat in room.seats.values()))
            for room in self._rooms.rooms.values()
        )
        counters = {
            **self._plane.stats().ignored,
            **self._transports.counters,
            **self._control.counters,
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

    # What the plane tells (media.plane.PlaneEvents).

    def stun_received(self, data: bytes, address: Address) -> None:
        self._transports.stun_received(data, address)

    def dtls_received(self, data: bytes, address: Address) -> None:
        self._transports.dtls_received(data, address)

    def rtcp_received(self, peer: PeerKey, data: bytes) -> None:
        self._control.received(peer, data)

    def key_frame_started(self, peer: PeerKey, ssrc: int) -> None:
        self._control.key_frame_started(peer, ssrc)

    def key_frame_needed(self, peer: PeerKey, ssrc: int) -> None:
        self._control.key_frame_needed(peer, ssrc)

    def packets_missing(self, peer: PeerKey, ssrc: int, sequences: Sequence[int]) -> None:
        self._control.packets_missing(peer, ssrc, sequences)

    def address_moved(self, peer: PeerKey, address: Address) -> None:
        member = self._members.get(peer)
        if member is not None:
            self._transports.moved(member.transport, address)

    def connection_closed(self, address: Address) -> None:
        self._transports.connection_closed(address)

    def stream_started(self, peer: PeerKey, started: StreamStarted) -> None:
        """An SSRC the answer did not name: by its mid, else by its payload type, it belongs to an m-line."""
        member, codec = self._members.get(peer), CODEC_OF.get(started.payload_type)
        mid, ssrc = started.mid, started.ssrc
        if member is None or member.transport.answer is None or codec is None:
            return  # retransmissions of an unnamed stream cannot be told whose they are
        for line in member.transport.answer.lines:
            if (
                line.sends
                and line.kind == codec.kind
                and (mid == line.mid or (not mid and line.ssrc is None))
            ):
                self._plane.add_source(peer, Source(ssrc, line.kind))
                for other in self._connected_others(member.seat):
                    self._connect(member, ssrc, line.kind, other)

    # Seats come and go.

    def _check_free(self, room_id: RoomId, participant_id: ParticipantId) -> None:
        """Limits are for newcomers: a reload comes back, and a call that began here is carried to its end."""
        known = self._rooms.known(room_id)
        if participant_id in known:
            return
        if (self.draining and not known) or self.load >= self.max_participants:
            raise RelayFull

    def _admit(self, seat: Seat) -> None:
        transport = self._transports.open(seat.peer)
        ssrcs = iter(secrets.SystemRandom().sample(range(1, 1 << 31), 2 * len(SEND_LINES)))
        slots = {
            line.mid: SlotSsrcs(next(ssrcs), next(ssrcs) if line.kind == "video" else None)
            for line in SEND_LINES
        }
        described = OfferParameters(
            session_id=secrets.randbits(62),
            number=seat.offer_number,
            credentials=transport.credentials,
            fingerprint=self._transports.fingerprint,
            addresses=self._addresses,
            port=self.port,
            slots=slots,
            tcp_port=self.port if self._config.tcp else None,
            features=FEATURES,
        )
        self._members[seat.peer] = Member(seat, transport, slots, described, build_offer(described))

    def _offer(self, seat: Seat) -> Offer:
        """The tracks name whoever is there now; the description itself does not depend on it."""
        other = next((other.participant_id for other in self._rooms.others(seat)), None)
        tracks = tuple(
            Track(line.mid, seat.participant_id if line.direction == "recvonly" else other, line.kind)
            for line in LAYOUT
        )
        return Offer(seat.offer_number, self._members[seat.peer].sdp, tracks)

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
        self._transports.close(member.transport)

    def _keyed(self, transport: Transport, keys: SrtpKeys, address: Address) -> None:
        """A handshake is done: media may flow."""
        member = self._members.get(transport.peer)
        if member is None or transport.answer is None:
            return
        self._plane.add_peer(transport.peer, keys, address, numbering(transport.answer))
        self._control.open(transport.peer)
        self._open_streams(member, transport.answer)
        self._change(member, "connected")
        for other in self._connected_others(member.seat):
            self._connect_all(member, other)
            self._connect_all(other, member)

    def _open_streams(self, member: Member, answer: Answer) -> None:
        for line in answer.lines:
            if line.sends and line.ssrc is not None:
                self._plane.add_source(member.seat.peer, Source(line.ssrc, line.kind, line.rtx_ssrc))
            elif line.receives:
                slot = member.slots[line.mid]
                types = {ours: theirs for theirs, ours in line.payload_map.items()}
                extensions = {ours: theirs for theirs, ours in line.extension_map.items()}
                sink = Sink(slot.ssrc, slot.rtx_ssrc, line.kind, types, extensions)
                self._plane.add_sink(member.seat.peer, sink)

    def _connected_others(self, seat: Seat) -> list[Member]:
        members = (self._members.get(other.peer) for other in self._rooms.others(seat))
        return [member for member in members if member is not None and member.transport.keyed]

    def _connect_all(self, publisher: Member, viewer: Member) -> None:
        stats = self._plane.stats().peers.get(publisher.seat.peer)
        for source in stats.sources if stats is not None else ():
            self._connect(publisher, source.ssrc, source.kind, viewer)

    def _connect(self, publisher: Member, ssrc: int, kind: Kind, viewer: Member) -> None:
        peer, slot = viewer.seat.peer, viewer.slots[SLOT_OF[kind]]
        self._plane.connect(publisher.seat.peer, ssrc, peer, slot.ssrc)
        wire = self._plane.wire_into(peer, slot.ssrc)
        if wire is not None and kind == "video":
            self._control.newcomer(wire)

    def _lost(self, peer: PeerKey) -> None:
        """The browser said goodbye, or the handshake failed."""
        member = self._members.get(peer)
        if member is not None:
            self._tell(member, "disconnected")
            self._remove(peer)

    def _change(self, member: Member, state: Literal["connected", "silent"]) -> None:
        if member.state != state:
            member.state = state
            self._tell(member, state)

    def _tell(self, member: Member, event: EventName) -> None:
        seat = member.seat
        log.info("relay_participant", room_id=seat.room_id, participant_id=seat.participant_id, media=event)
        self.on_event(RelayEvent(seat.room_id, seat.participant_id, seat.number, event, member.protocol))

    # The clock.

    async def _tick_for_ever(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self.tick()
            except Exception:  # a relay must outlive whatever one second brings
                log.exception("relay_tick_failed")

    def tick(self) -> None:
        """Once a second: receiver reports, rates, and who has fallen silent."""
        now = self._monotonic()
        peers = self._plane.stats().peers
        for member in list(self._members.values()):
            stats = peers.get(member.seat.peer)
            if stats is not None:
                measured = self._control.tick(member.seat.peer, member.last, stats, now - self._ticked_at)
                member.rates, member.last = measured or member.rates, stats
            self._transports.take_back(member.transport, now)
            self._listen(member, stats, now)
        self._ticked_at = now

    def _listen(self, member: Member, stats: PeerStats | None, now: float) -> None:
        heard_at = max(member.transport.heard_at, stats.heard_at if stats is not None else 0.0)
        if now - heard_at >= self._config.gone_after_s:
            self._lost(member.seat.peer)
        elif member.state != "joining":
            self._change(member, "silent" if now - heard_at >= self._config.silent_after_s else "connected")
