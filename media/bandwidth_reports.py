"""The rate for subscribers that send no transport-wide feedback: by their REMB and receiver reports. Pure.

REMB is the receiver's own estimate (draft-alvestrand-rmcat-remb-03) and is believed, but not where it only
repeats how little was sent: receivers cannot estimate more than about half as much again as comes. Loss from
receiver reports (RFC 3550 6.4.1) lowers and raises as in draft-ietf-rmcat-gcc-02 (6). A picture that is left
out proves nothing about the line any more; so it is tried again, for a moment, seldom and then less often.
"""

from media.bandwidth_loss import FEW, MANY

RISE_PER_S = 1.08
DECIDE_S = 1.0  # the worst report of a second counts: there is one per stream
BOUNDED = 0.9  # of what is sent: an estimate from there on is no limit (one below is that of a full line)
UNPROVEN = 4.0  # times what is sent, and a rate may rise, or stay, unproven: as far as layers are apart
REMB_FRESH_S = 10.0  # without another it is forgotten
TRIAL_AFTER_S = (12.0, 24.0, 48.0)  # left out for so long: beyond what a fall is held for, then patient
TRIAL_S = 6.0  # a key frame, and the receiver's next estimates
TRIAL_MARGIN = 1.2  # what comes back may begin with more than it had
LASTED_S = 30.0  # as long without anything left out, and the next trial is a first one again


class ReportedRate:
    """What a subscriber's reports allow."""

    def __init__(self, start_bps: float, min_bps: float, max_bps: float) -> None:
        self.rate_bps = float(start_bps)
        self.loss = 0.0
        self._min, self._max = min_bps, max_bps
        self._least = min_bps  # more during a trial
        self._remb: tuple[float, float] | None = None  # bit/s, when
        self._worst = 0.0
        self._decided_at: float | None = None
        self._trial_ends: float | None = None
        self._trials = 0
        self._left_out_since: float | None = None
        self._whole_since: float | None = None

    def remb(self, bps: float, sent_bps: float | None, now: float, least_bps: float = 0) -> None:
        """The receiver estimates `bps`, of `sent_bps` that were sent: that is the rate, unless it is bounded
        by what was sent, or much is lost and it is higher. `least_bps`: what no picture is left out with."""
        if sent_bps is not None and bps >= BOUNDED * sent_bps:
            self._remb = None
            bps = max(bps, min(self.rate_bps, max(UNPROVEN * sent_bps, least_bps)))
        else:
            self._remb = (bps, now)
        if self.loss <= MANY or bps < self.rate_bps:
            self._set(bps)

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
            self._end_trial(now)
            self._set(self.rate_bps * (1 - self.loss / 2))
        elif self.loss < FEW:
            self._rise(min(since, 2.0), allocated_bps, now)

    def tick(self, left_out: bool, least_bps: float, now: float) -> None:
        """Some times a second: whether a picture is left out, and the rate with which none would be."""
        if self._trial_ends is not None:
            self._least = min(self._max, max(self._least, TRIAL_MARGIN * least_bps))
            if now >= self._trial_ends:
                self._end_trial(now)
        elif not left_out:
            self._left_out_since = None
            self._whole_since = now if self._whole_since is None else self._whole_since
            if now - self._whole_since >= LASTED_S:
                self._trials = 0
        else:
            self._whole_since = None
            self._left_out_since = now if self._left_out_since is None else self._left_out_since
            if now - self._left_out_since >= TRIAL_AFTER_S[min(self._trials, len(TRIAL_AFTER_S) - 1)]:
                self._trials, self._trial_ends = self._trials + 1, now + TRIAL_S
                self._least = min(self._max, TRIAL_MARGIN * least_bps)
        self._set(self.rate_bps)

    def _end_trial(self, now: float) -> None:
        """What the receiver has said meanwhile counts; if nothing, the line carries what was tried."""
        if self._trial_ends is None:
            return
        self._trial_ends = self._left_out_since = self._whole_since = None
        self._least = self._min
        remb = self.remb_bps(now)
        if remb is not None:
            self._set(min(self.rate_bps, remb))

    def _rise(self, since: float, allocated_bps: float | None, now: float) -> None:
        if self.remb_bps(now) is not None:
            return  # it has its own reasons to rise
        unproven = float("inf") if allocated_bps is None else UNPROVEN * allocated_bps
        self._set(max(self.rate_bps, min(unproven, self.rate_bps * RISE_PER_S**since)))

    def _set(self, bps: float) -> None:
        self.rate_bps = min(self._max, max(self._least, bps))
