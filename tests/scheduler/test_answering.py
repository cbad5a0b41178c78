"""By when a therapist answers: at the end of their next window with time left in it, wherever they are."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.database import Database
from core.ids import PersonId
from scheduler.answering import AHEAD, answered_by
from scheduler.model import Calendar, Rule, Travel
from scheduler.promises import Promises
from tests.fakes import FakeClock
from tests.scheduler.clinic import TOKYO, Clinic
from tests.scheduler.door import open_door
from tests.scheduler.practice import minutes, span, utc


def windows(*texts: str, zone: str = TOKYO) -> Calendar:
    """ "0 12:00 13:00": Mondays, noon to one."""
    parts = [text.split() for text in texts]
    rules = [Rule(int(day), minutes(start), minutes(end), zone) for day, start, end in parts]
    return Calendar(zone, tuple(rules))


WEEK = windows("1 12:00 13:00", "3 17:00 18:00")  # Tuesdays and Thursdays; the 24th is a Tuesday


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-24 02:00", "2026-11-24 04:00"),  # an hour before the window
        ("2026-11-24 03:40", "2026-11-24 04:00"),  # within it
        ("2026-11-24 03:50", "2026-11-26 09:00"),  # in its last minutes
        ("2026-11-24 04:00", "2026-11-26 09:00"),
        ("2026-11-27 00:00", "2026-12-01 04:00"),
    ],
)
def test_it_is_the_end_of_the_next_window_with_time_left(now: str, expected: str) -> None:
    assert answered_by(WEEK, utc(now)) == utc(expected)


def test_time_off_takes_windows_away_or_cuts_them() -> None:
    away = replace(WEEK, time_off=(span("2026-11-24 03:30", "2026-11-27 00:00"),))
    assert answered_by(away, utc("2026-11-24 02:00")) == utc("2026-11-24 03:30")
    assert answered_by(away, utc("2026-11-24 03:30")) == utc("2026-12-01 04:00")


def test_windows_travel_along() -> None:
    trip = (Travel(date(2026, 11, 24), date(2026, 11, 30), "Europe/Paris"),)
    assert answered_by(replace(WEEK, travels=trip), utc("2026-11-24 02:00")) == utc("2026-11-24 12:00")


def test_a_window_shorter_than_enough_counts_from_its_beginning() -> None:
    short = windows("1 12:00 12:10")
    assert answered_by(short, utc("2026-11-24 03:00")) == utc("2026-11-24 03:10")
    assert answered_by(short, utc("2026-11-24 03:01")) == utc("2026-12-01 03:10")


def test_it_keeps_the_wall_clock_across_a_change_of_clocks() -> None:
    paris = windows("6 12:00 13:00", zone="Europe/Paris")  # Sundays; clocks go back on 25 October 2026
    assert answered_by(paris, utc("2026-10-24 12:00")) == utc("2026-10-25 12:00")
    assert answered_by(paris, utc("2026-10-17 12:00")) == utc("2026-10-18 11:00")


def test_who_has_set_nothing_or_is_away_for_long_promises_nothing() -> None:
    assert answered_by(Calendar(TOKYO, ()), utc("2026-11-24 02:00")) is None
    gone = replace(WEEK, time_off=(span("2026-11-01 00:00", "2027-11-01 00:00"),))
    assert answered_by(gone, utc("2026-11-24 02:00")) is None


@given(st.integers(0, 60 * 24 * 28))
def test_later_messages_are_never_promised_earlier_answers(minute: int) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(minutes=minute)
    by, later = answered_by(WEEK, now), answered_by(WEEK, now + timedelta(minutes=7))
    assert by is not None
    assert later is not None
    assert now < by <= later <= now + AHEAD


async def test_what_a_therapist_sets_holds_at_once(database: Database, clock: FakeClock) -> None:
    async with open_door(Clinic(database, clock)) as door:
        therapist_id = await door.clinic.therapist()
        promises = Promises(database, clock)
        assert await promises.answers_by(therapist_id) is None
        door.as_therapist(therapist_id)
        window = {"windows": [{"weekday": 1, "start": "12:00", "end": "13:00"}]}
        path, headers = "/api/therapist/pace/reply-windows", {"If-Match": '"1"'}
        assert (await door.ask("PUT", path, json=window, headers=headers))[0] == 200
        assert await promises.answers_by(therapist_id) == utc("2026-11-24 04:00")
        off = {"starts_at": "2026-11-24T00:00:00Z", "ends_at": "2026-11-25T00:00:00Z"}
        assert (await door.ask("POST", "/api/therapist/pace/time-off", json=off))[0] == 200
        assert await promises.answers_by(therapist_id) == utc("2026-12-01 04:00")
        assert await promises.answers_by(PersonId("nobody")) is None
