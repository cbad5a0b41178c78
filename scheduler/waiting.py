"""The waiting list: joining it, whose turn it is, and offering places as they become free.

First come, first served among those who could take the same place: who waits for one therapist does not hold
up who waits for anybody. A free place belongs to who waits; booking does not overtake them (offering.py).
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from core import outbox
from core.database import Database
from core.errors import Denied, NotFound
from core.http import Identity
from core.ids import EmployerId, PersonId
from scheduler import browsing, offer_store, offering, practice_store, store
from scheduler.capacity import closed
from scheduler.care_model import Offer, OfferKind, OfferState, Wait, WaitState
from scheduler.config import SchedulerConfig
from scheduler.errors import CareElsewhere, StatusConflict, TherapistFull
from scheduler.matching import Candidate, Wanted, ordered
from scheduler.model import Span
from scheduler.newcomer import Newcomer, known_or_new
from scheduler.offering import LONGEST_WAIT_DAYS

SOON = timedelta(days=7)  # a therapist is asked only if they could see the client by then
NOT_AGAIN = timedelta(days=30)  # so long nobody is asked a second time about the same client
BATCH = 200


@dataclass(frozen=True)
class Place:
    """What is waited for; `therapist_id` None: a place with anybody who speaks the language."""

    therapist_id: str | None
    language: str


async def persons_of(connection: AsyncConnection, identity: Identity) -> list[PersonId]:
    """As whom this client may ask: themselves, and whoever was named with the address they have proven."""
    if identity.person_id is None or identity.scope.get("purpose") == "join":
        return []
    if identity.kind == "account":
        return await accounts.same_address(connection, identity.person_id)
    return [identity.person_id]


async def person_of(connection: AsyncConnection, identity: Identity) -> PersonId:
    """The one of them about whom something is under way, else the one who asks. Raises Denied."""
    persons = await persons_of(connection, identity)
    if not persons or (identity.kind == "account" and "client" not in identity.roles):
        raise Denied
    for one in persons:
        if await store.open_care(connection, one) or await offer_store.wait_of(connection, one):
            return one
        if await offer_store.open_offer(connection, one):
            return one
    return identity.person_id or persons[0]


async def client_of(
    connection: AsyncConnection, identity: Identity, newcomer: Newcomer | None, now: datetime
) -> PersonId:
    """Who asks; with an open link a new person, who has proven nothing. Raises Denied, Invalid."""
    if identity.person_id is not None:
        return await person_of(connection, identity)
    employer_id = identity.scope.get("employer_id")
    if identity.scope.get("purpose") != "booking" or employer_id is None:
        raise Denied
    return await known_or_new(connection, None, newcomer, EmployerId(employer_id), now)


async def join(connection: AsyncConnection, client_id: PersonId, wanted: Place, now: datetime) -> Wait:
    """Wait; who waits already keeps their place in the queue. Raises CareElsewhere, TherapistUnknown."""
    await store.lock_client(connection, client_id)
    if await store.open_care(connection, client_id) is not None:
        raise CareElsewhere
    if wanted.therapist_id is not None:
        await practice_store.therapist_of(connection, wanted.therapist_id)
    known = await offer_store.wait_of(connection, client_id)
    if known is None:
        language, therapist_id = wanted.language, wanted.therapist_id
        wait_id = await offer_store.insert_wait(connection, client_id, therapist_id, language, now)
        told = {"wait_id": wait_id, "client_id": client_id}
        await outbox.put(connection, "wait.joined", told, now=now, dedupe_key=wait_id)
    else:
        values = {"therapist_id": wanted.therapist_id, "language": wanted.language, "updated_at": now}
        await offer_store.change_wait(connection, known.id, values)
    found = await offer_store.wait_of(connection, client_id)
    assert found is not None, "written in this transaction"  # noqa: S101
    return found


async def leave(connection: AsyncConnection, client_id: PersonId, now: datetime) -> None:
    """Not wait any longer. Raises NotFound, StatusConflict where an offer comes at this very moment."""
    wait = await offer_store.wait_of(connection, client_id)
    if wait is None:
        raise NotFound
    if wait.offer_id is not None:
        offer = await offering.locked(connection, wait.offer_id)
        await offering.end(connection, offer, OfferState.WITHDRAWN, now)
    else:
        await store.lock_client(connection, client_id)
        again = await offer_store.find_wait(connection, wait.id)
        if again is not None and again.offer_id is not None:
            raise StatusConflict
    await offer_store.move_wait(connection, wait.id, WaitState.LEFT, now, offer_id=None)


async def whose_turn(
    connection: AsyncConnection,
    client_id: PersonId,
    language: str | None,
    config: SchedulerConfig,
    now: datetime,
) -> str:
    """The therapist who should take this client, with a free time within a week. Raises TherapistFull."""
    wanted = await _wanted(connection, client_id, None, language, now)
    found = await _first(connection, await _all(connection), wanted, config, now, now + SOON)
    if found is None:
        raise TherapistFull
    return found


async def ask_next(connection: AsyncConnection, wait: Wait, config: SchedulerConfig, now: datetime) -> bool:
    """Ask the next therapist to take a client; False if there is none to ask."""
    wanted = await _wanted(connection, wait.client_id, wait.therapist_id, wait.language, now)
    found = await _first(connection, await _all(connection), wanted, config, now, now + SOON)
    if found is None or await offer_store.open_offer(connection, wait.client_id) is not None:
        return False
    therapist = await practice_store.therapist_of(connection, found)
    within = Span(now, now + timedelta(days=LONGEST_WAIT_DAYS + 1))
    calendars = await practice_store.calendars(connection, [therapist], within, now)
    own = calendars[therapist.id]
    offer = await offering.ask_therapist(connection, wait.client_id, therapist.id, own, now)
    await _offered(connection, wait, offer, now)
    return True


async def ask_about(database: Database, wait_id: str, config: SchedulerConfig, now: datetime) -> None:
    """`ask_next` for who is still without an offer; nothing where somebody was faster."""

    async def work(connection: AsyncConnection) -> None:
        wait = await offer_store.find_wait(connection, wait_id)
        if wait is not None and wait.state is WaitState.WAITING:
            await ask_next(connection, wait, config, now)

    with suppress(TherapistFull, StatusConflict):
        await database.transact(work)


async def give_places(database: Database, config: SchedulerConfig, now: datetime) -> None:
    """Offer free places to those who wait, the longest first, each in a transaction of its own."""
    async with database.read() as connection:
        page = await offer_store.waiting(connection, BATCH)
        candidates = await _all(connection) if page else []
    while page:
        for wait in page:
            if any(_could_take(one, wait, now) for one in candidates):
                await _give(database, wait, candidates, config, now)
        async with database.read() as connection:
            page = await offer_store.waiting(connection, BATCH, page[-1])


async def give_one(database: Database, wait_id: str, config: SchedulerConfig, now: datetime) -> None:
    """Offer a place to who has just begun to wait, if there is one that nobody waits for."""
    async with database.read() as connection:
        wait = await offer_store.find_wait(connection, wait_id)
        candidates = await _all(connection)
    if wait is not None and wait.state is WaitState.WAITING:
        await _give(database, wait, candidates, config, now, fresh=True)


def _could_take(one: Candidate, wait: Wait, now: datetime) -> bool:
    """Cheap, before anything is read about the client."""
    wanted = wait.therapist_id in (None, one.therapist.id)
    speaks = wait.therapist_id is not None or wait.language in one.therapist.languages
    return wanted and speaks and closed(one.therapist, now, in_care=False) is None


async def _give(
    database: Database,
    wait: Wait,
    candidates: Sequence[Candidate],
    config: SchedulerConfig,
    now: datetime,
    *,
    fresh: bool = False,
) -> None:
    """Looked up first, so that no transaction is open meanwhile; then reserved, if it is still so.

    `fresh`: they came out of turn, so that whoever waits already goes first.
    """
    async with database.read() as connection:
        if await offer_store.asked_before(connection, wait.client_id, wait.enqueued_at):
            therapist_id = None  # they wanted to be matched: the next one is asked
        elif await offer_store.open_offer(connection, wait.client_id) is not None:
            return
        else:
            wanted = await _wanted(connection, wait.client_id, wait.therapist_id, wait.language, now)
            until = now + timedelta(days=config.window_days + 1)
            therapist_id = await _first(connection, candidates, wanted, config, now, until)
            if therapist_id is None:
                return
    if therapist_id is None:
        await ask_about(database, wait.id, config, now)
        return

    async def work(connection: AsyncConnection, chosen: str = therapist_id) -> None:
        if fresh:
            therapist = await practice_store.therapist_of(connection, chosen)
            if await offering.somebody_first(connection, therapist, wait.client_id, now):
                return
        expires_at = now + timedelta(hours=config.offer_h)
        offer = await offering.offer_place(connection, wait.client_id, chosen, expires_at, now)
        await _offered(connection, wait, offer, now)
        await _tell(connection, offer, now)

    with suppress(TherapistFull, StatusConflict):  # somebody was faster, or they wait no more
        await database.transact(work)


async def _offered(connection: AsyncConnection, wait: Wait, offer: Offer, now: datetime) -> None:
    """Raises StatusConflict where they have left, so that nothing stays reserved."""
    if not await offer_store.move_wait(connection, wait.id, WaitState.OFFERED, now, offer_id=offer.id):
        raise StatusConflict


async def _tell(connection: AsyncConnection, offer: Offer, now: datetime) -> None:
    assert offer.kind is OfferKind.PLACE, "a request is told to the therapist"  # noqa: S101
    payload = {"offer_id": offer.id, "client_id": offer.client_id, "therapist_id": offer.therapist_id}
    await outbox.put(connection, "care.offered", payload, now=now, dedupe_key=offer.id)


async def _all(connection: AsyncConnection) -> list[Candidate]:
    return await offer_store.candidates(connection, await practice_store.all_therapists(connection))


async def _wanted(
    connection: AsyncConnection,
    client_id: PersonId,
    therapist_id: str | None,
    language: str | None,
    now: datetime,
) -> Wanted:
    companies = await offer_store.employers(connection, [client_id])
    asked = await offer_store.asked_before(connection, client_id, now - NOT_AGAIN)
    return Wanted(
        language=None if therapist_id is not None else language,
        therapist_id=therapist_id,
        previous=await offer_store.previous_therapist(connection, client_id),
        not_with=asked | await offer_store.kept_apart(connection, client_id),
        employers=companies.get(client_id, frozenset()),
    )


async def _first(
    connection: AsyncConnection,
    candidates: Sequence[Candidate],
    wanted: Wanted,
    config: SchedulerConfig,
    now: datetime,
    until: datetime,
) -> str | None:
    """The first in order who has a free time until then: calendars are read one by one, until one has."""
    for one in ordered(candidates, wanted, now):
        free = await browsing.first_free_of(connection, one.therapist, config, now)
        if free is not None and free < until:
            return one.therapist.id
    return None
