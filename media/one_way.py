"""Who does not see or hear whom although they should: the broken leg, and what to try next. Pure.

A person whom others do not reach sees an ordinary room, and so do the others; only the relay can know. It
compares, stream by stream over the last WINDOW_S, what came from the publisher, what was forwarded and what
the viewer's page says it decoded. Repairs go up a ladder, each given its time to work, and steps that cannot
help are left out: no ICE restart while other packets pass, no key frame for sound. Streams that are muted,
paused or switched off are never at fault. Not here: doing the repairs, and telling the people.
"""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from media.codecs import Kind

Leg = Literal["to_relay", "in_relay", "to_viewer", "decoding"]
Step = Literal["key_frame", "ice_restart", "tcp", "rejoin"]

WINDOW_S = 3.0  # over which is counted
SETTLE_S = 5.0  # a stream that was just switched on may take: the window, and two seconds to start
CONFIRM_S = 1.5  # how long a fault has to last, because relay and page count at different moments
HEALTHY_S = 10.0  # without faults, until the ladder begins at its foot again


class Rung(NamedTuple):
    """A step, the time it is given, and how often it is tried."""

    step: Step
    patience_s: float
    times: int = 1


# A rejoin interrupts what works: after the second nothing is left to try but to tell people.
LADDER = (Rung("key_frame", 4, times=2), Rung("ice_restart", 6), Rung("tcp", 8), Rung("rejoin", 30, times=2))

_PATIENCE_S = {rung.step: rung.patience_s for rung in LADDER}


@dataclass(frozen=True)
class Watched:
    """A stream and one of its viewers, over the last WINDOW_S.

    `viewer` and `publisher` are participants and stay the same through a rejoin. `is_on`: the stream is
    published and meant for this viewer: both connected, not muted, not paused for bandwidth, not hidden, the
    camera on, some layer of it asked for. `decoded` (pictures; for sound, packets that were not concealed)
    and `arrived_packets` are what the viewer's page says; None, it has not said so lately or cannot tell.
    """

    viewer: str
    publisher: str
    source: Hashable
    kind: Kind
    is_on: bool
    received_packets: int
    forwarded_packets: int
    decoded: int | None
    arrived_packets: int | None = None
    publisher_on_tcp: bool = False
    viewer_on_tcp: bool = False


@dataclass(frozen=True)
class Fault:
    """`viewer` does not get `source`. `peer`: at whose end. `step`: being tried; None, all was tried."""

    viewer: str
    source: Hashable
    leg: Leg
    peer: str
    step: Step | None
    since: float


@dataclass(frozen=True)
class Repair:
    """To be done now. A key frame of `source` is asked of `peer`; everything else concerns its whole way."""

    step: Step
    peer: str
    source: Hashable | None


class Findings(NamedTuple):
    """Everything that is broken at the moment, and what to begin now."""

    faults: tuple[Fault, ...]
    repairs: tuple[Repair, ...]


@dataclass(slots=True)
class _Tried:
    """A step taken for somebody, or about to be."""

    at: float = -math.inf
    times: int = 0
    needed_at: float = -math.inf


class OneWayDetector:
    """The streams of one room. Call `check` about once a second with all of them."""

    def __init__(self) -> None:
        self._on_since: dict[tuple[str, Hashable], float] = {}
        self._faulty_since: dict[tuple[str, Hashable], float] = {}
        self._tried: dict[tuple[Step, Hashable], _Tried] = {}

    def check(self, watched: Sequence[Watched], now: float) -> Findings:
        """Judge every stream; `now` in monotonic seconds."""
        passing = _passing(watched)
        legs = self._broken_legs(watched, now)
        faults: list[Fault] = []
        repairs: dict[Repair, None] = {}
        for one in watched:
            pair = one.viewer, one.source
            leg = legs.get(pair)
            if leg is None or now - self._faulty_since[pair] < CONFIRM_S:
                continue
            peer = _peer(one, leg)
            passes = (peer, _BLAMED[leg]) in passing
            step, begins = self._step(one, leg, passes, now)
            if step == "key_frame" and begins:
                repairs[Repair(step, one.publisher, one.source)] = None
            elif step is not None and begins:
                repairs[Repair(step, peer, None)] = None
            faults.append(Fault(one.viewer, one.source, leg, peer, step, self._faulty_since[pair]))
        self._tried = {
            (step, target): tried
            for (step, target), tried in self._tried.items()
            if now - tried.needed_at < HEALTHY_S or now - tried.at < _PATIENCE_S[step]
        }
        return Findings(tuple(faults), tuple(repairs))

    def _broken_legs(self, watched: Sequence[Watched], now: float) -> dict[tuple[str, Hashable], Leg]:
        """By viewer and source; keeps since when each is on, and at fault."""
        pairs = ((one.viewer, one.source) for one in watched if one.is_on)
        self._on_since = {pair: self._on_since.get(pair, now) for pair in pairs}
        legs: dict[tuple[str, Hashable], Leg] = {}
        for one in watched:
            leg = _leg(one)
            pair = one.viewer, one.source
            if leg is not None and now - self._on_since.get(pair, now) >= SETTLE_S:
                legs[pair] = leg
        self._faulty_since = {pair: self._faulty_since.get(pair, now) for pair in legs}
        return legs

    def _step(self, one: Watched, leg: Leg, passes: bool, now: float) -> tuple[Step | None, bool]:
        """The first rung that may help and is not used up, and whether it begins now."""
        found: tuple[Step | None, bool] = None, False
        for step, patience_s, times in LADDER:
            if not _MAY_HELP[step](one, leg, passes):
                continue
            target = (one.viewer, one.source) if step == "key_frame" else _peer(one, leg)
            tried = self._tried.setdefault((step, target), _Tried())
            tried.needed_at = now
            if found[0] is not None:
                continue
            if now - tried.at < patience_s:
                found = step, False
            elif tried.times < times:
                tried.at, tried.times = now, tried.times + 1
                found = step, True
        return found


def _leg(one: Watched) -> Leg | None:
    """Where the stream ends; None when it arrives, or nobody can say."""
    if one.decoded:
        return None
    if not one.received_packets:
        return "to_relay"
    if not one.forwarded_packets:
        return "in_relay"
    if one.decoded is None:
        return None
    return "to_viewer" if one.arrived_packets == 0 else "decoding"


def _peer(one: Watched, leg: Leg) -> str:
    """Whose end is to be repaired."""
    return one.publisher if _BLAMED[leg] == "publisher" else one.viewer


def _passing(watched: Sequence[Watched]) -> set[tuple[str, str]]:
    """Participants from whom, as publishers, or to whom, as viewers, some packets pass."""
    return {(one.publisher, "publisher") for one in watched if one.received_packets} | {
        (one.viewer, "viewer") for one in watched if one.decoded or one.arrived_packets
    }


def _over_tcp(one: Watched, leg: Leg) -> bool:
    return one.publisher_on_tcp if _BLAMED[leg] == "publisher" else one.viewer_on_tcp


# What stays in the relay waits for the publisher's key frame.
_BLAMED: dict[Leg, Literal["publisher", "viewer"]] = {
    "to_relay": "publisher",
    "in_relay": "publisher",
    "to_viewer": "viewer",
    "decoding": "viewer",
}
# Given the stream, the leg, and whether other packets pass there.
_MAY_HELP: dict[Step, Callable[[Watched, Leg, bool], bool]] = {
    "key_frame": lambda one, leg, passes: (
        one.kind == "video" and (leg in ("in_relay", "decoding") or (leg == "to_relay" and passes))
    ),
    "ice_restart": lambda one, leg, passes: not passes,
    "tcp": lambda one, leg, passes: not passes and not _over_tcp(one, leg),
    "rejoin": lambda one, leg, passes: True,
}
