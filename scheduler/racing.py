"""Many clients at once who do everything that can be done with bookings and places, at random but seeded.

What may be refused is refused with a known error; whatever else goes wrong is counted as a fault. Works on a
database of its own (server/verify.py makes one): it makes people, and lowers capacities without asking.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from core.clock import Clock
from core.database import Database
from core.errors import Contended, TodokuError
from core.http import Identity
from core.ids import EmployerId, PersonId, new_id
from scheduler.booking import Pick, Wish
from scheduler.browsing import Asked
from scheduler.cares import Cares
from scheduler.changes import Changes
from scheduler.config import SchedulerConfig
from scheduler.handing import Shared
from scheduler.join_links import JoinLinks
from scheduler.leave_store import proposed_to
from scheduler.model import Slot, Span
from scheduler.offer_store import open_offer
from scheduler.once import Once
from scheduler.pace_service import PaceService
from scheduler.practice import Hours, NewTherapist, register_therapist
from scheduler.racing_cares import Caring, as_therapist, first_time, with_requests
from scheduler.racing_groups import Crowding
from scheduler.service import SchedulerService
from scheduler.tables import booking, care, therapist
from scheduler.waiting import Place

TIMEZONE = "Asia/Tokyo"
HOLD_S = 1  # so that reservations run out while others look at them
DAYS = 6
CAPACITY, MOST_CAPACITY = 20, 40


@dataclass
class Tally:
    """What was done, what was refused (by code), and what should not have happened."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Ground:
    """The practice they all crowd into."""

    database: Database
    clock: Clock
    service: SchedulerService
    changes: Changes
    cares: Cares
    pace: PaceService
    therapists: tuple[PersonId, ...]
    employer_id: EmployerId


def config() -> SchedulerConfig:
    """Short reservations, no notice, short slots, and nobody is throttled."""
    many = 10**9
    return SchedulerConfig(
        session_min=30,
        step_min=30,
        buffer_after_min=10,
        notice_min=0,
        hold_s=HOLD_S,
        holds_per_session=many,
        holds_per_link=many,
        holds_per_address=many,
        bookings_per_mail=many,
        bookings_per_session=many,
        bookings_per_link=many,
        bookings_per_address=many,
    )


async def prepare(database: Database, clock: Clock, therapists: int = 6) -> Ground:
    """A company, and therapists with a few places each."""
    now, made = clock.now(), []
    async with database.write() as connection:
        employer_id = await accounts.create_employer(connection, "Company", now)
        for n in range(therapists):
            made.append(await _therapist(connection, n, now))
        await with_requests(connection, made[min(2, therapists - 1)], clock)
    links = JoinLinks(database, clock, "http://localhost", b"links of a race")
    service = SchedulerService(database, config(), clock, links, "Todoku <no-reply@localhost>")
    changes = Changes(database, config(), clock, links)
    cares = Cares(database, config(), clock)
    pace = PaceService(database, config(), clock)
    return Ground(database, clock, service, changes, cares, pace, tuple(made), employer_id)


async def _therapist(connection: AsyncConnection, n: int, now: datetime) -> PersonId:
    person_id = await accounts.create_person(
        connection,
        name=f"Therapist {n}",
        email=f"t{new_id()}@example.com",
        locale="ja",
        timezone=TIMEZONE,
        roles=("therapist",),
        now=now,
    )
    new = NewTherapist(
        person_id=person_id,
        licence_kind="physiotherapist",
        licence_number=str(n),
        licence_verified_at=now,
        licence_expires_at=None,
        timezone=TIMEZONE,
        hours=[Hours(weekday, "09:00", "18:00") for weekday in range(7)],
        capacity=CAPACITY,
        headline={"ja": "", "en": ""},
        languages=["ja", "en"],
    )
    await register_therapist(connection, new, now)
    return person_id


async def race(ground: Ground, clients: int, seconds: float, seed: int) -> Tally:
    """Let so many act at once for so long; the sweeper and the waiting list run beside them."""
    tally, ends_at = Tally(), ground.clock.now() + timedelta(seconds=seconds)
    crowd = [_Client(ground, tally, random.Random(f"{seed}/{n}")) for n in range(clients)]  # noqa: S311
    await asyncio.gather(*(one.live(ends_at) for one in crowd), _time_passes(ground, tally, ends_at))
    return tally


async def _time_passes(ground: Ground, tally: Tally, ends_at: datetime) -> None:
    while ground.clock.now() < ends_at:
        for job in (ground.service.sweep, ground.cares.give_places, ground.cares.end_offers):
            await _counted(tally, "job", job)
        await asyncio.sleep(0.2)


async def _counted(tally: Tally, what: str, act: Callable[[], Awaitable[object]]) -> None:
    try:
        await act()
        tally.done[what] += 1
    except Contended as error:  # trying again did not help
        tally.faults.append(f"{what}: {error.code}")
    except TodokuError as error:
        tally.refused[error.code] += 1
    except Exception as error:  # what must not happen, whatever it is
        tally.faults.append(f"{what}: {type(error).__name__}: {error}")


class _Client:
    """Somebody who does one thing after the other. Acts are chosen by weight."""

    def __init__(self, ground: Ground, tally: Tally, luck: random.Random) -> None:
        self._ground, self._tally, self._luck = ground, tally, luck
        self._who = self._visitor()
        parts = (ground.database, config(), ground.clock)
        self._crowding = Crowding(*parts, luck)
        self._caring = Caring(*parts, ground.service, ground.therapists, luck)
        self._acts: Sequence[tuple[int, str, Callable[[], Awaitable[object]]]] = (
            (6, "hold", self._hold),
            (12, "book", self._book),
            (3, "book twice with one key", self._book_twice),
            (5, "reschedule", self._move),
            (5, "cancel", self._cancel),
            (1, "wait", self._wait),
            (1, "match", self._match),
            (3, "answer an offer", self._answer),
            (1, "end a care", self._end_care),
            (1, "hand over", self._hand_over),
            (2, "decide a handover", self._decide),
            (1, "set the capacity", self._set_capacity),
            (2, "come as somebody else", self._new_face),
            (1, "be assigned", lambda: self._caring.assign(self._who)),
            (1, "plan a leave", self._caring.plan_leave),
            (3, "choose for a leave", lambda: self._caring.choose(self._who)),
            (3, "book far ahead", lambda: self._caring.book_far(self._who, self._some_wish())),
            (2, "book a series", lambda: self._caring.book_series(self._who, self._some_wish())),
            (3, "answer a request", self._caring.answer_request),
            (1, "open seats", lambda: self._crowding.open(self._any_therapist())),
            (4, "take a seat", self._take_seat),
            (2, "give a seat back", lambda: self._crowding.give_back(self._who)),
            (1, "call seats off", self._crowding.call_off),
        )

    async def live(self, ends_at: datetime) -> None:
        await _counted(self._tally, "come", self._new_face)
        weights = [weight for weight, _, _ in self._acts]
        while self._ground.clock.now() < ends_at:
            _, what, act = self._luck.choices(self._acts, weights)[0]
            await _counted(self._tally, what, act)

    def _visitor(self) -> Identity:
        scope = {"purpose": "booking", "employer_id": self._ground.employer_id}
        return Identity(None, frozenset(), new_id(), "link", scope)

    async def _new_face(self) -> None:
        """Half of them are known, half come with the open link."""
        visitor = self._visitor()
        if self._luck.random() < 0.5:
            self._who = visitor
            return
        async with self._ground.database.write() as connection:
            person_id = await accounts.create_person(
                connection,
                name="Client",
                email=f"c{new_id()}@example.com",
                locale="ja",
                timezone=TIMEZONE,
                roles=("client",),
                now=self._ground.clock.now(),
            )
        self._who = Identity(person_id, frozenset({"client"}), new_id(), "link", visitor.scope)

    def _any_therapist(self) -> PersonId:
        return self._luck.choice(self._ground.therapists)

    async def _time(self) -> tuple[PersonId, Slot] | None:
        """One of the first free times, so that many want the same."""
        therapist_id, now = self._any_therapist(), self._ground.clock.now()
        within = Span(now, now + timedelta(days=DAYS))
        free = await self._ground.service.slots(self._who, Asked(therapist_id, within))
        return (therapist_id, self._luck.choice(free[:12])) if free else None

    async def _hold(self) -> None:
        if picked := await self._time():
            await self._ground.service.hold(self._who, Pick(picked[0], picked[1].starts_at), first_time())

    async def _book(self) -> None:
        if picked := await self._time():
            await self._ground.service.book(self._who, _wish(*picked), first_time())

    async def _book_twice(self) -> None:
        if picked := await self._time():
            once, wish = Once(new_id(), b"same"), _wish(*picked)
            both = await asyncio.gather(
                *(self._ground.service.book(self._who, wish, once) for _ in range(2)), return_exceptions=True
            )
            ids = {one.visit.booking_id for one in both if not isinstance(one, BaseException)}
            if len(ids) > 1:
                self._tally.faults.append("one key made two bookings")
            for one in both:
                if isinstance(one, BaseException):
                    raise one

    async def _mine(self) -> str | None:
        theirs = booking.c.holder == (self._who.person_id or self._who.session_id)
        return await self._one(sa.select(booking.c.id).where(theirs, booking.c.status == "confirmed"))

    async def _one(self, query: sa.Select[tuple[str]]) -> str | None:
        async with self._ground.database.read() as connection:
            found = [str(one) for one in (await connection.execute(query.limit(20))).scalars()]
        return self._luck.choice(found) if found else None

    async def _move(self) -> None:
        booking_id = await self._mine()
        if booking_id is None:
            return
        now = self._ground.clock.now()
        within = Span(now, now + timedelta(days=DAYS))
        free = await self._ground.changes.times(self._who, booking_id, within)
        if free:
            to = self._luck.choice(free[:12]).starts_at
            await self._ground.changes.move(self._who, booking_id, to, first_time())

    async def _cancel(self) -> None:
        if booking_id := await self._mine():
            await self._ground.changes.cancel(self._who, booking_id, None, first_time())

    async def _wait(self) -> None:
        whom = self._any_therapist() if self._luck.random() < 0.5 else None
        await self._ground.cares.wait(self._who, Place(whom, "ja"), None, first_time())

    async def _match(self) -> None:
        await self._ground.cares.match(self._who, "ja", None, first_time())

    async def _answer(self) -> None:
        """The client's own offer, by whoever may answer it."""
        if self._who.person_id is None:
            return
        async with self._ground.database.read() as connection:
            offer = await open_offer(connection, self._who.person_id)
        if offer is not None:
            asked = offer.kind == "request"
            who = as_therapist(offer.therapist_id) if asked else self._who
            take = self._luck.random() < 0.6
            await self._ground.cares.answer_offer(who, offer.id, take=take, once=first_time())

    async def _some_care(self) -> tuple[str, PersonId] | None:
        care_id = await self._one(sa.select(care.c.id).where(care.c.ended_at.is_(None)))
        if care_id is None:
            return None
        async with self._ground.database.read() as connection:
            whose = sa.select(care.c.therapist_id).where(care.c.id == care_id)
            return care_id, PersonId((await connection.execute(whose)).scalar_one())

    async def _end_care(self) -> None:
        if found := await self._some_care():
            who = as_therapist(found[1])
            await self._ground.cares.end_care(who, found[0], apart=False, once=first_time())

    async def _hand_over(self) -> None:
        if found := await self._some_care():
            who, to = as_therapist(found[1]), self._any_therapist()
            await self._ground.cares.hand_over(who, found[0], to, None, first_time())

    async def _decide(self) -> None:
        if self._who.person_id is None:
            return
        async with self._ground.database.read() as connection:
            proposed = await proposed_to(connection, self._who.person_id)
        if proposed:
            shared = Shared("none") if self._luck.random() < 0.6 else None
            await self._ground.cares.decide_handover(self._who, proposed[0].id, shared, first_time())

    async def _take_seat(self) -> None:
        await self._crowding.take(self._who, self._some_wish())

    def _some_wish(self) -> Wish:
        now = self._ground.clock.now()  # whoever uses it finds the time
        return _wish(self._any_therapist(), Slot(now, now))

    async def _set_capacity(self) -> None:
        """Lower or higher, whatever is promised; the page that sets it may be out of date."""
        whose = self._any_therapist()
        async with self._ground.database.read() as connection:
            query = sa.select(therapist.c.version).where(therapist.c.id == whose)
            version = (await connection.execute(query)).scalar_one()
        values = {"capacity": self._luck.randint(0, MOST_CAPACITY)}
        await self._ground.pace.set_values(as_therapist(whose), version, values)


def _wish(therapist_id: PersonId, slot: Slot) -> Wish:
    return Wish(
        therapist_id=therapist_id,
        starts_at=slot.starts_at,
        name="Client",
        email="client@example.com",
        timezone=TIMEZONE,
        locale="ja",
    )
