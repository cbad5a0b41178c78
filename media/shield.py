"""Keeps what is done for all going when it fails for one: the failure is logged, the rest goes on.

Only for the work that a relay does by itself, over and over. What somebody asked for fails to them.
"""

from collections.abc import Callable

import structlog

LOG_AGAIN_S = 60.0

log = structlog.get_logger()


class Shield:
    """`monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._logged_at: dict[str, float] = {}

    def run(self, work: str, do: Callable[..., object], *arguments: object) -> None:
        """Do it, whatever it raises."""
        try:
            do(*arguments)
        except Exception:
            self.failed(work)

    def failed(self, work: str) -> None:
        """Log the exception that is being handled, once a minute for each kind of work."""
        now = self._monotonic()
        if now - self._logged_at.get(work, now - LOG_AGAIN_S) >= LOG_AGAIN_S:
            self._logged_at[work] = now
            log.exception("relay_work_failed", work=work)
