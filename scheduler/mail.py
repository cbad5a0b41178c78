"""Mails of the scheduler, sent from the outbox: the client's confirmation and the therapist's notice.

A delivery may happen twice: the Message-ID is the same then, and so is the join link.
Subjects and file names are neutral; nothing in a mail says health.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from accounts import service as accounts
from accounts.model import Person
from core.clock import Clock
from core.database import Database
from core.ids import PersonId
from core.mail import Attachment, Mail, Mailer
from scheduler import store, visits
from scheduler.calendar_file import Entry, calendar_file
from scheduler.hours import zone
from scheduler.model import LIVE, Visit
from scheduler.service import SchedulerService

SUBJECT = "面談のご予約 / Your consultation"
WEEKDAYS = {
    "ja": ("月", "火", "水", "木", "金", "土", "日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class Letter:
    """The words of a mail in one language; {name}, {when}, {other}, {opens} are filled in.

    `link` names the address, `button` what it does. The help is the first where answers are read, else the
    second.
    """

    lines: tuple[str, ...]
    link: str
    button: str
    after: tuple[str, ...]
    help: tuple[str, str]


TO_CLIENT = {
    "ja": Letter(
        ("{name} 様", "面談のご予約を承りました。", "日時: {when}", "担当: {other}"),
        "面談の参加リンク",
        "面談に参加する",
        (
            "開始の{opens}分前から入室できます。インストールや登録は必要ありません。",
            "参加リンクはご本人専用です。ほかの方に転送しないでください。",
        ),
        (
            "お困りのときは、このメールにご返信ください。",
            "このメールには返信できません。お困りのときは、面談をご案内した会社の担当者へお問い合わせください。",
        ),
    ),
    "en": Letter(
        ("Dear {name},", "Your consultation is booked.", "When: {when}", "With: {other}"),
        "Your join link",
        "Join the consultation",
        (
            "You can enter from {opens} minutes before the start. Nothing to install, no account needed.",
            "The join link is for you alone; please do not forward it.",
        ),
        (
            "For help, reply to this email.",
            "Nobody reads replies to this email. For help, please ask whoever at your company invited you.",
        ),
    ),
}
TO_THERAPIST = {
    "ja": Letter(
        ("{name} 様", "新しい面談が予約されました。", "日時: {when}"),
        "予定",
        "予定を開く",
        (),
        (
            "お困りのときは、このメールにご返信ください。",
            "このメールには返信できません。お困りのときは、スタッフへお知らせください。",
        ),
    ),
    "en": Letter(
        ("Dear {name},", "A new consultation has been booked.", "When: {when}"),
        "Your schedule",
        "Open your schedule",
        (),
        (
            "For help, reply to this email.",
            "Nobody reads replies to this email. For help, please tell staff.",
        ),
    ),
}


class BookingMails:
    """Handlers for the outbox; assembly registers `confirmed` for "booking.confirmed".

    `answered`: whether somebody reads the answers to these mails.
    """

    def __init__(
        self, database: Database, service: SchedulerService, mailer: Mailer, clock: Clock, *, answered: bool
    ) -> None:
        self._database = database
        self._service = service
        self._mailer = mailer
        self._clock = clock
        self._answered = answered

    def handlers(self) -> dict[str, list[Callable[[dict[str, Any]], Awaitable[None]]]]:
        """By topic, as core.outbox.Outbox takes them."""
        return {"booking.confirmed": [self.confirmed]}

    async def confirmed(self, payload: dict[str, Any]) -> None:
        """Tell one of the two; a booking that is no longer to come is passed over."""
        async with self._database.read() as connection:
            booking = await store.find(connection, payload["booking_id"])
            if booking is None or booking.status not in LIVE or booking.client_id is None:
                return
            visit = await visits.render(connection, booking, payload["to"], self._service.config)
            if visit.enter_until <= self._clock.now():
                return
            people = await accounts.people(connection, [booking.client_id, booking.therapist_id])
        to = visit.client_id if visit.role == "client" else visit.therapist_id
        await self._send(visit, people[to], people)

    async def _send(self, visit: Visit, to: Person, people: dict[PersonId, Person]) -> None:
        if to.email is None:
            return
        client = visit.role == "client"
        links = self._service.links
        url = await links.ensure(visit, mailed=True) if client else f"{links.public_url}/therapist"
        locale = to.locale if to.locale in WEEKDAYS else "ja"
        letter = (TO_CLIENT if client else TO_THERAPIST)[locale]
        after = (*letter.after, letter.help[0 if self._answered else 1])
        letter = replace(letter, after=after)
        words = {
            "name": to.name,
            "when": when(visit.starts_at, visit.ends_at, visit.timezone, locale),
            "other": visit.therapist_name,
            "opens": str(self._service.config.enter_before_min),
        }
        host = urlsplit(links.public_url).hostname or "localhost"
        entry = Entry.of(visit, url, self._service.sender)
        await self._mailer.send(
            Mail(
                message_id=f"booking-{visit.booking_id}-{visit.sequence}-{visit.role}@{host}",
                to=to.email,
                subject=SUBJECT,
                text=text(letter, words, url),
                html=html(letter, words, url, locale),
                locale=locale,
                attachments=(_invitation(entry, to.email, self._clock.now()),),
            )
        )


def _invitation(entry: Entry, attendee: str, now: datetime) -> Attachment:
    content = calendar_file(entry, now, "REQUEST", attendee)
    return Attachment("consultation.ics", "text/calendar; method=REQUEST", content)


def when(starts_at: datetime, ends_at: datetime, timezone: str, locale: str) -> str:
    """Day and time on the reader's wall, with zone and offset, so that it cannot be misread abroad."""
    start, end = (moment.astimezone(zone(timezone)) for moment in (starts_at, ends_at))
    day = WEEKDAYS[locale][start.weekday()]
    offset = start.strftime("%z")
    clock = f"{start:%H:%M}–{end:%H:%M} ({_place(timezone, locale)}, UTC{offset[:3]}:{offset[3:5]})"
    if locale == "ja":
        return f"{start.year}年{start.month}月{start.day}日({day}) {clock}"
    return f"{day} {start.day} {MONTHS[start.month - 1]} {start.year}, {clock}"


def _place(timezone: str, locale: str) -> str:
    """The zone as people call it: 日本時間 in Japanese, else the city of its IANA name."""
    if (timezone, locale) == ("Asia/Tokyo", "ja"):
        return "日本時間"
    return timezone.rpartition("/")[2].replace("_", " ")


def text(letter: Letter, words: dict[str, str], url: str) -> str:
    """The plain part."""
    before = [line.format(**words) for line in letter.lines]
    after = [line.format(**words) for line in letter.after]
    return "\n\n".join([*before, f"{letter.link}:\n{url}", *after, "Todoku"]) + "\n"


def html(letter: Letter, words: dict[str, str], url: str, locale: str) -> str:
    """The HTML part: no image, no style sheet, nothing that loads from anywhere."""
    safe = {name: escape(word) for name, word in words.items()}
    before = "".join(f"<p>{line.format(**safe)}</p>" for line in letter.lines)
    after = "".join(f"<p>{line.format(**safe)}</p>" for line in letter.after)
    link = escape(url)
    button = f'<p><a href="{link}">{letter.button}</a></p><p>{letter.link}:<br>{link}</p>'
    return (
        f'<!doctype html><html lang="{locale}"><meta charset="utf-8"><title>{SUBJECT}</title>'
        f"<body>{before}{button}{after}<p>Todoku</p></body></html>"
    )
