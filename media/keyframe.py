"""Does a packet begin a key frame? Looks at the payload's first bytes only; nothing is decoded. Pure.

One check per codec, found in a table by the codec's name or by our payload type for it. What is looked at
stays readable when frames are encrypted end to end, wherever the payload format allows that: VP9 is told by
its descriptor alone, AV1 by its aggregation header. Not here: when a key frame is asked for
(media/keyrequests.py), and what a VP8 descriptor says besides (media/vp8.py).
"""

from collections.abc import Callable

from media import vp8
from media.codecs import CODECS

H264_IDR, H264_SPS, H264_STAP_A, H264_FU_A = 5, 7, 24, 28
OBU_SEQUENCE_HEADER, OBU_FRAME_HEADER, OBU_FRAME = 1, 3, 6
LEB128_BYTES = 8  # AV1 bitstream specification 4.10.5
AV1_MAX_ELEMENTS = 8  # looked at in one packet


def begins_key_frame(codec: str | int, payload: bytes) -> bool:
    """Does `payload` (its first 64 bytes are enough) begin a key frame of `codec`?

    `codec` is a name as media/codecs.py spells it, for clients with payload types of their own, or one of our
    payload types. False for what is not understood.
    """
    check = _CHECKS.get(codec)
    return check is not None and len(payload) > 0 and check(payload)


def _vp8(payload: bytes) -> bool:
    """RFC 7741 4.2 (descriptor) and 4.3 (the inverse key frame flag)."""
    if payload[0] & 0x17 != 0x10:  # start of the first partition
        return False
    descriptor = vp8.read(payload)
    at = len(descriptor.octets) if descriptor is not None else len(payload)
    return at < len(payload) and not payload[at] & 0x01


def _vp9(payload: bytes) -> bool:
    """RFC 9628 4.2: begins a layer frame (B), not predicted from another picture (P), lowest spatial layer.

    Upper spatial layers of the same picture have P = 0 too, but cannot be decoded without the lowest.
    """
    if payload[0] & 0x48 != 0x08:
        return False
    if not payload[0] & 0x20:  # no layer indices: there is one spatial layer
        return True
    at = 1
    if payload[0] & 0x80:  # picture id, one or two bytes
        at += 2 if len(payload) > 1 and payload[1] & 0x80 else 1
    return len(payload) > at and not payload[at] & 0x0E


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


def _av1(payload: bytes) -> bool:
    """AV1 RTP specification 4.4: the N bit marks the first packet of a coded video sequence.

    A sender that leaves it out is known by a sequence header, which comes first (5.), with a key frame after
    it; an encoder may repeat the sequence header elsewhere.
    """
    if payload[0] & 0x80:  # Z: goes on with what began in the packet before
        return False
    return bool(payload[0] & 0x08) or _av1_sequence_begins(payload)


def _av1_sequence_begins(payload: bytes) -> bool:
    """A sequence header that no frame but a key frame follows, as far as the bytes go."""
    counted, at, found = payload[0] >> 4 & 0x03, 1, False
    for number in range(1, AV1_MAX_ELEMENTS + 1):
        end = len(payload)
        if number != counted:  # the last of a counted row has no length in front (W)
            size, at = _leb128(payload, at)
            end = at + size
        if at >= len(payload):
            break
        kind = payload[at] >> 3 & 0x0F
        found = found or kind == OBU_SEQUENCE_HEADER
        if kind in (OBU_FRAME_HEADER, OBU_FRAME):
            return found and _av1_is_key(payload, at)
        at = end
    return found


def _av1_is_key(payload: bytes, at: int) -> bool:
    """Of a frame header OBU: show_existing_frame and frame_type are its first three bits, all zero."""
    header = payload[at]
    at += 1 + bool(header & 0x04)  # extension
    if header & 0x02:  # a size of its own, which is not usual in RTP
        at = _leb128(payload, at)[1]
    return at < len(payload) and payload[at] & 0xE0 == 0


def _leb128(payload: bytes, at: int) -> tuple[int, int]:
    """A number of the variable-length form at `at`, and where it ends."""
    value = 0
    for position, byte in enumerate(payload[at : at + LEB128_BYTES]):
        value |= (byte & 0x7F) << 7 * position
        if not byte & 0x80:
            return value, at + position + 1
    return value, at + LEB128_BYTES


_Check = Callable[[bytes], bool]
_NAMED: dict[str, _Check] = {"VP8": _vp8, "VP9": _vp9, "H264": _h264, "AV1": _av1}
_CHECKS: dict[str | int, _Check] = dict(_NAMED.items()) | {
    codec.payload_type: _NAMED[codec.name] for codec in CODECS if codec.name in _NAMED
}
