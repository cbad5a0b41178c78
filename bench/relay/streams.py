"""What a publisher sends, as finished SRTP with the time of each packet: a camera in bursts and a voice.

The payload ends with the packet's own name (stream and number), so that whoever decrypts it knows when it
was sent, however the header was rewritten on the way.
"""

import heapq
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from bench.relay.description import ABS_SEND_TIME, AUDIO_LEVEL, OPUS, TRANSPORT_CC, VP8, Line
from bench.relay.peer import Peer

HEADER = struct.Struct("!BBHLL")
NAME = struct.Struct("!LL")
ONE_BYTE_FORM = 0xBEDE  # RFC 8285 4.2
FRAMES_PER_KEY = 57  # about one a second, so that no request for one stays open
FIRST_TRANSPORT_NUMBER = 1


@dataclass(frozen=True)
class Shape:
    """`size_bytes` is the RTP packet before SRTP's tag."""

    payload_type: int
    clock_rate: int
    packets_per_s: int
    burst: int
    size_bytes: int


SHAPES = {"video": Shape(VP8, 90_000, 170, 3, 1200), "audio": Shape(OPUS, 48_000, 50, 1, 120)}


class Packet(NamedTuple):
    """A datagram and when to send it; `name` is (stream, number)."""

    at: float
    peer: int
    name: tuple[int, int]
    data: bytes


def plan(peers: list[Peer], duration_s: float) -> list[Packet]:
    """Everything that all of them send, in order of time; their bursts are spread evenly."""
    return list(heapq.merge(*(_of_peer(peer, at, len(peers), duration_s) for at, peer in enumerate(peers))))


def stream_number(peer: int, kind: str) -> int:
    return 2 * peer + list(SHAPES).index(kind)


def _of_peer(peer: Peer, index: int, peers: int, duration_s: float) -> list[Packet]:
    rows = [_moments(kind, index / peers, duration_s) for kind in peer.sends]
    packets = []
    for transport_number, (at, kind, number) in enumerate(heapq.merge(*rows), FIRST_TRANSPORT_NUMBER):
        stream = stream_number(index, kind)
        plain = _packet(peer.sends[kind], number, at, transport_number, NAME.pack(stream, number))
        packets.append(Packet(at, index, (stream, number), peer.outbound.protect(plain)))
    return packets


def _moments(kind: str, phase: float, duration_s: float) -> Iterator[tuple[float, str, int]]:
    shape = SHAPES[kind]
    period = shape.burst / shape.packets_per_s
    for number in range(int(duration_s * shape.packets_per_s)):
        yield (number // shape.burst + phase) * period, kind, number


def _packet(line: Line, number: int, at: float, transport_number: int, name: bytes) -> bytes:
    shape = SHAPES[line.kind]
    frame, last = number // shape.burst, number % shape.burst == shape.burst - 1
    marker = 0x80 if line.kind == "video" and last else 0
    timestamp = round(frame * shape.burst * shape.clock_rate / shape.packets_per_s)
    header = HEADER.pack(0x90, marker | shape.payload_type, number & 0xFFFF, timestamp, line.ssrcs[0])
    head = header + _extensions(line, at, transport_number)
    start = _vp8(frame, first=number % shape.burst == 0) if line.kind == "video" else b""
    return head + start + bytes(shape.size_bytes - len(head) - len(start) - len(name)) + name


def _extensions(line: Line, at: float, transport_number: int) -> bytes:
    """What Chromium writes, of what was negotiated."""
    values = {
        ABS_SEND_TIME: (round(at * (1 << 18)) & 0xFFFFFF).to_bytes(3, "big"),  # 6.18 fixed point seconds
        AUDIO_LEVEL: b"\xc0",
        TRANSPORT_CC: (transport_number & 0xFFFF).to_bytes(2, "big"),
    }
    body = b""
    for uri, value in values.items():
        if uri in line.extensions:
            body += bytes([line.extensions[uri] << 4 | len(value) - 1]) + value
    body += bytes(-len(body) % 4)
    return struct.pack("!HH", ONE_BYTE_FORM, len(body) // 4) + body


def _vp8(frame: int, first: bool) -> bytes:
    """Payload descriptor with a 15-bit picture id (RFC 7741 4.2), then the head of a frame (RFC 6386 9.1)."""
    descriptor = bytes([0x90 if first else 0x80, 0x80]) + (0x8000 | frame & 0x7FFF).to_bytes(2, "big")
    if not first:
        return descriptor
    return descriptor + (b"\x10\x02\x00\x9d\x01\x2a" if frame % FRAMES_PER_KEY == 0 else b"\x11\x02\x00")
