"""What people are told when a booking changes, and what is not sent any more because it is no longer so."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from core.config import MailConfig
from core.http import Identity
from core.ids import PersonId, new_id
from core.mail import Mail, compose
from scheduler import pace_store, settled_store, store, telling
from scheduler.changes import Changes
from scheduler.letters import SUBJECTS, TO_CLIENT, TO_THERAPIST
from scheduler.mail import STANDS, BookingMails
from scheduler.mail_frame import Frame
from scheduler.model import Status
from scheduler.outcome import Outcome
from tests.contracts.test_session_types import add_type
from tests.fakes import FakeClock
from tests.scheduler.clinic import NOBODY_REPEATS, PUBLIC_URL, SENDER, WEDNESDAY, Clinic
from tests.scheduler.test_calendar_file import HEALTH, Letterbox

LATER = WEDNESDAY + timedelta(hours=3)


async def sent(clinic: Clinic, kind: str, *, answered: bool = False, help_contact: str = "") -> list[Mail]:
    """The mails that the events of this kind lead to now."""
    letterbox, frame = Letterbox(), Frame(answered, help_contact)
    mails = BookingMails(clinic.database, clinic.service, letterbox, clinic.clock, frame)
    for payload in await clinic.events(f"booking.{kind}"):
        await mails.handlers()[f"booking.{kind}"][0](payload)
    return letterbox.mails


def entry(mail: Mail) -> tuple[str, str, int, str]:
    """(method, status, sequence, uid) of the calendar entry."""
    [part] = mail.attachments
    calendar = Calendar.from_ical(part.content)
    [event] = calendar.walk("VEVENT")
    assert f"method={calendar['method']}" in part.content_type
    return str(calendar["method"]), str(event["status"]), int(str(event["sequence"])), str(event["uid"])


async def test_every_occasion_has_words_for_both_in_both_languages() -> None:
    assert set(TO_CLIENT) == set(TO_THERAPIST) == set(STANDS)
    for subjects in SUBJECTS.values():
        assert set(subjects) == set(STANDS)
        assert len(set(subjects.values())) == len(subjects)  # each can be told from the others
        assert HEALTH.search(" ".join(subjects.values())) is None
    for letters in (*TO_CLIENT.values(), *TO_THERAPIST.values()):
        assert set(letters) == {"ja", "en"}
        for letter in letters.values():
            assert HEALTH.search(" ".join((*letter.lines, *letter.after))) is None


async def test_a_move_is_told_with_the_same_uid_and_a_higher_sequence(
    clinic: Clinic, changes: Changes
) -> None:
    who, therapist_id = clinic.visitor(), await clinic.therapist()
    booking_id = (await clinic.book(who, therapist_id, WEDNESDAY)).visit.booking_id
    first, _ = await sent(clinic, "confirmed")
    await changes.move(who, booking_id, LATER, NOBODY_REPEATS)
    to_client, to_therapist = await sent(clinic, "changed")
    assert "2026年11月25日(水) 12:00–12:45" in to_client.text
    assert entry(first)[:3] == ("REQUEST", "CONFIRMED", 0)
    assert entry(to_client) == ("REQUEST", "CONFIRMED", 1, entry(first)[3])
    assert entry(to_therapist) == entry(to_client)
    assert len({first.message_id, to_client.message_id, to_therapist.message_id}) == 3
    assert first.thread == to_client.thread != to_therapist.thread
    assert await sent(clinic, "confirmed") == []  # what it says is no longer so


async def test_cancelling_takes_the_calendar_entry_back(clinic: Clinic, changes: Changes) -> None:
    who, therapist_id = clinic.visitor(), await clinic.therapist()
    booking_id = (await clinic.book(who, therapist_id, WEDNESDAY)).visit.booking_id
    await changes.cancel(who, booking_id, "腰が痛い", NOBODY_REPEATS)
    for mail in await sent(clinic, "cancelled"):
        assert entry(mail)[:3] == ("CANCEL", "CANCELLED", 1)
        assert mail.subject == "面談の取り消し 11月25日(水) 09:00"
        assert "腰" not in mail.text + mail.html  # a reason is for the page, not for a mailbox
        assert "?do=" not in mail.text
    assert await sent(clinic, "reminder") == []


async def test_a_booking_that_becomes_a_request_again_leaves_calendars_until_it_is_taken(
    clinic: Clinic, changes: Changes
) -> None:
    therapist_id, who = await clinic.therapist(), clinic.visitor()
    kind = await add_type(clinic, therapist_id)
    booking_id = (await clinic.book(who, therapist_id, WEDNESDAY)).visit.booking_id
    uid = entry((await sent(clinic, "confirmed"))[0])[3]
    async with clinic.database.write() as connection:
        await pace_store.update_type(connection, kind, {"approval": True})
    await changes.move(who, booking_id, LATER, NOBODY_REPEATS)
    assert [entry(one) for one in await sent(clinic, "changed")] == [("CANCEL", "CANCELLED", 1, uid)] * 2
    therapist = Identity(therapist_id, frozenset({"therapist"}), new_id(), "account")
    await changes.approve(therapist, booking_id, NOBODY_REPEATS)
    assert [entry(one) for one in await sent(clinic, "confirmed")] == [("REQUEST", "CONFIRMED", 2, uid)] * 2
    await changes.move(who, booking_id, WEDNESDAY, NOBODY_REPEATS)
    await changes.decline(therapist, booking_id, None, NOBODY_REPEATS)
    assert [entry(one) for one in await sent(clinic, "declined")] == [("CANCEL", "CANCELLED", 4, uid)] * 2


async def test_a_mail_has_one_click_to_change_and_one_to_cancel(clinic: Clinic) -> None:
    await clinic.book(clinic.visitor(), await clinic.therapist(), WEDNESDAY, locale="en")
    to_client, to_therapist = await sent(clinic, "confirmed")
    addresses = re.findall(rf"{PUBLIC_URL}/change/[\w-]+\?do=(\w+)", to_client.text)
    assert addresses == ["change", "cancel"]
    assert to_client.html.count("<a href=") == 3
    assert "until Wednesday 25 November, 07:00 (Tokyo, GMT+9)" in to_client.text
    assert "?do=" not in to_therapist.text


async def test_a_request_is_no_entry_until_it_is_taken(clinic: Clinic, changes: Changes) -> None:
    therapist_id, who = await clinic.therapist(), clinic.visitor()
    await add_type(clinic, therapist_id, approval=True)
    booking_id = (await clinic.book(who, therapist_id, WEDNESDAY)).visit.booking_id
    asked = await sent(clinic, "requested")
    assert [mail.attachments for mail in asked] == [(), ()]
    to_therapist = asked[1]
    assert f"{PUBLIC_URL}/therapist\n" in to_therapist.text  # where it can be answered
    assert "ご回答の期限: 11月2" in to_therapist.text
    assert "遅くとも11月25日(水) 09:00 (日本時間, GMT+9)までにメールでお返事します" in asked[0].text
    assert re.findall(r"\?do=(\w+)", asked[0].text) == ["change", "cancel"]
    assert "参加" not in asked[0].text
    therapist = Identity(therapist_id, frozenset({"therapist"}), new_id(), "account")
    await changes.approve(therapist, booking_id, NOBODY_REPEATS)
    assert await sent(clinic, "requested") == []
    to_client, _ = await sent(clinic, "confirmed")
    assert entry(to_client)[:3] == ("REQUEST", "CONFIRMED", 1)


async def test_a_declined_request_is_told_kindly_and_without_an_entry(
    clinic: Clinic, changes: Changes
) -> None:
    therapist_id, who = await clinic.therapist(), clinic.visitor()
    await add_type(clinic, therapist_id, approval=True)
    booking_id = (await clinic.book(who, therapist_id, WEDNESDAY)).visit.booking_id
    staff = Identity(PersonId(new_id()), frozenset({"staff"}), new_id(), "account")
    await changes.decline(staff, booking_id, None, NOBODY_REPEATS)
    to_client, _ = await sent(clinic, "declined")
    assert to_client.attachments == ()
    assert "ほかの時間" in to_client.text


async def test_reminders_are_different_mails_of_one_thread_and_end_with_the_start(
    clinic: Clinic, clock: FakeClock
) -> None:
    start = WEDNESDAY + timedelta(days=2)
    await clinic.book(clinic.visitor(), await clinic.therapist(), start)
    mails = await sent(clinic, "reminder")
    assert len(mails) == len({mail.message_id for mail in mails}) == 6
    assert len({mail.thread for mail in mails}) == 2
    message = compose(mails[0], MailConfig(sender=SENDER), clock)
    assert message["References"] == f"<{mails[0].thread}>"
    clock.advance((start - clock.now()).total_seconds())
    assert await sent(clinic, "reminder") == []


async def test_after_the_cut_off_nothing_is_offered_that_is_refused(clinic: Clinic, changes: Changes) -> None:
    """A therapist can still move it; the client is told the new time and no way to change it."""
    therapist_id, who = await clinic.therapist(), clinic.visitor()
    booking_id = (await clinic.book(who, therapist_id, WEDNESDAY)).visit.booking_id
    clinic.clock.advance((WEDNESDAY - timedelta(hours=1) - clinic.clock.now()).total_seconds())
    therapist = Identity(therapist_id, frozenset({"therapist"}), new_id(), "account")
    await changes.move(therapist, booking_id, WEDNESDAY + timedelta(minutes=15), NOBODY_REPEATS)
    to_client, _ = await sent(clinic, "changed")
    assert "?do=" not in to_client.text


async def noshow(clinic: Clinic, by: str | None) -> dict[str, str]:
    """What client and therapist are told of a session that did not take place, as text."""
    who, therapist_id = await clinic.client(), await clinic.therapist()
    booking_id = (await clinic.book(who, therapist_id, WEDNESDAY)).visit.booking_id
    async with clinic.database.write() as connection:
        booking = await store.find(connection, booking_id)
        assert booking is not None
        now = clinic.clock.now()
        outcome = Outcome(Status.NOSHOW, noshow_by=by)
        settled = await settled_store.write(connection, booking, outcome, now)
        await telling.ended(connection, "booking.noshow", settled, Status.CONFIRMED, None, now)
    clinic.clock.advance(2 * 24 * 3600)
    mails = await sent(clinic, "noshow")
    assert all(mail.attachments == () and "面談について" in mail.subject for mail in mails)
    return dict(zip(("client", "therapist"), (mail.text for mail in mails), strict=True))


async def test_who_came_in_vain_gets_an_apology_and_a_new_time_one_click_away(clinic: Clinic) -> None:
    told = await noshow(clinic, "therapist")
    assert "申し訳ございません" in told["client"]
    assert re.search(rf"{PUBLIC_URL}/change/\S+\?do=again", told["client"])
    assert "/change/" not in told["therapist"]


async def test_nobody_is_told_whose_doing_it_was(clinic: Clinic) -> None:
    told = await noshow(clinic, "client")
    assert "申し訳" not in told["client"]
    assert "行われませんでした" in told["client"]
    assert re.search(rf"{PUBLIC_URL}/change/\S+\?do=again", told["client"])
    assert "行われませんでした" in told["therapist"]


async def test_a_session_missed_long_ago_is_not_written_about(clinic: Clinic) -> None:
    await noshow(clinic, None)
    clinic.clock.advance(15 * 24 * 3600)
    assert await sent(clinic, "noshow") == []


@pytest.mark.parametrize("answered", [True, False])
async def test_where_help_is_stands_in_the_mail_and_is_one_tap_away(clinic: Clinic, answered: bool) -> None:
    await clinic.book(clinic.visitor(), await clinic.therapist(), WEDNESDAY, locale="en")
    for mail in await sent(clinic, "confirmed", answered=answered, help_contact="help@todoku.example"):
        assert "help@todoku.example" in mail.text
        assert '<a href="mailto:help@todoku.example">help@todoku.example</a>' in mail.html
        assert "at your company" not in mail.text
    for mail in await sent(clinic, "confirmed", help_contact="内線 <12>"):
        assert "内線 <12>" in mail.text
        assert "内線 &lt;12&gt;" in mail.html


@pytest.mark.parametrize(
    ("locale", "timezone", "says"),
    [
        ("ja", "Asia/Tokyo", "面談のご予約 11月25日(水) 09:00"),
        ("en", "Asia/Tokyo", "Your consultation, Wed 25 Nov 09:00"),
        ("en", "America/New_York", "Your consultation, Tue 24 Nov 19:00"),
    ],
)
async def test_a_subject_says_when_on_the_readers_wall_and_nobodys_name(
    clinic: Clinic, locale: str, timezone: str, says: str
) -> None:
    therapist_id = await clinic.therapist()
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY, locale=locale, timezone=timezone)
    to_client, to_therapist = await sent(clinic, "confirmed")
    assert (to_client.subject, to_therapist.subject) == (says, "面談のご予約 11月25日(水) 09:00")
    assert f"<title>{says}</title>" in to_client.html
    assert "佐藤" not in to_client.subject + to_therapist.subject
