"""Everybody on one relay, and what becomes of them without being asked: keys come, ways move, streams begin,
people fall silent and go; once a second everybody is looked at.

Puts the parts together: media/room.py says who sits where, media/transport.py brings keys, media/control.py
runs the feedback loops, the plane moves packets. Nothing here runs per media packet. What is asked of a relay
is in media/relay.py.
"""

from collections.abc import Callable, Iterator
from typing import Literal

import structlog

from core.clock import Clock
from core.ids import RoomId
from media.conductor import Conductor
from media.config import MediaConfig
from media.control import Control
from media.downlink import Downlinks
from media.listeners import Listeners
from media.member import Member
from media.model import EventName, Notice, RelayEvent
from media.monitor import Scene
from media.notices import notice_of
from media.opening import Opening
from media.plane import Address, PeerKey, PeerStats, Plane, SrtpKeys, StreamStarted
from media.python_plane import PythonPlane
from media.room import Rooms
from media.shield import Shield
from media.speaker import ActiveSpeaker
from media.stage import Layers, Shown, Stage
from media.ticker import Ticker
from media.transport import Transport, Transports
from media.watching import Watching

log = structlog.get_logger()


class Company:
    """One media port and the people on it. `on_event` is called for every change of a participant's media."""

    def __init__(self, config: MediaConfig, clock: Clock, plane: Plane | None = None) -> None:
        self._config = config
        self._monotonic = clock.monotonic
        self._shield = Shield(clock.monotonic)
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

    # What the plane and the handshakes tell.

    def _moved(self, peer: PeerKey, address: Address) -> None:
        member = self._members.get(peer)
        if member is not None:
            self._transports.moved(member.transport, address)

    def _stream_started(self, peer: PeerKey, started: StreamStarted) -> None:
        member = self._members.get(peer)
        if member is not None:
            self._opening.stream_started(member, started)

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
            self._shield.run("member", self._look_at, member, peers.get(member.seat.peer), now)
        self._ticked_at = now
        for room_id, stage in list(self._stages.items()):
            yield
            if self._stages.get(room_id) is stage:  # it may have been closed meanwhile
                yield from self._watch(Scene(room_id, stage, self._present(room_id), now))

    def _look_at(self, member: Member, stats: PeerStats | None, now: float) -> None:
        if stats is not None:
            measured = self._control.tick(member.seat.peer, member.last, stats, now - self._ticked_at)
            member.rates, member.last = measured or member.rates, stats
        self._transports.take_back(member.transport, now, stats.heard_at if stats is not None else now)
        self._listen(member, stats, now)

    def _watch(self, scene: Scene) -> Iterator[None]:
        """Pauses where packets may have their turn."""
        try:
            for notice in self._watching.look(scene):
                if notice is None:
                    yield
                else:
                    self.on_notice(notice)
        except Exception:
            self._shield.failed("room")

    def _present(self, room_id: RoomId) -> dict[PeerKey, Member]:
        room = self._rooms.rooms.get(room_id)
        return {seat.peer: self._members[seat.peer] for seat in room.seats.values()} if room else {}

    def _listen(self, member: Member, stats: PeerStats | None, now: float) -> None:
        heard_at = max(member.transport.heard_at, stats.heard_at if stats is not None else 0.0)
        if now - heard_at >= self._config.gone_after_s:
            self._lost(member.seat.peer)
        elif member.state != "joining":
            self._change(member, "silent" if now - heard_at >= self._config.silent_after_s else "connected")
