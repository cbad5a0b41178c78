"""One mail about a whole series, with each session's own calendar entry; sent from the outbox.

Each entry stands alone (its own UID), so that one session can be moved or cancelled later like any other.
What has changed since the event was written is left out: it has a mail of its own.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from accounts import service as accounts
from accounts.model import Person, in_language
from core.clock import Clock
from core.database import Database
from core.mail import Attachment, Mail, Mailer
from core.outbox import Handler
from scheduler import series_store, store, visits
from scheduler.calendar_file import Entry, Method, calendar_file
from scheduler.letters import SUBJECTS
from scheduler.mail import moment, shortly, when
from scheduler.mail_frame import Frame, host_of, locale_of
from scheduler.model import Status, Visit
from scheduler.plain_page import page
from scheduler.series_letters import CHANGE, JOIN, LETTERS, STATE
from scheduler.service import SchedulerService

STANDS = {
    "arranged": frozenset({Status.CONFIRMED, Status.REQUESTED}),
    "confirmed": frozenset({Status.CONFIRMED}),
    "cancelled": frozenset({Status.CANCELLED}),
    "declined": frozenset({Status.CANCELLED}),
}
WAY_IN = {"requested": STATE, "confirmed": JOIN}
TAKES_BACK = frozenset({"cancelled", "declined"})


@dataclass(frozen=True)
class _Line:
    """One session: where its reader finds it, and whether a calendar has, or now gets, an entry for it."""

    visit: Visit
    url: str
    in_calendar: bool


class SeriesMails:
    """Handlers for the outbox."""

    def __init__(
        self,
        database: Database,
        service: SchedulerService,
        mailer: Mailer,
        clock: Clock,
        frame: Frame,
    ) -> None:
        self._database, self._service, self._mailer, self._clock = database, service, mailer, clock
        self._frame = frame

    def handlers(self) -> dict[str, list[Handler]]:
        """By topic, as core.outbox.Outbox takes them."""
        return {f"series.{kind}": [partial(self._handle, kind)] for kind in STANDS}

    async def _handle(self, kind: str, payload: dict[str, Any]) -> None:
        """Tell one of the two of what is still so."""
        sequences: dict[str, int] = payload["bookings"]
        now = self._clock.now()
        async with self._database.read() as connection:
            found = [
                one
                for one in await series_store.by_ids(connection, sequences)
                if one.status in STANDS[kind] and one.sequence == sequences[one.id] and one.ends_at > now
            ]
            if not found:
                return
            seen = [
                await visits.render(connection, one, payload["to"], self._service.config) for one in found
            ]
            in_calendar = {one.id for one in found if await store.was_confirmed(connection, one.id)}
            people = await accounts.people(connection, [seen[0].client_id, seen[0].therapist_id])
        to = people[seen[0].client_id if payload["to"] == "client" else seen[0].therapist_id]
        if to.email is not None:
            lines = [_Line(one, await self._url(one), one.booking_id in in_calendar) for one in seen]
            await self._send(kind, payload["series_id"], lines, to)

    async def _url(self, visit: Visit) -> str:
        links = self._service.links
        return (
            await links.ensure(visit, mailed=True)
            if visit.role == "client"
            else f"{links.public_url}/therapist"
        )

    async def _send(self, kind: str, series_id: str, lines: list[_Line], to: Person) -> None:
        first, locale, host = lines[0].visit, locale_of(to), host_of(self._service.links.public_url)
        said = _said(kind, first)
        text = self._text(said, lines, to, locale)
        subject = SUBJECTS[locale][said].format(at=shortly(first.starts_at, first.timezone, locale))
        await self._mailer.send(
            Mail(
                message_id=f"series-{series_id}-{first.booking_id}-{first.sequence}-{first.role}-{kind}@{host}",
                to=to.email or "",
                subject=subject,
                text=text,
                html=page(text, subject, locale),
                locale=locale,
                attachments=self._entries(said, lines, to.email),
                thread=f"series-{series_id}-{first.role}@{host}",
            )
        )

    def _text(self, said: str, lines: list[_Line], to: Person, locale: str) -> str:
        first = lines[0].visit
        letter = LETTERS[said, first.role][locale]
        words = {
            "name": to.named(locale),
            "other": in_language(first.therapist_name, first.therapist_name_en, locale),
            "times": "\n".join(self._time(n, one, said, locale) for n, one in enumerate(lines, 1)),
            "until": _deadline(lines, locale),
        }
        after = [lines[0].url] if first.role == "therapist" else []
        after.append(self._frame.help_for(first.role, locale))
        return "\n\n".join([*(line.format(**words) for line in letter), *after, "Todoku"]) + "\n"

    def _time(self, number: int, line: _Line, said: str, locale: str) -> str:
        """With a client's way in, while there is one."""
        visit, url = line.visit, line.url
        shown = f"{number}. {when(visit.starts_at, visit.ends_at, visit.timezone, locale)}"
        if visit.role != "client" or said not in WAY_IN:
            return shown
        change = self._service.links.change(url, "look")
        return f"{shown}\n{WAY_IN[said][locale]}: {url}\n{CHANGE[locale]}: {change}"

    def _entries(self, said: str, lines: list[_Line], address: str | None) -> tuple[Attachment, ...]:
        """A request has none yet, and nothing to take back."""
        method: Method = "CANCEL" if said in TAKES_BACK else "REQUEST"
        entries = []
        for number, one in enumerate(lines, 1):
            if one.in_calendar:
                entry = Entry.of(one.visit, one.url, self._service.sender)
                content = calendar_file(entry, self._clock.now(), method, address)
                kind = f"text/calendar; method={method}"
                entries.append(Attachment(f"consultation-{number}.ics", kind, content))
        return tuple(entries)


def _said(kind: str, first: Visit) -> str:
    if kind != "arranged":
        return kind
    return "requested" if first.status is Status.REQUESTED else "confirmed"


def _deadline(lines: list[_Line], locale: str) -> str:
    """By when the first of them is to be answered."""
    first = min((one.visit for one in lines), key=lambda one: one.approve_until or one.starts_at)
    return moment(first.approve_until or first.starts_at, first.timezone, locale)
