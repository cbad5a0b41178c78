"""Mails about a seat in a session for several, to whoever has it, with a neutral calendar entry.

What is no longer so when it would be sent is not sent.
"""

from email.utils import parseaddr
from functools import partial
from typing import Any

from accounts import service as accounts
from accounts.model import Person
from core.clock import Clock
from core.database import Database
from core.ids import PersonId
from core.mail import Attachment, Mail, Mailer
from core.outbox import Handler
from scheduler import group_store, store
from scheduler.calendar_file import Entry, Method, calendar_file
from scheduler.group_letters import LETTERS
from scheduler.group_store import Group
from scheduler.letters import SUBJECTS
from scheduler.mail import shortly, when
from scheduler.mail_frame import Frame, host_of, locale_of
from scheduler.model import Booking, Status
from scheduler.plain_page import page
from scheduler.service import SchedulerService

STANDS = {
    "taken": Status.CONFIRMED,
    "reminder": Status.CONFIRMED,
    "given_back": Status.CANCELLED,
    "cancelled": Status.CANCELLED,
}
# A seat is told of in the words of other sessions.
SAID = {
    "taken": "confirmed",
    "reminder": "reminder",
    "given_back": "cancelled",
    "cancelled": "cancelled",
}
ENTRIES: dict[str, Method] = {"taken": "REQUEST", "given_back": "CANCEL", "cancelled": "CANCEL"}


class GroupMails:
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
        return {f"seat.{kind}": [partial(self._handle, kind)] for kind in STANDS}

    async def _handle(self, kind: str, payload: dict[str, Any]) -> None:
        async with self._database.read() as connection:
            seat = await store.find(connection, payload["booking_id"])
            group = await group_store.find(connection, payload["group_id"])
            if seat is None or group is None or seat.client_id is None:
                return
            stands = seat.status is STANDS[kind] and seat.sequence == payload["sequence"]
            if not stands or seat.starts_at <= self._clock.now():
                return
            people = await accounts.people(connection, [seat.client_id, group.therapist_id])
        to = people[PersonId(seat.client_id)]
        if to.email is not None:
            word = f"{kind}-{payload['what']}" if "what" in payload else kind
            therapist = people[PersonId(group.therapist_id)].named(locale_of(to))
            await self._send(kind, word, seat, self._text(kind, seat, group, to, therapist), to)

    def _text(self, kind: str, seat: Booking, group: Group, to: Person, therapist: str) -> str:
        locale = locale_of(to)
        words = {
            "name": to.named(locale),
            "title": group.title.get(locale, ""),
            "when": when(seat.starts_at, seat.ends_at, seat.client_timezone, locale),
            "other": therapist,
        }
        lines = [line.format(**words) for line in LETTERS[kind][locale]]
        answer = self._frame.help_for("client", locale)
        return "\n\n".join([*lines, self._service.links.public_url, answer, "Todoku"]) + "\n"

    async def _send(self, kind: str, word: str, seat: Booking, text: str, to: Person) -> None:
        host = host_of(self._service.links.public_url)
        address = to.email or ""
        locale = locale_of(to)
        at = shortly(seat.starts_at, seat.client_timezone, locale)
        subject = SUBJECTS[locale][SAID[kind]].format(at=at)
        await self._mailer.send(
            Mail(
                message_id=f"seat-{seat.id}-{seat.sequence}-{word}@{host}",
                to=address,
                subject=subject,
                text=text,
                html=page(text, subject, locale),
                locale=locale,
                attachments=self._entry(kind, seat, address),
                thread=f"seat-{seat.id}@{host}",
            )
        )

    def _entry(self, kind: str, seat: Booking, address: str) -> tuple[Attachment, ...]:
        if kind not in ENTRIES:
            return ()
        method, url = ENTRIES[kind], self._service.links.public_url
        sender = parseaddr(self._service.sender)[1]
        entry = Entry(seat.uid, seat.sequence, seat.starts_at, seat.ends_at, url, sender)
        content = calendar_file(entry, self._clock.now(), method, address)
        return (Attachment("consultation.ics", f"text/calendar; method={method}", content),)
