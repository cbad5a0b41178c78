"""Subscribers without transport-wide feedback: REMB is believed, loss lowers, quiet raises."""

import itertools

import pytest

from media.bandwidth_reports import LASTED_S, REMB_FRESH_S, TRIAL_AFTER_S, TRIAL_S, UNPROVEN, ReportedRate
from tests.fakes import FakeClock

START, LEAST, MOST = 600_000, 50_000, 3_000_000


def reported() -> ReportedRate:
    return ReportedRate(START, LEAST, MOST)


def test_it_begins_at_the_start() -> None:
    assert reported().rate_bps == START


def test_the_receivers_estimate_is_the_rate_within_bounds() -> None:
    rate = reported()
    for bps, expected in ((900_000, 900_000), (400_000, 400_000), (1, LEAST), (9_000_000, MOST)):
        rate.remb(bps, None, 0)
        assert rate.rate_bps == expected


def test_much_loss_lowers_what_the_estimate_says() -> None:
    rate = reported()
    rate.remb(1_000_000, None, 0)
    rate.loss_reported(0.2, None, 1)
    assert rate.rate_bps == pytest.approx(900_000)
    rate.remb(1_000_000, None, 1.1)
    assert rate.rate_bps == pytest.approx(900_000)
    rate.remb(300_000, None, 1.2)
    assert rate.rate_bps == 300_000


def test_when_loss_is_over_the_estimate_counts_again() -> None:
    rate = reported()
    rate.loss_reported(0.2, None, 0)
    rate.loss_reported(0.03, None, 1)
    rate.remb(1_000_000, None, 1.1)
    assert rate.rate_bps == 1_000_000


def test_without_an_estimate_quiet_raises_to_where_the_next_layer_may_be() -> None:
    rate = reported()
    for second in range(60):
        rate.loss_reported(0.0, 500_000, second)
    assert rate.rate_bps == UNPROVEN * 500_000


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
    rate.remb(900_000, None, 0)
    assert rate.remb_bps(REMB_FRESH_S) == 900_000
    assert rate.remb_bps(REMB_FRESH_S + 0.1) is None


def test_an_estimate_that_repeats_what_is_sent_is_no_limit() -> None:
    rate = reported()
    rate.remb(95_000, 90_000, 0)
    assert rate.rate_bps == UNPROVEN * 90_000
    assert rate.remb_bps(0) is None
    rate.remb(600_000, 90_000, 1)
    assert rate.rate_bps == 600_000


def test_such_an_estimate_leaves_no_picture_out_that_takes_less_than_it_may() -> None:
    rate = reported()
    rate.remb(11_000, 10_000, 0, least_bps=100_000)
    assert rate.rate_bps == 100_000


def test_an_estimate_clearly_below_what_is_sent_is_one() -> None:
    rate = reported()
    rate.remb(340_000, 400_000, 0)
    assert rate.rate_bps == rate.remb_bps(0) == 340_000


class LeftOut:
    """A picture that needs NEEDED and is left out while the rate is below."""

    NEEDED = 200_000

    def __init__(self) -> None:
        self.clock, self.rate = FakeClock(), ReportedRate(60_000, LEAST, MOST)
        self.began: list[float] = []  # seconds from the start at which it came back
        self._start = self.clock.monotonic()

    @property
    def is_shown(self) -> bool:
        return self.rate.rate_bps >= self.NEEDED

    def run(self, seconds: float, remb_bps: float | None = None, lost: float | None = None) -> None:
        """Let time pass; `remb_bps` and `lost`: what the receiver says while it gets the picture."""
        for _ in range(round(seconds * 5)):
            before = self.is_shown
            self.rate.tick(not before, self.NEEDED, self.clock.monotonic())
            if self.is_shown and not before:
                self.began.append(self.clock.monotonic() - self._start)
            if self.is_shown and remb_bps is not None:
                self.rate.remb(remb_bps, self.NEEDED, self.clock.monotonic())
            if self.is_shown and lost is not None:
                self.rate.loss_reported(lost, self.NEEDED, self.clock.monotonic())
            self.clock.advance(0.2)


def test_a_picture_left_out_is_tried_again_and_stays_where_it_gets_through() -> None:
    picture = LeftOut()
    picture.run(TRIAL_AFTER_S[0] + TRIAL_S + 60, remb_bps=1.1 * LeftOut.NEEDED)
    assert picture.began == [pytest.approx(TRIAL_AFTER_S[0])]
    assert picture.is_shown


def test_a_picture_that_does_not_get_through_is_tried_less_and_less_often() -> None:
    picture = LeftOut()
    picture.run(200, remb_bps=0.5 * LeftOut.NEEDED)
    pauses = [after - before - TRIAL_S for before, after in itertools.pairwise([-TRIAL_S, *picture.began])]
    assert pauses[:4] == pytest.approx([*TRIAL_AFTER_S, TRIAL_AFTER_S[-1]], abs=0.5)
    assert picture.rate.rate_bps == 0.5 * LeftOut.NEEDED


def test_much_loss_ends_a_trial_at_once() -> None:
    picture = LeftOut()
    picture.run(TRIAL_AFTER_S[0] + 0.6, lost=0.5)
    assert len(picture.began) == 1
    assert not picture.is_shown


def test_after_a_while_of_good_service_the_next_trial_comes_soon_again() -> None:
    picture = LeftOut()
    picture.run(TRIAL_AFTER_S[0] + TRIAL_S + LASTED_S + 1)
    picture.rate.remb(60_000, 200_000, picture.clock.monotonic())
    picture.run(TRIAL_AFTER_S[0] + 1)
    assert picture.is_shown
