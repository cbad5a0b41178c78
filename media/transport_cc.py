"""Transport-wide congestion control feedback as bytes and back: which packets came, and when each came.

Pure (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1). What follows from it for the rate is decided
in media/bandwidth.py; which numbers were sent is kept by the plane.
"""

import re
import struct
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, islice

PACKET_TYPE, FORMAT = 205, 15
TICK_US = 250  # unit of a receive delta
REFERENCE_TICKS = 256  # unit of the reference time: 64 ms
SMALL_DELTA, LARGE_DELTA = 1, 2  # packet status symbols; 0 is "not received", 3 is reserved
MAX_RUN = 0x1FFF
MAX_ARRIVALS = 180  # in one packet we write: at worst 6 bytes each, so that it fits every path
# In one packet we write or read: as many as are remembered of what was sent (media/sent_log.py). A few bytes
# can claim 65535, each of which somebody would have to look at.
MAX_STATUSES = 2048

_RUN = re.compile(f"0{{1,{MAX_RUN}}}|1{{1,{MAX_RUN}}}|2{{1,{MAX_RUN}}}")


@dataclass(frozen=True)
class TransportFeedback:
    """One feedback packet. `times_us`: of each number from `base_sequence` on, by the receiver's clock, or
    None: not received. That clock's zero is any; it wraps at 2^24 * 64 ms."""

    base_sequence: int
    feedback_count: int
    times_us: Sequence[int | None]

    @property
    def count(self) -> int:
        return len(self.times_us)

    @property
    def arrivals(self) -> tuple[tuple[int, int | None], ...]:
        """The times, each with its 16-bit sequence number."""
        base = self.base_sequence
        return tuple((base + at & 0xFFFF, time_us) for at, time_us in enumerate(self.times_us))


def parse(fci: bytes) -> TransportFeedback | None:
    """Read what follows the two SSRCs of a packet with PT 205, FMT 15 (draft 3.1); None: malformed.

    Padding behind the last delta is ignored. More than MAX_STATUSES statuses count as malformed.
    """
    if len(fci) < 8:
        return None
    base, count, reference, feedback_count = *struct.unpack_from("!HHi", fci), fci[7]
    if not 0 < count <= MAX_STATUSES:
        return None
    symbols = bytearray()
    at = 8
    while len(symbols) < count:
        if at + 2 > len(fci):
            return None
        symbols += _expanded(fci[at] << 8 | fci[at + 1])
        at += 2
    del symbols[count:]
    times = _times(symbols, fci, at, (reference >> 8) * REFERENCE_TICKS)
    return None if times is None else TransportFeedback(base, feedback_count, times)


def _times(symbols: bytearray, fci: bytes, at: int, tick: int) -> list[int | None] | None:
    small, large = symbols.count(SMALL_DELTA), symbols.count(LARGE_DELTA)
    if 3 in symbols or at + small + 2 * large > len(fci):
        return None
    if small == len(symbols):  # the usual case
        ticks = accumulate(fci[at : at + small], initial=tick)
        return [ticks_us * TICK_US for ticks_us in islice(ticks, 1, None)]
    times: list[int | None] = []
    for symbol in symbols:
        if not symbol:
            times.append(None)
            continue
        if symbol == SMALL_DELTA:
            tick += fci[at]
        else:
            tick += (fci[at] << 8 | fci[at + 1]) - (fci[at] >> 7 << 16)
        at += symbol
        times.append(tick * TICK_US)
    return times


def claimed(fci: bytes) -> int:
    """How many statuses `parse` would look at."""
    count = int.from_bytes(fci[2:4], "big")
    return count if count <= MAX_STATUSES else 0


@lru_cache(4096)
def _expanded(chunk: int) -> bytes:
    """The symbols of a packet status chunk (draft 3.1.3, 3.1.4)."""
    if not chunk & 0x8000:
        return bytes([chunk >> 13]) * (chunk & MAX_RUN)
    if chunk & 0x4000:
        return bytes(chunk >> shift & 3 for shift in range(12, -1, -2))
    return bytes(chunk >> shift & 1 for shift in range(13, -1, -1))


def build(
    sender_ssrc: int,
    media_ssrc: int,
    count: int,
    arrivals: Sequence[tuple[int, int]],
    base: int | None = None,
) -> list[bytes]:
    """Whole RTCP packets that report `arrivals`: (unwrapped transport sequence number, arrival in us).

    Sequence numbers rise strictly, times need not; ValueError otherwise. `count` is the number of the first
    packet (its low 8 bits are sent); the caller goes on by how many came back. What is missing between the
    first and the last arrival is reported as not received; with `base`, also what is missing from there on.
    """
    reports: list[_Report] = []
    following = base
    for sequence, arrival_us in arrivals:
        tick = arrival_us // TICK_US
        if following is not None and sequence < following:
            raise ValueError("arrivals must rise by sequence number, from the base on")
        if not reports or not reports[-1].takes(sequence, tick):
            near = following is not None and sequence - following < MAX_STATUSES
            reports.append(_Report(following if near and following is not None else sequence, tick))
        reports[-1].add(sequence, tick)
        following = sequence + 1
    return [report.packed(sender_ssrc, media_ssrc, count + n) for n, report in enumerate(reports)]


class FeedbackBuilder:
    """The feedback for one publisher. Remembers how far it has been told, so that packets lost between two
    messages are reported too; one that comes late is reported alone, and nothing else of that time again."""

    def __init__(self, sender_ssrc: int) -> None:
        self._sender_ssrc = sender_ssrc
        self._count = 0
        self._following: int | None = None

    def skip(self) -> None:
        """Say nothing of what is missing before the next arrival."""
        self._following = None

    def build(self, media_ssrc: int, arrivals: Sequence[tuple[int, int]]) -> list[bytes]:
        """As the function of that name, for what has arrived since the last call."""
        if not arrivals:
            return []
        following = arrivals[0][0] if self._following is None else self._following
        split = bisect_left(arrivals, (following,))
        packets: list[bytes] = []
        for late in arrivals[:split]:
            packets += build(self._sender_ssrc, media_ssrc, self._count + len(packets), [late])
        packets += build(
            self._sender_ssrc, media_ssrc, self._count + len(packets), arrivals[split:], following
        )
        self._count = self._count + len(packets) & 0xFF
        self._following = max(following, arrivals[-1][0] + 1)
        return packets


@dataclass
class _Report:
    """One packet being filled. Symbols are digits, so that chunks are numbers to the base 2 or 4."""

    base: int
    reference: int  # in ticks; made a multiple of REFERENCE_TICKS
    last: int = 0
    received: int = 0
    symbols: str = ""
    deltas: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self.reference -= self.reference % REFERENCE_TICKS
        self.last = self.reference

    def takes(self, sequence: int, tick: int) -> bool:
        fits = sequence - self.base < MAX_STATUSES and self.received < MAX_ARRIVALS
        return fits and -0x8000 <= tick - self.last <= 0x7FFF

    def add(self, sequence: int, tick: int) -> None:
        missing = sequence - self.base - len(self.symbols)
        delta = tick - self.last
        small = 0 <= delta <= 0xFF
        self.symbols += "0" * missing + str(SMALL_DELTA if small else LARGE_DELTA)
        self.deltas += delta.to_bytes(1 if small else 2, "big", signed=not small)
        self.received += 1
        self.last = tick

    def packed(self, sender_ssrc: int, media_ssrc: int, count: int) -> bytes:
        reference = self.reference // REFERENCE_TICKS & 0xFFFFFF
        body = struct.pack("!HHI", self.base & 0xFFFF, len(self.symbols), reference << 8 | count & 0xFF)
        body += _chunks(self.symbols) + self.deltas
        body += bytes(-len(body) % 4)
        return (
            struct.pack("!BBHII", 0x80 | FORMAT, PACKET_TYPE, 2 + len(body) // 4, sender_ssrc, media_ssrc)
            + body
        )


def _chunks(symbols: str) -> bytes:
    """Status chunks, each of the kind that covers most (draft 3.1.3, 3.1.4)."""
    chunks = bytearray()
    at = 0
    while at < len(symbols):
        run = _RUN.match(symbols, at)
        length = run.end() - at if run is not None else 0
        window = symbols[at : at + 14]
        if str(LARGE_DELTA) in window:
            window = window[:7]
            vector = 0xC000 | int(window.ljust(7, "0"), 4)
        else:
            vector = 0x8000 | int(window.ljust(14, "0"), 2)
        covered = max(length, len(window))
        chunks += (int(symbols[at]) << 13 | length if length == covered else vector).to_bytes(2, "big")
        at += covered
    return bytes(chunks)
