"""Who gets which layer of whom, and which layers publishers need not send. Pure; `now` in monotonic seconds.

One Allocator per viewer divides what its downlink carries (after audio, which never counts against video)
among the cameras it wants: everybody's lowest layer first, then better ones, pinned before unpinned, bigger
before smaller. On pressure layers fall at once, and what does not fit then pauses; nothing rises within
HOLD_S of a fall, and what rises needs RISE_MARGIN to spare, so that a budget that wavers makes no picture
flap. One Dynacast per room tells what nobody has watched for a while. Not here: the budget
(media/bandwidth.py), and the switch itself, which waits for a key frame.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

AnySource = TypeVar("AnySource", bound=Hashable)

HOLD_S = 10.0  # after a fall; mediasoup's figure too
RISE_MARGIN = 1.1  # of the budget that everything together would then take
UNWATCHED_S = 10.0


@dataclass(frozen=True)
class Layer:
    """One simulcast layer of a camera, or all there is of it.

    `bitrate_bps`: smoothed over a few seconds; of a layer not sent at the moment, what it last took or is
    expected to take; of a publisher that fits itself to the viewer's estimate, the least it can go down to.
    `height_px`: None, unknown. `active`: it is sent, or would be sent again if asked for (Dynacast).
    """

    rid: str
    ssrc: int
    bitrate_bps: int
    height_px: int | None
    active: bool


@dataclass(frozen=True)
class Wish:
    """What the viewer's page shows of a camera. `height_px`: of the picture in device pixels; None, any."""

    height_px: int | None = None
    visible: bool = True
    paused: bool = False
    pinned: bool = False

    @property
    def is_wanted(self) -> bool:
        """Is there anything to send?"""
        return self.visible and not self.paused

    @property
    def size(self) -> float:
        """To compare by."""
        return math.inf if self.height_px is None else self.height_px

    def exceeds(self, other: "Wish") -> bool:
        """Is more asked for than before?"""
        return self.size > other.size or (self.pinned and not other.pinned)


@dataclass(frozen=True)
class Camera:
    """A camera a viewer may get. `layers`: low to high; `current`: the rid that reaches the viewer now."""

    source: Hashable
    layers: tuple[Layer, ...]
    wish: Wish
    current: str | None


@dataclass(frozen=True, slots=True)
class _Memory:
    """What was decided last about a camera."""

    wish: Wish
    rid: str | None
    held_until: float


@dataclass(slots=True)
class _Choice:
    """A camera while being decided on. Levels count its options, positions its layers; -1: nothing."""

    camera: Camera
    options: list[tuple[int, Layer]]  # positions and layers that can be had and are not more than is wished
    before: int  # the position last decided on
    held: bool = False
    kept: int = -1  # the level that is no rise
    ceiling: int = -1
    level: int = -1

    @property
    def position(self) -> int:
        return self.options[self.level][0] if self.level >= 0 else -1

    @property
    def rid(self) -> str | None:
        return self.options[self.level][1].rid if self.level >= 0 else None

    def bitrate_bps(self, level: int) -> int:
        return self.options[level][1].bitrate_bps if level >= 0 else 0


class Allocator:
    """The layers of one viewer."""

    def __init__(self) -> None:
        self._memory: dict[Hashable, _Memory] = {}
        self._held_until = -math.inf  # nothing rises: the budget has just been too small
        self.aims: dict[Hashable, str | None] = {}
        """After `allocate`: the layer each camera would have if all were sent. Dynacast has to keep these
        too: that a layer is wanted which is off cannot be seen otherwise."""

    def allocate(self, cameras: Sequence[Camera], budget_bps: int, now: float) -> dict[Hashable, str | None]:
        """The rid of every camera, None where nothing is to be sent. Never more than `budget_bps` together.

        Whoever is wanted more than before (new, shown again, bigger, pinned) is not held back.
        """
        wanted = sorted((camera for camera in cameras if camera.wish.is_wanted), key=_rank)
        every = [_Choice(camera, _options(camera), self._before(camera)) for camera in wanted]
        choices = [choice for choice in every if choice.options]
        wishes = {choice.camera.source: choice.camera.wish for choice in choices}
        as_before = wishes == {source: memory.wish for source, memory in self._memory.items()}
        self._bound(choices, budget_bps, now)
        _fill(choices, budget_bps)
        self._memory = {c.camera.source: self._remembered(c, as_before, now) for c in choices}
        self.aims = _aims(every, budget_bps)
        rids = {choice.camera.source: choice.rid for choice in choices}
        return {camera.source: rids.get(camera.source) for camera in cameras}

    def _before(self, camera: Camera) -> int:
        """The position last decided on; what flows, if nothing was decided yet."""
        memory = self._memory.get(camera.source)
        rid = memory.rid if memory is not None else camera.current
        if rid is None:
            return -1
        # Of a layer that is gone altogether the lowest takes the place.
        return next((at for at, layer in enumerate(camera.layers) if layer.rid == rid), 0)

    def _bound(self, choices: Sequence[_Choice], budget_bps: int, now: float) -> None:
        """What each keeps, and how far each may rise."""
        for choice in choices:
            levels = (level for level, (at, _) in enumerate(choice.options) if at <= choice.before)
            choice.kept = max(levels, default=-1)
        if sum(choice.bitrate_bps(choice.kept) for choice in choices) > budget_bps:
            self._held_until = now + HOLD_S
        for choice in choices:
            choice.ceiling = len(choice.options) - 1
            choice.held = self._is_held(choice.camera, now)
            if choice.held:  # whose layer is off may have the lowest that is left
                choice.ceiling = max(choice.kept, min(choice.before, 0))

    def _is_held(self, camera: Camera, now: float) -> bool:
        memory = self._memory.get(camera.source)
        if memory is None or camera.wish.exceeds(memory.wish):
            return False
        return now < max(self._held_until, memory.held_until)

    def _remembered(self, choice: _Choice, as_before: bool, now: float) -> _Memory:
        """A fall that nobody's wish explains holds the camera."""
        memory = self._memory.get(choice.camera.source)
        held_until = memory.held_until if memory is not None else -math.inf
        if as_before and choice.position < choice.before:
            held_until = now + HOLD_S
        return _Memory(choice.camera.wish, choice.rid, held_until)


def _rank(camera: Camera) -> tuple[bool, float]:
    """Pinned first, then who is shown bigger; otherwise as given."""
    return not camera.wish.pinned, -camera.wish.size


def _highest(wish: Wish, layers: Sequence[Layer]) -> int:
    """The lowest of `layers` that fills the picture, else the highest."""
    heights = (layer.height_px for layer in layers)
    fills = (n for n, height in enumerate(heights) if height is not None and height >= wish.size)
    return next(fills, len(layers) - 1)


def least_bps(cameras: Sequence[Camera]) -> tuple[int, bool]:
    """The budget with which every camera that is wanted comes at its lowest; whether one is left out now."""
    lowest = [(camera, _options(camera)[:1]) for camera in cameras if camera.wish.is_wanted]
    left_out = any(camera.current is None for camera, layers in lowest if layers)
    total_bps = sum(layer.bitrate_bps for _, layers in lowest for _, layer in layers)
    return math.ceil(RISE_MARGIN * total_bps) + 1, left_out


def _options(camera: Camera) -> list[tuple[int, Layer]]:
    active = [(at, layer) for at, layer in enumerate(camera.layers) if layer.active]
    return active[: _highest(camera.wish, [layer for _, layer in active]) + 1]


def _fill(choices: Sequence[_Choice], budget_bps: int) -> None:
    """The lowest layers in order of rank; then one step each, the pinned ones to their end first."""
    total_bps = 0
    pinned = [choice for choice in choices if choice.camera.wish.pinned]
    others = [choice for choice in choices if not choice.camera.wish.pinned]
    for choice in choices:
        total_bps += _step(choice, total_bps, budget_bps)
    for tier in (pinned, others):
        rising = [choice for choice in tier if choice.level >= 0]
        while rising:
            levels = [choice.level for choice in rising]
            for choice in rising:
                total_bps += _step(choice, total_bps, budget_bps)
            rising = [c for c, level in zip(rising, levels, strict=True) if c.level > level]


def _step(choice: _Choice, total_bps: int, budget_bps: int) -> int:
    """Go up one level if it may be and fits; what that adds, in bit/s."""
    level = choice.level + 1
    if level > choice.ceiling:
        return 0
    added_bps = choice.bitrate_bps(level) - choice.bitrate_bps(choice.level)
    margin = 1.0 if level <= choice.kept else RISE_MARGIN
    if (total_bps + added_bps) * margin > budget_bps:
        return 0
    choice.level = level
    return added_bps


def _aims(choices: Sequence[_Choice], budget_bps: int) -> dict[Hashable, str | None]:
    """Each camera alone is given its best layer, sent or not, with the others as decided."""
    total_bps = sum(choice.bitrate_bps(choice.level) for choice in choices)
    aims: dict[Hashable, str | None] = {}
    for choice in choices:
        layers, least = choice.camera.layers, choice.position
        others_bps = total_bps - choice.bitrate_bps(choice.level)
        best = least if choice.held else max(least, _highest(choice.camera.wish, layers))
        while best > least and (others_bps + layers[best].bitrate_bps) * RISE_MARGIN > budget_bps:
            best -= 1
        aims[choice.camera.source] = layers[best].rid if best >= 0 else None
    return aims


class Dynacast:
    """Which layers publishers have to send: off UNWATCHED_S after the last viewer, on again at once."""

    def __init__(self) -> None:
        self._watched_at: dict[tuple[Hashable, str], float] = {}

    def wanted(
        self, watched: Mapping[AnySource, Mapping[str, bool]], now: float
    ) -> dict[AnySource, frozenset[str]]:
        """By source: the rids to keep sending, of `watched`: every published rid, and does anybody watch it.

        Watched is what an Allocator allocates or aims at. A layer that is new has its time too.
        """
        self._watched_at = {
            (source, rid): now if is_watched else self._watched_at.get((source, rid), now)
            for source, layers in watched.items()
            for rid, is_watched in layers.items()
        }
        return {
            source: frozenset(rid for rid in layers if now - self._watched_at[source, rid] < UNWATCHED_S)
            for source, layers in watched.items()
        }
