"""How fast packets were sent and arrived, from feedback. Pure; what is kept is a number per feedback."""

from collections import deque
from collections.abc import Iterable

WINDOW_S = 0.5
SHORT_S = 0.15  # behind a queue packets arrive at the line's rate: little is needed to see it
STALE_S = 2.0
ROUNDING_S = 0.001


class Throughput:
    """Bytes against the time of the last packet of each feedback."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()

    def add(self, times_s: Iterable[float], size_bytes: int) -> None:
        """Packets with `size_bytes` together, at these times (s, any zero)."""
        at = max(times_s, default=None)
        if at is None:
            return
        marks = self._marks
        if marks and not 0 <= at - marks[-1][0] <= STALE_S:
            if 0 < marks[-1][0] - at < STALE_S:  # only late ones
                marks[-1] = (marks[-1][0], marks[-1][1] + size_bytes)
                return
            marks.clear()
        marks.append((at, size_bytes))
        while len(marks) > 2 and marks[1][0] <= at - WINDOW_S:
            marks.popleft()

    def bps(self, window_s: float = WINDOW_S) -> int | None:
        """The rate of the last `window_s`, or a little more; None before there is one."""
        size, last = 0, self._marks[-1][0] if self._marks else 0.0
        for at, size_bytes in reversed(self._marks):
            if last - at >= window_s - ROUNDING_S:
                return round(size * 8 / (last - at))
            size += size_bytes
        if not self._marks or last - self._marks[0][0] < SHORT_S - ROUNDING_S:
            return None
        return round((size - self._marks[0][1]) * 8 / (last - self._marks[0][0]))
