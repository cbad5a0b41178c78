"""Mails of the scheduler, sent from the outbox: to client and therapist, when a booking is made or changes.

A delivery may happen twice: the Message-ID is the same then, and so is the join link. What is out of date by
then is not sent. The words are letters.py's; subjects and file names are
neutral: no name, no address, nothing about health.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from html import escape
from typing import Any

from accounts import service as accounts
from accounts.model import Person, in_language
from core.clock import Clock
from core.database import Database
from core.help_contact import address_of
from core.mail import Attachment, Mail, Mailer
from core.outbox import Handler
from scheduler import store, visits
from scheduler.calendar_file import Entry, Method, calendar_file
from scheduler.hours import zone
from scheduler.letters import (
    APOLOGY,
    SUBJECTS,
    TO_CLIENT,
    TO_THERAPIST,
    Letter,
)
from scheduler.mail_frame import Frame, host_of, locale_of
from scheduler.model import Status, Visit
from scheduler.service import SchedulerService

WEEKDAYS = {
    "ja": ("月", "火", "水", "木", "金", "土", "日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


# What is still true of a booking for each of them to be sent.
STANDS = {
    "confirmed": frozenset({Status.CONFIRMED}),
    "requested": frozenset({Status.REQUESTED}),
    "changed": frozenset({Status.CONFIRMED, Status.REQUESTED}),
    "reminder": frozenset({Status.CONFIRMED}),
    "cancelled": frozenset({Status.CANCELLED}),
    "declined": frozenset({Status.CANCELLED}),
    "noshow": frozenset({Status.NOSHOW}),
}
TOLD_WITHIN = timedelta(days=14)  # so long a session that did not take place can be made up for by its link
INVITES = frozenset({"confirmed", "changed"})  # with a calendar entry, if it is confirmed
TAKES_BACK = frozenset({"changed", "cancelled", "declined"})
TO = {"client": TO_CLIENT, "therapist": TO_THERAPIST}


class BookingMails:
    """Handlers for the outbox."""

    def __init__(
        self,
        database: Database,
        service: SchedulerService,
        mailer: Mailer,
        clock: Clock,
        frame: Frame,
    ) -> None:
        self._database = database
        self._service = service
        self._mailer = mailer
        self._clock = clock
        self._frame = frame

    def handlers(self) -> dict[str, list[Handler]]:
        """By topic, as core.outbox.Outbox takes them."""
        return {f"booking.{kind}": [partial(self._handle, kind)] for kind in STANDS}

    async def _handle(self, kind: str, payload: dict[str, Any]) -> None:
        """Tell one of the two, unless it is no longer so."""
        async with self._database.read() as connection:
            booking = await store.find(connection, payload["booking_id"])
            if booking is None or booking.client_id is None or booking.status not in STANDS[kind]:
                return
            if payload.get("sequence", booking.sequence) != booking.sequence:
                return  # it has changed since, which has a mail of its own
            visit = await visits.render(connection, booking, payload["to"], self._service.config)
            if _over(kind, visit) <= self._clock.now():
                return
            method = _method(kind, visit, known=await store.was_confirmed(connection, booking.id))
            people = await accounts.people(connection, [booking.client_id, booking.therapist_id])
        to = people[visit.client_id if visit.role == "client" else visit.therapist_id]
        if to.email is not None:
            word = f"-{payload['what']}" if "what" in payload else ""
            await self._send(kind, word, visit, to, method)

    async def _send(self, kind: str, word: str, visit: Visit, to: Person, method: Method | None) -> None:
        client, links = visit.role == "client", self._service.links
        url = await self._client_url(kind, visit) if client else f"{links.public_url}/therapist"
        locale = locale_of(to)
        said = _said(kind, visit)
        letter = _letter(said, visit, locale)
        words = self._words(visit, to, url, locale)
        subject = SUBJECTS[locale][said].format(at=shortly(visit.starts_at, visit.timezone, locale))
        after = [line for line in letter.after if _is_possible(line, visit, self._clock.now())]
        after.append(self._frame.help_line(visit.role, locale))
        host = host_of(links.public_url)
        part = "" if kind == "confirmed" else f"-{kind}{word}"
        await self._mailer.send(
            Mail(
                message_id=f"booking-{visit.booking_id}-{visit.sequence}-{visit.role}{part}@{host}",
                to=to.email or "",
                subject=subject,
                text=text(letter, after, words, url),
                html=html(letter, after, words, url, locale, subject),
                locale=locale,
                attachments=self._entry(method, visit, url, to),
                thread=f"booking-{visit.booking_id}-{visit.role}@{host}",
            )
        )

    async def _client_url(self, kind: str, visit: Visit) -> str:
        """The join link; after a session that did not take place, the same link to choose a new time."""
        links = self._service.links
        if kind != "noshow":
            return await links.ensure(visit, mailed=True)
        return links.change(await links.ensure(visit, mailed=True, lasts=TOLD_WITHIN), "again")

    def _words(self, visit: Visit, to: Person, url: str, locale: str) -> dict[str, str]:
        asked = visit.approve_until if visit.role == "therapist" else None
        until = asked or visit.change_until or visit.starts_at
        return {
            "name": to.named(locale),
            "when": when(visit.starts_at, visit.ends_at, visit.timezone, locale),
            "other": in_language(visit.therapist_name, visit.therapist_name_en, locale),
            "opens": str(self._service.config.enter_before_min),
            "until": moment(until, visit.timezone, locale),
            "answered": moment(visit.approve_until or until, visit.timezone, locale),
            "change": self._service.links.change(url, "change"),
            "cancel": self._service.links.change(url, "cancel"),
            "help": self._frame.help_contact,
        }

    def _entry(self, method: Method | None, visit: Visit, url: str, to: Person) -> tuple[Attachment, ...]:
        if method is None:
            return ()
        entry = Entry.of(visit, url, self._service.sender)
        content = calendar_file(entry, self._clock.now(), method, to.email)
        return (Attachment("consultation.ics", f"text/calendar; method={method}", content),)


def _method(kind: str, visit: Visit, *, known: bool) -> Method | None:
    """An entry for calendars, or what takes it back; `known`: they may have one.

    A request has none; a confirmed booking that becomes a request again leaves the time it had.
    """
    if kind in INVITES and visit.status is Status.CONFIRMED:
        return "REQUEST"
    return "CANCEL" if known and kind in TAKES_BACK else None


def _said(kind: str, visit: Visit) -> str:
    """A request that is moved is a request still: it promises no more than before."""
    return "requested" if kind == "changed" and visit.status is Status.REQUESTED else kind


def _letter(kind: str, visit: Visit, locale: str) -> Letter:
    """Whoever came in vain is told so with an apology; nobody is told whose doing it was."""
    in_vain = visit.role == "client" and visit.noshow_by not in ("client", "both")
    return APOLOGY[locale] if kind == "noshow" and in_vain else TO[visit.role][kind][locale]


def _over(kind: str, visit: Visit) -> datetime:
    """When it is too late to say it."""
    if kind == "noshow":
        return visit.enter_until + TOLD_WITHIN
    return visit.starts_at if kind == "reminder" else visit.enter_until


def _is_possible(line: str, visit: Visit, now: datetime) -> bool:
    """What cannot be done any more is not offered."""
    offered = "{until}" in line or "{change}" in line or "{cancel}" in line
    return not offered or (visit.change_until is not None and now < visit.change_until)


def when(starts_at: datetime, ends_at: datetime, timezone: str, locale: str) -> str:
    """Day and time on the reader's wall, with zone and offset, so that it cannot be misread abroad."""
    start, end = (moment.astimezone(zone(timezone)) for moment in (starts_at, ends_at))
    day = WEEKDAYS[locale][start.weekday()]
    clock = f"{start:%H:%M}–{end:%H:%M} {_zone_label(start, timezone, locale)}"
    if locale == "ja":
        return f"{start.year}年{start.month}月{start.day}日({day}) {clock}"
    return f"{day} {start.day} {MONTHS[start.month - 1]} {start.year}, {clock}"


def moment(at: datetime, timezone: str, locale: str) -> str:
    """A point in time on the reader's wall, with zone and offset."""
    local = at.astimezone(zone(timezone))
    day, label = WEEKDAYS[locale][local.weekday()], _zone_label(local, timezone, locale)
    if locale == "ja":
        return f"{local.month}月{local.day}日({day}) {local:%H:%M} {label}"
    return f"{day} {local.day} {MONTHS[local.month - 1]}, {local:%H:%M} {label}"


def days(starts_at: datetime, ends_at: datetime, timezone: str, locale: str) -> str:
    """From the first day to the last on the reader's wall: what ends at midnight has no part of that day."""
    first, last = (one.astimezone(zone(timezone)) for one in (starts_at, ends_at - timedelta(microseconds=1)))
    if locale == "ja":
        return f"{first.month}月{first.day}日〜{last.month}月{last.day}日"
    return f"{first.day} {MONTHS[first.month - 1]} to {last.day} {MONTHS[last.month - 1]}"


def shortly(at: datetime, timezone: str, locale: str) -> str:
    """The same for a subject, which telephones cut off early."""
    local = at.astimezone(zone(timezone))
    day, clock = WEEKDAYS[locale][local.weekday()], f"{local:%H:%M}"
    if locale == "ja":
        return f"{local.month}月{local.day}日({day}) {clock}"
    return f"{day[:3]} {local.day} {MONTHS[local.month - 1][:3]} {clock}"


def briefly(at: datetime, timezone: str, locale: str) -> str:
    """A limit in a subject: 11/29 23:32, 29 Nov 23:32."""
    local = at.astimezone(zone(timezone))
    if locale == "ja":
        return f"{local.month}/{local.day} {local:%H:%M}"
    return f"{local.day} {MONTHS[local.month - 1][:3]} {local:%H:%M}"


def _zone_label(local: datetime, timezone: str, locale: str) -> str:
    """(日本時間, GMT+9): the offset is written as on the pages."""
    seconds = round((local.utcoffset() or timedelta(0)).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    sign = "-" if seconds < 0 else "+"
    offset = f"GMT{sign}{hours}" + (f":{minutes:02}" if minutes else "") if seconds else "GMT"
    return f"({_place(timezone, locale)}, {offset})"


def _place(timezone: str, locale: str) -> str:
    """The zone as people call it: 日本時間 in Japanese, else the city of its IANA name."""
    if (timezone, locale) == ("Asia/Tokyo", "ja"):
        return "日本時間"
    return timezone.rpartition("/")[2].replace("_", " ")


def text(letter: Letter, after: Sequence[str], words: dict[str, str], url: str) -> str:
    """The plain part."""
    link = [f"{letter.link}:\n{url}"] if letter.link else []
    lines = [*_filled(letter.lines, words), *link, *_filled(after, words), "Todoku"]
    return "\n\n".join(lines) + "\n"


def html(
    letter: Letter, after: Sequence[str], words: dict[str, str], url: str, locale: str, subject: str
) -> str:
    """The HTML part: no image, no style sheet, nothing that loads from anywhere."""
    safe = {name: escape(word) for name, word in words.items()}
    for name in {"change", "cancel"} & safe.keys():
        safe[name] = f'<a href="{safe[name]}">{safe[name]}</a>'
    help_address = address_of(words["help"])
    if help_address is not None:
        safe["help"] = f'<a href="{escape(help_address)}">{safe["help"]}</a>'
    link = escape(url)
    button = (
        f'<p><a href="{link}">{letter.button}</a></p><p>{letter.link}:<br>{link}</p>' if letter.link else ""
    )
    before, behind = (
        "".join(f"<p>{line}</p>" for line in _filled(lines, safe)) for lines in (letter.lines, after)
    )
    return (
        f'<!doctype html><html lang="{locale}"><meta charset="utf-8"><title>{escape(subject)}</title>'
        f"<body>{before}{button}{behind}<p>Todoku</p></body></html>"
    )


def _filled(lines: Sequence[str], words: dict[str, str]) -> list[str]:
    return [line.format(**words) for line in lines]
