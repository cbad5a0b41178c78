"""Reading RTP headers and their extensions, and writing them anew; pure bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.extensions import Extension
from media.packet import HEADER, Packet, read_packet, table, write_elements

SAME_TYPES, SAME_IDS = table({}, 128, same=True), table({n: n for n in Extension}, 256, same=False)
DESCRIPTOR = Extension.DEPENDENCY_DESCRIPTOR


def rtp(block: bytes = b"", payload: bytes = b"payload", first: int = 0x80, payload_type: int = 96) -> bytes:
    start = (first | (0x10 if block else 0)) << 8 | payload_type
    return HEADER.pack(start, 5, 1000, 7) + block + payload


def read(data: bytes) -> Packet:
    packet = read_packet(data, SAME_TYPES, SAME_IDS)
    assert packet is not None
    return packet


def test_the_fixed_header_is_read() -> None:
    packet = read(rtp(payload_type=0x80 | 111))
    assert (packet.payload_type, packet.marker, packet.sequence) == (111, 0x80, 5)
    assert (packet.timestamp, packet.ssrc, packet.payload, packet.elements) == (1000, 7, b"payload", ())


def test_contributing_sources_and_padding_are_kept_apart() -> None:
    packet = read(HEADER.pack(0xA260, 5, 0, 7) + b"11112222" + b"xy\x00\x00\x03")
    assert packet.csrcs == b"11112222"
    assert (packet.payload_octets, packet.padded) == (2, 0x2000)


@pytest.mark.parametrize("form", [b"\xbe\xde", b"\x10\x00"])
def test_extensions_are_read_in_both_forms(form: bytes) -> None:
    one = form == b"\xbe\xde"

    def element(number: int, data: bytes) -> bytes:
        return (bytes([number << 4 | len(data) - 1]) if one else bytes([number, len(data)])) + data

    body = element(Extension.TRANSPORT_CC, b"\x12\x34") + element(Extension.AUDIO_LEVEL, b"\xa8")
    body += element(Extension.MID, b"1") + element(Extension.RID, b"h") + element(12, b"no")
    body += b"\0" * (-len(body) % 4)
    packet = read(rtp(form + (len(body) // 4).to_bytes(2, "big") + body))
    assert packet.transport_sequence == 0x1234
    assert packet.level == 0x28
    assert packet.elements == ((Extension.AUDIO_LEVEL, b"\xa8"),)
    assert packet.names == {Extension.MID: "1", Extension.RID: "h"}
    assert packet.payload == b"payload"


def test_a_peers_own_numbers_become_ours() -> None:
    types, ids = table({100: 96}, 128, same=False), table({3: Extension.TRANSPORT_CC}, 256, same=False)
    block = write_elements([(3, b"\x00\x09"), (4, b"\x00\x01")])
    packet = read_packet(rtp(block, payload_type=100), types, ids)
    assert packet is not None
    assert (packet.payload_type, packet.transport_sequence) == (96, 9)
    assert read_packet(rtp(payload_type=96), types, ids) is None  # not agreed on


@pytest.mark.parametrize(
    "data",
    [b"", bytes(11), b"\x40" + bytes(11), b"\x8f" + bytes(11), b"\x90" + bytes(13), rtp(b"\xbe\xde\xff\xff")],
)
def test_what_does_not_fit_its_own_header_is_refused(data: bytes) -> None:
    assert read_packet(data, SAME_TYPES, SAME_IDS) is None


def test_an_element_that_runs_over_the_end_is_left_out() -> None:
    packet = read(rtp(b"\xbe\xde\x00\x01\x10\x31\x9f\x00"))
    assert packet.names == {Extension.MID: "1"}
    assert packet.elements == ()


elements = st.lists(st.tuples(st.integers(1, 255), st.binary(max_size=40)), max_size=6)


@given(elements)
def test_what_is_written_is_read_again(written: list[tuple[int, bytes]]) -> None:
    ids = table({number: DESCRIPTOR for number, _ in written}, 256, same=False)
    packet = read_packet(rtp(write_elements(written)), SAME_TYPES, ids)
    assert packet is not None
    assert packet.elements == tuple((DESCRIPTOR, data) for _, data in written)
    assert packet.payload == b"payload"


@given(st.binary(max_size=120))
def test_no_bytes_make_the_reader_fail(data: bytes) -> None:
    for bytes_ in (
        data,
        b"\x90" + data,
        b"\x9f\x60" + data,
        rtp(b"\xbe\xde" + data),
        rtp(b"\x10\x00" + data),
    ):
        packet = read_packet(bytes_, SAME_TYPES, SAME_IDS)
        assert packet is None or len(packet.payload) <= len(bytes_) - 12
