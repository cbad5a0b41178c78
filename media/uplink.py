"""What publishers are told of their way to us: which packets are missing, and when which packet came.

Decides when (media/nack.py) and writes the packets (media/rtcp.py, media/transport_cc.py); `now` in monotonic
seconds is given. Bandwidth is judged by the publisher itself, from the arrivals.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from media import rtcp
from media.feedback import OUR_SSRC, Outgoing
from media.keyrequests import SourceKey
from media.nack import NackSchedule
from media.plane import PeerKey, PeerStats
from media.reception import SequenceClock
from media.tallies import Tallies
from media.transport_cc import FeedbackBuilder

EARLY_ARRIVALS = 20  # so many are reported without waiting for the time
REPORT_EVERY_S = 0.1
# What was lost in an outage says nothing of the rate; told of it, Chromium's sender stays low for long.
OUTAGE_S = 1.0
NO_MEDIA_SSRC = 0  # nothing is known to be sent yet


class Arrived(Protocol):
    """The part of a plane that is asked here."""

    def still_missing(self, peer: PeerKey, ssrc: int, sequences: Sequence[int]) -> list[int]: ...
    def take_arrivals(self, peer: PeerKey) -> list[tuple[int, float]]: ...
    def peer_stats(self, peer: PeerKey) -> PeerStats | None: ...


@dataclass(frozen=True)
class Losses:
    """What is to be asked for now, and the sources that only a key frame helps."""

    asked: list[Outgoing]
    given_up: list[SourceKey]


@dataclass
class _Arrivals:
    """One peer's: what is not reported yet, as (unwrapped number -> us)."""

    reported_at: float
    heard_at: float
    numbers: SequenceClock = field(default_factory=SequenceClock)
    builder: FeedbackBuilder = field(default_factory=lambda: FeedbackBuilder(OUR_SSRC))
    waiting: dict[int, int] = field(default_factory=dict)


class Uplinks:
    """All publishers of one relay."""

    def __init__(self, plane: Arrived, tallies: Tallies | None = None) -> None:
        self._plane = plane
        self._tallies = Tallies() if tallies is None else tallies
        self._schedules: dict[SourceKey, NackSchedule] = {}
        self._arrivals: dict[PeerKey, _Arrivals] = {}
        self._media_ssrcs: dict[PeerKey, int] = {}
        self.counters: Counter[str] = Counter()

    def missing(self, peer: PeerKey, ssrc: int, sequences: Sequence[int], now: float) -> None:
        """These numbers were skipped."""
        self.counters["missing_packets"] += len(sequences)
        self._schedules.setdefault((peer, ssrc), NackSchedule()).missing(sequences, now)

    def due(self, now: float, rtt_s: Callable[[PeerKey], float | None]) -> Losses:
        """Ask for what is still missing and due."""
        losses = Losses([], [])
        for (peer, ssrc), schedule in list(self._schedules.items()):
            del self._schedules[peer, ssrc]  # kept below: what fails once shall not do so for ever
            self._forget_arrived(peer, ssrc, schedule)
            asked = schedule.due(now, rtt_s(peer))
            if asked:
                self.counters["nacked_packets"] += len(asked)
                self._tallies.of(peer, ssrc).nacks += 1
                losses.asked.append(Outgoing(peer, bytes(rtcp.nack(OUR_SSRC, ssrc, asked))))
            if schedule.lost:
                self.counters["lost_packets"] += len(schedule.lost)
                losses.given_up.append((peer, ssrc))
            if schedule.next_due() is not None:
                self._schedules[peer, ssrc] = schedule
        return losses

    def next_due(self) -> float | None:
        """When `due` should be asked again."""
        times = (schedule.next_due() for schedule in self._schedules.values())
        return min((time for time in times if time is not None), default=None)

    def arrivals(self, peer: PeerKey, now: float) -> list[Outgoing]:
        """Transport-wide feedback for what has come, when enough has or it is time."""
        taken = self._plane.take_arrivals(peer)
        state = self._arrivals.get(peer)
        if state is None:
            if not taken:
                return []
            state = self._arrivals[peer] = _Arrivals(now - REPORT_EVERY_S, now)
        if taken and taken[0][1] - state.heard_at > OUTAGE_S:
            state.builder.skip()
        state.heard_at = taken[-1][1] if taken else state.heard_at
        unwrap = state.numbers.unwrap
        for number, at in taken:
            state.waiting.setdefault(unwrap(number), round(at * 1_000_000))
        early = len(state.waiting) >= EARLY_ARRIVALS
        if not state.waiting or not (early or now - state.reported_at >= REPORT_EVERY_S):
            return []
        packets = state.builder.build(self._media_ssrc(peer), sorted(state.waiting.items()))
        state.reported_at, state.waiting = now, {}
        self.counters["transport_feedback"] += len(packets)
        return [Outgoing(peer, data) for data in packets]

    def _media_ssrc(self, peer: PeerKey) -> int:
        """The report is about the transport, but Chromium ignores one that names no stream of its own."""
        if peer not in self._media_ssrcs:
            stats = self._plane.peer_stats(peer)
            if stats is None or not stats.sources:
                return NO_MEDIA_SSRC
            self._media_ssrcs[peer] = stats.sources[0].ssrc
        return self._media_ssrcs[peer]

    def forget(self, peer: PeerKey) -> None:
        """The publisher is gone."""
        self._arrivals.pop(peer, None)
        self._media_ssrcs.pop(peer, None)
        for key in [key for key in self._schedules if key[0] == peer]:
            del self._schedules[key]

    def _forget_arrived(self, peer: PeerKey, ssrc: int, schedule: NackSchedule) -> None:
        waited = schedule.numbers()
        missing = set(self._plane.still_missing(peer, ssrc, waited))
        for number in waited:
            if number not in missing:
                schedule.arrived(number)
