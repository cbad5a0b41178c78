"""Is a queue growing on the way to a receiver? From send and arrival times of packets. Pure.

The delay gradient of Google congestion control (draft-ietf-rmcat-gcc-02, 5.2-5.4), with a least-squares trend
in place of the Kalman filter (Carlucci et al., "Congestion Control for Web Real-Time Communication", 2017):
packets sent in one burst are a group; delay variations between groups add up; the slope of that sum against
time tells a growing queue from jitter, against a threshold that adapts. The slope is weighted exponentially:
a group costs a dozen multiplications and no memory. The queue's length is the shortest delay of this moment
against the shortest of late. What follows for the rate is media/bandwidth_aimd.py's.
"""

from collections.abc import Sequence

from media.bandwidth_model import PacketResult, Usage

BURST_S = 0.005  # sent or arriving within: one group
LONGEST_BURST_S = 0.1
MEMORY_GROUPS, MEMORY_S = 12, 0.6  # what the slope looks back at, whichever is longer in groups of this link
MIN_WEIGHT = 4.0  # fewer groups than that say nothing: a packet or two a second have no trend
GAIN, MAX_GROUPS = 4.0, 60  # the trend's scale, as in the threshold's figures
THRESHOLD, MIN_THRESHOLD, MAX_THRESHOLD = 12.5, 6.0, 600.0
THRESHOLD_UP, THRESHOLD_DOWN = 10.0, 0.5  # per s: slow down, or a download beside us would starve us
SPIKE = 15.0  # this far beyond the threshold does not move it
OVERUSE_S = 0.01  # a trend must last so long
CLOCK_JUMP_S = 3.0  # the receiver's clock was set, or wrapped
BASE_S, NOW_S = 10.0, 0.15  # the shortest delay of late, and of this moment: of one to two of these
QUIET_AFTER_PROBE_S = 0.2  # a probe makes a queue of its own
STANDING_S, STANDING_FOR_S, STANDING_GROUPS = 0.1, 1.0, 10


_Group = tuple[float, float, float, float]  # first and last sent, first and last arrived


class DelayDetector:
    """The trend of one receiver's delay."""

    def __init__(self) -> None:
        self.usage: Usage = "normal"
        self.queue_s = 0.0
        self._threshold = THRESHOLD
        self._quiet_until = float("-inf")
        self._is_standing = False
        self._group: _Group | None = None
        self._before: tuple[float, float] | None = None  # last sent, last arrived of the group before
        self._forget_delays()
        self._restart()

    def _forget_delays(self) -> None:
        self._base, self._now, self._standing = _Shortest(BASE_S), _Shortest(NOW_S), _StandingQueue()

    def _restart(self) -> None:
        self._before = None
        self._weight = self._x = self._y = self._xx = self._xy = 0.0
        self._groups = 0
        self._overused_s, self._overuses, self._last_trend = 0.0, 0, 0.0
        self.usage = "normal"

    def pause(self) -> None:
        """Nothing came for a while: a trend would not hold. The way's shortest delay stays."""
        self._restart()

    def add(self, results: Sequence[PacketResult]) -> None:
        """Look at results in the order of sending; what is lost does not count here."""
        group, self._is_standing = self._group, False
        for sent, arrived, _, probe in results:
            if arrived is None:
                continue
            if probe:
                self._quiet_until = sent + QUIET_AFTER_PROBE_S
            if group is None:
                group = (sent, sent, arrived, arrived)
                continue
            first_sent, last_sent, first_arrived, last_arrived = group
            if sent < first_sent:
                continue  # came late: what it says of the queue is over
            if sent - first_sent <= BURST_S or (  # or came in one burst
                0 <= arrived - last_arrived <= BURST_S
                and arrived - last_arrived < sent - last_sent
                and arrived - first_arrived < LONGEST_BURST_S
            ):
                last = arrived if arrived > last_arrived else last_arrived
                group = (first_sent, sent, first_arrived, last)
            else:
                self._complete(group)
                group = (sent, sent, arrived, arrived)
        self._group = group
        if self._is_standing:
            self.usage = "overuse"

    def _complete(self, group: _Group) -> None:
        first_sent, last_sent, first_arrived, last_arrived = group
        before, self._before = self._before, (last_sent, last_arrived)
        delay = first_arrived - first_sent
        if not -CLOCK_JUMP_S < delay - self._base.value < 4 * CLOCK_JUMP_S:
            self._forget_delays()
            self._restart()
            before = None
        self._base.add(delay, first_sent)
        self._now.add(delay, first_sent)
        self.queue_s = self._now.value - self._base.value
        if last_sent < self._quiet_until:
            self._restart()
        elif before is not None:
            between = last_sent - before[0]
            self._trend(between, last_arrived - before[1] - between)
            self._is_standing |= self._standing.is_standing(self.queue_s, first_sent)

    def _trend(self, between: float, variation: float) -> None:
        """Move the origin of the least squares to the newest group, forget a little, add the group."""
        self._xx += between * (between * self._weight - 2 * self._x)
        self._xy -= between * self._y
        self._x -= between * self._weight
        self._xy -= variation * self._x
        self._y -= variation * self._weight
        keep = 1 - 1 / MEMORY_GROUPS
        if between * MEMORY_GROUPS > MEMORY_S:
            keep **= between * MEMORY_GROUPS / MEMORY_S
        self._xx *= keep
        self._xy *= keep
        self._x *= keep
        self._y *= keep
        self._weight = self._weight * keep + 1
        self._groups += 1
        spread = self._weight * self._xx - self._x * self._x
        if self._weight < MIN_WEIGHT or spread <= 0:
            self.usage = "normal"
            return
        slope = (self._weight * self._xy - self._x * self._y) / spread
        self._compare(slope * min(self._groups, MAX_GROUPS) * GAIN, between)

    def _compare(self, trend: float, between: float) -> None:
        if trend > self._threshold:
            self._overused_s += between
            self._overuses += 1
            if self._overused_s > OVERUSE_S and self._overuses > 1 and trend >= self._last_trend:
                self._overused_s, self._overuses = 0.0, 0
                self.usage = "overuse"
        else:
            self._overused_s, self._overuses = 0.0, 0
            self.usage = "underuse" if trend < -self._threshold else "normal"
        self._last_trend = trend
        distance = abs(trend) - self._threshold
        if distance <= SPIKE:
            rate = THRESHOLD_DOWN if distance < 0 else THRESHOLD_UP
            moved = self._threshold + rate * distance * min(between, 0.1)
            self._threshold = MIN_THRESHOLD if moved < MIN_THRESHOLD else min(moved, MAX_THRESHOLD)


class _Shortest:
    """The least delay (s) of the last one to two spans: without jitter, and without a drift of the clocks."""

    def __init__(self, span_s: float) -> None:
        self.value = 0.0
        self._span = span_s
        self._current = self._previous = float("inf")
        self._since = float("-inf")

    def add(self, delay: float, at: float) -> None:
        if at - self._since > self._span:
            self._previous, self._current, self._since = self._current, delay, at
        elif delay < self._current:
            self._current = delay
        self.value = self._current if self._current < self._previous else self._previous


class _StandingQueue:
    """A queue that neither grows nor goes: a trend does not show it. Told once; again only if that helped,
    for the queue may be somebody else's, or the way may have become longer."""

    def __init__(self) -> None:
        self._least, self._since = float("inf"), float("-inf")
        self._told = float("inf")
        self._groups = 0

    def is_standing(self, queue: float, at: float) -> bool:
        if queue < self._least:
            self._least = queue
        self._groups += 1
        if at - self._since < STANDING_FOR_S or self._groups < STANDING_GROUPS:
            return False
        least, self._least, self._since, self._groups = self._least, queue, at, 0
        if least < STANDING_S:
            self._told = float("inf")
            return False
        helped = least < 0.8 * self._told
        self._told = min(self._told, least) if helped else 0.0
        return helped
