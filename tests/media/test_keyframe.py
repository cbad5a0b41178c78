"""Key frames are told from the first bytes of a payload."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.keyframe import begins_key_frame

VP8, H264, OPUS = 96, 102, 111


@pytest.mark.parametrize(
    ("payload_type", "payload", "expected"),
    [
        (VP8, b"\x10\x00", True),
        (VP8, b"\x10\x01", False),
        (VP8, b"\x00\x00", False),  # not the start of a partition
        (VP8, b"\x11\x00", False),  # not the first partition
        (VP8, b"\x90\x80\x05\x00", True),  # picture id of one byte
        (VP8, b"\x90\x80\x85\x00\x01", False),  # picture id of two bytes
        (VP8, b"\x90\xe0\x85\x00\x01\x20\x00", True),  # picture id, TL0PICIDX, TID
        (VP8, b"\x90", False),
        (H264, b"\x65", True),
        (H264, b"\x67", True),
        (H264, b"\x41", False),
        (H264, b"\x7c\x85", True),  # FU-A, start of an IDR slice
        (H264, b"\x7c\x05", False),  # FU-A, its continuation
        (H264, b"\x78\x00\x01\x41\x00\x01\x67", True),  # STAP-A with an SPS
        (H264, b"\x78\x00\x01\x41", False),
        (OPUS, b"\x10\x00", False),
        (0, b"\x10\x00", False),
        (VP8, b"", False),
    ],
)
def test_key_frames_are_recognised(payload_type: int, payload: bytes, expected: bool) -> None:
    assert begins_key_frame(payload_type, payload) is expected


@given(st.sampled_from([VP8, H264, OPUS]), st.binary(max_size=64))
def test_no_payload_makes_it_fail(payload_type: int, payload: bytes) -> None:
    assert begins_key_frame(payload_type, payload) in (True, False)
