"""Wall-clock hours become the right instants on every date, also where clocks jump."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.hours import instant, local_day, local_days, opening, zone
from scheduler.model import Calendar, Override, Rule
from tests.scheduler.practice import minutes, open_daily, span, utc

NEW_YORK = "America/New_York"
ZONES = [
    "Asia/Tokyo",
    "America/New_York",
    "America/Santiago",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Europe/London",
    "Asia/Kolkata",
    "Pacific/Apia",
]


@pytest.mark.parametrize(
    ("timezone", "day", "clock_time", "expected"),
    [
        ("America/New_York", "2026-03-08", "09:00", "2026-03-08T13:00"),
        ("America/New_York", "2026-11-01", "09:00", "2026-11-01T14:00"),
        ("Asia/Tokyo", "2026-03-08", "09:00", "2026-03-08T00:00"),
        ("Europe/London", "2026-03-29", "09:00", "2026-03-29T08:00"),
        ("Australia/Lord_Howe", "2026-04-05", "09:00", "2026-04-04T22:30"),
        ("Australia/Lord_Howe", "2026-10-04", "09:00", "2026-10-03T22:00"),
    ],
)
def test_nine_o_clock_is_nine_o_clock_on_the_day_the_clocks_change(
    timezone: str, day: str, clock_time: str, expected: str
) -> None:
    """Midnight plus nine hours gives 10:00 and 08:00 on these days (cal.diy #10517)."""
    found = instant(date.fromisoformat(day), minutes(clock_time), ZoneInfo(timezone))
    assert found == utc(expected)
    assert found.astimezone(ZoneInfo(timezone)).strftime("%H:%M") == clock_time


@pytest.mark.parametrize(
    ("timezone", "day", "clock_time", "first_valid"),
    [
        ("America/New_York", "2026-03-08", "02:00", "03:00"),
        ("America/New_York", "2026-03-08", "02:30", "03:00"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "02:30"),
        ("Africa/Cairo", "2026-04-24", "00:00", "01:00"),
        ("America/Santiago", "2026-09-06", "00:30", "01:00"),
    ],
)
def test_a_wall_time_that_does_not_exist_means_the_first_instant_after_the_jump(
    timezone: str, day: str, clock_time: str, first_valid: str
) -> None:
    found = instant(date.fromisoformat(day), minutes(clock_time), ZoneInfo(timezone))
    assert found.astimezone(ZoneInfo(timezone)).strftime("%H:%M") == first_valid
    before = (found - timedelta(seconds=1)).astimezone(ZoneInfo(timezone))
    assert before.utcoffset() != found.astimezone(ZoneInfo(timezone)).utcoffset()


def test_an_end_in_the_doubled_hour_means_the_second_of_the_two() -> None:
    calendar = Calendar(
        "America/New_York", (Rule(6, minutes("00:30"), minutes("01:30"), "America/New_York"),)
    )
    assert opening(calendar, span("2026-11-01T00:00", "2026-11-02T00:00")) == [
        span("2026-11-01T04:30", "2026-11-01T06:30")
    ]


def test_hours_that_lie_wholly_in_a_gap_do_not_happen() -> None:
    calendar = Calendar(
        "America/New_York", (Rule(6, minutes("02:10"), minutes("02:50"), "America/New_York"),)
    )
    assert opening(calendar, span("2026-03-08T00:00", "2026-03-09T00:00")) == []


def test_a_day_begins_where_midnight_would_have_been() -> None:
    cairo = ZoneInfo("Africa/Cairo")
    day = local_day(date(2026, 4, 24), cairo)
    assert day.ends_at - day.starts_at == timedelta(hours=23)
    assert local_days(date(2026, 4, 23), date(2026, 4, 24), cairo).starts_at < day.starts_at


def test_minute_1440_is_the_next_midnight() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    assert instant(date(2026, 1, 1), 1440, tokyo) == instant(date(2026, 1, 2), 0, tokyo)


def test_a_rule_counts_only_between_its_dates() -> None:
    rule = Rule(0, 540, 600, "Asia/Tokyo", valid_from=date(2026, 6, 8), valid_to=date(2026, 6, 8))
    found = opening(Calendar("Asia/Tokyo", (rule,)), span("2026-05-20T00:00", "2026-07-01T00:00"))
    assert found == [span("2026-06-08T00:00", "2026-06-08T01:00")]


def test_an_override_replaces_the_weekly_hours_of_its_date() -> None:
    calendar = open_daily("Asia/Tokyo")
    changed = Calendar(
        calendar.timezone, calendar.rules, (Override(date(2026, 6, 8), 600, 660, "Asia/Tokyo"),)
    )
    closed = Calendar(
        calendar.timezone, calendar.rules, (Override(date(2026, 6, 8), None, None, "Asia/Tokyo"),)
    )
    day = local_day(date(2026, 6, 8), ZoneInfo("Asia/Tokyo"))
    assert opening(changed, day) == [span("2026-06-08T01:00", "2026-06-08T02:00")]
    assert opening(closed, day) == []


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Asia", "Factory", "localtime"]
)
def test_what_is_no_zone_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match="unknown time zone"):
        zone(name)


@given(
    name=st.sampled_from(ZONES),
    day=st.dates(date(2010, 1, 1), date(2035, 12, 31)),
    minute=st.integers(0, 1440),
)
def test_a_wall_time_that_exists_comes_back_and_another_moves_forward_only(
    name: str, day: date, minute: int
) -> None:
    found = instant(day, minute, ZoneInfo(name))
    naive = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    shown = found.astimezone(ZoneInfo(name)).replace(tzinfo=None)
    assert shown >= naive
    moved = shown != naive
    assert moved == (not _exists(naive, name))
    assert found.tzinfo is UTC


@given(
    name=st.sampled_from(ZONES),
    day=st.dates(date(2010, 1, 1), date(2035, 12, 31)),
    a=st.integers(0, 1440),
    b=st.integers(0, 1440),
)
def test_later_on_the_wall_is_never_earlier_in_time(name: str, day: date, a: int, b: int) -> None:
    early, late = sorted((a, b))
    assert instant(day, early, ZoneInfo(name)) <= instant(day, late, ZoneInfo(name))


def _exists(naive: datetime, name: str) -> bool:
    aware = naive.replace(tzinfo=ZoneInfo(name))
    return aware.astimezone(UTC).astimezone(ZoneInfo(name)).replace(tzinfo=None) == naive
