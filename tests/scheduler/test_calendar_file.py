"""Calendar files and mails: what they say, and above all what they do not."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import icalendar
import pytest

from core.config import MailConfig
from core.http import Identity
from core.ids import new_id
from core.mail import Mail, compose
from scheduler.calendar_file import Entry, calendar_file
from scheduler.letters import HELP_CLIENT, HELP_THERAPIST
from scheduler.mail import BookingMails, when
from scheduler.mail_frame import Frame
from tests.scheduler.clinic import PUBLIC_URL, SENDER, TOKYO, WEDNESDAY, Clinic
from tests.scheduler.practice import utc

NOW = utc("2026-11-24T01:00")
ENTRY = Entry(
    uid="0198-abc@todoku",
    sequence=0,
    starts_at=utc("2026-11-25T00:00"),
    ends_at=utc("2026-11-25T00:45"),
    url=f"{PUBLIC_URL}/join/{'x' * 43}",
    organizer="no-reply@todoku.example",
)
HEALTH = re.compile(
    r"health|pain|physio|therap|care|clinic|medical|shoulder|neck|健康|痛|肩|腰|療|医|治|体|症|リハビリ|セラピ",
    re.I,
)


def only_event(content: bytes) -> Any:
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return event


def test_a_calendar_reads_the_right_instants_in_utc_and_the_way_in() -> None:
    content = calendar_file(ENTRY, NOW)
    event = only_event(content)
    assert event.decoded("dtstart") == ENTRY.starts_at
    assert event.decoded("dtend") == ENTRY.ends_at
    assert b"DTSTART:20261125T000000Z" in content
    assert (str(event["url"]), str(event["description"])) == (ENTRY.url, ENTRY.url)
    assert (str(event["uid"]), event["sequence"]) == (ENTRY.uid, 0)
    assert icalendar.Calendar.from_ical(content)["method"] == "PUBLISH"


def test_what_overviews_show_is_neutral_and_holds_no_secret() -> None:
    event = only_event(calendar_file(ENTRY, NOW))
    assert str(event["summary"]) == "面談 / Consultation"
    assert str(event["location"]) == "オンライン / Online"
    assert str(event["class"]) == "PRIVATE"


def test_an_invitation_names_its_reader_and_nobody_else() -> None:
    content = calendar_file(ENTRY, NOW, "REQUEST", "ichiro@example.com")
    event = only_event(content)
    assert icalendar.Calendar.from_ical(content)["method"] == "REQUEST"
    assert str(event["attendee"]) == "mailto:ichiro@example.com"
    assert str(event["organizer"]) == "mailto:no-reply@todoku.example"
    assert "attendee" not in only_event(calendar_file(ENTRY, NOW))


def test_a_changed_booking_keeps_its_uid_and_raises_its_sequence() -> None:
    moved = replace(ENTRY, sequence=1, starts_at=ENTRY.starts_at + timedelta(days=1))
    assert only_event(calendar_file(moved, NOW))["uid"] == ENTRY.uid
    assert only_event(calendar_file(moved, NOW))["sequence"] == 1


@pytest.mark.parametrize("method", ["REQUEST", "PUBLISH"])
def test_nothing_in_a_calendar_file_says_health(method: Any) -> None:
    content = calendar_file(ENTRY, NOW, method, "ichiro@example.com" if method == "REQUEST" else None)
    unfolded = content.decode().replace("\r\n ", "")
    assert HEALTH.search(unfolded.replace(ENTRY.url, "")) is None


@pytest.mark.parametrize(
    ("locale", "timezone", "expected"),
    [
        ("ja", "Asia/Tokyo", "2026年11月25日(水) 09:00–09:45 (日本時間, GMT+9)"),
        ("en", "America/New_York", "Tuesday 24 November 2026, 19:00–19:45 (New York, GMT-5)"),
        ("en", "Asia/Kolkata", "Wednesday 25 November 2026, 05:30–06:15 (Kolkata, GMT+5:30)"),
    ],
)
def test_a_mail_tells_the_time_on_the_readers_wall(locale: str, timezone: str, expected: str) -> None:
    assert when(ENTRY.starts_at, ENTRY.ends_at, timezone, locale) == expected


class Letterbox:
    """A mailer that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    async def send(self, mail: Mail) -> None:
        self.mails.append(mail)


async def delivered(clinic: Clinic, times: int = 1, answered: bool = False) -> list[Mail]:
    letterbox = Letterbox()
    mails = BookingMails(clinic.database, clinic.service, letterbox, clinic.clock, Frame(answered))
    for payload in await clinic.events("booking.confirmed"):
        for _ in range(times):
            await mails.handlers()["booking.confirmed"][0](payload)
    return letterbox.mails


async def test_both_people_are_told_in_their_language_with_a_calendar_file(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist()
    await clinic.book(
        clinic.visitor(), therapist_id, WEDNESDAY, name="<b>Ann</b>", locale="en", timezone=TOKYO
    )
    to_client, to_therapist = await delivered(clinic)
    assert (to_client.to, to_client.locale, to_therapist.locale) == ("ichiro@example.com", "en", "ja")
    assert "Wednesday 25 November 2026, 09:00–09:45 (Tokyo, GMT+9)" in to_client.text
    assert "2026年11月25日(水)" in to_therapist.text
    assert f"{PUBLIC_URL}/therapist" in to_therapist.text
    assert "/join/" not in to_therapist.text + to_therapist.html
    assert "&lt;b&gt;Ann&lt;/b&gt;" in to_client.html
    assert "<b>" not in to_client.html
    link = re.search(rf"{PUBLIC_URL}/join/([A-Za-z0-9_-]+)", to_client.text)
    assert link is not None
    event = only_event(to_client.attachments[0].content)
    assert str(event["url"]) == link[0]
    assert event.decoded("dtstart") == WEDNESDAY


@pytest.mark.parametrize("locale", ["ja", "en"])
async def test_a_mail_asks_for_an_answer_only_where_answers_are_read(clinic: Clinic, locale: str) -> None:
    asks, refuses = HELP_CLIENT[locale].answered, HELP_CLIENT[locale].neither
    await clinic.book(clinic.visitor(), await clinic.therapist(), WEDNESDAY, locale=locale)
    for answered, said, unsaid in ((True, asks, refuses), (False, refuses, asks)):
        to_client, to_therapist = await delivered(clinic, answered=answered)
        assert said in to_client.text
        assert said in to_client.html
        assert unsaid not in to_client.text + to_client.html
        assert HELP_THERAPIST["ja"].line(answered, "") in to_therapist.text


async def test_a_mail_sent_twice_has_one_message_id_and_one_link(clinic: Clinic) -> None:
    await clinic.book(clinic.visitor(), await clinic.therapist(), WEDNESDAY)
    first, second, *_ = await delivered(clinic, times=2)
    assert first.message_id == second.message_id
    assert first.message_id.endswith("@todoku.example")
    assert first.text == second.text


async def test_the_mailed_link_is_not_the_one_shown_to_whoever_booked(clinic: Clinic) -> None:
    """The one shown ends once the address is proven by its owner; the mailed one stays."""
    found = await clinic.book(clinic.visitor(), await clinic.therapist(), WEDNESDAY)
    to_client, _ = await delivered(clinic)
    assert found.join_url is not None
    assert found.join_url not in to_client.text
    owner = Identity(found.visit.client_id, frozenset({"client"}), new_id(), "account")
    shown = await clinic.service.booking(owner, found.visit.booking_id)
    assert shown.join_url is not None
    assert shown.join_url in to_client.text


async def test_mails_are_neutral_and_are_real_messages(clinic: Clinic) -> None:
    await clinic.book(clinic.visitor(), await clinic.therapist(), WEDNESDAY)
    for mail in await delivered(clinic):
        message = compose(mail, MailConfig(sender=SENDER), clinic.clock)
        assert message["Subject"] == "面談のご予約 11月25日(水) 09:00"
        assert HEALTH.search(mail.subject) is None
        plain = message.get_body(("plain",))
        assert plain is not None
        assert HEALTH.search(re.sub(r"https://\S+", "", plain.get_content())) is None
        (part,) = message.iter_attachments()
        assert part.get_content_type() == "text/calendar"
        assert part.get_param("method") == "REQUEST"


async def test_a_session_that_is_over_is_not_announced_any_more(clinic: Clinic) -> None:
    await clinic.book(clinic.visitor(), await clinic.therapist(), WEDNESDAY)
    clinic.clock.advance(timedelta(days=2).total_seconds())
    assert await delivered(clinic) == []


async def test_an_event_of_a_booking_that_is_gone_is_passed_over(clinic: Clinic) -> None:
    letterbox = Letterbox()
    mails = BookingMails(clinic.database, clinic.service, letterbox, clinic.clock, Frame(False))
    await mails.handlers()["booking.confirmed"][0]({"booking_id": "gone", "to": "client"})
    assert letterbox.mails == []
