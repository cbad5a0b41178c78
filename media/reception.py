"""What a receiver counts of one RTP stream, and the report it makes of it (RFC 3550 6.4.1, A.1, A.3, A.8).

Pure: arrival times are arguments. Loss counts packets that never came on the stream itself; a retransmission
travels on another SSRC and repairs nothing here.
"""

from dataclasses import dataclass

MAX_DROPOUT = 3000  # RFC 3550 A.1: a jump ahead by less is loss
MAX_MISORDER = 100  # RFC 3550 A.1: a step back by less is a late packet
LOST_MIN, LOST_MAX = -(1 << 23), (1 << 23) - 1


@dataclass(frozen=True)
class ReceptionCount:
    """A moment's numbers. `extended_highest` is the highest sequence number with its cycles above."""

    received_packets: int = 0
    expected_packets: int = 0
    extended_highest: int = 0
    jitter: int = 0  # in units of the stream's clock

    @property
    def lost_packets(self) -> int:
        """Cumulative, as a report carries it; negative when packets were doubled."""
        return max(LOST_MIN, min(LOST_MAX, self.expected_packets - self.received_packets))


def fraction_lost(before: ReceptionCount, after: ReceptionCount) -> int:
    """Loss between two counts in 1/256, as a report carries it (RFC 3550 A.3)."""
    expected = after.expected_packets - before.expected_packets
    lost = expected - (after.received_packets - before.received_packets)
    return min(255, lost * 256 // expected) if expected > 0 and lost > 0 else 0


class SequenceClock:
    """Unwraps 16-bit numbers, in any order, around the newest one."""

    __slots__ = ("_newest",)

    def __init__(self) -> None:
        self._newest = -1

    def unwrap(self, number: int) -> int:
        """The number on an endless line; the first gets a cycle, so that earlier ones stay positive."""
        if self._newest < 0:
            self._newest = number + 0x10000
            return self._newest
        step = (number - self._newest + 0x8000 & 0xFFFF) - 0x8000
        if step > 0:
            self._newest += step
            return self._newest
        return self._newest + step


class Reception:
    """The counters themselves, one call per packet."""

    __slots__ = ("_bad", "_base", "_clock_rate", "_highest", "_jitter", "_received", "_transit")

    def __init__(self, clock_rate: int) -> None:
        self._clock_rate = clock_rate
        self._base = -1
        self._bad = -1
        self._highest = 0
        self._received = 0
        self._jitter = 0.0
        self._transit = 0.0

    def received(self, sequence: int, timestamp: int, now: float) -> None:
        """Count a packet that arrived at `now` (monotonic seconds)."""
        transit = now * self._clock_rate - timestamp
        if self._base < 0:
            self._restart(sequence)
        else:
            ahead = sequence - self._highest & 0xFFFF
            if ahead < MAX_DROPOUT:
                self._highest += ahead
            elif ahead <= 0x10000 - MAX_MISORDER and not self._resynchronised(sequence):
                return
            # Timestamps wrap at 2^32: the difference of two transits is taken round that circle.
            step = abs((transit - self._transit + 0x80000000) % 0x100000000 - 0x80000000)
            self._jitter += (step - self._jitter) / 16
        self._transit = transit
        self._received += 1

    def _restart(self, sequence: int) -> None:
        self._base = self._highest = sequence
        self._received = 0
        self._bad = -1

    def _resynchronised(self, sequence: int) -> bool:
        """A far jump counts only when a second packet follows it (RFC 3550 A.1)."""
        if sequence == self._bad:
            self._restart(sequence)
            return True
        self._bad = sequence + 1 & 0xFFFF
        return False

    def count(self) -> ReceptionCount:
        """The numbers now."""
        if self._base < 0:
            return ReceptionCount()
        return ReceptionCount(
            received_packets=self._received,
            expected_packets=self._highest - self._base + 1,
            extended_highest=self._highest & 0xFFFFFFFF,
            jitter=int(self._jitter) & 0xFFFFFFFF,
        )
