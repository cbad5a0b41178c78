"""Makes one unbroken outgoing stream of whatever is connected to it. Pure: packets and `now` in, packets out.

A subscriber knows one SSRC per slot for the whole call. When the publisher behind it changes (a reload, a
person who comes back), sequence numbers go on without a gap and timestamps by the time that has passed, so
the subscriber's decoder never notices. A packet from before the change is refused: its number has been used,
and the same number with other content would repeat a nonce under AES-GCM (RFC 7714 8.1).
Retransmissions (RFC 4588) go on their own SSRC with the original sequence number patched.
"""

import struct
from dataclasses import dataclass, field

from media.codecs import MID_EXTENSION_ID

HEADER = struct.Struct("!HHLL")  # V P X CC M PT, sequence number, timestamp, SSRC (RFC 3550 5.1)
HEADER_LENGTH = 12
ONE_BYTE_EXTENSIONS = 0xBEDE  # RFC 8285 4.2
TWO_BYTE_EXTENSIONS = 0x100  # RFC 8285 4.3, the upper twelve bits


def signed_16(value: int) -> int:
    """The shortest way round the circle of sequence numbers: -32768..32767."""
    return (value + 0x8000 & 0xFFFF) - 0x8000


def payload_position(packet: bytes) -> int:
    """Where the payload begins; 0 when the header does not fit the packet."""
    if len(packet) < HEADER_LENGTH or packet[0] >> 6 != 2:
        return 0
    at = HEADER_LENGTH + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        if len(packet) < at + 4:
            return 0
        at += 4 + 4 * int.from_bytes(packet[at + 2 : at + 4], "big")
    return at if at <= len(packet) else 0


def payload_length(packet: bytes, at: int) -> int:
    """Length of the payload that begins at `at`, without padding; negative when the padding is a lie."""
    return len(packet) - at - (packet[-1] if packet[0] & 0x20 else 0)


def mid_position(packet: bytes, end: int) -> int:
    """Where the one character of the MID element stands, 0 without one, -1 when it is not of our making.

    `end` is the packet's payload position.
    """
    if not packet[0] & 0x10:
        return 0
    at = HEADER_LENGTH + 4 * (packet[0] & 0x0F)
    profile = int.from_bytes(packet[at : at + 2], "big")
    if profile != ONE_BYTE_EXTENSIONS:
        return -1 if profile >> 4 == TWO_BYTE_EXTENSIONS else 0
    at += 4
    while at < end:
        element = packet[at]
        if element == 0:  # padding
            at += 1
            continue
        length = (element & 0x0F) + 1
        if element >> 4 == MID_EXTENSION_ID:
            return at + 1 if length == 1 and at + 2 <= end else -1
        at += 1 + length
    return 0


@dataclass(slots=True)
class SequenceMap:
    """Numbers of one source after another, as one rising line."""

    first_in: int = 0
    first_out: int = 0
    top: int = -1  # packets since the change, by number; -1: none yet
    next_out: int | None = None

    def restart(self) -> None:
        """The next packet begins another source."""
        if self.top >= 0:
            self.next_out = self.first_out + self.top + 1 & 0xFFFF
        self.top = -1

    def place(self, sequence: int) -> int | None:
        """The outgoing number of `sequence`, without taking it as sent; None before the change."""
        if self.top < 0:
            return None
        index = self.top + signed_16(sequence - self.first_in - self.top)
        return self.first_out + index & 0xFFFF if index >= 0 else None

    def take(self, sequence: int) -> int | None:
        """The outgoing number of `sequence`; None for a packet from before the change."""
        if self.top < 0:
            self.first_in = sequence
            self.first_out = sequence if self.next_out is None else self.next_out
            self.top = 0
            return self.first_out
        index = self.top + signed_16(sequence - self.first_in - self.top)
        if index < 0:
            return None
        if index > self.top:
            self.top = index
        return self.first_out + index & 0xFFFF


@dataclass(slots=True)
class Rewrite:
    """One outgoing slot: a media stream and its retransmissions."""

    ssrc: int
    rtx_ssrc: int | None
    clock_rate: int
    mid: bytes
    media_numbers: SequenceMap = field(default_factory=SequenceMap)
    rtx_numbers: SequenceMap = field(default_factory=SequenceMap)
    timestamp_offset: int = 0
    last_timestamp: int | None = None
    last_at: float = 0.0

    def restart(self) -> None:
        """Another source follows."""
        self.media_numbers.restart()
        self.rtx_numbers.restart()

    def media(self, packet: bytes, mid_at: int, now: float) -> bytes | None:
        """`packet` as the subscriber gets it; None when it is from before the change."""
        start, sequence, timestamp, _ = HEADER.unpack_from(packet)
        if self.media_numbers.top < 0:
            self._align(timestamp, now)
        number = self.media_numbers.take(sequence)
        if number is None:
            return None
        timestamp = timestamp + self.timestamp_offset & 0xFFFFFFFF
        self.last_timestamp, self.last_at = timestamp, now
        header = HEADER.pack(start, number, timestamp, self.ssrc)
        if mid_at:
            return b"".join((header, packet[HEADER_LENGTH:mid_at], self.mid, packet[mid_at + 1 :]))
        return header + packet[HEADER_LENGTH:]

    def rtx(self, packet: bytes, mid_at: int, payload_at: int) -> bytes | None:
        """A retransmission; None when it repeats a packet from before the change, or nobody asked for RTX."""
        if self.rtx_ssrc is None or self.media_numbers.top < 0:
            return None
        original = b""
        if payload_length(packet, payload_at) >= 2:  # else it is padding, sent to probe the path
            number = self.media_numbers.place(int.from_bytes(packet[payload_at : payload_at + 2], "big"))
            if number is None:
                return None
            original = number.to_bytes(2, "big")
        start, sequence, timestamp, _ = HEADER.unpack_from(packet)
        number = self.rtx_numbers.take(sequence)
        if number is None:
            return None
        out = bytearray(packet)
        HEADER.pack_into(out, 0, start, number, timestamp + self.timestamp_offset & 0xFFFFFFFF, self.rtx_ssrc)
        out[payload_at : payload_at + len(original)] = original
        if mid_at:
            out[mid_at : mid_at + 1] = self.mid
        return bytes(out)

    def _align(self, timestamp: int, now: float) -> None:
        """Let the new source's clock go on where the old one's would be by now."""
        if self.last_timestamp is not None:
            passed = max(1, round((now - self.last_at) * self.clock_rate))
            self.timestamp_offset = self.last_timestamp + passed - timestamp & 0xFFFFFFFF
