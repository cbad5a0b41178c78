"""What the parts of the bandwidth estimator tell each other. Values only; times in s, rates in bit/s."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

Usage = Literal["normal", "overuse", "underuse"]


class PacketResult(NamedTuple):
    """One packet as transport-wide feedback tells of it. Thousands are made in a second, and making a frozen
    dataclass takes three times as long."""

    sent_at_s: float  # by our clock
    arrived_at_s: float | None  # by the receiver's clock, whatever its zero; None: lost
    size_bytes: int
    probe: int = 0  # id of the probe it was sent for; 0: none


# From a tuple of the same four, without the call in Python that a NamedTuple's own constructor is.
packet_result: Callable[[tuple[float, float | None, int, int]], PacketResult] = partial(
    tuple.__new__, PacketResult
)


@dataclass(frozen=True)
class Probe:
    """A moment, to begin at once, in which media and padding together are to be sent at `bitrate_bps`. The
    padding carries `id` in its PacketResult; media may."""

    id: int
    bitrate_bps: int
    duration_s: float


@dataclass(frozen=True)
class Load:
    """What is sent to a subscriber, sound included. `wanted_bps`: what would be on an endless line; None,
    unknown. `least_bps`: with that target no picture that is wanted is left out; `left_out`: one is."""

    allocated_bps: int
    wanted_bps: int | None = None
    sound_bps: int = 0
    least_bps: int = 0
    left_out: bool = False


@dataclass(frozen=True)
class EstimatorState:
    """For statistics. `limit`: what the target follows from."""

    target_bps: int
    limit: Literal["delay", "loss", "remb", "silence"]
    usage: Usage
    queue_s: float
    delivered_bps: int | None
    loss: float  # 0..1
    rtt_s: float | None
    probes: int
