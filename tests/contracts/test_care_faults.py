"""What once went wrong with places, queues, handovers and covers."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.errors import TodokuError
from core.http import Identity
from core.ids import PersonId, new_id
from scheduler import invariants, offer_store
from scheduler.booking import Booker, Wish
from scheduler.care_tables import care_offer, wait_entry
from scheduler.care_views import CareViews
from scheduler.cares import Cares
from scheduler.changes import Changes
from scheduler.errors import StatusConflict, TherapistFull
from scheduler.handing import Shared
from scheduler.model import Span
from scheduler.pace_service import Away, PaceService
from scheduler.series import Repeat
from scheduler.series_booking import Plan, outlook
from scheduler.tables import care, therapist
from scheduler.waiting import Place
from tests.contracts.caring import as_therapist, full, places, staff, wait_states
from tests.scheduler.clinic import NOBODY_REPEATS, TOKYO, WEDNESDAY, Clinic

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOTHING = Shared("none")
ANYBODY = Place(None, "ja")


@pytest.fixture
def cares(clinic: Clinic) -> Cares:
    return Cares(clinic.database, clinic.config, clinic.clock)


async def care_of(clinic: Clinic, who: Identity) -> str:
    query = sa.select(care.c.id).where(care.c.client_id == who.person_id, care.c.ended_at.is_(None))
    async with clinic.database.read() as connection:
        return str((await connection.execute(query)).scalar_one())


async def on_leave(clinic: Clinic, therapist_id: PersonId, cover: PersonId) -> None:
    pace = PaceService(clinic.database, clinic.config, clinic.clock)
    since = WEDNESDAY - 9 * HOUR
    await pace.add_time_off(as_therapist(therapist_id), Away(Span(since, since + 10 * DAY), "leave", cover))


async def test_who_was_declined_by_a_therapist_keeps_nobody_else_from_them(
    clinic: Clinic, cares: Cares
) -> None:
    therapist_id, who = await clinic.therapist(), await clinic.client()
    await cares.match(who, "ja", None, NOBODY_REPEATS)
    (asked,) = await clinic.events("care.asked")
    await cares.answer_offer(as_therapist(therapist_id), asked["offer_id"], take=False, once=NOBODY_REPEATS)
    await cares.give_places()
    assert await wait_states(clinic) == ["waiting"]
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY)


async def test_who_has_an_offer_elsewhere_keeps_nobody_from_a_place(clinic: Clinic, cares: Cares) -> None:
    old, who, care_id = await full(clinic)
    new, third = await clinic.therapist(), await clinic.therapist()
    await cares.hand_over(as_therapist(old), care_id, new, None, NOBODY_REPEATS)
    await cares.end_care(who, care_id, apart=False, once=NOBODY_REPEATS)
    assert await places(clinic, new) == (0, 0)  # the proposal fell with the care
    await cares.wait(who, ANYBODY, None, NOBODY_REPEATS)
    await clinic.book(clinic.visitor(), third, WEDNESDAY)


async def test_who_waits_may_book_the_place_they_wait_for_themselves(clinic: Clinic, cares: Cares) -> None:
    therapist_id, _, _ = await full(clinic)
    who = await clinic.client()
    await cares.wait(who, Place(therapist_id, "ja"), None, NOBODY_REPEATS)
    async with clinic.database.write() as connection:
        await connection.execute(sa.update(therapist).values(capacity=2))
    await clinic.book(who, therapist_id, WEDNESDAY + DAY)
    assert await wait_states(clinic) == ["placed"]


async def test_a_long_queue_for_one_therapist_holds_up_nobody_behind_it(
    clinic: Clinic, cares: Cares, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.waiting.BATCH", 3)
    therapist_id, _, _ = await full(clinic)
    for _ in range(7):
        await cares.wait(await clinic.client(), Place(therapist_id, "ja"), None, NOBODY_REPEATS)
        clinic.clock.advance(1)
    last = await clinic.client()
    await cares.wait(last, ANYBODY, None, NOBODY_REPEATS)
    other = await clinic.therapist()
    await cares.give_places()
    assert await places(clinic, other) == (0, 1)
    (told,) = await clinic.events("care.offered")
    assert told["client_id"] == last.person_id


async def test_ending_cares_beside_booking_with_their_cover_never_deadlocks(
    clinic: Clinic, cares: Cares
) -> None:
    away, cover = await clinic.therapist(capacity=9), await clinic.therapist()
    clients = [await clinic.client() for _ in range(4)]
    for n, who in enumerate(clients):
        await clinic.book(who, away, WEDNESDAY + n * HOUR)
    await on_leave(clinic, away, cover)
    views = CareViews(clinic.database, clinic.config, clinic.clock)
    ids = []
    for n, who in enumerate(clients):
        (asked,) = (await views.client(who)).choices
        await cares.choose_leave(who, asked.id, "cover", NOTHING, NOBODY_REPEATS)
        await clinic.book(who, cover, WEDNESDAY + DAY + n * HOUR)
        ids.append(await care_of(clinic, who))
    ends = [
        cares.end_care(who, care_id, apart=False, once=NOBODY_REPEATS)
        for who, care_id in zip(clients, ids, strict=True)
    ]
    more = [
        clinic.book(who, cover, WEDNESDAY + day * DAY + n * HOUR)
        for n, who in enumerate(clients)
        for day in (2, 3, 4)
    ]
    for outcome in await asyncio.gather(*ends, *more, return_exceptions=True):
        assert not isinstance(outcome, Exception) or isinstance(outcome, TodokuError), repr(outcome)
    async with clinic.database.read() as connection:
        assert await invariants.broken(connection, clinic.clock.now()) == []


async def test_a_client_who_was_handed_over_keeps_the_care_when_a_session_is_taken_back(
    clinic: Clinic, cares: Cares, changes: Changes
) -> None:
    old, who, care_id = await full(clinic)
    new = await clinic.therapist()
    handover_id = await cares.hand_over(as_therapist(old), care_id, new, None, NOBODY_REPEATS)
    await cares.decide_handover(who, handover_id, Shared("all"), NOBODY_REPEATS)
    booked = (await clinic.book(who, new, WEDNESDAY)).visit.booking_id
    await changes.cancel(as_therapist(new), booked, "病気のため", NOBODY_REPEATS)
    assert await places(clinic, new) == (1, 0)
    again = (await clinic.book(who, new, WEDNESDAY)).visit.booking_id
    await changes.cancel(who, again, None, NOBODY_REPEATS)  # nor by the client's own change of mind
    assert await places(clinic, new) == (1, 0)


async def test_an_assigned_client_keeps_the_care_whoever_cancels(
    clinic: Clinic, cares: Cares, changes: Changes
) -> None:
    therapist_id, who = await clinic.therapist(), await clinic.client()
    await cares.assign(await staff(clinic), who.person_id or "", None, NOBODY_REPEATS)
    clinic.clock.advance(60)
    booked = (await clinic.book(who, therapist_id, WEDNESDAY)).visit.booking_id
    await changes.cancel(who, booked, None, NOBODY_REPEATS)
    assert await places(clinic, therapist_id) == (1, 0)


async def test_a_series_with_who_covers_stays_within_the_leave(clinic: Clinic, cares: Cares) -> None:
    away, who, _ = await full(clinic)
    cover = await clinic.therapist()
    await on_leave(clinic, away, cover)
    views = CareViews(clinic.database, clinic.config, clinic.clock)
    (asked,) = (await views.client(who)).choices
    await cares.choose_leave(who, asked.id, "cover", NOTHING, NOBODY_REPEATS)
    wish = Wish(cover, WEDNESDAY + DAY, name="", email="", timezone=TOKYO, locale="ja")
    plan = Plan(Booker(who.person_id or "", who.person_id, None), wish, Repeat(1, 3, whole=False))
    async with clinic.database.read() as connection:
        known = await offer_store.candidates(connection, [])
        assert known == []
        owner = next(
            one.therapist
            for one in (await clinic.service.choice(who)).therapists
            if one.therapist.id == cover
        )
        seen = await outlook(connection, owner, plan, clinic.config, clinic.clock.now())
    assert [one.why for one in seen.occurrences] == [None, None, "not_offered"]


async def test_no_care_begins_with_a_licence_that_ended_or_between_people_kept_apart(
    clinic: Clinic, cares: Cares
) -> None:
    therapist_id, who = await clinic.therapist(), await clinic.client()
    await cares.wait(who, ANYBODY, None, NOBODY_REPEATS)
    (told,) = await clinic.events("care.offered")
    async with clinic.database.write() as connection:
        over = sa.update(therapist).values(licence_expires_at=clinic.clock.now())
        await connection.execute(over)
    with pytest.raises(StatusConflict):
        await cares.answer_offer(who, told["offer_id"], take=True, once=NOBODY_REPEATS)
    async with clinic.database.write() as connection:
        await connection.execute(sa.update(therapist).values(licence_expires_at=None))
        await offer_store.keep_apart(connection, who.person_id or "", therapist_id, clinic.clock.now())
    with pytest.raises(TherapistFull):
        await cares.answer_offer(who, told["offer_id"], take=True, once=NOBODY_REPEATS)
    assert await places(clinic, therapist_id) == (0, 1)


async def test_nobody_is_covered_by_who_they_do_not_want_to_meet(clinic: Clinic, cares: Cares) -> None:
    away, who, _ = await full(clinic)
    cover = await clinic.therapist()
    await on_leave(clinic, away, cover)
    async with clinic.database.write() as connection:
        await offer_store.keep_apart(connection, who.person_id or "", cover, clinic.clock.now())
    (asked,) = (await CareViews(clinic.database, clinic.config, clinic.clock).client(who)).choices
    for choice in ("cover", "transfer"):
        with pytest.raises(TherapistFull):
            await cares.choose_leave(who, asked.id, choice, NOTHING, NOBODY_REPEATS)


async def test_who_leaves_the_queue_as_a_place_comes_leaves_none_reserved(
    clinic: Clinic, cares: Cares
) -> None:
    therapist_id = await clinic.therapist(capacity=50)
    clients = [await clinic.client() for _ in range(8)]
    async with clinic.database.write() as connection:
        for who in clients:
            await offer_store.insert_wait(connection, who.person_id or "", None, "ja", clinic.clock.now())
    outcomes = await asyncio.gather(
        cares.give_places(), *(cares.stop_waiting(who) for who in clients), return_exceptions=True
    )
    for outcome in outcomes:
        assert outcome is None or isinstance(outcome, TodokuError), repr(outcome)
    left = sa.select(wait_entry.c.client_id).where(wait_entry.c.state == "left")
    kept = sa.select(care_offer.c.client_id).where(
        care_offer.c.state == "open", care_offer.c.client_id.in_(left)
    )
    async with clinic.database.read() as connection:
        assert list((await connection.execute(kept)).scalars()) == []
    await places(clinic, therapist_id)
    assert new_id()
