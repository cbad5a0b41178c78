"""When people are reminded: in time, once, and not at night."""

from datetime import timedelta

import pytest

from scheduler.reminding import out_of_night, reminders
from tests.scheduler.practice import utc

TOKYO, NEW_YORK = "Asia/Tokyo", "America/New_York"
LONG_BEFORE = utc("2026-01-01T00:00")


@pytest.mark.parametrize(
    ("at", "timezone", "expected"),
    [
        ("2026-11-25T03:00", TOKYO, "2026-11-25T03:00"),  # noon
        ("2026-11-24T23:00", TOKYO, "2026-11-24T23:00"),  # eight in the morning
        ("2026-11-24T22:59", TOKYO, "2026-11-24T12:00"),  # a minute before: the evening before, at nine
        ("2026-11-25T12:00", TOKYO, "2026-11-25T12:00"),  # nine in the evening
        ("2026-11-25T15:30", TOKYO, "2026-11-25T12:00"),  # half past midnight
        ("2026-03-08T07:30", NEW_YORK, "2026-03-08T02:00"),  # 03:30, after the clocks went forward at two
        ("2026-11-01T06:30", NEW_YORK, "2026-11-01T01:00"),  # the second 01:30
    ],
)
def test_the_night_is_quiet(at: str, timezone: str, expected: str) -> None:
    assert out_of_night(utc(at), timezone) == utc(expected)


def test_a_session_at_noon_has_three_reminders() -> None:
    start = utc("2026-11-25T03:00")
    due = dict(reminders(start, TOKYO, LONG_BEFORE))
    assert due == {
        "day": start - timedelta(days=1),
        "hour": start - timedelta(hours=1),
        "soon": start - timedelta(minutes=10),
    }


def test_an_early_session_is_told_of_in_the_evening_and_once_more_at_the_door() -> None:
    start = utc("2026-11-24T23:05")  # 08:05
    due = dict(reminders(start, TOKYO, LONG_BEFORE))
    assert due["hour"] == utc("2026-11-24T12:00")
    assert due["soon"] == start - timedelta(minutes=10)


def test_two_reminders_at_one_moment_are_one() -> None:
    start = utc("2026-11-24T16:00")  # one in the night: a day before it is night, too
    assert [word for word, _ in reminders(start, TOKYO, LONG_BEFORE)] == ["day", "hour", "soon"]
    near = dict(reminders(start, TOKYO, utc("2026-11-23T13:00")))
    assert list(near) == ["hour", "soon"]  # the evening for the first is over


def test_who_books_shortly_before_is_not_reminded_at_once() -> None:
    start = utc("2026-11-25T03:00")
    assert list(dict(reminders(start, TOKYO, start - timedelta(minutes=45)))) == ["soon"]
    assert list(reminders(start, TOKYO, start - timedelta(minutes=39))) == []
