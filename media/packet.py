"""An RTP packet as the plane works on it, and its header extensions (RFC 3550 5.1, RFC 8285). Pure.

Reading happens once per packet that comes in; what every subscriber gets alike (payload, extensions that are
passed on) is kept as it is. Payload types and extension ids are ours (media/codecs.py) after reading. Not
here: numbering per subscriber (media/rewrite.py).
"""

import struct
from collections.abc import Mapping, Sequence

from media.extensions import Extension

HEADER = struct.Struct("!HHLL")  # V P X CC M PT, sequence number, timestamp, SSRC (RFC 3550 5.1)
HEADER_BYTES = 12
ONE_BYTE_FORM = 0xBEDE  # RFC 8285 4.2
TWO_BYTE_FORM = 0x1000  # RFC 8285 4.3; the lower four bits are the application's
MAX_ONE_BYTE_ID, MAX_ONE_BYTE_LENGTH = 14, 16

# Passed on to subscribers; the others are said anew, or are of one hop only.
PASSED_ON = frozenset(
    {
        Extension.AUDIO_LEVEL,
        Extension.VIDEO_ORIENTATION,
        Extension.PLAYOUT_DELAY,
        Extension.DEPENDENCY_DESCRIPTOR,
    }
)
# What to do with an element, by our id, as a list: quicker than a set.
_PASS, _TRANSPORT, _NAMES = 1, 2, 3
_ACTION = [0] * 256
for _extension in PASSED_ON:
    _ACTION[_extension] = _PASS
_ACTION[Extension.TRANSPORT_CC] = _TRANSPORT
for _extension in (Extension.MID, Extension.RID, Extension.REPAIRED_RID):
    _ACTION[_extension] = _NAMES

Elements = tuple[tuple[int, bytes], ...]  # our id, data


class Packet:
    """One packet. `names`: MID, RID and repaired RID by our id, where the packet says them."""

    __slots__ = (
        "csrcs",
        "elements",
        "level",
        "marker",
        "names",
        "padded",
        "payload",
        "payload_type",
        "sequence",
        "ssrc",
        "timestamp",
        "transport_sequence",
    )

    def __init__(self, start: int, sequence: int, timestamp: int, ssrc: int) -> None:
        self.padded = start & 0x2000
        self.marker = start & 0x80
        self.payload_type = start & 0x7F
        self.sequence = sequence
        self.timestamp = timestamp
        self.ssrc = ssrc
        self.csrcs = b""
        self.payload = b""
        self.elements: Elements = ()
        self.transport_sequence = -1
        self.level = -1
        self.names: dict[int, str] | None = None

    @property
    def payload_octets(self) -> int:
        """Length of the payload without padding; negative when the padding is a lie."""
        return len(self.payload) - (self.payload[-1] if self.padded and self.payload else 0)


def table(numbers: Mapping[int, int], size: int, same: bool) -> list[int]:
    """A peer's numbering as a list by number; what is missing is -1, or itself when `same`."""
    found = list(range(size)) if same else [-1] * size
    for theirs, ours in numbers.items():
        found[theirs] = ours
    return found


def read_packet(data: bytes, payload_types: Sequence[int], extensions: Sequence[int]) -> Packet | None:
    """A plain RTP packet, read by the sender's numbering; None when it is malformed or of no agreed type."""
    if len(data) < HEADER_BYTES or data[0] >> 6 != 2:
        return None
    start, sequence, timestamp, ssrc = HEADER.unpack_from(data)
    packet = Packet(start, sequence, timestamp, ssrc)
    packet.payload_type = payload_types[start & 0x7F]
    at = HEADER_BYTES
    if start & 0x0F00:
        at += 4 * (start >> 8 & 0x0F)
        packet.csrcs = data[HEADER_BYTES:at]
    if start & 0x1000:
        end = at + 4 + 4 * int.from_bytes(data[at + 2 : at + 4], "big")
        if end > len(data) or at + 4 > len(data):
            return None
        _read_elements(packet, data, at, end, extensions)
        at = end
    if at > len(data) or packet.payload_type < 0:
        return None
    packet.payload = data[at:]
    return packet


def _read_elements(packet: Packet, data: bytes, at: int, end: int, extensions: Sequence[int]) -> None:
    form = data[at] << 8 | data[at + 1]
    if form == ONE_BYTE_FORM:
        _read_one_byte_form(packet, data, at + 4, end, extensions)
    elif form & 0xFFF0 == TWO_BYTE_FORM:
        _read_two_byte_form(packet, data, at + 4, end, extensions)


# An element that runs over the end is dropped with what follows it.


def _read_one_byte_form(packet: Packet, data: bytes, at: int, end: int, extensions: Sequence[int]) -> None:
    while at < end:
        first = data[at]
        at += 1
        if first == 0:  # padding
            continue
        number, length = first >> 4, (first & 0x0F) + 1
        if number == 15 or at + length > end:
            return
        _element(packet, extensions[number], data, at, length)
        at += length


def _read_two_byte_form(packet: Packet, data: bytes, at: int, end: int, extensions: Sequence[int]) -> None:
    while at + 1 < end:
        number = data[at]
        if number == 0:  # padding
            at += 1
            continue
        length = data[at + 1]
        at += 2
        if at + length > end:
            return
        _element(packet, extensions[number], data, at, length)
        at += length


def _element(packet: Packet, ours: int, data: bytes, at: int, length: int) -> None:
    action = _ACTION[ours] if ours > 0 else 0
    if action == _TRANSPORT:
        if length == 2:
            packet.transport_sequence = data[at] << 8 | data[at + 1]
    elif action == _PASS:
        packet.elements += ((ours, data[at : at + length]),)
        if ours == Extension.AUDIO_LEVEL and length:
            packet.level = data[at] & 0x7F
    elif action == _NAMES:
        if packet.names is None:
            packet.names = {}
        packet.names[ours] = data[at : at + length].decode("ascii", "replace")


def write_elements(elements: Sequence[tuple[int, bytes]]) -> bytes:
    """A whole extension block of (id, data), in the one-byte form where that is enough; empty for nothing."""
    if not elements:
        return b""
    if all(i <= MAX_ONE_BYTE_ID and 0 < len(data) <= MAX_ONE_BYTE_LENGTH for i, data in elements):
        form = ONE_BYTE_FORM
        body = b"".join([bytes((i << 4 | len(data) - 1,)) + data for i, data in elements])
    else:
        form = TWO_BYTE_FORM
        body = b"".join([bytes((i, len(data))) + data for i, data in elements])
    words = (len(body) + 3) // 4
    return struct.pack("!HH", form, words) + body.ljust(4 * words, b"\0")
