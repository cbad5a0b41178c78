"""By when a therapist will have answered a message that comes now, from the hours they have set for answers.

Pure. Windows are wall-clock hours like those of sessions, so they travel along and end where time off begins.
A promise is the end of a window with enough of it left: what comes in its last minutes waits for the next.
"""

from datetime import datetime, timedelta

from scheduler.hours import opening
from scheduler.model import Calendar, Span
from scheduler.slots import merge, subtract

ENOUGH = timedelta(minutes=15)
AHEAD = timedelta(days=60)  # nobody is promised anything later than that
BEHIND = timedelta(days=1)  # a window that has begun already


def answered_by(windows: Calendar, now: datetime) -> datetime | None:
    """The end of the first window that will do, or None. `windows.rules`: hours of answers."""
    within = Span(now - BEHIND, now + AHEAD)
    for window in subtract(merge(opening(windows, within)), merge(windows.time_off)):
        left = window.ends_at - max(window.starts_at, now)
        if left >= min(ENOUGH, window.ends_at - window.starts_at):
            return window.ends_at
    return None
