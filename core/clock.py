"""The only reader of the wall clock and of the monotonic clock, and where the rules of zones come from.

Everything else takes `now` (aware UTC, for people) or monotonic seconds (for packets) as an argument.
"""

import time
import zoneinfo
from datetime import UTC, datetime
from typing import Protocol

# The locked tzdata alone, never the machine's own, which may be older: a browser knows new rules, and pages
# and mails must tell one time.
zoneinfo.reset_tzpath(())


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
