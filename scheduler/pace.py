"""What a therapist sets for themselves, read and changed as a whole: pace, hours, exceptions, session types.

Every change is of one therapist, under their lock, and counts up their version; it holds at once, since slots
are computed from it whenever somebody asks. It ends no care and removes no booking: what no longer fits is
listed as a conflict. Not here: HTTP (pace_routes.py), SQL (pace_changes.py), slots (slots.py).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

from accounts.model import Person
from core.errors import Invalid
from scheduler.hours import opening, zone
from scheduler.model import Booking, Calendar, Override, Rule, SessionType, Span, Therapist, Travel
from scheduler.slots import merge, week_of

FORECAST_WEEKS = 4
Why = Literal["time_off", "own_calendar", "outside_hours"]


@dataclass(frozen=True)
class TimeOff:
    """Away for a while; during a `leave` clients choose who covers."""

    id: str
    span: Span
    kind: str
    cover_id: str | None


@dataclass(frozen=True)
class Journey:
    """A travel with its id."""

    id: str
    travel: Travel


@dataclass(frozen=True)
class Conflict:
    """A booking that no longer fits what the therapist has set. It stays until somebody moves it."""

    booking: Booking
    why: Why


@dataclass(frozen=True)
class Week:
    """A local week, from Monday: minutes of sessions that are booked, of messages, and the limit, if any."""

    monday: date
    booked_min: int
    message_min: int
    limit_min: int | None


@dataclass(frozen=True)
class PaceSheet:
    """All of it, as the therapist's page shows it."""

    therapist: Therapist
    own: Person
    types: tuple[SessionType, ...]
    rules: tuple[Rule, ...]
    overrides: tuple[Override, ...]
    time_off: tuple[TimeOff, ...]
    journeys: tuple[Journey, ...]
    reply_windows: tuple[Rule, ...]
    weeks: tuple[Week, ...]
    conflicts: tuple[Conflict, ...]
    names: Mapping[str, str]  # of the clients in conflicts, by id


def check_rules(rules: Sequence[Rule], field: str) -> None:
    """Raises Invalid where two of one weekday overlap while both are valid, or one ends before it begins."""
    for at, rule in enumerate(rules):
        if rule.valid_from and rule.valid_to and rule.valid_to < rule.valid_from:
            raise _invalid(f"{field}.{at}.valid_to", "must not lie before valid_from", "order")
        for other in rules[:at]:
            if rule.weekday == other.weekday and _overlap(rule, other):
                raise _invalid(f"{field}.{at}", "overlaps another of the same weekday", "overlap")


def _overlap(one: Rule, other: Rule) -> bool:
    minutes = one.start_minute < other.end_minute and other.start_minute < one.end_minute
    begins = max(one.valid_from or date.min, other.valid_from or date.min)
    return minutes and begins <= min(one.valid_to or date.max, other.valid_to or date.max)


def check_ranges(ranges: Sequence[tuple[int, int]]) -> None:
    """Raises Invalid where ranges of one date overlap."""
    for before, after in pairwise(sorted(ranges)):
        if after[0] < before[1]:
            raise _invalid("ranges", "must not overlap", "overlap")


def check_travel(travel: Travel, others: Iterable[Travel]) -> None:
    """Raises Invalid where somebody would be in two places on one date."""
    if any(travel.first_date <= one.last_date and one.first_date <= travel.last_date for one in others):
        raise _invalid("first_date", "overlaps another travel", "overlap")


def _invalid(field: str, message: str, rule: str) -> Invalid:
    return Invalid(errors=[{"field": field, "message": message, "rule": rule}])


def conflicts(calendar: Calendar, bookings: Sequence[Booking]) -> list[Conflict]:
    """Those of these bookings that lie in time off, where a personal calendar is busy, or outside hours."""
    if not bookings:
        return []
    first, last = min(one.starts_at for one in bookings), max(one.ends_at for one in bookings)
    hours = merge(opening(calendar, Span(first, last)))
    found = []
    for booking in bookings:
        span = Span(booking.starts_at, booking.ends_at)
        if any(span.overlaps(off) for off in calendar.time_off):
            found.append(Conflict(booking, "time_off"))
        elif any(span.overlaps(busy) for busy in calendar.imported):
            found.append(Conflict(booking, "own_calendar"))
        elif not any(open_.starts_at <= span.starts_at and span.ends_at <= open_.ends_at for open_ in hours):
            found.append(Conflict(booking, "outside_hours"))
    return found


def weeks(therapist: Therapist, sessions: Iterable[Span], now: datetime) -> list[Week]:
    """This week and the next ones, as far as they are booked."""
    zone_ = zone(therapist.timezone)
    minutes: Counter[date] = Counter()
    for one in sessions:
        monday = week_of(one.starts_at.astimezone(zone_).date())
        minutes[monday] += round((one.ends_at - one.starts_at).total_seconds() / 60)
    first = week_of(now.astimezone(zone_).date())
    mondays = [first + timedelta(weeks=n) for n in range(FORECAST_WEEKS)]
    message_min = therapist.pace.message_min
    return [Week(one, minutes[one], message_min, therapist.weekly_minutes) for one in mondays]


def audited(values: Mapping[str, object]) -> dict[str, object]:
    """What the audit trail keeps of a change: names and numbers, no texts."""
    return {name: value for name, value in values.items() if isinstance(value, bool | int) or value is None}
