"""A therapist's pace as law of the slot function: sessions a day, minutes a week, travel, imported times."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scheduler.model import Calendar, Pace, Span, Travel
from scheduler.slots import Verdict, free_slots, judge, week_of
from tests.scheduler.practice import day_slots, open_daily, rules, span, utc, wall

TOKYO = "Asia/Tokyo"
BEFORE = utc("2026-11-01T00:00")


def booked(calendar: Calendar, *sessions: Span) -> Calendar:
    return replace(calendar, busy=(*calendar.busy, *sessions), sessions=(*calendar.sessions, *sessions))


def at(day: str, hour: int, minutes: int = 30) -> Span:
    """A session in the middle of a Tokyo day."""
    start = utc(f"{day}T{hour - 9:02d}:00")
    return Span(start, start + timedelta(minutes=minutes))


def test_a_full_day_is_not_offered_and_the_next_one_is() -> None:
    calendar = replace(open_daily(TOKYO), pace=Pace(sessions_per_day=2))
    calendar = booked(calendar, at("2026-11-25", 10), at("2026-11-25", 14))
    assert day_slots(calendar, "2026-11-25") == []
    assert len(day_slots(calendar, "2026-11-26")) == 16
    assert judge(calendar, rules(), utc("2026-11-25T00:00"), BEFORE) is Verdict.NOT_OFFERED


def test_the_day_is_the_therapists_own() -> None:
    """08:00 UTC on the 25th is still the 25th in Tokyo; 16:00 UTC is the 26th."""
    calendar = replace(open_daily(TOKYO, "00:00", "24:00"), pace=Pace(sessions_per_day=1))
    calendar = booked(calendar, span("2026-11-25T16:00", "2026-11-25T16:30"))
    assert day_slots(calendar, "2026-11-26") == []
    assert len(day_slots(calendar, "2026-11-25")) == 48


@pytest.mark.parametrize(
    ("weekly_min", "message_min", "offered"), [(90, 0, True), (90, 1, False), (60, 0, False)]
)
def test_a_week_has_room_for_sessions_and_messages_together(
    weekly_min: int, message_min: int, offered: bool
) -> None:
    calendar = replace(open_daily(TOKYO), pace=Pace(weekly_min, message_min))
    calendar = booked(calendar, at("2026-11-23", 10), at("2026-11-29", 10))  # Monday and Sunday of a week
    assert bool(day_slots(calendar, "2026-11-25")) is offered
    assert day_slots(calendar, "2026-11-30")  # the next Monday


def test_less_than_nothing_left_is_nothing() -> None:
    assert Pace(30, 100).session_min_a_week == 0
    assert day_slots(replace(open_daily(TOKYO), pace=Pace(30, 100)), "2026-11-25") == []


def test_weekly_hours_are_meant_where_the_therapist_travels() -> None:
    home = open_daily(TOKYO, "09:00", "11:00")
    away = replace(home, travels=(Travel(date(2026, 11, 25), date(2026, 11, 26), "America/New_York"),))
    within = span("2026-11-24T00:00", "2026-11-28T12:00")
    starts = [slot.starts_at for slot in free_slots(away, rules(step_min=120), within, BEFORE)]
    expected = ["2026-11-24T00:00", "2026-11-25T14:00", "2026-11-26T14:00", "2026-11-27T00:00"]
    assert [start for start in starts if start < utc("2026-11-28T00:00")] == [utc(one) for one in expected]
    assert wall(day_slots(away, "2026-11-24", rules(step_min=60)), TOKYO) == ["09:00", "10:00"]


def test_travel_to_the_other_side_of_the_date_line_loses_no_day() -> None:
    home = open_daily("Pacific/Kiritimati", "09:00", "10:00")
    away = replace(home, travels=(Travel(date(2026, 11, 25), date(2026, 11, 25), "Pacific/Pago_Pago"),))
    within = span("2026-11-25T19:30", "2026-11-25T22:00")  # 25 hours behind
    assert [one.starts_at for one in free_slots(away, rules(step_min=60), within, BEFORE)] == [
        utc("2026-11-25T20:00")
    ]


def test_times_of_the_therapists_own_calendar_are_taken_but_not_by_a_booking() -> None:
    calendar = replace(open_daily(TOKYO, "09:00", "10:00"), imported=(at("2026-11-25", 9),))
    assert wall(day_slots(calendar, "2026-11-25"), TOKYO) == ["09:30"]
    assert judge(calendar, rules(), at("2026-11-25", 9).starts_at, BEFORE) is Verdict.NOT_OFFERED


def test_a_week_begins_on_monday() -> None:
    assert week_of(date(2026, 11, 25)) == week_of(date(2026, 11, 23)) == date(2026, 11, 23)
    assert week_of(date(2026, 11, 22)) == date(2026, 11, 16)
