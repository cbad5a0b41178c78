"""What somebody may use up in a while: filled evenly, up to a bound. Pure; monotonic seconds are given.

For what one connection may cost one process. Not here: what is counted over processes and restarts
(accounts/throttle.py).
"""


class Allowance:
    """`per_s` come back each second, up to `most`; it begins full."""

    __slots__ = ("_at", "_left", "most", "per_s")

    def __init__(self, per_s: float, most: float) -> None:
        self.per_s, self.most = per_s, most
        self._left, self._at = most, 0.0

    def left(self, now: float) -> float:
        """How much may be used now."""
        self._left = min(self.most, self._left + max(0.0, now - self._at) * self.per_s)
        self._at = now
        return self._left

    def spend(self, amount: float) -> None:
        """Use so much, whether it is there or not."""
        self._left -= amount

    def take(self, amount: float, now: float) -> bool:
        """Use so much, if it is there."""
        if self.left(now) < amount:
            return False
        self._left -= amount
        return True
