"""Booking on both databases: holds, places, cares, who may book whom, and asking twice."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from accounts.tables import entitlement, person
from core.database import Database
from core.errors import Denied, NotFound
from core.http import Identity
from core.idempotency import IdempotencyMismatch
from core.ids import BookingId, new_id
from core.tables import idempotency
from scheduler import errors
from scheduler.booking import Pick
from scheduler.hours import zone
from scheduler.model import Span
from scheduler.practice import PracticeChange
from scheduler.service import Once, fulfil
from scheduler.tables import booking_event, therapist, time_off
from tests.fakes import FakeClock
from tests.scheduler.clinic import WEDNESDAY, Clinic, wish

HOUR = timedelta(hours=1)


@pytest.fixture
async def clinic(database: Database, clock: FakeClock) -> Clinic:
    return await Clinic(database, clock).open()


async def offered(clinic: Clinic, who: Identity, therapist_id: str) -> set[object]:
    """Starting times shown for Wednesday."""
    within = Span(WEDNESDAY, WEDNESDAY + timedelta(days=1))
    return {slot.starts_at for slot in await clinic.service.slots(who, therapist_id, within)}


async def test_a_visitor_books_and_becomes_an_unverified_client_in_care(clinic: Clinic) -> None:
    therapist_id, visitor = await clinic.therapist(), clinic.visitor()
    found = await clinic.book(visitor, therapist_id, WEDNESDAY)
    assert (found.visit.status, found.visit.client_name) == ("confirmed", "佐藤 一郎")
    assert found.join_url is not None
    assert found.join_url.startswith("https://todoku.example/join/")
    assert await clinic.load(therapist_id) == (1, 1)
    async with clinic.database.read() as connection:
        row = (await connection.execute(sa.select(person).where(person.c.id == found.visit.client_id))).one()
        entitled = (await connection.execute(sa.select(entitlement))).one()
    assert row.email_verified_at is None
    assert (entitled.employer_id, entitled.person_id) == (clinic.employer_id, row.id)


async def test_booking_writes_its_events_and_history_with_it(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist()
    found = await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY)
    assert await clinic.events("booking.confirmed") == [{"booking_id": found.visit.booking_id}]
    assert await clinic.events("care.opened") == [
        {
            "care_id": found.visit.care_id,
            "client_id": found.visit.client_id,
            "therapist_id": therapist_id,
        }
    ]
    async with clinic.database.read() as connection:
        line = (await connection.execute(sa.select(booking_event))).one()
    assert (line.booking_id, line.to_status) == (found.visit.booking_id, "confirmed")


async def test_somebody_elses_mail_address_neither_finds_nor_takes_over_that_person(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist()
    first = await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY, email="same@example.com")
    second = await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + HOUR, email="same@example.com")
    assert first.visit.client_id != second.visit.client_id


async def test_a_taken_time_names_the_nearest_three_others(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist()
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + 2 * HOUR)
    with pytest.raises(errors.SlotTaken) as refusal:
        await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + 2 * HOUR)
    starts = [one["starts_at"] for one in refusal.value.extra["alternatives"]]
    assert starts == ["2026-11-25T01:00:00Z", "2026-11-25T03:00:00Z", "2026-11-25T00:00:00Z"]


@pytest.mark.parametrize("offset", [timedelta(minutes=10), -HOUR, timedelta(days=-2), timedelta(days=60)])
async def test_a_time_that_is_not_offered_cannot_be_booked(clinic: Clinic, offset: timedelta) -> None:
    """Also one that would fit into the hours but lies off the grid."""
    therapist_id = await clinic.therapist()
    with pytest.raises(errors.SlotNotOffered):
        await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + offset)
    assert await clinic.statuses() == []


async def test_what_is_listed_can_be_booked_and_is_then_listed_no_more(clinic: Clinic) -> None:
    therapist_id, visitor = await clinic.therapist(capacity=20), clinic.visitor()
    for starts_at in sorted(await offered(clinic, visitor, therapist_id), key=str)[:4]:
        await clinic.book(visitor, therapist_id, starts_at)  # type: ignore[arg-type]
        assert starts_at not in await offered(clinic, visitor, therapist_id)


async def test_time_off_is_neither_listed_nor_bookable(clinic: Clinic) -> None:
    therapist_id, visitor = await clinic.therapist(), clinic.visitor()
    away = {"therapist_id": therapist_id, "starts_at": WEDNESDAY, "ends_at": WEDNESDAY + 3 * HOUR}
    async with clinic.database.write() as connection:
        await connection.execute(sa.insert(time_off).values(away | {"id": new_id()}))
    assert min(await offered(clinic, visitor, therapist_id), key=str) == WEDNESDAY + 3 * HOUR
    with pytest.raises(errors.SlotNotOffered):
        await clinic.book(visitor, therapist_id, WEDNESDAY)


async def test_a_held_time_is_kept_for_its_holder_and_gone_for_others(clinic: Clinic) -> None:
    therapist_id, holder, other = await clinic.therapist(), clinic.visitor(), clinic.visitor()
    hold_id = await clinic.hold(holder, therapist_id, WEDNESDAY)
    assert WEDNESDAY in await offered(clinic, holder, therapist_id)
    assert WEDNESDAY not in await offered(clinic, other, therapist_id)
    with pytest.raises(errors.SlotTaken):
        await clinic.book(other, therapist_id, WEDNESDAY)
    found = await clinic.book(holder, therapist_id, WEDNESDAY, hold_id=hold_id)
    assert (found.visit.booking_id, await clinic.statuses()) == (hold_id, ["confirmed"])


async def test_an_expired_hold_blocks_nobody_before_any_sweep(clinic: Clinic) -> None:
    therapist_id, other = await clinic.therapist(), clinic.visitor()
    await clinic.hold(clinic.visitor(), therapist_id, WEDNESDAY)
    clinic.clock.advance(clinic.config.hold_s)
    assert WEDNESDAY in await offered(clinic, other, therapist_id)
    await clinic.book(other, therapist_id, WEDNESDAY)
    assert await clinic.statuses() == ["confirmed"]


async def test_an_expired_hold_is_told_to_its_holder_who_may_then_book_without_it(clinic: Clinic) -> None:
    therapist_id, holder = await clinic.therapist(), clinic.visitor()
    hold_id = await clinic.hold(holder, therapist_id, WEDNESDAY)
    clinic.clock.advance(clinic.config.hold_s)
    with pytest.raises(errors.HoldExpired):
        await clinic.book(holder, therapist_id, WEDNESDAY, hold_id=hold_id)
    await clinic.book(holder, therapist_id, WEDNESDAY)
    assert await clinic.statuses() == ["confirmed"]


async def test_a_hold_made_in_time_outlasts_the_notice(clinic: Clinic) -> None:
    """10:00 in Tokyo, two hours of notice: 12:00 may be held now and confirmed four minutes later."""
    therapist_id, holder = await clinic.therapist(), clinic.visitor()
    noon = clinic.clock.now() + 2 * HOUR
    hold_id = await clinic.hold(holder, therapist_id, noon)
    clinic.clock.advance(240)
    with pytest.raises(errors.SlotNotOffered):
        await clinic.book(clinic.visitor(), therapist_id, noon)
    assert (await clinic.book(holder, therapist_id, noon, hold_id=hold_id)).visit.starts_at == noon


async def test_picking_another_time_gives_the_first_one_back(clinic: Clinic) -> None:
    therapist_id, holder = await clinic.therapist(), clinic.visitor()
    await clinic.hold(holder, therapist_id, WEDNESDAY)
    await clinic.hold(holder, therapist_id, WEDNESDAY + HOUR)
    assert await clinic.statuses() == ["held"]
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY)
    await clinic.book(holder, therapist_id, WEDNESDAY + 2 * HOUR)
    assert await clinic.statuses() == ["confirmed", "confirmed"]


async def test_only_its_holder_gives_a_hold_back(clinic: Clinic) -> None:
    therapist_id, holder = await clinic.therapist(), clinic.visitor()
    hold_id = await clinic.hold(holder, therapist_id, WEDNESDAY)
    with pytest.raises(NotFound):
        await clinic.service.release(clinic.visitor(), hold_id)
    await clinic.service.release(holder, hold_id)
    assert await clinic.statuses() == []
    with pytest.raises(NotFound):
        await clinic.service.release(holder, hold_id)


async def test_the_sweep_removes_expired_holds_and_nothing_else(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist()
    await clinic.hold(clinic.visitor(), therapist_id, WEDNESDAY)
    clinic.clock.advance(clinic.config.hold_s)
    await clinic.hold(clinic.visitor(), therapist_id, WEDNESDAY + 2 * HOUR)
    await clinic.book(clinic.visitor(), await clinic.therapist(), WEDNESDAY)
    await clinic.service.sweep()
    assert await clinic.statuses() == ["confirmed", "held"]
    await clinic.service.sweep()
    assert await clinic.statuses() == ["confirmed", "held"]


async def test_the_same_key_gives_the_same_booking_again(clinic: Clinic) -> None:
    therapist_id, visitor = await clinic.therapist(), clinic.visitor()
    once = Once("key-1", b"body")
    first = await clinic.book(visitor, therapist_id, WEDNESDAY, once)
    again = await clinic.book(visitor, therapist_id, WEDNESDAY, once)
    assert first.visit == again.visit
    assert await clinic.statuses() == ["confirmed"]
    assert await clinic.load(therapist_id) == (1, 1)


async def test_the_same_key_for_something_else_is_refused(clinic: Clinic) -> None:
    therapist_id, visitor = await clinic.therapist(), clinic.visitor()
    await clinic.book(visitor, therapist_id, WEDNESDAY, Once("key-1", b"body"))
    with pytest.raises(IdempotencyMismatch):
        await clinic.book(visitor, therapist_id, WEDNESDAY + HOUR, Once("key-1", b"other"))
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + HOUR, Once("key-1", b"other"))


async def test_a_hold_asked_for_twice_is_one_hold_and_over_once_booked(clinic: Clinic) -> None:
    therapist_id, visitor = await clinic.therapist(), clinic.visitor()
    pick, once = Pick(therapist_id, WEDNESDAY), Once("key-1", b"body")
    first = await clinic.service.hold(visitor, pick, once)
    assert (await clinic.service.hold(visitor, pick, once)).id == first.id
    await clinic.book(visitor, therapist_id, WEDNESDAY)
    with pytest.raises(errors.HoldExpired):
        await clinic.service.hold(visitor, pick, once)


async def test_no_stored_answer_holds_a_secret(clinic: Clinic) -> None:
    found = await clinic.book(clinic.visitor(), await clinic.therapist(), WEDNESDAY, Once("key", b"body"))
    async with clinic.database.read() as connection:
        answers = list((await connection.execute(sa.select(idempotency.c.response))).scalars())
    assert answers == [{"booking_id": found.visit.booking_id}]


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
        await offered(clinic, known, other)
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
    assert await offered(clinic, visitor, therapist_id) == set()
    with pytest.raises(errors.SlotNotOffered):
        await clinic.book(visitor, therapist_id, WEDNESDAY)


async def test_a_licence_that_ends_before_the_session_does_not_carry_it(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist(licence_expires_at=WEDNESDAY + 2 * HOUR)
    assert await offered(clinic, clinic.visitor(), therapist_id) == {WEDNESDAY, WEDNESDAY + HOUR}
    with pytest.raises(errors.SlotNotOffered) as refusal:
        await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + 2 * HOUR)
    assert refusal.value.extra["alternatives"][0]["starts_at"] == "2026-11-25T01:00:00Z"


async def test_a_pause_stops_new_clients_and_keeps_the_known_ones(clinic: Clinic) -> None:
    therapist_id, known = await clinic.therapist(), await clinic.client()
    await clinic.book(known, therapist_id, WEDNESDAY)
    await _update(clinic, therapist_id, PracticeChange(pause_new=True))
    assert (await clinic.service.choice(clinic.visitor())).therapists == ()
    with pytest.raises(errors.TherapistFull):
        await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + HOUR)
    await clinic.book(known, therapist_id, WEDNESDAY + 2 * HOUR)


async def test_lowering_the_capacity_below_the_clients_one_has_ends_no_care(clinic: Clinic) -> None:
    therapist_id, known = await clinic.therapist(capacity=3), await clinic.client()
    await clinic.book(known, therapist_id, WEDNESDAY)
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + HOUR)
    await _update(clinic, therapist_id, PracticeChange(capacity=0))
    assert await clinic.load(therapist_id) == (2, 2)
    await clinic.book(known, therapist_id, WEDNESDAY + 2 * HOUR)
    with pytest.raises(errors.TherapistFull):
        await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + 3 * HOUR)


async def _update(clinic: Clinic, therapist_id: str, change: PracticeChange) -> None:
    who = Identity(therapist_id, frozenset({"therapist"}), new_id(), "account")  # type: ignore[arg-type]
    now = await clinic.service.practice(who)
    await clinic.service.change_practice(who, now.therapist.version, change)


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
            await fulfil(connection, booking_id, clinic.clock.now())
    async with clinic.database.read() as connection:
        lines = (await connection.execute(sa.select(booking_event.c.to_status))).scalars()
        assert sorted(lines) == ["confirmed", "fulfilled"]
    hold_id = await clinic.hold(clinic.visitor(), therapist_id, WEDNESDAY + 2 * HOUR)
    with pytest.raises(errors.StatusConflict):
        async with clinic.database.write() as connection:
            await fulfil(connection, BookingId(hold_id), clinic.clock.now())
    with pytest.raises(NotFound):
        async with clinic.database.write() as connection:
            await fulfil(connection, BookingId("nothing"), clinic.clock.now())


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
