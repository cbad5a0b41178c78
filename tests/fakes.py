"""Fakes shared by the tests: a clock that moves only when told."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """A core.clock.Clock whose time stands still until `advance`."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
        self._elapsed_s = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed_s)

    def monotonic(self) -> float:
        return 1000.0 + self._elapsed_s

    def advance(self, seconds: float) -> None:
        self._elapsed_s += seconds
