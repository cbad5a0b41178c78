"""Trying whether more would get through: when, how fast, and what came of it. Pure.

A rate that is not sent proves nothing, and a relay cannot send half a layer. So for a moment padding makes up
what media does not (libwebrtc's probe clusters are the model): the rate at which it arrives is what the line
can do. After a success the next probe goes further at once; after a failure it is a smaller one, later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from media.bandwidth_model import PacketResult, Probe

FAR, NEAR = 2.0, 1.5  # times the rate: after success, after failure
WORTH_IT = 1.1  # less than this above the rate is left to it
MIN_DURATION_S, MIN_BITS = 0.1, 8 * 1200 * 8
FIRST_AFTER_S, AFTER_FALL_S = 0.5, 4.0
INTERVAL_S, MAX_INTERVAL_S, SLOWER = 4.0, 7.0, 1.5  # after failures
SLACK_S = 0.1  # the sender may begin a little later
PATIENCE_S = 1.0  # beside the round trip: then it never was sent, or is lost
MIN_PACKETS, MIN_SPAN_S = 5, 0.04  # to be judged
GOT_THROUGH = 0.85  # of the rate it was sent at
USABLE = 0.95  # of what arrived
SHORTEST_S = 0.001


@dataclass
class _Cluster:
    """What is sent while a probe lasts, media too. The first packet only opens the spans."""

    probe: Probe
    asked_at: float
    packets: int = 0
    first_sent: float = 0.0
    last_sent: float = 0.0
    first_arrived: float = 0.0
    last_arrived: float = 0.0
    sent_bytes: int = 0
    arrived_bytes: int = 0
    between: list[PacketResult] = field(default_factory=list)  # media since the last padding: part of it?

    def take(self, results: Sequence[PacketResult]) -> None:
        end = self.asked_at + self.probe.duration_s
        for result in results:
            if result.probe == self.probe.id or self.asked_at <= result.sent_at_s <= end:
                for media in self.between:
                    self._add(media)
                self.between.clear()
                self._add(result)
            elif result.sent_at_s > end:
                self.between.append(result)

    def _add(self, result: PacketResult) -> None:
        sent, arrived, size, _ = result
        self.last_sent = sent
        if not self.packets:
            if arrived is not None:
                self.packets, self.first_sent = 1, sent
                self.first_arrived = self.last_arrived = arrived
            return
        self.sent_bytes += size
        if arrived is not None:
            self.packets += 1
            self.arrived_bytes += size
            self.last_arrived = max(self.last_arrived, arrived)

    def is_over(self, last_sent: float) -> bool:
        """Whether feedback has come for packets sent after it."""
        return last_sent > self.asked_at + self.probe.duration_s + SLACK_S

    def rates_bps(self) -> tuple[float, float] | None:
        """At which it was sent and has arrived; None: too little of it to say."""
        sent_s, arrived_s = self.last_sent - self.first_sent, self.last_arrived - self.first_arrived
        if self.packets < MIN_PACKETS or sent_s < MIN_SPAN_S:
            return None
        return self.sent_bytes * 8 / sent_s, self.arrived_bytes * 8 / max(arrived_s, SHORTEST_S)


class Prober:
    """At most one probe is under way."""

    def __init__(self) -> None:
        self.probes = 0
        self._cluster: _Cluster | None = None
        self._next_at: float | None = None
        self._factor = FAR
        self._interval_s = INTERVAL_S

    def wanted(self, rate_bps: float, most_bps: float, rtt_s: float, now: float) -> Probe | None:
        """A probe to begin now, given the rate of today and the most there is a use for."""
        if self._cluster is not None and now - self._cluster.asked_at > PATIENCE_S + rtt_s:
            self._failed(now)
        if self._next_at is None:
            self.soon(now)
        early = self._next_at is None or now < self._next_at
        if self._cluster is not None or early or most_bps <= rate_bps * WORTH_IT:
            return None
        self.probes += 1
        bitrate = min(most_bps, rate_bps * self._factor)
        probe = Probe(self.probes, round(bitrate), max(MIN_DURATION_S, MIN_BITS / bitrate))
        self._cluster = _Cluster(probe, now)
        return probe

    def add(self, results: Sequence[PacketResult], now: float) -> float | None:
        """Look for the probe's packets. Gives what the line can do (bit/s), once that is known."""
        cluster = self._cluster
        if cluster is None:
            return None
        cluster.take(results)
        if not cluster.is_over(results[-1].sent_at_s):
            return None
        rates = cluster.rates_bps()
        if rates is None:
            self._failed(now)
            return None
        sent, arrived = rates
        if arrived < GOT_THROUGH * sent:
            self._failed(now)
            return USABLE * arrived
        self._cluster, self._next_at = None, now
        self._factor, self._interval_s = FAR, INTERVAL_S
        return min(sent, arrived)

    def fell(self, now: float) -> None:
        """The rate has been lowered: not now."""
        self._next_at = max(self._next_at or now, now + AFTER_FALL_S)

    def soon(self, now: float) -> None:
        """All is new: look for a moment whether the line carries what is sent, then try, and far."""
        self._cluster, self._next_at = None, now + FIRST_AFTER_S
        self._factor, self._interval_s = FAR, INTERVAL_S

    def _failed(self, now: float) -> None:
        self._cluster, self._next_at = None, now + self._interval_s
        self._interval_s = min(MAX_INTERVAL_S, self._interval_s * SLOWER)
        self._factor = NEAR
