"""How much a subscriber can receive: one estimator each, pure, on a clock that is handed in.

With transport-wide feedback: the delay's trend leads (bandwidth_delay, bandwidth_aimd), loss limits
(bandwidth_loss), probes climb (bandwidth_probe), silence lowers. Without: REMB and receiver reports
(bandwidth_reports). Which layer follows from the target is media/allocation.py's, sending is the plane's.
"""

import math
from collections.abc import Sequence
from typing import Literal

from media.bandwidth_aimd import Aimd, Measured
from media.bandwidth_delay import DelayDetector
from media.bandwidth_loss import FEW, LossLimit
from media.bandwidth_model import EstimatorState, Load, PacketResult, Probe
from media.bandwidth_probe import Prober
from media.bandwidth_reports import ReportedRate
from media.bandwidth_throughput import SHORT_S, Throughput

__all__ = ["DownlinkEstimator", "EstimatorState", "Load", "PacketResult", "Probe"]

UNKNOWN_RTT_S = 0.1
SILENCE_S, SPARSE_SILENCE_S, SPARSE_BPS = 1.0, 2.0, 100_000  # where only sound is sent, it may pause
SILENCE_STEP_S, SILENCE_FACTOR, SILENCE_LOST = 0.5, 0.7, 5  # fewer packets lost: a pause
AFTER_SILENCE = 0.5  # of the rate before: half is what a worse network may carry, and a probe follows
DRAIN_S, DRAIN_FREE_S, DRAIN_MOST = 1.5, 0.05, 0.5
FIRST_SPAN_S = 0.005  # before the first packet ever
OUTAGE_S = 0.15  # lost in one run for so long: the way was gone, which is no congestion
SHORT_QUEUE_S = 0.05  # longer, and a probe would only make it longer


class DownlinkEstimator:
    """One subscriber's downlink. Rates in bit/s, `now` in monotonic s."""

    def __init__(self, start_bps: int, min_bps: int, max_bps: int) -> None:
        self._min, self._max = min_bps, max_bps
        self._delay = DelayDetector()
        self._aimd = Aimd(start_bps, min_bps, max_bps)
        self._loss = LossLimit(min_bps)
        self._prober = Prober()
        self._reports = ReportedRate(start_bps, min_bps, max_bps)
        self._sent, self._delivered = Throughput(), Throughput()
        self._rtt_s: float | None = None
        self._load: Load | None = None
        self._feedback_at: float | None = None
        self._silent_since: float | None = None
        self._silence_steps = 0
        self._before_silence = 0.0
        self._drain_until = self._drain_least = float("-inf")
        self._last_sent: float | None = None
        self._limit: Literal["delay", "loss", "remb", "silence"] = "remb"
        self._target = start_bps

    @property
    def target_bps(self) -> int:
        """What may be sent to this subscriber, everything together."""
        return self._target

    @property
    def _sends(self) -> int:
        return self._load.allocated_bps if self._load else 0

    @property
    def state(self) -> EstimatorState:
        """For statistics."""
        with_feedback = self._feedback_at is not None
        return EstimatorState(
            target_bps=self._target,
            limit=self._limit,
            usage=self._delay.usage,
            queue_s=max(0.0, self._delay.queue_s),
            delivered_bps=self._delivered.bps(),
            loss=self._loss.loss if with_feedback else self._reports.loss,
            rtt_s=self._rtt_s,
            probes=self._prober.probes,
        )

    def feedback(self, results: Sequence[PacketResult], now: float, unreported_bytes: int = 0) -> None:
        """Transport-wide feedback has come: packets in the order of sending, each once; in front those that
        counted as lost and have arrived after all. `unreported_bytes` were sent since the feedback before and
        are in none, since a feedback packet was lost."""
        if not results:
            return
        if self._silent_since is not None:
            self._heard_again(results, now)
            return
        self._feedback_at = now
        arrived = [result for result in results if result.arrived_at_s is not None]
        if arrived:
            self._rtt_s = self._smoothed_rtt(now - arrived[-1].sent_at_s)
        self._count(results, arrived, unreported_bytes)
        self._delay.add(arrived)
        self._follow_delay(now)
        line_bps = self._prober.add(results, now)
        if line_bps is not None:
            self._aimd.measured(line_bps)
            self._loss.proven(line_bps)
            self._drain(now)
        self._loss.update(self._aimd.rate_bps, self._rtt_s or UNKNOWN_RTT_S, now)
        self._settle(now)

    def remb(self, bps: int, now: float, *, of_sound: bool = True) -> None:
        """The subscriber's own estimate; with transport-wide feedback only a ceiling. `of_sound`: of sound,
        too; some look at the picture alone."""
        load = self._load
        sent = load.allocated_bps - (0 if of_sound else load.sound_bps) if load is not None else None
        self._reports.remb(bps, sent, now, load.least_bps if load is not None else 0)
        self._settle(now)

    def receiver_report(self, fraction_lost: float, rtt_s: float | None, now: float) -> None:
        """A receiver report: loss (0..1) is used where there is no transport-wide feedback."""
        if rtt_s is not None:
            self._rtt_s = self._smoothed_rtt(rtt_s)
        if self._feedback_at is None:
            allocated = self._load.allocated_bps if self._load else None
            self._reports.loss_reported(fraction_lost, allocated, now)
            self._settle(now)

    def allocated(self, load: Load, now: float) -> None:
        """What is being sent at most, 0 for nothing; and what would be sent if the line were endless, so that
        no probe looks for more than there is a use for."""
        if not self._sends and load.allocated_bps and self._feedback_at is not None:
            self._feedback_at = now  # nothing was to be reported before
        self._load = load

    def probe(self, now: float) -> Probe | None:
        """A probe to begin now, when climbing is worth a try."""
        calm = self._delay.usage == "normal" and self._delay.queue_s < SHORT_QUEUE_S
        lossy = self._limit == "loss" and self._loss.loss > FEW
        if self._feedback_at is None or self._silent_since is not None or lossy or not calm:
            return None
        wanted = self._load.wanted_bps if self._load else None
        most = self._max if wanted is None else min(self._max, 1.2 * wanted)
        rate = min(self._aimd.rate_bps, self._loss.limit_bps or self._max)
        return self._prober.wanted(rate, most, self._rtt_s or UNKNOWN_RTT_S, now)

    def tick(self, now: float) -> None:
        """Some times a second: feedback that stops coming lowers the target."""
        if self._feedback_at is None:
            if self._load is not None:
                self._reports.tick(self._load.left_out, self._load.least_bps, now)
            self._settle(now)
            return
        if not self._sends:
            return
        silence_s = SILENCE_S if self._sends > SPARSE_BPS else SPARSE_SILENCE_S
        steps = math.floor((now - self._feedback_at - silence_s) / SILENCE_STEP_S) + 1
        if steps <= self._silence_steps:
            return
        if self._silent_since is None:
            self._silent_since, self._before_silence = now, self._aimd.rate_bps
        self._silence_steps = steps
        self._aimd.restart(self._aimd.rate_bps * SILENCE_FACTOR)
        self._settle(now)

    def _heard_again(self, results: Sequence[PacketResult], now: float) -> None:
        """What was lost in the silence says nothing of the line; if hardly anything was, little was sent."""
        self._feedback_at, self._silent_since, self._silence_steps = now, None, 0
        self._begin_anew()
        self._delay.add(results)
        arrived = [result.sent_at_s for result in results if result.arrived_at_s is not None]
        self._rtt_s = now - arrived[-1] if arrived else self._rtt_s  # all that waited in queues is in it
        self._loss.forget()
        self._last_sent = None
        keep = AFTER_SILENCE if len(results) - len(arrived) >= SILENCE_LOST else 1.0
        self._aimd.restart(max(self._aimd.rate_bps, keep * self._before_silence))
        self._drain(now)
        self._prober.soon(now)
        self._settle(now)

    def _begin_anew(self) -> None:
        """The way was gone for a moment: neither a trend nor a rate goes on across that."""
        self._delay.pause()
        self._sent, self._delivered = Throughput(), Throughput()

    def _count(
        self, results: Sequence[PacketResult], arrived: Sequence[PacketResult], unreported_bytes: int
    ) -> None:
        size = sum([result.size_bytes for result in results])
        size_arrived = sum([result.size_bytes for result in arrived]) if len(arrived) < len(results) else size
        last_sent = results[-1].sent_at_s
        before = results[0].sent_at_s - FIRST_SPAN_S if self._last_sent is None else self._last_sent
        self._last_sent = max(before, last_sent)
        self._sent.add((last_sent,), size + unreported_bytes)
        self._delivered.add([result[1] or 0.0 for result in arrived], size_arrived + unreported_bytes)
        late = next((n for n, result in enumerate(results) if result.sent_at_s > before), len(results))
        lost = len(results) - len(arrived) - late  # the late ones counted as lost before
        if results[0].arrived_at_s is None and (not arrived or arrived[0].sent_at_s - before > OUTAGE_S):
            lost = 0
            self._begin_anew()
        self._loss.add(len(results) - late, lost, size, max(0.0, last_sent - before))

    def _follow_delay(self, now: float) -> None:
        usage, fell_at = self._delay.usage, self._aimd.fell_at
        if usage == "normal" and self._drained(now) < self._aimd.rate_bps:
            usage = "underuse"  # no rise while a queue is being emptied
        measured = Measured(self._sent.bps(), self._delivered.bps(), self._delivered.bps(SHORT_S))
        self._aimd.update(usage, measured, self._rtt_s or UNKNOWN_RTT_S, now)
        if self._aimd.fell_at != fell_at:
            self._prober.fell(now)
            self._drain(now)

    def _smoothed_rtt(self, rtt_s: float) -> float:
        return rtt_s if self._rtt_s is None else self._rtt_s + (rtt_s - self._rtt_s) / 8

    def _settle(self, now: float) -> None:
        """The least of what each part allows."""
        if self._feedback_at is None:
            self._limit, rate = "remb", self._reports.rate_bps
        else:
            self._limit, rate = "delay", self._drained(now)
            remb = self._reports.remb_bps(now)
            if self._silent_since is not None:
                self._limit = "silence"
            if self._loss.limit_bps is not None and self._loss.limit_bps < rate:
                self._limit, rate = "loss", self._loss.limit_bps
            if remb is not None and remb < rate:
                self._limit, rate = "remb", remb
        self._target = int(min(self._max, max(self._min, rate)))

    def _drain(self, now: float) -> None:
        self._drain_until, self._drain_least = now + DRAIN_S + (self._rtt_s or UNKNOWN_RTT_S), float("inf")

    def _drained(self, now: float) -> float:
        """Below the rate for a moment while a queue is there, longer as long as that helps."""
        queue_s = self._delay.queue_s - DRAIN_FREE_S
        if now >= self._drain_until or queue_s <= 0:
            return self._aimd.rate_bps
        if queue_s < 0.9 * self._drain_least:
            self._drain_until, self._drain_least = max(self._drain_until, now + DRAIN_S), queue_s
        return self._aimd.rate_bps * (1 - min(DRAIN_MOST, queue_s))
