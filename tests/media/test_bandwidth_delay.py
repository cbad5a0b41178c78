"""The delay's trend tells a growing queue from jitter, from clocks that drift or jump, from disorder."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.bandwidth_delay import DelayDetector
from media.bandwidth_model import PacketResult, Usage

Delay = Callable[[float], float]


def feed(
    detector: DelayDetector, delay: Delay, start: float, end: float, every_s: float = 0.01
) -> list[Usage]:
    """Packets in feedback of 50 ms; the usage after each."""
    usages: list[Usage] = []
    batch: list[PacketResult] = []
    for n in range(round((end - start) / every_s)):
        at = start + n * every_s
        batch.append(PacketResult(at, at + delay(at), 1200))
        if batch[-1].sent_at_s - batch[0].sent_at_s >= 0.05 - every_s / 2:
            detector.add(batch)
            usages.append(detector.usage)
            batch = []
    return usages


def steady(at: float) -> float:
    return 0.05


def growing(by: float, start: float) -> Delay:
    return lambda at: 0.05 + max(0.0, at - start) * by


def test_a_steady_delay_is_normal() -> None:
    assert set(feed(DelayDetector(), steady, 0, 30)) == {"normal"}


@pytest.mark.parametrize("by", [0.1, 0.3, 1.0, 3.0])
def test_a_growing_delay_is_overuse_within_half_a_second(by: float) -> None:
    detector = DelayDetector()
    feed(detector, steady, 0, 10)
    usages = feed(detector, growing(by, 10), 10, 11)
    assert "overuse" in usages[: 5 if by >= 1 else 10]


def test_a_delay_that_shrinks_is_underuse() -> None:
    detector = DelayDetector()
    feed(detector, lambda at: 0.5, 0, 3)
    assert "underuse" in feed(detector, lambda at: 0.5 - (at - 3) * 0.4, 3, 4)


def test_jitter_is_not_overuse() -> None:
    luck = random.Random(1)
    usages = feed(DelayDetector(), lambda at: 0.05 + luck.uniform(0, 0.008), 0, 60)
    assert usages.count("overuse") <= 0.01 * len(usages)


@pytest.mark.parametrize(("offset_s", "drift"), [(-1e6, 0.0), (1e6, 3e-4), (5.0, -3e-4)])
def test_a_clock_that_is_off_and_drifts_is_normal(offset_s: float, drift: float) -> None:
    detector = DelayDetector()
    assert set(feed(detector, lambda at: offset_s + drift * at, 0, 120)) == {"normal"}
    assert detector.queue_s == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("jump_s", [-1_073_741.0, -20.0, 20.0, 1e6])
def test_a_clock_that_is_set_begins_anew(jump_s: float) -> None:
    detector = DelayDetector()
    feed(detector, steady, 0, 5)
    assert "overuse" not in feed(detector, lambda at: jump_s, 5, 10)
    assert detector.queue_s == pytest.approx(0.0)
    assert "overuse" in feed(detector, lambda at: jump_s + (at - 10) * 0.5, 10, 11)


def test_the_queue_is_what_is_longer_than_the_way() -> None:
    detector = DelayDetector()
    feed(detector, steady, 0, 5)
    feed(detector, lambda at: 0.25, 5, 7)
    assert detector.queue_s == pytest.approx(0.2)


def test_a_longer_way_is_no_queue_for_ever() -> None:
    detector = DelayDetector()
    feed(detector, steady, 0, 5)
    feed(detector, lambda at: 0.25, 5, 27)
    assert detector.queue_s == pytest.approx(0.0)


def test_a_standing_queue_is_told_once() -> None:
    detector = DelayDetector()
    feed(detector, steady, 0, 5)
    feed(detector, lambda at: 0.25, 5, 6)
    assert feed(detector, lambda at: 0.25, 6, 14).count("overuse") == 1


def test_a_standing_queue_that_became_shorter_is_told_again() -> None:
    detector = DelayDetector()
    feed(detector, steady, 0, 5)
    feed(detector, lambda at: 0.45, 5, 8)
    assert feed(detector, lambda at: 0.25, 8, 14).count("overuse") == 1


def test_a_packet_or_two_a_second_have_no_trend() -> None:
    luck = random.Random(1)
    detector = DelayDetector()
    usages = feed(detector, lambda at: 0.05 + luck.uniform(0, 0.3), 0, 200, every_s=0.7)
    assert set(usages) == {"normal"}


def test_a_burst_is_one_group_however_it_arrives() -> None:
    """Twenty packets at once every 100 ms leave a slow line one after another, and yet no queue grows."""
    detector = DelayDetector()
    usages = []
    for n in range(200):
        at = n * 0.1
        detector.add([PacketResult(at, at + 0.05 + k * 0.0045, 1200) for k in range(20)])
        usages.append(detector.usage)
    assert set(usages) == {"normal"}


def test_packets_out_of_order_and_lost_ones_do_not_matter() -> None:
    luck = random.Random(2)
    detector = DelayDetector()
    for n in range(600):
        results = [PacketResult(n * 0.05 + k * 0.01, n * 0.05 + k * 0.01 + 0.05, 1200) for k in range(5)]
        late = [PacketResult((n - 1) * 0.05, n * 0.05 + 0.08, 1200)] if n and luck.random() < 0.2 else []
        results[luck.randrange(5)] = results[2]._replace(arrived_at_s=None)
        detector.add(late + results)
        assert detector.usage == "normal"


def test_the_queue_of_a_probe_is_not_overuse() -> None:
    detector = DelayDetector()
    feed(detector, steady, 0, 5)
    probe = [PacketResult(5 + n * 0.005, 5.05 + n * 0.015, 1200, 1) for n in range(20)]
    detector.add(probe)
    assert detector.usage == "normal"
    assert set(feed(detector, lambda at: max(0.05, 0.25 - (at - 5.1)), 5.1, 6)) <= {"normal", "underuse"}


def test_after_a_pause_the_trend_begins_anew_and_the_way_is_known() -> None:
    detector = DelayDetector()
    feed(detector, growing(0.5, 4.5), 0, 5)
    before = detector.usage
    detector.pause()
    assert (before, detector.usage) == ("overuse", "normal")
    feed(detector, lambda at: 1.05, 8, 8.3)
    assert detector.queue_s == pytest.approx(1.0)


times = st.floats(-1e9, 1e9)
packets = st.tuples(times, st.one_of(st.none(), times), st.integers(0, 3))


@given(st.lists(st.lists(packets, max_size=10)))
def test_no_times_raise(batches: list[list[tuple[float, float | None, int]]]) -> None:
    detector = DelayDetector()
    for batch in batches:
        detector.add([PacketResult(sent, arrived, 1200, probe) for sent, arrived, probe in batch])
        assert detector.usage in ("normal", "overuse", "underuse")
