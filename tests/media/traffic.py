"""What a simulated sender sends, given the target: an encoder that follows it, or layers that exist.

How it fares on the way is tests/media/link.py's.
"""

from collections.abc import Callable
from dataclasses import dataclass

AUDIO_BYTES, AUDIO_INTERVAL_S = 120, 0.02
AUDIO_BPS = AUDIO_BYTES * 8 / AUDIO_INTERVAL_S

Rate = Callable[[int, float], float]  # (target in bit/s, now) -> video in bit/s


@dataclass(frozen=True)
class Traffic:
    """What is sent. `video`: how its rate follows from the target; frames of varying size, paced."""

    video: Rate | None
    fps: float = 30.0
    audio_interval_s: float | None = AUDIO_INTERVAL_S
    padding_bytes: int = 1200
    probing: bool = True
    wanted_bps: int | None = None


def adaptive(ceiling_bps: float = float("inf")) -> Rate:
    """An encoder that uses whatever there is, up to its ceiling."""
    return lambda target, _now: min(ceiling_bps, max(0.0, target - AUDIO_BPS))


def fixed(bps: float) -> Rate:
    return lambda _target, _now: bps


def layers(*rates_bps: float, hold_s: float = 0.0) -> Rate:
    """The highest layer that fits: falls at once, rises `hold_s` after a fall."""
    state = {"rate": 0.0, "fell_at": -1e9}

    def chosen(target: int, now: float) -> float:
        best = max((rate for rate in rates_bps if rate <= target - AUDIO_BPS), default=0.0)
        if best < state["rate"]:
            state["fell_at"] = now
        if best < state["rate"] or now - state["fell_at"] >= hold_s:
            state["rate"] = best
        return state["rate"]

    return chosen
