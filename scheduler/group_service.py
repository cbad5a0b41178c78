"""Use-cases of sessions for several people: who may do what. The work is groups.py's."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from accounts.model import Person
from core.clock import Clock
from core.database import Database
from core.errors import NotFound
from core.http import Identity
from core.idempotency import Stored
from core.ids import PersonId
from scheduler import group_store, groups, store
from scheduler.changing import Actor
from scheduler.config import SchedulerConfig
from scheduler.group_store import Group
from scheduler.groups import NewGroup
from scheduler.model import Booking
from scheduler.newcomer import Newcomer
from scheduler.once import Once, keep, known_answer
from scheduler.series_service import by_of
from scheduler.service import booker_of

MOST_SHOWN = 200  # sessions that a client is shown
SHOWN_FOR = timedelta(days=30)  # after it, on its therapist's page


@dataclass(frozen=True)
class Offered:
    """A session for several as a client sees it; `mine`: they have a seat."""

    group: Group
    therapist: Person
    mine: bool


@dataclass(frozen=True)
class Run:
    """A session for several as its therapist sees it, with who has a seat."""

    group: Group
    names: tuple[str, ...]


class Groups:
    """Sessions for several people."""

    def __init__(self, database: Database, config: SchedulerConfig, clock: Clock) -> None:
        self._database, self._config, self._clock = database, config, clock

    async def offered(self, identity: Identity) -> tuple[list[Offered], bool]:
        """What is to come next, for a client; whether more is behind it. Raises Denied."""
        booker_of(identity)
        async with self._database.read() as connection:
            found = await group_store.upcoming(connection, self._clock.now(), MOST_SHOWN + 1)
            found, more = found[:MOST_SHOWN], len(found) > MOST_SHOWN
            seats = await group_store.seats_of(connection, [one.id for one in found])
            own = await _own(connection, identity)
            people = await accounts.people(connection, {one.therapist_id for one in found})
        mine = {one.group_id for one in seats if one.client_id in own or one.holder == identity.session_id}
        offered = [
            Offered(one, people[PersonId(one.therapist_id)], one.id in mine)
            for one in found
            if one.left > 0 or one.id in mine
        ]
        return offered, more

    async def take_seat(
        self, identity: Identity, group_id: str, newcomer: Newcomer | None, once: Once
    ) -> Offered:
        """Raises NotFound, SlotTaken, ClientBusy, StatusConflict, TooLate, Denied."""
        booker, now = booker_of(identity), self._clock.now()

        async def work(connection: AsyncConnection) -> Booking | None:
            await _lock(connection, group_id)
            if await known_answer(connection, identity, once) is not None:
                return None
            seat = await groups.take_seat(connection, group_id, booker, newcomer, now)
            await keep(connection, identity, once, _answer(group_id), now)
            return seat

        await self._database.transact(work)
        return await self._one(group_id, mine=True)

    async def give_back(self, identity: Identity, group_id: str) -> None:
        """Free one's seat; again nothing happens. Raises NotFound, TooLate, Denied."""
        booker, now = booker_of(identity), self._clock.now()

        async def work(connection: AsyncConnection) -> None:
            own = await _own(connection, identity)
            await groups.give_back(connection, group_id, own, booker.holder, now)

        await self._database.transact(work)

    async def run_by(self, identity: Identity) -> list[Run]:
        """A therapist's own. Raises Denied."""
        _, own = by_of(identity, "therapist")
        async with self._database.read() as connection:
            found = await group_store.of_therapist(connection, own, self._clock.now() - SHOWN_FOR)
            return [await _run(connection, one) for one in found]

    async def open_group(self, identity: Identity, new: NewGroup, once: Once) -> Run:
        """Raises SlotTaken, SlotNotOffered, Denied."""
        _, own = by_of(identity, "therapist")
        now = self._clock.now()

        async def work(connection: AsyncConnection) -> str:
            await store.lock_therapist(connection, own)
            answer = await known_answer(connection, identity, once)
            if answer is not None:
                return str(answer["group_id"])
            group = await groups.open_group(connection, own, new, self._config, now)
            await keep(connection, identity, once, _answer(group.id), now)
            return group.id

        return await self._shown(await self._database.transact(work))

    async def cancel(self, identity: Identity, group_id: str, reason: str | None, once: Once) -> Run:
        """Its therapist, or staff, calls it off. Raises NotFound, TooLate, Denied."""
        now = self._clock.now()
        staff = identity.kind == "account" and "staff" in identity.roles
        by, own = by_of(identity, "staff" if staff else "therapist")

        async def work(connection: AsyncConnection) -> None:
            therapist_id = await _lock(connection, group_id)
            if by == "therapist" and therapist_id != own:
                raise NotFound
            if await known_answer(connection, identity, once) is None:
                await groups.cancel(connection, group_id, Actor(by, own), reason, now)
                await keep(connection, identity, once, _answer(group_id), now)

        await self._database.transact(work)
        return await self._shown(group_id)

    async def _shown(self, group_id: str) -> Run:
        async with self._database.read() as connection:
            group = await group_store.find(connection, group_id)
            if group is None:
                raise NotFound
            return await _run(connection, group)

    async def _one(self, group_id: str, *, mine: bool) -> Offered:
        async with self._database.read() as connection:
            group = await group_store.find(connection, group_id)
            if group is None:
                raise NotFound
            people = await accounts.people(connection, [group.therapist_id])
        return Offered(group, people[PersonId(group.therapist_id)], mine)


async def _run(connection: AsyncConnection, group: Group) -> Run:
    seats = await group_store.seats_of(connection, [group.id])
    people = await accounts.people(connection, {one.client_id for one in seats if one.client_id})
    names = [people[PersonId(one.client_id)].name for one in seats if one.client_id]
    return Run(group, tuple(names))


async def _own(connection: AsyncConnection, identity: Identity) -> list[str]:
    """The asker, and whom their proven address was given for."""
    if identity.person_id is None:
        return []
    if identity.kind != "account":
        return [identity.person_id]
    return list(await accounts.same_address(connection, identity.person_id))


async def _lock(connection: AsyncConnection, group_id: str) -> str:
    """Twins of a request take turns under the therapist's lock; whose it is. Raises NotFound."""
    group = await group_store.find(connection, group_id)
    if group is None:
        raise NotFound
    await store.lock_therapist(connection, group.therapist_id)
    return group.therapist_id


def _answer(group_id: str) -> Stored:
    return Stored(200, {"group_id": group_id})
