"""What a personal calendar (RFC 5545) keeps busy: beginnings and ends within a window, and nothing else.

It is somebody else's file and may be made to harm: it is read in a process of its own with a bounded share of
time and memory, where an endless rule ends with the process. `python -m scheduler.foreign_calendar` is that
process; calendar_reading.py starts it. Free is what is marked transparent, free or cancelled, and what
Todoku itself has written. A time without a zone, or in an unknown one, is meant in the therapist's.
"""

import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import recurring_ical_events
from icalendar import Calendar, Component
from icalendar.prop import vBroken

from scheduler.hours import instant, local_day, zone
from scheduler.model import Span
from scheduler.slots import merge

MOST_EVENTS = 5000  # in the file, and busy times that are left of it
MOST_DATES = 5000  # named by RDATE and EXDATE of all events together
FOLD = re.compile(rb"\r?\n[ \t]")
DATES = re.compile(rb"^(?:RDATE|EXDATE)[^\r\n]*", re.M)
TOO_OFTEN = re.compile(rb"^RRULE[^\r\n]*FREQ=(?:SECONDLY|MINUTELY)", re.M)
OUR_OWN = "@todoku"  # invitations of ours that came back with the calendar: we know them better
FREE_IN_OUTLOOK = frozenset({"FREE", "WORKINGELSEWHERE"})
CPU_S = 5
MEMORY_BYTES = 768 * 1024 * 1024


class Unusable(Exception):
    """The calendar cannot be taken; its only argument is a stable word for why."""


def busy_times(content: bytes, within: Span, timezone: str) -> list[Span]:
    """What is busy within the window, merged and in order. Raises Unusable."""
    _check_cost(content)
    try:
        calendars = Calendar.from_ical(content, multiple=True)
    except Exception:  # the library raises what it likes at what is no calendar
        raise Unusable("not_a_calendar") from None
    if not calendars or any(one.name != "VCALENDAR" for one in calendars):
        raise Unusable("not_a_calendar")
    found: set[Span] = set()
    for one in calendars:
        for span in _occurrences(one, within, timezone):
            found.add(span)
            if len(found) > MOST_EVENTS:
                raise Unusable("too_many_events")
    return merge(sorted(found))


def _check_cost(content: bytes) -> None:
    """Refuses at a glance what would only be refused after much work."""
    text = FOLD.sub(b"", content).upper()
    dates = sum(line.count(b",") + 1 for line in DATES.findall(text))
    if text.count(b"BEGIN:VEVENT") > MOST_EVENTS or dates > MOST_DATES or TOO_OFTEN.search(text):
        raise Unusable("too_many_events")


def _occurrences(calendar: Calendar, within: Span, timezone: str) -> Iterator[Span]:
    # A day more on both sides: a date without a zone may lie elsewhere than the library thinks.
    first, last = within.starts_at - timedelta(days=1), within.ends_at + timedelta(days=1)
    _mend(calendar)
    query = recurring_ical_events.of(calendar, skip_bad_series=True)
    for event in query.between(first, last):
        if not _is_free(event):
            span = _span(event, timezone)
            if span.starts_at < span.ends_at and span.overlaps(within):
                yield Span(max(span.starts_at, within.starts_at), min(span.ends_at, within.ends_at))


def _mend(calendar: Calendar) -> None:
    """Leaves out what cannot be read: of an event a part, or all of it where nobody knows when it begins."""
    for event in calendar.walk("VEVENT"):
        for name in [name for name, value in event.items() if isinstance(value, vBroken)]:
            del event[name]
    calendar.subcomponents = [
        one for one in calendar.subcomponents if one.name != "VEVENT" or "DTSTART" in one
    ]


def _is_free(event: Component) -> bool:
    def word(name: str) -> str:
        return str(event.get(name, "")).strip().upper()

    return (
        word("TRANSP") == "TRANSPARENT"
        or word("STATUS") == "CANCELLED"
        or word("X-MICROSOFT-CDO-BUSYSTATUS") in FREE_IN_OUTLOOK
        or str(event.get("UID", "")).endswith(OUR_OWN)
    )


def _span(event: Component, timezone: str) -> Span:
    start: Any = event["DTSTART"].dt  # type: ignore[union-attr]
    end: Any = event["DTEND"].dt if "DTEND" in event else start  # type: ignore[union-attr]
    if not isinstance(start, datetime):
        last = end if not isinstance(end, datetime) else end.date()
        if last <= start:
            last = start + timedelta(days=1)
        return Span(local_day(start, zone(timezone)).starts_at, local_day(last, zone(timezone)).starts_at)
    return Span(_instant(start, timezone), _instant(end, timezone))


def _instant(moment: date, timezone: str) -> datetime:
    """In UTC, whole seconds; `moment` is a wall time of the therapist's where it says no zone."""
    if not isinstance(moment, datetime):
        return local_day(moment, zone(timezone)).starts_at
    if moment.tzinfo is not None:
        return moment.astimezone(UTC).replace(microsecond=0)
    begins = instant(moment.date(), moment.hour * 60 + moment.minute, zone(timezone))
    return begins + timedelta(seconds=moment.second)


def _bound() -> None:
    """This process's share, where the system knows such bounds."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def main() -> None:
    """A line of JSON (from, to, timezone) and the calendar come in; a line of JSON goes out."""
    _bound()
    asked = json.loads(sys.stdin.buffer.readline())
    within = Span(datetime.fromisoformat(asked["from"]), datetime.fromisoformat(asked["to"]))
    try:
        found = busy_times(sys.stdin.buffer.read(), within, asked["timezone"])
        answer: dict[str, Any] = {
            "busy": [[one.starts_at.isoformat(), one.ends_at.isoformat()] for one in found]
        }
    except Unusable as error:
        answer = {"problem": error.args[0]}
    except (Exception, RecursionError):
        answer = {"problem": "unreadable"}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
