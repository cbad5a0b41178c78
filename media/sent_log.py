"""What was sent to one peer under which transport-wide number, for its feedback. Pure; bounded."""

from array import array

KEPT_PACKETS = 2048  # a power of two; 3 s of a workshop's viewer


class SentLog:
    """A ring by number."""

    __slots__ = ("_at", "_size", "number")

    def __init__(self) -> None:
        self.number = 0  # the newest
        self._at = array("d", bytes(8 * KEPT_PACKETS))
        self._size = array("H", bytes(2 * KEPT_PACKETS))

    def next(self) -> int:
        """The next packet's number; it counts as not sent until it is noted."""
        self.number = number = self.number + 1 & 0xFFFF
        self._size[number & KEPT_PACKETS - 1] = 0
        return number

    def note(self, size_bytes: int, now: float) -> None:
        """The packet with the newest number has gone."""
        at = self.number & KEPT_PACKETS - 1
        self._at[at] = now
        self._size[at] = size_bytes

    def look_up(self, base: int, count: int) -> list[tuple[float, int] | None]:
        """(monotonic s, bytes) of `count` numbers from `base` on; None: not sent, or not known any more."""
        back, start = self.number - base & 0xFFFF, base & KEPT_PACKETS - 1
        if count - 1 <= back < KEPT_PACKETS and start + count <= KEPT_PACKETS:  # all known, in one piece
            sizes, times = self._size[start : start + count], self._at[start : start + count]
            return [(at, size) if size else None for at, size in zip(times, sizes, strict=True)]
        return [self._look_up(number) for number in range(base, base + count)]

    def _look_up(self, number: int) -> tuple[float, int] | None:
        at = number & KEPT_PACKETS - 1
        known = (self.number - number & 0xFFFF) < KEPT_PACKETS and self._size[at]
        return (self._at[at], self._size[at]) if known else None
