"""SQL of offers and of the waiting list: keeping places, giving them back, the queue. Decides nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.tables import entitlement
from core.ids import PersonId, new_id
from scheduler.care_model import Offer, OfferKind, OfferState, Wait, WaitState, waits_before
from scheduler.care_tables import care_apart, care_offer, wait_entry
from scheduler.matching import Candidate
from scheduler.model import Therapist
from scheduler.tables import care, therapist

OPEN = care_offer.c.state == OfferState.OPEN
QUEUED = (WaitState.WAITING, WaitState.OFFERED)


async def keep_place(connection: AsyncConnection, therapist_id: str) -> bool:
    """Promise one place, if the therapist takes one: guard and change are one statement."""
    guarded = (
        sa.update(therapist)
        .where(
            therapist.c.id == therapist_id,
            therapist.c.pause_new.is_(False),
            therapist.c.active + therapist.c.offers < therapist.c.capacity,
        )
        .values(offers=therapist.c.offers + 1)
    )
    return (await connection.execute(guarded)).rowcount == 1


async def insert_offer(connection: AsyncConnection, values: dict[str, Any]) -> str:
    """Raises IntegrityError one_offer."""
    offer_id = new_id()
    await connection.execute(
        sa.insert(care_offer).values(values | {"id": offer_id, "state": OfferState.OPEN})
    )
    return offer_id


async def find_offer(connection: AsyncConnection, offer_id: str) -> Offer | None:
    row = (await connection.execute(sa.select(care_offer).where(care_offer.c.id == offer_id))).first()
    return None if row is None else _offer(row)


async def open_offer(connection: AsyncConnection, client_id: str) -> Offer | None:
    """The client's one offer that is not decided."""
    query = sa.select(care_offer).where(care_offer.c.client_id == client_id, OPEN)
    row = (await connection.execute(query)).first()
    return None if row is None else _offer(row)


async def requests_to(connection: AsyncConnection, therapist_id: str) -> list[Offer]:
    """Clients whom a therapist is asked to take, the oldest first."""
    query = sa.select(care_offer).where(
        care_offer.c.therapist_id == therapist_id, OPEN, care_offer.c.kind == OfferKind.REQUEST
    )
    return [_offer(row) for row in await connection.execute(query.order_by(care_offer.c.created_at))]


async def overdue_offers(connection: AsyncConnection, now: datetime) -> list[str]:
    query = sa.select(care_offer.c.id).where(OPEN, care_offer.c.expires_at <= now)
    return list((await connection.execute(query.order_by(care_offer.c.expires_at))).scalars())


async def end_offer(connection: AsyncConnection, offer: Offer, state: OfferState, now: datetime) -> bool:
    """Decide it and free the place it kept, once: False when it was decided before."""
    ended = sa.update(care_offer).where(care_offer.c.id == offer.id, OPEN).values(state=state, decided_at=now)
    if (await connection.execute(ended)).rowcount != 1:
        return False
    freed = sa.update(therapist).where(therapist.c.id == offer.therapist_id)
    await connection.execute(freed.values(offers=therapist.c.offers - 1))
    return True


async def take_promised(connection: AsyncConnection, therapist_id: str, now: datetime) -> None:
    """Count a client in whose place was kept: a promise holds, whatever the capacity is by now."""
    taken = sa.update(therapist).where(therapist.c.id == therapist_id)
    await connection.execute(taken.values(active=therapist.c.active + 1, last_assigned_at=now))


async def asked_before(connection: AsyncConnection, client_id: str, since: datetime) -> frozenset[str]:
    """Therapists who were asked to take this client and did not."""
    query = sa.select(care_offer.c.therapist_id).where(
        care_offer.c.client_id == client_id,
        care_offer.c.kind == OfferKind.REQUEST,
        care_offer.c.state.in_([OfferState.DECLINED, OfferState.EXPIRED]),
        care_offer.c.created_at >= since,
    )
    return frozenset((await connection.execute(query)).scalars())


async def kept_apart(connection: AsyncConnection, client_id: str) -> frozenset[str]:
    """Therapists this client does not want to meet again."""
    query = sa.select(care_apart.c.therapist_id).where(care_apart.c.client_id == client_id)
    return frozenset((await connection.execute(query)).scalars())


async def keep_apart(connection: AsyncConnection, client_id: str, therapist_id: str, now: datetime) -> None:
    """From now on they are not matched; idempotent."""
    if therapist_id in await kept_apart(connection, client_id):
        return
    values = {"client_id": client_id, "therapist_id": therapist_id, "created_at": now}
    await connection.execute(sa.insert(care_apart).values(values))


async def never_with(
    connection: AsyncConnection, client_id: str | None, employer_id: str | None
) -> frozenset[str]:
    """Therapists whom this client never meets here: colleagues, and whom they do not want (invariant I9)."""
    companies = {employer_id} if employer_id is not None else set[str]()
    if client_id is not None:
        companies |= (await employers(connection, [client_id])).get(client_id, frozenset())
    colleagues = frozenset[str]()
    if companies:
        query = (
            sa.select(therapist.c.id)
            .join(entitlement, entitlement.c.person_id == therapist.c.id)
            .where(entitlement.c.employer_id.in_(companies), entitlement.c.ended_at.is_(None))
        )
        colleagues = frozenset((await connection.execute(query)).scalars())
    return colleagues | (await kept_apart(connection, client_id) if client_id else frozenset())


async def previous_therapist(connection: AsyncConnection, client_id: str) -> str | None:
    """With whom the client's last care was."""
    query = sa.select(care.c.therapist_id).where(care.c.client_id == client_id, care.c.ended_at.is_not(None))
    return (await connection.execute(query.order_by(care.c.ended_at.desc()).limit(1))).scalar()


async def candidates(connection: AsyncConnection, therapists: Sequence[Therapist]) -> list[Candidate]:
    """With when each was last assigned, and the companies that pay for them."""
    ids = [one.id for one in therapists]
    query = sa.select(therapist.c.id, therapist.c.last_assigned_at).where(therapist.c.id.in_(ids))
    assigned: dict[str, datetime | None] = {row[0]: row[1] for row in await connection.execute(query)}
    companies = await employers(connection, ids)
    return [Candidate(one, assigned.get(one.id), companies.get(one.id, frozenset())) for one in therapists]


async def employers(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """The companies that pay for each of these people."""
    table = entitlement
    query = sa.select(table.c.person_id, table.c.employer_id).where(
        table.c.person_id.in_(ids), table.c.ended_at.is_(None)
    )
    found: dict[str, set[str]] = {}
    for person_id, employer_id in await connection.execute(query):
        found.setdefault(person_id, set()).add(employer_id)
    return {person_id: frozenset(of) for person_id, of in found.items()}


async def insert_wait(
    connection: AsyncConnection, client_id: str, therapist_id: str | None, language: str, now: datetime
) -> str:
    """Raises IntegrityError one_wait."""
    wait_id = new_id()
    values = {"id": wait_id, "client_id": client_id, "therapist_id": therapist_id, "language": language}
    times = {"state": WaitState.WAITING, "enqueued_at": now, "updated_at": now}
    await connection.execute(sa.insert(wait_entry).values(values | times))
    return wait_id


async def wait_of(connection: AsyncConnection, client_id: str) -> Wait | None:
    """The client's place in the queue, if they wait."""
    query = sa.select(wait_entry).where(wait_entry.c.client_id == client_id, wait_entry.c.state.in_(QUEUED))
    row = (await connection.execute(query)).first()
    return None if row is None else _wait(row)


async def find_wait(connection: AsyncConnection, wait_id: str) -> Wait | None:
    row = (await connection.execute(sa.select(wait_entry).where(wait_entry.c.id == wait_id))).first()
    return None if row is None else _wait(row)


async def move_wait(
    connection: AsyncConnection, wait_id: str, to: WaitState, now: datetime, **values: Any
) -> bool:
    """Change where somebody is in the queue, if the table of states allows it."""
    guarded = sa.update(wait_entry).where(
        wait_entry.c.id == wait_id, wait_entry.c.state.in_(waits_before(to))
    )
    return (await connection.execute(guarded.values(state=to, updated_at=now, **values))).rowcount == 1


async def change_wait(connection: AsyncConnection, wait_id: str, values: dict[str, Any]) -> None:
    """What is waited for; the place in the queue stays."""
    await connection.execute(sa.update(wait_entry).where(wait_entry.c.id == wait_id).values(values))


async def queue(
    connection: AsyncConnection, limit: int, after: tuple[datetime, str] | None = None
) -> list[Wait]:
    """Who waits or has an offer, the longest first; `after`: behind this place."""
    query = sa.select(wait_entry).where(wait_entry.c.state.in_(QUEUED))
    if after is not None:
        at, wait_id = after
        later = sa.and_(wait_entry.c.enqueued_at == at, wait_entry.c.id > wait_id)
        query = query.where(sa.or_(wait_entry.c.enqueued_at > at, later))
    rows = await connection.execute(query.order_by(wait_entry.c.enqueued_at, wait_entry.c.id).limit(limit))
    return [_wait(row) for row in rows]


async def waiting_for(connection: AsyncConnection, therapist_id: str, but: str, limit: int) -> list[Wait]:
    """Who else waits for a place with this therapist or anybody, and could have it, the longest first."""
    own_offers = care_offer.c.client_id == wait_entry.c.client_id
    has_offer = sa.exists().where(own_offers, OPEN)
    matched = sa.exists().where(
        own_offers,
        care_offer.c.kind == OfferKind.REQUEST,
        care_offer.c.created_at >= wait_entry.c.enqueued_at,
    )
    apart = sa.exists().where(
        care_apart.c.client_id == wait_entry.c.client_id, care_apart.c.therapist_id == therapist_id
    )
    query = sa.select(wait_entry).where(
        wait_entry.c.state == WaitState.WAITING,
        wait_entry.c.client_id != but,
        sa.or_(wait_entry.c.therapist_id.is_(None), wait_entry.c.therapist_id == therapist_id),
        ~has_offer,
        ~matched,
        ~apart,
    )
    rows = await connection.execute(query.order_by(wait_entry.c.enqueued_at, wait_entry.c.id).limit(limit))
    return [_wait(row) for row in rows]


async def waiting(connection: AsyncConnection, limit: int, after: Wait | None = None) -> list[Wait]:
    """Who has no offer yet, the longest first; `after`: behind this one."""
    query = sa.select(wait_entry).where(wait_entry.c.state == WaitState.WAITING)
    if after is not None:
        same = sa.and_(wait_entry.c.enqueued_at == after.enqueued_at, wait_entry.c.id > after.id)
        query = query.where(sa.or_(wait_entry.c.enqueued_at > after.enqueued_at, same))
    rows = await connection.execute(query.order_by(wait_entry.c.enqueued_at, wait_entry.c.id).limit(limit))
    return [_wait(row) for row in rows]


async def count_ahead(connection: AsyncConnection, wait: Wait) -> int:
    """How many who wait for the same came before."""
    same = (
        sa.true()
        if wait.therapist_id is None
        else sa.or_(wait_entry.c.therapist_id.is_(None), wait_entry.c.therapist_id == wait.therapist_id)
    )
    query = sa.select(sa.func.count()).where(
        wait_entry.c.state == WaitState.WAITING, wait_entry.c.enqueued_at < wait.enqueued_at, same
    )
    return int((await connection.execute(query)).scalar_one())


def _offer(row: Any) -> Offer:
    return Offer(
        id=row.id,
        client_id=PersonId(row.client_id),
        therapist_id=PersonId(row.therapist_id),
        kind=OfferKind(row.kind),
        state=OfferState(row.state),
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def _wait(row: Any) -> Wait:
    return Wait(
        id=row.id,
        client_id=PersonId(row.client_id),
        therapist_id=row.therapist_id,
        language=row.language,
        state=WaitState(row.state),
        offer_id=row.offer_id,
        enqueued_at=row.enqueued_at,
    )
