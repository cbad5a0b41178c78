"""Ending a care, and handing it to another therapist. Inside the one transaction.

The client decides about a handover: the place with the next therapist is kept meanwhile, the earlier care
ends in the same step in which the next begins, and what the next therapist reads of the chat is the client's
choice. Order of locks: therapists by id, client, care, booking. Not here: who may ask (cares.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from core import outbox
from core.database import lock_rows
from core.errors import Invalid, NotFound
from core.ids import CareId, PersonId
from scheduler import care_store, leave_store, offer_store, offering, practice_store, store
from scheduler.capacity import closed, may_practise
from scheduler.care_model import CareRow, Handover, OfferState
from scheduler.changing import Actor, cancelled, locked
from scheduler.errors import StatusConflict, TherapistUnknown
from scheduler.model import Therapist
from scheduler.tables import therapist

DECIDE_WITHIN = timedelta(days=7)
READS_ON = timedelta(days=14)  # so long the earlier therapist can look things up for the next one

History = Literal["all", "from", "none"]


@dataclass(frozen=True)
class Shared:
    """What of the chat so far the next therapist reads; `since` with "from" alone."""

    history: History
    since: date | None = None


async def end_care(
    connection: AsyncConnection, care: CareRow, actor: Actor, reason: str, now: datetime
) -> None:
    """End it; sessions still to come are cancelled, and both are told of each. Raises StatusConflict.

    A handover that is proposed falls with it: the place with the next therapist is free again.
    """
    await _lock_all(connection, care)
    await store.lock_client(connection, care.client_id)
    if not await care_store.end(connection, care.id, reason, now):
        raise StatusConflict
    if reason != "handover":
        for proposed in await leave_store.proposed_to(connection, care.client_id):
            await _fall(connection, proposed, now)
    for booking_id in await care_store.to_come(connection, care.id, now):
        booking, _ = await locked(connection, booking_id)
        await cancelled(connection, booking, actor, None, "booking.cancelled", now)
    payload = {"care_id": care.id, "therapist_id": care.therapist_id, "reason": reason, "by": actor.by}
    await outbox.put(connection, "care.ended", payload, now=now, dedupe_key=care.id)
    if reason == "handover":
        return  # which has mails of its own
    for to in ("client", "therapist"):
        if to != actor.by:
            told = {"care_id": care.id, "to": to}
            await outbox.put(connection, "care.end_told", told, now=now, dedupe_key=f"{care.id}/{to}")


async def propose(
    connection: AsyncConnection, care: CareRow, therapist_to: str, note: str | None, now: datetime
) -> str:
    """Keep a place with the next therapist and ask the client.

    Raises StatusConflict, TherapistUnknown, TherapistFull, Invalid.
    """
    if therapist_to == care.therapist_id:
        raise Invalid(errors=[_field("therapist_id", "is the therapist of this care", "other")])
    await _lock_all(connection, care, therapist_to)
    target = await practice_store.find_therapist(connection, therapist_to)
    if target is None or may_practise(target, now) is not None:
        raise TherapistUnknown
    if care.ended_at is not None:
        raise StatusConflict
    await offering.check_may_care(connection, care.client_id, target)
    until = now + DECIDE_WITHIN
    offer = await offering.offer_place(connection, care.client_id, therapist_to, until, now)
    values = {"care_from": care.id, "therapist_to": therapist_to, "note": note, "offer_id": offer.id}
    handover_id = await leave_store.insert_handover(connection, values | {"created_at": now})
    payload = {"handover_id": handover_id, "client_id": care.client_id}
    await outbox.put(connection, "handover.proposed", payload, now=now, dedupe_key=handover_id)
    return handover_id


async def could_take(
    connection: AsyncConnection, client_id: str, therapists: Iterable[Therapist], now: datetime
) -> frozenset[PersonId]:
    """With whom of these `propose` would keep a place for the client now."""
    never = await offer_store.never_with(connection, client_id, None)
    return frozenset(
        one.id for one in therapists if one.id not in never and closed(one, now, in_care=False) is None
    )


async def accept(
    connection: AsyncConnection, handover_id: str, shared: Shared, actor: Actor, now: datetime
) -> CareId:
    """The client goes on with the next therapist. Raises NotFound, StatusConflict."""
    handover, care = await _proposed(connection, handover_id)
    offer = await offering.locked(connection, handover.offer_id or "")
    if offer.state is not OfferState.OPEN or offer.expires_at <= now:
        raise StatusConflict
    await end_care(connection, care, actor, "handover", now)
    care_to = await offering.accept(connection, offer, now)
    values = {
        "state": "done",
        "care_to": care_to,
        "history": shared.history,
        "history_from": shared.since,
        "read_until": now + READS_ON,
        "decided_at": now,
    }
    if not await leave_store.decide_handover(connection, handover_id, values):
        raise StatusConflict
    since = shared.since.isoformat() if shared.since else None
    payload = {"handover_id": handover_id, "care_from": care.id, "care_to": care_to}
    members = {"therapist_from": care.therapist_id, "therapist_to": handover.therapist_to}
    consent = {"history": shared.history, "since": since, "read_until": (now + READS_ON).isoformat()}
    await outbox.put(
        connection, "handover.done", payload | members | consent, now=now, dedupe_key=handover_id
    )
    for to in members.values():
        told = {"handover_id": handover_id, "to": to}
        await outbox.put(connection, "handover.done_told", told, now=now, dedupe_key=f"{handover_id}/{to}")
    return care_to


async def decline(connection: AsyncConnection, handover_id: str, now: datetime) -> None:
    """The client stays; the place is free again. Raises NotFound, StatusConflict."""
    handover, care = await _proposed(connection, handover_id)
    decided = {"state": "declined", "decided_at": now}
    if not await leave_store.decide_handover(connection, handover_id, decided):
        raise StatusConflict
    offer = await offering.locked(connection, handover.offer_id or "")
    await offering.end(connection, offer, OfferState.DECLINED, now)
    payload = {"handover_id": handover_id, "therapist_id": care.therapist_id}
    await outbox.put(connection, "handover.declined", payload, now=now, dedupe_key=handover_id)


async def transfer(
    connection: AsyncConnection, care: CareRow, therapist_to: str, shared: Shared, actor: Actor, now: datetime
) -> CareId:
    """A change of therapist that the client asks for by themself, in one step."""
    handover_id = await propose(connection, care, therapist_to, None, now)
    return await accept(connection, handover_id, shared, actor, now)


async def _proposed(connection: AsyncConnection, handover_id: str) -> tuple[Handover, CareRow]:
    """Under the locks of both therapists."""
    handover = await leave_store.find_handover(connection, handover_id)
    care = await care_store.find(connection, handover.care_from) if handover else None
    if handover is None or care is None:
        raise NotFound
    await _lock_all(connection, care, handover.therapist_to)
    again = await leave_store.find_handover(connection, handover_id)
    if again is None or again.state != "proposed":
        raise StatusConflict
    return again, care


async def _lock_all(connection: AsyncConnection, care: CareRow, *others: str) -> None:
    """Every therapist who has to do with this care, in one order: their own, who covers, who is to follow."""
    known = await leave_store.therapists_of(connection, care.id)
    await lock_rows(connection, therapist.c.id, [care.therapist_id, *known, *others])


async def _fall(connection: AsyncConnection, proposed: Handover, now: datetime) -> None:
    decided = {"state": "declined", "decided_at": now}
    await leave_store.decide_handover(connection, proposed.id, decided)
    offer = await offering.locked(connection, proposed.offer_id or "")
    await offering.end(connection, offer, OfferState.WITHDRAWN, now)


def _field(field: str, message: str, rule: str) -> dict[str, str]:
    return {"field": field, "message": message, "rule": rule}


async def forget_offer(connection: AsyncConnection, offer_id: str, now: datetime) -> None:
    """The client did not decide in time: everything stays as it was."""
    handover = await leave_store.handover_by_offer(connection, offer_id)
    if handover is not None:
        decided = {"state": "declined", "decided_at": now}
        await leave_store.decide_handover(connection, handover.id, decided)
