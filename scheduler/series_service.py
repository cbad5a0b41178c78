"""Use-cases of series and of booking on behalf: who may book what for whom, one transaction each.

A client books for themselves, within hours and notice. A therapist books for those in their own care, staff
for any client, outside hours too; nobody books over a session that is there. What is asked for in a series is
answered in one step by its therapist or staff.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import Clock
from core.database import Database
from core.errors import Denied, NotFound
from core.http import Identity
from core.idempotency import Stored
from core.ids import PersonId
from scheduler import booking as bookings
from scheduler import practice_store, series_booking, series_store, store, visits
from scheduler.booking import Arrangement, Booker, Pick, Wish
from scheduler.changes import Changes, not_client
from scheduler.changing import Actor
from scheduler.config import SchedulerConfig
from scheduler.errors import SlotNotOffered, TherapistUnknown
from scheduler.model import Booking, Slot, Span, Visit
from scheduler.once import Once, keep, known_answer
from scheduler.series import Repeat
from scheduler.series_booking import Made, Outlook, Plan, rules_for
from scheduler.series_store import Client
from scheduler.service import booker_of
from scheduler.slots import free_slots

By = Literal["therapist", "staff"]
Work = Callable[[AsyncConnection, Actor, datetime], Awaitable[list[Booking]]]
MOST_NAMES = 20


@dataclass(frozen=True)
class OnBehalf(Pick):
    """A time for a client; a therapist's own id is put in by the service."""

    client_id: str = field(kw_only=True)


Order = Wish | OnBehalf


@dataclass(frozen=True)
class Answer:
    """What was made, or answered; `conflicts` as JSON has them: a repeated request gets the first answer."""

    series_id: str | None
    visits: tuple[Visit, ...]
    conflicts: tuple[dict[str, Any], ...]


class Arranging:
    """Booking several times, and for others."""

    def __init__(self, database: Database, config: SchedulerConfig, clock: Clock, changes: Changes) -> None:
        self._database, self._config, self._clock = database, config, clock
        self._changes = changes

    async def preview(self, identity: Identity, order: Order, repeat: Repeat) -> Outlook:
        """What would come of it; changes nothing. Raises Denied, NotFound, CareElsewhere, SlotNotOffered."""
        now = self._clock.now()
        async with self._database.read() as connection:
            plan = await self._plan(connection, identity, order, repeat, now)
            therapist = await practice_store.find_therapist(connection, plan.pick.therapist_id)
            if therapist is None:
                raise TherapistUnknown
            client_id = plan.booker.client_id
            care = await store.open_care(connection, client_id) if client_id else None
            await bookings.check_open(connection, therapist, care, client_id, plan.pick.starts_at, now)
            return await series_booking.outlook(connection, therapist, plan, self._config, now)

    async def book(self, identity: Identity, order: Order, repeat: Repeat, once: Once) -> Answer:
        """Book it. Raises what preview raises, and SlotTaken, SlotNotOffered, ClientBusy, TherapistFull."""
        now = self._clock.now()

        async def work(connection: AsyncConnection) -> dict[str, Any]:
            plan = await self._plan(connection, identity, order, repeat, now)
            await store.lock_therapist(connection, plan.pick.therapist_id)
            answer = await known_answer(connection, identity, once)
            if answer is not None:
                return answer
            made = _kept(await series_booking.book(connection, plan, self._config, now))
            await keep(connection, identity, once, Stored(201, made), now)
            return made

        made = await self._database.transact(work)
        seen = await self._seen(made["booking_ids"], "client" if isinstance(order, Wish) else "therapist")
        return Answer(made["series_id"], seen, tuple(made["conflicts"]))

    async def cancel_later(
        self, identity: Identity, booking_id: str, reason: str | None, once: Once
    ) -> Visit:
        """Cancel a booking with all later ones of its series. Raises NotFound, StatusConflict, TooLate."""

        async def work(connection: AsyncConnection, actor: Actor, now: datetime) -> Booking:
            return await series_booking.cancel_later(connection, booking_id, actor, reason, self._config, now)

        return await self._changes.change(identity, booking_id, once, work)

    async def approve(self, identity: Identity, series_id: str, once: Once) -> Answer:
        """Its therapist, or staff, takes all that waits. Raises NotFound, Denied, StatusConflict."""

        async def work(connection: AsyncConnection, actor: Actor, now: datetime) -> list[Booking]:
            return await series_booking.approve(connection, series_id, actor, now)

        return await self._answer(identity, series_id, once, work)

    async def decline(self, identity: Identity, series_id: str, reason: str | None, once: Once) -> Answer:
        """Its therapist, or staff, takes none of it. Raises NotFound, Denied, StatusConflict."""

        async def work(connection: AsyncConnection, actor: Actor, now: datetime) -> list[Booking]:
            return await series_booking.decline(connection, series_id, actor, reason, now)

        return await self._answer(identity, series_id, once, work)

    async def _answer(self, identity: Identity, series_id: str, once: Once, work: Work) -> Answer:
        now = self._clock.now()

        async def whole(connection: AsyncConnection) -> list[str]:
            found = await series_store.all_of(connection, series_id)
            actor = await self._changes.actor(connection, found[0] if found else None, identity)
            answer = await known_answer(connection, identity, once)
            if answer is not None:
                return list(answer["booking_ids"])
            ids = [str(one.id) for one in await work(connection, not_client(actor), now)]
            await keep(connection, identity, once, Stored(200, {"booking_ids": ids}), now)
            return ids

        ids = await self._database.transact(whole)
        return Answer(series_id, await self._seen(ids, "therapist"), ())

    async def _seen(self, ids: list[str], role: str) -> tuple[Visit, ...]:
        async with self._database.read() as connection:
            found = await series_store.by_ids(connection, ids)
            return tuple([await visits.render(connection, one, role, self._config) for one in found])

    async def clients(self, identity: Identity, part: str | None) -> list[Client]:
        """Whom one can book for: a therapist those in their care, staff those whose name has `part`."""
        now = self._clock.now()
        by, own = by_of(identity, "therapist" if part is None else "staff")
        async with self._database.read() as connection:
            if by == "therapist":
                return await series_store.clients_of(connection, own, now)
            return await series_store.clients_named(connection, part or "", MOST_NAMES, now)

    async def free_times(
        self, identity: Identity, therapist_id: str | None, within: Span, type_id: str | None
    ) -> tuple[str, list[Slot]]:
        """The therapist's zone, and their free times within the hours, without notice. Raises Denied."""
        by, own = by_of(identity, "therapist" if therapist_id is None else "staff")
        now, wanted = self._clock.now(), own if by == "therapist" else therapist_id or ""
        async with self._database.read() as connection:
            therapist = await practice_store.find_therapist(connection, wanted)
            if therapist is None:
                raise TherapistUnknown
            pick = Pick(wanted, now, session_type_id=type_id)
            kind = await bookings.kind_of(connection, pick, self._config)
            calendars = await practice_store.calendars(connection, [therapist], within, now)
        rules = rules_for(kind, bound=False)
        return therapist.timezone, free_slots(calendars[therapist.id], rules, within, now)

    async def _plan(
        self, connection: AsyncConnection, identity: Identity, order: Order, repeat: Repeat, now: datetime
    ) -> Plan:
        """Who books what. Raises Denied, and NotFound for a client that is not theirs to book for."""
        if isinstance(order, Wish):
            return Plan(booker_of(identity), order, repeat)
        by, own = by_of(identity, "staff" if order.therapist_id else "therapist")
        therapist_id = order.therapist_id or own
        client = await series_store.find_client(connection, order.client_id, now)
        if client is None or (by == "therapist" and client.therapist_id != own):
            raise NotFound
        client_id = PersonId(client.id)
        pick = Arrangement(
            therapist_id=therapist_id,
            starts_at=order.starts_at,
            session_type_id=order.session_type_id,
            client_id=client_id,
            timezone=client.timezone,
            arranged_by=own,
        )
        if order.starts_at <= now:
            raise SlotNotOffered
        return Plan(Booker(client_id, client_id, None), pick, repeat)


def by_of(identity: Identity, wanted: By) -> tuple[By, PersonId]:
    """In which part somebody asks, and who. Raises Denied."""
    if identity.kind != "account" or identity.person_id is None or wanted not in identity.roles:
        raise Denied
    return wanted, identity.person_id


def _kept(made: Made) -> dict[str, Any]:
    """What a repeated request is answered with."""
    return {
        "series_id": made.series_id,
        "booking_ids": [one.id for one in made.bookings],
        "conflicts": [series_booking.plain(one) for one in made.conflicts],
    }
