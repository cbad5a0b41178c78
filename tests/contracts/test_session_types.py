"""Kinds of sessions and pace in the booking itself, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from scheduler import pace_store
from scheduler.booking import Pick
from scheduler.browsing import Asked
from scheduler.errors import SlotNotOffered
from scheduler.model import Span
from scheduler.tables import booking, therapist
from tests.scheduler.clinic import NOBODY_REPEATS, WEDNESDAY, Clinic

HOUR = timedelta(hours=1)
DAY = Span(WEDNESDAY, WEDNESDAY + timedelta(days=1))


async def add_type(clinic: Clinic, therapist_id: str, **changes: Any) -> str:
    values = {
        "name": {"ja": "短い面談", "en": "Short"},
        "session_min": 20,
        "step_min": 20,
        "buffer_before_min": 0,
        "buffer_after_min": 0,
        "notice_min": 0,
        "notice_calendar_days": 0,
        "window_days": 28,
        "cancel_cutoff_min": 60,
        "approval": False,
    }
    async with clinic.database.write() as connection:
        return await pace_store.insert_type(connection, therapist_id, values | changes, clinic.clock.now())


async def set_pace(clinic: Clinic, therapist_id: str, **values: Any) -> None:
    async with clinic.database.write() as connection:
        await connection.execute(sa.update(therapist).where(therapist.c.id == therapist_id).values(values))


async def test_a_kind_of_session_decides_length_grid_and_buffers(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist()
    short = await add_type(clinic, therapist_id)
    long = await add_type(clinic, therapist_id, session_min=90, step_min=60)
    who = clinic.visitor()
    first = await clinic.service.slots(who, Asked(therapist_id, DAY))
    assert len(first) == 24  # the first kind counts where none is named
    assert {slot.ends_at - slot.starts_at for slot in first} == {timedelta(minutes=20)}
    longer = await clinic.service.slots(who, Asked(therapist_id, DAY, long))
    assert [slot.starts_at for slot in longer] == [WEDNESDAY + n * HOUR for n in range(7)]
    booked = await clinic.book(who, therapist_id, WEDNESDAY + HOUR, session_type_id=long)
    assert booked.visit.ends_at - booked.visit.starts_at == timedelta(minutes=90)
    rest = await clinic.service.slots(clinic.visitor(), Asked(therapist_id, DAY, short))
    assert WEDNESDAY + 2 * HOUR not in {slot.starts_at for slot in rest}


async def test_a_kind_of_somebody_else_or_one_that_is_gone_is_not_offered(clinic: Clinic) -> None:
    therapist_id, other = await clinic.therapist(), await clinic.therapist()
    gone = await add_type(clinic, therapist_id, active=False)
    theirs = await add_type(clinic, other)
    for type_id in (gone, theirs, "nothing"):
        with pytest.raises(SlotNotOffered):
            await clinic.service.slots(clinic.visitor(), Asked(therapist_id, DAY, type_id))
        with pytest.raises(SlotNotOffered):
            pick = Pick(therapist_id, WEDNESDAY, session_type_id=type_id)
            await clinic.service.hold(clinic.visitor(), pick, NOBODY_REPEATS)


async def test_what_needs_approval_is_a_request_that_blocks_its_time(clinic: Clinic) -> None:
    """cal.diy #10789, #29958: two pending requests for one time could both be confirmed."""
    therapist_id = await clinic.therapist()
    await add_type(clinic, therapist_id, approval=True)
    made = await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY)
    assert made.visit.status == "requested"
    assert WEDNESDAY not in await clinic.offered(clinic.visitor(), therapist_id)
    assert [one["to"] for one in await clinic.events("booking.requested")] == ["client", "therapist"]
    assert await clinic.events("booking.reminder") == []
    async with clinic.database.read() as connection:
        until = (await connection.execute(sa.select(booking.c.approve_until))).scalar_one()
    assert until == WEDNESDAY  # a day would be longer than the time that is left


async def test_the_pace_is_kept_by_list_and_booking_alike(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist()
    await set_pace(clinic, therapist_id, sessions_per_day=2)
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY)
    await clinic.hold(clinic.visitor(), therapist_id, WEDNESDAY + 2 * HOUR)  # a hold counts, too
    assert await clinic.offered(clinic.visitor(), therapist_id) == set()
    with pytest.raises(SlotNotOffered):
        await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + 4 * HOUR)
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + timedelta(days=1))


async def test_messages_of_those_in_care_take_their_part_of_the_week(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist()
    await set_pace(clinic, therapist_id, weekly_minutes=100, message_minutes=10)
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY)  # 45 minutes, and 10 for the messages
    assert await clinic.offered(clinic.visitor(), therapist_id)  # 45 more are just within
    await set_pace(clinic, therapist_id, message_minutes=11)
    assert await clinic.offered(clinic.visitor(), therapist_id) == set()


async def test_reminders_are_put_before_the_start_and_not_when_there_is_no_time_left(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist()
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY)  # tomorrow, in 23 hours
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + timedelta(days=2))
    whats = [one["what"] for one in await clinic.events("booking.reminder") if one["to"] == "client"]
    assert sorted(whats) == ["day", "hour", "hour", "soon", "soon"]
