"""A score falls with whatever gets worse, and names it."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.quality import (
    Figures,
    Quality,
    UsualRate,
    delay_impairment,
    loss_impairment,
    mos,
    mos_of_r,
    score,
    smoothed,
    worst,
)

SOUND = Figures("opus", packets=250, interval_s=5, usual_pps=50)
PICTURE = Figures("VP8", packets=850, interval_s=5, bitrate_bps=1_500_000, expected_bps=1_500_000)

percent = st.floats(0, 100)
figures = st.builds(
    Figures,
    codec=st.sampled_from(["opus", "red", "VP8", "H264", "AV1"]),
    packets=st.integers(0, 2000),
    interval_s=st.floats(0.5, 10),
    usual_pps=st.none() | st.floats(10, 500),
    upstream_loss_pct=percent,
    downstream_loss_pct=percent,
    rtt_ms=st.floats(0, 5000),
    jitter_ms=st.floats(0, 2000),
    bitrate_bps=st.floats(0, 1e7),
    expected_bps=st.none() | st.floats(0, 1e7),
    layers_missed=st.integers(0, 3),
    fec=st.booleans(),
    paused=st.booleans(),
    reports=st.booleans(),
)


def test_a_stream_that_lacks_nothing_has_a_hundred_points() -> None:
    assert score(SOUND) == Quality(100, None, mos_of_r(93.2))
    assert score(PICTURE) == Quality(100, None, None)


@pytest.mark.parametrize(
    ("judged", "points", "cause"),
    [
        (replace(PICTURE, upstream_loss_pct=5), 50, "upstream_loss"),
        (replace(PICTURE, downstream_loss_pct=5), 50, "downstream_loss"),
        (replace(SOUND, downstream_loss_pct=5), 40, "downstream_loss"),
        (replace(SOUND, downstream_loss_pct=6, fec=True), 32, "downstream_loss"),
        (replace(SOUND, codec="red", downstream_loss_pct=10), 40, "downstream_loss"),
        (replace(SOUND, codec="red", downstream_loss_pct=15, fec=True), 40, "downstream_loss"),
        (replace(SOUND, rtt_ms=320), 4, None),
        (replace(SOUND, rtt_ms=840), 30, "delay"),
        (replace(SOUND, jitter_ms=210), 30, "jitter"),
        (replace(PICTURE, bitrate_bps=1_500_000 / math.e), 20, "bandwidth"),
        (replace(PICTURE, layers_missed=1), 35, "bandwidth"),
        (replace(PICTURE, layers_missed=1, bitrate_bps=150_000), 20 * math.log(10), "bandwidth"),
        (replace(PICTURE, bitrate_bps=0), 70, "bandwidth"),
        (replace(PICTURE, bitrate_bps=9_000_000), 0, None),
        (replace(PICTURE, layers_missed=1, upstream_loss_pct=4), 40, "upstream_loss"),
        (replace(PICTURE, layers_missed=1, upstream_loss_pct=3), 35, "bandwidth"),
        (replace(PICTURE, downstream_loss_pct=100), 70, "downstream_loss"),
    ],
)
def test_points_are_taken_for_the_worst_there_is(judged: Figures, points: float, cause: str | None) -> None:
    quality = score(judged)
    assert quality.score == pytest.approx(100 - points)
    assert quality.cause == cause


def test_loss_of_both_legs_counts_once() -> None:
    both = replace(PICTURE, upstream_loss_pct=50, downstream_loss_pct=50)
    assert both.loss_pct == pytest.approx(75)


def test_loss_in_silence_takes_less() -> None:
    silence = replace(SOUND, packets=12, downstream_loss_pct=10)
    speech = replace(SOUND, downstream_loss_pct=4)
    assert score(silence).score > score(speech).score
    assert score(replace(SOUND, packets=1000, downstream_loss_pct=4)) == score(speech)


def test_without_packets_it_matters_whether_reports_still_come() -> None:
    nothing = replace(SOUND, packets=0)
    assert score(nothing) == Quality(40, "no_packets", 1.0)
    assert score(replace(nothing, reports=False)) == Quality(20, "no_packets", 1.0)
    assert score(replace(nothing, reports=False)).rating == "lost"
    assert score(replace(PICTURE, packets=0)).mos is None


def test_what_the_relay_paused_is_poor_and_not_lost() -> None:
    quality = score(replace(PICTURE, packets=0, paused=True, reports=False))
    assert quality == Quality(30, "paused", None)
    assert quality.rating == "poor"


@pytest.mark.parametrize(
    ("points", "rating"),
    [
        (100, "excellent"),
        (80.1, "excellent"),
        (80, "good"),
        (41, "good"),
        (40, "poor"),
        (21, "poor"),
        (20, "lost"),
    ],
)
def test_a_rating_is_a_range_of_scores(points: float, rating: str) -> None:
    assert Quality(points, None, None).rating == rating


@given(figures)
def test_every_score_is_in_its_range_and_has_a_cause_when_it_is_not_excellent(judged: Figures) -> None:
    quality = score(judged)
    assert 20 <= quality.score <= 100
    assert (quality.cause is None) == (quality.rating == "excellent")
    assert quality.mos is None or 1 <= quality.mos <= 4.5
    assert (quality.mos is None) == (judged.paused or judged.codec not in ("opus", "red"))


@given(
    figures,
    st.sampled_from(["upstream_loss_pct", "downstream_loss_pct", "rtt_ms", "jitter_ms", "layers_missed"]),
    st.integers(1, 50),
)
def test_what_gets_worse_never_raises_score_or_mos(judged: Figures, what: str, more: int) -> None:
    value = getattr(judged, what) + more
    bad = replace(judged, **{what: min(100, value) if what.endswith("pct") else value})
    assert score(bad).score <= score(judged).score + 1e-9
    if judged.is_audio:
        assert mos(bad) <= mos(judged) + 1e-9


# ITU-T G.107 annex B, table B.1.
@pytest.mark.parametrize(
    ("r", "expected"), [(90, 4.34), (80, 4.03), (70, 3.60), (60, 3.10), (50, 2.58), (100, 4.5), (0, 1.0)]
)
def test_the_mos_of_an_r_is_the_recommendations(r: float, expected: float) -> None:
    assert mos_of_r(r) == pytest.approx(expected, abs=0.01)


def test_delay_is_not_heard_below_100_ms_and_much_above() -> None:
    assert delay_impairment(100) == 0
    assert delay_impairment(150) == pytest.approx(0.16, abs=0.01)
    assert delay_impairment(400) == pytest.approx(24.1, abs=0.1)


def test_half_of_what_loss_can_take_is_gone_at_the_robustness_of_the_codec() -> None:
    assert loss_impairment(0) == 0
    assert loss_impairment(25.1) == pytest.approx(47.5)


def test_fec_and_red_are_heard() -> None:
    plain, fec, red = (
        mos(replace(SOUND, downstream_loss_pct=10, **changes))
        for changes in ({}, {"fec": True}, {"codec": "red"})
    )
    assert plain < fec < red < mos(SOUND)


def test_bad_news_travels_faster_than_good() -> None:
    good, bad = Quality(100, None, None), Quality(50, "jitter", None)
    assert smoothed(None, bad) == bad
    assert smoothed(good, bad) == Quality(60, "jitter", None)
    assert smoothed(bad, good) == Quality(70, "jitter", None)
    assert smoothed(Quality(75, "jitter", None), good) == Quality(85, None, None)


@given(figures, figures)
def test_a_smoothed_score_lies_between_and_keeps_a_cause(one: Figures, other: Figures) -> None:
    before, after = score(one), score(other)
    shown = smoothed(before, after)
    low, high = sorted((before.score, after.score))
    assert low - 1e-9 <= shown.score <= high + 1e-9
    assert shown.mos == after.mos
    assert (shown.cause is None) == (shown.score > 80)


def test_a_participant_is_as_well_off_as_the_worst_stream() -> None:
    fine, bad = score(PICTURE), score(replace(SOUND, jitter_ms=400))
    assert worst([fine, bad, fine]) == bad
    assert worst([]) is None


def test_the_usual_rate_is_the_most_frequent_and_silence_is_none() -> None:
    usual = UsualRate()
    assert usual.pps is None
    for pps in [2.5] * 50 + [49, 51, 50.4, 20, 21, 33, 600_000]:
        usual.add(pps)
    assert usual.pps == 50


def test_the_usual_rate_follows_a_stream_that_changes_for_good() -> None:
    usual = UsualRate()
    for _ in range(100_000):
        usual.add(50)
    for _ in range(2 * UsualRate.REMEMBERED):
        usual.add(100)
    assert usual.pps == 100
