"""Once a second, what is known of every stream: the figures for people, and how good each is.

Counters are the plane's and the tallies', who sees whom is the stage's, what is switched on the pages say.
Judging is media/judging.py's; who does not get what they should is found by media/watching.py.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.ids import RoomId
from media.codecs import KINDS, Kind
from media.downlink import Downlinks
from media.judging import EXPECTED_PICTURE_BPS, WINDOW_S, Circumstances, Count, Judge, jitter_ms
from media.keyrequests import SourceKey
from media.member import Member
from media.model import PageReport, StreamStats
from media.pages import Pages
from media.plane import PeerKey, SinkStats, SourceStats
from media.quality import Quality
from media.stage import HEIGHT_PX, Publication, Stage, Viewer
from media.tallies import Tallies

UNKNOWN = Judge("video")
NOTHING_TOLD = PageReport()
AT_ONCE = 6  # people: a millisecond


@dataclass(frozen=True)
class Scene:
    """A room at one moment (monotonic seconds)."""

    room_id: RoomId
    stage: Stage
    members: Mapping[PeerKey, Member]
    now: float


class Monitor:
    """The streams of one relay. `rtt_ms`: a peer's round trip, if it is known."""

    def __init__(
        self,
        tallies: Tallies,
        downlinks: Downlinks,
        pages: Pages,
        rtt_ms: Callable[[PeerKey], float | None],
    ) -> None:
        self._tallies, self._downlinks, self._pages, self._rtt_ms = tallies, downlinks, pages, rtt_ms
        self._judges: dict[SourceKey, Judge] = {}

    def look(self, scene: Scene) -> Iterator[None]:
        """After the members' counters were taken; what they show afterwards is from now.

        Pauses after every few, so that packets have their turn in a large room, too. Who leaves meanwhile is
        on the stage no more, and so left out.
        """
        for member in scene.members.values():
            self._count(member, scene.now)
        for at, (peer, member) in enumerate(scene.members.items(), 1):
            member.streams = (*self._up(scene, member), *self._down(scene, member))
            member.target_bps = self._downlinks.target_bps(peer)
            member.told = self._pages.told(scene.room_id, member.seat.participant_id, scene.now)
            if at % AT_ONCE == 0:
                yield

    def grown(self, peer: PeerKey, ssrc: int, looks: int) -> Count:
        """What a source, or slot, grew by since so many looks ago."""
        return self._known(peer, ssrc).grown(looks)

    def _known(self, peer: PeerKey, ssrc: int) -> Judge:
        return self._judges.get((peer, ssrc), UNKNOWN)

    def forget(self, peer: PeerKey) -> None:
        """The peer is gone."""
        for key in [key for key in self._judges if key[0] == peer]:
            del self._judges[key]

    # Counting.

    def _count(self, member: Member, now: float) -> None:
        if member.last is None:
            return
        peer = member.seat.peer
        for source in member.last.sources:
            came = source.count
            self._judge(peer, source).count(
                Count(
                    now,
                    came.received_packets,
                    came.expected_packets,
                    source.repaired_packets,
                    source.received_bytes,
                )
            )
        for sink in member.last.sinks:
            resent = self._tallies.look(peer, sink.ssrc).resent_packets
            self._judge(peer, sink).count(
                Count(now, sink.sent_packets, sink.sent_packets, resent, sink.sent_octets)
            )

    def _judge(self, peer: PeerKey, stream: SourceStats | SinkStats) -> Judge:
        judge = self._judges.get((peer, stream.ssrc))
        if judge is None:
            judge = self._judges[peer, stream.ssrc] = Judge(stream.kind)
        return judge

    # From a participant.

    def is_on(self, scene: Scene, member: Member, kind: Kind) -> bool:
        """Whether their microphone or camera is."""
        return self._pages.is_on(scene.room_id, member.seat.participant_id, kind)

    def _up(self, scene: Scene, member: Member) -> Iterator[StreamStats]:
        sources = {source.ssrc: source for source in member.last.sources} if member.last is not None else {}
        for kind in KINDS:
            publication = scene.stage.publications.get((member.seat.peer, kind))
            if publication is None:
                continue
            expected = self._expected(publication) if self.is_on(scene, member, kind) else ()
            for rid, ssrc in publication.ordered():
                if ssrc in sources:
                    yield self._up_stream(member, sources[ssrc], rid, ssrc in expected, scene.now)

    def _expected(self, publication: Publication) -> Sequence[int]:
        """Its layers that flow; when none does, the lowest of them should."""
        ssrcs = [ssrc for _, ssrc in publication.ordered()]
        flowing = [ssrc for ssrc in ssrcs if self._known(publication.peer, ssrc).window.packets]
        return flowing or ssrcs[:1]

    def _up_stream(
        self, member: Member, source: SourceStats, rid: str, is_on: bool, now: float
    ) -> StreamStats:
        peer, kind = member.seat.peer, source.kind
        judge, tally = self._judge(peer, source), self._tallies.look(peer, source.ssrc)
        jitter, last = jitter_ms(source.count.jitter, kind), judge.second
        around = Circumstances(
            is_on,
            member.codec(kind),
            upstream_loss_pct=judge.window.unrepaired_pct,
            rtt_ms=self._rtt_ms(peer) or 0.0,
            jitter_ms=jitter,
            reports=member.was_heard(now - WINDOW_S),
        )
        return StreamStats(
            direction="up",
            kind=kind,
            participant_id=member.seat.participant_id,
            rid=rid,
            bitrate_bps=last.bitrate_bps,
            packets=source.count.received_packets,
            loss_up_pct=rounded(last.loss_pct),
            loss_down_pct=None,
            jitter_ms=jitter,
            nacks=tally.nacks,
            plis=tally.plis,
            firs=tally.firs,
            retransmitted=source.rtx_packets,
            **shown(judge.judge(around, now)),
        )

    # To a participant.

    def _down(self, scene: Scene, member: Member) -> Iterator[StreamStats]:
        viewer = scene.stage.viewers.get(member.seat.peer)
        if viewer is None or member.last is None:
            return
        for sink in member.last.sinks:
            seen = self.seen(scene, viewer, sink)
            if seen is not None:
                yield self._down_stream(scene, viewer, sink, seen)

    def seen(self, scene: Scene, viewer: Viewer, sink: SinkStats) -> Publication | None:
        """Whose sound or picture is, or should be, in this slot."""
        publisher = viewer.shown.get(sink.ssrc)
        if publisher is None or publisher not in scene.members:
            return None
        return scene.stage.publications.get((publisher, sink.kind))

    def _down_stream(
        self, scene: Scene, viewer: Viewer, sink: SinkStats, publication: Publication
    ) -> StreamStats:
        judge, tally = self._judge(viewer.peer, sink), self._tallies.look(viewer.peer, sink.ssrc)
        wired = viewer.wired.get(sink.ssrc)
        around = self._around(scene, viewer, sink, publication)
        told = self._told_of(scene, viewer, sink)
        return StreamStats(
            direction="down",
            kind=sink.kind,
            participant_id=scene.members[publication.peer].seat.participant_id,
            rid=rid_of(publication, wired[1]) if wired is not None else "",
            bitrate_bps=judge.second.bitrate_bps,
            packets=sink.sent_packets,
            loss_up_pct=rounded(self._known(*wired).second.loss_pct) if wired is not None else None,
            loss_down_pct=rounded(tally.lost_pct),
            jitter_ms=None if tally.jitter is None else jitter_ms(tally.jitter, sink.kind),
            nacks=tally.nacks,
            plis=tally.plis,
            firs=tally.firs,
            retransmitted=sink.rtx_packets,
            freezes=told.freezes,
            frozen_ms=told.frozen_ms,
            **shown(judge.judge(around, scene.now)),
        )

    def _told_of(self, scene: Scene, viewer: Viewer, sink: SinkStats) -> PageReport:
        """What the page says of this picture: what it says of all, when it is the only one."""
        pictures = [slot for slot in viewer.slots["video"] if slot in viewer.shown]
        if pictures != [sink.ssrc]:
            return NOTHING_TOLD
        return self._pages.told(scene.room_id, viewer.name, scene.now)

    def _around(
        self, scene: Scene, viewer: Viewer, sink: SinkStats, publication: Publication
    ) -> Circumstances:
        kind, since = sink.kind, scene.now - WINDOW_S
        publisher, member = scene.members[publication.peer], scene.members[viewer.peer]
        tally, wired = self._tallies.look(viewer.peer, sink.ssrc), viewer.wired.get(sink.ssrc)
        is_on = self.is_on(scene, publisher, kind) and is_wanted(viewer, publication)
        target_bps = self._downlinks.target_bps(viewer.peer)
        is_limited = kind == "video" and publication.is_adaptive and target_bps < EXPECTED_PICTURE_BPS
        return Circumstances(
            is_on,
            publisher.codec(kind),
            upstream_loss_pct=self._known(*wired).window.unrepaired_pct if wired is not None else 0.0,
            downstream_loss_pct=self._lost_pct(viewer, sink) if member.was_heard(since) else 100.0,
            rtt_ms=(self._rtt_ms(viewer.peer) or 0.0) + (self._rtt_ms(publication.peer) or 0.0),
            jitter_ms=jitter_ms(tally.jitter or 0, kind),
            limit_bps=target_bps if is_limited else None,
            layers_missed=layers_missed(scene.stage, viewer, publication, wired),
            paused=kind == "video" and is_on and wired is None,
            reports=publisher.was_heard(since),
        )

    def _lost_pct(self, viewer: Viewer, sink: SinkStats) -> float:
        """What its receiver missed and was not sent again."""
        lost_pct = self._tallies.look(viewer.peer, sink.ssrc).lost_pct or 0.0
        grown = self._known(viewer.peer, sink.ssrc).window
        return max(0.0, lost_pct - grown.repaired * 100 / grown.packets) if grown.packets else lost_pct


def is_wanted(viewer: Viewer, publication: Publication) -> bool:
    """Whether the viewer's page shows it; sound is always wanted."""
    return publication.kind == "audio" or viewer.wish(publication.peer).is_wanted


def rounded(percent: float | None) -> float | None:
    """For people."""
    return None if percent is None else round(percent, 2)


def rid_of(publication: Publication, ssrc: int) -> str:
    """The layer with this SSRC."""
    return next((rid for rid, known in publication.layers.items() if known == ssrc), "")


def layers_missed(
    stage: Stage, viewer: Viewer, publication: Publication, wired: tuple[PeerKey, int] | None
) -> int:
    """Layers that are sent, are of use in the size the viewer's page shows, and are above theirs."""
    wish = viewer.wish(publication.peer)
    missed, below_px, is_above = 0, 0, False
    for rid, ssrc in publication.ordered():
        if is_above and wish.size > below_px and stage.measured_bps.get((publication.peer, ssrc)):
            missed += 1
        is_above = is_above or (wired is not None and wired[1] == ssrc)
        below_px = HEIGHT_PX.get(rid, 0)
    return missed


def shown(quality: Quality | None) -> dict[str, Any]:
    """A judgement as statistics tell it."""
    if quality is None:
        return {"score": None, "cause": None, "mos": None}
    mos = None if quality.mos is None else round(quality.mos, 2)
    return {"score": round(quality.score), "cause": quality.cause, "mos": mos}
