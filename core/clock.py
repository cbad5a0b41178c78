"""The only reader of the wall clock and of the monotonic clock.

Everything else takes `now` (aware UTC, for people) or monotonic seconds (for packets) as an argument.
"""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """Aware UTC time, for people and the database."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back, for intervals and packets."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()
