"""One stream over its last seconds: what came of it, and how good it is. Pure; told once a second.

Scores are media/quality.py's, over a window of five seconds, smoothed. A stream that is muted, switched off
or not asked for has no score, nor has one that was switched on a moment ago and is yet to come. Not here:
which streams there are and what is known of them (media/monitor.py).
"""

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

from media.codecs import CLOCK_RATE, Kind
from media.quality import Figures, Quality, UsualRate, score, smoothed

WINDOW_S = 5  # a score is about so many seconds
SETTLE_S = 5.0  # what was just switched on may take so long to come
EXPECTED_PICTURE_BPS = 1_500_000  # of 720 lines


class Count(NamedTuple):
    """A stream so far at one moment, or what it grew by in `at` seconds.

    `packets` came, or were sent; `expected`: should have come; `repaired`: of the missing, came after all.
    """

    at: float
    packets: int = 0
    expected: int = 0
    repaired: int = 0
    octets: int = 0

    def since(self, before: "Count") -> "Count":
        """What it grew by."""
        return Count(
            self.at - before.at,
            self.packets - before.packets,
            self.expected - before.expected,
            self.repaired - before.repaired,
            self.octets - before.octets,
        )

    @property
    def bitrate_bps(self) -> int:
        return round(self.octets * 8 / self.at) if self.at > 0 else 0

    @property
    def loss_pct(self) -> float | None:
        """What did not come at first; None when nothing was expected."""
        return self._missing_pct(0)

    @property
    def unrepaired_pct(self) -> float:
        """What did not come at all."""
        return self._missing_pct(self.repaired) or 0.0

    def _missing_pct(self, repaired: int) -> float | None:
        if self.expected <= 0:
            return None
        return min(100.0, max(0, self.expected - self.packets - repaired) * 100 / self.expected)


NOTHING = Count(0.0)


@dataclass(frozen=True)
class Circumstances:
    """What a stream's numbers do not say of it. Loss in percent, of what was not repaired.

    `is_on`: meant to flow. `limit_bps`: a picture gets no more, because the way carries no more; None, it
    carries enough. `paused`: by the relay, for lack of bandwidth. `reports`: the publisher still talks.
    """

    is_on: bool
    codec: str = ""
    upstream_loss_pct: float = 0.0
    downstream_loss_pct: float = 0.0
    rtt_ms: float = 0.0
    jitter_ms: float = 0.0
    limit_bps: float | None = None
    layers_missed: int = 0
    paused: bool = False
    reports: bool = True


class Judge:
    """Remembers one stream. `count` once a second, then ask.

    `second` and `window` are what it grew by in one second and in WINDOW_S, at most since it is known.
    """

    def __init__(self, kind: Kind) -> None:
        self._is_audio = kind == "audio"
        self._counts: deque[Count] = deque(maxlen=WINDOW_S + 1)
        self._usual = UsualRate()
        self._on_since: float | None = None
        self._shown: Quality | None = None
        self.second = self.window = NOTHING

    def count(self, count: Count) -> None:
        """The stream so far, now."""
        self._counts.append(count)
        self.second, self.window = self.grown(1), self.grown(WINDOW_S)
        if self._is_audio and self.second.at > 0:
            self._usual.add(self.second.packets / self.second.at)

    def grown(self, looks: int) -> Count:
        """What it grew by since so many looks ago, or since it is known."""
        if len(self._counts) < 2:
            return NOTHING
        after, before = self._counts[-1], self._counts[max(0, len(self._counts) - 1 - looks)]
        return after.since(before)

    def judge(self, around: Circumstances, now: float) -> Quality | None:
        """How good it is at `now`; None, it is not to be judged."""
        if not around.is_on:
            self._on_since = self._shown = None
            return None
        if self._on_since is None:
            self._on_since = now
        grown = self.window
        coming = grown.packets <= 0 and not around.paused and now - self._on_since < SETTLE_S
        if grown.at <= 0 or coming:
            return None
        self._shown = smoothed(self._shown, score(self._figures(grown, around)))
        return self._shown

    def _figures(self, grown: Count, around: Circumstances) -> Figures:
        limit_bps = around.limit_bps
        return Figures(
            codec=around.codec,
            packets=round(grown.packets * (1 - around.downstream_loss_pct / 100)),
            interval_s=grown.at,
            usual_pps=self._usual.pps,
            upstream_loss_pct=around.upstream_loss_pct,
            downstream_loss_pct=around.downstream_loss_pct,
            rtt_ms=around.rtt_ms,
            jitter_ms=around.jitter_ms,
            bitrate_bps=max(grown.bitrate_bps, limit_bps or 0.0),
            expected_bps=None if limit_bps is None else EXPECTED_PICTURE_BPS,
            layers_missed=around.layers_missed,
            fec=self._is_audio,  # every offer of ours asks for it
            paused=around.paused,
            reports=around.reports,
        )


def jitter_ms(jitter: int, kind: Kind) -> float:
    """From units of the stream's clock."""
    return round(jitter * 1000 / CLOCK_RATE[kind], 1)
