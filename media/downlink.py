"""What the way to each subscriber can carry: turns its feedback into an estimate, and carries out probes.

Judging is media/bandwidth.py's, who gets what of it media/stage.py's. `now` in monotonic seconds is given.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from core.allowance import Allowance
from media import transport_cc
from media.bandwidth import DownlinkEstimator, PacketResult, Probe
from media.bandwidth_model import Load, packet_result
from media.plane import PeerKey
from media.reception import SequenceClock

START_BPS, MIN_BPS, MAX_BPS = 1_000_000, 30_000, 8_000_000
STATUSES_PER_S = 4096  # of one subscriber: three times what a workshop's viewer is sent
REMEMBERED_REPORTS = 2048  # a power of two; the plane knows no more of what it sent
SILENCE_BPS = 200_000
PROBE_STEP_S = 0.005
PROBE_PACKET_BYTES = 1200
LOST, ARRIVED = 1, 2


class Sent(Protocol):
    """The part of a plane that is asked here."""

    def sent(self, peer: PeerKey, base_sequence: int, count: int) -> list[tuple[float, int] | None]: ...
    def sent_bytes(self, peer: PeerKey) -> int: ...
    def send_padding(self, sink_peer: PeerKey, sink_ssrc: int, packets: int) -> int: ...


@dataclass
class _Running:
    """A probe that is being sent."""

    probe: Probe
    began_at: float
    bytes_before: int

    @property
    def ends_at(self) -> float:
        return self.began_at + self.probe.duration_s


@dataclass
class _Downlink:
    """One subscriber. `told`: by number, what was reported of it (LOST, ARRIVED), and in which cycle."""

    sinks: tuple[int, ...]
    sounds: frozenset[int] = frozenset()
    estimator: DownlinkEstimator = field(
        default_factory=lambda: DownlinkEstimator(START_BPS, MIN_BPS, MAX_BPS)
    )
    numbers: SequenceClock = field(default_factory=SequenceClock)
    told: "array[int]" = field(default_factory=lambda: array("q", bytes(8 * REMEMBERED_REPORTS)))
    statuses: Allowance = field(default_factory=lambda: Allowance(STATUSES_PER_S, STATUSES_PER_S))
    reported_to: int = 0  # the number after the newest reported; 0: none yet
    running: _Running | None = None
    probes: list[_Running] = field(default_factory=list)

    def probe_at(self, sent_at: float) -> int:
        """The id of the probe that was being sent then."""
        for run in self.probes:
            if run.began_at <= sent_at <= run.ends_at:
                return run.probe.id
        return 0

    def probed_since(self, sent_at: float) -> bool:
        """Whether a probe was being sent then or later."""
        return bool(self.probes) and self.probes[-1].ends_at >= sent_at


class Downlinks:
    """All subscribers of one relay."""

    def __init__(self, plane: Sent) -> None:
        self._plane = plane
        self._links: dict[PeerKey, _Downlink] = {}
        self.counters: Counter[str] = Counter()

    def open(self, peer: PeerKey, sinks: Sequence[int], sounds: Sequence[int] = ()) -> None:
        """A subscriber with these slots for video, and for sound."""
        self._links[peer] = _Downlink(tuple(sinks), frozenset(sounds))

    def forget(self, peer: PeerKey) -> None:
        """It is gone."""
        self._links.pop(peer, None)

    def target_bps(self, peer: PeerKey) -> int:
        """What may be sent to it, everything together.

        Silence alone pauses no video: it would stay away for a while after the network has come back.
        """
        link = self._links.get(peer)
        if link is None:
            return START_BPS
        target = link.estimator.target_bps
        if target >= SILENCE_BPS:  # asked often, and the state is put together anew each time
            return target
        return SILENCE_BPS if link.estimator.state.limit == "silence" else target

    def allocated(self, peer: PeerKey, load: Load, now: float) -> None:
        """What is sent to it at most, and what would be on an endless line."""
        link = self._links.get(peer)
        if link is not None:
            link.estimator.allocated(load, now)

    # What subscribers report.

    def transport_feedback(self, peer: PeerKey, fci: bytes, now: float) -> None:
        """Transport-wide feedback. What it claims is weighed before it is read: looking at it costs time."""
        link = self._links.get(peer)
        if link is not None and not link.statuses.take(transport_cc.claimed(fci), now):
            self.counters["transport_feedback_too_much"] += 1
            return
        report = transport_cc.parse(fci) if link is not None else None
        if link is None or report is None:
            self.counters["transport_feedback_malformed"] += report is None
            return
        first = link.numbers.unwrap(report.base_sequence)
        unreported = self._unreported_bytes(peer, link, first, now)
        link.reported_to = max(link.reported_to, first + report.count)
        link.estimator.feedback(self._results(peer, link, report, first), now, unreported)

    def _unreported_bytes(self, peer: PeerKey, link: _Downlink, first: int, now: float) -> int:
        """What was sent since the report before and is in none, since a report was lost."""
        gap = first - link.reported_to
        if not link.reported_to or not 0 < gap < REMEMBERED_REPORTS or not link.statuses.take(gap, now):
            return 0
        sent = self._plane.sent(peer, link.reported_to & 0xFFFF, gap)
        return sum(what[1] for what in sent if what is not None)

    def _results(
        self, peer: PeerKey, link: _Downlink, report: transport_cc.TransportFeedback, first: int
    ) -> list[PacketResult]:
        """What is new in it: the same again, or a loss after an arrival, is not."""
        sent = self._plane.sent(peer, report.base_sequence, report.count)
        link.numbers.unwrap(report.base_sequence + report.count - 1 & 0xFFFF)
        told, results = link.told, []
        oldest = next((what[0] for what in sent if what is not None), 0.0)
        probed = link.probed_since(oldest)
        for number, arrived_us, what in zip(count(first), report.times_us, sent, strict=False):
            at, code = (
                number & REMEMBERED_REPORTS - 1,
                number << 2 | (LOST if arrived_us is None else ARRIVED),
            )
            if what is None or told[at] >= code:
                continue
            told[at] = code
            sent_at, size = what
            arrived_at_s = None if arrived_us is None else arrived_us / 1_000_000
            probe = link.probe_at(sent_at) if probed else 0
            results.append(packet_result((sent_at, arrived_at_s, size, probe)))
        return results

    def remb(self, peer: PeerKey, bps: int, ssrcs: Sequence[int], now: float) -> None:
        """The subscriber's own estimate, made of what came on these SSRCs."""
        link = self._links.get(peer)
        if link is not None:
            link.estimator.remb(bps, now, of_sound=not link.sounds.isdisjoint(ssrcs))

    def receiver_report(self, peer: PeerKey, lost: float, rtt_s: float | None, now: float) -> None:
        """Loss (0..1) and round trip as its receiver reports say."""
        link = self._links.get(peer)
        if link is not None:
            link.estimator.receiver_report(lost, rtt_s, now)

    # The clock.

    def tick(self, peer: PeerKey, now: float) -> None:
        """Some times a second for each. While probes run, `probe` is due every PROBE_STEP_S."""
        link = self._links.get(peer)
        if link is None:
            return
        link.estimator.tick(now)
        if link.running is None and link.sinks:
            probe = link.estimator.probe(now)
            if probe is not None:
                link.running = _Running(probe, now, self._plane.sent_bytes(peer))
                link.probes = [*link.probes[-3:], link.running]
                self.counters["probes"] += 1

    @property
    def is_probing(self) -> bool:
        """Whether a probe runs."""
        return any(link.running is not None for link in self._links.values())

    def probe(self, now: float) -> None:
        """Send what is missing of the probes that run."""
        for peer, link in self._links.items():
            run = link.running
            if run is not None:
                if now >= run.ends_at:
                    link.running = None
                self._probe(peer, link, run, now)

    def _probe(self, peer: PeerKey, link: _Downlink, run: _Running, now: float) -> None:
        elapsed_s = min(now - run.began_at, run.probe.duration_s)
        wanted = run.probe.bitrate_bps * elapsed_s / 8 - (self._plane.sent_bytes(peer) - run.bytes_before)
        packets = int(wanted // PROBE_PACKET_BYTES) + 1
        for sink in link.sinks if packets > 0 else ():
            if self._plane.send_padding(peer, sink, packets):
                break
