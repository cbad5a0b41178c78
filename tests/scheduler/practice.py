"""Calendars and rules the scheduler's tests share."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler.hours import local_day
from scheduler.model import Calendar, Rule, SessionRules, Slot, Span
from scheduler.slots import free_slots

HALF_HOURS = SessionRules(
    session_min=30,
    step_min=30,
    buffer_before_min=0,
    buffer_after_min=0,
    notice_min=0,
    notice_calendar_days=0,
    window_days=400,
)
EVERY_DAY = range(7)


def rules(**changes: int) -> SessionRules:
    return replace(HALF_HOURS, **changes)


def minutes(clock_time: str) -> int:
    """ "09:30" as minutes of the day."""
    hours, rest = clock_time.split(":")
    return int(hours) * 60 + int(rest)


def open_daily(timezone: str, start: str = "09:00", end: str = "17:00") -> Calendar:
    weekly = tuple(Rule(weekday, minutes(start), minutes(end), timezone) for weekday in EVERY_DAY)
    return Calendar(timezone, weekly)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day_slots(calendar: Calendar, day: str, session: SessionRules = HALF_HOURS) -> list[Slot]:
    """Slots of one local date, asked well before it."""
    local_date = date.fromisoformat(day)
    within = local_day(local_date, ZoneInfo(calendar.timezone))
    return free_slots(calendar, session, within, within.starts_at - timedelta(days=30))


def wall(slots: list[Slot], timezone: str) -> list[str]:
    """Starting times as a clock on the therapist's wall shows them."""
    return [slot.starts_at.astimezone(ZoneInfo(timezone)).strftime("%H:%M") for slot in slots]


def span(starts_at: str, ends_at: str) -> Span:
    return Span(utc(starts_at), utc(ends_at))
