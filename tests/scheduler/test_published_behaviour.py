"""Our slots beside what cal.com's published tests expect for the same hours (packages/lib/slots.test.ts).

Where we differ it is meant: docs/benchmarks.md says why.
"""

import pytest

from scheduler.model import Calendar, Rule
from scheduler.slots import free_slots
from tests.scheduler.practice import minutes, rules, span, utc, wall

# what, zone, hours, length, step, notice in minutes, theirs, ours (None: the same)
CASES = [
    ("an empty day", "UTC", "00:00-24:00", 60, 60, 0, 24, None),
    ("a step longer than the session", "UTC", "00:00-24:00", 30, 60, 0, 24, None),
    ("a notice of 25 hours", "UTC", "00:00-24:00", 60, 60, 1500, 11, None),
    ("20 minutes", "UTC", "00:00-24:00", 20, 20, 0, 72, None),
    ("two ranges", "UTC", "11:00-12:00 14:00-15:00", 20, 20, 0, 6, None),
    ("overlapping ranges on one grid", "UTC", "11:00-12:00 11:20-12:40", 20, 20, 0, 5, None),
    ("hours that end at a quarter", "UTC", "00:00-23:45", 20, 20, 0, 71, None),
    ("5 minutes", "Europe/London", "07:00-07:05 07:10-07:30", 5, 5, 0, 5, None),
    ("8 minutes", "UTC", "07:22-08:00", 8, 8, 0, 4, None),
    ("10 minutes", "UTC", "00:10-02:00", 10, 10, 0, 11, None),
    ("overlapping ranges on two grids", "UTC", "11:00-13:00 11:15-13:00", 45, 45, 0, 2, 4),
    ("hours from half past", "Asia/Kolkata", "07:30-09:30", 60, 60, 0, 1, 2),
]


@pytest.mark.parametrize(
    ("zone", "hours", "length", "step", "notice", "theirs", "ours"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_the_same_hours_give_as_many_starts(
    zone: str, hours: str, length: int, step: int, notice: int, theirs: int, ours: int | None
) -> None:
    pairs = [[minutes(clock) for clock in part.split("-")] for part in hours.split()]
    calendar = Calendar(zone, tuple(Rule(0, start, end, zone) for start, end in pairs))
    session = rules(session_min=length, step_min=step, notice_min=notice)
    # A Monday; their clock stands at a second to noon on the day before.
    found = free_slots(
        calendar, session, span("2021-06-20T00:00", "2021-06-22T00:00"), utc("2021-06-20T11:59:59")
    )
    assert len(found) == (theirs if ours is None else ours)


def test_starts_begin_with_the_hours_and_not_with_the_full_hour() -> None:
    """They expect 10:00, 12:00 and 13:00."""
    calendar = Calendar("UTC", (Rule(0, 555, 660, "UTC"), Rule(0, 690, 840, "UTC")))
    session = rules(session_min=60, step_min=60)
    found = free_slots(
        calendar, session, span("2021-06-21T00:00", "2021-06-22T00:00"), utc("2021-06-20T00:00")
    )
    assert wall(found, "UTC") == ["09:15", "11:30", "12:30"]


def test_a_booking_does_not_shift_the_starts_behind_it() -> None:
    """Easy!Appointments steps on from the end of an appointment, and offers 09:45 here."""
    calendar = Calendar(
        "UTC", (Rule(0, 540, 660, "UTC"),), busy=(span("2021-06-21T09:15", "2021-06-21T09:45"),)
    )
    found = free_slots(
        calendar, rules(), span("2021-06-21T00:00", "2021-06-22T00:00"), utc("2021-06-20T00:00")
    )
    assert wall(found, "UTC") == ["10:00", "10:30"]
