"""What is made of a page's recording."""

import pytest

from tests.media.measuring import Recording, Sample


def recording(
    frames: list[float], concealed: tuple[tuple[float, float], ...] = (), until: float = 10.0
) -> Recording:
    """Sound at 48 kHz, in packets of 100 ms, all of it invented in the given spans."""
    samples, invented, packets = [], 0, 0
    for step in range(int(until * 10) + 1):
        at = step / 10
        bad = any(start < at <= end for start, end in concealed)
        invented += 4800 * bad
        packets += not bad
        samples.append(Sample(at, 4800 * step, invented, packets, 12_500 * step))
    return Recording(tuple(frames), tuple(samples))


def evenly(start: float, end: float, fps: float) -> list[float]:
    return [start + number / fps for number in range(int((end - start) * fps))]


def test_frames_are_counted_in_the_span_alone() -> None:
    assert recording(evenly(0, 10, 20)).fps(2, 4) == 20


def test_a_freeze_reaches_to_the_edges_of_the_span() -> None:
    stuck = recording([*evenly(0, 3, 20), *evenly(5, 6, 20)])
    assert stuck.longest_freeze_s(0, 6) == pytest.approx(2.05)
    assert stuck.longest_freeze_s(0, 9) == pytest.approx(3.05)
    assert stuck.longest_freeze_s(4, 5) == 1


def test_silence_is_where_no_packet_came() -> None:
    assert recording([], ((3, 4.5),)).longest_silence_s(1, 9) == pytest.approx(1.6)
    assert recording([]).longest_silence_s(1, 9) == pytest.approx(0.1, abs=0.01)


def test_concealment_is_a_share_of_what_was_played() -> None:
    broken = recording([], ((2, 3),))
    assert broken.concealment(0, 10) == pytest.approx(0.1)
    assert broken.concealment(4, 10) == 0
    assert Recording((), (Sample(0, 0, 0, 0, 0), Sample(1, 0, 0, 0, 0))).concealment(0, 1) == 1


def test_a_rate_is_bits_per_second() -> None:
    assert recording([]).video_bps(1, 3) == pytest.approx(1_000_000)


def test_recovered_is_when_picture_and_sound_are_both_good_for_two_seconds() -> None:
    picture = evenly(0, 10, 15)
    assert recording(picture).recovered_at(1) == 1
    assert recording(picture, ((1, 3),)).recovered_at(1) == pytest.approx(3, abs=0.2)
    assert recording(evenly(4, 10, 15), ((1, 3),)).recovered_at(1) == pytest.approx(3.3, abs=0.4)
    assert recording(evenly(0, 10, 8)).recovered_at(1) is None
    assert recording(picture, ((1, 9),)).recovered_at(1) is None
