"""Sessions whose time is over are settled on both databases, whatever crashed meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from accounts.tables import audit
from core.errors import Denied, NotFound
from core.http import Identity
from core.ids import BookingId, PersonId, new_id
from scheduler.errors import StatusConflict
from scheduler.missed import Correction, Missed
from scheduler.model import Span, Status
from scheduler.once import Once
from scheduler.outcome import Attendance
from scheduler.settling import Settling
from scheduler.tables import booking_event
from scheduler.visits import fulfil
from tests.contracts.test_changing import row, staff
from tests.scheduler.clinic import NOBODY_REPEATS, WEDNESDAY, Clinic

OVER = WEDNESDAY + timedelta(minutes=45 + 30)  # nobody may enter any more
LATER = WEDNESDAY + timedelta(days=1)
WAITED = (Span(WEDNESDAY, WEDNESDAY + timedelta(minutes=20)),)


@pytest.fixture
def missed(clinic: Clinic) -> Missed:
    return Missed(clinic.database, clinic.config, clinic.clock)


class Rooms:
    """What signaling would say."""

    def __init__(self) -> None:
        self.seen: dict[BookingId, Attendance] = {}
        self.asked = 0

    async def __call__(self, ids: Sequence[BookingId]) -> Mapping[BookingId, Attendance]:
        self.asked += 1
        return {one: self.seen.get(one, Attendance()) for one in ids}


def settling(clinic: Clinic, rooms: Rooms) -> Settling:
    return Settling(clinic.database, clinic.config, clinic.clock, rooms)


def pass_to(clinic: Clinic, moment: object) -> None:
    clinic.clock.advance((moment - clinic.clock.now()).total_seconds())  # type: ignore[operator]


async def booked(clinic: Clinic) -> tuple[PersonId, Identity, BookingId]:
    """A session of a client who can ask by a link of their own."""
    therapist_id, who = await clinic.therapist(), await clinic.client()
    return therapist_id, who, (await clinic.book(who, therapist_id, WEDNESDAY)).visit.booking_id


async def missed_by_therapist(clinic: Clinic) -> tuple[PersonId, Identity, BookingId]:
    therapist_id, who, booking_id = await booked(clinic)
    rooms = Rooms()
    rooms.seen[booking_id] = Attendance(client=WAITED)
    pass_to(clinic, OVER)
    await settling(clinic, rooms).run()
    return therapist_id, who, booking_id


async def test_a_session_nobody_came_to_is_settled_once_its_room_is_closed(clinic: Clinic) -> None:
    _, _, booking_id = await booked(clinic)
    job = settling(clinic, Rooms())
    pass_to(clinic, OVER - timedelta(seconds=1))
    await job.run()
    assert (await row(clinic, booking_id)).status == "confirmed"
    clinic.clock.advance(1)
    for _ in range(2):
        await job.run()
    found = await row(clinic, booking_id)
    assert (found.status, found.noshow_by, found.client_late_s) == ("noshow", "both", None)
    assert [one["to"] for one in await clinic.events("booking.noshow")] == ["client", "therapist"]


async def test_more_sessions_than_one_look_takes_are_all_settled(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One whose call goes on must not hold up those behind it."""
    monkeypatch.setattr("scheduler.settling.AT_ONCE", 2)
    therapist_id, rooms = await clinic.therapist(capacity=9), Rooms()
    for n in range(5):
        start = WEDNESDAY + timedelta(hours=n)
        made = await clinic.book(clinic.visitor(), therapist_id, start)
        if n < 2:
            rooms.seen[made.visit.booking_id] = Attendance(WAITED, WAITED, call_since=WEDNESDAY)
    pass_to(clinic, WEDNESDAY + timedelta(days=1))
    await settling(clinic, rooms).run()
    assert sorted(await clinic.statuses()) == ["confirmed"] * 2 + ["noshow"] * 3


async def test_a_call_whose_end_was_never_written_down_is_settled_as_having_taken_place(
    clinic: Clinic,
) -> None:
    _, _, booking_id = await booked(clinic)
    rooms, end = Rooms(), WEDNESDAY + timedelta(minutes=50)
    there = (Span(WEDNESDAY, end),)
    rooms.seen[booking_id] = Attendance(there, there, call_since=WEDNESDAY, ended_at=end)
    pass_to(clinic, OVER)
    await settling(clinic, rooms).run()
    found = await row(clinic, booking_id)
    assert (found.status, found.overrun_s, found.started_at, found.finished_at) == (
        "fulfilled",
        300,
        WEDNESDAY,
        end,
    )
    assert await clinic.events("booking.noshow") == []


async def test_two_who_were_told_to_have_missed_each_other_and_met_after_all_have_met(
    clinic: Clinic,
) -> None:
    _, _, booking_id = await missed_by_therapist(clinic)
    seen = Attendance(WAITED, WAITED, WEDNESDAY, clinic.clock.now())
    async with clinic.database.write() as connection:
        await fulfil(connection, booking_id, seen, clinic.clock.now())
    found = await row(clinic, booking_id)
    assert (found.status, found.noshow_by) == ("fulfilled", None)


async def test_a_booking_cancelled_meanwhile_stays_cancelled(clinic: Clinic) -> None:
    """The job read it before; it looks again under the lock."""
    _, _, booking_id = await booked(clinic)

    class Cancelling(Rooms):
        async def __call__(self, ids: Sequence[BookingId]) -> Mapping[BookingId, Attendance]:
            async with clinic.database.write() as connection:
                await connection.execute(sa.text("UPDATE booking SET status = 'cancelled'"))
            return await super().__call__(ids)

    pass_to(clinic, OVER)
    await settling(clinic, Cancelling()).run()
    assert (await row(clinic, booking_id)).status == "cancelled"
    assert await clinic.events("booking.noshow") == []


async def test_the_client_of_a_missed_session_takes_one_new_time(clinic: Clinic, missed: Missed) -> None:
    therapist_id, who, booking_id = await missed_by_therapist(clinic)
    scope = {"purpose": "join", "booking_id": booking_id}
    by_mail = Identity(who.person_id, frozenset({"client"}), new_id(), "link", scope)
    once = Once("key", b"again")
    made = await missed.again(by_mail, booking_id, LATER, once)
    assert (made.starts_at, made.status, made.therapist_id) == (LATER, "confirmed", therapist_id)
    assert (await missed.again(by_mail, booking_id, LATER, once)).booking_id == made.booking_id
    with pytest.raises(StatusConflict):
        await missed.again(by_mail, booking_id, LATER + timedelta(hours=1), NOBODY_REPEATS)
    with pytest.raises(StatusConflict):  # the new one has not been missed
        await missed.again(replace(by_mail, scope={}), made.booking_id, LATER, NOBODY_REPEATS)
    with pytest.raises(NotFound):
        await missed.again(clinic.visitor(), booking_id, LATER, NOBODY_REPEATS)
    assert await clinic.load(therapist_id) == (1, 1)


async def test_staff_see_and_correct_an_outcome_and_it_stays_on_record(
    clinic: Clinic, missed: Missed
) -> None:
    _, who, booking_id = await missed_by_therapist(clinic)
    actor = replace(staff(), person_id=await clinic.person("運営", "staff"))
    day = Span(WEDNESDAY, WEDNESDAY + timedelta(days=1))
    [seen] = await missed.noticed(actor, day)
    assert (seen.booking.id, seen.booking.noshow_by, seen.client_name) == (
        booking_id,
        "therapist",
        "山田 花子",
    )
    wish = Correction(Status.FULFILLED, None, "電話で実施")
    once = Once("key", b"correct")
    for _ in range(2):
        corrected = await missed.correct(actor, booking_id, wish, once)
        assert (corrected.booking.status, corrected.booking.noshow_by) == ("fulfilled", None)
    async with clinic.database.read() as connection:
        lines = (await connection.execute(sa.select(booking_event.c.detail))).scalars().all()
        audited = (await connection.execute(sa.select(audit))).all()
    assert [one for one in lines if one and one.get("reason")] == [
        {"by": "staff", "noshow_by": None, "reason": "電話で実施"}
    ]
    assert {(one.action, one.subject) for one in audited} == {
        ("outcomes_read", "sessions"),
        ("outcome_corrected", who.person_id),
    }
    with pytest.raises(StatusConflict):
        await missed.correct(actor, booking_id, wish, NOBODY_REPEATS)
    with pytest.raises(Denied):
        await missed.correct(who, booking_id, wish, NOBODY_REPEATS)
