"""Subscribers without transport-wide feedback: REMB is believed, loss lowers, quiet raises."""

import pytest

from media.bandwidth_reports import REMB_FRESH_S, ReportedRate

START, LEAST, MOST = 600_000, 50_000, 3_000_000


def reported() -> ReportedRate:
    return ReportedRate(START, LEAST, MOST)


def test_it_begins_at_the_start() -> None:
    assert reported().rate_bps == START


def test_the_receivers_estimate_is_the_rate_within_bounds() -> None:
    rate = reported()
    for bps, expected in ((900_000, 900_000), (400_000, 400_000), (1, LEAST), (9_000_000, MOST)):
        rate.remb(bps, 0)
        assert rate.rate_bps == expected


def test_much_loss_lowers_what_the_estimate_says() -> None:
    rate = reported()
    rate.remb(1_000_000, 0)
    rate.loss_reported(0.2, None, 1)
    assert rate.rate_bps == pytest.approx(900_000)
    rate.remb(1_000_000, 1.1)
    assert rate.rate_bps == pytest.approx(900_000)
    rate.remb(300_000, 1.2)
    assert rate.rate_bps == 300_000


def test_when_loss_is_over_the_estimate_counts_again() -> None:
    rate = reported()
    rate.loss_reported(0.2, None, 0)
    rate.loss_reported(0.03, None, 1)
    rate.remb(1_000_000, 1.1)
    assert rate.rate_bps == 1_000_000


def test_without_an_estimate_quiet_raises_to_twice_what_is_sent() -> None:
    rate = reported()
    for second in range(60):
        rate.loss_reported(0.0, 500_000, second)
    assert rate.rate_bps == 1_000_000


def test_without_an_estimate_some_loss_changes_nothing() -> None:
    rate = reported()
    for second in range(10):
        rate.loss_reported(0.05, None, second)
    assert rate.rate_bps == START


def test_what_is_not_sent_is_not_taken_back() -> None:
    rate = reported()
    rate.loss_reported(0.0, 10_000, 0)
    assert rate.rate_bps == START


def test_the_worst_report_of_a_second_counts() -> None:
    """One report comes per stream; the one about sound must not hide the picture's."""
    rate = reported()
    rate.loss_reported(0.0, None, 0)
    start = rate.rate_bps
    for at, fraction in ((0.3, 0.4), (0.6, 0.0), (1.0, 0.0)):
        rate.loss_reported(fraction, None, at)
    assert rate.rate_bps == pytest.approx(0.8 * start)
    assert rate.loss == 0.4


def test_it_never_falls_below_the_least() -> None:
    rate = reported()
    for second in range(60):
        rate.loss_reported(0.9, None, second)
    assert rate.rate_bps == LEAST


def test_an_old_estimate_is_forgotten() -> None:
    rate = reported()
    assert rate.remb_bps(0) is None
    rate.remb(900_000, 0)
    assert rate.remb_bps(REMB_FRESH_S) == 900_000
    assert rate.remb_bps(REMB_FRESH_S + 0.1) is None
