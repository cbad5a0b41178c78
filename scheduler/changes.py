"""Use-cases of changing a booking: who may do what, one transaction each. The work is changing.py's.

A client changes their own booking, signed in or by its join link, until the cut-off of its kind; its
therapist and staff until it begins. A stranger learns nothing: what is not yours is not found.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import Clock
from core.database import Database
from core.errors import Denied, NotFound
from core.http import Identity
from core.idempotency import Stored
from scheduler import changing, pace_store, practice_store, series_booking, store, visits
from scheduler.changing import Actor, By
from scheduler.config import SchedulerConfig
from scheduler.errors import TherapistUnknown
from scheduler.join_links import JoinLinks
from scheduler.model import LIVE, Booking, Slot, Span, Spared, Visit
from scheduler.once import Once, keep, known_answer
from scheduler.slots import free_slots
from scheduler.visits import Session

Work = Callable[[AsyncConnection, Actor, datetime], Awaitable[Booking]]
SYSTEM = Actor("system", None)


class Changes:
    """Changing bookings that are made."""

    def __init__(self, database: Database, config: SchedulerConfig, clock: Clock, links: JoinLinks) -> None:
        self._database, self._config, self._clock, self._links = database, config, clock, links

    async def cancel(self, identity: Identity, booking_id: str, reason: str | None, once: Once) -> Visit:
        """Raises NotFound, TooLate, StatusConflict."""

        async def work(connection: AsyncConnection, actor: Actor, now: datetime) -> Booking:
            return await changing.cancel(connection, booking_id, actor, reason, self._config, now)

        return await self.change(identity, booking_id, once, work)

    async def move(self, identity: Identity, booking_id: str, starts_at: datetime, once: Once) -> Visit:
        """Raises NotFound, TooLate, StatusConflict, SlotTaken, SlotNotOffered, ClientBusy."""

        async def work(connection: AsyncConnection, actor: Actor, now: datetime) -> Booking:
            return await changing.move(connection, booking_id, starts_at, actor, self._config, now)

        return await self.change(identity, booking_id, once, work)

    async def approve(self, identity: Identity, booking_id: str, once: Once) -> Visit:
        """Its therapist, or staff, takes a request. Raises NotFound, Denied, StatusConflict."""

        async def work(connection: AsyncConnection, actor: Actor, now: datetime) -> Booking:
            return await changing.approve(connection, booking_id, not_client(actor), now)

        return await self.change(identity, booking_id, once, work)

    async def decline(self, identity: Identity, booking_id: str, reason: str | None, once: Once) -> Visit:
        """Its therapist, or staff, does not take a request. Raises NotFound, Denied, StatusConflict."""

        async def work(connection: AsyncConnection, actor: Actor, now: datetime) -> Booking:
            return await changing.decline(connection, booking_id, not_client(actor), reason, now)

        return await self.change(identity, booking_id, once, work)

    async def requests(self, identity: Identity) -> tuple[str, Sequence[Session]]:
        """The therapist's zone, and what waits for their answer. Raises Denied, TherapistUnknown."""
        if identity.kind != "account" or identity.person_id is None or "therapist" not in identity.roles:
            raise Denied
        now = self._clock.now()
        async with self._database.read() as connection:
            therapist = await practice_store.find_therapist(connection, identity.person_id)
            if therapist is None:
                raise TherapistUnknown
            return therapist.timezone, await visits.requests(connection, therapist.id, now, self._config)

    async def times(self, identity: Identity, booking_id: str, within: Span) -> list[Slot]:
        """Where the booking could be moved to, by its kind of session. Raises NotFound."""
        now = self._clock.now()
        async with self._database.read() as connection:
            booking = await store.find(connection, booking_id)
            await self.actor(connection, booking, identity)
            assert booking is not None, "an actor has a booking"  # noqa: S101
            therapist = await practice_store.find_therapist(connection, booking.therapist_id)
            if therapist is None:
                raise NotFound
            kind = await pace_store.type_of(connection, booking, self._config)
            spared = Spared(booking.holder, booking.id)
            calendars = await practice_store.calendars(connection, [therapist], within, now, spared)
        return free_slots(calendars[therapist.id], kind.rules, within, now)

    async def expire_requests(self) -> None:
        """Job: requests that nobody has answered in time are over; those of a series in one step."""
        now = self._clock.now()
        async with self._database.read() as connection:
            due = await store.unanswered(connection, now)
        for booking_id in due:

            async def work(connection: AsyncConnection, booking_id: str = booking_id) -> None:
                booking, _ = await changing.locked(connection, booking_id)
                if booking.id not in await store.unanswered(connection, now):
                    return
                if booking.series_id is not None:
                    await series_booking.decline(connection, booking.series_id, SYSTEM, None, now)
                else:
                    await changing.decline(connection, booking_id, SYSTEM, None, now)

            await self._database.transact(work)

    async def change(self, identity: Identity, booking_id: str, once: Once, work: Work) -> Visit:
        """`work` by whoever asks, once for each key. Raises NotFound, and what `work` raises."""
        now = self._clock.now()

        async def whole(connection: AsyncConnection) -> tuple[Booking, Actor]:
            actor = await self.actor(connection, await store.find(connection, booking_id), identity)
            answer = await known_answer(connection, identity, once)
            known = await store.find(connection, booking_id) if answer is not None else None
            if known is not None:
                return known, actor
            done = await work(connection, actor, now)
            await keep(connection, identity, once, Stored(200, {"booking_id": done.id}), now)
            return done, actor

        booking, actor = await self._database.transact(whole)
        role = "therapist" if actor.by in ("therapist", "staff") else "client"
        async with self._database.read() as connection:
            visit = await visits.render(connection, booking, role, self._config)
        if role == "client" and booking.status in LIVE:  # good until the new time is over
            await self._links.ensure(visit, mailed=identity.kind == "account")
        return visit

    async def actor(self, connection: AsyncConnection, booking: Booking | None, identity: Identity) -> Actor:
        """In which part somebody asks. Raises NotFound for a stranger."""
        if booking is None:
            raise NotFound
        if identity.kind == "account" and "staff" in identity.roles:
            return Actor("staff", identity.person_id)
        try:
            found = await visits.look(connection, booking.id, identity, self._config)
        except NotFound:
            raise NotFound from None
        return Actor(cast(By, found.role), identity.person_id or identity.session_id)


def not_client(actor: Actor) -> Actor:
    """Who answers requests. Raises Denied."""
    if actor.by == "client":
        raise Denied
    return actor
