"""How often one may reserve and book. Pure; the counting is accounts/attempts.py's.

The narrow limits are on who asks: the session or person, and the mail address a confirmation goes to. Those
on a company's link and on an address are wide, since a whole company shares both.
"""

from collections.abc import Iterable
from datetime import timedelta

from accounts.model import normalize_email
from accounts.throttle import Limit, key, network
from scheduler.booking import Booker
from scheduler.config import SchedulerConfig


def hold_limits(booker: Booker, address: str, config: SchedulerConfig) -> dict[str, Limit]:
    """What one more reservation counts against."""
    return _limits(
        config,
        [
            (config.holds_per_session, ("hold_session", booker.holder)),
            (config.holds_per_link, ("hold_link", booker.employer_id or "")),
            (config.holds_per_address, ("hold_address", network(address))),
        ],
    )


def booking_limits(booker: Booker, mail: str, address: str, config: SchedulerConfig) -> dict[str, Limit]:
    """What one more booking counts against. Raises Invalid for what is no mail address."""
    return _limits(
        config,
        [
            (config.bookings_per_mail, ("booking_mail", normalize_email(mail) if mail else "")),
            (config.bookings_per_session, ("booking_session", booker.holder)),
            (config.bookings_per_link, ("booking_link", booker.employer_id or "")),
            (config.bookings_per_address, ("booking_address", network(address))),
        ],
    )


def _limits(config: SchedulerConfig, wanted: Iterable[tuple[int, tuple[str, str]]]) -> dict[str, Limit]:
    """A key without a value limits nobody: who signed in came through no company's link."""
    window = timedelta(seconds=config.attempt_window_s)
    return {key(kind, value): Limit(attempts, window) for attempts, (kind, value) in wanted if value}
