"""Keeping a place for a client and what becomes of it: taken, declined, run out. Inside the one transaction.

A place that is kept counts like a client (invariants I7, I10): it is reserved by one guarded UPDATE and freed
by another, which only the first to decide an offer gets to. Order of locks: therapist, client, then the rest.
Not here: who asks (cares.py), the queue (waiting.py), the order in which therapists are asked (matching.py).
"""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from core import outbox
from core.errors import NotFound
from core.ids import CareId
from scheduler import offer_store, practice_store, store
from scheduler.capacity import may_practise
from scheduler.care_model import Offer, OfferKind, OfferState, WaitState
from scheduler.errors import CareElsewhere, StatusConflict, TherapistFull, TherapistUnknown
from scheduler.hours import opening, zone
from scheduler.laws import laws
from scheduler.matching import Candidate, Wanted, may_care, working_deadline
from scheduler.model import Calendar, Span, Therapist
from scheduler.slots import merge, subtract

WORKING_DAYS = 2  # so long a therapist has to answer; days without hours do not count
LONGEST_WAIT_DAYS = 14
DAY = timedelta(days=1)


def answer_until(calendar: Calendar, now: datetime) -> datetime:
    """When a therapist who is asked now must have answered: after two of their own working days."""
    within = Span(now, now + (LONGEST_WAIT_DAYS + 1) * DAY)
    at_work = subtract(merge(opening(calendar, within)), merge(calendar.time_off))
    zone_ = zone(calendar.timezone)
    dates = {one.starts_at.astimezone(zone_).date() for one in at_work}
    today = now.astimezone(zone_).date()
    days = [today + n * DAY in dates for n in range(1, LONGEST_WAIT_DAYS + 1)]
    return now + working_deadline(days, WORKING_DAYS) * DAY


async def offer_place(
    connection: AsyncConnection, client_id: str, therapist_id: str, until: datetime, now: datetime
) -> Offer:
    """Keep a place for this client to take. Raises TherapistFull, CareElsewhere, StatusConflict."""
    return await _offer(connection, client_id, therapist_id, OfferKind.PLACE, until, now)


async def ask_therapist(
    connection: AsyncConnection, client_id: str, therapist_id: str, calendar: Calendar, now: datetime
) -> Offer:
    """Keep a place until the therapist has said whether they take this client; they are told."""
    until = answer_until(calendar, now)
    made = await _offer(connection, client_id, therapist_id, OfferKind.REQUEST, until, now)
    await _tell(connection, "care.asked", made, now)
    return made


async def _offer(
    connection: AsyncConnection,
    client_id: str,
    therapist_id: str,
    kind: OfferKind,
    until: datetime,
    now: datetime,
) -> Offer:
    await store.lock_therapist(connection, therapist_id)
    await store.lock_client(connection, client_id)
    if await offer_store.open_offer(connection, client_id) is not None:
        raise StatusConflict
    if not await offer_store.keep_place(connection, therapist_id):
        raise TherapistFull
    values = {"client_id": client_id, "therapist_id": therapist_id, "kind": kind}
    with laws():
        offer_id = await offer_store.insert_offer(
            connection, values | {"created_at": now, "expires_at": until}
        )
    made = await offer_store.find_offer(connection, offer_id)
    assert made is not None, "written in this transaction"  # noqa: S101
    return made


async def locked(connection: AsyncConnection, offer_id: str) -> Offer:
    """The offer under the locks of its people. Raises NotFound."""
    found = await offer_store.find_offer(connection, offer_id)
    if found is None:
        raise NotFound
    await store.lock_therapist(connection, found.therapist_id)
    await store.lock_client(connection, found.client_id)
    again = await offer_store.find_offer(connection, offer_id)
    assert again is not None, "offers are never deleted"  # noqa: S101
    return again


async def accept(connection: AsyncConnection, offer: Offer, now: datetime) -> CareId:
    """The place is taken: a care opens in it. Raises StatusConflict, CareElsewhere, TherapistFull."""
    therapist = await practice_store.therapist_of(connection, offer.therapist_id)
    if may_practise(therapist, now) is not None:
        raise StatusConflict
    await check_may_care(connection, offer.client_id, therapist)
    if offer.expires_at <= now or not await offer_store.end_offer(
        connection, offer, OfferState.ACCEPTED, now
    ):
        raise StatusConflict
    if await store.open_care(connection, offer.client_id) is not None:
        raise CareElsewhere
    await offer_store.take_promised(connection, offer.therapist_id, now)
    return await begin_care(connection, offer.client_id, offer.therapist_id, now)


async def end(connection: AsyncConnection, offer: Offer, state: OfferState, now: datetime) -> bool:
    """The place is free again, once. Whoever waited for it waits on, or has left the queue."""
    if not await offer_store.end_offer(connection, offer, state, now):
        return False
    wait = await offer_store.wait_of(connection, offer.client_id)
    if wait is not None and wait.offer_id == offer.id:
        waits_on = offer.kind is OfferKind.REQUEST
        to = WaitState.WAITING if waits_on else WaitState.LEFT
        await offer_store.move_wait(connection, wait.id, to, now, offer_id=None)
    if offer.kind is OfferKind.PLACE and state is OfferState.EXPIRED:
        await _tell(connection, "care.offer_over", offer, now)
    await _tell(connection, "care.place_freed", offer, now)
    return True


async def begin_care(connection: AsyncConnection, client_id: str, therapist_id: str, now: datetime) -> CareId:
    """The care itself, its place being counted already; whoever waited is placed."""
    with laws():
        care_id = await store.insert_care(connection, client_id, therapist_id, now)
    wait = await offer_store.wait_of(connection, client_id)
    if wait is not None:
        await offer_store.move_wait(connection, wait.id, WaitState.PLACED, now)
    payload = {"care_id": care_id, "client_id": client_id, "therapist_id": therapist_id}
    await outbox.put(connection, "care.opened", payload, now=now, dedupe_key=care_id)
    return care_id


async def open_care(
    connection: AsyncConnection, client_id: str, therapist: Therapist, now: datetime, *, fair: bool = True
) -> CareId:
    """A care in the place kept for this client, else in a free one; `fair`: only if nobody waits for it.

    Raises TherapistFull.
    """
    offer = await offer_store.open_offer(connection, client_id)
    if offer is not None and promises(offer, therapist.id, now):
        return await accept(connection, offer, now)
    await check_may_care(connection, client_id, therapist)
    if fair and await somebody_first(connection, therapist, client_id, now):
        raise TherapistFull
    if not await store.take_place(connection, therapist.id, now):
        raise TherapistFull
    return await begin_care(connection, client_id, therapist.id, now)


def promises(offer: Offer | None, therapist_id: str, now: datetime) -> bool:
    """Whether this therapist keeps a place for the client to take."""
    return (
        offer is not None
        and offer.kind is OfferKind.PLACE
        and offer.therapist_id == therapist_id
        and offer.expires_at > now
    )


async def check_may_care(connection: AsyncConnection, client_id: str, therapist: Therapist) -> None:
    """Invariant I9, said as if the therapist were full: nobody learns who is kept apart from whom."""
    companies = await offer_store.employers(connection, [client_id, therapist.id])
    apart = await offer_store.kept_apart(connection, client_id)
    candidate = Candidate(therapist, employers=companies.get(therapist.id, frozenset()))
    wanted = Wanted(not_with=apart, employers=companies.get(client_id, frozenset()))
    if not may_care(candidate, wanted):
        raise TherapistFull


LOOKED_AT = 50  # of those who wait; whoever stands behind them is not next


async def somebody_first(
    connection: AsyncConnection, therapist: Therapist, client_id: str, now: datetime
) -> bool:
    """Whether a free place of this therapist belongs to somebody else who waits; the queue offers it soon.

    Who has an offer already, or asked to be matched, waits for an answer and not for this place.
    """
    if may_practise(therapist, now) is not None:
        return False
    waiting = await offer_store.waiting_for(connection, therapist.id, client_id, LOOKED_AT)
    if not waiting:
        return False
    companies = await offer_store.employers(connection, [therapist.id, *(one.client_id for one in waiting)])
    own = companies.get(therapist.id, frozenset())
    return any(
        (one.therapist_id is not None or one.language in therapist.languages)
        and not (own & companies.get(one.client_id, frozenset()))
        for one in waiting
    )


async def assign(connection: AsyncConnection, client_id: str, therapist_id: str, now: datetime) -> CareId:
    """Open a care by decision of staff. Raises TherapistUnknown, TherapistFull, CareElsewhere."""
    await store.lock_therapist(connection, therapist_id)
    await store.lock_client(connection, client_id)
    therapist = await practice_store.find_therapist(connection, therapist_id)
    if therapist is None or may_practise(therapist, now) is not None:
        raise TherapistUnknown
    if await store.open_care(connection, client_id) is not None:
        raise CareElsewhere
    await check_may_care(connection, client_id, therapist)
    offer = await offer_store.open_offer(connection, client_id)
    if offer is not None and promises(offer, therapist_id, now):
        return await accept(connection, offer, now)
    if not await store.take_place(connection, therapist_id, now):
        raise TherapistFull
    return await begin_care(connection, client_id, therapist_id, now)


async def _tell(connection: AsyncConnection, topic: str, offer: Offer, now: datetime) -> None:
    payload = {"offer_id": offer.id, "client_id": offer.client_id, "therapist_id": offer.therapist_id}
    await outbox.put(connection, topic, payload, now=now, dedupe_key=offer.id)
