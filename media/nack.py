"""When to ask a publisher for packets that are missing, and when to give up. Pure; one schedule per stream.

A packet that is only late comes within moments, so the first request waits a little. Each answer takes a
round trip, so the next waits for it. After a second nobody could show the packet any more. Finding the gaps
is the plane's work, writing the request media/rtcp.py's (RFC 4585 6.2.1).
"""

from collections.abc import Iterable
from dataclasses import dataclass

REORDERING_S = 0.01
MIN_REPEAT_S = 0.02
UNKNOWN_RTT_S = 0.1
MAX_TRIES = 10
GIVE_UP_S = 1.0
MAX_MISSING = 512  # beyond this a key frame is quicker than all the repeats


@dataclass
class _Missing:
    found_at: float
    due_at: float
    tries: int = 0


class NackSchedule:
    """The packets of one stream that are missing. Numbers are whatever the caller counts in."""

    def __init__(self) -> None:
        self._missing: dict[int, _Missing] = {}
        self._next_due: float | None = None  # never late; early when the packet has come meanwhile
        self._dropped: list[int] = []
        self.lost: tuple[int, ...] = ()  # given up by the latest `due`: a key frame is worth asking for

    def missing(self, numbers: Iterable[int], now: float) -> None:
        """A gap was found at `now` (s). Numbers already known keep their times."""
        for number in numbers:
            self._missing.setdefault(number, _Missing(now, now + REORDERING_S))
        while len(self._missing) > MAX_MISSING:
            oldest = next(iter(self._missing))
            del self._missing[oldest]
            self._dropped.append(oldest)
        if self._missing and (self._next_due is None or now + REORDERING_S < self._next_due):
            self._next_due = now + REORDERING_S

    def arrived(self, number: int) -> None:
        """It came, late or repeated."""
        self._missing.pop(number, None)

    def numbers(self) -> list[int]:
        """What is still waited for."""
        return list(self._missing)

    def due(self, now: float, rtt_s: float | None) -> list[int]:
        """Numbers to ask for at `now`, in the order they were missed. Sets `lost`."""
        repeat_s = max(MIN_REPEAT_S, UNKNOWN_RTT_S if rtt_s is None else rtt_s)
        asked: list[int] = []
        lost, self._dropped = self._dropped, []
        for number, missing in list(self._missing.items()):
            if now - missing.found_at >= GIVE_UP_S or (missing.tries >= MAX_TRIES and now >= missing.due_at):
                del self._missing[number]
                lost.append(number)
            elif now >= missing.due_at:
                missing.tries += 1
                missing.due_at = min(now + repeat_s, missing.found_at + GIVE_UP_S)
                asked.append(number)
        self.lost = tuple(lost)
        self._next_due = min((missing.due_at for missing in self._missing.values()), default=None)
        return asked

    def next_due(self) -> float | None:
        """When `due` has something to look at (s); None when nothing is missing."""
        return self._next_due if self._missing or self._dropped else None
