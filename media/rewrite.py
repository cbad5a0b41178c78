"""Makes one unbroken outgoing stream of whatever fills a slot. Pure arithmetic on numbers and times.

A subscriber knows one SSRC per slot for the whole call. When the source behind it changes (another layer, a
reload, a person who comes back), sequence numbers go on without a gap and timestamps by the time that has
passed, so the subscriber's decoder never notices. A packet from before the change is refused: its number has
been used, and the same number with other content would repeat a nonce under AES-GCM (RFC 7714 8.1).
"""

from dataclasses import dataclass

TIMESTAMPS = 1 << 32
MAX_STEP_S = 10.0  # a clock that is further off than this is not believed


def signed_16(value: int) -> int:
    """The shortest way round the circle of sequence numbers: -32768..32767."""
    return (value + 0x8000 & 0xFFFF) - 0x8000


@dataclass(slots=True)
class SequenceMap:
    """Numbers of one source after another, as one rising line from `next_out` on."""

    next_out: int
    first_in: int = 0
    first_out: int = 0
    top: int = -1  # packets since the change, by number; -1: none yet

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
            self.first_out = self.next_out
            self.top = 0
            return self.first_out
        index = self.top + signed_16(sequence - self.first_in - self.top)
        if index < 0:
            return None
        if index > self.top:
            self.top = index
        return self.first_out + index & 0xFFFF

    def origin(self, number: int) -> int | None:
        """The incoming number that went out as `number`; None for one of an earlier source, or none yet."""
        if self.top < 0:
            return None
        index = self.top + signed_16(number - self.first_out - self.top)
        return self.first_in + index & 0xFFFF if 0 <= index <= self.top else None


@dataclass(frozen=True)
class Clock:
    """A source's clock as its sender report says: `rtp_timestamp` was at `ntp_s` (RFC 3550 6.4.1)."""

    ntp_s: float
    rtp_timestamp: int


@dataclass(slots=True)
class TimestampMap:
    """Timestamps of one source after another, as one clock."""

    rate: int
    offset: int = 0
    last: int | None = None  # as sent
    last_at: float = 0.0
    reference: Clock | None = None  # the earlier source's clock, in outgoing timestamps

    def leave(self, clock: Clock | None) -> None:
        """The source with this clock ends."""
        self.reference = None
        if clock is not None:
            self.reference = Clock(clock.ntp_s, clock.rtp_timestamp + self.offset & 0xFFFFFFFF)

    def begin(self, timestamp: int, now: float, clock: Clock | None) -> None:
        """Another source begins with `timestamp`; `clock` is its own, on the earlier one's wall clock."""
        if self.last is None:
            return
        step = round((now - self.last_at) * self.rate)
        if clock is not None and self.reference is not None:
            step = self._step(timestamp, clock, self.reference, step)
        self.offset = self.last + max(1, step) - timestamp & 0xFFFFFFFF

    def _step(self, timestamp: int, clock: Clock, reference: Clock, otherwise: int) -> int:
        """From the last timestamp sent to the new source's first one, by both reports."""
        since = (timestamp - clock.rtp_timestamp + TIMESTAMPS // 2) % TIMESTAMPS - TIMESTAMPS // 2
        captured_s = clock.ntp_s + since / self.rate
        wanted = reference.rtp_timestamp + round((captured_s - reference.ntp_s) * self.rate)
        step = (wanted - (self.last or 0) + TIMESTAMPS // 2) % TIMESTAMPS - TIMESTAMPS // 2
        return step if 0 < step < MAX_STEP_S * self.rate else otherwise
