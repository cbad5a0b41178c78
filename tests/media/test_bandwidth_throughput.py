"""Rates measured from feedback: right for steady streams, bunches and pauses."""

from hypothesis import given
from hypothesis import strategies as st

from media.bandwidth_throughput import SHORT_S, Throughput


def fed(*marks: tuple[float, int]) -> Throughput:
    throughput = Throughput()
    for at, size_bytes in marks:
        throughput.add((at - 0.01, at), size_bytes)
    return throughput


def test_a_steady_stream_has_its_rate() -> None:
    throughput = fed(*((n * 0.05, 6250) for n in range(100)))
    assert throughput.bps() == 1_000_000
    assert throughput.bps(SHORT_S) == 1_000_000


def test_too_little_has_no_rate() -> None:
    assert Throughput().bps() is None
    assert fed((0.0, 6250)).bps() is None
    assert fed((0.0, 6250), (0.05, 6250)).bps() is None
    assert fed((0.0, 6250), (0.05, 6250), (0.2, 6250)).bps() == 500_000


def test_the_short_rate_sees_a_fall_first() -> None:
    throughput = fed(*((n * 0.05, 6250) for n in range(40)), *((2 + n * 0.05, 625) for n in range(3)))
    short, long = throughput.bps(SHORT_S), throughput.bps()
    assert short == 100_000
    assert long is not None
    assert long > 600_000


def test_sparse_packets_have_a_rate_too() -> None:
    assert fed(*((n * 0.7, 875) for n in range(20))).bps() == 10_000


def test_a_long_pause_begins_anew() -> None:
    throughput = fed(*((n * 0.05, 6250) for n in range(20)), (10.0, 6250))
    assert throughput.bps() is None


def test_a_clock_that_is_set_back_begins_anew() -> None:
    throughput = fed(*((n * 0.05, 6250) for n in range(20)), *((n * 0.05 - 500, 12500) for n in range(20)))
    assert throughput.bps() == 2_000_000


def test_packets_that_come_late_are_counted() -> None:
    throughput = fed(*((n * 0.05, 6250) for n in range(20)), (0.93, 6250))
    long = throughput.bps()
    assert long is not None
    assert long > 1_000_000


def test_nothing_arrived_changes_nothing() -> None:
    throughput = fed(*((n * 0.05, 6250) for n in range(20)))
    throughput.add((), 0)
    assert throughput.bps() == 1_000_000


@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.integers(0, 1 << 24))))
def test_no_times_raise(marks: list[tuple[float, int]]) -> None:
    bps = fed(*marks).bps()
    assert bps is None or bps >= 0
