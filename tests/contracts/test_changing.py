"""Cancelling, moving and answering bookings, on both databases; races of two changes, too."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from core.errors import Denied, NotFound, TodokuError
from core.http import Identity
from core.ids import PersonId, new_id
from scheduler.changes import Changes
from scheduler.errors import ClientBusy, SlotNotOffered, SlotTaken, StatusConflict, TooLate
from scheduler.model import Span
from scheduler.once import Once
from scheduler.tables import booking, booking_event, care
from tests.contracts.test_session_types import add_type, set_pace
from tests.fakes import FakeClock
from tests.scheduler.clinic import NOBODY_REPEATS, WEDNESDAY, Clinic

HOUR = timedelta(hours=1)
LATER = WEDNESDAY + 3 * HOUR


def therapist_of(person_id: PersonId) -> Identity:
    return Identity(person_id, frozenset({"therapist"}), new_id(), "account")


def staff() -> Identity:
    return Identity(PersonId(new_id()), frozenset({"staff"}), new_id(), "account")


async def row(clinic: Clinic, booking_id: str) -> sa.Row[tuple[object, ...]]:
    async with clinic.database.read() as connection:
        return (await connection.execute(sa.select(booking).where(booking.c.id == booking_id))).one()


async def booked(clinic: Clinic, therapist_id: str, starts_at: datetime = WEDNESDAY) -> tuple[Identity, str]:
    who = clinic.visitor()
    return who, (await clinic.book(who, therapist_id, starts_at)).visit.booking_id


async def test_a_cancelled_booking_frees_its_time_and_its_place(clinic: Clinic, changes: Changes) -> None:
    therapist_id = await clinic.therapist(capacity=1)
    who, booking_id = await booked(clinic, therapist_id)
    cancelled = await changes.cancel(who, booking_id, "会議が入りました", NOBODY_REPEATS)
    assert (cancelled.status, cancelled.cancelled_by, cancelled.sequence) == ("cancelled", "client", 1)
    assert cancelled.change_until is None
    assert await clinic.load(therapist_id) == (0, 0)
    assert WEDNESDAY in await clinic.offered(clinic.visitor(), therapist_id)
    assert [one["to"] for one in await clinic.events("booking.cancelled")] == ["client", "therapist"]
    assert (await clinic.events("care.ended"))[0]["reason"] == "never_met"
    again = await changes.cancel(who, booking_id, None, NOBODY_REPEATS)
    assert again.sequence == 1  # nothing more happens
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY)


async def test_a_care_with_another_booking_goes_on(clinic: Clinic, changes: Changes) -> None:
    therapist_id, who = await clinic.therapist(), await clinic.client()
    first = await clinic.book(who, therapist_id, WEDNESDAY)
    await clinic.book(who, therapist_id, LATER)
    await changes.cancel(who, first.visit.booking_id, None, NOBODY_REPEATS)
    assert await clinic.load(therapist_id) == (1, 1)


async def test_a_move_keeps_the_booking_and_its_uid_and_raises_its_sequence(
    clinic: Clinic, changes: Changes
) -> None:
    """cal.com cancels and makes a new one, so that calendars show two."""
    therapist_id = await clinic.therapist()
    who, booking_id = await booked(clinic, therapist_id)
    before = await row(clinic, booking_id)
    moved = await changes.move(who, booking_id, LATER, NOBODY_REPEATS)
    after = await row(clinic, booking_id)
    assert (after.uid, after.sequence, after.starts_at) == (before.uid, 1, LATER)
    assert (after.block_to - after.block_from, after.local_start) == (HOUR, "2026-11-25T12:00")
    assert (moved.starts_at, moved.status) == (LATER, "confirmed")
    offered = await clinic.offered(clinic.visitor(), therapist_id)
    assert WEDNESDAY in offered
    assert LATER not in offered
    async with clinic.database.read() as connection:
        details = (await connection.execute(sa.select(booking_event.c.detail))).scalars().all()
    assert {"from": WEDNESDAY.isoformat(), "to": LATER.isoformat(), "by": "client"} in details


async def test_a_booking_may_move_into_the_time_it_takes_itself(clinic: Clinic, changes: Changes) -> None:
    therapist_id = await clinic.therapist()
    await add_type(clinic, therapist_id, session_min=60, step_min=30)
    await set_pace(clinic, therapist_id, sessions_per_day=1)
    who, booking_id = await booked(clinic, therapist_id)
    day = Span(WEDNESDAY, WEDNESDAY + timedelta(days=1))
    half = WEDNESDAY + timedelta(minutes=30)
    assert half in {slot.starts_at for slot in await changes.times(who, booking_id, day)}
    assert (await changes.move(who, booking_id, half, NOBODY_REPEATS)).starts_at == half


async def test_a_taken_time_leaves_the_booking_where_it_was(clinic: Clinic, changes: Changes) -> None:
    therapist_id = await clinic.therapist()
    await booked(clinic, therapist_id, LATER)
    who, booking_id = await booked(clinic, therapist_id)
    with pytest.raises(SlotTaken):
        await changes.move(who, booking_id, LATER, NOBODY_REPEATS)
    with pytest.raises(SlotNotOffered):
        await changes.move(who, booking_id, WEDNESDAY - 3 * HOUR, NOBODY_REPEATS)
    assert (await row(clinic, booking_id)).starts_at == WEDNESDAY
    assert await clinic.events("booking.changed") == []


async def test_after_the_cut_off_only_the_therapist_and_staff_can_change_it(
    clinic: Clinic, changes: Changes, clock: FakeClock
) -> None:
    therapist_id = await clinic.therapist()
    who, booking_id = await booked(clinic, therapist_id)
    cutoff = timedelta(minutes=clinic.config.cancel_cutoff_min)
    clock.advance((WEDNESDAY - cutoff - clock.now()).total_seconds())
    for attempt in (
        changes.cancel(who, booking_id, None, NOBODY_REPEATS),
        changes.move(who, booking_id, LATER, NOBODY_REPEATS),
    ):
        with pytest.raises(TooLate):
            await attempt
    outside = WEDNESDAY + timedelta(hours=10, minutes=7)  # in the evening, on no grid
    await changes.move(therapist_of(therapist_id), booking_id, outside, NOBODY_REPEATS)
    cancelled = await changes.cancel(staff(), booking_id, None, NOBODY_REPEATS)
    assert cancelled.cancelled_by == "staff"


async def test_a_stranger_finds_nothing_and_nothing_over_can_be_changed(
    clinic: Clinic, changes: Changes
) -> None:
    therapist_id = await clinic.therapist()
    who, booking_id = await booked(clinic, therapist_id)
    for stranger in (clinic.visitor(), therapist_of(await clinic.therapist()), await clinic.client()):
        with pytest.raises(NotFound):
            await changes.cancel(stranger, booking_id, None, NOBODY_REPEATS)
    with pytest.raises(NotFound):
        await changes.cancel(who, "nothing", None, NOBODY_REPEATS)
    await changes.cancel(therapist_of(therapist_id), booking_id, None, NOBODY_REPEATS)
    for attempt in (
        changes.cancel(who, booking_id, None, NOBODY_REPEATS),
        changes.move(who, booking_id, LATER, NOBODY_REPEATS),
    ):
        with pytest.raises(StatusConflict):
            await attempt


async def test_a_repeated_request_changes_nothing_twice(clinic: Clinic, changes: Changes) -> None:
    therapist_id = await clinic.therapist()
    who, booking_id = await booked(clinic, therapist_id)
    once = Once("key", b"move")
    await changes.move(who, booking_id, LATER, once)
    await changes.move(therapist_of(therapist_id), booking_id, WEDNESDAY, NOBODY_REPEATS)
    again = await changes.move(who, booking_id, LATER, once)
    assert (again.starts_at, again.sequence) == (WEDNESDAY, 2)  # as it is, not moved a third time


# Requests.


async def requested(clinic: Clinic) -> tuple[PersonId, Identity, str]:
    therapist_id = await clinic.therapist(capacity=1)
    await add_type(clinic, therapist_id, approval=True)
    who, booking_id = await booked(clinic, therapist_id, WEDNESDAY + timedelta(days=3))
    return therapist_id, who, booking_id


async def test_a_request_is_taken_by_its_therapist_and_by_nobody_else(
    clinic: Clinic, changes: Changes
) -> None:
    therapist_id, who, booking_id = await requested(clinic)
    with pytest.raises(Denied):
        await changes.approve(who, booking_id, NOBODY_REPEATS)
    taken = await changes.approve(therapist_of(therapist_id), booking_id, NOBODY_REPEATS)
    assert (taken.status, taken.sequence) == ("confirmed", 1)
    await changes.approve(therapist_of(therapist_id), booking_id, NOBODY_REPEATS)
    assert len(await clinic.events("booking.confirmed")) == 2
    assert {one["what"] for one in await clinic.events("booking.reminder")} == {"day", "hour", "soon"}
    with pytest.raises(StatusConflict):
        await changes.decline(therapist_of(therapist_id), booking_id, None, NOBODY_REPEATS)


async def test_a_request_moved_nearer_is_to_be_answered_before_it_begins(
    clinic: Clinic, changes: Changes
) -> None:
    therapist_id, _, booking_id = await requested(clinic)
    nearer = WEDNESDAY
    moved = await changes.move(therapist_of(therapist_id), booking_id, nearer, NOBODY_REPEATS)
    assert (moved.status, moved.approve_until) == ("requested", nearer)


async def test_a_declined_request_and_one_nobody_answers_free_time_and_place(
    clinic: Clinic, changes: Changes, clock: FakeClock
) -> None:
    therapist_id, _, booking_id = await requested(clinic)
    await changes.decline(therapist_of(therapist_id), booking_id, "休暇です", NOBODY_REPEATS)
    assert await clinic.load(therapist_id) == (0, 0)
    _, second = await booked(clinic, therapist_id, WEDNESDAY + timedelta(days=3))
    await changes.expire_requests()
    assert (await row(clinic, second)).status == "requested"
    clock.advance(clinic.config.approve_within_h * 3600)
    with pytest.raises(StatusConflict):
        await changes.approve(therapist_of(therapist_id), second, NOBODY_REPEATS)
    await asyncio.gather(changes.expire_requests(), changes.expire_requests())
    assert ((await row(clinic, second)).status, (await row(clinic, second)).cancelled_by) == (
        "cancelled",
        "system",
    )
    assert await clinic.load(therapist_id) == (0, 0)
    assert len(await clinic.events("booking.declined")) == 4


# Two at once.


async def both(*attempts: Awaitable[object]) -> list[str]:
    """How each ended: "done", or the error's code."""
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, TodokuError):
            raise outcome
    return sorted(one.code if isinstance(one, TodokuError) else "done" for one in outcomes)


async def test_two_bookings_moved_to_one_time_end_as_one_there_and_one_where_it_was(
    clinic: Clinic, changes: Changes
) -> None:
    therapist_id = await clinic.therapist()
    one, first = await booked(clinic, therapist_id)
    two, second = await booked(clinic, therapist_id, WEDNESDAY + HOUR)
    outcome = await both(
        changes.move(one, first, LATER, NOBODY_REPEATS), changes.move(two, second, LATER, NOBODY_REPEATS)
    )
    assert outcome == ["done", "slot_taken"]
    starts = {(await row(clinic, one_of)).starts_at for one_of in (first, second)}
    assert LATER in starts
    assert len(starts) == 2


async def test_cancelling_against_moving_ends_cancelled_once(clinic: Clinic, changes: Changes) -> None:
    therapist_id = await clinic.therapist()
    who, booking_id = await booked(clinic, therapist_id)
    outcome = await both(
        changes.move(who, booking_id, LATER, NOBODY_REPEATS),
        changes.cancel(therapist_of(therapist_id), booking_id, None, NOBODY_REPEATS),
    )
    assert outcome in (["done", "done"], ["booking_status_conflict", "done"])
    assert (await row(clinic, booking_id)).status == "cancelled"
    assert await clinic.load(therapist_id) == (1, 1)  # taken back by the therapist


@pytest.mark.parametrize("answer", ["approve", "decline"])
async def test_an_answer_against_the_clients_own_cancelling_leaves_one_place_count(
    clinic: Clinic, changes: Changes, answer: str
) -> None:
    therapist_id, who, booking_id = await requested(clinic)
    answers: dict[str, Callable[[], Awaitable[object]]] = {
        "approve": lambda: changes.approve(therapist_of(therapist_id), booking_id, NOBODY_REPEATS),
        "decline": lambda: changes.decline(therapist_of(therapist_id), booking_id, None, NOBODY_REPEATS),
    }
    await both(answers[answer](), changes.cancel(who, booking_id, None, NOBODY_REPEATS))
    assert (await row(clinic, booking_id)).status == "cancelled"
    assert await clinic.load(therapist_id) == (0, 0)


async def test_a_client_is_in_one_session_at_a_time_also_after_a_move(
    clinic: Clinic, changes: Changes
) -> None:
    therapist_id, who = await clinic.therapist(), await clinic.client()
    await clinic.book(who, therapist_id, WEDNESDAY)
    second = await clinic.book(who, therapist_id, WEDNESDAY + HOUR)
    with pytest.raises((ClientBusy, SlotTaken)):
        move_to = WEDNESDAY + timedelta(minutes=30)
        await changes.move(therapist_of(therapist_id), second.visit.booking_id, move_to, NOBODY_REPEATS)
    async with clinic.database.read() as connection:
        assert len((await connection.execute(sa.select(care.c.id))).all()) == 1
