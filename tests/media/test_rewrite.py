"""Numbers go on without a gap whatever is connected; pure arithmetic."""

from hypothesis import given
from hypothesis import strategies as st

from media.rewrite import (
    HEADER,
    Rewrite,
    SequenceMap,
    mid_position,
    payload_length,
    payload_position,
    signed_16,
)
from tests.media.client import VIDEO, VIDEO_RTX, rtp_packet

uint16 = st.integers(0, 0xFFFF)


def slot() -> Rewrite:
    return Rewrite(ssrc=7, rtx_ssrc=8, clock_rate=90000, mid=b"3")


def fields(packet: bytes | None) -> tuple[int, int, int]:
    assert packet is not None
    _, sequence, timestamp, ssrc = HEADER.unpack_from(packet)
    return sequence, timestamp, ssrc


@given(uint16)
def test_the_first_source_keeps_its_numbers(start: int) -> None:
    numbers = SequenceMap()
    assert [numbers.take(start + i & 0xFFFF) for i in range(3)] == [start + i & 0xFFFF for i in range(3)]


@given(st.lists(st.tuples(uint16, st.integers(1, 200)), min_size=2, max_size=6))
def test_any_row_of_sources_gives_one_row_of_numbers(sources: list[tuple[int, int]]) -> None:
    numbers, out = SequenceMap(), []
    for start, length in sources:
        numbers.restart()
        out += [numbers.take(start + i & 0xFFFF) for i in range(length)]
    first = sources[0][0]
    assert out == [first + i & 0xFFFF for i in range(len(out))]


@given(uint16, uint16, st.lists(st.integers(-300, 300), max_size=300))
def test_no_number_is_given_to_two_sources(first: int, second: int, steps: list[int]) -> None:
    numbers = SequenceMap()
    used = {numbers.take(first + i & 0xFFFF) for i in range(10)}
    numbers.restart()
    position = second
    for step in steps:
        position = position + step & 0xFFFF
        assert numbers.take(position) not in used


def test_numbers_hold_over_many_turns_of_the_circle() -> None:
    numbers = SequenceMap()
    numbers.take(9)
    numbers.restart()
    assert [numbers.take(60000 + i & 0xFFFF) for i in range(200_000)][-1] == 10 + 199_999 & 0xFFFF


def test_a_packet_from_before_the_change_is_refused_and_a_late_one_is_not() -> None:
    numbers = SequenceMap()
    numbers.take(100)
    numbers.restart()
    assert numbers.take(500) == 101
    assert numbers.take(499) is None
    assert numbers.take(502) == 103
    assert numbers.take(501) == 102


def test_timestamps_go_on_by_the_time_that_has_passed() -> None:
    rewrite = slot()
    assert fields(rewrite.media(rtp_packet(1, 5, 1000, b"a"), 0, now=10.0)) == (5, 1000, 7)
    rewrite.restart()
    assert fields(rewrite.media(rtp_packet(2, 900, 50, b"a"), 0, now=12.0)) == (6, 1000 + 180_000, 7)
    assert fields(rewrite.media(rtp_packet(2, 901, 3050, b"a"), 0, now=12.1)) == (7, 1000 + 183_000, 7)


def test_a_retransmission_names_the_number_the_viewer_knows() -> None:
    rewrite = slot()
    rewrite.media(rtp_packet(1, 5, 0, b"a"), 0, 0.0)
    rewrite.restart()
    rewrite.media(rtp_packet(2, 900, 0, b"a"), 0, 1.0)
    repeated = rewrite.rtx(rtp_packet(3, 77, 0, (900).to_bytes(2, "big") + b"a", VIDEO_RTX), 0, 12)
    assert fields(repeated) == (77, rewrite.timestamp_offset, 8)
    assert repeated is not None
    assert repeated[12:] == b"\x00\x06a"


def test_a_retransmission_from_before_the_change_is_refused() -> None:
    rewrite = slot()
    assert rewrite.rtx(rtp_packet(3, 77, 0, b"\x00\x01a", VIDEO_RTX), 0, 12) is None
    rewrite.media(rtp_packet(2, 900, 0, b"a"), 0, 1.0)
    assert rewrite.rtx(rtp_packet(3, 77, 0, (899).to_bytes(2, "big") + b"a", VIDEO_RTX), 0, 12) is None


def test_padding_on_the_retransmission_stream_passes_unpatched() -> None:
    rewrite = slot()
    rewrite.media(rtp_packet(2, 900, 0, b"a"), 0, 1.0)
    padding = rtp_packet(3, 77, 0, b"\x00" * 9 + b"\x0a", VIDEO_RTX)
    padding = bytes([padding[0] | 0x20]) + padding[1:]
    passed = rewrite.rtx(padding, 0, 12)
    assert passed is not None
    assert passed[12:] == padding[12:]


def test_the_mid_is_found_and_replaced() -> None:
    block = b"\xbe\xde\x00\x02" + b"\x22abc" + b"\x00\x10\x31\x00"
    packet = bytes([0x90]) + rtp_packet(1, 5, 0, b"")[1:] + block + b"payload"
    end = payload_position(packet)
    at = mid_position(packet, end)
    assert packet[at : at + 1] == b"1"
    assert (
        slot().media(packet, at, 0.0)
        == HEADER.pack(0x9000 | VIDEO, 5, 0, 7) + block.replace(b"\x10\x31", b"\x10\x33") + b"payload"
    )


def test_a_mid_that_is_not_one_character_is_refused() -> None:
    start = bytes([0x90]) + rtp_packet(1, 5, 0, b"")[1:]
    long_mid = start + b"\xbe\xde\x00\x01\x11ab\x00"
    assert mid_position(long_mid, payload_position(long_mid)) == -1
    two_byte_form = start + b"\x10\x00\x00\x01\x01\x01a\x00"
    assert mid_position(two_byte_form, payload_position(two_byte_form)) == -1


@given(st.binary(max_size=80))
def test_no_bytes_make_the_header_readers_fail(data: bytes) -> None:
    at = payload_position(data)
    assert 0 <= at <= len(data)
    if at:
        assert -1 <= mid_position(data, at) < at
        assert payload_length(data, at) <= len(data) - at


@given(uint16, uint16)
def test_the_shortest_way_round_is_found(one: int, other: int) -> None:
    step = signed_16(one - other)
    assert -0x8000 <= step < 0x8000
    assert other + step & 0xFFFF == one
