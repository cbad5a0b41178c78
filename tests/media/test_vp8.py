"""A viewer's picture ids rise by one per picture, whatever fills the slot."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from media.vp8 import LATE_PICTURES, NARROW, WIDE, Descriptor, PictureMap, read

wide_ids = st.integers(0, WIDE - 1)
narrow_ids = st.integers(0, NARROW - 1)
octet = st.integers(0, 255)
Write = Callable[[int], Descriptor]


def wide(picture_id: int, tl0picidx: int = 0) -> Descriptor:
    """As Chromium writes it: 15 bits, TL0PICIDX, TID."""
    number = picture_id % WIDE | 0x8000
    return known(bytes([0x90, 0xE0]) + number.to_bytes(2, "big") + bytes([tl0picidx % 256, 0x20]))


def narrow(picture_id: int) -> Descriptor:
    """Seven bits and nothing else."""
    return known(bytes([0x90, 0x80, picture_id % NARROW]))


def shortest(picture_id: int) -> Descriptor:
    """Seven bits while they are enough, otherwise 15: one line of 15-bit numbers."""
    return narrow(picture_id) if picture_id % WIDE < NARROW else wide(picture_id)


def known(octets: bytes) -> Descriptor:
    descriptor = read(octets)
    assert descriptor is not None
    assert descriptor.octets == octets
    return descriptor


def sent(octets: bytes | None) -> Descriptor:
    assert octets is not None
    return known(octets)


def ids(pictures: PictureMap, *descriptors: Descriptor) -> list[int]:
    return [sent(pictures.take(descriptor)).picture_id for descriptor in descriptors]


@given(st.booleans(), st.none() | wide_ids, st.none() | octet, st.none() | st.integers(0, 3), st.booleans())
def test_it_reads_what_another_implementation_writes(
    starts: bool, picture_id: int | None, tl0picidx: int | None, tid: int | None, sync: bool
) -> None:
    written = VpxPayloadDescriptor(
        partition_start=starts,
        partition_id=0,
        picture_id=picture_id,
        tl0picidx=tl0picidx,
        tid=None if tid is None else (tid, sync),
        keyidx=None if tid is None else 9,
    )
    octets = bytes(written)
    descriptor = read(b"\xff" * 7 + octets + b"payload", 7)
    assert descriptor is not None
    assert descriptor.octets == octets
    assert descriptor.starts is starts
    assert descriptor.picture_id == (-1 if picture_id is None else picture_id)
    assert descriptor.wide is (picture_id is not None)
    assert descriptor.tl0picidx == (-1 if tl0picidx is None else tl0picidx)
    assert (descriptor.tid, descriptor.layer_sync) == ((-1, False) if tid is None else (tid, sync))
    assert descriptor.keyidx == (-1 if tid is None else 9)


@given(st.binary(max_size=8))
def test_no_bytes_make_the_reader_fail(packet: bytes) -> None:
    descriptor = read(packet)
    if descriptor is not None:
        assert packet.startswith(descriptor.octets)


@pytest.mark.parametrize(
    "octets", [b"", b"\x90", b"\x90\x80", b"\x90\x80\x85", b"\x90\xe0\x05", b"\x90\xe0\x05\x00"]
)
def test_a_descriptor_that_is_cut_off_is_none(octets: bytes) -> None:
    assert read(octets) is None


@given(wide_ids, octet)
def test_the_first_source_keeps_its_numbers(first: int, tl0picidx: int) -> None:
    pictures = PictureMap()
    for number in range(3):
        descriptor = wide(first + number, tl0picidx + number)
        assert pictures.take(descriptor) == descriptor.octets


@given(st.lists(st.tuples(wide_ids, octet, st.integers(1, 300)), min_size=2, max_size=5))
def test_any_row_of_sources_gives_one_row_of_pictures(sources: list[tuple[int, int, int]]) -> None:
    pictures, out = PictureMap(), []
    for first, tl0picidx, length in sources:
        pictures.restart()
        out += [sent(pictures.take(wide(first + i, tl0picidx + i))) for i in range(length)]
    assert all(after.picture_id == (before.picture_id + 1) % WIDE for before, after in pairwise(out))
    assert all(after.tl0picidx == (before.tl0picidx + 1) % 256 for before, after in pairwise(out))


kinds = st.sampled_from([wide, narrow, shortest])


@given(st.lists(st.tuples(kinds, wide_ids, st.integers(1, 300)), min_size=2, max_size=5))
def test_ids_of_any_width_go_on_without_a_gap(sources: list[tuple[Write, int, int]]) -> None:
    pictures, out = PictureMap(), []
    for write, first, length in sources:
        pictures.restart()
        out += [sent(pictures.take(write(first + i))) for i in range(length)]
    for before, after in pairwise(out):
        assert after.wide or not before.wide  # once 15 bits, always 15 bits
        assert after.picture_id == (before.picture_id + 1) % (WIDE if after.wide else NARROW)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 200)), min_size=1, max_size=4))
def test_seven_bits_stay_seven_bits_until_fifteen_were_needed(sources: list[tuple[bool, int]]) -> None:
    pictures, promoted = PictureMap(), False
    for is_wide, length in sources:
        pictures.restart()
        promoted = promoted or is_wide
        for number in range(length):
            descriptor = wide(number) if is_wide else narrow(number)
            grown = len(sent(pictures.take(descriptor)).octets) - len(descriptor.octets)
            assert grown == (1 if promoted and not is_wide else 0)


def test_a_promoted_descriptor_keeps_everything_else() -> None:
    pictures = PictureMap()
    pictures.take(wide(3000, 7))
    pictures.restart()
    assert pictures.take(known(b"\xf0\xf0\x7f\x09\xb3")) == b"\xf0\xf0\x8b\xb9\x08\xb3"


def test_every_packet_of_a_picture_gets_its_number_and_keeps_its_own_first_octet() -> None:
    pictures = PictureMap()
    pictures.take(wide(9))
    pictures.restart()
    first, second = wide(500).octets, b"\x80" + wide(500).octets[1:]
    assert sent(pictures.take(known(first))).octets == b"\x90" + wide(10, 1).octets[1:]
    assert sent(pictures.take(known(second))).octets == b"\x80" + wide(10, 1).octets[1:]


def test_a_picture_from_before_the_change_is_refused_and_a_late_one_is_not() -> None:
    pictures = PictureMap()
    assert ids(pictures, wide(100)) == [100]
    pictures.restart()
    assert ids(pictures, wide(500), wide(502), wide(501)) == [101, 103, 102]
    assert pictures.take(wide(499)) is None
    assert ids(pictures, wide(503)) == [104]


@given(st.sampled_from([wide, narrow]), wide_ids, wide_ids, st.lists(st.integers(-50, 50), max_size=200))
def test_no_picture_of_one_source_gets_the_number_of_another(
    write: Write, first: int, second: int, steps: list[int]
) -> None:
    pictures, position = PictureMap(), second
    pictures.take(wide(7))  # from here on 15 bits, so that no number comes again
    pictures.restart()
    used = set(ids(pictures, *(write(first + i) for i in range(20))))
    pictures.restart()
    pictures.take(write(second))
    newest = second
    for step in steps:
        position = max(newest - 60, newest + step)
        newest = max(newest, position)
        octets = pictures.take(write(position))
        assert (octets is None) == (position < second)
        if octets is not None:
            assert known(octets).picture_id not in used


def test_numbers_hold_over_many_turns_of_the_circle() -> None:
    pictures = PictureMap()
    pictures.take(wide(9, 9))
    pictures.restart()
    for number in range(2 * WIDE):
        octets = pictures.take(wide(30_000 + number, 200 + number))
    assert (sent(octets).picture_id, sent(octets).tl0picidx) == ((9 + 2 * WIDE) % WIDE, (9 + 2 * WIDE) % 256)


def test_an_encoder_that_counts_anew_is_followed() -> None:
    pictures = PictureMap()
    assert ids(pictures, wide(20_000), wide(20_001)) == [20_000, 20_001]
    assert ids(pictures, wide(20_001 - LATE_PICTURES), wide(20_002 - LATE_PICTURES)) == [20_002, 20_003]


def test_pictures_lost_on_the_way_leave_the_gap_they_are() -> None:
    pictures = PictureMap()
    pictures.take(wide(9, 9))
    pictures.restart()
    assert ids(pictures, wide(500, 20), wide(505, 22)) == [10, 15]


def test_tl0picidx_stays_for_pictures_that_build_on_the_same_base() -> None:
    pictures = PictureMap()
    pictures.take(wide(9, 9))
    pictures.restart()
    out = [sent(pictures.take(wide(500 + i, tl0))).tl0picidx for i, tl0 in enumerate([255, 255, 0, 0, 1])]
    assert out == [10, 10, 11, 11, 12]


def test_a_source_without_picture_ids_passes_as_it_is_and_breaks_no_line() -> None:
    pictures = PictureMap()
    assert ids(pictures, wide(9)) == [9]
    pictures.restart()
    for octets in (b"\x10", b"\x00", b"\x90\x20\x40"):
        assert pictures.take(known(octets)) == octets
        assert pictures.place(known(octets)) == octets
    pictures.restart()
    assert ids(pictures, wide(70)) == [10]


@given(st.sampled_from([wide, narrow]), wide_ids, st.lists(st.integers(0, 40), min_size=1, max_size=30))
def test_what_is_sent_again_has_the_number_it_had(write: Write, first: int, ages: list[int]) -> None:
    pictures = PictureMap()
    pictures.take(wide(7))
    pictures.restart()
    octets = [pictures.take(write(first + i)) for i in range(41)]
    for age in ages:
        assert pictures.place(write(first + 40 - age)) == octets[40 - age]
    assert pictures.take(write(first + 40)) == octets[40]


def test_nothing_from_before_the_change_is_sent_again() -> None:
    pictures = PictureMap()
    assert pictures.place(wide(500)) is None
    pictures.take(wide(100))
    pictures.restart()
    assert pictures.place(wide(100)) is None
    pictures.take(wide(500))
    assert pictures.place(wide(499)) is None
    assert pictures.place(wide(500)) == wide(101, 1).octets
