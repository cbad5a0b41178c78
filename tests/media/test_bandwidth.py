"""The estimator as a relay uses it: whom it believes, what it does in silence, what it never does."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.bandwidth import DownlinkEstimator, Load, PacketResult

START, LEAST, MOST = 600_000, 50_000, 5_000_000
VIDEO, SOUND = 500_000, 40_000


def estimator() -> DownlinkEstimator:
    return DownlinkEstimator(START, LEAST, MOST)


def feed(subject: DownlinkEstimator, start: float, end: float, bps: int = VIDEO, lost: int = 0) -> None:
    """Feedback every 50 ms for packets sent evenly; every `lost`-th is lost."""
    every = 1200 * 8 / bps
    number = 0
    at = start
    while at < end:
        results = []
        while number * every + start < at + 0.05:
            sent = number * every + start
            missing = lost and number % lost == 0
            results.append(PacketResult(sent, None if missing else sent + 0.04, 1200))
            number += 1
        at += 0.05
        subject.feedback(results, at + 0.08)
        subject.tick(at + 0.08)


def silence(subject: DownlinkEstimator, start: float, end: float) -> list[int]:
    """The target each tenth of a second without feedback."""
    targets = []
    for n in range(round((end - start) * 10)):
        subject.tick(start + n / 10)
        targets.append(subject.target_bps)
    return targets


def test_it_begins_at_the_start() -> None:
    assert estimator().target_bps == START
    assert estimator().probe(1.0) is None


def test_feedback_that_arrives_whole_raises_the_target() -> None:
    subject = estimator()
    subject.allocated(Load(VIDEO), 0)
    feed(subject, 0, 5)
    assert START < subject.target_bps < 1.6 * VIDEO
    assert subject.state.limit == "delay"
    assert subject.state.rtt_s == pytest.approx(0.08, abs=0.03)
    assert subject.state.delivered_bps == pytest.approx(VIDEO, rel=0.05)


def test_empty_feedback_changes_nothing() -> None:
    subject = estimator()
    subject.feedback([], 1.0)
    subject.tick(100.0)
    assert subject.target_bps == START


def test_feedback_that_stops_lowers_the_target_step_by_step() -> None:
    subject = estimator()
    subject.allocated(Load(VIDEO), 0)
    feed(subject, 0, 5)
    before = subject.target_bps
    targets = silence(subject, 5.1, 16)
    assert targets[8] == before
    assert targets[25] < 0.5 * before
    assert targets == sorted(targets, reverse=True)
    assert targets[-1] == LEAST
    assert subject.state.limit == "silence"
    assert subject.probe(16.0) is None


def test_ticks_that_come_seldom_lower_it_no_further() -> None:
    often, seldom = estimator(), estimator()
    for subject, ticks in ((often, range(51, 81)), (seldom, [79])):
        subject.allocated(Load(VIDEO), 0)
        feed(subject, 0, 5)
        for tick in ticks:
            subject.tick(tick / 10)
    assert often.target_bps <= seldom.target_bps


def test_no_feedback_is_expected_where_nothing_is_sent() -> None:
    subject = estimator()
    feed(subject, 0, 5)
    subject.allocated(Load(0), 5)
    before = subject.target_bps
    assert set(silence(subject, 5.1, 60)) == {before}
    subject.allocated(Load(VIDEO), 60)
    assert set(silence(subject, 60, 60.9)) == {before}


def test_sound_alone_may_pause_for_a_while() -> None:
    subject = estimator()
    subject.allocated(Load(SOUND), 0)
    feed(subject, 0, 5, SOUND)
    before = subject.target_bps
    assert set(silence(subject, 5.1, 6.9)) == {before}


def test_what_was_lost_in_silence_is_not_held_against_the_line() -> None:
    subject = estimator()
    subject.allocated(Load(VIDEO), 0)
    feed(subject, 0, 5)
    before = subject.target_bps
    silence(subject, 5.1, 15)
    hole = [PacketResult(5 + n / 50, None, 1200) for n in range(500)]
    subject.feedback([*hole, PacketResult(15.0, 15.04, 1200)], 15.1)
    assert subject.target_bps >= 0.5 * before
    assert subject.state.loss == 0
    feed(subject, 15.1, 16)
    assert subject.probe(16.0) is not None


def test_silence_in_which_nothing_was_lost_was_a_pause() -> None:
    subject = estimator()
    subject.allocated(Load(VIDEO), 0)
    feed(subject, 0, 5)
    before = subject.target_bps
    silence(subject, 5.1, 15)
    subject.feedback([PacketResult(15.0, 15.04, 1200)], 15.1)
    assert subject.target_bps == before


def test_a_short_hole_is_not_congestion() -> None:
    subject = estimator()
    subject.allocated(Load(VIDEO), 0)
    feed(subject, 0, 5)
    before = subject.target_bps
    hole = [PacketResult(5 + n / 50, None, 1200) for n in range(40)]
    subject.feedback([*hole, PacketResult(5.8, 5.84, 1200)], 5.9)
    feed(subject, 5.85, 8)
    assert subject.target_bps >= before


def test_a_packet_that_comes_after_all_is_not_lost() -> None:
    subject = estimator()
    subject.allocated(Load(VIDEO), 0)
    late: list[PacketResult] = []
    for n in range(200):
        sent = [n * 0.05 + k * 0.01 for k in range(5)]
        results = [PacketResult(at, at + 0.04, 1200) for at in sent]
        results[1] = results[1]._replace(arrived_at_s=None)
        subject.feedback(late + results, n * 0.05 + 0.13)
        late = [PacketResult(sent[1], sent[1] + 0.08, 1200)]
    assert subject.state.loss < 0.02


def test_an_estimate_of_the_receiver_is_a_ceiling() -> None:
    subject = estimator()
    subject.allocated(Load(VIDEO), 0)
    feed(subject, 0, 5)
    subject.remb(200_000, 5.1)
    assert subject.target_bps == 200_000
    assert subject.state.limit == "remb"
    feed(subject, 5.1, 16)
    assert subject.target_bps > 500_000


def test_without_feedback_the_receivers_estimate_leads() -> None:
    subject = estimator()
    subject.remb(900_000, 0)
    assert subject.target_bps == 900_000
    subject.receiver_report(0.2, 0.05, 1)
    assert subject.target_bps == 810_000
    assert subject.state.loss == 0.2
    assert subject.state.rtt_s == 0.05
    assert subject.state.limit == "remb"
    assert subject.probe(2.0) is None


def test_with_feedback_receiver_reports_tell_the_round_trip_alone() -> None:
    subject = estimator()
    subject.allocated(Load(VIDEO), 0)
    feed(subject, 0, 3)
    before = subject.target_bps
    subject.receiver_report(0.9, 0.5, 3.1)
    assert subject.target_bps == before
    assert subject.state.rtt_s is not None
    assert subject.state.rtt_s > 0.1


def test_no_probe_looks_for_more_than_is_wanted() -> None:
    subject = estimator()
    subject.allocated(Load(VIDEO, VIDEO), 0)
    feed(subject, 0, 1)
    assert [subject.probe(1 + n) for n in range(20)] == [None] * 20
    subject.allocated(Load(VIDEO, 2_000_000), 0)
    probe = subject.probe(21)
    assert probe is not None
    assert probe.bitrate_bps <= 2_400_000


results = st.builds(
    PacketResult,
    st.floats(0, 1e6),
    st.one_of(st.none(), st.floats(-1e6, 1e6)),
    st.integers(0, 1500),
    st.integers(0, 3),
)
steps = st.one_of(
    st.tuples(st.just("feedback"), st.lists(results, max_size=30)),
    st.tuples(st.just("remb"), st.integers(0, 1 << 40)),
    st.tuples(st.just("report"), st.floats(0, 1)),
    st.tuples(st.just("allocated"), st.integers(0, 10_000_000)),
    st.tuples(st.just("wait"), st.floats(0, 30)),
)


@given(st.lists(steps))
def test_whatever_comes_the_target_stays_within_its_bounds(moves: list[tuple[str, object]]) -> None:
    subject, now = estimator(), 0.0
    for name, value in moves:
        now += value if isinstance(value, float) and name == "wait" else 0.05
        if isinstance(value, list):
            subject.feedback(sorted(value, key=lambda result: result[0]), now)
        elif name == "remb" and isinstance(value, int):
            subject.remb(value, now)
        elif name == "report" and isinstance(value, float):
            subject.receiver_report(value, value, now)
        elif name == "allocated" and isinstance(value, int):
            subject.allocated(Load(value), now)
        subject.tick(now)
        probe = subject.probe(now)
        assert probe is None or 0 < probe.bitrate_bps <= MOST
        assert LEAST <= subject.target_bps <= MOST
        assert 0 <= subject.state.loss <= 1


def test_feedback_of_a_hostile_receiver_stays_within_its_bounds() -> None:
    """It may claim any times for what we did send."""
    luck = random.Random(1)
    subject = estimator()
    subject.allocated(Load(VIDEO), 0)
    for n in range(2000):
        sent = [n * 0.05 + k * 0.01 for k in range(5)]
        claims = [luck.choice([None, at, -at, luck.uniform(-1e6, 1e6), at + 1e-9]) for at in sent]
        subject.feedback(
            [PacketResult(at, claim, 1200) for at, claim in zip(sent, claims, strict=True)], n * 0.05
        )
        assert LEAST <= subject.target_bps <= MOST
