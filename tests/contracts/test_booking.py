"""Booking on both databases: holds, times, and asking twice."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from accounts.store import verify_email
from accounts.tables import entitlement, person
from core.errors import NotFound
from core.idempotency import IdempotencyMismatch
from core.ids import new_id
from core.tables import idempotency
from scheduler import errors
from scheduler.booking import Pick
from scheduler.once import Once
from scheduler.tables import booking_event, time_off
from tests.scheduler.clinic import WEDNESDAY, Clinic

HOUR = timedelta(hours=1)


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
    told = await clinic.events("booking.confirmed")
    assert [(event["booking_id"], event["to"]) for event in told] == [
        (found.visit.booking_id, "client"),
        (found.visit.booking_id, "therapist"),
    ]
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
    for starts_at in sorted(await clinic.offered(visitor, therapist_id))[:4]:
        await clinic.book(visitor, therapist_id, starts_at)
        assert starts_at not in await clinic.offered(visitor, therapist_id)


async def test_time_off_is_neither_listed_nor_bookable(clinic: Clinic) -> None:
    therapist_id, visitor = await clinic.therapist(), clinic.visitor()
    away = {"therapist_id": therapist_id, "starts_at": WEDNESDAY, "ends_at": WEDNESDAY + 3 * HOUR}
    async with clinic.database.write() as connection:
        await connection.execute(sa.insert(time_off).values(away | {"id": new_id()}))
    assert min(await clinic.offered(visitor, therapist_id)) == WEDNESDAY + 3 * HOUR
    with pytest.raises(errors.SlotNotOffered):
        await clinic.book(visitor, therapist_id, WEDNESDAY)


async def test_who_booked_for_an_address_is_out_once_its_owner_proves_it(clinic: Clinic) -> None:
    visitor = clinic.visitor()
    found = await clinic.book(visitor, await clinic.therapist(), WEDNESDAY)
    async with clinic.database.write() as connection:
        assert await verify_email(connection, found.visit.client_id, clinic.clock.now())
    with pytest.raises(NotFound):
        await clinic.service.booking(visitor, found.visit.booking_id)


async def test_a_held_time_is_kept_for_its_holder_and_gone_for_others(clinic: Clinic) -> None:
    therapist_id, holder, other = await clinic.therapist(), clinic.visitor(), clinic.visitor()
    hold_id = await clinic.hold(holder, therapist_id, WEDNESDAY)
    assert WEDNESDAY in await clinic.offered(holder, therapist_id)
    assert WEDNESDAY not in await clinic.offered(other, therapist_id)
    with pytest.raises(errors.SlotTaken):
        await clinic.book(other, therapist_id, WEDNESDAY)
    found = await clinic.book(holder, therapist_id, WEDNESDAY, hold_id=hold_id)
    assert (found.visit.booking_id, await clinic.statuses()) == (hold_id, ["confirmed"])


async def test_an_expired_hold_blocks_nobody_before_any_sweep(clinic: Clinic) -> None:
    therapist_id, other = await clinic.therapist(), clinic.visitor()
    await clinic.hold(clinic.visitor(), therapist_id, WEDNESDAY)
    clinic.clock.advance(clinic.config.hold_s)
    assert WEDNESDAY in await clinic.offered(other, therapist_id)
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
