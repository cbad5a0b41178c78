"""The simulated link itself: packets wait their turn, what does not fit is dropped, and luck is seeded."""

from typing import Any

import pytest

from media.bandwidth_model import Load, PacketResult, Probe
from tests.media.link import KBPS, MBPS, Bottleneck, Cross, Link, Trace, simulate
from tests.media.traffic import Traffic, adaptive, fixed, layers

LINE = Link(((0, 1 * MBPS),))
STILL = Traffic(None, audio_interval_s=None)


class Constant:
    """An estimator that knows one number, and keeps what it is told."""

    def __init__(self, target_bps: int, probe: Probe | None = None) -> None:
        self.target_bps = target_bps
        self.results: list[PacketResult] = []
        self.reports: list[tuple[float, int]] = []
        self.unreported_bytes = 0
        self._probe = probe

    def feedback(self, results: list[PacketResult], now: float, unreported_bytes: int = 0) -> None:
        self.results += results
        self.reports.append((now, len(results)))
        self.unreported_bytes += unreported_bytes

    def allocated(self, load: Load, now: float) -> None: ...
    def tick(self, now: float) -> None: ...

    def probe(self, now: float) -> Probe | None:
        probe, self._probe = (self._probe, None) if now > 1 else (None, self._probe)
        return probe

    @property
    def lost(self) -> float:
        return sum(result.arrived_at_s is None for result in self.results) / len(self.results)


def delays(estimator: Constant) -> list[float]:
    return [r.arrived_at_s - r.sent_at_s for r in estimator.results if r.arrived_at_s is not None]


def run(traffic: Traffic, until: float = 10.0, **changes: Any) -> tuple[Constant, Trace]:
    estimator = Constant(500 * KBPS)
    return estimator, simulate(estimator, LINE, traffic, until, **changes)


def test_a_packet_waits_for_those_before_it() -> None:
    bottleneck = Bottleneck(LINE)
    assert bottleneck.leaves_at(1.0, 1250) == pytest.approx(1.010)
    assert bottleneck.leaves_at(1.0, 1250) == pytest.approx(1.020)
    assert bottleneck.leaves_at(2.0, 1250) == pytest.approx(2.010)


def test_a_packet_in_the_line_feels_its_rate_change() -> None:
    bottleneck = Bottleneck(Link(((0, 1 * MBPS), (1.0, 0.1 * MBPS))))
    assert bottleneck.leaves_at(0.995, 1250) == pytest.approx(1.0 + 0.05)


def test_what_does_not_fit_into_the_queue_is_dropped() -> None:
    bottleneck = Bottleneck(Link(((0, 1 * MBPS),), queue_bytes=2500))
    assert [bottleneck.leaves_at(0.0, 1250) is not None for _ in range(3)] == [True, True, False]
    assert bottleneck.leaves_at(0.0101, 1250) is not None


def test_an_idle_line_only_takes_its_time() -> None:
    estimator, trace = run(Traffic(fixed(100 * KBPS)))
    assert estimator.lost == 0
    assert min(delays(estimator)) > 0.05
    assert max(delays(estimator)) < 0.065
    assert trace.queue_s(1, 10, 1.0) < 0.015


def test_what_the_target_says_is_sent() -> None:
    _, trace = run(Traffic(adaptive()))
    assert trace.utilisation(1, 10) == pytest.approx(0.5, abs=0.02)


def test_more_than_the_line_carries_makes_a_queue() -> None:
    _, trace = run(Traffic(fixed(1.5 * MBPS)))
    assert trace.utilisation(1, 10) == pytest.approx(1.0, abs=0.01)
    assert trace.queue_s(9, 10, 1.0) > 4


def test_other_traffic_takes_its_share() -> None:
    cross = (Cross(600 * KBPS, packet_bytes=1200),)
    _, trace = run(Traffic(fixed(900 * KBPS)), queue_bytes=20_000, cross=cross)
    assert 0.5 < trace.utilisation(2, 10) < 0.7


@pytest.mark.parametrize(("fields", "share"), [({"loss": 0.1}, 0.1), ({"silent": ((2, 4),)}, 0.2), ({}, 0.0)])
def test_as_much_is_lost_as_was_asked_for(fields: dict[str, Any], share: float) -> None:
    estimator, _ = run(Traffic(adaptive()), **fields)
    assert estimator.lost == pytest.approx(share, abs=0.03)


def test_no_feedback_comes_out_of_silence() -> None:
    estimator, _ = run(Traffic(adaptive()), silent=((2, 4),))
    assert [at for at, _ in estimator.reports if 2.1 < at < 4] == []


def test_a_packet_is_reported_once_or_first_lost_then_late() -> None:
    estimator, _ = run(Traffic(adaptive()), reordered=0.1)
    sent = [result.sent_at_s for result in estimator.results]
    assert len(sent) > len(set(sent))
    last = {result.sent_at_s: result for result in estimator.results}
    assert all(result.arrived_at_s is not None for result in last.values())


def test_the_receivers_clock_is_its_own() -> None:
    estimator, _ = run(Traffic(adaptive()), clock_offset_s=-100.0, clock_drift=0.01)
    first, *_, final = delays(estimator)
    assert first == pytest.approx(-99.95, abs=0.02)
    assert final - first == pytest.approx(0.1, abs=0.02)


def test_bytes_of_lost_feedback_are_accounted_for() -> None:
    estimator, _ = run(Traffic(adaptive()), feedback_loss=0.3)
    reported = sum(result.size_bytes for result in estimator.results)
    assert estimator.unreported_bytes > 0.2 * reported
    assert estimator.unreported_bytes + reported == pytest.approx(10 * 500 * KBPS / 8, rel=0.03)


def test_padding_makes_up_what_media_does_not() -> None:
    estimator = Constant(100 * KBPS, Probe(7, 800 * KBPS, 0.2))
    simulate(estimator, LINE, Traffic(adaptive()), 3.0)
    padding = [result for result in estimator.results if result.probe == 7]
    start, end = padding[0].sent_at_s, padding[-1].sent_at_s
    sent = sum(result.size_bytes for result in estimator.results if start <= result.sent_at_s <= end + 0.01)
    assert sent * 8 / 0.2 == pytest.approx(800 * KBPS, rel=0.1)


def test_the_same_seed_gives_the_same_trace() -> None:
    def trace(seed: int) -> Trace:
        return run(Traffic(adaptive()), 3.0, seed=seed, loss=0.1, jitter_s=0.01)[1]

    assert trace(1).samples == trace(1).samples
    assert trace(1).samples != trace(2).samples


def test_layers_fall_at_once_and_rise_after_their_hold() -> None:
    rate = layers(100 * KBPS, 500 * KBPS, hold_s=10)
    assert [
        rate(target * KBPS, at) for target, at in ((600, 0), (200, 1), (600, 10), (600, 11), (20, 12))
    ] == [
        500 * KBPS,
        100 * KBPS,
        100 * KBPS,
        500 * KBPS,
        0,
    ]


def test_nothing_sent_is_nothing_reported() -> None:
    estimator, trace = run(STILL, 1.0)
    assert estimator.results == []
    assert trace.sent_packets == 0
