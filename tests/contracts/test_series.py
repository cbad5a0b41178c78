"""Series and bookings on behalf, on both databases: whole or as far as said, and never over a session."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from core.errors import Denied, NotFound, TodokuError
from core.http import Identity
from core.ids import PersonId, new_id
from core.mail import Mail
from scheduler.changes import Changes
from scheduler.errors import (
    CareElsewhere,
    ClientBusy,
    SlotNotOffered,
    SlotTaken,
    StatusConflict,
    TherapistFull,
    TooLate,
)
from scheduler.mail_frame import Frame
from scheduler.once import Once
from scheduler.series import Repeat
from scheduler.series_mail import SeriesMails
from scheduler.series_service import Arranging, OnBehalf
from scheduler.tables import booking
from tests.contracts.test_changing import therapist_of
from tests.contracts.test_session_types import add_type, set_pace
from tests.fakes import FakeClock
from tests.scheduler.clinic import NOBODY_REPEATS, PUBLIC_URL, WEDNESDAY, Clinic, wish
from tests.scheduler.test_calendar_file import HEALTH, Letterbox

WEEK = timedelta(weeks=1)
EVERY_SECOND = Repeat(2, 4)
NIGHT = WEDNESDAY + timedelta(hours=13)  # 22:00 in Tokyo


async def staff(clinic: Clinic) -> Identity:
    return Identity(await clinic.person("運営", "staff"), frozenset({"staff"}), new_id(), "account")


async def rows(clinic: Clinic) -> list[sa.Row[Any]]:
    async with clinic.database.read() as connection:
        return list(await connection.execute(sa.select(booking).order_by(booking.c.starts_at, booking.c.id)))


async def sent(clinic: Clinic, kind: str) -> list[Mail]:
    letterbox = Letterbox()
    mails = SeriesMails(clinic.database, clinic.service, letterbox, clinic.clock, Frame(False))
    for payload in await clinic.events(f"series.{kind}"):
        await mails.handlers()[f"series.{kind}"][0](payload)
    return letterbox.mails


async def test_a_series_is_made_at_once_and_told_in_one_mail_with_each_sessions_own_entry(
    clinic: Clinic, arranging: Arranging
) -> None:
    therapist_id = await clinic.therapist(capacity=1)
    order = wish(therapist_id, WEDNESDAY)
    made = await arranging.book(clinic.visitor(), order, EVERY_SECOND, NOBODY_REPEATS)
    found = await rows(clinic)
    assert [one.starts_at - WEDNESDAY for one in found] == [0 * WEEK, 2 * WEEK, 4 * WEEK, 6 * WEEK]
    assert {(one.status, one.series_id) for one in found} == {("confirmed", made.series_id)}
    assert await clinic.load(therapist_id) == (1, 1)
    assert await clinic.events("booking.confirmed") == []
    assert len(await clinic.events("booking.reminder")) >= 8
    client, therapist = await sent(clinic, "arranged")
    for mail in (client, therapist):
        events = [Calendar.from_ical(part.content).walk("VEVENT")[0] for part in mail.attachments]
        assert [str(event["uid"]) for event in events] == [one.uid for one in found]
        assert HEALTH.search(mail.subject + mail.text.replace("/therapist", "")) is None
    assert client.text.count(f"{PUBLIC_URL}/change/") == 4
    assert client.text.count(f"参加リンク: {PUBLIC_URL}/join/") == 4
    assert client.html.count('<a href="https://') == 8
    assert "/change/" not in therapist.text
    again = await sent(clinic, "arranged")
    assert [mail.message_id for mail in again] == [client.message_id, therapist.message_id]


async def test_all_or_nothing_makes_nothing_where_one_is_taken_and_says_what_is_free_instead(
    clinic: Clinic, arranging: Arranging
) -> None:
    therapist_id = await clinic.therapist()
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + 2 * WEEK)
    who, order = clinic.visitor(), wish(therapist_id, WEDNESDAY)
    seen = await arranging.preview(who, order, EVERY_SECOND)
    assert [one.why for one in seen.occurrences] == [None, "taken", None, None]
    with pytest.raises(SlotTaken) as refused:
        await arranging.book(who, order, EVERY_SECOND, NOBODY_REPEATS)
    [conflict] = refused.value.extra["conflicts"]
    assert conflict["starts_at"] == "2026-12-09T00:00:00Z"
    assert conflict["alternatives"][0]["starts_at"] == "2026-12-09T01:00:00Z"
    assert len(await rows(clinic)) == 1
    assert await clinic.load(therapist_id) == (1, 1)
    made = await arranging.book(who, order, replace(EVERY_SECOND, whole=False), NOBODY_REPEATS)
    assert ([one["why"] for one in made.conflicts], len(made.visits)) == (["taken"], 3)


async def test_only_the_first_must_lie_in_the_booking_window_and_hours_and_pace_hold_for_all(
    clinic: Clinic, arranging: Arranging
) -> None:
    therapist_id = await clinic.therapist()
    who = clinic.visitor()
    seen = await arranging.preview(who, wish(therapist_id, WEDNESDAY), Repeat(8, 12))
    assert {one.why for one in seen.occurrences[:6]} == {None}
    assert {one.why for one in seen.occurrences[7:]} == {"not_offered"}  # the licence ends
    outside = wish(therapist_id, WEDNESDAY + timedelta(days=40))
    assert (await arranging.preview(who, outside, Repeat(1, 2))).occurrences[0].why == "not_offered"
    await set_pace(clinic, therapist_id, sessions_per_day=1)
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY + 2 * WEEK + timedelta(hours=3))
    seen = await arranging.preview(who, wish(therapist_id, WEDNESDAY), EVERY_SECOND)
    assert [one.why for one in seen.occurrences] == [None, "not_offered", None, None]


async def test_the_same_request_again_is_the_same_series(clinic: Clinic, arranging: Arranging) -> None:
    therapist_id, who, once = await clinic.therapist(), clinic.visitor(), Once("key", b"series")
    order = wish(therapist_id, WEDNESDAY)
    answers = await asyncio.gather(
        *(arranging.book(who, order, EVERY_SECOND, once) for _ in range(8)), return_exceptions=True
    )
    assert {getattr(one, "series_id", one) for one in answers} == {answers[0].series_id}  # type: ignore[union-attr]
    assert len(await rows(clinic)) == 4


async def test_many_who_want_crossing_series_are_never_half_served(
    clinic: Clinic, arranging: Arranging
) -> None:
    """Each goes for the times of others; a series is there whole or not at all, and nobody waits for good."""
    therapist_id = await clinic.therapist(capacity=64)
    orders = [(wish(therapist_id, WEDNESDAY + n % 4 * WEEK), Repeat(1 + n % 3, 4)) for n in range(24)]
    async with asyncio.timeout(60):
        outcomes = await asyncio.gather(
            *(arranging.book(clinic.visitor(), *order, NOBODY_REPEATS) for order in orders),
            return_exceptions=True,
        )
    made = [one for one in outcomes if not isinstance(one, BaseException)]
    assert {type(one) for one in outcomes if isinstance(one, BaseException)} == {SlotTaken}
    found = await rows(clinic)
    assert len(found) == 4 * len(made) > 0
    assert len({one.starts_at for one in found}) == len(found)
    assert await clinic.load(therapist_id) == (len(made), len(made))


async def test_a_kind_that_needs_approval_makes_requests(clinic: Clinic, arranging: Arranging) -> None:
    therapist_id = await clinic.therapist()
    await add_type(clinic, therapist_id, approval=True)
    order = wish(therapist_id, WEDNESDAY)
    await arranging.book(clinic.visitor(), order, Repeat(1, 3), NOBODY_REPEATS)
    assert await clinic.statuses() == ["requested"] * 3
    client, therapist = await sent(clinic, "arranged")
    assert client.attachments == therapist.attachments == ()
    assert "お申し込み" in client.text


async def test_one_session_of_a_series_is_cancelled_alone_and_the_later_ones_together(
    clinic: Clinic, arranging: Arranging, changes: Changes
) -> None:
    therapist_id, who = await clinic.therapist(), clinic.visitor()
    order = wish(therapist_id, WEDNESDAY)
    made = await arranging.book(who, order, EVERY_SECOND, NOBODY_REPEATS)
    ids = [one.booking_id for one in made.visits]
    await changes.cancel(who, ids[2], None, NOBODY_REPEATS)
    once = Once("key", b"later")
    for _ in range(2):
        gone = await arranging.cancel_later(who, ids[1], "出張", once)
        assert (gone.booking_id, gone.status, gone.cancelled_by) == (ids[1], "cancelled", "client")
    assert await clinic.statuses() == ["confirmed", "cancelled", "cancelled", "cancelled"]
    client, _ = await sent(clinic, "cancelled")
    methods = [str(Calendar.from_ical(part.content)["method"]) for part in client.attachments]
    assert methods == ["CANCEL", "CANCEL"]
    assert len((await sent(clinic, "arranged"))[0].attachments) == 1  # a late mail leaves out what is gone
    await arranging.cancel_later(who, ids[0], None, NOBODY_REPEATS)
    assert await clinic.load(therapist_id) == (0, 0)


async def test_cancelling_later_ones_keeps_the_cut_off_and_is_for_series_alone(
    clinic: Clinic, arranging: Arranging, clock: FakeClock
) -> None:
    therapist_id, who = await clinic.therapist(), clinic.visitor()
    single = (await clinic.book(who, therapist_id, WEDNESDAY + timedelta(hours=2))).visit.booking_id
    with pytest.raises(StatusConflict):
        await arranging.cancel_later(who, single, None, NOBODY_REPEATS)
    client = await clinic.client()
    order = wish(therapist_id, WEDNESDAY)
    made = await arranging.book(client, order, EVERY_SECOND, NOBODY_REPEATS)
    with pytest.raises(NotFound):
        await arranging.cancel_later(who, made.visits[0].booking_id, None, NOBODY_REPEATS)
    clock.advance((WEDNESDAY - timedelta(hours=1) - clock.now()).total_seconds())
    with pytest.raises(TooLate):
        await arranging.cancel_later(client, made.visits[0].booking_id, None, NOBODY_REPEATS)
    assert (await clinic.statuses()).count("confirmed") == 5
    by_therapist = therapist_of(therapist_id)
    await arranging.cancel_later(by_therapist, made.visits[0].booking_id, None, NOBODY_REPEATS)
    assert (await clinic.statuses()).count("confirmed") == 1


async def in_care(clinic: Clinic) -> tuple[PersonId, PersonId]:
    """A therapist with a client."""
    therapist_id, who = await clinic.therapist(), await clinic.client()
    await clinic.book(who, therapist_id, WEDNESDAY)
    assert who.person_id is not None
    return therapist_id, who.person_id


async def test_a_therapist_books_for_their_own_client_outside_hours_and_never_over_a_session(
    clinic: Clinic, arranging: Arranging
) -> None:
    therapist_id, client_id = await in_care(clinic)
    own, once = therapist_of(therapist_id), Once("key", b"on behalf")
    order = OnBehalf("", NIGHT, client_id=client_id)
    for _ in range(2):
        made = await arranging.book(own, order, Repeat(), once)
    assert (made.series_id, made.visits[0].status, made.visits[0].role) == (None, "confirmed", "therapist")
    found = (await rows(clinic))[1]
    assert (found.starts_at, found.arranged_by, found.client_id) == (NIGHT, therapist_id, client_id)
    assert [one["to"] for one in await clinic.events("booking.confirmed")][-2:] == ["client", "therapist"]
    other = await clinic.client()
    await clinic.book(other, therapist_id, WEDNESDAY + timedelta(hours=3))
    assert other.person_id is not None
    for half, refused in ((0, ClientBusy), (3, SlotTaken)):
        over = replace(order, starts_at=WEDNESDAY + timedelta(hours=half, minutes=15))
        with pytest.raises(refused):
            await arranging.book(own, over, Repeat(), NOBODY_REPEATS)
    with pytest.raises(SlotNotOffered):
        past = replace(order, starts_at=clinic.clock.now() - timedelta(minutes=1))
        await arranging.book(own, past, Repeat(), NOBODY_REPEATS)


async def test_nobody_books_for_a_client_that_is_not_theirs(clinic: Clinic, arranging: Arranging) -> None:
    therapist_id, client_id = await in_care(clinic)
    colleague = await clinic.therapist()
    stranger = await clinic.person("だれか", "client")
    order = OnBehalf("", NIGHT, client_id=client_id)
    for who, one in (
        (therapist_of(colleague), order),
        (therapist_of(therapist_id), replace(order, client_id=stranger)),
        (therapist_of(therapist_id), replace(order, client_id=colleague)),
    ):
        with pytest.raises(NotFound):
            await arranging.book(who, one, Repeat(), NOBODY_REPEATS)
    with pytest.raises(Denied):
        await arranging.book(
            therapist_of(therapist_id), replace(order, therapist_id=colleague), Repeat(), NOBODY_REPEATS
        )
    with pytest.raises(Denied):
        await arranging.book(clinic.visitor(), order, Repeat(), NOBODY_REPEATS)


async def test_staff_assign_a_client_by_booking_if_there_is_a_place(
    clinic: Clinic, arranging: Arranging
) -> None:
    actor, therapist_id = await staff(clinic), await clinic.therapist(capacity=1)
    first, second = await clinic.person("一人目", "client"), await clinic.person("二人目", "client")
    order = OnBehalf(therapist_id, NIGHT, client_id=first)
    made = await arranging.book(actor, order, Repeat(1, 2), NOBODY_REPEATS)
    assert len(made.visits) == 2
    assert await clinic.load(therapist_id) == (1, 1)
    with pytest.raises(TherapistFull):
        full = replace(order, client_id=second, starts_at=NIGHT + timedelta(hours=2))
        await arranging.book(actor, full, Repeat(), NOBODY_REPEATS)
    elsewhere = replace(order, therapist_id=await clinic.therapist())
    with pytest.raises(CareElsewhere):
        await arranging.book(actor, elsewhere, Repeat(), NOBODY_REPEATS)
    [found] = await arranging.clients(actor, "一人")
    assert (found.id, found.therapist_id, found.next_session_at) == (first, therapist_id, NIGHT)
    assert [one.id for one in await arranging.clients(therapist_of(therapist_id), None)] == [first]
    assert await arranging.clients(actor, "%") == []


async def test_the_last_place_and_the_last_time_go_to_one_of_many(
    clinic: Clinic, arranging: Arranging
) -> None:
    """Clients and staff at once on one evening."""
    actor, therapist_id = await staff(clinic), await clinic.therapist(capacity=64)
    people = [await clinic.person(f"人 {n}", "client") for n in range(16)]
    outcomes = await asyncio.gather(
        *(
            arranging.book(actor, OnBehalf(therapist_id, NIGHT, client_id=one), Repeat(1, 3), NOBODY_REPEATS)
            for one in people
        ),
        return_exceptions=True,
    )
    assert all(isinstance(one, TodokuError) for one in outcomes if isinstance(one, BaseException))
    assert sum(not isinstance(one, BaseException) for one in outcomes) == 1
    assert len(await rows(clinic)) == 3
    assert await clinic.load(therapist_id) == (1, 1)
