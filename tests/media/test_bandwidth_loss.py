"""Loss lowers the rate when the line drops what it cannot carry, and hardly when a radio loses at random."""

import random

import pytest

from media.bandwidth_loss import MAX_RANDOM, LossLimit

RTT_S = 0.1
MIN_BPS = 50_000
PACKET_BITS = 1200 * 8


class Line:
    """Sends at a rate, loses by a rule, decides every 50 ms."""

    def __init__(self, seed: int = 1) -> None:
        self.limit = LossLimit(MIN_BPS)
        self.now = 0.0
        self._luck = random.Random(seed)
        self._left = 0.0

    def run(self, seconds: float, rate_bps: float, capacity_bps: float = 1e9, share: float = 0.0) -> None:
        """Up to `rate_bps`, less when limited; over `capacity_bps`, and a `share` at random, are lost."""
        for _ in range(round(seconds / 0.05)):
            self.now += 0.05
            sent_bps = min(rate_bps, self.limit.limit_bps or rate_bps)
            self._left += sent_bps * 0.05 / PACKET_BITS
            sent, self._left = int(self._left), self._left % 1
            drop = share + (1 - share) * max(0.0, 1 - capacity_bps / sent_bps)
            lost = sum(self._luck.random() < drop for _ in range(sent))
            self.limit.add(sent, lost, sent * 1200, 0.05)
            self.limit.update(rate_bps, RTT_S, self.now)

    @property
    def limit_bps(self) -> float:
        return self.limit.limit_bps or float("inf")


def test_no_loss_is_no_limit() -> None:
    line = Line()
    line.run(10, 1_000_000)
    assert line.limit.limit_bps is None
    assert line.limit.loss == 0


def test_half_lost_at_a_steady_rate_lowers_it() -> None:
    line = Line()
    line.run(2, 1_000_000, capacity_bps=500_000)
    assert line.limit_bps < 800_000
    line.run(4, 1_000_000, capacity_bps=500_000)
    assert 300_000 < line.limit_bps < 600_000


def test_random_loss_of_a_few_per_cent_is_no_limit() -> None:
    line = Line()
    for n in range(30):
        line.run(1, 1_000_000 + 100_000 * (n % 3), share=0.03)
    assert line.limit.limit_bps is None
    assert line.limit.loss == pytest.approx(0.03, abs=0.03)


@pytest.mark.parametrize("seed", range(5))
def test_random_loss_of_a_fifth_does_not_ruin_the_rate(seed: int) -> None:
    line = Line(seed)
    line.run(30, 1_500_000, share=0.2)
    assert line.limit_bps > 600_000


def test_more_random_loss_than_a_call_can_bear_lowers_it() -> None:
    line = Line()
    line.run(20, 1_000_000, share=MAX_RANDOM + 0.1)
    assert line.limit_bps < 300_000


def test_little_loss_at_the_limit_of_a_short_queue_lowers_it_too() -> None:
    """The rate creeps over what the line carries, and the queue is too short to show in the delay."""
    line = Line()
    for n in range(40):
        line.run(0.25, 900_000 + 10_000 * n, capacity_bps=1_000_000)
    assert line.limit_bps < 1_100_000


def test_the_limit_rises_and_goes_when_loss_is_over() -> None:
    line = Line()
    line.run(3, 1_000_000, capacity_bps=500_000)
    low = line.limit_bps
    line.run(5, 1_000_000)
    assert low * 1.2 < line.limit_bps < low * 1.6
    line.run(30, 1_000_000)
    assert line.limit.limit_bps is None


def test_it_never_falls_below_the_least() -> None:
    line = Line()
    line.run(60, 100_000, capacity_bps=10_000)
    assert line.limit_bps == MIN_BPS


def test_a_fall_waits_for_the_effect_of_the_last() -> None:
    line = Line()
    line.run(0.5, 1_000_000, capacity_bps=200_000)
    first = line.limit_bps
    line.run(0.3, 1_000_000, capacity_bps=200_000)
    assert line.limit_bps == first


def test_a_probe_that_got_through_lifts_the_limit() -> None:
    line = Line()
    line.limit.proven(400_000)
    assert line.limit.limit_bps is None
    line.run(3, 1_000_000, capacity_bps=500_000)
    line.limit.proven(1)
    assert line.limit_bps > 1
    line.limit.proven(900_000)
    assert line.limit_bps == 900_000


def test_a_few_packets_decide_nothing() -> None:
    limit = LossLimit(MIN_BPS)
    limit.add(10, 10, 12_000, 1.0)
    limit.update(1_000_000, RTT_S, 1.0)
    assert limit.limit_bps is None


def test_what_is_forgotten_counts_no_more() -> None:
    line = Line()
    line.run(0.2, 1_000_000, share=0.9)
    line.limit.forget()
    line.run(2, 1_000_000)
    assert line.limit.limit_bps is None
    assert line.limit.loss == 0
