"""When the sessions of a series are: the same time on the wall, across every change of clocks."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.hours import NO_PLACE
from scheduler.series import MOST_SESSIONS, MOST_WEEKS, Repeat, starts
from tests.scheduler.practice import utc


def wall(found: list[datetime], timezone: str) -> list[str]:
    return [one.astimezone(ZoneInfo(timezone)).strftime("%m-%d %H:%M") for one in found]


@pytest.mark.parametrize(
    ("timezone", "first", "expected"),
    [
        ("Asia/Tokyo", "2026-11-25T00:00", ["11-25 09:00", "12-09 09:00", "12-23 09:00"]),
        ("America/New_York", "2026-10-20T13:00", ["10-20 09:00", "11-03 09:00", "11-17 09:00"]),
        ("Europe/London", "2026-03-25T09:30", ["03-25 09:30", "04-08 09:30", "04-22 09:30"]),
        ("Australia/Lord_Howe", "2026-09-28T22:00", ["09-29 08:30", "10-13 08:30", "10-27 08:30"]),
    ],
)
def test_the_wall_shows_the_same_time_through_a_change_of_clocks(
    timezone: str, first: str, expected: list[str]
) -> None:
    """cal.com #10517: an hour off after the change."""
    assert wall(starts(utc(first), Repeat(2, 3), timezone), timezone) == expected


def test_a_time_that_the_clocks_jump_over_is_the_first_instant_after() -> None:
    """Cairo jumps at midnight: 00:30 on that date does not exist."""
    first = utc("2026-04-16T22:30")  # Friday 00:30
    assert wall(starts(first, Repeat(1, 3), "Africa/Cairo"), "Africa/Cairo") == [
        "04-17 00:30",
        "04-24 01:00",
        "05-01 00:30",
    ]


@given(
    st.sampled_from(sorted(available_timezones() - NO_PLACE)),
    st.integers(0, 365 * 24 * 60),
    st.integers(1, MOST_WEEKS),
    st.integers(1, MOST_SESSIONS),
)
def test_every_series_goes_forward_by_its_weeks_in_every_zone(
    timezone: str, minute: int, weeks: int, count: int
) -> None:
    first = utc("2026-01-01T00:00") + timedelta(minutes=minute)
    found = starts(first, Repeat(weeks, count), timezone)
    assert (found[0], len(found)) == (first, count)
    local = [one.astimezone(ZoneInfo(timezone)) for one in found]
    for n, one in enumerate(local):
        meant = local[0].replace(tzinfo=None) + n * timedelta(weeks=weeks)
        assert timedelta(0) <= one.replace(tzinfo=None) - meant <= timedelta(hours=1)
