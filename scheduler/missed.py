"""Use-cases of sessions that are over: staff look at them and correct an outcome, a client picks a new time.

That new time is for a session that did not take place, and one click away from the mail about it.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from accounts.model import Person
from core.clock import Clock
from core.database import Database
from core.errors import Denied, NotFound
from core.http import Identity
from core.idempotency import Stored
from core.ids import PersonId
from core.together import insert_together
from scheduler import booking as bookings
from scheduler import changing, pace_store, settled_store, store, telling, visits
from scheduler.booking import Booker, Wish
from scheduler.config import SchedulerConfig
from scheduler.errors import StatusConflict
from scheduler.model import Booking, Span, Status, Visit
from scheduler.once import Once, keep, known_answer
from scheduler.outcome import CORRECTIONS

MOST_SHOWN = 500


@dataclass(frozen=True)
class Noticed:
    """A session that did not go as agreed, with the names of its people."""

    booking: Booking
    client_name: str
    therapist: Person


@dataclass(frozen=True)
class Correction:
    """What staff say came of it; the reason stays on record."""

    status: Status
    noshow_by: str | None
    reason: str


class Missed:
    """Sessions that are over."""

    def __init__(self, database: Database, config: SchedulerConfig, clock: Clock) -> None:
        self._database, self._config, self._clock = database, config, clock

    async def noticed(self, identity: Identity, within: Span) -> list[Noticed]:
        """What staff look at, which is written down. Raises Denied."""
        actor = staff_of(identity)
        async with self._database.read() as connection:
            found = await settled_store.noticed(connection, within, MOST_SHOWN)
            ids = {one.therapist_id for one in found} | {PersonId(one.client_id or "") for one in found}
            people = await accounts.people(connection, ids)
        async with self._database.write() as connection:
            await accounts.audit(
                connection,
                actor=actor,
                action="outcomes_read",
                subject="sessions",
                detail={"count": len(found)},
                now=self._clock.now(),
            )
        return [_noticed(one, people) for one in found]

    async def correct(
        self, identity: Identity, booking_id: str, correction: Correction, once: Once
    ) -> Noticed:
        """Another outcome, on record. Raises Denied, NotFound, StatusConflict."""
        actor, now = staff_of(identity), self._clock.now()

        async def work(connection: AsyncConnection) -> Noticed:
            booking, _ = await changing.locked(connection, booking_id)
            if await known_answer(connection, identity, once) is None:
                booking = await _corrected(connection, booking, correction, actor, now)
                await keep(connection, identity, once, _answer(booking), now)
            people = await accounts.people(connection, [booking.client_id or "", booking.therapist_id])
            return _noticed(booking, people)

        return await self._database.transact(work)

    async def again(self, identity: Identity, booking_id: str, starts_at: datetime, once: Once) -> Visit:
        """A new session in place of one that did not take place; once for each.

        Raises NotFound, StatusConflict, and what booking.book raises.
        """
        now = self._clock.now()

        async def work(connection: AsyncConnection) -> Booking:
            visit = await visits.look(connection, booking_id, identity, self._config)
            if visit.role != "client":
                raise NotFound
            missed, _ = await changing.locked(connection, booking_id)
            answer = await known_answer(connection, identity, once)
            known = await store.find(connection, answer["booking_id"]) if answer is not None else None
            if known is not None:
                return known
            made = await self._booked_again(connection, missed, starts_at, now)
            await keep(connection, identity, once, _answer(made), now)
            return made

        made = await self._database.transact(work)
        async with self._database.read() as connection:
            return await visits.render(connection, made, "client", self._config)

    async def _booked_again(
        self, connection: AsyncConnection, missed: Booking, starts_at: datetime, now: datetime
    ) -> Booking:
        earlier = await settled_store.details(connection, missed.id)
        if missed.status is not Status.NOSHOW or any("again" in detail for detail in earlier):
            raise StatusConflict
        client_id = PersonId(missed.client_id or "")
        person = (await accounts.people(connection, [client_id]))[client_id]
        kind = await pace_store.type_of(connection, missed, self._config)
        wish = Wish(
            therapist_id=missed.therapist_id,
            starts_at=starts_at,
            session_type_id=kind.id if kind.active else None,
            name=person.name,
            email="",
            timezone=missed.client_timezone,
            locale=person.locale,
        )
        booker = Booker(client_id, client_id, None)
        made, beside = await bookings.book(connection, booker, wish, self._config, now)
        same = (missed.status, missed.status)
        line = store.line(missed.id, same, client_id, now, {"again": made.id})
        await insert_together(connection, *beside, line)
        return made


def _answer(made: Booking) -> Stored:
    return Stored(200, {"booking_id": made.id})


async def _corrected(
    connection: AsyncConnection, booking: Booking, correction: Correction, actor: PersonId, now: datetime
) -> Booking:
    if correction.status not in CORRECTIONS.get(booking.status, frozenset()):
        raise StatusConflict
    values = {"status": correction.status, "noshow_by": correction.noshow_by}
    await store.update_booking(connection, booking.id, {**values, "updated_at": now})
    detail = {"by": "staff", "noshow_by": correction.noshow_by}
    change = (booking.status, correction.status)
    reason = {"reason": correction.reason}  # in the booking's history; the audit trail takes no texts
    await store.record(connection, booking.id, change, actor, now, detail | reason)
    await telling.settled(connection, booking, correction.status, now, mark=secrets.token_hex(4))
    await accounts.audit(
        connection,
        actor=actor,
        action="outcome_corrected",
        subject=booking.client_id or booking.id,
        detail={"booking_id": booking.id, "from": change[0], "to": change[1], **detail},
        now=now,
    )
    return replace(booking, status=correction.status, noshow_by=correction.noshow_by)


def staff_of(identity: Identity) -> PersonId:
    """Who asks. Raises Denied for everybody who is no staff signed in."""
    if identity.kind != "account" or identity.person_id is None or "staff" not in identity.roles:
        raise Denied
    return identity.person_id


def _noticed(booking: Booking, people: dict[PersonId, Person]) -> Noticed:
    client = people.get(PersonId(booking.client_id or ""))
    return Noticed(booking, client.name if client else "", people[booking.therapist_id])
