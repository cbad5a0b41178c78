"""What a crowd does with assignment, leave, cover, series and requests; beside racing.py, which runs it.

Leave is planned for the first therapists alone and covered by the last, further ahead than anybody books with
them, so that what is booked stays where the slot function offers it (invariant I5).
"""

import random
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import Clock
from core.database import Database
from core.http import Identity
from core.ids import PersonId, new_id
from scheduler import pace_store
from scheduler.booking import Wish
from scheduler.browsing import Asked
from scheduler.care_store import open_of
from scheduler.cares import Cares
from scheduler.changes import Changes
from scheduler.config import SchedulerConfig
from scheduler.handing import Shared
from scheduler.leave_store import choices_of
from scheduler.model import Span
from scheduler.once import Once
from scheduler.pace_service import Away, PaceService
from scheduler.series import Repeat
from scheduler.series_service import Arranging
from scheduler.service import SchedulerService
from scheduler.tables import booking

AHEAD, LASTS = timedelta(days=12), timedelta(days=9)
REQUESTED = "requested"
KIND = {
    "name": {"ja": "相談", "en": "Talk"},
    "session_min": 30,
    "step_min": 30,
    "buffer_before_min": 0,
    "buffer_after_min": 10,
    "notice_min": 0,
    "notice_calendar_days": 0,
    "window_days": 28,
    "cancel_cutoff_min": 0,
    "approval": True,
}


async def with_requests(connection: AsyncConnection, therapist_id: PersonId, clock: Clock) -> None:
    """What is booked with this therapist is a request."""
    await pace_store.insert_type(connection, therapist_id, dict(KIND), clock.now())


class Caring:
    """One of the crowd, as far as cares are concerned."""

    def __init__(
        self,
        database: Database,
        config: SchedulerConfig,
        clock: Clock,
        service: SchedulerService,
        therapists: Sequence[PersonId],
        luck: random.Random,
    ) -> None:
        self._database, self._config, self._clock, self._luck = database, config, clock, luck
        self._service, self._therapists, self._going_away = service, therapists, therapists[:2]
        self._changes = Changes(database, config, clock, service.links)
        self._cares = Cares(database, config, clock)
        self._pace = PaceService(database, config, clock)
        self._arranging = Arranging(database, config, clock, self._changes)

    async def assign(self, who: Identity) -> None:
        """Staff give this client somebody."""
        if who.person_id is not None:
            staff = Identity(PersonId(new_id()), frozenset({"staff"}), new_id(), "account")
            chosen = self._luck.choice([None, *self._therapists])
            await self._cares.assign(staff, who.person_id, chosen, first_time())

    async def plan_leave(self) -> None:
        away, cover = self._luck.choice(self._going_away), self._luck.choice(self._therapists[-2:])
        starts_at = self._clock.now() + AHEAD + timedelta(days=self._luck.randint(0, 3))
        leave = Away(Span(starts_at, starts_at + LASTS), "leave", cover)
        await self._pace.add_time_off(as_therapist(away), leave)

    async def choose(self, who: Identity) -> None:
        """Whatever this client is asked about a leave."""
        if who.person_id is None:
            return
        async with self._database.read() as connection:
            own = await open_of(connection, who.person_id)
            asked = await choices_of(connection, own.id, self._clock.now()) if own else []
        if asked:
            one, wish = (
                self._luck.choice(asked),
                self._luck.choices(["cover", "wait", "transfer"], [6, 2, 1])[0],
            )
            await self._cares.choose_leave(who, one.id, wish, Shared("none"), first_time())  # type: ignore[arg-type]

    async def book_far(self, who: Identity, wish: Wish) -> None:
        """Where the leave lies: with who covers, if this client chose so. Not with who may be away then."""
        if wish.therapist_id in self._going_away:
            return
        since = self._clock.now() + AHEAD
        asked = Asked(wish.therapist_id, Span(since, since + LASTS))
        free = await self._service.slots(who, asked)
        if free:
            values = {**wish.__dict__, "starts_at": self._luck.choice(free[:8]).starts_at}
            await self._service.book(who, Wish(**values), first_time())

    async def book_series(self, who: Identity, wish: Wish) -> None:
        """Its last dates reach where leave lies: not with who may be away then."""
        if wish.therapist_id in self._going_away:
            return
        now = self._clock.now()
        free = await self._service.slots(who, Asked(wish.therapist_id, Span(now, now + timedelta(days=6))))
        if free:
            values = {**wish.__dict__, "starts_at": self._luck.choice(free[:8]).starts_at}
            repeat = Repeat(1, self._luck.randint(2, 3), whole=self._luck.random() < 0.5)
            await self._arranging.book(who, Wish(**values), repeat, first_time())

    async def answer_request(self) -> None:
        """Its therapist takes it or not, while the client may be changing it."""
        query = sa.select(booking.c.id, booking.c.therapist_id).where(booking.c.status == REQUESTED)
        async with self._database.read() as connection:
            found = (await connection.execute(query.limit(10))).all()
        if found:
            booking_id, therapist_id = self._luck.choice(found)
            who = as_therapist(PersonId(therapist_id))
            if self._luck.random() < 0.6:
                await self._changes.approve(who, booking_id, first_time())
            else:
                await self._changes.decline(who, booking_id, None, first_time())


def as_therapist(person_id: PersonId) -> Identity:
    return Identity(person_id, frozenset({"therapist"}), new_id(), "account")


def first_time() -> Once:
    """A key that nobody has used."""
    return Once(new_id(), b"")
