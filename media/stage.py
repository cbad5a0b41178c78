"""Who is heard and seen in whose slots of one room, and in which layer. Pure: values and `now` in, orders
out.

A room of two shows each the other; what a device of one of them films comes before that one's camera, and
its sound after that one's microphone. In a workshop the slots go to whoever is pinned, then to those who
spoke last; whoever is in a slot stays in that slot. Layers are chosen by media/allocation.py from what the
viewer's way carries and what its page shows. Not here: carrying the orders out (media/conductor.py).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.ids import ParticipantId
from media.allocation import Allocator, Camera, Dynacast, Layer, Wish, least_bps
from media.bandwidth_model import Load
from media.codecs import KINDS, RIDS, Kind
from media.model import Device
from media.plane import PeerKey
from media.speaker import ActiveSpeaker

# What a publisher that follows the viewer's estimate can go down to before the picture is worth nothing.
LEAST_VIDEO_BPS = 60_000
# A dip is no reason to pause: the publisher has been told, and a pause lasts.
PATIENCE_S = 3.0
# A camera of 720 lines, in quarter, half and full size; nothing is decoded that would tell more.
HEIGHT_PX = {"l": 180, "m": 360, "h": 720}
EXPECTED_BPS = {"l": 120_000, "m": 400_000, "h": 1_500_000}  # of a layer before it was measured
MOST_VIDEO_BPS = 2_500_000  # one camera on an endless line
AUDIO_BPS = 40_000  # of a slot in use, until it was measured
# A device that sends so much more than it may for so long, while that does not rise, sends at a fixed rate.
TOO_MUCH, HEED_S, RISING = 1.3, 4.0, 1.05


@dataclass(frozen=True)
class Order:
    """Fill a slot with a source, or empty it (`source_ssrc` None)."""

    sink_peer: PeerKey
    sink_ssrc: int
    kind: Kind
    source_peer: PeerKey | None = None
    source_ssrc: int | None = None


@dataclass
class Publication:
    """A microphone or camera. `layers`: SSRC by rid, "" for one without simulcast."""

    peer: PeerKey
    kind: Kind
    layers: dict[str, int] = field(default_factory=dict)

    @property
    def is_adaptive(self) -> bool:
        """One stream, whose publisher fits it to the viewers' estimate."""
        return "" in self.layers

    def ordered(self) -> list[tuple[str, int]]:
        """Low to high."""
        return sorted(self.layers.items(), key=lambda layer: RIDS.index(layer[0]) if layer[0] else -1)


@dataclass(frozen=True)
class Shown:
    """Who is in which of a viewer's slots, by the slot's SSRC."""

    peers: dict[int, PeerKey]


@dataclass(frozen=True)
class Layers:
    """The layers of a camera that are of use to somebody."""

    rids: frozenset[str]


@dataclass
class Viewer:
    """Somebody with slots, or a device. `shown`: whose publication is in which slot; `wired`: what the plane
    was told."""

    peer: PeerKey
    name: ParticipantId
    slots: dict[Kind, tuple[int, ...]]
    device: Device | None = None
    allocator: Allocator = field(default_factory=Allocator)
    wishes: dict[PeerKey, Wish] = field(default_factory=dict)
    others: Wish = field(default_factory=Wish)  # for whoever is not among the wishes
    shown: dict[int, PeerKey] = field(default_factory=dict)
    wired: dict[int, tuple[PeerKey, int]] = field(default_factory=dict)
    enough_at: float = -math.inf  # when there last was enough for the least video

    def wish(self, publisher: PeerKey) -> Wish:
        """What their page shows of somebody's camera."""
        return self.wishes.get(publisher, self.others)


class Stage:
    """One room. With a `speaker` it is a workshop: the slots go by who speaks."""

    def __init__(self, speaker: ActiveSpeaker | None = None) -> None:
        self.speaker = speaker
        self.publications: dict[tuple[PeerKey, Kind], Publication] = {}
        self.viewers: dict[PeerKey, Viewer] = {}
        self.measured_bps: dict[tuple[PeerKey, int], int] = {}  # by publisher and SSRC
        self._pinned: tuple[ParticipantId, ...] = ()
        self._silent: set[PeerKey] = set()
        self._too_much: dict[PeerKey, tuple[float, int]] = {}  # since when, and what it might send then
        self._fixed: set[PeerKey] = set()
        self._kept: dict[PeerKey, frozenset[str]] = {}
        self._dynacast = Dynacast()
        self._targets: dict[PeerKey, int] = {}

    # Who comes and goes.

    def publish(self, peer: PeerKey, kind: Kind, rid: str, ssrc: int) -> None:
        """A stream of somebody's microphone or camera is known."""
        publication = self.publications.setdefault((peer, kind), Publication(peer, kind))
        publication.layers[rid] = ssrc
        if self.speaker is not None:
            self.speaker.add(peer)

    def view(
        self,
        peer: PeerKey,
        name: ParticipantId,
        slots: Mapping[Kind, Sequence[int]],
        device: Device | None = None,
    ) -> None:
        """Somebody receives in these slots; a device that publishes has none."""
        self.viewers[peer] = Viewer(peer, name, {kind: tuple(ssrcs) for kind, ssrcs in slots.items()}, device)

    def hear(self, peer: PeerKey, *, silent: bool) -> None:
        """Nothing has come from somebody for a while, or does again."""
        (self._silent.add if silent else self._silent.discard)(peer)

    def pin(self, names: Sequence[ParticipantId]) -> None:
        """Show these before all others; also those who are yet to come."""
        self._pinned = tuple(names)

    @property
    def pinned(self) -> list[PeerKey]:
        """The pinned who are there, in order."""
        if not self._pinned:
            return []
        peers = {viewer.name: viewer.peer for viewer in self.viewers.values()}
        return [peers[name] for name in self._pinned if name in peers]

    def leave(self, peer: PeerKey) -> None:
        """Somebody is gone; the plane knows."""
        self.viewers.pop(peer, None)
        self._silent.discard(peer)
        self._fixed.discard(peer)
        self._too_much.pop(peer, None)
        self._kept.pop(peer, None)
        self._targets.pop(peer, None)
        self.measured_bps = {key: bps for key, bps in self.measured_bps.items() if key[0] != peer}
        if self.speaker is not None:
            self.speaker.forget(peer)
        for key in [key for key in self.publications if key[0] == peer]:
            del self.publications[key]
        for viewer in self.viewers.values():
            viewer.wishes.pop(peer, None)
            viewer.shown = {slot: shown for slot, shown in viewer.shown.items() if shown != peer}
            viewer.wired = {slot: wire for slot, wire in viewer.wired.items() if wire[0] != peer}

    # Who is shown where.

    def arrange(self) -> dict[PeerKey, Shown]:
        """Give the slots to the pinned, then to those who spoke last; nobody sees or hears themselves.

        Gives the viewers for whom that is news.
        """
        orders = {kind: self._in_order(kind) for kind in KINDS}
        news = {}
        for viewer in self.viewers.values():
            before = dict(viewer.shown)
            for kind, slots in viewer.slots.items():
                self._arrange(viewer, slots, orders[kind])
            if viewer.shown != before:
                news[viewer.peer] = Shown(dict(viewer.shown))
        return news

    def _in_order(self, kind: Kind) -> list[PeerKey]:
        """Who publishes, and who comes first when there are fewer slots."""
        publishers = [peer for peer, published in self.publications if published == kind]
        ranking: Sequence[object] = self._by_device(kind, publishers)
        if self.speaker is not None:
            ranking = [*self.speaker.ranking, *publishers]
        first = dict.fromkeys([*self.pinned, *ranking])
        places = {peer: place for place, peer in enumerate(first)}
        return sorted(publishers, key=places.__getitem__)

    def _by_device(self, kind: Kind, publishers: Sequence[PeerKey]) -> list[PeerKey]:
        """What devices film first, the newest before all, but not while nothing of it comes; sound last."""
        devices = [peer for peer in publishers if self._device(peer) is not None]
        lively = [peer for peer in reversed(devices) if kind == "video" and peer not in self._silent]
        return [*lively, *(peer for peer in publishers if peer not in devices), *devices]

    def _device(self, peer: PeerKey) -> Device | None:
        viewer = self.viewers.get(peer)
        return viewer.device if viewer is not None else None

    def _is_own(self, viewer: Viewer, peer: PeerKey) -> bool:
        """Whether it is the viewer, or what the viewer films besides."""
        device = self._device(peer)
        return peer == viewer.peer or (device is not None and device.host_id == viewer.name)

    def _arrange(self, viewer: Viewer, slots: Sequence[int], order: Sequence[PeerKey]) -> None:
        chosen = [peer for peer in order if not self._is_own(viewer, peer)][: len(slots)]
        for slot in slots:
            if viewer.shown.get(slot) not in chosen:
                viewer.shown.pop(slot, None)
        there = {viewer.shown[slot] for slot in slots if slot in viewer.shown}
        free = [slot for slot in slots if slot not in viewer.shown]
        for peer, slot in zip([peer for peer in chosen if peer not in there], free, strict=False):
            viewer.shown[slot] = peer

    # Which layer.

    def orders(self, peer: PeerKey, target_bps: int, now: float) -> list[Order]:
        """What has to change in this viewer's slots, with `target_bps` for everything together."""
        viewer = self.viewers.get(peer)
        if viewer is None:
            return []
        self._targets[peer] = target_bps
        budget_bps = self._budget_bps(viewer, target_bps - self._audio_bps(viewer), now)
        chosen = viewer.allocator.allocate(self._cameras(viewer), budget_bps, now)
        orders = []
        for kind, slots in viewer.slots.items():
            for slot in slots:
                order = self._order(viewer, kind, slot, chosen)
                if order is not None:
                    orders.append(order)
        return orders

    def _budget_bps(self, viewer: Viewer, room_bps: int, now: float) -> int:
        """For video: what is left beside the sound, and for some time what publishers can go down to."""
        if room_bps >= LEAST_VIDEO_BPS:
            viewer.enough_at = now
        patient = now - viewer.enough_at < PATIENCE_S
        return max(room_bps, LEAST_VIDEO_BPS) if patient else max(0, room_bps)

    def _order(
        self, viewer: Viewer, kind: Kind, slot: int, chosen: Mapping[object, str | None]
    ) -> Order | None:
        publisher = viewer.shown.get(slot)
        publication = self.publications.get((publisher, kind)) if publisher is not None else None
        rid = chosen.get(publisher) if kind == "video" else ""
        ssrc = publication.layers.get(rid) if publication is not None and rid is not None else None
        wire = (publisher, ssrc) if publisher is not None and ssrc is not None else None
        if viewer.wired.get(slot) == wire:
            return None
        if wire is None:
            del viewer.wired[slot]
            return Order(viewer.peer, slot, kind)
        viewer.wired[slot] = wire
        return Order(viewer.peer, slot, kind, *wire)

    def _cameras(self, viewer: Viewer) -> list[Camera]:
        cameras, pinned = [], self.pinned
        for slot in viewer.slots["video"]:
            publisher = viewer.shown.get(slot)
            publication = self.publications.get((publisher, "video")) if publisher is not None else None
            if publisher is None or publication is None:
                continue
            layers = tuple(self._layer(publication, rid, ssrc) for rid, ssrc in publication.ordered())
            wired = viewer.wired.get(slot)
            current = next((layer.rid for layer in layers if wired == (publisher, layer.ssrc)), None)
            wish = viewer.wish(publisher)
            if publisher in pinned:
                wish = Wish(wish.height_px, wish.visible, wish.paused, pinned=True)
            cameras.append(Camera(publisher, layers, wish, current))
        return cameras

    def _layer(self, publication: Publication, rid: str, ssrc: int) -> Layer:
        bps = self.measured_bps.get((publication.peer, ssrc), 0)
        if not rid:
            least_bps = max(bps, LEAST_VIDEO_BPS) if publication.peer in self._fixed else LEAST_VIDEO_BPS
            return Layer(rid, ssrc, least_bps, None, active=True)
        return Layer(rid, ssrc, bps or EXPECTED_BPS[rid], HEIGHT_PX[rid], active=bool(bps))

    # Figures.

    def load(self, peer: PeerKey) -> Load:
        """What the viewer's slots take now."""
        viewer = self.viewers[peer]
        audio_bps = self._audio_bps(viewer)
        video = [wire for slot, wire in viewer.wired.items() if slot in viewer.slots["video"]]
        allocated = sum(self.measured_bps.get(wire, LEAST_VIDEO_BPS) for wire in video)
        cameras = self._cameras(viewer)
        wanted = sum(max(MOST_VIDEO_BPS, *(layer.bitrate_bps for layer in one.layers)) for one in cameras)
        least, left_out = least_bps(cameras)
        return Load(allocated + audio_bps, wanted + audio_bps, audio_bps, least + audio_bps, left_out)

    def caps(self) -> dict[PeerKey, int]:
        """What publishers of a single stream may send: what the weakest of those who watch can take."""
        caps: dict[PeerKey, int] = {}
        for viewer in self.viewers.values():
            room_bps = self._targets.get(viewer.peer, MOST_VIDEO_BPS) - self._audio_bps(viewer)
            for slot in viewer.slots["video"]:
                publisher = viewer.shown.get(slot)
                publication = self.publications.get((publisher, "video")) if publisher is not None else None
                if publisher is not None and publication is not None and publication.is_adaptive:
                    caps[publisher] = min(caps.get(publisher, MOST_VIDEO_BPS), max(LEAST_VIDEO_BPS, room_bps))
        return caps

    def told(self, caps: Mapping[PeerKey, int], now: float) -> None:
        """Publishers have been told their caps: notice the devices that heed none, as many programs do."""
        for peer, bps in caps.items():
            sent_bps = self.measured_bps.get((peer, self.publications[peer, "video"].layers[""]), 0)
            since, then_bps = self._too_much.get(peer, (now, bps))
            if self._device(peer) is None or sent_bps <= TOO_MUCH * bps:
                self._too_much.pop(peer, None)
            elif bps > RISING * then_bps:
                self._too_much[peer] = now, bps
            else:
                self._too_much[peer] = since, then_bps
                if now - since >= HEED_S:
                    self._fixed.add(peer)

    def wanted_layers(self, now: float) -> dict[PeerKey, Layers]:
        """Which layers of each simulcast camera its publisher shall go on sending, where that is news."""
        watched: dict[PeerKey, dict[str, bool]] = {}
        for (peer, kind), camera in self.publications.items():
            if kind == "video" and not camera.is_adaptive:
                watched[peer] = {rid: self._is_watched(peer, rid, ssrc) for rid, ssrc in camera.ordered()}
        news = {}
        for peer, rids in self._dynacast.wanted(watched, now).items():
            if self._kept.get(peer, frozenset(watched[peer])) != rids:
                news[peer] = Layers(rids)
            self._kept[peer] = rids
        return news

    def _is_watched(self, peer: PeerKey, rid: str, ssrc: int) -> bool:
        return any(
            (peer, ssrc) in viewer.wired.values() or viewer.allocator.aims.get(peer) == rid
            for viewer in self.viewers.values()
        )

    def _audio_bps(self, viewer: Viewer) -> int:
        wires = [viewer.wired[slot] for slot in viewer.slots["audio"] if slot in viewer.wired]
        return sum(self.measured_bps.get(wire, AUDIO_BPS) for wire in wires)
