"""Requests of a series answered in one step: all that wait, told in one mail, on both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.errors import Denied, NotFound
from core.http import Identity
from core.ids import PersonId, new_id
from core.mail import Mail
from scheduler import invariants
from scheduler.changes import Changes
from scheduler.errors import StatusConflict
from scheduler.mail_frame import Frame
from scheduler.series import Repeat
from scheduler.series_mail import SeriesMails
from scheduler.series_service import Arranging
from scheduler.tables import booking
from tests.contracts.test_changing import therapist_of
from tests.contracts.test_session_types import add_type
from tests.fakes import FakeClock
from tests.scheduler.clinic import NOBODY_REPEATS, PUBLIC_URL, WEDNESDAY, Clinic, wish
from tests.scheduler.test_calendar_file import HEALTH, Letterbox

WEEK = timedelta(weeks=1)


async def asked_for(clinic: Clinic, arranging: Arranging, who: Identity) -> tuple[PersonId, str, list[str]]:
    """A therapist, and three weekly sessions they have yet to answer."""
    therapist_id = await clinic.therapist(capacity=1)
    await add_type(clinic, therapist_id, approval=True)
    made = await arranging.book(who, wish(therapist_id, WEDNESDAY), Repeat(1, 3), NOBODY_REPEATS)
    assert await clinic.statuses() == ["requested"] * 3
    return therapist_id, made.series_id or "", [one.booking_id for one in made.visits]


async def sent(clinic: Clinic, kind: str) -> list[Mail]:
    letterbox = Letterbox()
    mails = SeriesMails(clinic.database, clinic.service, letterbox, clinic.clock, Frame(answered=False))
    for payload in await clinic.events(f"series.{kind}"):
        await mails.handlers()[f"series.{kind}"][0](payload)
    return letterbox.mails


async def wrong(clinic: Clinic) -> list[invariants.Broken]:
    async with clinic.database.read() as connection:
        return await invariants.broken(connection, clinic.clock.now())


async def test_all_that_wait_are_taken_at_once_and_told_in_one_mail(
    clinic: Clinic, arranging: Arranging, changes: Changes
) -> None:
    therapist_id, series_id, ids = await asked_for(clinic, arranging, clinic.visitor())
    own = therapist_of(therapist_id)
    await changes.approve(own, ids[1], NOBODY_REPEATS)
    answered = await arranging.approve(own, series_id, NOBODY_REPEATS)
    assert [one.booking_id for one in answered.visits] == [ids[0], ids[2]]
    assert {(one.status, one.sequence) for one in answered.visits} == {("confirmed", 1)}
    assert await clinic.statuses() == ["confirmed"] * 3
    assert len(await clinic.events("booking.confirmed")) == 2  # of the one that was answered alone
    reminded = {one["booking_id"] for one in await clinic.events("booking.reminder")}
    assert reminded == set(ids)
    client, therapist = await sent(clinic, "confirmed")
    assert [len(one.attachments) for one in (client, therapist)] == [2, 2]
    assert client.text.count(f"参加リンク: {PUBLIC_URL}/join/") == 2
    assert "面談が予約されました" in client.text
    assert HEALTH.search(client.subject + client.text) is None
    assert await sent(clinic, "arranged") == []  # by now it says nothing that is still so
    again = await arranging.approve(own, series_id, NOBODY_REPEATS)
    assert {one.sequence for one in again.visits} == {1}
    assert len(await clinic.events("series.confirmed")) == 2
    assert await wrong(clinic) == []


async def test_all_are_declined_with_one_reason_and_the_place_is_free(
    clinic: Clinic, arranging: Arranging
) -> None:
    therapist_id, series_id, _ = await asked_for(clinic, arranging, clinic.visitor())
    own = therapist_of(therapist_id)
    answered = await arranging.decline(own, series_id, "その曜日は難しくなりました", NOBODY_REPEATS)
    assert {(one.status, one.cancelled_by) for one in answered.visits} == {("cancelled", "therapist")}
    async with clinic.database.read() as connection:
        reasons = (await connection.execute(sa.select(booking.c.reason))).scalars().all()
    assert reasons == ["その曜日は難しくなりました"] * 3
    assert await clinic.load(therapist_id) == (0, 0)
    client, therapist = await sent(clinic, "declined")
    assert client.attachments == therapist.attachments == ()  # nothing stands in any calendar
    assert "1. 2026年11月25日(水)" in client.text
    assert "難しく" not in client.text
    assert len(await clinic.events("booking.declined")) == 0
    for answer in (
        arranging.approve(own, series_id, NOBODY_REPEATS),
        arranging.decline(own, series_id, None, NOBODY_REPEATS),
    ):
        with pytest.raises(StatusConflict):
            await answer
    assert await wrong(clinic) == []


async def test_one_that_is_left_is_answered_as_if_it_were_alone(
    clinic: Clinic, arranging: Arranging, changes: Changes
) -> None:
    therapist_id, series_id, ids = await asked_for(clinic, arranging, clinic.visitor())
    own = therapist_of(therapist_id)
    for one in ids[:2]:
        await changes.decline(own, one, None, NOBODY_REPEATS)
    await arranging.approve(own, series_id, NOBODY_REPEATS)
    assert await clinic.statuses() == ["cancelled", "cancelled", "confirmed"]
    assert (await clinic.events("series.confirmed"), len(await clinic.events("booking.confirmed"))) == ([], 2)


async def test_what_can_no_longer_be_answered_is_not_taken_with_the_others(
    clinic: Clinic, arranging: Arranging, clock: FakeClock
) -> None:
    therapist_id, series_id, ids = await asked_for(clinic, arranging, clinic.visitor())
    clock.advance((WEDNESDAY - clock.now()).total_seconds())  # the first begins
    answered = await arranging.approve(therapist_of(therapist_id), series_id, NOBODY_REPEATS)
    assert [one.booking_id for one in answered.visits] == ids[1:]
    assert await clinic.statuses() == ["requested", "confirmed", "confirmed"]


async def test_what_nobody_answers_in_time_ends_in_one_step(
    clinic: Clinic, arranging: Arranging, changes: Changes, clock: FakeClock
) -> None:
    therapist_id, series_id, ids = await asked_for(clinic, arranging, clinic.visitor())
    clock.advance(timedelta(hours=clinic.config.approve_within_h).total_seconds() + 1)
    with pytest.raises(StatusConflict):
        await arranging.approve(therapist_of(therapist_id), series_id, NOBODY_REPEATS)
    await changes.expire_requests()
    assert await clinic.statuses() == ["cancelled"] * 3
    events = await clinic.events("series.declined")
    assert sorted((one["to"], sorted(one["bookings"])) for one in events) == [
        ("client", sorted(ids)),
        ("therapist", sorted(ids)),
    ]
    assert await clinic.events("booking.declined") == []
    assert await clinic.load(therapist_id) == (0, 0)


async def test_requests_are_their_therapists_or_staffs_to_answer(
    clinic: Clinic, arranging: Arranging
) -> None:
    who = await clinic.client()
    _, series_id, _ = await asked_for(clinic, arranging, who)
    colleague = therapist_of(await clinic.therapist())
    staff = Identity(await clinic.person("運営", "staff"), frozenset({"staff"}), new_id(), "account")
    for asker, refusal in ((who, Denied), (colleague, NotFound), (clinic.visitor(), NotFound)):
        with pytest.raises(refusal):
            await arranging.approve(asker, series_id, NOBODY_REPEATS)
        with pytest.raises(refusal):
            await arranging.decline(asker, series_id, None, NOBODY_REPEATS)
    with pytest.raises(NotFound):
        await arranging.approve(staff, "unknown", NOBODY_REPEATS)
    await arranging.approve(staff, series_id, NOBODY_REPEATS)
    assert await clinic.statuses() == ["confirmed"] * 3
