"""Places, cares and visits on both databases: who may book whom, and who sees a booking."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from accounts.tables import person
from core.errors import Denied, NotFound
from core.http import Identity
from core.ids import BookingId, new_id
from scheduler import errors
from scheduler.hours import zone
from scheduler.model import Span
from scheduler.outcome import Attendance
from scheduler.pace_service import PaceService
from scheduler.practice import Hours
from scheduler.service import fulfil
from scheduler.tables import booking_event, therapist
from tests.scheduler.clinic import WEDNESDAY, Clinic, wish

HOUR = timedelta(hours=1)


async def test_a_full_therapist_takes_nobody_new_and_others_are_offered(clinic: Clinic) -> None:
    full, other = await clinic.therapist(capacity=1), await clinic.therapist()
    known = await clinic.client()
    await clinic.book(known, full, WEDNESDAY)
    with pytest.raises(errors.TherapistFull) as refusal:
        await clinic.book(clinic.visitor(), full, WEDNESDAY + HOUR)
    assert {one["therapist_id"] for one in refusal.value.extra["alternatives"]} == {other}
    assert refusal.value.extra["alternatives"][0]["starts_at"] == "2026-11-25T01:00:00Z"
    shown = await clinic.service.choice(clinic.visitor())
    assert [one.therapist.id for one in shown.therapists] == [other]
    await clinic.book(known, full, WEDNESDAY + HOUR)


async def test_a_client_in_care_sees_and_books_their_own_therapist_only(clinic: Clinic) -> None:
    own, other, known = await clinic.therapist(), await clinic.therapist(), await clinic.client()
    assert not (await clinic.service.choice(known)).own
    await clinic.book(known, own, WEDNESDAY)
    shown = await clinic.service.choice(known)
    assert ([one.therapist.id for one in shown.therapists], shown.own) == ([own], True)
    with pytest.raises(errors.CareElsewhere):
        await clinic.book(known, other, WEDNESDAY + 3 * HOUR)
    with pytest.raises(errors.CareElsewhere):
        await clinic.offered(known, other)
    assert await clinic.load(own) == (1, 1)


async def test_a_client_cannot_be_in_two_sessions_at_once(clinic: Clinic) -> None:
    therapist_id, known = await clinic.therapist(), await clinic.client()
    assert known.person_id is not None
    await clinic.book(known, therapist_id, WEDNESDAY)
    with pytest.raises((errors.ClientBusy, errors.SlotTaken)):
        await clinic.on_behalf(therapist_id, known.person_id, WEDNESDAY + timedelta(minutes=30))


@pytest.mark.parametrize(
    "changes",
    [
        {"licence_verified_at": None},
        {"licence_expires_at": WEDNESDAY - 30 * HOUR},
    ],
)
async def test_without_a_valid_licence_nobody_is_offered(clinic: Clinic, changes: dict[str, Any]) -> None:
    therapist_id, visitor = await clinic.therapist(**changes), clinic.visitor()
    assert (await clinic.service.choice(visitor)).therapists == ()
    assert await clinic.offered(visitor, therapist_id) == set()
    with pytest.raises(errors.SlotNotOffered):
        await clinic.book(visitor, therapist_id, WEDNESDAY)


async def test_a_licence_that_ends_before_the_session_does_not_carry_it(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist(licence_expires_at=WEDNESDAY + 2 * HOUR)
    assert await clinic.offered(clinic.visitor(), therapist_id) == {WEDNESDAY, WEDNESDAY + HOUR}
    with pytest.raises(errors.SlotNotOffered) as refusal:
        await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + 2 * HOUR)
    assert refusal.value.extra["alternatives"][0]["starts_at"] == "2026-11-25T01:00:00Z"


async def test_a_pause_stops_new_clients_and_keeps_the_known_ones(clinic: Clinic) -> None:
    therapist_id, known = await clinic.therapist(), await clinic.client()
    await clinic.book(known, therapist_id, WEDNESDAY)
    await _update(clinic, therapist_id, pause_new=True)
    assert (await clinic.service.choice(clinic.visitor())).therapists == ()
    with pytest.raises(errors.TherapistFull):
        await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + HOUR)
    await clinic.book(known, therapist_id, WEDNESDAY + 2 * HOUR)


async def test_lowering_the_capacity_below_the_clients_one_has_ends_no_care(clinic: Clinic) -> None:
    therapist_id, known = await clinic.therapist(capacity=3), await clinic.client()
    await clinic.book(known, therapist_id, WEDNESDAY)
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + HOUR)
    await _update(clinic, therapist_id, capacity=0)
    assert await clinic.load(therapist_id) == (2, 2)
    await clinic.book(known, therapist_id, WEDNESDAY + 2 * HOUR)
    with pytest.raises(errors.TherapistFull):
        await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + 3 * HOUR)


async def _update(clinic: Clinic, therapist_id: str, **values: Any) -> None:
    who = Identity(therapist_id, frozenset({"therapist"}), new_id(), "account")  # type: ignore[arg-type]
    now = await clinic.service.practice(who)
    pace = PaceService(clinic.database, clinic.config, clinic.clock)
    await pace.set_values(who, now.therapist.version, values)


async def test_a_refused_booking_leaves_no_person_and_no_count_behind(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist()
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY)
    async with clinic.database.read() as connection:
        before = (await connection.execute(sa.select(sa.func.count()).select_from(person))).scalar()
    with pytest.raises(errors.SlotTaken):
        await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY)
    async with clinic.database.read() as connection:
        assert (await connection.execute(sa.select(sa.func.count()).select_from(person))).scalar() == before
    assert await clinic.load(therapist_id) == (1, 1)


async def test_staff_may_book_outside_hours_but_not_over_another_nor_over_the_places(clinic: Clinic) -> None:
    therapist_id, known = await clinic.therapist(capacity=1), await clinic.client()
    assert known.person_id is not None
    night = WEDNESDAY - 5 * HOUR
    made = await clinic.on_behalf(therapist_id, known.person_id, night)
    second = await clinic.client()
    assert second.person_id is not None
    with pytest.raises(errors.TherapistFull):
        await clinic.on_behalf(therapist_id, second.person_id, night + 3 * HOUR)
    async with clinic.database.write() as connection:
        await connection.execute(sa.update(therapist).values(capacity=2))
    with pytest.raises(errors.SlotTaken):
        await clinic.on_behalf(therapist_id, second.person_id, night + timedelta(minutes=20))
    assert (await clinic.service.booking(known, made)).visit.starts_at == night


async def test_an_unknown_therapist_is_not_found(clinic: Clinic) -> None:
    with pytest.raises(errors.TherapistUnknown):
        await clinic.book(clinic.visitor(), "nobody", WEDNESDAY)


async def test_who_came_by_another_link_or_role_does_not_book(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist()
    join = replace(clinic.visitor(), scope={"purpose": "join", "booking_id": "x"})
    staff = Identity(therapist_id, frozenset({"therapist"}), new_id(), "account")
    homeless = replace(clinic.visitor(), scope={"purpose": "booking"})
    for who in (join, staff, homeless):
        with pytest.raises(Denied):
            await clinic.book(who, therapist_id, WEDNESDAY)


async def test_a_booking_is_shown_to_its_two_people_and_to_nobody_else(clinic: Clinic) -> None:
    therapist_id, visitor = await clinic.therapist(), clinic.visitor()
    found = await clinic.book(visitor, therapist_id, WEDNESDAY)
    booking_id, service, now = found.visit.booking_id, clinic.service, clinic.clock.now()
    own = Identity(therapist_id, frozenset({"therapist"}), new_id(), "account")
    by_link = replace(visitor, session_id=new_id(), scope={"purpose": "join", "booking_id": booking_id})
    assert (await service.visit(booking_id, visitor, now)).role == "client"
    assert (await service.visit(booking_id, by_link, now)).role == "client"
    assert (await service.visit(booking_id, own, now)).role == "therapist"
    assert (await service.booking(own, booking_id)).join_url is None

    elsewhere = {"purpose": "join", "booking_id": "x"}
    other_link = replace(by_link, person_id=found.visit.client_id, scope=elsewhere)
    colleague = replace(own, person_id=await clinic.therapist())
    unroled = replace(own, roles=frozenset({"staff"}))
    for stranger in (clinic.visitor(), other_link, colleague, unroled):
        with pytest.raises(NotFound):
            await service.visit(booking_id, stranger, now)


async def test_a_mere_hold_is_no_booking_to_look_at(clinic: Clinic) -> None:
    therapist_id, holder = await clinic.therapist(), clinic.visitor()
    hold_id = await clinic.hold(holder, therapist_id, WEDNESDAY)
    with pytest.raises(NotFound):
        await clinic.service.booking(holder, hold_id)


async def test_a_session_is_fulfilled_once_and_only_when_it_was_agreed(clinic: Clinic) -> None:
    therapist_id, holder = await clinic.therapist(), clinic.visitor()
    booking_id = (await clinic.book(holder, therapist_id, WEDNESDAY)).visit.booking_id
    for _ in range(2):
        async with clinic.database.write() as connection:
            await fulfil(connection, booking_id, Attendance(), clinic.clock.now())
    async with clinic.database.read() as connection:
        lines = (await connection.execute(sa.select(booking_event.c.to_status))).scalars()
        assert sorted(lines) == ["confirmed", "fulfilled"]
    hold_id = await clinic.hold(clinic.visitor(), therapist_id, WEDNESDAY + 2 * HOUR)
    with pytest.raises(errors.StatusConflict):
        async with clinic.database.write() as connection:
            await fulfil(connection, BookingId(hold_id), Attendance(), clinic.clock.now())
    with pytest.raises(NotFound):
        async with clinic.database.write() as connection:
            await fulfil(connection, BookingId("nothing"), Attendance(), clinic.clock.now())


async def test_the_day_of_a_therapist_shows_sessions_of_that_local_date_without_holds(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist()
    own = Identity(therapist_id, frozenset({"therapist"}), new_id(), "account")
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + HOUR)
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY)
    await clinic.hold(clinic.visitor(), therapist_id, WEDNESDAY + 3 * HOUR)
    today = await clinic.service.sessions(own, None, None)
    wednesday = WEDNESDAY.astimezone(zone("Asia/Tokyo")).date()
    timezone, found = await clinic.service.sessions(own, wednesday, None)
    assert (today, timezone) == (("Asia/Tokyo", []), "Asia/Tokyo")
    assert [one.booking.starts_at for one in found] == [WEDNESDAY, WEDNESDAY + HOUR]
    assert found[0].enter == Span(WEDNESDAY - timedelta(minutes=10), WEDNESDAY + timedelta(minutes=45 + 30))
    assert wish(therapist_id, WEDNESDAY).name == found[0].client_name


async def test_who_waits_beyond_midnight_is_among_todays_sessions(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist(hours=[Hours(day, "00:00", "24:00") for day in range(7)])
    own = Identity(therapist_id, frozenset({"therapist"}), new_id(), "account")
    midnight = WEDNESDAY.astimezone(zone("Asia/Tokyo")).replace(hour=0, minute=0).astimezone(UTC)
    for hours in (-1, 0):
        await clinic.book(clinic.visitor(), therapist_id, midnight + hours * HOUR)

    async def starts(now: datetime) -> list[datetime]:
        clinic.clock.advance((now - clinic.clock.now()).total_seconds())
        return [one.booking.starts_at for one in (await clinic.service.sessions(own, None, None))[1]]

    second = timedelta(seconds=1)
    opens, closes = midnight - timedelta(minutes=10), midnight + timedelta(minutes=-15 + 30)
    assert await starts(opens - second) == [midnight - HOUR]
    assert await starts(opens) == [midnight - HOUR, midnight]
    assert await starts(closes - second) == [midnight - HOUR, midnight]
    assert await starts(closes) == [midnight]
