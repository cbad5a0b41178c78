"""Finds, room by room, who does not get what they should, has it repaired, and tells the people it is about.

What is compared comes from the relay's own counters (media/monitor.py) and from what pages say
(media/pages.py); what it means, and what to try next, says media/one_way.py. A key frame is asked for here;
what only a page can do is told to it by a notice.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace

from core.ids import ParticipantId, RoomId
from media.codecs import Kind
from media.control import Control
from media.downlink import Downlinks
from media.member import Member
from media.model import Notice, OneWay, Rated
from media.monitor import Monitor, Scene, is_wanted
from media.one_way import WINDOW_S, Fault, OneWayDetector, Repair, Watched
from media.pages import Arrived, Pages
from media.plane import PeerKey, SinkStats
from media.stage import Publication, Viewer

LOOKS = round(WINDOW_S)  # one a second
AGAIN_S = 5.0
HERE_S = 4.0  # about as long as it takes to find a fault


@dataclass
class _Room:
    """`told`: by participant, their seat, what they know to be broken, and when they were told. `rated`: the
    seat, and how well off they know they are. `peers`: by viewer and source, whose transports are compared.
    """

    detector: OneWayDetector = field(default_factory=OneWayDetector)
    one_way: tuple[OneWay, ...] = ()
    peers: dict[tuple[str, Hashable], tuple[PeerKey, PeerKey]] = field(default_factory=dict)
    rated: dict[ParticipantId, tuple[int, Rated]] = field(default_factory=dict)
    told: dict[ParticipantId, tuple[int, tuple[OneWay, ...], float]] = field(default_factory=dict)


class Watching:
    """The rooms of one relay. `tcp`: media is taken over TCP, too."""

    def __init__(self, control: Control, downlinks: Downlinks, tcp: bool) -> None:
        self.pages = Pages()
        self._control, self._tcp = control, tcp
        self._monitor = Monitor(control.tallies, downlinks, self.pages, control.rtt_ms)
        self._rooms: dict[RoomId, _Room] = {}

    def look(self, scene: Scene) -> Iterator[Notice | None]:
        """Once a second at every room, after its members' counters were taken.

        Gives what is to be told, and None where packets may have their turn.
        """
        room = self._rooms.setdefault(scene.room_id, _Room())
        yield from self._monitor.look(scene)
        if self._rooms.get(scene.room_id) is not room:
            return  # closed in one of the pauses
        watched = {(one.viewer, one.source): one for one in self._watched(scene, room)}
        found = room.detector.check(list(watched.values()), scene.now)
        room.one_way = tuple(
            self._one_way(scene, fault, watched[fault.viewer, fault.source]) for fault in found.faults
        )
        for repair in found.repairs:
            yield from self._repaired(scene, repair)
        for member in scene.members.values():
            yield from _news(scene, room, member)
            yield from _rated(room, member)

    def one_way(self, room_id: RoomId) -> tuple[OneWay, ...]:
        """Who does not get what in a room at the moment."""
        room = self._rooms.get(room_id)
        return room.one_way if room is not None else ()

    def forget(self, member: Member) -> None:
        """They are gone, or sit elsewhere."""
        self._monitor.forget(member.seat.peer)

    def forget_room(self, room_id: RoomId) -> None:
        """It is closed."""
        self._rooms.pop(room_id, None)
        self.pages.forget(room_id)

    # What is compared.

    def _watched(self, scene: Scene, room: _Room) -> Iterator[Watched]:
        """What begins to be compared with a new seat was not on before, so that it has its time to come."""
        before, room.peers = room.peers, {}
        for peer, member in scene.members.items():
            viewer = scene.stage.viewers.get(peer)
            if viewer is None or member.last is None:
                continue
            for sink in member.last.sinks:
                publication = self._monitor.seen(scene, viewer, sink)
                if publication is None:
                    continue
                one, peers = self._compared(scene, viewer, sink, publication), (peer, publication.peer)
                room.peers[one.viewer, one.source] = peers
                is_new = before.get((one.viewer, one.source), peers) != peers
                yield replace(one, is_on=False) if is_new else one

    def _compared(self, scene: Scene, viewer: Viewer, sink: SinkStats, publication: Publication) -> Watched:
        member, publisher = scene.members[viewer.peer], scene.members[publication.peer]
        grown, kind = self._monitor.grown, publication.kind
        arrived = self._arrived(scene, viewer, member, kind)
        name = publisher.seat.participant_id
        return Watched(
            viewer=viewer.name,
            publisher=name,
            source=(name, kind),  # the same through a rejoin
            kind=kind,
            is_on=self._is_on(scene, viewer, sink, publication),
            received_packets=sum(
                grown(publication.peer, ssrc, LOOKS).packets for ssrc in publication.layers.values()
            ),
            forwarded_packets=grown(viewer.peer, sink.ssrc, LOOKS).packets,
            decoded=arrived.decoded,
            arrived_packets=arrived.packets,
            publisher_on_tcp=not self._may_change_to_tcp(scene.room_id, publisher),
            viewer_on_tcp=not self._may_change_to_tcp(scene.room_id, member),
        )

    def _is_on(self, scene: Scene, viewer: Viewer, sink: SinkStats, publication: Publication) -> bool:
        """Switched on, wanted, not paused for bandwidth, and both are there."""
        publisher = scene.members[publication.peer]
        is_on = self._monitor.is_on(scene, publisher, publication.kind)
        is_on = is_on and is_wanted(viewer, publication) and sink.ssrc in viewer.wired
        return is_on and all(self._is_here(scene, one) for one in (publisher, scene.members[viewer.peer]))

    def _is_here(self, scene: Scene, member: Member) -> bool:
        """Whose packets and whose page are both silent has vanished, which is no one-way media."""
        name = member.seat.participant_id
        is_heard = member.was_heard(scene.now - HERE_S)
        return is_heard or self.pages.is_fresh(scene.room_id, name, scene.now, HERE_S)

    def _arrived(self, scene: Scene, viewer: Viewer, member: Member, kind: Kind) -> Arrived:
        """A page counts all it sees together: of several, it can only say that none comes."""
        arrived = self.pages.arrived(scene.room_id, member.seat.participant_id, kind, scene.now)
        slots = [slot for slot in viewer.slots[kind] if slot in viewer.wired]
        if len(slots) <= 1:
            return arrived
        return Arrived(*(0 if number == 0 else None for number in arrived))

    def _may_change_to_tcp(self, room_id: RoomId, member: Member) -> bool:
        """Not who is there already, and not who reaches us through TURN alone."""
        behind_turn = self.pages.is_behind_turn(room_id, member.seat.participant_id)
        return self._tcp and member.protocol != "tcp" and not behind_turn

    # What follows.

    def _one_way(self, scene: Scene, fault: Fault, one: Watched) -> OneWay:
        """What only a page can do is no step where there is none."""
        step = fault.step if fault.step == "key_frame" or self._has_page(scene, fault.peer) else None
        publisher_id, viewer_id = ParticipantId(one.publisher), ParticipantId(one.viewer)
        return OneWay(one.kind, publisher_id, viewer_id, fault.leg, step)

    def _has_page(self, scene: Scene, name: str) -> bool:
        return self.pages.is_known(scene.room_id, ParticipantId(name))

    def _repaired(self, scene: Scene, repair: Repair) -> Iterator[Notice]:
        members = scene.members.values()
        member = next((one for one in members if one.seat.participant_id == repair.peer), None)
        if member is None:
            return
        seat = member.seat
        if repair.step != "key_frame":
            if self._has_page(scene, repair.peer):
                yield Notice(seat.room_id, seat.participant_id, seat.number, repair=repair.step)
            return
        publication = scene.stage.publications.get((seat.peer, "video"))
        for ssrc in _sent(scene, publication) if publication is not None else ():
            self._control.key_frame_at_once(seat.peer, ssrc)


def _news(scene: Scene, room: _Room, member: Member) -> Iterator[Notice]:
    """What somebody sees or shows in vain: when it is news to them, and again while it lasts, because a
    notice may be lost, and a page forgets what is not repeated."""
    seat = member.seat
    about = tuple(one for one in room.one_way if seat.participant_id in (one.viewer_id, one.publisher_id))
    number, known, at = room.told.get(seat.participant_id, (seat.number, (), scene.now))
    is_news = (number, known) != (seat.number, about) and bool(about or known)
    if is_news or (about and scene.now - at >= AGAIN_S):
        room.told[seat.participant_id] = (seat.number, about, scene.now)
        yield Notice(seat.room_id, seat.participant_id, seat.number, one_way=about)


def _rated(room: _Room, member: Member) -> Iterator[Notice]:
    """How well off somebody is, when that has changed."""
    seat, rated = member.seat, member.rated
    if rated is not None and room.rated.get(seat.participant_id) != (seat.number, rated):
        room.rated[seat.participant_id] = seat.number, rated
        yield Notice(seat.room_id, seat.participant_id, seat.number, rated=rated)


def _sent(scene: Scene, publication: Publication) -> set[int]:
    """The layers that are in somebody's slot, else all."""
    peer, layers = publication.peer, set(publication.layers.values())
    wires = {wire for viewer in scene.stage.viewers.values() for wire in viewer.wired.values()}
    return {ssrc for publisher, ssrc in wires if publisher == peer and ssrc in layers} or layers
