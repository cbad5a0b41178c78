"""Carries out what the stages of a relay's rooms order: fills slots, asks for key frames, caps publishers,
probes.

Who gets what is decided in media/stage.py, what a way can carry in media/downlink.py.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from core.ids import ParticipantId
from media.allocation import Wish
from media.codecs import Kind
from media.control import Alarm, Control
from media.downlink import PROBE_STEP_S, Downlinks
from media.model import Device, Display, PageReport
from media.plane import PeerKey, PeerStats, Plane
from media.shield import Shield
from media.speaker import ActiveSpeaker
from media.stage import Layers, Order, Shown, Stage

LOOK_EVERY_S = 0.2
CAP_AGAIN_S = 1.0  # a cap that is not repeated is forgotten by browsers after some seconds
CAP_CHANGE = 0.03


class Conductor:
    """The stages of one relay."""

    def __init__(
        self,
        plane: Plane,
        control: Control,
        downlinks: Downlinks,
        monotonic: Callable[[], float],
        on_change: Callable[[PeerKey, Shown | Layers], None],
    ) -> None:
        self._plane, self._control, self._downlinks = plane, control, downlinks
        self._monotonic, self._shield = monotonic, Shield(monotonic)
        self._on_change = on_change
        self._stages: dict[PeerKey, Stage] = {}
        self._caps: dict[PeerKey, tuple[int, float]] = {}
        self._seen: dict[PeerKey, set[int]] = {}  # slots in which there has been a picture
        self._look = Alarm(monotonic, self._look_again)
        self._probe = Alarm(monotonic, self._send_probes)

    def enter(
        self,
        stage: Stage,
        peer: PeerKey,
        name: ParticipantId,
        slots: Mapping[Kind, Sequence[int]],
        device: Device | None = None,
    ) -> None:
        """Somebody's media may flow: they receive in these slots."""
        self._stages[peer] = stage
        stage.view(peer, name, slots, device)
        self._downlinks.open(peer, slots["video"], slots["audio"])
        self.arrange(stage)
        self._look.arm(self._monotonic() + LOOK_EVERY_S)

    def hear(self, peer: PeerKey, *, silent: bool) -> None:
        """Nothing has come from somebody for a while, or does again."""
        stage = self._stages.get(peer)
        if stage is not None:
            stage.hear(peer, silent=silent)
            self.arrange(stage)

    def show(self, peer: PeerKey, displays: Mapping[PeerKey, Display]) -> None:
        """How the peer's page shows others."""
        stage = self._stages.get(peer)
        if stage is not None:
            wishes = {key: Wish(one.height_px, one.visible, one.paused) for key, one in displays.items()}
            stage.viewers[peer].wishes = wishes
            self._order(stage, peer, self._monotonic())

    def page_says(self, peer: PeerKey | None, report: PageReport) -> None:
        """Whether, and how high, the peer's page shows pictures: of whoever it does not name by `show`."""
        stage = self._stages.get(peer) if peer is not None else None
        if peer is None or stage is None or report.visible is None:
            return
        wish = Wish(report.height_px, report.visible)
        if stage.viewers[peer].others != wish:
            stage.viewers[peer].others = wish
            self._order(stage, peer, self._monotonic())

    def publish(self, peer: PeerKey, kind: Kind, rid: str, ssrc: int) -> None:
        """A stream of theirs is known."""
        stage = self._stages.get(peer)
        if stage is not None:
            stage.publish(peer, kind, rid, ssrc)
            self.arrange(stage)

    def layer(self, peer: PeerKey, rid: str) -> int | None:
        """The SSRC of this layer of the peer's camera."""
        stage = self._stages.get(peer)
        camera = stage.publications.get((peer, "video")) if stage is not None else None
        return camera.layers.get(rid) if camera is not None else None

    def leave(self, peer: PeerKey) -> None:
        """They are gone; the plane has forgotten them."""
        stage = self._stages.pop(peer, None)
        self._downlinks.forget(peer)
        self._caps.pop(peer, None)
        self._seen.pop(peer, None)
        if stage is not None:
            stage.leave(peer)
            self.arrange(stage)

    def close(self) -> None:
        """No more timers."""
        self._look.cancel()
        self._probe.cancel()

    def arrange(self, stage: Stage) -> None:
        """Look at a room anew, at once."""
        now = self._monotonic()
        news = stage.arrange()
        for peer in stage.viewers:
            self._order(stage, peer, now)
        if stage.speaker is not None:
            for peer, shown in news.items():
                self._on_change(peer, shown)

    def measured(
        self, before: Mapping[PeerKey, PeerStats], after: Mapping[PeerKey, PeerStats], interval_s: float
    ) -> None:
        """Once a second: what every source takes; key frames still waited for are asked for again."""
        for peer, stage in list(self._stages.items()):
            stats, old = after.get(peer), before.get(peer)
            if stats is not None and old is not None and interval_s > 0:
                self._shield.run("measured", self._measured, stage, peer, (old, stats), interval_s)

    # Inside.

    def _measured(
        self, stage: Stage, peer: PeerKey, stats: tuple[PeerStats, PeerStats], interval_s: float
    ) -> None:
        before, after = stats
        earlier = {source.ssrc: source.received_bytes for source in before.sources}
        for source in after.sources:
            grown = source.received_bytes - earlier.get(source.ssrc, source.received_bytes)
            stage.measured_bps[peer, source.ssrc] = round(grown * 8 / interval_s)
        for sink in after.sinks:
            if sink.wanted_ssrc is not None:
                self._ask_again(peer, sink.ssrc)

    def _ask_again(self, peer: PeerKey, sink_ssrc: int) -> None:
        wanted = self._stages[peer].viewers[peer].wired.get(sink_ssrc)
        if wanted is not None:
            self._control.key_frame_needed(*wanted)

    def _order(self, stage: Stage, peer: PeerKey, now: float) -> None:
        self._carry_out(stage.orders(peer, self._downlinks.target_bps(peer), now))

    def _carry_out(self, orders: Iterable[Order]) -> None:
        for order in orders:
            if order.source_peer is None or order.source_ssrc is None:
                self._plane.disconnect(order.sink_peer, order.sink_ssrc)
                continue
            self._plane.connect(order.source_peer, order.source_ssrc, order.sink_peer, order.sink_ssrc)
            if order.kind == "video":
                self._begin(order.sink_peer, order.sink_ssrc, order.source_peer, order.source_ssrc)

    def _begin(self, peer: PeerKey, slot: int, source_peer: PeerKey, source_ssrc: int) -> None:
        """A newcomer's picture does not wait; whoever looks away and back gets the next one that is due."""
        seen = self._seen.setdefault(peer, set())
        if slot in seen:
            self._control.key_frame_needed(source_peer, source_ssrc)
        else:
            seen.add(slot)
            self._control.key_frame_at_once(source_peer, source_ssrc)

    def _look_again(self) -> None:
        if not self._stages:
            return
        now = self._monotonic()
        for peer, stage in list(self._stages.items()):
            self._shield.run("viewer", self._look_at, stage, peer, now)
        for stage in set(self._stages.values()):
            self._shield.run("caps", self._cap, stage, now)
            if stage.speaker is not None:
                self._shield.run("speakers", self._listen, stage, stage.speaker, now)
        self._look.arm(now + LOOK_EVERY_S)
        if self._downlinks.is_probing:
            self._send_probes()

    def _look_at(self, stage: Stage, peer: PeerKey, now: float) -> None:
        self._downlinks.tick(peer, now)
        self._order(stage, peer, now)
        self._downlinks.allocated(peer, stage.load(peer), now)

    def _listen(self, stage: Stage, speaker: ActiveSpeaker, now: float) -> None:
        before = speaker.ranking
        speaker.levels(self._plane.take_levels(list(stage.viewers)), now)
        if speaker.ranking != before:
            self.arrange(stage)
        for peer, layers in stage.wanted_layers(now).items():
            self._on_change(peer, layers)

    def _cap(self, stage: Stage, now: float) -> None:
        caps = stage.caps()
        stage.told(caps, now)
        for publisher, bps in caps.items():
            told, at = self._caps.get(publisher, (0, 0.0))
            if abs(bps - told) <= CAP_CHANGE * told and now - at < CAP_AGAIN_S:
                continue
            self._caps[publisher] = (bps, now)
            ssrc = stage.publications[publisher, "video"].layers[""]
            self._control.cap(publisher, ssrc, bps)

    def _send_probes(self) -> None:
        now = self._monotonic()
        self._shield.run("probes", self._downlinks.probe, now)
        if self._downlinks.is_probing:
            self._probe.arm(now + PROBE_STEP_S)
