"""What loss says of the rate: nothing when it is the radio's, much when a short queue overflows. Pure.

Loss above a tenth lowers the rate by half of it, as in draft-ietf-rmcat-gcc-02 (6), and little loss lifts
that limit again. Before, two explanations are weighed: packets are lost at random, whatever the rate, or the
line passes so much and drops the rest. What was sent and lost of late decides which is likelier, where rates
differed enough to tell; else much loss lowers the rate and some does not.
"""

import math
from collections import deque
from dataclasses import dataclass

MANY, FEW = 0.10, 0.02
RISE_PER_S = 1.08
MIN_PACKETS, MIN_SPAN_S = 20, 0.25  # one observation
DECIDE_S, DECIDE_PACKETS = 1.0, 50
REMEMBERED_S = 6.0
LIKELIER = 2.0  # e^2: seven to one
MAX_RANDOM = 0.35  # beyond that a call is better small
LIFTED = 2.0  # a limit so far above the rate is none


@dataclass
class _Observation:
    at: float
    sent: int = 0
    lost: int = 0
    size_bytes: int = 0
    span_s: float = 0.0

    @property
    def bps(self) -> float:
        return max(1.0, self.size_bytes * 8 / self.span_s)


class LossLimit:
    """The most that loss allows; None: no limit."""

    def __init__(self, min_bps: float) -> None:
        self.limit_bps: float | None = None
        self.loss = 0.0  # of about the last second
        self._min = min_bps
        self._current = _Observation(0.0)
        self._seen: deque[_Observation] = deque()
        self._decided_at: float | None = None
        self._fell_at = float("-inf")

    def add(self, sent: int, lost: int, size_bytes: int, span_s: float) -> None:
        """Count one feedback: packets, how many of them were lost, their bytes, the s they were sent in."""
        now = self._current
        now.sent += sent
        now.lost += lost
        now.size_bytes += size_bytes
        now.span_s += span_s

    def update(self, rate_bps: float, rtt_s: float, now: float) -> None:
        """Decide, given what is being sent at most without this limit."""
        current = self._current
        if current.sent < MIN_PACKETS or current.span_s < MIN_SPAN_S:
            return
        current.at = now
        self._seen.append(current)
        self._current = _Observation(now)
        while self._seen[0].at < now - REMEMBERED_S:
            self._seen.popleft()
        lately = self._lately(now)
        self.loss = max(0.0, sum(o.lost for o in lately) / sum(o.sent for o in lately))
        since = 0.0 if self._decided_at is None else min(1.0, now - self._decided_at)
        self._decided_at = now
        self._decide(rate_bps, rtt_s, since, now)

    def proven(self, rate_bps: float) -> None:
        """A probe got through at this rate."""
        if self.limit_bps is not None:
            self.limit_bps = max(self.limit_bps, rate_bps)

    def forget(self) -> None:
        """What was sent of late is no measure: the way was silent."""
        self._current = _Observation(0.0)
        self._seen.clear()
        self.loss = 0.0

    def _lately(self, now: float) -> list[_Observation]:
        found: list[_Observation] = []
        packets = 0
        for observation in reversed(self._seen):
            if now - observation.at >= DECIDE_S and packets >= DECIDE_PACKETS:
                break
            found.append(observation)
            packets += observation.sent
        return found

    def _decide(self, rate_bps: float, rtt_s: float, since: float, now: float) -> None:
        random, capacity_bps = self._explained()
        certain = random < -LIKELIER
        if self.loss > MANY:
            harmful = not (random > LIKELIER and self.loss < MAX_RANDOM)
        else:
            harmful = self.loss > FEW and certain
        if harmful:
            if now - self._fell_at > DECIDE_S / 2 + rtt_s:
                rate = rate_bps if self.limit_bps is None else min(self.limit_bps, rate_bps)
                rate *= 1 - self.loss / 2
                self.limit_bps = max(self._min, min(capacity_bps, rate) if certain else rate)
                self._fell_at = now
        elif self.limit_bps is not None:
            self.limit_bps *= RISE_PER_S**since
            if self.limit_bps > LIFTED * rate_bps:
                self.limit_bps = None

    def _explained(self) -> tuple[float, float]:
        """How much likelier loss at random is than one capacity (logarithm), and that capacity in bit/s."""
        passed = sorted(o.bps * (1 - o.lost / o.sent) for o in self._seen if o.lost > FEW * o.sent)
        if not passed:
            return 0.0, float("inf")
        capacity = passed[len(passed) // 2]
        share = sum(o.lost for o in self._seen) / sum(o.sent for o in self._seen)
        evidence = sum(_likelihood(o, share) - _likelihood(o, 1 - capacity / o.bps) for o in self._seen)
        return evidence, capacity


def _likelihood(observation: _Observation, share: float) -> float:
    """Of the packets lost and passed, when `share` of all are lost (logarithm, but for a constant)."""
    share = min(0.995, max(0.005, share))
    passed = observation.sent - observation.lost
    return observation.lost * math.log(share) + passed * math.log(1 - share)
