"""Key frames are told from the first bytes of a payload."""

from collections.abc import Iterator
from fractions import Fraction
from random import Random

import av
import pytest
from aiortc.codecs.vpx import Vp8Encoder
from av import VideoFrame
from hypothesis import given
from hypothesis import strategies as st

from media.codecs import CODEC_NAMED
from media.keyframe import begins_key_frame

NAMES = ("VP8", "VP9", "H264", "AV1", "opus")

# AV1: a sequence header (10 bytes, without a size of its own), and frames by their first header bits.
SEQUENCE_HEADER = b"\x08" + bytes(9)
KEY_FRAME, INTER_FRAME, SHOWN_AGAIN = b"\x30\x10rest", b"\x30\x30rest", b"\x30\x80rest"


def lengths(*elements: bytes) -> bytes:
    """OBU elements, each behind its length in three bytes, a form that need not be the shortest."""
    heads = (bytes([n & 127 | 128, n >> 7 & 127 | 128, n >> 14]) for n in map(len, elements))
    return b"".join(head + element for head, element in zip(heads, elements, strict=True))


@pytest.mark.parametrize(
    ("codec", "payload", "expected"),
    [
        ("VP8", b"\x10\x00", True),
        ("VP8", b"\x10\x01", False),
        ("VP8", b"\x00\x00", False),  # not the start of a partition
        ("VP8", b"\x11\x00", False),  # not the first partition
        ("VP8", b"\x90\x80\x05\x00", True),  # picture id of one byte
        ("VP8", b"\x90\x80\x85\x00\x01", False),  # picture id of two bytes
        ("VP8", b"\x90\xe0\x85\x00\x01\x20\x00", True),  # picture id, TL0PICIDX, TID
        ("VP8", b"\x90", False),
        ("H264", b"\x65", True),
        ("H264", b"\x67", True),
        ("H264", b"\x41", False),
        ("H264", b"\x7c\x85", True),  # FU-A, start of an IDR slice
        ("H264", b"\x7c\x05", False),  # FU-A, its continuation
        ("H264", b"\x78\x00\x01\x41\x00\x01\x67", True),  # STAP-A with an SPS
        ("H264", b"\x78\x00\x01\x41", False),
        ("VP9", b"\x08", True),  # no layers, no picture id
        ("VP9", b"\x48", False),  # predicted from another picture
        ("VP9", b"\x00", False),  # not the beginning of the frame
        ("VP9", b"\x8c\x80\x05rest", True),  # picture id of two bytes, begins and ends
        ("VP9", b"\xaa\x05\x00\x00rest", True),  # picture id of one byte, lowest layer, structure
        ("VP9", b"\xaa\x85\x05\x10\x00rest", True),  # picture id of two bytes, lowest layer
        ("VP9", b"\xa8\x85\x05\x03\x00rest", False),  # an upper layer of the key picture
        ("VP9", b"\x28\x02\x00rest", False),  # an upper layer, without picture id
        ("VP9", b"\xe8\x85\x05\x10\x00rest", False),
        ("VP9", b"\xa8\x85\x05", False),  # cut off before the layer
        ("AV1", b"\x18" + SEQUENCE_HEADER, True),  # N, one element
        ("AV1", b"\x10" + INTER_FRAME, False),
        ("AV1", b"\x90" + SEQUENCE_HEADER, False),  # goes on from the packet before
        ("AV1", b"\x20" + lengths(SEQUENCE_HEADER) + KEY_FRAME, True),  # N left out, two elements
        ("AV1", b"\x00" + lengths(SEQUENCE_HEADER, KEY_FRAME), True),  # N left out, not counted
        ("AV1", b"\x20" + lengths(SEQUENCE_HEADER) + INTER_FRAME, False),  # sequence header repeated
        ("AV1", b"\x20" + lengths(SEQUENCE_HEADER) + SHOWN_AGAIN, False),
        ("AV1", b"\x10" + KEY_FRAME, False),  # a key frame that nobody can decode without the header
        ("AV1", b"\x10" + SEQUENCE_HEADER, True),
        ("AV1", b"\x20" + lengths(SEQUENCE_HEADER) + b"\x36\x00\x05\x10", True),  # extension and size
        ("AV1", b"\x00" + lengths(b"\x12\x00", SEQUENCE_HEADER, KEY_FRAME), True),  # after a delimiter
        ("opus", b"\x10\x00", False),
        ("H265", b"\x10\x00", False),
        (0, b"\x10\x00", False),
        ("VP8", b"", False),
    ],
)
def test_key_frames_are_recognised(codec: str | int, payload: bytes, expected: bool) -> None:
    assert begins_key_frame(codec, payload) is expected


@pytest.mark.parametrize(
    ("name", "key", "other"),
    [
        ("VP8", b"\x10\x00", b"\x10\x01"),
        ("VP9", b"\x08", b"\x48"),
        ("H264", b"\x65", b"\x41"),
        ("AV1", b"\x18" + SEQUENCE_HEADER, b"\x10" + INTER_FRAME),
    ],
)
def test_our_payload_types_are_understood_as_the_names_are(name: str, key: bytes, other: bytes) -> None:
    payload_type = CODEC_NAMED[name].payload_type
    assert begins_key_frame(payload_type, key)
    assert not begins_key_frame(payload_type, other)


def test_the_first_packet_alone_of_an_encoded_vp8_key_frame_begins_it() -> None:
    encoder = Vp8Encoder()
    key, following = (encoder.encode(noise(number), force_keyframe=number == 0)[0] for number in range(2))
    assert len(key) > 1
    assert [begins_key_frame("VP8", payload[:64]) for payload in key + following] == [
        True,
        *[False] * (len(key) + len(following) - 1),
    ]


@pytest.mark.parametrize("declared", [True, False])
def test_the_key_frames_of_an_encoded_av1_stream_are_found_with_and_without_the_n_bit(declared: bool) -> None:
    encoded = av1_units(20, gop=8)
    assert [key for _, key in encoded].count(True) > 1
    for unit, key in encoded:
        header = 0x08 if declared and key else 0
        payload = bytes([header]) + lengths(*(obu for obu in obus(unit) if obu[0] >> 3 != 2))
        assert begins_key_frame("AV1", payload[:64]) is key


def noise(number: int) -> VideoFrame:
    """A picture that no encoder makes small."""
    frame = VideoFrame(320, 240, "yuv420p")
    randomness = Random(number)
    for plane in frame.planes:
        plane.update(randomness.randbytes(plane.buffer_size))
    frame.pts, frame.time_base = number * 3000, Fraction(1, 90000)
    return frame


def av1_units(frames: int, gop: int) -> list[tuple[bytes, bool]]:
    """Temporal units of a stream, and whether each is a key frame."""
    encoder = av.CodecContext.create("libsvtav1", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = 320, 240, "yuv420p"
    encoder.time_base = Fraction(1, 90000)
    encoder.gop_size = gop
    encoder.framerate = Fraction(30)
    encoder.options = {"preset": "11", "svtav1-params": "pred-struct=1"}
    packets = [packet for number in range(frames) for packet in encoder.encode(noise(number))]
    packets += encoder.encode(None)
    return [(bytes(packet), packet.is_keyframe) for packet in packets]


def obus(unit: bytes) -> Iterator[bytes]:
    """The OBUs of a temporal unit as they stand in a file, each with its size in it."""
    at = 0
    while at < len(unit):
        size, shift, end = 0, 0, at + 1
        while True:
            size |= (unit[end] & 0x7F) << shift
            shift, end = shift + 7, end + 1
            if not unit[end - 1] & 0x80:
                break
        yield unit[at : end + size]
        at = end + size


@given(st.sampled_from(NAMES), st.binary(max_size=64))
def test_no_payload_makes_it_fail(codec: str, payload: bytes) -> None:
    assert begins_key_frame(codec, payload) in (True, False)


@given(st.binary(min_size=1, max_size=40))
def test_what_goes_on_from_the_packet_before_begins_no_av1_key_frame(payload: bytes) -> None:
    assert not begins_key_frame("AV1", bytes([payload[0] | 0x80]) + payload[1:])
