"""Use-cases of a therapist's personal calendars: what is busy there is offered to nobody.

A calendar is asked every quarter of an hour or so, and when its therapist wants; what fails keeps the last
good times and says so. Not here: the asking and reading (calendar_reading.py), SQL (import_store.py).
"""

import asyncio
import hashlib
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from core.clock import Clock
from core.config import OutgoingConfig
from core.database import Database
from core.errors import Denied, Invalid, NotFound, TooMany
from core.http import Identity
from core.idempotency import Stored
from core.ids import PersonId
from core.outgoing import Failed, checked
from scheduler import import_store, practice_store, store
from scheduler.calendar_reading import CalendarReader, Reading
from scheduler.errors import TherapistUnknown
from scheduler.import_store import Import
from scheduler.model import Span
from scheduler.once import Once, keep, known_answer

MOST_CALENDARS = 5
BEHIND, AHEAD = timedelta(days=1), timedelta(days=400)  # longer than any session can be booked ahead
EVERY = timedelta(minutes=15)
SPREAD = 0.2  # of that, so that calendars added together are not asked together
AGAIN_AFTER = timedelta(seconds=60)  # when their therapist wants
AT_A_TIME = 8  # in one turn of the job

log = structlog.get_logger()


def due_at(import_id: str, tried_at: datetime) -> datetime:
    """When a calendar is asked again by itself: a quarter of an hour later, each a little apart (pure)."""
    seed = hashlib.sha256(f"{import_id}{tried_at.isoformat()}".encode()).digest()
    return tried_at + EVERY * (1 - SPREAD / 2 + SPREAD * seed[0] / 255)


def asked_address(url: str, config: OutgoingConfig) -> str:
    """The address as it is asked. Raises Invalid."""
    scheme, colon, rest = url.partition(":")
    if scheme.lower() in ("webcal", "webcals"):
        url = "https" + colon + rest
    try:
        checked(url, config)
    except Failed as failed:
        raise unusable(failed) from None
    return url


def unusable(failed: Failed) -> Invalid:
    """What is wrong with an address that somebody gave."""
    message = "no calendar that can be used is there"
    return Invalid(errors=[{"field": "url", "message": message, "rule": failed.problem}])


class CalendarImports:
    """What a therapist asks of their calendars, and the job that keeps them fresh."""

    def __init__(
        self, database: Database, clock: Clock, config: OutgoingConfig, reader: CalendarReader
    ) -> None:
        self._database, self._clock, self._config, self._reader = database, clock, config, reader

    async def all(self, identity: Identity) -> list[Import]:
        """Raises Denied."""
        async with self._database.read() as connection:
            return await import_store.of_therapist(connection, _own(identity))

    async def add(self, identity: Identity, url: str, label: str, once: Once) -> list[Import]:
        """Look at a calendar and keep it; one that is there already gets its new label. Raises Invalid."""
        own, url = _own(identity), asked_address(url, self._config)
        async with self._database.read() as connection:
            repeated = await known_answer(connection, identity, once) is not None  # twins: see below
            therapist = await practice_store.find_therapist(connection, own)
            known = await import_store.of_therapist(connection, own)
        if repeated:
            return known
        if therapist is None:
            raise TherapistUnknown
        _check_count([one for one in known if one.url != url])
        try:
            reading = await self._reader.read(url, None, self._within(), therapist.timezone)
        except Failed as failed:
            raise unusable(failed) from None

        async def work(connection: AsyncConnection) -> list[Import]:
            await store.lock_therapist(connection, own)
            if await known_answer(connection, identity, once) is None:
                import_id = await self._added(connection, own, url, label, reading)
                answer = Stored(200, {"calendar_id": import_id})
                await keep(connection, identity, once, answer, self._clock.now())
            return await import_store.of_therapist(connection, own)

        return await self._database.transact(work)

    async def _added(
        self, connection: AsyncConnection, own: PersonId, url: str, label: str, reading: Reading
    ) -> str:
        """Its id, also where it was there already. Raises Invalid."""
        known = await import_store.of_therapist(connection, own)
        same = [one.id for one in known if one.url == url]
        now = self._clock.now()
        if not same:
            _check_count(known)
            same = [await import_store.insert(connection, own, url, label, now)]
            await self._audit(connection, own, "calendar_added", same[0])
        await import_store.update(connection, same[0], label=label)
        (one,) = [one for one in await import_store.of_therapist(connection, own) if one.id == same[0]]
        await self._keep(connection, one, reading, now)
        return one.id

    async def remove(self, identity: Identity, import_id: str) -> list[Import]:
        """With all that was kept of it. Raises NotFound."""
        own = _own(identity)

        async def work(connection: AsyncConnection) -> list[Import]:
            await store.lock_therapist(connection, own)
            if not await import_store.delete(connection, own, import_id):
                raise NotFound
            await self._audit(connection, own, "calendar_removed", import_id)
            return await import_store.of_therapist(connection, own)

        return await self._database.transact(work)

    async def refresh(self, identity: Identity, import_id: str, once: Once) -> list[Import]:
        """Ask it now. Raises NotFound, TooMany."""
        own, now = _own(identity), self._clock.now()

        async def begin(connection: AsyncConnection) -> Import | None:
            if await known_answer(connection, identity, once) is not None:
                return None
            found = [one for one in await import_store.of_therapist(connection, own) if one.id == import_id]
            if not found:
                raise NotFound
            _check_rested(found[0], now)
            await keep(connection, identity, once, Stored(200, {"calendar_id": import_id}), now)
            return found[0]

        one = await self._database.transact(begin)
        if one is not None:
            await self._refresh(one)
        return await self.all(identity)

    async def refresh_due(self) -> None:
        """Job: ask those whose time has come, the longest untried first."""
        now = self._clock.now()
        async with self._database.read() as connection:
            found = await import_store.tried_before(connection, now - EVERY * (1 - SPREAD / 2))
        due = [one for one in found if one.tried_at is None or due_at(one.id, one.tried_at) <= now]
        await asyncio.gather(*(self._refresh(one) for one in due[:AT_A_TIME]))

    async def _refresh(self, one: Import) -> None:
        now = self._clock.now()
        async with self._database.write() as connection:
            if not await import_store.claim(connection, one, now):
                return
        # With a new day the window has moved on: then all of it is read, changed or not.
        fresh = one.refreshed_at is not None and one.refreshed_at.date() == now.date() and not one.problem
        try:
            reading = await self._reader.read(
                one.url, one.etag if fresh else None, self._within(), one.timezone
            )
        except Failed as failed:
            log.info("calendar_not_read", import_id=one.id, problem=failed.problem)
            async with self._database.write() as connection:
                await import_store.update(connection, one.id, problem=failed.problem)
            return

        async def work(connection: AsyncConnection) -> None:
            await store.lock_therapist(connection, one.therapist_id)
            await self._keep(connection, one, reading, now)

        await self._database.transact(work)

    async def _keep(self, connection: AsyncConnection, one: Import, reading: Reading, now: datetime) -> None:
        values = {"etag": reading.etag, "refreshed_at": now, "tried_at": now, "problem": None}
        there = await import_store.update(connection, one.id, **values)
        if not there or reading.busy is None:
            return
        if await import_store.times_of(connection, one.id) != reading.busy:
            await import_store.replace_times(connection, one, reading.busy)

    async def _audit(self, connection: AsyncConnection, own: PersonId, action: str, import_id: str) -> None:
        now, detail = self._clock.now(), {"import_id": import_id}
        await accounts.audit(connection, actor=own, action=action, subject=own, detail=detail, now=now)

    def _within(self) -> Span:
        now = self._clock.now().replace(microsecond=0)
        return Span(now - BEHIND, now + AHEAD)


def _own(identity: Identity) -> PersonId:
    if identity.kind != "account" or identity.person_id is None or "therapist" not in identity.roles:
        raise Denied
    return identity.person_id


def _check_rested(one: Import, now: datetime) -> None:
    since = now - (one.tried_at or now - AGAIN_AFTER)
    if since < AGAIN_AFTER:
        raise TooMany(retry_after_s=int((AGAIN_AFTER - since).total_seconds()) + 1)


def _check_count(known: list[Import]) -> None:
    if len(known) >= MOST_CALENDARS:
        raise Invalid(f"there can be at most {MOST_CALENDARS} of these")
