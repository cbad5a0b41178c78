"""Which packets of one slot were sent again, when and how often: what is asked for again and again is not
sent again and again. Pure; bounded."""

import math

MAX_TIMES = 3  # that one packet is sent again
REMEMBERED = 256


class Repeats:
    """By outgoing number."""

    __slots__ = ("_sent",)

    def __init__(self) -> None:
        self._sent: dict[int, tuple[float, int]] = {}  # when last, how often so far; the oldest first

    def may(self, number: int, now: float, again_s: float) -> bool:
        """Whether it may be sent again now: not before `again_s`, in which the last answer is on its way."""
        at, times = self._sent.get(number, (-math.inf, 0))
        return now - at >= again_s and times < MAX_TIMES

    def note(self, number: int, now: float) -> None:
        """It is."""
        _, times = self._sent.pop(number, (now, 0))
        self._sent[number] = now, times + 1
        if len(self._sent) > REMEMBERED:
            del self._sent[next(iter(self._sent))]

    def clear(self) -> None:
        """Other packets follow."""
        self._sent.clear()
