"""Which sessions can be booked (pure): opening hours minus time off and busy blocks, on a grid, in time.

The list a client sees and the check inside a booking are the same function, so they cannot disagree; a
booking only asks it for a shorter span. Not here: capacity (capacity.py), reading the calendar (store.py).
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from scheduler.hours import opening, zone
from scheduler.model import Calendar, SessionRules, Slot, Span

_MARGIN = timedelta(days=1)  # longer than any session with its buffers


class Verdict(StrEnum):
    """What is to be said of one asked starting time."""

    FREE = "free"
    TAKEN = "taken"
    NOT_OFFERED = "not_offered"


def free_slots(calendar: Calendar, rules: SessionRules, within: Span, now: datetime) -> list[Slot]:
    """Bookable sessions starting in `within`, ordered, without duplicates."""
    wide = Span(within.starts_at - _MARGIN, within.ends_at + _MARGIN)
    hours = opening(calendar, wide)
    free = subtract(merge(hours), merge([*calendar.time_off, *calendar.imported, *calendar.busy]))
    allowed = _Allowed(calendar, rules, within, now)
    found = {
        slot
        for window in hours
        for slot in _grid(window, rules)
        if allowed(slot) and _fits(rules.block(slot), free)
    }
    return sorted(found)


def judge(calendar: Calendar, rules: SessionRules, starts_at: datetime, now: datetime) -> Verdict:
    """Whether a session may start at `starts_at`; TAKEN when only somebody's booking stands against it."""
    within = Span(starts_at, starts_at + timedelta(microseconds=1))
    if free_slots(calendar, rules, within, now):
        return Verdict.FREE
    if free_slots(replace(calendar, busy=()), rules, within, now):
        return Verdict.TAKEN
    return Verdict.NOT_OFFERED


class _Allowed:
    """Range, notice, window and pace: everything about a slot that has nothing to do with overlaps."""

    def __init__(self, calendar: Calendar, rules: SessionRules, within: Span, now: datetime) -> None:
        self._within = within
        self._zone = zone(calendar.timezone)
        today = now.astimezone(self._zone).date()
        self._earliest = now + timedelta(minutes=rules.notice_min)
        self._first_date = today + timedelta(days=rules.notice_calendar_days)
        self._last_date = today + timedelta(days=rules.window_days)
        self._pace, self._session_min = calendar.pace, rules.session_min
        self._days, self._weeks = _counted(calendar, self._zone)

    def __call__(self, slot: Slot) -> bool:
        if not self._within.starts_at <= slot.starts_at < self._within.ends_at:
            return False
        local_date = slot.starts_at.astimezone(self._zone).date()
        in_time = slot.starts_at >= self._earliest and self._first_date <= local_date <= self._last_date
        return in_time and self._keeps_pace(local_date)

    def _keeps_pace(self, local_date: date) -> bool:
        """Whether one more session on that date is within the therapist's day and week."""
        most, minutes = self._pace.sessions_per_day, self._pace.session_min_a_week
        if most is not None and self._days[local_date] >= most:
            return False
        return minutes is None or self._weeks[week_of(local_date)] + self._session_min <= minutes


def week_of(local_date: date) -> date:
    """The Monday of its week."""
    return local_date - timedelta(days=local_date.weekday())


def _counted(calendar: Calendar, zone_: ZoneInfo) -> tuple[Counter[date], Counter[date]]:
    """Sessions by local date, and their minutes by week."""
    days: Counter[date] = Counter()
    weeks: Counter[date] = Counter()
    for session in calendar.sessions:
        local_date = session.starts_at.astimezone(zone_).date()
        days[local_date] += 1
        weeks[week_of(local_date)] += round((session.ends_at - session.starts_at).total_seconds() / 60)
    return days, weeks


def _grid(window: Span, rules: SessionRules) -> Iterator[Slot]:
    """Starts every step from the wall-aligned beginning; the steps are counted in UTC."""
    step = timedelta(minutes=rules.step_min)
    starts_at = window.starts_at
    while starts_at < window.ends_at:
        yield rules.slot(starts_at)
        starts_at += step


def _fits(block: Span, free: Sequence[Span]) -> bool:
    """Only the last piece that begins by then can hold the block; `free` is ordered and disjoint."""
    index = bisect_right(free, block.starts_at, key=_start) - 1
    return index >= 0 and block.ends_at <= free[index].ends_at


def _start(span: Span) -> datetime:
    return span.starts_at


def merge(spans: Iterable[Span]) -> list[Span]:
    """The same instants as ordered, disjoint, non-touching spans."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.starts_at <= merged[-1].ends_at:
            merged[-1] = Span(merged[-1].starts_at, max(merged[-1].ends_at, span.ends_at))
        else:
            merged.append(span)
    return merged


def subtract(spans: Sequence[Span], holes: Sequence[Span]) -> list[Span]:
    """`spans` without `holes`; both as merge() gives them."""
    left: list[Span] = []
    first = 0  # holes before it end before every span still to come
    for span in spans:
        while first < len(holes) and holes[first].ends_at <= span.starts_at:
            first += 1
        cursor, index = span.starts_at, first
        while index < len(holes) and holes[index].starts_at < span.ends_at:
            if cursor < holes[index].starts_at:
                left.append(Span(cursor, holes[index].starts_at))
            cursor = holes[index].ends_at
            index += 1
        if cursor < span.ends_at:
            left.append(Span(cursor, span.ends_at))
    return left
