"""The rate for subscribers that send no transport-wide feedback: by their REMB and receiver reports. Pure.

REMB is the receiver's own estimate (draft-alvestrand-rmcat-remb-03) and is believed; loss from receiver
reports (RFC 3550 6.4.1) lowers and raises as in draft-ietf-rmcat-gcc-02 (6).
"""

from media.bandwidth_loss import FEW, MANY

RISE_PER_S = 1.08
DECIDE_S = 1.0  # the worst report of a second counts: there is one per stream
UNPROVEN = 2.0  # how far beyond what is sent the rate may rise without a REMB
REMB_FRESH_S = 10.0  # without another it is forgotten


class ReportedRate:
    """What a subscriber's reports allow."""

    def __init__(self, start_bps: float, min_bps: float, max_bps: float) -> None:
        self.rate_bps = float(start_bps)
        self.loss = 0.0
        self._min, self._max = min_bps, max_bps
        self._remb: tuple[float, float] | None = None  # bit/s, when
        self._worst = 0.0
        self._decided_at: float | None = None

    def remb(self, bps: float, now: float) -> None:
        """The receiver estimates `bps`: that is the rate, unless much is lost and it is higher."""
        self._remb = (bps, now)
        if self.loss <= MANY or bps < self.rate_bps:
            self.rate_bps = min(self._max, max(self._min, bps))

    def remb_bps(self, now: float) -> float | None:
        """The estimate in force."""
        return self._remb[0] if self._remb is not None and now - self._remb[1] <= REMB_FRESH_S else None

    def loss_reported(self, fraction: float, allocated_bps: float | None, now: float) -> None:
        """A receiver report said that `fraction` (0..1) was lost while `allocated_bps` were sent."""
        self._worst = max(self._worst, fraction)
        since = DECIDE_S if self._decided_at is None else now - self._decided_at
        if since < DECIDE_S:
            return
        self._decided_at, self.loss, self._worst = now, self._worst, 0.0
        if self.loss > MANY:
            self.rate_bps *= 1 - self.loss / 2
        elif self.loss < FEW:
            self._rise(min(since, 2.0), allocated_bps, now)
        self.rate_bps = min(self._max, max(self._min, self.rate_bps))

    def _rise(self, since: float, allocated_bps: float | None, now: float) -> None:
        if self.remb_bps(now) is not None:
            return  # it has its own reasons to rise
        unproven = float("inf") if allocated_bps is None else UNPROVEN * allocated_bps
        self.rate_bps = max(self.rate_bps, min(unproven, self.rate_bps * RISE_PER_S**since))
