"""Dates of a series moved to a time nearby, on both databases: judged as any other, booked with the rest."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.errors import Invalid
from scheduler.errors import SlotNotOffered, SlotTaken
from scheduler.series import Instead, Repeat
from scheduler.series_service import Arranging
from tests.contracts.test_series import WEEK, rows
from tests.contracts.test_session_types import set_pace
from tests.scheduler.clinic import NOBODY_REPEATS, WEDNESDAY, Clinic, wish


def moved(*dates: tuple[int, timedelta]) -> Repeat:
    """Every week, four times, of which the dates with these numbers are moved by so much."""
    found = [(WEDNESDAY + n * WEEK, by) for n, by in dates]
    return Repeat(1, 4, instead=tuple(Instead(date, date + by) for date, by in found))


async def test_a_date_that_is_taken_is_moved_to_a_free_time_and_all_is_booked(
    clinic: Clinic, arranging: Arranging
) -> None:
    therapist_id = await clinic.therapist()
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + 2 * WEEK)
    who, order = clinic.visitor(), wish(therapist_id, WEDNESDAY)
    seen = await arranging.preview(who, order, Repeat(1, 4))
    [taken] = seen.conflicts
    other = taken.alternatives[0].starts_at
    repeat = moved((2, other - taken.slot.starts_at))
    seen = await arranging.preview(who, order, repeat)
    assert [(one.why, one.instead_of) for one in seen.occurrences] == [
        (None, None),
        (None, None),
        (None, WEDNESDAY + 2 * WEEK),
        (None, None),
    ]
    made = await arranging.book(who, order, repeat, NOBODY_REPEATS)
    assert [one.starts_at for one in made.visits] == [
        WEDNESDAY,
        WEDNESDAY + WEEK,
        other,
        WEDNESDAY + 3 * WEEK,
    ]
    assert len({one.series_id for one in (await rows(clinic)) if one.series_id}) == 1


async def test_a_moved_date_is_judged_as_every_other(clinic: Clinic, arranging: Arranging) -> None:
    """By hours, grid, the sessions that are there, and no farther away than what is offered."""
    therapist_id, who = await clinic.therapist(), await clinic.client()
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + WEEK + timedelta(hours=2))
    await clinic.book(who, therapist_id, WEDNESDAY + 2 * WEEK + timedelta(hours=2))
    order = wish(therapist_id, WEDNESDAY)
    repeat = moved(
        (0, timedelta(minutes=7)),
        (1, timedelta(hours=2)),
        (2, timedelta(hours=2)),
        (3, timedelta(days=3, hours=1)),
    )
    seen = await arranging.preview(who, order, repeat)
    assert [one.why for one in seen.occurrences] == ["not_offered", "taken", "client_busy", "not_offered"]
    assert {one.alternatives[0].starts_at for one in seen.occurrences} == {
        WEDNESDAY + n * WEEK for n in range(4)
    }  # what was free before it was moved is free still
    with pytest.raises(SlotNotOffered):
        await arranging.book(who, order, replace(repeat, whole=False), NOBODY_REPEATS)
    assert len(await rows(clinic)) == 2


async def test_dates_that_are_moved_towards_each_other_keep_the_therapists_pace(
    clinic: Clinic, arranging: Arranging
) -> None:
    """Two of them in one week, of which the therapist works one session."""
    therapist_id, who = await clinic.therapist(), clinic.visitor()
    await set_pace(clinic, therapist_id, weekly_minutes=45)
    order, day = wish(therapist_id, WEDNESDAY), timedelta(days=1)
    monday = moved((1, -2 * day))
    assert [one.why for one in (await arranging.preview(who, order, monday)).occurrences] == [None] * 4
    sunday = moved((1, -3 * day))
    seen = await arranging.preview(who, order, sunday)
    assert [one.why for one in seen.occurrences] == [None, "not_offered", None, None]
    made = await arranging.book(who, order, replace(sunday, whole=False), NOBODY_REPEATS)
    assert (len(made.visits), len(made.conflicts)) == (3, 1)


async def test_only_dates_of_the_series_are_moved(clinic: Clinic, arranging: Arranging) -> None:
    therapist_id = await clinic.therapist()
    odd = Instead(WEDNESDAY + timedelta(hours=1), WEDNESDAY + timedelta(hours=2))
    with pytest.raises(Invalid):
        await arranging.preview(clinic.visitor(), wish(therapist_id, WEDNESDAY), Repeat(1, 2, instead=(odd,)))


def to_the_last(first: datetime) -> Repeat:
    """Four times, of which the second is at the end of its day."""
    last = Instead(first + WEEK, WEDNESDAY + WEEK + timedelta(hours=7))
    return Repeat(1, 4, instead=(last,))


async def test_the_last_free_time_that_many_move_their_date_to_goes_to_one(
    clinic: Clinic, arranging: Arranging
) -> None:
    therapist_id = await clinic.therapist(capacity=64)
    hours = [timedelta(hours=n) for n in range(8)]
    orders = [(wish(therapist_id, WEDNESDAY + one), to_the_last(WEDNESDAY + one)) for one in hours]
    outcomes = await asyncio.gather(
        *(arranging.book(clinic.visitor(), *order, NOBODY_REPEATS) for order in orders),
        return_exceptions=True,
    )
    assert sum(not isinstance(one, BaseException) for one in outcomes) == 1
    assert {type(one) for one in outcomes if isinstance(one, BaseException)} == {SlotTaken}
    assert len(await rows(clinic)) == 4
