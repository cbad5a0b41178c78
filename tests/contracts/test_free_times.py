"""Choosing by time, on both databases: everybody's times at once say what each one's list says."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from scheduler.booking import Pick
from scheduler.browsing import Asked
from scheduler.errors import SlotTaken
from scheduler.model import Span
from scheduler.practice import Hours
from scheduler.tables import therapist
from scheduler.times import MOST_AT_ONE_TIME, Wanted
from tests.contracts.test_session_types import add_type
from tests.scheduler.clinic import NOBODY_REPEATS, WEDNESDAY, Clinic

HOUR = timedelta(hours=1)
DAY = Span(WEDNESDAY, WEDNESDAY + timedelta(days=1))
FIVE_WEEKS = Span(WEDNESDAY - timedelta(days=2), WEDNESDAY + timedelta(days=33))


async def by_start(clinic: Clinic, within: Span, language: str | None = None) -> dict[datetime, set[str]]:
    found, _ = await clinic.service.times(clinic.visitor(), Wanted(within, language))
    assert [one.starts_at for one in found] == sorted({one.starts_at for one in found})
    return {one.starts_at: set(one.therapist_ids) for one in found}


async def test_all_times_are_the_lists_of_the_therapists_put_together(clinic: Clinic) -> None:
    early = await clinic.therapist(hours=[Hours(day, "07:00", "11:00") for day in range(7)])
    late = await clinic.therapist(hours=[Hours(day, "10:00", "20:30") for day in range(5)])
    await add_type(clinic, late, session_min=90, step_min=30)  # another length and grid
    full = await clinic.therapist(capacity=0)
    await clinic.book(clinic.visitor(), early, WEDNESDAY)
    expected: dict[datetime, set[str]] = {}
    for one in (early, late):
        for slot in await clinic.service.slots(clinic.visitor(), Asked(one, FIVE_WEEKS)):
            expected.setdefault(slot.starts_at, set()).add(one)
    found = await by_start(clinic, FIVE_WEEKS)
    assert found == expected
    assert {early, late} in found.values()
    assert not any(full in ids for ids in found.values())


async def test_only_therapists_who_speak_the_language_are_shown(clinic: Clinic) -> None:
    japanese = await clinic.therapist(languages=["ja"])
    both = await clinic.therapist(languages=["en", "ja"])
    assert set().union(*(await by_start(clinic, DAY, "en")).values()) == {both}
    assert set().union(*(await by_start(clinic, DAY)).values()) == {japanese, both}
    assert await by_start(clinic, DAY, "fr") == {}


async def test_a_client_in_care_sees_the_times_of_their_own_therapist(clinic: Clinic) -> None:
    own = await clinic.therapist()
    await clinic.therapist()
    client = await clinic.client()
    await clinic.book(client, own, WEDNESDAY)
    found, _ = await clinic.service.times(client, Wanted(DAY))
    assert {ids for one in found for ids in one.therapist_ids} == {own}


async def test_who_has_most_room_comes_first_and_no_more_than_one_can_choose_from(clinic: Clinic) -> None:
    busy = await clinic.therapist(capacity=10)
    async with clinic.database.write() as connection:
        await connection.execute(sa.update(therapist).values(active=9))
    others = {await clinic.therapist() for _ in range(MOST_AT_ONE_TIME)}
    found, _ = await clinic.service.times(clinic.visitor(), Wanted(DAY))
    assert set(found[0].therapist_ids) == others
    assert busy not in found[0].therapist_ids


async def test_where_nothing_is_free_the_next_time_is_named_and_before_it_none_is(clinic: Clinic) -> None:
    monday_only = await clinic.therapist(hours=[Hours(0, "09:00", "10:00")])
    monday = WEDNESDAY + timedelta(days=5)
    visitor = clinic.visitor()
    assert await clinic.service.times(visitor, Wanted(DAY)) == ([], monday)
    assert await clinic.service.next_free(visitor, Asked(monday_only, DAY)) == monday
    last = monday + timedelta(days=21)  # the booking window has ended before the next one
    after = Span(last + timedelta(days=1), last + timedelta(days=8))
    assert await clinic.service.times(visitor, Wanted(after)) == ([], monday)  # the first of all
    await clinic.hold(clinic.visitor(), monday_only, monday)
    assert await clinic.service.times(visitor, Wanted(DAY)) == ([], monday + timedelta(days=7))


async def test_a_range_far_away_is_empty_and_costs_nothing(clinic: Clinic) -> None:
    await clinic.therapist()
    far = Span(datetime(2190, 1, 1, tzinfo=UTC), datetime(2190, 2, 1, tzinfo=UTC))
    past = Span(datetime(2001, 1, 1, tzinfo=UTC), datetime(2001, 2, 1, tzinfo=UTC))
    for within in (far, past):
        found, next_free_at = await clinic.service.times(clinic.visitor(), Wanted(within))
        assert (found, next_free_at) == ([], datetime(2026, 11, 24, 3, tzinfo=UTC))


async def test_nobody_to_book_means_no_times_and_no_next_one(clinic: Clinic) -> None:
    full = await clinic.therapist(capacity=0)
    visitor = clinic.visitor()
    assert await clinic.service.times(visitor, Wanted(FIVE_WEEKS)) == ([], None)
    assert await clinic.service.next_free(visitor, Asked(full, FIVE_WEEKS)) is None


async def test_a_kind_that_is_taken_is_offered_at_other_times_that_fit_its_length(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist()
    await add_type(clinic, therapist_id)  # 20 minutes, every 20 minutes
    long = await add_type(clinic, therapist_id, session_min=90, step_min=60)
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + HOUR, session_type_id=long)
    pick = Pick(therapist_id, WEDNESDAY + HOUR, session_type_id=long)
    with pytest.raises(SlotTaken) as refused:
        await clinic.service.hold(clinic.visitor(), pick, NOBODY_REPEATS)
    lengths = {
        datetime.fromisoformat(one["ends_at"]) - datetime.fromisoformat(one["starts_at"])
        for one in refused.value.extra["alternatives"]
    }
    assert lengths == {timedelta(minutes=90)}
