"""Does a packet begin a key frame? Looks at the payload's first bytes only; nothing is decoded. Pure."""

from collections.abc import Callable

from media.codecs import CODEC_OF

H264_IDR, H264_SPS, H264_STAP_A, H264_FU_A = 5, 7, 24, 28


def begins_key_frame(payload_type: int, payload: bytes) -> bool:
    """False for what is not understood."""
    codec = CODEC_OF.get(payload_type)
    check = _CHECKS.get(codec.name) if codec is not None else None
    return check is not None and len(payload) > 0 and check(payload)


def _vp8(payload: bytes) -> bool:
    """RFC 7741 4.2 (descriptor) and 4.3 (the inverse key frame flag)."""
    if payload[0] & 0x17 != 0x10:  # start of the first partition
        return False
    at = 1
    if payload[0] & 0x80 and len(payload) > 1:
        extensions = payload[1]
        at = 2
        if extensions & 0x80:  # picture id, one or two bytes
            at += 2 if len(payload) > at and payload[at] & 0x80 else 1
        at += bool(extensions & 0x40) + bool(extensions & 0x30)
    return len(payload) > at and not payload[at] & 0x01


def _h264(payload: bytes) -> bool:
    """RFC 6184 5.3 (single), 5.7.1 (STAP-A) and 5.8 (FU-A)."""
    kind = payload[0] & 0x1F
    if kind == H264_FU_A:
        return len(payload) > 1 and bool(payload[1] & 0x80) and payload[1] & 0x1F == H264_IDR
    if kind != H264_STAP_A:
        return kind in (H264_IDR, H264_SPS)
    at = 1
    while at + 2 < len(payload):
        if payload[at + 2] & 0x1F in (H264_IDR, H264_SPS):
            return True
        at += 2 + int.from_bytes(payload[at : at + 2], "big")
    return False


_CHECKS: dict[str, Callable[[bytes], bool]] = {"VP8": _vp8, "H264": _h264}
