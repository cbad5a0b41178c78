"""One mail about a whole series, with each session's own calendar entry; sent from the outbox.

Each entry stands alone (its own UID), so that one session can be moved or cancelled later like any other.
What has changed since the event was written is left out: it has a mail of its own.
"""

from functools import partial
from typing import Any

from accounts import service as accounts
from accounts.model import Person
from core.clock import Clock
from core.database import Database
from core.mail import Attachment, Mail, Mailer
from core.outbox import Handler
from scheduler import series_store, visits
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
    "cancelled": frozenset({Status.CANCELLED}),
}


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
            people = await accounts.people(connection, [seen[0].client_id, seen[0].therapist_id])
        to = people[seen[0].client_id if payload["to"] == "client" else seen[0].therapist_id]
        if to.email is not None:
            await self._send(kind, payload["series_id"], seen, to, to.email)

    async def _send(self, kind: str, series_id: str, seen: list[Visit], to: Person, address: str) -> None:
        first, links = seen[0], self._service.links
        client = first.role == "client"
        own = f"{links.public_url}/therapist"
        urls = [await links.ensure(one, mailed=True) if client else own for one in seen]
        locale = locale_of(to)
        text = self._text(kind, seen, urls, to, locale)
        asked = first.status is Status.REQUESTED
        word = "requested" if asked else {"arranged": "confirmed"}.get(kind, kind)
        subject = SUBJECTS[locale][word].format(at=shortly(first.starts_at, first.timezone, locale))
        host = host_of(links.public_url)
        await self._mailer.send(
            Mail(
                message_id=f"series-{series_id}-{first.booking_id}-{first.sequence}-{first.role}-{kind}@{host}",
                to=address,
                subject=subject,
                text=text,
                html=page(text, subject, locale),
                locale=locale,
                attachments=self._entries(kind, seen, urls, address),
                thread=f"series-{series_id}-{first.role}@{host}",
            )
        )

    def _text(self, kind: str, seen: list[Visit], urls: list[str], to: Person, locale: str) -> str:
        first, links = seen[0], self._service.links
        asked = kind == "arranged" and first.status is Status.REQUESTED
        letter = LETTERS["requested" if asked else kind, first.role][locale]
        times = []
        for number, (one, url) in enumerate(zip(seen, urls, strict=True), 1):
            line = f"{number}. {when(one.starts_at, one.ends_at, one.timezone, locale)}"
            if first.role == "client" and kind == "arranged":
                way_in = (STATE if one.status is Status.REQUESTED else JOIN)[locale]
                line += f"\n{way_in}: {url}\n{CHANGE[locale]}: {links.change(url, 'look')}"
            times.append(line)
        words = {
            "name": to.name,
            "other": first.therapist_name,
            "times": "\n".join(times),
            "until": _deadline(seen, locale),
        }
        after = [urls[0]] if first.role == "therapist" else []
        after.append(self._frame.help_for(first.role, locale))
        return "\n\n".join([*(line.format(**words) for line in letter), *after, "Todoku"]) + "\n"

    def _entries(self, kind: str, seen: list[Visit], urls: list[str], address: str) -> tuple[Attachment, ...]:
        """A request has none yet."""
        method: Method = "CANCEL" if kind == "cancelled" else "REQUEST"
        entries = []
        for number, (one, url) in enumerate(zip(seen, urls, strict=True), 1):
            if one.status is Status.REQUESTED:
                continue
            entry = Entry.of(one, url, self._service.sender)
            content = calendar_file(entry, self._clock.now(), method, address)
            kind_ = f"text/calendar; method={method}"
            entries.append(Attachment(f"consultation-{number}.ics", kind_, content))
        return tuple(entries)


def _deadline(seen: list[Visit], locale: str) -> str:
    """By when the first of them is to be answered."""
    first = min(seen, key=lambda one: one.approve_until or one.starts_at)
    return moment(first.approve_until or first.starts_at, first.timezone, locale)
