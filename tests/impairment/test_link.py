"""The bad network is as bad as it says, and the same every time."""

from dataclasses import replace
from itertools import groupby

import pytest

from tests.impairment.link import GilbertElliott, Impairment, Link

PACKETS = 40_000
GAP_S = 0.001


def arrivals(impairment: Impairment, seed: int = 1, packets: int = PACKETS) -> list[float | None]:
    link = Link(seed, impairment)
    return [link.arrival(1000, at * GAP_S) for at in range(packets)]


def bursts(lost: list[bool]) -> list[int]:
    return [sum(1 for _ in run) for is_lost, run in groupby(lost) if is_lost]


def test_a_perfect_network_changes_nothing() -> None:
    assert arrivals(Impairment(), packets=100) == [at * GAP_S for at in range(100)]


@pytest.mark.parametrize(("loss", "burst"), [(0.05, None), (0.2, None), (0.05, 4.0), (0.2, 10.0)])
def test_loss_and_its_bursts_are_as_asked(loss: float, burst: float | None) -> None:
    lost = [at is None for at in arrivals(Impairment(loss=GilbertElliott.of(loss, burst)))]
    lengths = bursts(lost)
    assert sum(lost) / PACKETS == pytest.approx(loss, rel=0.1)
    assert sum(lengths) / len(lengths) == pytest.approx(burst or 1 / (1 - loss), rel=0.1)


def test_a_good_state_may_lose_too_and_a_bad_one_may_let_pass() -> None:
    model = GilbertElliott(worsens=0.1, betters=0.1, good_loss=0.1, bad_loss=0.5)
    lost = sum(at is None for at in arrivals(Impairment(loss=model)))
    assert lost / PACKETS == pytest.approx(0.3, rel=0.1)


def test_the_same_seed_brings_the_same_and_another_does_not() -> None:
    bad = Impairment(delay_s=0.02, jitter_s=0.01, loss=GilbertElliott.of(0.1), reordered=0.1)
    assert arrivals(bad, packets=500) == arrivals(bad, packets=500)
    assert arrivals(bad, packets=500) != arrivals(bad, seed=2, packets=500)


def test_jitter_does_not_change_which_packets_are_lost() -> None:
    lossy = Impairment(loss=GilbertElliott.of(0.1))
    plain, jittery = arrivals(lossy, packets=500), arrivals(replace(lossy, jitter_s=0.01), packets=500)
    assert [at is None for at in plain] == [at is None for at in jittery]


@pytest.mark.parametrize("rate_bps", [300_000, 2_000_000])
def test_a_narrow_link_carries_its_rate_within_two_percent(rate_bps: int) -> None:
    arrived = [at for at in arrivals(Impairment(rate_bps=rate_bps)) if at is not None]
    carried = (len(arrived) - 1) * 8000 / (arrived[-1] - arrived[0])
    assert carried == pytest.approx(rate_bps, rel=0.02)


def test_a_narrow_link_holds_no_more_than_its_queue() -> None:
    narrow = Impairment(rate_bps=400_000, queue_bytes=10_000)
    waited = [at - number * GAP_S for number, at in enumerate(arrivals(narrow)) if at is not None]
    assert max(waited) == pytest.approx(10_000 * 8 / 400_000, rel=0.1)
    assert arrivals(narrow, packets=10)[-1] is not None


def test_a_narrow_link_lets_pass_what_is_less() -> None:
    link = Link(1, Impairment(rate_bps=1_000_000))
    assert [link.arrival(125, at * 0.1) for at in range(50)] == pytest.approx(
        [at * 0.1 + 0.001 for at in range(50)]
    )


def test_delay_and_jitter_keep_the_order() -> None:
    late = [at or 0.0 for at in arrivals(Impairment(delay_s=0.05, jitter_s=0.02))]
    assert late == sorted(late)
    assert min(at - number * GAP_S for number, at in enumerate(late)) >= 0.05


def test_a_share_of_the_packets_is_overtaken() -> None:
    mixed = [at or 0.0 for at in arrivals(Impairment(reordered=0.05, reordered_s=0.0105))]
    late = [at - number * GAP_S > 0.01 for number, at in enumerate(mixed)]
    assert sum(late) / PACKETS == pytest.approx(0.05, rel=0.1)
    in_time = [at for at, is_late in zip(mixed, late, strict=True) if not is_late]
    assert in_time == sorted(in_time)
    assert mixed != sorted(mixed)


def test_nothing_comes_out_of_a_black_hole_and_all_does_afterwards() -> None:
    link = Link(1, Impairment(blackhole=True))
    assert [link.arrival(100, at) for at in range(10)] == [None] * 10
    link.change(Impairment())
    assert link.arrival(100, 10.0) == 10.0
    assert (link.passed, link.dropped) == (1, 10)
