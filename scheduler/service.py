"""Use-cases of the scheduler: one method per verb; each opens its transaction.

What happens inside is in booking.py, browsing.py, practice.py and visits.py. Functions that others call in a
transaction of their own (fulfil, register_therapist, book_on_behalf) take the connection and are named here.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.attempts import Attempts
from core.clock import Clock
from core.database import Database
from core.errors import Denied, NotFound
from core.http import Identity, rfc3339
from core.idempotency import Stored, row_of
from core.ids import BookingId, EmployerId, PersonId
from core.pages import Position
from core.together import Rows, insert_together
from scheduler import agenda, browsing, desk, nearby, practice_store, store, times, visits
from scheduler import booking as bookings
from scheduler import practice as practices
from scheduler.agenda import Agenda, OwnSession
from scheduler.booking import Arrangement, Booker, Pick, Wish, book_on_behalf
from scheduler.calendar_file import Entry, calendar_file
from scheduler.config import SchedulerConfig
from scheduler.desk import Desk
from scheduler.errors import (
    HoldExpired,
    SlotNotOffered,
    SlotTaken,
    TherapistFull,
    TherapistUnknown,
    TooManyBookings,
    TooManyHolds,
)
from scheduler.hours import local_days, zone
from scheduler.join_links import JoinLinks
from scheduler.laws import laws
from scheduler.limits import booking_limits, hold_limits
from scheduler.model import Alternative, Booking, Slot, Status, Visit
from scheduler.once import Once, known_answer
from scheduler.practice import Hours, NewTherapist, Practice, register_therapist
from scheduler.visits import Session, fulfil

__all__ = [
    "Arrangement",
    "Hours",
    "NewTherapist",
    "SchedulerService",
    "book_on_behalf",
    "fulfil",
    "register_therapist",
]

# Since when something goes on in the rooms of some bookings; signaling tells.
News = Callable[[Sequence[BookingId]], Awaitable[Mapping[BookingId, datetime]]]

Result = TypeVar("Result")

WITH_ALTERNATIVES = (SlotTaken, SlotNotOffered, TherapistFull)


@dataclass(frozen=True)
class Confirmation:
    """A booking as one of its people sees it; `join_url` is a secret of the client's and None for others."""

    visit: Visit
    join_url: str | None


def booker_of(identity: Identity) -> Booker:
    """Who books: a booking link or a signed-in client. Raises Denied for everybody else."""
    if identity.kind == "link" and identity.scope.get("purpose") != "booking":
        raise Denied
    if identity.kind == "account" and "client" not in identity.roles:
        raise Denied
    employer_id = identity.scope.get("employer_id")
    if identity.person_id is None and employer_id is None:
        raise Denied
    return Booker(
        holder=identity.person_id or identity.session_id,
        client_id=identity.person_id,
        employer_id=EmployerId(employer_id) if employer_id else None,
    )


class SchedulerService:
    """Everything that can be asked of the scheduler."""

    def __init__(
        self, database: Database, config: SchedulerConfig, clock: Clock, links: JoinLinks, sender: str
    ) -> None:
        self._database = database
        self._clock = clock
        self._attempts = Attempts(database, clock)
        self.links = links
        self.sender = sender
        self.config = config

    def now(self) -> datetime:
        """By the service's clock."""
        return self._clock.now()

    async def choice(self, identity: Identity) -> browsing.Choice:
        """Whom this client may book."""
        booker = booker_of(identity)
        async with self._database.read() as connection:
            return await browsing.choice(connection, booker, self.config, self._clock.now())

    async def slots(self, identity: Identity, asked: browsing.Asked) -> list[Slot]:
        """Free times of one therapist. Raises CareElsewhere, TherapistUnknown, SlotNotOffered."""
        booker = booker_of(identity)
        async with self._database.read() as connection:
            return await browsing.slots(connection, booker, asked, self.config, self._clock.now())

    async def times(
        self, identity: Identity, wanted: times.Wanted
    ) -> tuple[list[times.FreeTime], datetime | None]:
        """Free times of everybody this client may book; where there are none, the next one."""
        booker, now = booker_of(identity), self._clock.now()
        async with self._database.read() as connection:
            practices = await times.read(connection, booker, wanted, self.config, now)
        found = await times.merged(practices, now)
        return found, None if found else await times.next_free(practices, now)

    async def next_free(self, identity: Identity, asked: browsing.Asked) -> datetime | None:
        """The first free start after what was asked for, else the first of all."""
        booker, now = booker_of(identity), self._clock.now()
        async with self._database.read() as connection:
            practices = await times.read_one(connection, booker, asked, self.config, now)
        return await times.next_free(practices, now)

    async def count_hold(self, identity: Identity, address: str, once: Once) -> None:
        """One more attempt to reserve a time, from `address`; a repeated one is none. Raises TooManyHolds."""
        limits = hold_limits(booker_of(identity), address, self.config)
        if not await self._answered(identity, once):
            await self._attempts.count(limits, TooManyHolds)

    async def count_booking(self, identity: Identity, mail: str, address: str, once: Once) -> None:
        """One more attempt to book; a repeated one is none. Raises TooManyBookings, Invalid."""
        limits = booking_limits(booker_of(identity), mail, address, self.config)
        if not await self._answered(identity, once):
            await self._attempts.count(limits, TooManyBookings)

    async def hold(self, identity: Identity, pick: Pick, once: Once) -> Booking:
        """Reserve a time for some minutes. The errors about time carry `alternatives`."""
        booker, now = booker_of(identity), self._clock.now()

        async def work(connection: AsyncConnection) -> Booking:
            at, known = await self._sit_down(connection, identity, once, booker, pick)
            if known is not None and known.status is not Status.HELD:
                raise HoldExpired("This reservation has become a booking")
            if known is not None and (known.hold_expires_at or now) <= now:  # not swept yet
                raise HoldExpired
            if known is not None:
                return known
            held = await bookings.hold(connection, booker, pick, self.config, now, at)
            with laws():
                await insert_together(connection, *_answer(identity, once, held, now))
            return held

        return await self._with_alternatives(booker, pick, work)

    async def release(self, identity: Identity, hold_id: str) -> None:
        """Give a held time back. Raises NotFound."""
        booker = booker_of(identity)
        async with self._database.write() as connection:
            if not await store.release_hold(connection, hold_id, booker.holder):
                raise NotFound

    async def book(self, identity: Identity, wish: Wish, once: Once) -> Confirmation:
        """Confirm a time; asked again with the same key, the same booking. See booking.book for the rules."""
        booker, now = booker_of(identity), self._clock.now()

        async def work(connection: AsyncConnection) -> Confirmation | Booking:
            at, known = await self._sit_down(connection, identity, once, booker, wish)
            if known is not None:
                return known
            booked, beside = await bookings.book(connection, booker, wish, self.config, now, at)
            visit = await visits.render(connection, booked, "client", self.config, at.names)
            also = [*beside, *_answer(identity, once, booked, now)]
            with laws():
                url = await self.links.make(connection, visit, mailed=_proven(identity), also=also)
                return Confirmation(visit, url)

        done = await self._with_alternatives(booker, wish, work)
        if isinstance(done, Confirmation):
            return done
        visit = await self.visit(done.id, identity, now)
        return Confirmation(visit, await self.links.ensure(visit, mailed=_proven(identity)))

    async def booking(self, identity: Identity, booking_id: str) -> Confirmation:
        """A booking with names, for its client with the join link. Changes nothing. Raises NotFound."""
        async with self._database.read() as connection:
            visit = await visits.look(connection, booking_id, identity, self.config)
        if visit.role != "client":
            return Confirmation(visit, None)
        url = await self.links.find(visit.booking_id, visit.client_id, mailed=_proven(identity))
        return Confirmation(visit, url)

    async def own_sessions(
        self,
        identity: Identity,
        running: News,
        most: int = agenda.PAST_SHOWN,
        before: Position | None = None,
    ) -> Agenda:
        """A signed-in client's sessions, those to come with the way in. Changes nothing."""
        if identity.kind != "account" or identity.person_id is None:
            raise Denied
        async with self._database.read() as connection:
            found = await agenda.own_sessions(connection, identity.person_id, self.config, before)
        going_on = await running([one.booking.id for one in found])
        parts = agenda.split(found, going_on, self._clock.now(), most)
        upcoming = [replace(one, enter_url=await self._way_in(one, identity)) for one in parts.upcoming]
        return replace(parts, upcoming=tuple(upcoming))

    async def _way_in(self, one: OwnSession, identity: Identity) -> str | None:
        booking = one.booking
        if booking.client_id is None or not agenda.can_be_entered(one):
            return None
        mailed = await self.links.find(booking.id, PersonId(booking.client_id), mailed=True)
        own = booking.client_id == identity.person_id
        return mailed or (self.links.signed_in(booking.id) if own else None)

    async def calendar(self, identity: Identity, booking_id: str) -> bytes:
        """The booking as a calendar file to download. Raises NotFound."""
        shown = await self.booking(identity, booking_id)
        url = shown.join_url or self.links.signed_in(shown.visit.booking_id)
        return calendar_file(Entry.of(shown.visit, url, self.sender), self._clock.now())

    async def visit(self, booking_id: str, identity: Identity, now: datetime) -> Visit:
        """The booking for one of its two people. Raises NotFound for everybody else."""
        async with self._database.read() as connection:
            return await visits.visit(connection, booking_id, identity, self.config)

    async def sessions(
        self, identity: Identity, first: date | None, last: date | None
    ) -> tuple[str, Sequence[Session]]:
        """The therapist's zone and sessions on local dates `first` to `last`; see `visits.today` without."""
        now = self._clock.now()
        async with self._database.read() as connection:
            therapist = await practice_store.find_therapist(connection, _own(identity))
            if therapist is None:
                raise TherapistUnknown
            zone_ = zone(therapist.timezone)
            day = first or now.astimezone(zone_).date()
            within = local_days(day, last or day, zone_)
            if first is None:
                found = await visits.today(connection, therapist.id, within, now, self.config)
            else:
                found = await visits.sessions(connection, therapist.id, within, self.config)
            return therapist.timezone, found

    async def practice(self, identity: Identity) -> Practice:
        """The therapist's own settings."""
        async with self._database.read() as connection:
            return await practices.practice(connection, _own(identity))

    async def sweep(self) -> None:
        """Job: remove expired holds. Looks first, so that an idle service never takes the writer's place."""
        now = self._clock.now()
        async with self._database.read() as connection:
            if not await store.any_expired_hold(connection, now):
                return
        async with self._database.write() as connection:
            await store.sweep_holds(connection, now)

    async def _with_alternatives(
        self, booker: Booker, pick: Pick, work: Callable[[AsyncConnection], Awaitable[Result]]
    ) -> Result:
        """`work` in a transaction; where a time is refused, what is free instead is read after it."""
        try:
            return await self._database.transact(work)
        except WITH_ALTERNATIVES as refusal:
            found = await nearby.alternatives(self._database, booker, pick, self.config, self._clock.now())
            refusal.extra["alternatives"] = [_plain(one) for one in found]
            raise

    async def _answered(self, identity: Identity, once: Once) -> bool:
        """Whether this key has its answer already. A hint: twins are told apart under the lock."""
        if once.key is None:
            return False
        async with self._database.read() as connection:
            return await known_answer(connection, identity, once) is not None

    async def _sit_down(
        self, connection: AsyncConnection, identity: Identity, once: Once, booker: Booker, pick: Pick
    ) -> tuple[Desk, Booking | None]:
        """Both locked, so that twins take turns; the booking made when this key first came."""
        asker = booker.asker(identity.session_id, once.key, once.body)
        at = await desk.sit_down(connection, pick.therapist_id, asker, self._clock.now())
        if at.answer is None:
            return at, None
        found = await store.find(connection, at.answer.response["booking_id"])
        if found is None:  # a hold that was swept or given back
            raise HoldExpired
        return at, found


def _answer(identity: Identity, once: Once, made: Booking, now: datetime) -> list[Rows]:
    """Keeps the id only: a stored answer must not hold a join link."""
    kept = Stored(201, {"booking_id": made.id})
    return [] if once.key is None else [row_of(identity.session_id, once.key, once.body, kept, now)]


def _proven(identity: Identity) -> bool:
    """Who signed in may have the link that was mailed; who has only a link gets one of their own."""
    return identity.kind == "account"


def _own(identity: Identity) -> PersonId:
    if identity.kind != "account" or identity.person_id is None or "therapist" not in identity.roles:
        raise Denied
    return identity.person_id


def _plain(one: Alternative) -> dict[str, str]:
    return {
        "therapist_id": one.therapist_id,
        "starts_at": rfc3339(one.starts_at),
        "ends_at": rfc3339(one.ends_at),
    }
