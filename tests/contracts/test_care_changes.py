"""Handover and leave, decided by the client, on both databases."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from accounts import service as accounts
from core.errors import Invalid, NotFound
from core.http import Identity
from core.ids import PersonId, new_id
from scheduler import offer_store
from scheduler.care_views import CareViews
from scheduler.cares import Cares
from scheduler.changes import Changes
from scheduler.errors import (
    CareElsewhere,
    SlotNotOffered,
    StatusConflict,
    TherapistFull,
    TherapistUnknown,
)
from scheduler.handing import Shared
from scheduler.join_links import JoinLinks
from scheduler.model import Span
from scheduler.pace_service import Away, PaceService
from scheduler.tables import therapist
from scheduler.week import WeekService
from tests.contracts.caring import as_therapist, full, places
from tests.scheduler.clinic import NOBODY_REPEATS, PUBLIC_URL, WEDNESDAY, Clinic

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
NOTHING = Shared("none")
Hinder = Callable[[Clinic, Identity, PersonId], Awaitable[None]]


@pytest.fixture
def cares(clinic: Clinic) -> Cares:
    return Cares(clinic.database, clinic.config, clinic.clock)


@pytest.fixture
def views(clinic: Clinic) -> CareViews:
    return CareViews(clinic.database, clinic.config, clinic.clock)


async def test_a_handover_is_the_clients_to_decide_and_one_step(
    clinic: Clinic, cares: Cares, views: CareViews
) -> None:
    old, who, care_id = await full(clinic)
    new = await clinic.therapist(capacity=1)
    with pytest.raises(NotFound):
        await cares.hand_over(as_therapist(new), care_id, new, None, NOBODY_REPEATS)
    handover_id = await cares.hand_over(as_therapist(old), care_id, new, "右肩から", NOBODY_REPEATS)
    assert (await places(clinic, old), await places(clinic, new)) == ((1, 0), (0, 1))
    with pytest.raises(NotFound):  # the therapists do not decide
        await cares.decide_handover(as_therapist(new), handover_id, NOTHING, NOBODY_REPEATS)
    view = await views.client(who)
    assert ([one.id for one in view.handovers], view.offer) == ([handover_id], None)
    assert len(view.sessions) == 1
    await cares.decide_handover(who, handover_id, Shared("all"), NOBODY_REPEATS)
    assert (await places(clinic, old), await places(clinic, new)) == ((0, 0), (1, 0))
    assert await clinic.statuses() == ["cancelled"]
    (row,) = (await views.therapist(as_therapist(new))).clients
    assert row.note == "右肩から"
    with pytest.raises(CareElsewhere):
        await clinic.book(who, old, WEDNESDAY)
    await clinic.book(who, new, WEDNESDAY)
    with pytest.raises(StatusConflict):
        await cares.decide_handover(who, handover_id, None, NOBODY_REPEATS)


async def test_a_handover_that_is_declined_or_forgotten_changes_nothing(
    clinic: Clinic, cares: Cares, views: CareViews
) -> None:
    old, who, care_id = await full(clinic)
    new = await clinic.therapist(capacity=1)
    first = await cares.hand_over(as_therapist(old), care_id, new, None, NOBODY_REPEATS)
    await cares.decide_handover(who, first, None, NOBODY_REPEATS)
    assert (await places(clinic, old), await places(clinic, new)) == ((1, 0), (0, 0))
    await cares.hand_over(as_therapist(old), care_id, new, None, NOBODY_REPEATS)
    clinic.clock.advance(8 * 86400)
    await cares.end_offers()
    assert (await places(clinic, old), await places(clinic, new)) == ((1, 0), (0, 0))
    assert (await views.client(who)).handovers == ()


async def on_leave(clinic: Clinic, therapist_id: PersonId, cover: PersonId | None) -> None:
    """Away for ten days, from Wednesday midnight in Tokyo on."""
    pace = PaceService(clinic.database, clinic.config, clinic.clock)
    since = WEDNESDAY - 9 * HOUR
    away = Away(Span(since, since + 10 * DAY), "leave", cover)
    await pace.add_time_off(as_therapist(therapist_id), away)


async def test_during_a_long_leave_the_client_chooses_and_cover_is_for_that_time_only(
    clinic: Clinic, cares: Cares, views: CareViews
) -> None:
    away, who, _ = await full(clinic)
    cover = await clinic.therapist(capacity=0)  # covers, and takes nobody new
    await on_leave(clinic, away, cover)
    assert await clinic.statuses() == ["confirmed"]  # nothing is cancelled silently
    seen = await views.client(who)
    (asked,) = seen.choices
    assert seen.transferable == set()  # so a change for good is not offered
    assert (asked.choice, asked.cover_id) == (None, cover)
    assert [one["choice_id"] for one in await clinic.events("leave.asked")] == [asked.id]
    with pytest.raises(CareElsewhere):
        await clinic.book(who, cover, WEDNESDAY + DAY)
    await cares.choose_leave(who, asked.id, "cover", NOTHING, NOBODY_REPEATS)
    offered = {one.therapist.id for one in (await clinic.service.choice(who)).therapists}
    assert offered == {away, cover}
    booked = (await clinic.book(who, cover, WEDNESDAY + DAY)).visit.booking_id
    assert (await places(clinic, away), await places(clinic, cover)) == ((1, 0), (0, 0))
    after = WEDNESDAY + 11 * DAY
    with pytest.raises(CareElsewhere):
        await clinic.book(who, cover, after)
    links = JoinLinks(clinic.database, clinic.clock, PUBLIC_URL, clinic.secret)
    changes = Changes(clinic.database, clinic.config, clinic.clock, links)
    with pytest.raises(SlotNotOffered):
        await changes.move(as_therapist(cover), booked, after, NOBODY_REPEATS)
    await cares.choose_leave(who, asked.id, "wait", NOTHING, NOBODY_REPEATS)
    with pytest.raises(CareElsewhere):
        await clinic.book(who, cover, WEDNESDAY + 2 * DAY)


async def test_a_client_may_change_to_the_cover_for_good(
    clinic: Clinic, cares: Cares, views: CareViews
) -> None:
    away, who, _ = await full(clinic)
    cover = await clinic.therapist(capacity=1)
    await on_leave(clinic, away, cover)
    seen = await views.client(who)
    (asked,) = seen.choices
    assert seen.transferable == {asked.cover_id}
    with pytest.raises(NotFound):
        await cares.choose_leave(await clinic.client(), asked.id, "transfer", NOTHING, NOBODY_REPEATS)
    await cares.choose_leave(who, asked.id, "transfer", Shared("all"), NOBODY_REPEATS)
    assert (await places(clinic, away), await places(clinic, cover)) == ((0, 0), (1, 0))
    with pytest.raises(NotFound):
        await cares.choose_leave(who, new_id(), "wait", NOTHING, NOBODY_REPEATS)


async def apart(clinic: Clinic, who: Identity, cover: PersonId) -> None:
    """The client does not want to meet them."""
    async with clinic.database.write() as connection:
        await offer_store.keep_apart(connection, who.person_id or "", cover, clinic.clock.now())


async def of_one_company(clinic: Clinic, who: Identity, cover: PersonId) -> None:
    assert clinic.employer_id is not None
    async with clinic.database.write() as connection:
        for one in (PersonId(who.person_id or ""), cover):
            await accounts.entitle(connection, clinic.employer_id, one, clinic.clock.now())


async def without_licence(clinic: Clinic, _who: Identity, cover: PersonId) -> None:
    await changed(clinic, cover, licence_verified_at=None)


async def licence_over(clinic: Clinic, _who: Identity, cover: PersonId) -> None:
    await changed(clinic, cover, licence_expires_at=clinic.clock.now())


async def pausing(clinic: Clinic, _who: Identity, cover: PersonId) -> None:
    await changed(clinic, cover, pause_new=True)


async def changed(clinic: Clinic, therapist_id: PersonId, **values: object) -> None:
    async with clinic.database.write() as connection:
        change = sa.update(therapist).where(therapist.c.id == therapist_id).values(**values)
        await connection.execute(change)


@pytest.mark.parametrize("hinder", [apart, of_one_company, without_licence, licence_over, pausing])
async def test_who_could_not_take_a_care_is_shown_neither_to_the_client_nor_to_the_therapist(
    clinic: Clinic, cares: Cares, views: CareViews, hinder: Hinder
) -> None:
    away, who, care_id = await full(clinic)
    cover = await clinic.therapist(capacity=1)
    await on_leave(clinic, away, cover)
    week = WeekService(clinic.database, clinic.clock)
    assert [one.id for one in await week.colleagues(as_therapist(away), care_id)] == [cover]
    await hinder(clinic, who, cover)
    seen = await views.client(who)
    assert seen.transferable == set()
    assert await week.colleagues(as_therapist(away), care_id) == []
    with pytest.raises((TherapistFull, TherapistUnknown)):
        await cares.choose_leave(who, seen.choices[0].id, "transfer", NOTHING, NOBODY_REPEATS)
    with pytest.raises((TherapistFull, TherapistUnknown)):
        await cares.hand_over(as_therapist(away), care_id, cover, None, NOBODY_REPEATS)


async def test_nobody_can_be_changed_to_while_another_place_is_kept(
    clinic: Clinic, cares: Cares, views: CareViews
) -> None:
    away, who, care_id = await full(clinic)
    cover, other = await clinic.therapist(capacity=1), await clinic.therapist(capacity=1)
    await on_leave(clinic, away, cover)
    await cares.hand_over(as_therapist(away), care_id, other, None, NOBODY_REPEATS)
    seen = await views.client(who)
    assert seen.transferable == set()
    with pytest.raises(StatusConflict):
        await cares.choose_leave(who, seen.choices[0].id, "transfer", NOTHING, NOBODY_REPEATS)
    await cares.decide_handover(who, seen.handovers[0].id, None, NOBODY_REPEATS)
    assert (await views.client(who)).transferable == {cover}


async def test_who_could_take_over_a_care_is_told_to_its_therapist_alone(clinic: Clinic) -> None:
    _, _, care_id = await full(clinic)
    other, week = await clinic.therapist(), WeekService(clinic.database, clinic.clock)
    for wrong in (care_id, new_id()):
        with pytest.raises(NotFound):
            await week.colleagues(as_therapist(other), wrong)


async def test_without_a_cover_one_can_only_wait(clinic: Clinic, cares: Cares, views: CareViews) -> None:
    away, who, _ = await full(clinic)
    await on_leave(clinic, away, None)
    (asked,) = (await views.client(who)).choices
    with pytest.raises(Invalid):
        await cares.choose_leave(who, asked.id, "cover", NOTHING, NOBODY_REPEATS)
    await cares.choose_leave(who, asked.id, "wait", NOTHING, NOBODY_REPEATS)
