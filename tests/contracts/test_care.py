"""Waiting, offers, matching, handover and leave, on both databases; and that places are counted right."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from accounts import service as accounts
from core.errors import Invalid, NotFound, TodokuError
from core.http import Identity
from scheduler.care_tables import care_offer
from scheduler.care_views import CareViews
from scheduler.cares import Cares
from scheduler.errors import StatusConflict, TherapistFull
from scheduler.handing import Shared
from scheduler.newcomer import Newcomer
from scheduler.tables import booking, care, therapist
from scheduler.waiting import Place
from tests.contracts.caring import as_therapist, full, places, staff, wait_states
from tests.scheduler.clinic import NOBODY_REPEATS, WEDNESDAY, Clinic

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ANYBODY = Place(None, "ja")
NOTHING = Shared("none")


@pytest.fixture
def cares(clinic: Clinic) -> Cares:
    return Cares(clinic.database, clinic.config, clinic.clock)


@pytest.fixture
def views(clinic: Clinic) -> CareViews:
    return CareViews(clinic.database, clinic.config, clinic.clock)


async def test_a_place_that_frees_is_offered_to_who_waited_longest_and_to_nobody_else(
    clinic: Clinic, cares: Cares, views: CareViews
) -> None:
    therapist_id, has_it, care_id = await full(clinic)
    first, second = await clinic.client(), await clinic.client()
    await cares.wait(first, ANYBODY, None, NOBODY_REPEATS)
    clinic.clock.advance(60)
    await cares.wait(second, Place(therapist_id, "ja"), None, NOBODY_REPEATS)
    assert (await views.client(second)).ahead == "few"
    assert await wait_states(clinic) == ["waiting", "waiting"]
    await cares.end_care(has_it, care_id, apart=False, once=NOBODY_REPEATS)
    await cares.give_places()
    view = await views.client(first)
    assert view.offer is not None
    assert (view.offer.therapist_id, view.wait and view.wait.state) == (therapist_id, "offered")
    assert await places(clinic, therapist_id) == (0, 1)
    assert await clinic.events("care.offered") == [
        {"offer_id": view.offer.id, "client_id": first.person_id, "therapist_id": therapist_id}
    ]
    with pytest.raises(TherapistFull):  # a newcomer does not overtake
        await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + DAY)
    await clinic.book(first, therapist_id, WEDNESDAY + DAY)  # the booking takes the place that was kept
    assert await places(clinic, therapist_id) == (1, 0)
    assert await wait_states(clinic) == ["placed", "waiting"]
    assert (await views.client(second)).ahead == "next"


async def test_a_free_place_belongs_to_who_waits_even_before_it_is_offered(
    clinic: Clinic, cares: Cares
) -> None:
    therapist_id, _, _ = await full(clinic)
    waits = await clinic.client()
    await cares.wait(waits, Place(therapist_id, "ja"), None, NOBODY_REPEATS)
    async with clinic.database.write() as connection:
        await connection.execute(sa.update(therapist).values(capacity=2))
    with pytest.raises(TherapistFull):
        await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + DAY)
    await cares.give_places()
    await clinic.book(waits, therapist_id, WEDNESDAY + DAY)
    assert await places(clinic, therapist_id) == (2, 0)


async def test_an_offer_nobody_answers_goes_to_the_next_exactly_once(
    clinic: Clinic, cares: Cares, views: CareViews
) -> None:
    therapist_id, has_it, care_id = await full(clinic)
    first, second = await clinic.client(), await clinic.client()
    for one in (first, second):
        await cares.wait(one, ANYBODY, None, NOBODY_REPEATS)
        clinic.clock.advance(1)
    await cares.end_care(has_it, care_id, apart=False, once=NOBODY_REPEATS)
    await cares.give_places()
    clinic.clock.advance(25 * 3600)
    await asyncio.gather(*(cares.end_offers() for _ in range(4)))
    assert await places(clinic, therapist_id) == (0, 0)
    assert [one["client_id"] for one in await clinic.events("care.offer_over")] == [first.person_id]
    await asyncio.gather(*(cares.give_places() for _ in range(4)))
    assert await places(clinic, therapist_id) == (0, 1)
    assert (await views.client(first)).wait is None
    assert (await views.client(second)).offer is not None
    again = await cares.wait(first, ANYBODY, None, NOBODY_REPEATS)  # they may wait anew, at the end
    assert again
    assert await wait_states(clinic) == ["left", "offered", "waiting"]


async def test_a_place_that_is_declined_or_left_is_free_again(clinic: Clinic, cares: Cares) -> None:
    therapist_id, has_it, care_id = await full(clinic)
    first, second = await clinic.client(), await clinic.client()
    await cares.wait(first, ANYBODY, None, NOBODY_REPEATS)
    await cares.end_care(has_it, care_id, apart=False, once=NOBODY_REPEATS)
    await cares.give_places()
    offer_id = (await clinic.events("care.offered"))[0]["offer_id"]
    with pytest.raises(NotFound):
        await cares.answer_offer(second, offer_id, take=True, once=NOBODY_REPEATS)
    await cares.answer_offer(first, offer_id, take=False, once=NOBODY_REPEATS)
    await cares.give_places()
    with pytest.raises(StatusConflict):
        await cares.answer_offer(first, offer_id, take=True, once=NOBODY_REPEATS)
    await cares.wait(second, ANYBODY, None, NOBODY_REPEATS)
    assert await places(clinic, therapist_id) == (0, 1)
    await cares.stop_waiting(second)
    assert await places(clinic, therapist_id) == (0, 0)
    with pytest.raises(NotFound):
        await cares.stop_waiting(second)


async def test_who_asks_for_anybody_is_given_to_the_next_therapist_until_one_says_yes(
    clinic: Clinic, cares: Cares, views: CareViews
) -> None:
    busy, idle, english = (
        await clinic.therapist(capacity=2),
        await clinic.therapist(capacity=3),
        await clinic.therapist(languages=["en"]),
    )
    await clinic.book(clinic.visitor(), busy, WEDNESDAY)
    who = await clinic.client()
    await cares.match(who, "ja", None, NOBODY_REPEATS)
    (request,) = (await views.therapist(as_therapist(idle))).requests
    assert (await views.client(who)).wait is not None
    with pytest.raises(NotFound):  # it is the therapist's to answer
        await cares.answer_offer(who, request.id, take=True, once=NOBODY_REPEATS)
    await cares.answer_offer(as_therapist(idle), request.id, take=False, once=NOBODY_REPEATS)
    await cares.give_places()
    (request,) = (await views.therapist(as_therapist(busy))).requests
    assert await places(clinic, busy) == (1, 1)
    seen = await views.client(who)  # that somebody said no is not to be seen
    assert (seen.wait and seen.wait.state, seen.handovers) == ("offered", ())
    await cares.answer_offer(as_therapist(busy), request.id, take=True, once=NOBODY_REPEATS)
    assert await places(clinic, busy) == (2, 0)
    assert (await places(clinic, idle), await places(clinic, english)) == ((0, 0), (0, 0))
    view = await views.client(who)
    assert view.care is not None
    assert (view.care.therapist_id, view.wait) == (busy, None)


async def test_a_therapist_who_does_not_answer_in_two_working_days_is_passed_over(
    clinic: Clinic, cares: Cares, views: CareViews
) -> None:
    first, second = await clinic.therapist(), await clinic.therapist()
    who = await clinic.client()
    await cares.match(who, "ja", None, NOBODY_REPEATS)
    asked = first if (await views.therapist(as_therapist(first))).requests else second
    other = second if asked == first else first
    clinic.clock.advance(2 * 86400 + 1)
    await cares.end_offers()
    await cares.give_places()
    assert (await views.therapist(as_therapist(asked))).requests == ()
    assert len((await views.therapist(as_therapist(other))).requests) == 1
    clinic.clock.advance(3 * 86400)
    await cares.end_offers()
    await cares.give_places()
    assert await wait_states(clinic) == ["waiting"]  # nobody is asked twice


async def test_somebody_with_an_open_link_waits_under_a_new_name(clinic: Clinic, cares: Cares) -> None:
    therapist_id, _, _ = await full(clinic)
    with pytest.raises(Invalid):
        await cares.wait(clinic.visitor(), ANYBODY, None, NOBODY_REPEATS)
    newcomer = Newcomer("佐藤 一郎", "ichiro@example.com", "Asia/Tokyo", "ja")
    await cares.wait(clinic.visitor(), Place(therapist_id, "ja"), newcomer, NOBODY_REPEATS)
    assert await wait_states(clinic) == ["waiting"]


async def test_colleagues_and_people_kept_apart_do_not_meet(clinic: Clinic, cares: Cares) -> None:
    colleague = await clinic.therapist()
    assert clinic.employer_id is not None
    async with clinic.database.write() as connection:
        await accounts.entitle(connection, clinic.employer_id, colleague, clinic.clock.now())
    with pytest.raises(TherapistFull):
        await clinic.book(clinic.visitor(), colleague, WEDNESDAY)
    assert (await clinic.service.choice(clinic.visitor())).therapists == ()
    other, who = await clinic.therapist(), await clinic.client()
    await clinic.book(who, other, WEDNESDAY)
    async with clinic.database.read() as connection:
        care_id = (await connection.execute(sa.select(care.c.id))).scalar_one()
    await cares.end_care(who, care_id, apart=True, once=NOBODY_REPEATS)
    await cares.give_places()
    assert await clinic.statuses() == ["cancelled"]
    with pytest.raises(TherapistFull):
        await clinic.book(who, other, WEDNESDAY)
    await clinic.book(clinic.visitor(), other, WEDNESDAY)


async def test_ending_a_care_frees_the_place_and_tells_both_of_their_sessions(
    clinic: Clinic, cares: Cares
) -> None:
    therapist_id, who, care_id = await full(clinic)
    with pytest.raises(NotFound):
        await cares.end_care(await clinic.client(), care_id, apart=False, once=NOBODY_REPEATS)
    await cares.end_care(as_therapist(therapist_id), care_id, apart=True, once=NOBODY_REPEATS)
    await cares.give_places()
    assert await places(clinic, therapist_id) == (0, 0)
    assert [one["to"] for one in await clinic.events("booking.cancelled")] == ["client", "therapist"]
    assert await clinic.events("care.end_told") == [{"care_id": care_id, "to": "client"}]
    with pytest.raises(StatusConflict):
        await cares.end_care(who, care_id, apart=False, once=NOBODY_REPEATS)
    await clinic.book(who, therapist_id, WEDNESDAY)  # `apart` was the therapist's word: it does not count


async def test_staff_assign_by_the_same_rules_and_see_who_waits_and_where_places_are(
    clinic: Clinic, cares: Cares, views: CareViews
) -> None:
    therapist_id, who = await clinic.therapist(capacity=1), await clinic.client()
    operator = await staff(clinic)
    assert who.person_id is not None
    await cares.assign(operator, who.person_id, None, NOBODY_REPEATS)
    assert await places(clinic, therapist_id) == (1, 0)
    other = await clinic.client()
    with pytest.raises(TherapistFull):
        await cares.assign(operator, other.person_id or "", therapist_id, NOBODY_REPEATS)
    await cares.wait(other, Place(therapist_id, "ja"), None, NOBODY_REPEATS)
    (row,) = await views.queue(operator, 10, None)
    assert (row.name, row.wait.state, row.offer) == ("山田 花子", "waiting", None)
    (place,) = await views.places(operator, 50)
    assert (place.free, place.closed) == (0, "full")


async def test_whose_turn_it_is_speaks_the_language_that_is_waited_for(clinic: Clinic, cares: Cares) -> None:
    await clinic.therapist(languages=["ja"])
    speaks = await clinic.therapist(capacity=1, languages=["en"])
    await clinic.book(await clinic.client(), speaks, WEDNESDAY)
    who, operator = await clinic.client(), await staff(clinic)
    await cares.wait(who, Place(None, "en"), None, NOBODY_REPEATS)
    with pytest.raises(TherapistFull):
        await cares.assign(operator, who.person_id or "", None, NOBODY_REPEATS)
    async with clinic.database.write() as connection:
        await connection.execute(sa.update(therapist).where(therapist.c.id == speaks).values(capacity=2))
    await cares.assign(operator, who.person_id or "", None, NOBODY_REPEATS)
    assert await places(clinic, speaks) == (2, 0)


async def test_under_load_no_place_is_given_twice(clinic: Clinic, cares: Cares) -> None:
    therapists = [await clinic.therapist(capacity=2) for _ in range(3)]
    clients = [await clinic.client() for _ in range(16)]

    async def come(n: int, who: Identity) -> None:
        if n % 3 == 0:
            await cares.match(who, "ja", None, NOBODY_REPEATS)
        elif n % 3 == 1:
            await cares.wait(who, Place(therapists[n % 3], "ja"), None, NOBODY_REPEATS)
        else:
            await clinic.book(who, therapists[n % 3], WEDNESDAY + n * HOUR)

    await _gathered(*(come(n, who) for n, who in enumerate(clients)))
    await _gathered(*(cares.give_places() for _ in range(4)))
    for one in therapists:
        active, offers = await places(clinic, one)
        assert active + offers <= 2
    async with clinic.database.read() as connection:
        offered = list((await connection.execute(sa.select(care_offer.c.id))).scalars())
    clinic.clock.advance(20 * 86400)
    await _gathered(*(cares.end_offers() for _ in range(4)))
    assert offered
    for one in therapists:
        assert (await places(clinic, one))[1] == 0


async def _gathered(*work: Any) -> None:
    """All of it; what is refused is refused for a reason we know."""
    for outcome in await asyncio.gather(*work, return_exceptions=True):
        assert outcome is None or isinstance(outcome, TodokuError | str), repr(outcome)


async def test_a_booking_made_by_others_needs_no_queue(clinic: Clinic, cares: Cares) -> None:
    therapist_id, _, _ = await full(clinic)
    await cares.wait(await clinic.client(), ANYBODY, None, NOBODY_REPEATS)
    async with clinic.database.write() as connection:
        await connection.execute(sa.update(therapist).values(capacity=2))
    known = await clinic.person("以前の方", "client")
    await clinic.on_behalf(therapist_id, known, WEDNESDAY + DAY)
    assert await places(clinic, therapist_id) == (2, 0)
    async with clinic.database.read() as connection:
        assert (await connection.execute(sa.select(sa.func.count(booking.c.id)))).scalar_one() == 2
