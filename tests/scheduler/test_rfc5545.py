"""Every calendar file we give out is RFC 5545: read line by line, and by two parsers that share nothing."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import icalendar
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from core.config import MailConfig
from core.database import Database
from core.http import Identity
from core.ids import PersonId, new_id
from core.mail import compose
from scheduler.calendar_file import Entry, calendar_file
from scheduler.changes import Changes
from scheduler.join_links import JoinLinks
from scheduler.mail import BookingMails
from scheduler.mail_frame import Frame
from tests.fakes import FakeClock
from tests.scheduler.clinic import NOBODY_REPEATS, PUBLIC_URL, SENDER, WEDNESDAY, Clinic
from tests.scheduler.door import Door, open_door, wanted
from tests.scheduler.test_calendar_file import Letterbox

LATER = WEDNESDAY + timedelta(hours=3)
ONCE = ("uid", "dtstamp", "dtstart", "dtend", "sequence", "summary", "location", "class", "status", "transp")
LINE_OCTETS = 75  # RFC 5545 3.1, without the line break


def read(content: bytes) -> tuple[icalendar.Calendar, Any]:
    """The file as both parsers see it, once its lines are right and both agree."""
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")[:-1]
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    assert all(0 < len(line) <= LINE_OCTETS for line in lines)
    for line in lines:
        line.decode()  # folding cuts no character in two
    one = icalendar.Calendar.from_ical(content)
    other = vobject.readOne(content.decode())
    _agree(one, other)
    return one, other


def _agree(one: icalendar.Calendar, other: Any) -> None:
    (event,) = one.walk("VEVENT")
    theirs = other.vevent
    assert (str(one["version"]), str(one["method"])) == (other.version.value, other.method.value)
    assert other.prodid.value == str(one["prodid"])
    for name in ONCE:
        assert len(theirs.contents[name]) == 1, name
    assert event.decoded("dtstart") == theirs.dtstart.value.astimezone(UTC)
    assert event.decoded("dtend") == theirs.dtend.value.astimezone(UTC)
    assert event.decoded("dtstamp") == theirs.dtstamp.value.astimezone(UTC)
    for name in ("uid", "summary", "location", "description", "url", "status", "class", "transp"):
        assert str(event[name]) == theirs.contents[name][0].value, name
    assert event["sequence"] == int(theirs.sequence.value)
    assert str(event["organizer"]) == theirs.organizer.value


def of_mail(message: EmailMessage) -> tuple[bytes, str]:
    """The calendar file as it arrives by any server, with the method its part is labelled with."""
    files = set()
    for cte_type in ("8bit", "7bit"):  # the server takes 8BITMIME, or does not
        sent_as = message.as_bytes(policy=policy.SMTP.clone(cte_type=cte_type))
        arrived = message_from_bytes(sent_as, policy=policy.default)
        (part,) = arrived.iter_attachments()
        assert part.get_content_type() == "text/calendar"
        assert part.get_content_charset() == "utf-8"
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        files.add((content, str(part.get_param("method"))))
    (one,) = files
    return one


async def sent(clinic: Clinic, topic: str) -> list[EmailMessage]:
    """The mails of these events, as messages."""
    letterbox = Letterbox()
    mails = BookingMails(clinic.database, clinic.service, letterbox, clinic.clock, Frame(False))
    for payload in await clinic.events(topic):
        await mails.handlers()[topic][0](payload)
    return [compose(mail, MailConfig(sender=SENDER), clinic.clock) for mail in letterbox.mails]


async def test_the_mails_of_a_bookings_life_are_one_entry_that_rises_and_is_taken_back(
    clinic: Clinic,
) -> None:
    links = JoinLinks(clinic.database, clinic.clock, PUBLIC_URL, clinic.secret)
    changes = Changes(clinic.database, clinic.config, clinic.clock, links)
    therapist_id, who = await clinic.therapist(), clinic.visitor()
    booking_id = (await clinic.book(who, therapist_id, WEDNESDAY)).visit.booking_id
    files = [of_mail(message) for message in await sent(clinic, "booking.confirmed")]
    clinic.clock.advance(60)
    await changes.move(who, booking_id, LATER, NOBODY_REPEATS)
    files += [of_mail(message) for message in await sent(clinic, "booking.changed")]
    clinic.clock.advance(60)
    own = Identity(PersonId(therapist_id), frozenset({"therapist"}), new_id(), "account")
    await changes.cancel(own, booking_id, "急用", NOBODY_REPEATS)
    files += [of_mail(message) for message in await sent(clinic, "booking.cancelled")]

    seen: list[tuple[Any, ...]] = []
    for content, labelled in files:
        calendar, _ = read(content)
        (event,) = calendar.walk("VEVENT")
        assert str(calendar["method"]) == labelled  # RFC 6047 2.4
        assert "attendee" in event  # RFC 5546 3.2.2, 3.2.5
        seen.append((labelled, event["sequence"], event.decoded("dtstart"), str(event["status"])))
    assert seen == [
        *[("REQUEST", 0, WEDNESDAY, "CONFIRMED")] * 2,
        *[("REQUEST", 1, LATER, "CONFIRMED")] * 2,
        *[("CANCEL", 2, LATER, "CANCELLED")] * 2,
    ]
    uids = {str(read(content)[0].walk("VEVENT")[0]["uid"]) for content, _ in files}
    assert uids == {f"{booking_id}@todoku"}
    stamps = [read(content)[0].walk("VEVENT")[0].decoded("dtstamp") for content, _ in files]
    assert stamps == sorted(stamps)
    assert stamps[-1] - stamps[0] == timedelta(minutes=2)


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as door:
        yield door


async def test_the_download_is_the_same_entry_without_a_recipient(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    _, booked = await door.ask("POST", "/api/bookings", json=wanted(therapist_id))
    status, content = await door.ask("GET", booked["calendar_url"])
    assert status == 200
    calendar, _ = read(content)
    (event,) = calendar.walk("VEVENT")
    assert (str(calendar["method"]), str(event["uid"])) == ("PUBLISH", booked["uid"])
    assert "attendee" not in event  # RFC 5546 3.2.1


@given(
    path=st.text("abcdefghijklmnop_-0123456789あ;,", max_size=300),
    user=st.text("abcdefgh.+-_0123456789", min_size=1, max_size=60),
    starts_at=st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    sequence=st.integers(0, 2**31 - 1),
    method=st.sampled_from(["REQUEST", "CANCEL", "PUBLISH"]),
)
def test_whatever_stands_in_an_entry_it_is_folded_and_escaped_so_that_both_read_it(
    path: str, user: str, starts_at: datetime, sequence: int, method: Any
) -> None:
    starts_at = starts_at.replace(microsecond=0)
    entry = Entry("u" * 40 + "@todoku", sequence, starts_at, starts_at + timedelta(minutes=45), "", "a@b.jp")
    full = Entry(**{**vars(entry), "url": f"https://todoku.example/面談/{path}"})
    attendee = f"{user}@example.com" if method != "PUBLISH" else None
    content = calendar_file(full, starts_at, method, attendee)
    calendar, _ = read(content)
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("dtstart") == starts_at
    assert str(event["description"]) == full.url
    # Times are UTC: no TZID, so no VTIMEZONE is missing (RFC 5545 3.6.5).
    assert re.search(rb"TZID|VTIMEZONE", content) is None
