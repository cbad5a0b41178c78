"""A second opinion on slots: every minute is looked at by itself, so slowly that nothing can be clever.

It knows only what a wall clock shows at a minute of UTC. Hours of a date begin with the first minute whose
wall has reached their start, and end after the last one whose wall has not reached their end. Nothing of
scheduler/hours.py or slots.py is used here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from scheduler.model import Calendar, SessionRules, Slot, Span

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC)


@cache
def transitions(name: str) -> tuple[datetime, ...]:
    """Every first minute of another offset from 2024 to 2032."""
    zone, found, step = ZoneInfo(name), [], timedelta(days=5)  # Ramadan's break takes weeks
    at = FIRST
    while at < LAST:
        if _offset(zone, at) != _offset(zone, at + step):
            low, high = at, at + step
            while high - low > MINUTE:
                middle = low + (high - low) // 2
                middle -= timedelta(seconds=middle.second, microseconds=middle.microsecond)
                low, high = (middle, high) if _offset(zone, middle) == _offset(zone, at) else (low, middle)
            found.append(high)
        at += step
    return tuple(found)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


@cache
def changing_zones() -> tuple[str, ...]:
    """All zones of the tz database whose clocks change in these years."""
    return tuple(name for name in sorted(available_timezones()) if transitions(name))


@lru_cache(maxsize=64)
def _walls(name: str, middle: date) -> tuple[tuple[datetime, datetime], ...]:
    """(instant, wall) of every minute that can be of this date anywhere."""
    zone = ZoneInfo(name)
    first = datetime.combine(middle, time(), tzinfo=UTC) - timedelta(hours=15)
    minutes = (first + n * MINUTE for n in range(53 * 60))
    return tuple((at, at.astimezone(zone).replace(tzinfo=None)) for at in minutes)


def _hours(day: date, start_minute: int, end_minute: int, name: str) -> list[datetime]:
    """The minutes of these hours of that date, in order."""
    start = datetime.combine(day, time()) + start_minute * MINUTE
    end = datetime.combine(day, time()) + end_minute * MINUTE
    walls = _walls(name, day)
    begins = next(at for at, wall in walls if wall >= start)
    ends = next(at for at, wall in reversed(walls) if wall < end)
    return [at for at, _ in walls if begins <= at <= ends]


def _windows(calendar: Calendar, dates: Iterable[date]) -> Iterator[list[datetime]]:
    overridden = {one.local_date for one in calendar.overrides}
    for day in dates:
        for rule in calendar.rules:
            valid = (rule.valid_from or day) <= day <= (rule.valid_to or day)
            if rule.weekday == day.weekday() and valid and day not in overridden:
                away = [one for one in calendar.travels if one.first_date <= day <= one.last_date]
                name = away[0].timezone if away else rule.timezone
                yield _hours(day, rule.start_minute, rule.end_minute, name)
        for one in calendar.overrides:
            if one.local_date == day and one.start_minute is not None and one.end_minute is not None:
                yield _hours(day, one.start_minute, one.end_minute, one.timezone)


def oracle(calendar: Calendar, rules: SessionRules, within: Span, now: datetime) -> list[Slot]:
    """What free_slots must answer. All of it lies on whole minutes."""
    first = (within.starts_at - 3 * DAY).date()
    dates = [first + n * DAY for n in range((within.ends_at - within.starts_at).days + 8)]
    windows = [window for window in _windows(calendar, dates) if window]
    taken = {at for span in (*calendar.busy, *calendar.time_off, *calendar.imported) for at in _minutes(span)}
    open_minutes = {at for window in windows for at in window} - taken
    starts = {at for window in windows for at in window[:: rules.step_min]}
    return [
        rules.slot(at)
        for at in sorted(starts)
        if within.starts_at <= at < within.ends_at
        and _in_time(calendar, rules, at, now)
        and all(minute in open_minutes for minute in _minutes(rules.block(rules.slot(at))))
    ]


def _minutes(span: Span) -> Iterator[datetime]:
    return (span.starts_at + n * MINUTE for n in range((span.ends_at - span.starts_at) // MINUTE))


def _in_time(calendar: Calendar, rules: SessionRules, at: datetime, now: datetime) -> bool:
    """Notice, window, sessions a day and minutes a week, on the therapist's own wall."""
    zone = ZoneInfo(calendar.timezone)
    day, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    dates = [one.starts_at.astimezone(zone).date() for one in calendar.sessions]
    minutes = Counter[tuple[int, int]]()
    for one, on in zip(calendar.sessions, dates, strict=True):
        minutes[on.isocalendar()[:2]] += (one.ends_at - one.starts_at) // MINUTE
    most, limit = calendar.pace.sessions_per_day, calendar.pace.session_min_a_week
    return (
        at - now >= rules.notice_min * MINUTE
        and rules.notice_calendar_days <= (day - today).days <= rules.window_days
        and (most is None or dates.count(day) < most)
        and (limit is None or minutes[day.isocalendar()[:2]] + rules.session_min <= limit)
    )
