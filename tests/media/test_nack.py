"""Missing packets are asked for, not too early, not too often, and not for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.nack import GIVE_UP_S, MAX_MISSING, MAX_TRIES, MIN_REPEAT_S, REORDERING_S, NackSchedule


def asked_until(schedule: NackSchedule, end: float, rtt_s: float | None) -> list[tuple[float, list[int]]]:
    """Follow the schedule's own times."""
    asked = []
    while (at := schedule.next_due()) is not None and at <= end:
        numbers = schedule.due(at, rtt_s)
        if numbers:
            asked.append((at, numbers))
        if schedule.lost:
            break
    return asked


def test_the_first_request_waits_for_packets_that_are_only_late() -> None:
    schedule = NackSchedule()
    schedule.missing([5, 6], 1.0)
    assert schedule.next_due() == 1.0 + REORDERING_S
    assert schedule.due(1.009, 0.05) == []
    schedule.arrived(6)
    assert schedule.due(1.010, 0.05) == [5]


def test_a_packet_is_asked_for_once_in_a_round_trip() -> None:
    schedule = NackSchedule()
    schedule.missing([5], 0.0)
    assert [at for at, _ in asked_until(schedule, 0.5, 0.2)] == pytest.approx([0.01, 0.21, 0.41])


@pytest.mark.parametrize(("rtt_s", "between_s"), [(0.001, MIN_REPEAT_S), (None, 0.1)])
def test_a_very_short_or_unknown_round_trip_has_a_default(rtt_s: float | None, between_s: float) -> None:
    schedule = NackSchedule()
    schedule.missing([5], 0.0)
    first, second = asked_until(schedule, 0.12, rtt_s)[:2]
    assert second[0] - first[0] == pytest.approx(between_s)


def test_after_ten_requests_it_is_lost() -> None:
    schedule = NackSchedule()
    schedule.missing([5], 0.0)
    asked = asked_until(schedule, 9.0, 0.03)
    assert len(asked) == MAX_TRIES
    assert list(schedule.lost) == [5]
    assert schedule.next_due() is None
    assert schedule.due(9.0, 0.03) == []
    assert list(schedule.lost) == []


def test_the_tenth_request_has_its_round_trip_too() -> None:
    schedule = NackSchedule()
    schedule.missing([5], 0.0)
    for n in range(MAX_TRIES):
        assert schedule.due(0.01 + n * 0.031, 0.03) == [5]
    assert schedule.due(0.01 + MAX_TRIES * 0.031 - 0.002, 0.03) == []
    assert list(schedule.lost) == []
    assert schedule.due(0.01 + MAX_TRIES * 0.031, 0.03) == []
    assert list(schedule.lost) == [5]


def test_after_a_second_it_is_lost_however_long_the_round_trip() -> None:
    schedule = NackSchedule()
    schedule.missing([5], 0.0)
    assert len(asked_until(schedule, 0.99, 0.6)) == 2
    assert schedule.next_due() == GIVE_UP_S
    assert schedule.due(1.0, 0.6) == []
    assert list(schedule.lost) == [5]


def test_what_arrived_is_forgotten() -> None:
    schedule = NackSchedule()
    schedule.missing([5], 0.0)
    schedule.arrived(5)
    schedule.arrived(7)
    assert schedule.next_due() is None
    assert schedule.due(5.0, 0.1) == []
    assert list(schedule.lost) == []


def test_found_missing_twice_is_one_miss() -> None:
    schedule = NackSchedule()
    schedule.missing([5], 0.0)
    assert schedule.due(0.01, 0.1) == [5]
    schedule.missing([5, 6], 0.05)
    assert schedule.due(0.061, 0.1) == [6]


def test_a_newer_gap_does_not_delay_an_older_one() -> None:
    schedule = NackSchedule()
    schedule.missing([5], 0.0)
    schedule.missing([6], 0.005)
    assert schedule.next_due() == REORDERING_S
    schedule.due(0.01, 0.5)
    assert schedule.next_due() == pytest.approx(0.015)


def test_too_many_missing_give_up_the_oldest() -> None:
    schedule = NackSchedule()
    schedule.missing(range(MAX_MISSING + 2), 0.0)
    asked = schedule.due(0.01, 0.1)
    assert list(schedule.lost) == [0, 1]
    assert asked == list(range(2, MAX_MISSING + 2))


def test_nothing_missing_wants_nothing() -> None:
    schedule = NackSchedule()
    schedule.missing([], 0.0)
    assert schedule.next_due() is None


moves = st.one_of(st.integers(0, 30).map(lambda n: [n]), st.integers(0, 30))


@given(st.lists(st.tuples(moves, st.floats(0, 0.3))), st.one_of(st.none(), st.floats(0, 0.5)))
def test_each_missing_packet_arrives_or_is_lost_within_a_second(
    steps: list[tuple[list[int] | int, float]], rtt_s: float | None
) -> None:
    schedule = NackSchedule()
    now, open_since, tries = 0.0, dict[int, float](), dict[int, int]()
    for move, later in [*steps, (31, 2.0)]:
        end = now + later
        while (at := schedule.next_due()) is not None and at <= end:
            for number in schedule.due(max(now, at), rtt_s):
                tries[number] += 1
                assert tries[number] <= MAX_TRIES
                assert at - open_since[number] <= GIVE_UP_S
            for number in schedule.lost:
                del open_since[number]
        now = end
        if isinstance(move, list):
            for number in set(move) - set(open_since):
                open_since[number], tries[number] = now, 0
            schedule.missing(move, now)
        elif open_since.pop(move, None) is not None:
            schedule.arrived(move)
    assert all(now - at < GIVE_UP_S + 1e-9 for at in open_since.values())
