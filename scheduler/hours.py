"""Wall-clock rules into instants, one local date at a time (pure).

A rule says "Mondays 09:00-17:00 in Europe/London"; what instant that is depends on the date, so it is
asked anew for every date and never by adding hours to a midnight. Where clocks jump forward over a wall
time, it means the first instant after the jump; where they fall back, a start means the first and an end the
second of the two. An end at the very time they fall back to means the first.
Not here: anything that knows of bookings.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from scheduler.model import Calendar, Rule, Span

MINUTES_PER_DAY = 1440
_ONE_DAY = timedelta(days=1)


NO_PLACE = frozenset({"Factory", "localtime", "posixrules"})  # what a server's own settings are called


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones()) - NO_PLACE


def zone(name: str) -> ZoneInfo:
    """The IANA zone `name`; raises ValueError for anything else (also for paths)."""
    if name not in _zone_names():
        raise ValueError(f"unknown time zone {name!r}")
    return ZoneInfo(name)


def instant(local_date: date, minute: int, zone_: ZoneInfo, *, fold: int = 0) -> datetime:
    """The UTC instant of a wall time; `minute` 0..1440, `fold` 1 takes the later of two equal wall times."""
    days, minutes = divmod(minute, MINUTES_PER_DAY)
    wall = datetime.combine(
        local_date + days * _ONE_DAY, time(minutes // 60, minutes % 60), tzinfo=zone_
    ).replace(fold=fold)
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone_).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    return _end_of_gap(wall)


def _end_of_gap(wall: datetime) -> datetime:
    """The first instant whose wall clock is past `wall`, which does not exist."""
    zone_ = wall.tzinfo
    # PEP 495: inside a gap fold=1 uses the offset after it (an earlier instant), fold=0 the one before it.
    early = wall.replace(fold=1).astimezone(UTC)
    late = wall.replace(fold=0).astimezone(UTC)
    after = late.astimezone(zone_).utcoffset()
    low, high = 0, int((late - early).total_seconds())
    while low < high:
        middle = (low + high) // 2
        if (early + timedelta(seconds=middle)).astimezone(zone_).utcoffset() == after:
            high = middle
        else:
            low = middle + 1
    return early + timedelta(seconds=low)


def local_day(local_date: date, zone_: ZoneInfo) -> Span:
    """The whole local date; 23 to 25 hours, and it may begin at 01:00 where midnight does not exist."""
    return Span(instant(local_date, 0, zone_), instant(local_date + _ONE_DAY, 0, zone_))


def local_days(first: date, last: date, zone_: ZoneInfo) -> Span:
    """From the beginning of `first` to the end of `last`."""
    return Span(local_day(first, zone_).starts_at, local_day(last, zone_).ends_at)


def opening(calendar: Calendar, within: Span) -> list[Span]:
    """Working hours that touch `within`, ordered by start; they may overlap, and time off is still in."""
    spans = {span for span in _wall_ranges(calendar, within) if span.overlaps(within)}
    return sorted(spans)


def _wall_ranges(calendar: Calendar, within: Span) -> Iterator[Span]:
    overridden = {override.local_date for override in calendar.overrides}
    for rule in calendar.rules:
        zone_ = zone(rule.timezone)
        for local_date in _dates(within, zone_):
            if local_date not in overridden and _applies(rule, local_date):
                there = _zone_on(calendar, local_date) or zone_
                yield from _range(local_date, rule.start_minute, rule.end_minute, there)
    for override in calendar.overrides:
        if override.start_minute is not None and override.end_minute is not None:
            yield from _range(
                override.local_date, override.start_minute, override.end_minute, zone(override.timezone)
            )


def _zone_on(calendar: Calendar, local_date: date) -> ZoneInfo | None:
    """Where the therapist is travelling on that date."""
    for travel in calendar.travels:
        if travel.first_date <= local_date <= travel.last_date:
            return zone(travel.timezone)
    return None


def _dates(within: Span, zone_: ZoneInfo) -> Iterable[date]:
    """Local dates touching `within` in any zone: two more on each side, as zones differ by up to 26 hours."""
    first = within.starts_at.astimezone(zone_).date() - 2 * _ONE_DAY
    last = within.ends_at.astimezone(zone_).date() + 2 * _ONE_DAY
    return (first + n * _ONE_DAY for n in range((last - first).days + 1))


def _applies(rule: Rule, local_date: date) -> bool:
    return (
        local_date.weekday() == rule.weekday
        and (rule.valid_from is None or rule.valid_from <= local_date)
        and (rule.valid_to is None or local_date <= rule.valid_to)
    )


def _end(local_date: date, minute: int, zone_: ZoneInfo) -> datetime:
    """Where hours end; of two equal wall times the later, if the minute before it comes twice as well."""
    late = instant(local_date, minute, zone_, fold=1)
    if (
        not late.astimezone(zone_).fold
        or instant(local_date, minute - 1, zone_, fold=1).astimezone(zone_).fold
    ):
        return late
    return instant(local_date, minute, zone_)


def _range(local_date: date, start_minute: int, end_minute: int, zone_: ZoneInfo) -> Iterator[Span]:
    span = Span(instant(local_date, start_minute, zone_), _end(local_date, end_minute, zone_))
    if span.starts_at < span.ends_at:  # hours lying wholly in a gap do not happen
        yield span
