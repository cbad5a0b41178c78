"""The rate up and down: to what arrived when a queue grows, on by steps when it does not."""

import pytest

from media.bandwidth_aimd import BETA, UNPROVEN, UNPROVEN_BPS, Aimd, Measured
from media.bandwidth_model import Usage

RTT_S = 0.1
MIN_BPS, MAX_BPS = 50_000, 5_000_000


def aimd(rate_bps: float = 1_000_000) -> Aimd:
    return Aimd(rate_bps, MIN_BPS, MAX_BPS)


def measured(bps: int, sent_bps: int | None = None, lately_bps: int | None = None) -> Measured:
    return Measured(bps if sent_bps is None else sent_bps, bps, bps if lately_bps is None else lately_bps)


def run(subject: Aimd, usage: Usage, what: Measured, start: float, seconds: float) -> float:
    """Feedback each 50 ms; the rate at the end."""
    for n in range(round(seconds / 0.05)):
        subject.update(usage, what, RTT_S, start + n * 0.05)
    return subject.rate_bps


def test_it_rises_by_a_twelfth_in_a_second_where_no_limit_is_known() -> None:
    assert run(aimd(), "normal", measured(1_000_000), 0, 1.05) == pytest.approx(1_080_000, rel=0.01)


def test_it_rises_no_further_than_half_beyond_what_arrives() -> None:
    assert run(aimd(), "normal", measured(800_000), 0, 60) == UNPROVEN * 800_000 + UNPROVEN_BPS


def test_what_is_not_tried_is_not_taken_back() -> None:
    assert run(aimd(), "normal", measured(100_000), 0, 60) == 1_000_000


def test_it_never_leaves_its_bounds() -> None:
    assert run(aimd(), "normal", measured(9_000_000), 0, 60) == MAX_BPS
    assert run(aimd(), "overuse", measured(1_000), 0, 10) == MIN_BPS


def test_nothing_measured_moves_nothing() -> None:
    subject, nothing = aimd(), Measured(None, None, None)
    assert run(subject, "normal", nothing, 0, 5) == 1_000_000
    assert run(subject, "overuse", nothing, 5, 5) == 1_000_000


def test_overuse_falls_below_what_arrives() -> None:
    subject = aimd()
    subject.update("overuse", measured(600_000, 1_000_000), RTT_S, 0)
    assert subject.rate_bps == BETA * 600_000
    assert subject.fell_at == 0


def test_what_arrived_just_now_counts_most() -> None:
    subject = aimd()
    subject.update("overuse", measured(900_000, 1_000_000, lately_bps=300_000), RTT_S, 0)
    assert subject.rate_bps == BETA * 300_000


def test_a_fall_waits_for_the_effect_of_the_last() -> None:
    subject = aimd()
    subject.update("overuse", measured(600_000, 1_000_000), RTT_S, 0)
    subject.update("overuse", measured(400_000, 600_000), RTT_S, 0.1)
    assert subject.rate_bps == BETA * 600_000
    subject.update("overuse", measured(400_000, 600_000), RTT_S, 0.21)
    assert subject.rate_bps == BETA * 400_000


def test_an_empty_queue_keeps_the_rate() -> None:
    assert run(aimd(), "underuse", measured(1_000_000), 0, 10) == 1_000_000


def test_a_little_sound_in_somebody_elses_queue_halves_at_most() -> None:
    subject = aimd(2_000_000)
    subject.update("overuse", measured(40_000), RTT_S, 0)
    assert subject.rate_bps == 1_000_000


def test_near_the_known_limit_it_rises_by_packets() -> None:
    subject = aimd()
    subject.update("overuse", measured(1_000_000, 1_000_000), RTT_S, 0)
    rate = run(subject, "normal", measured(980_000), 0.05, 1)
    assert rate - BETA * 1_000_000 == pytest.approx(1200 * 8 / 0.2, rel=0.1)


def test_far_below_the_known_limit_it_rises_quickly() -> None:
    subject = aimd()
    subject.update("overuse", measured(1_000_000, 1_000_000), RTT_S, 0)
    rate = run(subject, "normal", measured(850_000), 0.05, 1)
    assert rate == pytest.approx(BETA * 1_000_000 * 1.08, rel=0.01)


def test_more_than_the_known_limit_forgets_it() -> None:
    subject = aimd()
    subject.update("overuse", measured(1_000_000, 1_000_000), RTT_S, 0)
    assert run(subject, "normal", measured(2_000_000), 0.05, 10) > 1_800_000


def test_a_probe_lifts_the_rate_at_once_and_lowers_it_gently() -> None:
    subject = aimd()
    subject.measured(3_000_000)
    assert subject.rate_bps == 3_000_000
    subject.measured(9_000_000)
    assert subject.rate_bps == MAX_BPS
    subject.measured(100_000)
    assert subject.rate_bps == BETA * MAX_BPS


def test_a_restart_knows_nothing() -> None:
    subject = aimd()
    subject.update("overuse", measured(1_000_000, 1_000_000), RTT_S, 0)
    subject.restart(10_000)
    assert subject.rate_bps == MIN_BPS
    subject.restart(1_000_000)
    assert run(subject, "normal", measured(1_000_000), 100, 1.05) == pytest.approx(1_080_000, rel=0.01)
