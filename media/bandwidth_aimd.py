"""The rate that follows from the delay: up step by step while the queue does not grow, down to what arrived
when it does (draft-ietf-rmcat-gcc-02, 5.5). Pure.

A relay rarely sends all it might: it forwards layers that exist. So a rate beyond what is sent is not proven,
and not disproven by a queue that what is sent did not make.
"""

import math
from dataclasses import dataclass

from media.bandwidth_model import Usage

BETA = 0.85
RISE_PER_S = 1.08
LIMITED = 0.7  # sending less than this share of the rate is not trying it
UNPROVEN, UNPROVEN_BPS = 1.5, 10_000  # how far beyond what arrives the rate may rise
RESPONSE_S = 0.1  # beside the round trip: feedback and what reacts to it take their time
MAX_STEP_S = 1.0
PACKET_BITS = 1200 * 8
MIN_STEP_BPS = 4000  # per s


@dataclass(frozen=True)
class Measured:
    """What is known of the traffic when the rate is decided; None: not yet."""

    sent_bps: int | None
    delivered_bps: int | None
    delivered_lately_bps: int | None


class Aimd:
    """Additive (or, far from any known limit, multiplicative) increase, multiplicative decrease."""

    def __init__(self, rate_bps: float, min_bps: float, max_bps: float) -> None:
        self.rate_bps = rate_bps
        self.fell_at = float("-inf")
        self._min, self._max = min_bps, max_bps
        self._capacity: float | None = None  # mean of what arrived while the queue grew
        self._spread = 0.4  # of the capacity; normalised variance, per kbit/s
        self._updated_at: float | None = None

    def update(self, usage: Usage, measured: Measured, rtt_s: float, now: float) -> None:
        """Once per feedback, at `now`."""
        since = 0.0 if self._updated_at is None else min(MAX_STEP_S, now - self._updated_at)
        self._updated_at = now
        if usage == "overuse":
            self._fall(measured, rtt_s, now)
        elif usage == "normal":
            self._rise(measured.delivered_bps, rtt_s, since)

    def measured(self, rate_bps: float) -> None:
        """A probe has shown what the line can do. One short look lowers the rate no further than a fall."""
        self.rate_bps = min(self._max, max(self._min, BETA * self.rate_bps, rate_bps))
        if self._capacity is not None and rate_bps > self._upper():
            self._capacity = None

    def restart(self, rate_bps: float) -> None:
        """Nothing is known any more; begin here."""
        self.rate_bps = min(self._max, max(self._min, rate_bps))
        self._capacity, self._updated_at = None, None

    def _fall(self, measured: Measured, rtt_s: float, now: float) -> None:
        delivered = measured.delivered_lately_bps or measured.delivered_bps
        if delivered is None or now - self.fell_at < RESPONSE_S + min(rtt_s, 0.2):
            return
        rate = BETA * delivered
        sent = measured.sent_bps
        if sent is not None and sent < LIMITED * self.rate_bps:
            rate = max(rate, self.rate_bps / 2)
        else:
            self._remember(delivered)
        self.fell_at = now
        self.rate_bps = max(self._min, min(self.rate_bps, rate))

    def _rise(self, delivered: float | None, rtt_s: float, since: float) -> None:
        if delivered is None:
            return
        if self._capacity is not None and delivered > self._upper():
            self._capacity = None
        if self._capacity is None or delivered < self._capacity - 3 * self._deviation():
            step = max(MIN_STEP_BPS * since, self.rate_bps * (RISE_PER_S**since - 1))
        else:
            step = max(MIN_STEP_BPS, PACKET_BITS / (rtt_s + RESPONSE_S)) * since
        allowed = max(self.rate_bps, UNPROVEN * delivered + UNPROVEN_BPS)
        self.rate_bps = min(self._max, allowed, self.rate_bps + step)

    def _remember(self, delivered: float) -> None:
        if self._capacity is None or delivered < self._capacity - 3 * self._deviation():
            self._capacity = float(delivered)
            return
        off = delivered - self._capacity
        self._capacity += 0.05 * off
        self._spread += 0.05 * (off * off / max(self._capacity, 1) / 1000 - self._spread)
        self._spread = min(2.5, max(0.4, self._spread))

    def _deviation(self) -> float:
        return math.sqrt(self._spread * 1000 * (self._capacity or 0))

    def _upper(self) -> float:
        return (self._capacity or 0) + 3 * self._deviation()
