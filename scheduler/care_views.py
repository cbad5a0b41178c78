"""What somebody may know of who cares for whom: a client of theirs, a therapist of theirs, staff of all.

Only reads, and writes down what staff looked at, one line a view. Not here: changing anything (cares.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from accounts.model import Person
from core.clock import Clock
from core.database import Database
from core.errors import Denied
from core.http import Identity
from core.ids import PersonId
from scheduler import (
    care_store,
    first_free,
    handing,
    leave_store,
    offer_store,
    practice_store,
    store,
    waiting,
)
from scheduler.capacity import closed, free_places
from scheduler.care_model import CareRow, Handover, LeaveChoice, Offer, Wait
from scheduler.config import SchedulerConfig
from scheduler.matching import band
from scheduler.model import Booking, Therapist

Names = Mapping[PersonId, Person]
NOBODY = frozenset[PersonId]()


@dataclass(frozen=True)
class ClientView:
    """Everything that is under way for a client."""

    care: CareRow | None
    wait: Wait | None
    ahead: str | None  # how many wait before them, roughly
    offer: Offer | None
    handovers: tuple[Handover, ...]
    choices: tuple[LeaveChoice, ...]
    transferable: frozenset[PersonId]  # who covers in these, and could take the client for good
    sessions: tuple[Booking, ...]  # still to come in this care
    names: Names


@dataclass(frozen=True)
class ClientRow:
    """A client of a therapist's.

    `note`: what the therapist before wrote for them; `sessions`: still to come; `proposed`: the name of the
    colleague whom the client has been asked about.
    """

    care: CareRow
    name: str
    next_at: datetime | None
    last_at: datetime | None
    note: str | None
    sessions: tuple[Booking, ...]
    proposed: str | None


@dataclass(frozen=True)
class TherapistView:
    """A therapist's clients, and those whom they are asked to take."""

    clients: tuple[ClientRow, ...]
    requests: tuple[Offer, ...]


@dataclass(frozen=True)
class QueueRow:
    """Somebody who waits, for staff."""

    wait: Wait
    name: str
    therapist: Person | None
    offer: Offer | None


@dataclass(frozen=True)
class PlaceRow:
    """A therapist's places, for staff; `rank` and id say where they stand in the list."""

    therapist: Therapist
    person: Person
    free: int
    closed: str | None
    next_free_at: datetime | None
    rank: int


class CareViews:
    """Reading who cares for whom."""

    def __init__(self, database: Database, config: SchedulerConfig, clock: Clock) -> None:
        self._database, self._config, self._clock = database, config, clock

    async def client(self, identity: Identity) -> ClientView:
        """Raises Denied."""
        now = self._clock.now()
        async with self._database.read() as connection:
            client_id = await waiting.person_of(connection, identity)
            care = await care_store.open_of(connection, client_id)
            wait = await offer_store.wait_of(connection, client_id)
            offer = await offer_store.open_offer(connection, client_id)
            handovers = await leave_store.proposed_to(connection, client_id)
            in_handover = {one.offer_id for one in handovers}
            choices = await leave_store.choices_of(connection, care.id, now) if care else []
            view = ClientView(
                care=care,
                wait=wait,
                ahead=band(await offer_store.count_ahead(connection, wait)) if wait else None,
                offer=offer if offer is not None and offer.id not in in_handover else None,
                handovers=tuple(handovers),
                choices=tuple(choices),
                transferable=await _taking(connection, client_id, choices, now) if offer is None else NOBODY,
                sessions=await _to_come(connection, care, now),
                names={},
            )
            ids = {one for one in _therapists(view) if one is not None}
            return ClientView(**{**view.__dict__, "names": await accounts.people(connection, ids)})

    async def therapist(self, identity: Identity) -> TherapistView:
        """Raises Denied."""
        if identity.kind != "account" or identity.person_id is None or "therapist" not in identity.roles:
            raise Denied
        async with self._database.read() as connection:
            cares = await care_store.open_with(connection, identity.person_id)
            rows = await _client_rows(connection, cares, self._clock.now())
            requests = await offer_store.requests_to(connection, identity.person_id)
        return TherapistView(rows, tuple(requests))

    async def queue(
        self, identity: Identity, limit: int, after: tuple[datetime, str] | None
    ) -> Sequence[QueueRow]:
        """Who waits, the longest first. Raises Denied."""
        _check_staff(identity)
        async with self._database.read() as connection:
            found = await offer_store.queue(connection, limit, after)
            offers = {one.id: await _offer(connection, one) for one in found}
            ids = {one.client_id for one in found} | {one.therapist_id for one in found if one.therapist_id}
            people = await accounts.people(connection, ids)
        await self._audit(identity, "care_queue_read", len(found))
        return [
            QueueRow(
                one,
                people[one.client_id].name,
                people[one.therapist_id] if one.therapist_id else None,
                offers[one.id],
            )
            for one in found
        ]

    async def places(
        self, identity: Identity, limit: int, after: tuple[int, str] | None = None
    ) -> Sequence[PlaceRow]:
        """Therapists with their places, those with most free ones first. Raises Denied."""
        _check_staff(identity)
        now = self._clock.now()
        async with self._database.read() as connection:
            found = await practice_store.by_places(connection, now, limit, after)
            therapists = [one for _, one in found]
            people = await accounts.people(connection, [one.id for one in therapists])
            next_at = await first_free.of_each(connection, therapists, self._config, now)
        rows = []
        for rank, one in found:
            reason = closed(one, now, in_care=False)
            word = reason.value if reason else None
            rows.append(PlaceRow(one, people[one.id], free_places(one), word, next_at[one.id], rank))
        await self._audit(identity, "care_places_read", len(rows))
        return rows

    async def _audit(self, identity: Identity, action: str, count: int) -> None:
        async with self._database.write() as connection:
            await accounts.audit(
                connection,
                actor=identity.person_id,
                action=action,
                subject="care",
                detail={"count": count},
                now=self._clock.now(),
            )


def _check_staff(identity: Identity) -> None:
    if identity.kind != "account" or "staff" not in identity.roles:
        raise Denied


async def _taking(
    connection: AsyncConnection, client_id: PersonId, choices: Sequence[LeaveChoice], now: datetime
) -> frozenset[PersonId]:
    """Which covers could take this client for good; nobody where another place is kept for them already."""
    covers = sorted({one.cover_id for one in choices if one.cover_id is not None})
    if not covers:
        return NOBODY
    found = await practice_store.find_therapists(connection, covers)
    return await handing.could_take(connection, client_id, found, now)


async def _to_come(connection: AsyncConnection, care: CareRow | None, now: datetime) -> tuple[Booking, ...]:
    if care is None:
        return ()
    found = [await store.find(connection, one) for one in await care_store.to_come(connection, care.id, now)]
    return tuple(one for one in found if one is not None)


async def _client_rows(
    connection: AsyncConnection, cares: Sequence[CareRow], now: datetime
) -> tuple[ClientRow, ...]:
    ids = [one.id for one in cares]
    times = await care_store.next_and_last(connection, ids, now)
    coming = await care_store.coming(connection, ids, now)
    notes = {one.care_to: one.note for one in await leave_store.handovers_of(connection, ids)}
    proposed = {one.care_from: one.therapist_to for one in await leave_store.proposed_from(connection, ids)}
    people = await accounts.people(connection, {*(one.client_id for one in cares), *proposed.values()})
    return tuple(
        ClientRow(
            one,
            people[one.client_id].name,
            *times.get(one.id, (None, None)),
            note=notes.get(one.id),
            sessions=tuple(each for each in coming if each.care_id == one.id),
            proposed=people[proposed[one.id]].name if one.id in proposed else None,
        )
        for one in cares
    )


async def _offer(connection: AsyncConnection, wait: Wait) -> Offer | None:
    return await offer_store.find_offer(connection, wait.offer_id) if wait.offer_id else None


def _therapists(view: ClientView) -> list[PersonId | None]:
    """Everybody whose name the view shows."""
    return [
        view.care.therapist_id if view.care else None,
        view.wait.therapist_id if view.wait else None,
        view.offer.therapist_id if view.offer else None,
        *(one.therapist_to for one in view.handovers),
        *(one.cover_id for one in view.choices),
    ]
