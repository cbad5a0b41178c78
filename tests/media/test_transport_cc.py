"""Transport-wide feedback: bytes written out by hand from the draft, and whatever else may arrive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.transport_cc import MAX_ARRIVALS, MAX_STATUSES, FeedbackBuilder, TransportFeedback, build, parse

MS = 1000
HEADER = "8fcd {words:04x} 00000001 00000002"


def packet(words: int, fci: str) -> bytes:
    return bytes.fromhex(HEADER.format(words=words) + fci)


def read(packets: list[bytes]) -> list[TransportFeedback]:
    found = [parse(data[12:]) for data in packets]
    assert None not in found
    return [feedback for feedback in found if feedback is not None]


def arrivals_of(packets: list[bytes]) -> list[tuple[int, int]]:
    return [(n, at) for feedback in read(packets) for n, at in feedback.arrivals if at is not None]


# By hand, in this order: base, status count, reference time (64 ms), feedback count, chunks, deltas, padding.


def test_three_packets_in_a_row_are_one_run_of_small_deltas() -> None:
    arrivals = [(5, 192 * MS), (6, 193 * MS), (7, 197 * MS)]
    data = packet(6, "0005 0003 000003 07  2003  00 04 10  000000")
    assert build(1, 2, 7, arrivals) == [data]
    assert parse(data[12:]) == TransportFeedback(5, 7, [192 * MS, 193 * MS, 197 * MS])


def test_a_lost_packet_makes_a_vector_of_single_bits() -> None:
    data = packet(5, "ffff 0003 000000 00  a800  04 08")
    assert build(1, 2, 0, [(0xFFFF, 1 * MS), (0x10001, 3 * MS)]) == [data]
    assert read([data]) == [TransportFeedback(0xFFFF, 0, [1 * MS, None, 3 * MS])]
    assert read([data])[0].arrivals == ((0xFFFF, 1 * MS), (0, None), (1, 3 * MS))


def test_a_late_packet_and_a_pause_take_large_deltas() -> None:
    # 10 ms, then 5 ms back (-20 = ffec), then 100 ms on (400 = 0190): symbols 1, 2, 2 at two bits each.
    arrivals = [(1, 10 * MS), (2, 5 * MS), (3, 105 * MS)]
    data = packet(6, "0001 0003 000000 00  da00  28 ffec 0190  00")
    assert build(1, 2, 256, arrivals) == [data]
    assert read([data])[0].arrivals == tuple(arrivals)


def test_a_long_loss_is_a_run_of_its_own() -> None:
    # 1 received, 1000 not, 1 received: a vector with 13 of the lost, a run of 987 = 03db, a run of one.
    data = packet(6, "0000 03ea 000000 00  a000 03db 2001  00 04")
    assert build(1, 2, 0, [(0, 0), (1001, 1 * MS)]) == [data]


def test_a_clock_before_its_zero_has_a_negative_reference_time() -> None:
    data = packet(5, "0000 0001 ffffff 00  2001  fc  00")
    assert build(1, 2, 0, [(0, -1 * MS)]) == [data]
    assert read([data])[0].arrivals == ((0, -1 * MS),)


@pytest.mark.parametrize(
    "fci",
    [
        "",
        "0000 0001 000000",  # no feedback count
        "0000 0000 000000 00 2001 00 00",  # reports nothing
        "0000 0001 000000 00",  # no chunk
        "0000 0001 000000 00 20",  # half a chunk
        "0000 0003 000000 00 2002 0000",  # chunks for two of three
        "0000 0003 000000 00 2003 0000",  # deltas for two of three
        "0000 0001 000000 00 4001 00",  # half a large delta
        "0000 0001 000000 00 6001 0000",  # the reserved symbol in a run
        "0000 0007 000000 00 f000 0000 0000",  # and in a vector
        "0000 ffff 000000 00 1fff 1fff 1fff 1fff 1fff 1fff 1fff 1fff 1fff",  # a few bytes that claim too much
    ],
)
def test_what_is_malformed_is_none(fci: str) -> None:
    assert parse(bytes.fromhex(fci)) is None


def test_a_run_longer_than_the_count_is_cut() -> None:
    feedback = parse(bytes.fromhex("0000 0002 000000 00 2005 04 04"))
    assert feedback is not None
    assert feedback.arrivals == ((0, 1 * MS), (1, 2 * MS))


def test_symbols_behind_the_count_say_nothing() -> None:
    feedback = parse(bytes.fromhex("0000 0001 000000 00 ffff 04"))
    assert feedback is None
    feedback = parse(bytes.fromhex("0000 0001 000000 00 d3ff 04"))
    assert feedback is not None
    assert feedback.arrivals == ((0, 1 * MS),)


def test_arrivals_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="rise"):
        build(1, 2, 0, [(2, 0), (2, 0)])
    with pytest.raises(ValueError, match="rise"):
        build(1, 2, 0, [(2, 0)], base=3)


def test_nothing_is_reported_when_nothing_arrived() -> None:
    assert build(1, 2, 0, []) == []
    assert FeedbackBuilder(1).build(2, []) == []


def test_a_pause_of_more_than_a_delta_holds_begins_another_packet() -> None:
    arrivals = [(0, 0), (1, 8192 * MS), (3, 20000 * MS)]
    packets = build(1, 2, 255, arrivals)
    assert [(f.base_sequence, f.count, f.feedback_count) for f in read(packets)] == [
        (0, 1, 255),
        (1, 1, 0),
        (2, 2, 1),
    ]
    assert arrivals_of(packets) == arrivals


def test_many_packets_are_split_so_that_each_fits_a_datagram() -> None:
    # The worst that can be: no symbol like its neighbours for long, every delta a large one.
    arrivals = [(n * 11, (n % 2) * 7_000 * MS) for n in range(1000)]
    packets = build(1, 2, 0, arrivals)
    assert arrivals_of(packets) == arrivals
    assert len(packets) == -(-1000 // MAX_ARRIVALS)
    assert max(map(len, packets)) <= 1150


def test_a_gap_too_long_to_report_is_left_out() -> None:
    packets = build(1, 2, 0, [(0, 0), (2 * MAX_STATUSES, 0)])
    assert [f.count for f in read(packets)] == [1, 1]


def test_what_is_lost_between_two_messages_is_reported() -> None:
    builder = FeedbackBuilder(1)
    builder.build(2, [(10, 0), (11, 0)])
    [feedback] = read(builder.build(2, [(13, 50 * MS)]))
    assert feedback.feedback_count == 1
    assert feedback.arrivals == ((12, None), (13, 50 * MS))


def test_a_late_packet_is_reported_alone() -> None:
    builder = FeedbackBuilder(1)
    builder.build(2, [(10, 0), (12, 0), (14, 0)])
    late, later, fresh = read(builder.build(2, [(11, 50 * MS), (13, 51 * MS), (16, 52 * MS)]))
    assert late.arrivals == ((11, 50 * MS),)
    assert later.arrivals == ((13, 51 * MS),)
    assert fresh.arrivals == ((15, None), (16, 52 * MS))
    assert [late.feedback_count, later.feedback_count, fresh.feedback_count] == [1, 2, 3]


def test_only_a_late_packet_does_not_move_what_is_expected() -> None:
    builder = FeedbackBuilder(1)
    builder.build(2, [(10, 0), (12, 0)])
    builder.build(2, [(11, 50 * MS)])
    [feedback] = read(builder.build(2, [(14, 60 * MS)]))
    assert feedback.base_sequence == 13


steps_us = st.one_of(st.integers(0, 3000), st.integers(-20_000, 200_000), st.integers(-9_000_000, 9_000_000))


@st.composite
def arrivals(draw: st.DrawFn) -> list[tuple[int, int]]:
    sequence, at = draw(st.integers(0, 1 << 40)), draw(st.integers(0, (1 << 23) * 64_000))
    steps = draw(
        st.lists(st.tuples(st.one_of(st.just(1), st.integers(1, 40), st.integers(1, 20_000)), steps_us))
    )
    found = []
    for ahead, later in steps:
        sequence, at = sequence + ahead, max(0, at + later) % ((1 << 23) * 64_000)
        found.append((sequence, at))
    return found


@given(arrivals(), st.integers(0, 300))
def test_what_is_built_is_read_back(given_arrivals: list[tuple[int, int]], count: int) -> None:
    packets = build(0xFFFFFFFF, 0, count, given_arrivals)
    expected = [(n & 0xFFFF, at - at % 250) for n, at in given_arrivals]
    assert arrivals_of(packets) == expected
    for n, (data, feedback) in enumerate(zip(packets, read(packets), strict=True)):
        assert len(data) == 4 * int.from_bytes(data[2:4], "big") + 4 <= 1150
        assert feedback.feedback_count == count + n & 0xFF
        assert feedback.arrivals[-1][1] is not None


@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_raise(fci: bytes) -> None:
    feedback = parse(fci)
    assert feedback is None or feedback.count == int.from_bytes(fci[2:4], "big")


@given(st.binary(max_size=40), st.integers(1, 300), st.lists(st.integers(0, 0xFFFF), max_size=30))
def test_arbitrary_chunks_never_raise(deltas: bytes, count: int, chunks: list[int]) -> None:
    fci = (
        count.to_bytes(4, "big") + bytes(4) + b"".join(chunk.to_bytes(2, "big") for chunk in chunks) + deltas
    )
    feedback = parse(fci)
    assert feedback is None or feedback.count == int.from_bytes(fci[2:4], "big")
