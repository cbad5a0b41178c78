"""A link in numbers: what a bandwidth estimator meets, on a clock of its own. Deterministic; no sockets.

A sender follows the estimator's target, a bottleneck with a queue delays and drops, a receiver reports every
50 ms. Time is in simulated seconds; a minute of a 1 Mbit/s stream takes a quarter of a second. Impairment of
real sockets is not here.
"""

import heapq
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Protocol

from media.bandwidth_model import Load, PacketResult, Probe
from tests.media.traffic import AUDIO_BYTES, Traffic

MBPS, KBPS = 1_000_000, 1_000
PACKET_BYTES = 1200
TICK_S, SAMPLE_S, PADDING_INTERVAL_S = 0.1, 0.1, 0.005
PACING = 2.5  # publishers send a frame this much faster than their rate


class Estimator(Protocol):
    """What is simulated against."""

    @property
    def target_bps(self) -> int: ...
    def feedback(self, results: list[PacketResult], now: float, unreported_bytes: int = 0) -> None: ...
    def allocated(self, load: Load, now: float) -> None: ...
    def probe(self, now: float) -> Probe | None: ...
    def tick(self, now: float) -> None: ...


@dataclass(frozen=True)
class Cross:
    """Other people's traffic through the same bottleneck: constant, while it lasts."""

    bps: float
    start_s: float = 0.0
    end_s: float = float("inf")
    packet_bytes: int = AUDIO_BYTES


@dataclass(frozen=True)
class Link:
    """One way to the subscriber. `capacity`: (from when in s, bit/s), the first from 0."""

    capacity: tuple[tuple[float, float], ...]
    queue_bytes: int | None = None  # None: endless
    propagation_s: float = 0.05
    return_s: float = 0.05
    loss: float = 0.0
    loss_span: tuple[float, float] = (0.0, float("inf"))
    jitter_s: float = 0.0  # added to each packet, order kept
    bunched_s: float = 0.0  # a radio hands packets over in bunches, so often
    feedback_interval_s: float = 0.05
    reordered: float = 0.0  # share of packets that come `late_s` later than their turn
    late_s: float = 0.03
    silent: tuple[tuple[float, float], ...] = ()  # nothing passes, neither way
    feedback_loss: float = 0.0
    clock_offset_s: float = 0.0
    clock_drift: float = 0.0  # 1e-4: the receiver's clock gains 0.1 ms in a second
    cross: tuple[Cross, ...] = ()
    seed: int = 1

    def capacity_bps(self, at: float) -> float:
        return next(bps for start, bps in reversed(self.capacity) if start <= at)

    def is_silent(self, at: float) -> bool:
        return any(start <= at < end for start, end in self.silent)


class Bottleneck:
    """A drop-tail queue in front of a line whose rate changes."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._free_at = 0.0
        self._queued: deque[tuple[float, int]] = deque()
        self._queued_bytes = 0

    def leaves_at(self, now: float, size_bytes: int) -> float | None:
        """When a packet that comes `now` has been sent on; None: the queue is full."""
        while self._queued and self._queued[0][0] <= now:
            self._queued_bytes -= self._queued.popleft()[1]
        limit = self._link.queue_bytes
        if limit is not None and self._queued_bytes + size_bytes > max(limit, PACKET_BYTES):
            return None
        self._free_at = self._after(max(now, self._free_at), size_bytes * 8)
        self._queued.append((self._free_at, size_bytes))
        self._queued_bytes += size_bytes
        return self._free_at

    def _after(self, start: float, bits: float) -> float:
        ends = [begin for begin, _ in self._link.capacity[1:]] + [float("inf")]
        for (_, bps), end in zip(self._link.capacity, ends, strict=True):
            if start >= end:
                continue
            if start + bits / bps <= end:
                return start + bits / bps
            bits -= (end - start) * bps
            start = end
        raise AssertionError("the last capacity lasts for ever")


@dataclass(frozen=True)
class Sample:
    """A tenth of a second."""

    at: float
    target_bps: int
    capacity_bps: float
    received_bps: float
    queue_s: float  # the longest wait of a packet sent in it


@dataclass
class Trace:
    """What happened."""

    samples: list[Sample] = field(default_factory=list)
    probes: list[tuple[float, Probe]] = field(default_factory=list)
    sent_packets: int = 0
    dropped_packets: int = 0

    def during(self, start: float, end: float) -> list[Sample]:
        return [sample for sample in self.samples if start <= sample.at < end]

    def utilisation(self, start: float, end: float) -> float:
        """Share of the line that carried our packets."""
        span = self.during(start, end)
        return sum(s.received_bps for s in span) / sum(s.capacity_bps for s in span)

    def target_bps(self, start: float, end: float) -> float:
        span = self.during(start, end)
        return sum(s.target_bps for s in span) / len(span)

    def lowest_bps(self, start: float, end: float) -> int:
        return min(s.target_bps for s in self.during(start, end))

    def highest_bps(self, start: float, end: float) -> int:
        return max(s.target_bps for s in self.during(start, end))

    def queue_s(self, start: float, end: float, share: float = 0.95) -> float:
        """The wait that `share` of the tenths of a second kept within."""
        waits = sorted(s.queue_s for s in self.during(start, end))
        return waits[min(len(waits) - 1, int(len(waits) * share))]

    def reached_at(self, bps: float, start: float) -> float:
        """Seconds after `start` until the target was at least `bps`; inf: never."""
        return next(
            (s.at - start for s in self.samples if s.at >= start and s.target_bps >= bps), float("inf")
        )


@dataclass
class _Padding:
    probe: Probe
    ends_at: float
    left_bytes: float

    def is_behind(self, now: float, packet_bytes: int) -> bool:
        later = max(0.0, self.ends_at - now - PADDING_INTERVAL_S) * self.probe.bitrate_bps / 8
        return self.left_bytes - later >= packet_bytes / 2


class Simulation:
    """One run: a heap of things to happen."""

    def __init__(self, estimator: Estimator, link: Link, traffic: Traffic) -> None:
        self._estimator, self._link, self._traffic = estimator, link, traffic
        self._random = random.Random(link.seed)
        self._bottleneck = Bottleneck(link)
        self._events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._order = count()
        self._sent: list[PacketResult] = []
        self._arriving: list[tuple[float, int]] = []
        self._last_arrival = 0.0
        self._next_reported = self._unreported_bytes = 0
        self._padding: _Padding | None = None
        self._received_bits = self._longest_wait = 0.0
        self._trace = Trace()

    def run(self, until: float) -> Trace:
        self._at(0.0, self._tick)
        self._at(SAMPLE_S, self._sample)
        self._at(self._link.feedback_interval_s, self._report)
        if self._traffic.video is not None:
            self._at(0.0, self._frame)
        if self._traffic.audio_interval_s is not None:
            self._at(0.0, self._audio)
        for cross in self._link.cross:
            self._at(cross.start_s, self._crossing, cross)
        while self._events and self._events[0][0] < until:
            at, _, act, arguments = heapq.heappop(self._events)
            act(at, *arguments)
        return self._trace

    def _at(self, when: float, act: Callable[..., None], *arguments: Any) -> None:
        heapq.heappush(self._events, (when, next(self._order), act, arguments))

    # The sender.

    def _tick(self, now: float) -> None:
        self._estimator.tick(now)
        probe = self._estimator.probe(now) if self._traffic.probing else None
        if probe is not None:
            self._trace.probes.append((now, probe))
            self._padding = _Padding(probe, now + probe.duration_s, probe.bitrate_bps * probe.duration_s / 8)
            self._pad(now)
        self._at(now + TICK_S, self._tick)

    def _frame(self, now: float) -> None:
        assert self._traffic.video is not None
        rate = self._traffic.video(self._estimator.target_bps, now)
        audio = (
            0 if self._traffic.audio_interval_s is None else AUDIO_BYTES * 8 / self._traffic.audio_interval_s
        )
        self._estimator.allocated(Load(int(rate + audio), self._traffic.wanted_bps), now)
        size = int(rate / 8 / self._traffic.fps * self._random.uniform(0.7, 1.3))
        at = now
        while size > 0:
            part = min(size, PACKET_BYTES)
            self._at(at, self._send, max(part, 60), 0)
            at += part * 8 / (PACING * rate)
            size -= part
        self._at(now + 1 / self._traffic.fps, self._frame)

    def _allocate(self, video_bps: float, now: float) -> None:
        interval_s = self._traffic.audio_interval_s
        audio_bps = 0 if interval_s is None else AUDIO_BYTES * 8 / interval_s
        self._estimator.allocated(Load(int(video_bps + audio_bps), self._traffic.wanted_bps), now)

    def _audio(self, now: float) -> None:
        assert self._traffic.audio_interval_s is not None
        if self._traffic.video is None:
            self._allocate(0, now)
        self._send(now, AUDIO_BYTES, 0)
        self._at(now + self._traffic.audio_interval_s, self._audio)

    def _pad(self, now: float) -> None:
        """Padding every 5 ms, so that with the media the probe's rate is met."""
        padding = self._padding
        if padding is None:
            return
        while padding.is_behind(now, self._traffic.padding_bytes):
            self._send(now, self._traffic.padding_bytes, padding.probe.id)
        if now < padding.ends_at:
            self._at(now + PADDING_INTERVAL_S, self._pad)
        else:
            self._padding = None

    def _send(self, now: float, size: int, probe: int) -> None:
        if self._padding is not None:
            self._padding.left_bytes -= size
        number = len(self._sent)
        self._sent.append(PacketResult(now, None, size, probe))
        self._trace.sent_packets += 1
        left = self._bottleneck.leaves_at(now, size)
        if left is None or self._is_lost(now):
            self._trace.dropped_packets += left is None
            return
        self._longest_wait = max(self._longest_wait, left - now - size * 8 / self._link.capacity_bps(now))
        self._last_arrival = arrival = max(
            self._last_arrival, left + self._link.propagation_s + self._random.uniform(0, self._link.jitter_s)
        )
        if self._link.bunched_s:
            arrival += self._link.bunched_s - arrival % self._link.bunched_s
        if self._link.reordered and self._random.random() < self._link.reordered:
            arrival += self._link.late_s
        heapq.heappush(self._arriving, (arrival, number))

    def _is_lost(self, now: float) -> bool:
        start, end = self._link.loss_span
        random_loss = self._link.loss > 0 and self._random.random() < self._link.loss
        return self._link.is_silent(now) or (random_loss and start <= now < end)

    def _crossing(self, now: float, cross: Cross) -> None:
        if now < cross.end_s:
            self._bottleneck.leaves_at(now, cross.packet_bytes)
            self._at(now + cross.packet_bytes * 8 / cross.bps, self._crossing, cross)

    # The receiver.

    def _report(self, now: float) -> None:
        self._at(now + self._link.feedback_interval_s, self._report)
        found: dict[int, PacketResult] = {}
        while self._arriving and self._arriving[0][0] <= now:
            at, number = heapq.heappop(self._arriving)
            clock = at * (1 + self._link.clock_drift) + self._link.clock_offset_s
            clock -= clock % 0.00025
            found[number] = self._sent[number]._replace(arrived_at_s=clock)
            self._received_bits += found[number].size_bytes * 8
        if not found:
            return
        late = [found[number] for number in sorted(found) if number < self._next_reported]
        highest = max(max(found) + 1, self._next_reported)
        fresh = [found.get(n) or self._sent[n] for n in range(self._next_reported, highest)]
        self._next_reported = highest
        lost = self._link.feedback_loss and self._random.random() < self._link.feedback_loss
        if lost or self._link.is_silent(now):
            self._unreported_bytes += sum(packet.size_bytes for packet in found.values())
            return
        self._at(now + self._link.return_s, self._deliver, late + fresh, self._unreported_bytes)
        self._unreported_bytes = 0

    def _deliver(self, now: float, results: list[PacketResult], unreported_bytes: int) -> None:
        self._estimator.feedback(results, now, unreported_bytes)

    def _sample(self, now: float) -> None:
        sample = Sample(
            now,
            self._estimator.target_bps,
            self._link.capacity_bps(now),
            self._received_bits / SAMPLE_S,
            self._longest_wait,
        )
        self._trace.samples.append(sample)
        self._received_bits = self._longest_wait = 0.0
        self._at(now + SAMPLE_S, self._sample)


def simulate(estimator: Estimator, link: Link, traffic: Traffic, until: float, **changes: Any) -> Trace:
    """Run it; `changes` are fields of the link."""
    return Simulation(estimator, replace(link, **changes), traffic).run(until)
