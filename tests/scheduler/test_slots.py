"""Which sessions are offered: grid, buffers, notice, window, time off, busy blocks, clock changes."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.hours import local_days
from scheduler.model import Calendar, Rule, SessionRules, Span
from scheduler.slots import Verdict, free_slots, judge, merge, subtract
from tests.scheduler.practice import HALF_HOURS, day_slots, open_daily, rules, span, utc, wall

TOKYO = "Asia/Tokyo"
# Days on which clocks change in 2026, with the length of the working day 00:00-06:00 in half hours.
CHANGES = [
    ("America/New_York", "2026-03-08", 10),
    ("America/New_York", "2026-11-01", 14),
    ("Europe/London", "2026-03-29", 10),
    ("Europe/London", "2026-10-25", 14),
    ("Australia/Lord_Howe", "2026-04-05", 13),
    ("Australia/Lord_Howe", "2026-10-04", 11),
    ("Africa/Cairo", "2026-04-24", 10),
    ("America/Santiago", "2026-09-06", 10),
    ("Asia/Tokyo", "2026-03-08", 12),
]


def test_an_ordinary_day_is_offered_in_steps_from_its_beginning() -> None:
    found = day_slots(open_daily(TOKYO, "09:00", "11:00"), "2026-06-08")
    assert wall(found, TOKYO) == ["09:00", "09:30", "10:00", "10:30"]
    assert all(slot.ends_at - slot.starts_at == timedelta(minutes=30) for slot in found)


@pytest.mark.parametrize(("timezone", "day", "half_hours"), CHANGES)
def test_the_night_the_clocks_change_has_as_many_sessions_as_it_has_time(
    timezone: str, day: str, half_hours: int
) -> None:
    found = day_slots(open_daily(timezone, "00:00", "06:00"), day)
    assert len(found) == half_hours
    assert all(b.starts_at == a.ends_at for a, b in pairwise(found))


@pytest.mark.parametrize(("timezone", "day", "_"), CHANGES)
def test_office_hours_stay_where_they_are_on_the_wall(timezone: str, day: str, _: int) -> None:
    found = wall(day_slots(open_daily(timezone), day), timezone)
    assert (found[0], found[-1], len(found)) == ("09:00", "16:30", 16)


def test_adjoining_hours_are_one_piece_of_time() -> None:
    calendar = Calendar(TOKYO, (Rule(0, 540, 570, TOKYO), Rule(0, 570, 600, TOKYO)))
    found = day_slots(calendar, "2026-06-08", rules(session_min=45))
    assert wall(found, TOKYO) == ["09:00"]


@pytest.mark.parametrize(
    ("busy", "left"),
    [
        (span("2026-06-08T00:30", "2026-06-08T01:00"), ["09:00", "10:00", "10:30"]),
        (span("2026-06-08T00:40", "2026-06-08T00:55"), ["09:00", "10:00", "10:30"]),  # cal.com #79
        (span("2026-06-08T00:15", "2026-06-08T00:45"), ["10:00", "10:30"]),
        (span("2026-06-07T20:00", "2026-06-08T00:00"), ["09:00", "09:30", "10:00", "10:30"]),
        (span("2026-06-07T20:00", "2026-06-09T00:00"), []),
    ],
)
def test_busy_time_takes_away_exactly_what_it_touches(busy: Span, left: list[str]) -> None:
    calendar = replace(open_daily(TOKYO, "09:00", "11:00"), busy=(busy,))
    assert wall(day_slots(calendar, "2026-06-08"), TOKYO) == left
    off = replace(open_daily(TOKYO, "09:00", "11:00"), time_off=(busy,))
    assert wall(day_slots(off, "2026-06-08"), TOKYO) == left


def test_buffers_must_fit_into_free_time_too() -> None:
    padded = rules(buffer_before_min=10, buffer_after_min=15)
    calendar = replace(
        open_daily(TOKYO, "09:00", "12:00"), busy=(span("2026-06-08T02:00", "2026-06-08T02:05"),)
    )
    assert wall(day_slots(calendar, "2026-06-08", padded), TOKYO) == ["09:30", "10:00"]


def test_notice_in_minutes_is_kept_to_the_minute() -> None:
    calendar = open_daily(TOKYO)
    within, now = span("2026-06-08T00:00", "2026-06-08T12:00"), utc("2026-06-08T00:00")
    assert wall(free_slots(calendar, rules(notice_min=120), within, now), TOKYO)[0] == "11:00"
    assert wall(free_slots(calendar, rules(notice_min=121), within, now), TOKYO)[0] == "11:30"


def test_notice_in_days_counts_the_therapists_own_dates() -> None:
    """23:30 on the 7th in Tokyo: one day of notice means from the 8th on (cal.diy #14204)."""
    now = utc("2026-06-07T14:30")
    found = free_slots(
        open_daily(TOKYO), rules(notice_calendar_days=1), span("2026-06-07T00:00", "2026-06-10T00:00"), now
    )
    assert found[0].starts_at == utc("2026-06-08T00:00")


def test_the_window_ends_with_its_last_local_date() -> None:
    now = utc("2026-06-08T00:00")
    found = free_slots(
        open_daily(TOKYO), rules(window_days=2), span("2026-06-08T00:00", "2026-07-01T00:00"), now
    )
    assert found[-1].starts_at == utc("2026-06-10T07:30")


def test_a_therapist_far_away_is_found_on_the_clients_date() -> None:
    """Monday morning in Tokyo is Sunday in Los Angeles; neither side's day boundary loses slots."""
    calendar = Calendar(TOKYO, (Rule(0, 540, 600, TOKYO),))
    sunday = local_days(date(2026, 6, 7), date(2026, 6, 7), ZoneInfo("America/Los_Angeles"))
    assert [slot.starts_at for slot in free_slots(calendar, HALF_HOURS, sunday, utc("2026-06-01T00:00"))] == [
        utc("2026-06-08T00:00"),
        utc("2026-06-08T00:30"),
    ]


@pytest.mark.parametrize(
    ("starts_at", "busy", "verdict"),
    [
        ("2026-06-08T00:00", (), Verdict.FREE),
        ("2026-06-08T00:10", (), Verdict.NOT_OFFERED),
        ("2026-06-07T23:30", (), Verdict.NOT_OFFERED),
        ("2026-06-08T00:00", (span("2026-06-08T00:10", "2026-06-08T00:20"),), Verdict.TAKEN),
        ("2026-06-08T00:10", (span("2026-06-08T00:10", "2026-06-08T00:20"),), Verdict.NOT_OFFERED),
    ],
)
def test_one_time_is_judged_as_the_list_shows_it(
    starts_at: str, busy: tuple[Span, ...], verdict: Verdict
) -> None:
    calendar = replace(open_daily(TOKYO), busy=busy)
    assert judge(calendar, HALF_HOURS, utc(starts_at), utc("2026-06-01T00:00")) is verdict


SPANS = st.lists(
    st.tuples(st.integers(0, 7 * 24 * 12), st.integers(1, 60)).map(
        lambda pair: Span(
            utc("2026-03-01T00:00") + timedelta(minutes=5 * pair[0]),
            utc("2026-03-01T00:00") + timedelta(minutes=5 * (pair[0] + pair[1])),
        )
    ),
    max_size=12,
)
SESSIONS = st.builds(
    SessionRules,
    session_min=st.sampled_from([15, 30, 45, 50]),
    step_min=st.sampled_from([10, 15, 30, 60]),
    buffer_before_min=st.sampled_from([0, 5, 10]),
    buffer_after_min=st.sampled_from([0, 5, 15]),
    notice_min=st.sampled_from([0, 120]),
    notice_calendar_days=st.sampled_from([0, 1]),
    window_days=st.sampled_from([3, 28]),
)
ZONES = st.sampled_from(
    [
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Cairo",
        "America/Santiago",
        "Asia/Tokyo",
        "Europe/London",
    ]
)
# Around every change of 2026 in these zones.
DAYS = st.sampled_from([(3, 6), (3, 28), (4, 3), (4, 23), (9, 5), (10, 3), (10, 24), (10, 28), (10, 31)]).map(
    lambda pair: date(2026, *pair)
)


@settings(max_examples=150, deadline=None)
@given(
    timezone=ZONES,
    client_zone=ZONES,
    first=DAYS,
    start=st.integers(0, 1380),
    length=st.integers(30, 720),
    session=SESSIONS,
    busy=SPANS,
)
def test_every_offered_session_lies_in_hours_free_of_everything_and_is_judged_free(
    timezone: str,
    client_zone: str,
    first: date,
    start: int,
    length: int,
    session: SessionRules,
    busy: list[Span],
) -> None:
    end = min(1440, start + length)
    weekly = tuple(Rule(weekday, start, end, timezone) for weekday in range(7))
    shift = utc(f"{first}T00:00") - utc("2026-03-01T00:00")
    moved = tuple(Span(s.starts_at + shift, s.ends_at + shift) for s in busy)
    calendar = Calendar(timezone, weekly, busy=moved[::2], time_off=moved[1::2])
    within = local_days(first, first + timedelta(days=4), ZoneInfo(client_zone))
    now = within.starts_at - timedelta(hours=6)
    found = free_slots(calendar, session, within, now)

    assert found == sorted(set(found))
    for slot in found:
        block = session.block(slot)
        assert within.starts_at <= slot.starts_at < within.ends_at
        assert slot.starts_at >= now + timedelta(minutes=session.notice_min)
        assert not any(block.overlaps(taken) for taken in moved)
        _lies_in_hours(slot.starts_at, timezone, start, end)
    for slot in found[:3] + found[-3:]:
        assert judge(calendar, session, slot.starts_at, now) is Verdict.FREE


def _lies_in_hours(starts_at: datetime, timezone: str, start: int, end: int) -> None:
    local = starts_at.astimezone(ZoneInfo(timezone))
    minute = local.hour * 60 + local.minute
    # A start moved out of a gap, or the repeated hour, may look earlier or later by the jump.
    assert start - 60 <= minute < end + 60


@given(spans=SPANS, holes=SPANS)
def test_subtracting_leaves_what_was_there_and_not_taken(spans: list[Span], holes: list[Span]) -> None:
    whole, taken = merge(spans), merge(holes)
    left = subtract(whole, taken)
    minute = timedelta(minutes=5)
    instants = {s.starts_at + n * minute for s in whole for n in range((s.ends_at - s.starts_at) // minute)}
    gone = {s.starts_at + n * minute for s in taken for n in range((s.ends_at - s.starts_at) // minute)}
    assert {
        s.starts_at + n * minute for s in left for n in range((s.ends_at - s.starts_at) // minute)
    } == instants - gone
    assert left == merge(left)
