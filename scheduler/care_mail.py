"""Mails about who cares for whom, sent from the outbox: to a client with a link of their own, to therapists.

A delivery may happen twice: Message-ID and link are the same then. What is decided by then is not sent. The
words are care_letters.py's; mails of bookings are mail.py's.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from accounts.model import Person
from core.clock import Clock
from core.database import Database
from core.mail import Mail, Mailer
from core.outbox import Handler
from scheduler import care_store, leave_store, offer_store
from scheduler.care_letters import CARE_LETTERS, CARE_SUBJECTS
from scheduler.care_model import OfferKind, OfferState
from scheduler.mail import briefly, days, html, moment, text
from scheduler.mail_frame import Frame, host_of, locale_of

LINK_LASTS = timedelta(days=60)


@dataclass(frozen=True)
class Occasion:
    """Who is told what; `other` is named in it, `until` and `since` are said on the reader's wall."""

    letter: str
    to: str
    subject: str  # of the event: part of the Message-ID
    page: str  # "book", "decide" or "clients"
    other: str | None = None
    since: datetime | None = None
    until: datetime | None = None


Look = Callable[[AsyncConnection, dict[str, Any], datetime], Awaitable[Occasion | None]]


async def _offered(connection: AsyncConnection, payload: dict[str, Any], now: datetime) -> Occasion | None:
    offer = await offer_store.find_offer(connection, payload["offer_id"])
    if offer is None or offer.state is not OfferState.OPEN or offer.expires_at <= now:
        return None
    to, other = offer.client_id, offer.therapist_id
    return Occasion("offered", to, offer.id, "book", other, until=offer.expires_at)


async def _offer_over(
    connection: AsyncConnection, payload: dict[str, Any], _now: datetime
) -> Occasion | None:
    client_id = payload["client_id"]
    if await leave_store.handover_by_offer(connection, payload["offer_id"]) is not None:
        return None  # it was no place they waited for
    if await care_store.open_of(connection, client_id) or await offer_store.wait_of(connection, client_id):
        return None
    return Occasion("offer_over", client_id, payload["offer_id"], "book")


async def _joined(connection: AsyncConnection, payload: dict[str, Any], _now: datetime) -> Occasion | None:
    """Not where a place was kept for them at once: that has a mail of its own."""
    wait = await offer_store.find_wait(connection, payload["wait_id"])
    if wait is None or wait.state not in offer_store.QUEUED:
        return None
    offer = await offer_store.open_offer(connection, wait.client_id)
    if offer is not None and offer.kind is OfferKind.PLACE:
        return None
    return Occasion("joined", wait.client_id, wait.id, "decide")


async def _asked(connection: AsyncConnection, payload: dict[str, Any], now: datetime) -> Occasion | None:
    offer = await offer_store.find_offer(connection, payload["offer_id"])
    if offer is None or offer.state is not OfferState.OPEN or offer.expires_at <= now:
        return None
    return Occasion("asked", offer.therapist_id, offer.id, "clients", until=offer.expires_at)


async def _opened(connection: AsyncConnection, payload: dict[str, Any], now: datetime) -> Occasion | None:
    """Only where no booking came with it: that has a mail of its own."""
    care = await care_store.find(connection, payload["care_id"])
    if care is None or care.ended_at is not None or await care_store.is_in_use(connection, care.id):
        return None
    return Occasion("opened", care.client_id, care.id, "book", care.therapist_id)


async def _ended(connection: AsyncConnection, payload: dict[str, Any], _now: datetime) -> Occasion | None:
    care = await care_store.find(connection, payload["care_id"])
    if care is None:
        return None
    if payload["to"] == "client":
        return Occasion("ended", care.client_id, care.id, "book")
    return Occasion("ended_therapist", care.therapist_id, care.id, "clients")


async def _handover(connection: AsyncConnection, payload: dict[str, Any], _now: datetime) -> Occasion | None:
    found = await leave_store.find_handover(connection, payload["handover_id"])
    if found is None or found.state != "proposed":
        return None
    return Occasion("handover", payload["client_id"], found.id, "decide", found.therapist_to)


async def _handed(_c: AsyncConnection, payload: dict[str, Any], _now: datetime) -> Occasion | None:
    return Occasion("handed_over", payload["to"], payload["handover_id"], "clients")


async def _stayed(_c: AsyncConnection, payload: dict[str, Any], _now: datetime) -> Occasion | None:
    return Occasion("handover_declined", payload["therapist_id"], payload["handover_id"], "clients")


async def _leave(connection: AsyncConnection, payload: dict[str, Any], now: datetime) -> Occasion | None:
    found = await leave_store.find_choice(connection, payload["choice_id"])
    if found is None or found.choice is not None or found.ends_at <= now:
        return None
    care = await care_store.find(connection, found.care_id)
    to, since, until = payload["client_id"], found.starts_at, found.ends_at
    away = care.therapist_id if care is not None else None
    return Occasion("leave", to, found.id, "decide", away, since=since, until=until)


OCCASIONS: dict[str, Look] = {
    "care.offered": _offered,
    "care.offer_over": _offer_over,
    "care.asked": _asked,
    "wait.joined": _joined,
    "care.opened": _opened,
    "care.end_told": _ended,
    "handover.proposed": _handover,
    "handover.done_told": _handed,
    "handover.declined": _stayed,
    "leave.asked": _leave,
}


class CareMails:
    """Handlers for the outbox. `secret`: links are derived from it, so that a repeated mail has the same."""

    def __init__(
        self,
        database: Database,
        mailer: Mailer,
        clock: Clock,
        public_url: str,
        secret: bytes,
        frame: Frame,
    ) -> None:
        self._database, self._mailer, self._clock = database, mailer, clock
        self._public_url, self._secret = public_url.rstrip("/"), secret
        self._frame = frame

    def handlers(self) -> dict[str, Handler]:
        """By topic."""
        return {topic: partial(self._handle, look) for topic, look in OCCASIONS.items()}

    async def _handle(self, look: Look, payload: dict[str, Any]) -> None:
        now = self._clock.now()
        async with self._database.read() as connection:
            one = await look(connection, payload, now)
            ids = [one.to, one.other or one.to] if one else []
            people = await accounts.people(connection, ids)
        if one is not None:
            await self._send(one, people, now)

    async def _send(self, one: Occasion, people: dict[Any, Person], now: datetime) -> None:
        to = people.get(one.to)
        if to is None or to.email is None:
            return
        locale = locale_of(to)
        letter = CARE_LETTERS[one.letter][locale]
        url = await self._page(one, now)
        words = {
            "name": to.named(locale),
            "other": people[one.other].named(locale) if one.other else "",
            "help": self._frame.help_contact,
            "until": moment(one.until, to.timezone, locale) if one.until else "",
            "days": days(one.since, one.until, to.timezone, locale) if one.since and one.until else "",
        }
        until = briefly(one.until, to.timezone, locale) if one.until else ""
        subject = CARE_SUBJECTS[one.letter][locale].format(until=until)
        role = "therapist" if one.page == "clients" else "client"
        after = [*letter.after, self._frame.help_line(role, locale)]
        host = host_of(self._public_url)
        await self._mailer.send(
            Mail(
                message_id=f"{one.letter.replace('_', '-')}-{one.subject}-{one.to}@{host}",
                to=to.email,
                subject=subject,
                text=text(letter, after, words, url),
                html=html(letter, after, words, url, locale, subject),
                locale=locale,
            )
        )

    async def _page(self, one: Occasion, now: datetime) -> str:
        if one.page == "clients":
            return f"{self._public_url}/therapist/clients"
        async with self._database.write() as connection:
            token = await accounts.ensure_link(
                connection,
                self._secret,
                purpose="booking",
                scope={"for": "care"},
                person_id=one.to,  # type: ignore[arg-type]
                expires_at=now + LINK_LASTS,
                now=now,
            )
        return f"{self._public_url}/{'choose' if one.page == 'decide' else 'b'}/{token}"
