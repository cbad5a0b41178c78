"""Numbers go on without a gap whatever is connected; pure arithmetic."""

from hypothesis import given
from hypothesis import strategies as st

from media.rewrite import Clock, SequenceMap, TimestampMap, signed_16

uint16 = st.integers(0, 0xFFFF)


@given(uint16)
def test_numbers_begin_where_they_shall_whatever_the_first_sources_are(start: int) -> None:
    numbers = SequenceMap(7)
    assert [numbers.take(start + i & 0xFFFF) for i in range(3)] == [7, 8, 9]


@given(st.lists(st.tuples(uint16, st.integers(1, 200)), min_size=2, max_size=6))
def test_any_row_of_sources_gives_one_row_of_numbers(sources: list[tuple[int, int]]) -> None:
    numbers, out = SequenceMap(7), []
    for start, length in sources:
        numbers.restart()
        out += [numbers.take(start + i & 0xFFFF) for i in range(length)]
    assert out == [7 + i & 0xFFFF for i in range(len(out))]


@given(uint16, uint16, st.lists(st.integers(-300, 300), max_size=300))
def test_no_number_is_given_to_two_sources(first: int, second: int, steps: list[int]) -> None:
    numbers = SequenceMap(7)
    used = {numbers.take(first + i & 0xFFFF) for i in range(10)}
    numbers.restart()
    position = second
    for step in steps:
        position = position + step & 0xFFFF
        assert numbers.take(position) not in used


def test_numbers_hold_over_many_turns_of_the_circle() -> None:
    numbers = SequenceMap(7)
    numbers.take(9)
    numbers.restart()
    assert [numbers.take(60000 + i & 0xFFFF) for i in range(200_000)][-1] == 8 + 199_999 & 0xFFFF


def test_a_packet_from_before_the_change_is_refused_and_a_late_one_is_not() -> None:
    numbers = SequenceMap(7)
    numbers.take(100)
    numbers.restart()
    assert numbers.take(500) == 8
    assert numbers.take(499) is None
    assert numbers.take(502) == 10
    assert numbers.take(501) == 9


@given(uint16, st.integers(0, 200), st.integers(0, 200))
def test_the_origin_of_a_number_is_found_within_its_source_only(start: int, sent: int, back: int) -> None:
    numbers = SequenceMap(7)
    numbers.take(7)
    numbers.restart()
    out = [numbers.take(start + i & 0xFFFF) for i in range(sent + 1)]
    number = out[-1]
    assert number is not None
    found = numbers.origin(number - back & 0xFFFF)
    assert found == (start + sent - back & 0xFFFF if back <= sent else None)
    assert numbers.origin(number + 1 & 0xFFFF) is None
    assert SequenceMap(7).origin(number) is None


def begin(times: TimestampMap, timestamp: int, now: float, clock: Clock | None = None) -> int:
    times.begin(timestamp, now, clock)
    times.last, times.last_at = timestamp + times.offset & 0xFFFFFFFF, now
    return times.last


def test_timestamps_go_on_by_the_time_that_has_passed() -> None:
    times = TimestampMap(90_000)
    assert begin(times, 1000, 10.0) == 1000
    times.leave(None)
    assert begin(times, 50, 12.0) == 1000 + 180_000


def test_layers_of_one_camera_change_over_in_step() -> None:
    """The first layer showed 10 s as 900000; the second one's own clock says that it begins at 10.2 s."""
    times = TimestampMap(90_000)
    begin(times, 909_000, 50.0)  # captured at 10.1 s
    times.leave(Clock(10.0, 900_000))
    assert begin(times, 5_000 + 18_000, 50.4, Clock(10.0, 5_000)) == 909_000 + 9_000
    times.leave(Clock(10.0, 5_000))
    assert begin(times, 77, 51.0, Clock(99.0, 77)) == 918_000 + 54_000  # a clock that leaps is not believed


@given(uint16, uint16)
def test_the_shortest_way_round_is_found(one: int, other: int) -> None:
    step = signed_16(one - other)
    assert -0x8000 <= step < 0x8000
    assert other + step & 0xFFFF == one
