"""From counters to what people look at: rates of the last interval. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from media.feedback import LinkQuality
from media.plane import PeerStats, SourceStats
from media.reception import ReceptionCount


@dataclass(frozen=True)
class Rates:
    """One peer's last interval."""

    up_bps: int = 0
    down_bps: int = 0
    loss_up_pct: float | None = None
    loss_down_pct: float | None = None
    rtt_ms: float | None = None


def rates(before: PeerStats, after: PeerStats, interval_s: float, quality: LinkQuality) -> Rates:
    """Rates between two snapshots of a peer; loss down and round trip are what the peer itself reported."""
    if interval_s <= 0:
        return Rates()
    loss_up = loss_pct(before.sources, after.sources)
    return Rates(
        up_bps=round((after.received_bytes - before.received_bytes) * 8 / interval_s),
        down_bps=round((after.sent_bytes - before.sent_bytes) * 8 / interval_s),
        loss_up_pct=None if loss_up is None else round(loss_up, 2),
        loss_down_pct=None if quality.loss_pct is None else round(quality.loss_pct, 2),
        rtt_ms=None if quality.rtt_ms is None else round(quality.rtt_ms, 1),
    )


def loss_pct(before: Sequence[SourceStats], after: Sequence[SourceStats]) -> float | None:
    """Share of the packets expected between two counts that did not come; None when none was expected."""
    earlier = {source.ssrc: source.count for source in before}
    expected = lost = 0
    for source in after:
        start = earlier.get(source.ssrc, ReceptionCount())
        came = source.count.received_packets - start.received_packets
        due = max(0, source.count.expected_packets - start.expected_packets)
        expected += due
        lost += max(0, due - came)
    return lost * 100 / expected if expected else None
