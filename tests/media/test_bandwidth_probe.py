"""Probes: begun when they may succeed, judged by what arrived, followed up or put off."""

import pytest

from media.bandwidth_model import PacketResult, Probe
from media.bandwidth_probe import (
    AFTER_FALL_S,
    FAR,
    FIRST_AFTER_S,
    INTERVAL_S,
    MAX_INTERVAL_S,
    MIN_DURATION_S,
    NEAR,
    PATIENCE_S,
    USABLE,
    Prober,
)

RATE, MOST = 500_000, 10_000_000
RTT_S = 0.1


def first(prober: Prober, rate_bps: float = RATE, most_bps: float = MOST) -> Probe:
    assert prober.wanted(rate_bps, most_bps, RTT_S, 0.0) is None
    probe = prober.wanted(rate_bps, most_bps, RTT_S, FIRST_AFTER_S)
    assert probe is not None
    return probe


def sent(probe: Probe, at: float, line_bps: float, tagged: bool = True, lost: int = 0) -> list[PacketResult]:
    """Packets at the probe's rate through a line, and one after them."""
    spacing = 1200 * 8 / probe.bitrate_bps
    through = max(spacing, 1200 * 8 / line_bps)
    count = round(probe.duration_s / spacing)
    found = [
        PacketResult(at + n * spacing, at + 0.05 + n * through, 1200, probe.id if tagged else 0)
        for n in range(count)
    ]
    found[1 : 1 + lost] = [result._replace(arrived_at_s=None) for result in found[1 : 1 + lost]]
    return [*found, PacketResult(at + probe.duration_s + 0.2, at + probe.duration_s + 0.6, 1200)]


def test_the_first_probe_waits_a_moment_and_goes_far() -> None:
    probe = first(Prober())
    assert probe.bitrate_bps == FAR * RATE
    assert probe.duration_s >= MIN_DURATION_S


def test_a_slow_probe_lasts_for_enough_packets() -> None:
    probe = first(Prober(), 50_000)
    assert probe.bitrate_bps * probe.duration_s / 8 / 1200 >= 5


def test_no_probe_goes_beyond_what_there_is_a_use_for() -> None:
    assert first(Prober(), RATE, 600_000).bitrate_bps == 600_000
    prober = Prober()
    prober.wanted(RATE, 520_000, RTT_S, 0)
    assert prober.wanted(RATE, 520_000, RTT_S, 5) is None


def test_one_probe_at_a_time() -> None:
    prober = Prober()
    first(prober)
    assert prober.wanted(RATE, MOST, RTT_S, FIRST_AFTER_S + 0.5) is None


@pytest.mark.parametrize("tagged", [True, False])
def test_what_gets_through_is_the_rate_and_the_next_goes_further_at_once(tagged: bool) -> None:
    prober = Prober()
    probe = first(prober)
    line = prober.add(sent(probe, FIRST_AFTER_S, 3_000_000, tagged), 1.0)
    assert line is not None
    assert line == pytest.approx(probe.bitrate_bps, rel=0.02)
    following = prober.wanted(line, MOST, RTT_S, 1.1)
    assert following is not None
    assert following.bitrate_bps == pytest.approx(FAR * line, rel=0.01)
    assert following.id != probe.id


def test_what_does_not_get_through_tells_the_lines_rate() -> None:
    prober = Prober()
    line = prober.add(sent(first(prober), FIRST_AFTER_S, 600_000), 1.0)
    assert line == pytest.approx(USABLE * 600_000, rel=0.02)


def test_a_probe_half_lost_has_not_got_through() -> None:
    prober = Prober()
    line = prober.add(sent(first(prober), FIRST_AFTER_S, 3_000_000, lost=5), 1.0)
    assert line is not None
    assert line < 600_000


def test_after_a_failure_the_next_is_later_and_smaller() -> None:
    prober = Prober()
    prober.add(sent(first(prober), FIRST_AFTER_S, 500_000), 1.0)
    assert prober.wanted(RATE, MOST, RTT_S, 1.0 + INTERVAL_S - 0.1) is None
    second = prober.wanted(RATE, MOST, RTT_S, 1.0 + INTERVAL_S)
    assert second is not None
    assert second.bitrate_bps == NEAR * RATE


def test_failures_are_never_further_apart_than_the_longest_wait() -> None:
    prober = Prober()
    probe: Probe | None = first(prober)
    now = FIRST_AFTER_S
    for _ in range(5):
        assert probe is not None
        prober.add(sent(probe, now, 500_000), now + 0.5)
        now += 0.5 + MAX_INTERVAL_S
        probe = prober.wanted(RATE, MOST, RTT_S, now)
    assert probe is not None


def test_media_between_the_padding_counts() -> None:
    prober = Prober()
    probe = first(prober)
    results = sent(probe, FIRST_AFTER_S, 3_000_000)
    results[1::2] = [result._replace(probe=0) for result in results[1::2]]
    assert prober.add(results, 1.0) == pytest.approx(probe.bitrate_bps, rel=0.02)


def test_a_probe_in_several_reports_is_one() -> None:
    prober = Prober()
    probe = first(prober)
    results = sent(probe, FIRST_AFTER_S, 700_000)
    lines = [prober.add(results[n : n + 3], 1.0) for n in range(0, len(results), 3)]
    assert lines[:-1] == [None] * (len(lines) - 1)
    assert lines[-1] == pytest.approx(USABLE * 700_000, rel=0.02)


def test_a_probe_begun_a_little_late_is_judged_by_its_padding() -> None:
    prober = Prober()
    probe = first(prober)
    assert prober.add(sent(probe, FIRST_AFTER_S + 0.08, 3_000_000), 1.0) == pytest.approx(1_000_000, rel=0.02)


def test_a_probe_that_never_came_is_given_up() -> None:
    prober = Prober()
    first(prober)
    assert prober.add([PacketResult(2.0, 2.1, 1200)], 2.2) is None
    prober = Prober()
    first(prober)
    late = FIRST_AFTER_S + PATIENCE_S + RTT_S + 0.1
    assert prober.wanted(RATE, MOST, RTT_S, late) is None
    assert prober.wanted(RATE, MOST, RTT_S, late + INTERVAL_S) is not None


def test_a_fall_puts_the_next_probe_off() -> None:
    prober = Prober()
    prober.wanted(RATE, MOST, RTT_S, 0)
    prober.fell(0.2)
    assert prober.wanted(RATE, MOST, RTT_S, AFTER_FALL_S) is None
    assert prober.wanted(RATE, MOST, RTT_S, 0.2 + AFTER_FALL_S) is not None


def test_soon_forgets_failures() -> None:
    prober = Prober()
    prober.add(sent(first(prober), FIRST_AFTER_S, 500_000), 1.0)
    prober.soon(1.1)
    probe = prober.wanted(RATE, MOST, RTT_S, 1.1 + FIRST_AFTER_S)
    assert probe is not None
    assert probe.bitrate_bps == FAR * RATE


def test_results_without_a_probe_say_nothing() -> None:
    assert Prober().add([PacketResult(0.0, 0.1, 1200)], 0.2) is None
