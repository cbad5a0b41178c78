"""How good a stream is, as a score from 0 to 100 with its cause, and as a MOS for sound. Pure.

The score is LiveKit's: what loss and delay take, what a low bitrate takes and what missing layers take; the
worst of the three counts. To it comes which of them it was, so that a person can be told whose network is
weak. The MOS is the E-model's (ITU-T G.107) and exists for sound alone. Streams that are muted or switched
off are not judged: leave them out. Not here: the measuring (media/statistics.py), and one-way media
(media/one_way.py).
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Cause = Literal["upstream_loss", "downstream_loss", "delay", "jitter", "bandwidth", "paused", "no_packets"]
Rating = Literal["excellent", "good", "poor", "lost"]

RATINGS: tuple[tuple[float, Rating], ...] = ((80, "excellent"), (40, "good"), (20, "poor"))
LEAST_WITH_PACKETS, PAUSED, NO_PACKETS, NO_PACKETS_NOR_REPORTS = 30.0, 30.0, 40.0, 20.0
FALLING, RISING = 0.8, 0.4  # smoothing

# Points a percent of lost packets takes, by codec and whether it carries in-band FEC.
AUDIO_LOSS_WEIGHT = {("opus", False): 8.0, ("opus", True): 16 / 3, ("red", False): 4.0, ("red", True): 8 / 3}
VIDEO_LOSS_WEIGHT = 10.0
LAYER_WEIGHT = 35.0

# ITU-T G.107 (06/2015): R of a connection with default values; G.113 appendix I has no Ie and Bpl of Opus,
# so those of G.711 with concealment stand for it.
DEFAULT_R = 93.2
EQUIPMENT_IMPAIRMENT, LOSS_ROBUSTNESS = 0.0, 25.1
CODEC_DELAY_MS = 26.5  # Opus: a frame of 20 ms and 6.5 ms looked ahead (RFC 6716 2.)


@dataclass(frozen=True)
class Figures:
    """A stream in the last interval (5 s is usual), over one leg or both.

    `packets`: that came in it; `usual_pps`: UsualRate's. Loss is in percent: upstream, what the relay never
    got of what the publisher sent; downstream, what the viewer never got of what was forwarded. `rtt_ms`: of
    the way considered, the longest in the interval. `expected_bps`: what should come when nothing is wrong,
    None when unknown. `paused`: by the relay, for lack of bandwidth. `reports`: RTCP still comes.
    """

    codec: str
    packets: int
    interval_s: float
    usual_pps: float | None = None
    upstream_loss_pct: float = 0.0
    downstream_loss_pct: float = 0.0
    rtt_ms: float = 0.0
    jitter_ms: float = 0.0
    bitrate_bps: float = 0.0
    expected_bps: float | None = None
    layers_missed: int = 0
    fec: bool = False
    paused: bool = False
    reports: bool = True

    @property
    def loss_pct(self) -> float:
        """Over both legs."""
        came = (1 - self.upstream_loss_pct / 100) * (1 - self.downstream_loss_pct / 100)
        return min(100.0, max(0.0, 100 * (1 - came)))

    @property
    def is_audio(self) -> bool:
        return (self.codec, self.fec) in AUDIO_LOSS_WEIGHT


@dataclass(frozen=True)
class Quality:
    """`score`: 0 to 100. `cause`: of a score that is not excellent. `mos`: 1 to 4.5, None for pictures."""

    score: float
    cause: Cause | None
    mos: float | None

    @property
    def rating(self) -> Rating:
        """In a word."""
        return rating_of(self.score)


def rating_of(value: float) -> Rating:
    """A score in a word."""
    return next((rating for above, rating in RATINGS if value > above), "lost")


def score(figures: Figures) -> Quality:
    """Judge one stream's interval."""
    if figures.paused:
        return Quality(PAUSED, "paused", None)
    if figures.packets <= 0:
        least = NO_PACKETS if figures.reports else NO_PACKETS_NOR_REPORTS
        return Quality(least, "no_packets", 1.0 if figures.is_audio else None)
    path, bandwidth = _path_points(figures), _bandwidth_points(figures)
    points = max(sum(path.values()), bandwidth)
    of_path = max(path, key=lambda cause: path[cause])
    cause: Cause = "bandwidth" if bandwidth >= points else of_path
    value = max(LEAST_WITH_PACKETS, 100 - points)
    return Quality(
        value, cause if value <= RATINGS[0][0] else None, mos(figures) if figures.is_audio else None
    )


def smoothed(before: Quality | None, after: Quality) -> Quality:
    """The score to show: bad news travels faster than good. A cause stays until the score is excellent."""
    if before is None:
        return after
    share = FALLING if after.score < before.score else RISING
    value = before.score + (after.score - before.score) * share
    cause = after.cause or before.cause
    return Quality(value, cause if value <= RATINGS[0][0] else None, after.mos)


def worst(qualities: Iterable[Quality]) -> Quality | None:
    """A participant is as well off as the worst of its streams; None without any."""
    return min(qualities, key=lambda quality: quality.score, default=None)


def mos(figures: Figures) -> float:
    """Mean opinion score of speech, 1 to 4.5, by ITU-T G.107."""
    delay_ms = figures.rtt_ms / 2 + 2 * figures.jitter_ms + CODEC_DELAY_MS
    loss_pct = figures.loss_pct * _loss_weight(figures) / AUDIO_LOSS_WEIGHT["opus", False]  # FEC repairs some
    return mos_of_r(DEFAULT_R - delay_impairment(delay_ms) - loss_impairment(loss_pct))


def mos_of_r(r: float) -> float:
    """ITU-T G.107 annex B: the transmission rating R as a mean opinion score."""
    r = min(100.0, max(0.0, r))
    return max(1.0, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r))


def delay_impairment(delay_ms: float) -> float:
    """Idd of ITU-T G.107 7.4: what the one-way delay from mouth to ear takes from R."""
    if delay_ms <= 100:
        return 0.0
    x = math.log2(delay_ms / 100)
    return 25 * (_sixth_root(1 + x**6) - 3 * _sixth_root(1 + (x / 3) ** 6) + 2)


def _sixth_root(value: float) -> float:
    return math.pow(value, 1 / 6)


def loss_impairment(loss_pct: float) -> float:
    """Ie,eff of ITU-T G.107 7.5 for losses that are independent of each other."""
    return EQUIPMENT_IMPAIRMENT + (95 - EQUIPMENT_IMPAIRMENT) * loss_pct / (loss_pct + LOSS_ROBUSTNESS)


def _loss_weight(figures: Figures) -> float:
    return AUDIO_LOSS_WEIGHT.get((figures.codec, figures.fec), VIDEO_LOSS_WEIGHT)


def _path_points(figures: Figures) -> dict[Cause, float]:
    """What loss and delay take, told apart by their shares."""
    rtt_part_ms, jitter_part_ms = figures.rtt_ms / 2, 2 * figures.jitter_ms
    delay_ms = rtt_part_ms + jitter_part_ms
    delay_points = delay_ms / 40 if delay_ms <= 160 else (delay_ms - 120) / 10
    weight = _loss_weight(figures)
    came = 1 - figures.loss_pct / 100
    if figures.usual_pps and came > 0:  # fewer sent than usual: silence, in which little is lost
        sent_pps = figures.packets / came / figures.interval_s
        weight *= min(1.0, math.sqrt(sent_pps / figures.usual_pps))
    loss_points = figures.loss_pct * weight
    lost = figures.upstream_loss_pct + figures.downstream_loss_pct
    return {
        "upstream_loss": loss_points * _share(figures.upstream_loss_pct, lost),
        "downstream_loss": loss_points * _share(figures.downstream_loss_pct, lost),
        "delay": delay_points * _share(rtt_part_ms, delay_ms),
        "jitter": delay_points * _share(jitter_part_ms, delay_ms),
    }


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _bandwidth_points(figures: Figures) -> float:
    """What too low a bitrate and missing layers take, whichever is more."""
    missed = LAYER_WEIGHT * figures.layers_missed
    if figures.expected_bps is None or figures.expected_bps <= figures.bitrate_bps:
        return missed
    if figures.bitrate_bps <= 0:
        return max(100.0, missed)
    return max(missed, 20 * math.log(figures.expected_bps / figures.bitrate_bps))


class UsualRate:
    """The usual packet rate of a stream: the mode of its rates, silence with DTX (2.5 a second) left out."""

    BUCKET_PPS, SILENCE_PPS, MOST_PPS = 5, 10, 5000
    REMEMBERED = 600  # intervals; then older ones count half

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def add(self, pps: float) -> None:
        """A rate of one interval, in packets a second."""
        if not self.SILENCE_PPS <= pps <= self.MOST_PPS:
            return
        self._counts[round(pps / self.BUCKET_PPS) * self.BUCKET_PPS] += 1
        if self._counts.total() > self.REMEMBERED:
            self._counts = Counter({pps: count // 2 for pps, count in self._counts.items() if count > 1})

    @property
    def pps(self) -> float | None:
        """Packets a second, to the nearest 5; of rates equally frequent the highest; None before any."""
        return max(zip(self._counts.values(), self._counts, strict=True), default=(0, None))[1]
