"""One stream, second by second: its rates, its losses and its score."""

from dataclasses import replace

import pytest

from media.judging import NOTHING, SETTLE_S, WINDOW_S, Circumstances, Count, Judge, jitter_ms
from media.quality import Quality

ON = Circumstances(is_on=True, codec="opus")
OFF = replace(ON, is_on=False)
PICTURE_ON = Circumstances(is_on=True, codec="VP8")


class Stream:
    """A judge with a stream that grows by what is said each second."""

    def __init__(self, kind: str = "audio") -> None:
        self.judge = Judge("audio" if kind == "audio" else "video")
        self.now = 0.0
        self.so_far = Count(0.0)
        self.judge.count(self.so_far)

    def goes_on(
        self, seconds: int, packets: int = 50, around: Circumstances = ON, **more: int
    ) -> Quality | None:
        quality = None
        for _ in range(seconds):
            self.now += 1
            before = self.so_far
            self.so_far = Count(
                self.now,
                before.packets + packets,
                before.expected + more.get("expected", packets),
                before.repaired + more.get("repaired", 0),
                before.octets + more.get("octets", 100 * packets),
            )
            self.judge.count(self.so_far)
            quality = self.judge.judge(around, self.now)
        return quality


def test_a_stream_grows_by_what_came_in_the_last_second_or_seconds() -> None:
    stream = Stream()
    assert stream.judge.grown(1) == NOTHING
    stream.goes_on(3)
    stream.goes_on(1, packets=40, expected=50)
    assert stream.judge.grown(1) == Count(1.0, 40, 50, 0, 4000)
    assert stream.judge.grown(2) == Count(2.0, 90, 100, 0, 9000)
    assert stream.judge.grown(99).at == 4
    assert stream.judge.grown(1).bitrate_bps == 32_000
    assert stream.judge.grown(2).loss_pct == 10


def test_what_was_repaired_was_lost_but_is_not_missing() -> None:
    count = Count(1.0, packets=90, expected=100, repaired=8)
    assert (count.loss_pct, count.unrepaired_pct) == (10, 2)
    doubled = Count(1.0, packets=90, expected=100, repaired=30)
    assert doubled.unrepaired_pct == 0
    assert Count(1.0).loss_pct is None
    assert Count(1.0).unrepaired_pct == 0


def test_a_stream_that_lacks_nothing_is_excellent() -> None:
    quality = Stream().goes_on(WINDOW_S)
    assert quality is not None
    assert (quality.score, quality.cause) == (100, None)
    assert quality.mos == pytest.approx(4.41, abs=0.01)


def test_what_is_switched_off_is_not_judged_and_begins_anew_when_it_is_on_again() -> None:
    stream = Stream()
    lost = replace(ON, upstream_loss_pct=40)
    assert stream.goes_on(9, around=lost) is not None
    assert stream.goes_on(9, packets=0, around=OFF) is None
    assert stream.goes_on(int(SETTLE_S), packets=0) is None
    quality = stream.goes_on(1)
    assert quality is not None
    assert (quality.score, quality.cause) == (100, None)


def test_what_was_switched_on_and_does_not_come_is_bad_after_a_while() -> None:
    stream = Stream()
    assert stream.goes_on(int(SETTLE_S), packets=0) is None
    quality = stream.goes_on(1, packets=0)
    assert quality is not None
    assert (quality.score, quality.cause) == (40, "no_packets")
    gone = stream.goes_on(20, packets=0, around=replace(ON, reports=False))
    assert gone is not None
    assert gone.score == pytest.approx(20, abs=0.1)


def test_loss_lowers_the_score_at_once_and_names_its_leg_and_it_rises_slowly() -> None:
    stream = Stream()
    stream.goes_on(WINDOW_S)
    first = stream.goes_on(1, around=replace(ON, downstream_loss_pct=30))
    assert first is not None
    assert first.cause == "downstream_loss"
    assert first.score < 60
    after = stream.goes_on(1)
    assert after is not None
    assert first.score < after.score < 80


def test_a_picture_that_gets_little_because_the_way_carries_little_says_so() -> None:
    narrow = replace(PICTURE_ON, limit_bps=200_000.0)
    quality = Stream("video").goes_on(20, around=narrow)
    assert quality is not None
    assert quality.cause == "bandwidth"
    assert quality.mos is None
    wide = Stream("video").goes_on(20, packets=3, around=PICTURE_ON)  # a still picture takes little
    assert wide is not None
    assert wide.score == 100


def test_a_picture_the_relay_pauses_is_poor_at_once() -> None:
    stream = Stream("video")
    quality = stream.goes_on(1, packets=0, around=replace(PICTURE_ON, paused=True))
    assert quality is not None
    assert (quality.score, quality.cause) == (30, "paused")


def test_jitter_is_told_in_milliseconds() -> None:
    assert jitter_ms(480, "audio") == 10
    assert jitter_ms(900, "video") == 10
