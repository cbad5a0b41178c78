"""A therapist's sessions as a calendar to subscribe to (RFC 5545, RFC 7986), at a secret address.

Calendar programs show and print what they get to whoever looks on: so an entry has neither a name nor a link,
and the neutral title of all our calendar files. Only the hash of the secret is kept, for a day also the id
that it is derived from; a new one ends the old.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from icalendar import Calendar, Event
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from core.clock import Clock
from core.database import Database
from core.errors import Denied, Gone, NotFound
from core.http import Identity
from core.idempotency import Stored
from core.ids import PersonId, derived_token, new_id, token_hash
from scheduler import store
from scheduler.calendar_file import PLACE, PRODUCT, TITLE
from scheduler.errors import TherapistUnknown
from scheduler.model import Status
from scheduler.once import Once, keep, known_answer
from scheduler.tables import booking, therapist

BEHIND, AHEAD = timedelta(days=30), timedelta(days=400)
SHOWN = (Status.REQUESTED, Status.CONFIRMED, Status.FULFILLED, Status.NOSHOW)
ASK_EVERY = timedelta(minutes=15)


@dataclass(frozen=True)
class Session:
    """What a subscriber gets to know of one."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    status: Status
    updated_at: datetime


@dataclass(frozen=True)
class Feed:
    """The file, and what tells it from the one before."""

    content: bytes
    etag: str


class Feeds:
    """Making, ending and reading the address.

    `secret`: an address is derived from it, so that a request asked again gets the same one.
    """

    def __init__(self, database: Database, clock: Clock, public_url: str, secret: bytes) -> None:
        self._database, self._clock, self._public_url = database, clock, public_url
        self._secret = secret

    async def exists(self, identity: Identity) -> bool:
        """Whether there is an address; which one, nobody knows any more. Raises Denied, TherapistUnknown."""
        query = sa.select(therapist.c.feed_token_hash).where(therapist.c.id == _own(identity))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            raise TherapistUnknown
        return row.feed_token_hash is not None

    async def make(self, identity: Identity, once: Once) -> str:
        """A new address, shown to this request alone; the one before ends.

        Raises Denied, TherapistUnknown; Gone where the address of a repeated request has ended since.
        """
        own, feed_id = _own(identity), new_id()

        async def work(connection: AsyncConnection) -> str:
            await store.lock_therapist(connection, own)
            answer = await known_answer(connection, identity, once)
            if answer is not None:
                return await self._made_before(connection, own, answer["feed_id"])
            token = derived_token(self._secret, feed_id)
            await self._set(connection, own, token_hash(token), "feed_made")
            await keep(connection, identity, once, Stored(201, {"feed_id": feed_id}), self._clock.now())
            return token

        return f"{self._public_url}/feeds/{await self._database.transact(work)}.ics"

    async def end(self, identity: Identity) -> None:
        """Raises Denied, TherapistUnknown."""
        own = _own(identity)

        async def work(connection: AsyncConnection) -> None:
            await store.lock_therapist(connection, own)
            await self._set(connection, own, None, "feed_ended")

        await self._database.transact(work)

    async def read(self, token: str) -> Feed:
        """Everything a subscriber sees. Raises NotFound."""
        known = sa.select(therapist.c.id).where(therapist.c.feed_token_hash == token_hash(token))
        async with self._database.read() as connection:
            row = (await connection.execute(known)).first()
            if row is None:
                raise NotFound
            sessions = await _sessions(connection, row.id, self._clock.now())
        content = feed_file(sessions)
        return Feed(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')

    async def _made_before(self, connection: AsyncConnection, own: PersonId, feed_id: str) -> str:
        """The token made when this key first came, if it still leads anywhere."""
        token = derived_token(self._secret, feed_id)
        known = sa.select(therapist.c.id).where(
            therapist.c.id == own, therapist.c.feed_token_hash == token_hash(token)
        )
        if (await connection.execute(known)).first() is None:
            raise Gone("this address has ended since")
        return token

    async def _set(self, connection: AsyncConnection, own: PersonId, hashed: str | None, action: str) -> None:
        change = sa.update(therapist).where(therapist.c.id == own).values(feed_token_hash=hashed)
        if (await connection.execute(change)).rowcount != 1:
            raise TherapistUnknown
        now = self._clock.now()
        await accounts.audit(connection, actor=own, action=action, subject=own, detail={}, now=now)


async def _sessions(connection: AsyncConnection, therapist_id: str, now: datetime) -> list[Session]:
    """A group is one session."""
    query = (
        sa.select(booking)
        .where(
            booking.c.therapist_id == therapist_id,
            booking.c.status.in_(SHOWN),
            booking.c.starts_at > now - BEHIND,
            booking.c.starts_at < now + AHEAD,
            sa.or_(booking.c.group_id.is_(None), booking.c.client_id.is_(None)),
        )
        .order_by(booking.c.starts_at, booking.c.id)
    )
    return [
        Session(row.uid, row.sequence, row.starts_at, row.ends_at, Status(row.status), row.updated_at)
        for row in await connection.execute(query)
    ]


def feed_file(sessions: Sequence[Session]) -> bytes:
    """The file: the same for the same sessions, whenever it is made (pure)."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Todoku")
    calendar.add("refresh-interval", ASK_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for one in sessions:
        event = Event()
        event.add("uid", one.uid)
        event.add("sequence", one.sequence)
        event.add("dtstamp", one.updated_at.replace(microsecond=0))
        event.add("dtstart", one.starts_at)
        event.add("dtend", one.ends_at)
        event.add("summary", TITLE)
        event.add("location", PLACE)
        event.add("class", "PRIVATE")
        event.add("transp", "OPAQUE")
        event.add("status", "TENTATIVE" if one.status is Status.REQUESTED else "CONFIRMED")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _own(identity: Identity) -> PersonId:
    if identity.kind != "account" or identity.person_id is None or "therapist" not in identity.roles:
        raise Denied
    return identity.person_id
