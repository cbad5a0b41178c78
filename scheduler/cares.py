"""Use-cases of coming to a therapist, changing and leaving: who may ask for what, one transaction each.

A client asks as whoever their account or personal booking link names; a therapist for their own clients;
staff for everybody, audited. The work is offering.py's, waiting.py's, handing.py's and leaving.py's.
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from core.clock import Clock
from core.database import Database
from core.errors import Denied, NotFound
from core.http import Identity
from core.idempotency import Stored
from core.ids import PersonId
from scheduler import care_store, handing, leave_store, leaving, offer_store, offering, store, waiting
from scheduler.care_model import CareRow, Offer, OfferKind, OfferState
from scheduler.changing import Actor, By
from scheduler.config import SchedulerConfig
from scheduler.errors import StatusConflict
from scheduler.handing import Shared
from scheduler.leaving import Choice
from scheduler.newcomer import Newcomer
from scheduler.once import Once, keep, known_answer

Work = Callable[[AsyncConnection, datetime], Awaitable[str]]


class Cares:
    """What clients, therapists and staff do about who cares for whom. Each write gives the subject's id."""

    def __init__(self, database: Database, config: SchedulerConfig, clock: Clock) -> None:
        self._database, self._config, self._clock = database, config, clock

    async def wait(
        self, identity: Identity, wanted: waiting.Place, newcomer: Newcomer | None, once: Once
    ) -> str:
        """Wait for a place with one therapist or anybody; who waits already changes what for.

        Raises Denied, CareElsewhere, TherapistUnknown, Invalid.
        """

        async def work(connection: AsyncConnection, now: datetime) -> str:
            client_id = await waiting.client_of(connection, identity, newcomer, now)
            return (await waiting.join(connection, client_id, wanted, now)).id

        wait_id = await self._once(identity, once, work)
        await waiting.give_one(self._database, wait_id, self._config, self._clock.now())
        return wait_id

    async def match(self, identity: Identity, language: str, newcomer: Newcomer | None, once: Once) -> str:
        """Ask the therapist whose turn it is to take this client; without one, the client waits."""

        async def work(connection: AsyncConnection, now: datetime) -> str:
            client_id = await waiting.client_of(connection, identity, newcomer, now)
            return (await waiting.join(connection, client_id, waiting.Place(None, language), now)).id

        wait_id = await self._once(identity, once, work)
        # In a transaction of its own: a therapist is locked before a client.
        await waiting.ask_about(self._database, wait_id, self._config, self._clock.now())
        return wait_id

    async def stop_waiting(self, identity: Identity) -> None:
        """Leave the queue, and give back what was offered. Raises NotFound."""

        async def work(connection: AsyncConnection) -> None:
            client_id = await waiting.person_of(connection, identity)
            await waiting.leave(connection, client_id, self._clock.now())

        await self._database.transact(work)

    async def answer_offer(self, identity: Identity, offer_id: str, *, take: bool, once: Once) -> str:
        """A client takes or declines a place, a therapist takes or declines a client.

        Raises NotFound, StatusConflict, CareElsewhere.
        """

        async def work(connection: AsyncConnection, now: datetime) -> str:
            offer = await offering.locked(connection, offer_id)
            await self._check_theirs(connection, identity, offer)
            if take:
                return await offering.accept(connection, offer, now)
            if not await offering.end(connection, offer, OfferState.DECLINED, now):
                raise StatusConflict
            return offer.id

        return await self._once(identity, once, work)

    async def hand_over(
        self, identity: Identity, care_id: str, therapist_to: str, note: str | None, once: Once
    ) -> str:
        """Propose another therapist to the client. Raises NotFound, TherapistFull, StatusConflict."""

        async def work(connection: AsyncConnection, now: datetime) -> str:
            care, _ = await self._care(connection, identity, care_id, ("therapist", "staff"))
            return await handing.propose(connection, care, therapist_to, note, now)

        return await self._once(identity, once, work)

    async def decide_handover(
        self, identity: Identity, handover_id: str, shared: Shared | None, once: Once
    ) -> str:
        """The client says yes, and what of the chat goes along, or no (None). Raises NotFound."""

        async def work(connection: AsyncConnection, now: datetime) -> str:
            handover = await leave_store.find_handover(connection, handover_id)
            if handover is None:
                raise NotFound
            _, actor = await self._care(connection, identity, handover.care_from, ("client",))
            if shared is None:
                await handing.decline(connection, handover_id, now)
                return handover_id
            return await handing.accept(connection, handover_id, shared, actor, now)

        return await self._once(identity, once, work)

    async def choose_leave(
        self, identity: Identity, choice_id: str, choice: Choice, shared: Shared, once: Once
    ) -> str:
        """What a client wants during their therapist's leave. Raises NotFound, StatusConflict, Invalid."""

        async def work(connection: AsyncConnection, now: datetime) -> str:
            asked = await leave_store.find_choice(connection, choice_id)
            if asked is None:
                raise NotFound
            _, actor = await self._care(connection, identity, asked.care_id, ("client",))
            await leaving.choose(connection, choice_id, choice, shared, actor, now)
            return choice_id

        return await self._once(identity, once, work)

    async def end_care(self, identity: Identity, care_id: str, *, apart: bool, once: Once) -> str:
        """The client leaves, or therapist or staff end it. `apart`: a client's wish not to meet again.

        Raises NotFound, StatusConflict.
        """

        async def work(connection: AsyncConnection, now: datetime) -> str:
            care, actor = await self._care(connection, identity, care_id, ("client", "therapist", "staff"))
            reason = "client_left" if actor.by == "client" else "completed"
            await handing.end_care(connection, care, actor, reason, now)
            if apart and actor.by == "client":
                await offer_store.keep_apart(connection, care.client_id, care.therapist_id, now)
            return care.id

        return await self._once(identity, once, work)

    async def assign(self, identity: Identity, client_id: str, therapist_id: str | None, once: Once) -> str:
        """Staff give a client a therapist, or whoever's turn it is. Audited.

        Raises Denied, NotFound, TherapistFull, TherapistUnknown, CareElsewhere.
        """
        if "staff" not in identity.roles:
            raise Denied

        async def work(connection: AsyncConnection, now: datetime) -> str:
            if client_id not in await accounts.people(connection, [client_id]):
                raise NotFound
            wait = await offer_store.wait_of(connection, client_id)
            chosen = therapist_id or await waiting.whose_turn(
                connection, PersonId(client_id), wait.language if wait else None, self._config, now
            )
            care_id = await offering.assign(connection, client_id, chosen, now)
            await accounts.audit(
                connection,
                actor=identity.person_id,
                action="care_assigned",
                subject=client_id,
                detail={"therapist_id": chosen},
                now=now,
            )
            return care_id

        return await self._once(identity, once, work)

    async def give_places(self) -> None:
        """Job: offer free places to those who wait, the longest first; see waiting.py."""
        await waiting.give_places(self._database, self._config, self._clock.now())

    async def end_offers(self) -> None:
        """Job: offers nobody has answered in time are over, and their places free."""
        now = self._clock.now()
        async with self._database.read() as connection:
            due = await offer_store.overdue_offers(connection, now)
        for offer_id in due:

            async def work(connection: AsyncConnection, offer_id: str = offer_id) -> None:
                offer = await offering.locked(connection, offer_id)
                if await offering.end(connection, offer, OfferState.EXPIRED, now):
                    await handing.forget_offer(connection, offer_id, now)

            await self._database.transact(work)

    async def withdraw_others(self, client_id: str) -> None:
        """A care has begun: what else was kept for the client is free again, unless they decide about it."""
        now = self._clock.now()

        async def work(connection: AsyncConnection) -> None:
            offer = await offer_store.open_offer(connection, client_id)
            if offer is None or await leave_store.handover_by_offer(connection, offer.id) is not None:
                return
            locked = await offering.locked(connection, offer.id)
            if await store.open_care(connection, client_id) is not None:
                await offering.end(connection, locked, OfferState.WITHDRAWN, now)

        await self._database.transact(work)

    async def _check_theirs(self, connection: AsyncConnection, identity: Identity, offer: Offer) -> None:
        """A place is the client's to answer, a request the therapist's. Raises NotFound for anybody else."""
        if offer.kind is OfferKind.REQUEST:
            if identity.kind != "account" or identity.person_id != offer.therapist_id:
                raise NotFound
        elif offer.client_id not in await waiting.persons_of(connection, identity):
            raise NotFound
        elif await leave_store.handover_by_offer(connection, offer.id) is not None:
            raise NotFound  # decided with the handover it belongs to

    async def _care(
        self, connection: AsyncConnection, identity: Identity, care_id: str, parts: tuple[By, ...]
    ) -> tuple[CareRow, Actor]:
        """The care and in which part somebody asks. Raises NotFound for a stranger."""
        care = await care_store.find(connection, care_id)
        if care is None:
            raise NotFound
        mine = {
            "client": care.client_id in await waiting.persons_of(connection, identity),
            "therapist": identity.kind == "account" and identity.person_id == care.therapist_id,
            "staff": identity.kind == "account" and "staff" in identity.roles,
        }
        for part in parts:
            if mine[part]:
                return care, Actor(part, identity.person_id)
        raise NotFound

    async def _once(self, identity: Identity, once: Once, work: Work) -> str:
        now = self._clock.now()

        async def whole(connection: AsyncConnection) -> str:
            answer = await known_answer(connection, identity, once)
            if answer is not None:
                return str(answer["id"])
            done = await work(connection, now)
            await keep(connection, identity, once, Stored(200, {"id": done}), now)
            return done

        return await self._database.transact(whole)


def shared(history: str, since: date | None) -> Shared:
    """What of the chat goes along, from its words."""
    known = {"all": Shared("all"), "none": Shared("none"), "from": Shared("from", since)}
    return known[history]
