"""When somebody is reminded of a session: a day, an hour and ten minutes before it, and not at night. Pure.

A reminder that would come in somebody's quiet hours comes before them. The last one never moves: who has a
session at that hour is awake.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from scheduler.hours import instant, zone

# Before the start; the word names it in the event and in the mail's id.
BEFORE = {"day": timedelta(hours=24), "hour": timedelta(hours=1), "soon": timedelta(minutes=10)}
LAST = "soon"
QUIET_FROM_MIN, QUIET_UNTIL_MIN = 21 * 60, 8 * 60  # minutes of the recipient's local day
SOON = timedelta(minutes=30)  # so shortly after the booking itself a reminder says nothing new


def reminders(starts_at: datetime, timezone: str, now: datetime) -> Iterator[tuple[str, datetime]]:
    """Which, and when each is due, in order. `timezone`: the recipient's."""
    last: datetime | None = None
    for word, before in BEFORE.items():
        due_at = starts_at - before if word == LAST else out_of_night(starts_at - before, timezone)
        if due_at - now >= SOON and due_at != last:
            yield word, due_at
        last = due_at


def out_of_night(at: datetime, timezone: str) -> datetime:
    """The moment itself, or the beginning of the quiet hours it lies in."""
    zone_ = zone(timezone)
    local = at.astimezone(zone_)
    minute = local.hour * 60 + local.minute
    if QUIET_UNTIL_MIN <= minute < QUIET_FROM_MIN:
        return at
    evening = local.date() if minute >= QUIET_FROM_MIN else local.date() - timedelta(days=1)
    return instant(evening, QUIET_FROM_MIN, zone_)
