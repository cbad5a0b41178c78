"""What a FHIR search asks for, and who may see what of it: staff all (audited), others what is their own.

Only reads. A stranger learns nothing: what is not yours is not found.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from core.clock import Clock
from core.database import Database
from core.errors import Denied, Invalid, NotFound
from core.http import Identity
from core.pages import Position
from scheduler import pace_store, practice_store, store
from scheduler.capacity import may_practise
from scheduler.config import SchedulerConfig
from scheduler.model import Booking, Slot, Span, Spared, Therapist
from scheduler.slots import free_slots
from scheduler.tables import booking

LONGEST = timedelta(days=31)
BOUND = re.compile(r"(eq|ge|gt|le|lt)?(\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d))?)")
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def span_of(asked: list[str], field: str, now: datetime) -> Span:
    """The half-open span of FHIR date bounds like ge2026-11-25; open ends are 31 days. Raises Invalid."""
    since, until = None, None
    for text in asked:
        begins, ends = _instants(text, field)
        prefix = text[:2] if text[:2].isalpha() else "eq"
        if prefix in ("eq", "ge", "gt"):
            since = max(since or begins, begins if prefix != "gt" else ends)
        if prefix in ("eq", "le", "lt"):
            until = min(until or ends, begins if prefix == "lt" else ends)
    if since is None:
        since = until - LONGEST if until is not None else now
    span = Span(since, until if until is not None else since + LONGEST)
    if not timedelta(0) < span.ends_at - span.starts_at <= LONGEST:
        raise _invalid(field, "must span at most 31 days")
    return span


def _instants(text: str, field: str) -> tuple[datetime, datetime]:
    """The first instant that a date or time means, and the first after it."""
    found = BOUND.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        if "T" not in found[2]:
            begins = datetime.combine(date.fromisoformat(found[2]), datetime.min.time(), tzinfo=UTC)
            length = DAY
        else:
            begins, length = datetime.fromisoformat(found[2]).astimezone(UTC), SECOND
        if not 2000 <= begins.year <= 2200:
            raise ValueError(text)
    except (ValueError, OverflowError):
        raise _invalid(
            field, "must be a date, or a time with its offset, behind eq, ge, gt, le or lt"
        ) from None
    return begins, begins + length


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(errors=[{"field": field, "message": message, "rule": "search"}])


@dataclass(frozen=True)
class Asker:
    """As whom somebody looks: staff sees all, a therapist and a client what is theirs."""

    who: Identity

    @property
    def staff(self) -> bool:
        return "staff" in self.who.roles

    def own(self) -> sa.ColumnElement[bool]:
        """Of bookings."""
        if self.staff:
            return sa.true()
        return sa.or_(booking.c.therapist_id == self.who.person_id, booking.c.client_id == self.who.person_id)


class FhirSearch:
    """Use-cases of the export; `most` of a page are given, with whether there are more."""

    def __init__(self, database: Database, config: SchedulerConfig, clock: Clock) -> None:
        self._database, self.config, self._clock = database, config, clock

    def now(self) -> datetime:
        return self._clock.now()

    async def schedules(self, who: Identity, most: int, after: str | None) -> list[Therapist]:
        """Therapists by id."""
        asker = asker_of(who)
        async with self._database.read() as connection:
            if asker.staff:
                found = await practice_store.some_therapists(connection, most, after or "")
            else:
                ids = await self._own_therapists(connection, asker)
                found = [one for one in await practice_store.find_therapists(connection, ids)]
                found = sorted((one for one in found if one.id > (after or "")), key=lambda one: one.id)[
                    :most
                ]
        await self._audit(asker, "Schedule", len(found))
        return found

    async def schedule(self, who: Identity, own: str) -> Therapist:
        """Raises NotFound."""
        asker = asker_of(who)
        async with self._database.read() as connection:
            return await self._therapist(connection, asker, own)

    async def slots(self, who: Identity, therapist_id: str, within: Span) -> list[Slot]:
        """Free starts of the first kind of session. Raises NotFound."""
        asker, now = asker_of(who), self._clock.now()
        async with self._database.read() as connection:
            one = await self._therapist(connection, asker, therapist_id)
            kinds = await pace_store.default_types(connection, [one.id])
            rules = kinds[one.id].rules if one.id in kinds else self.config.rules()
            spared = Spared(who.person_id or "")
            calendars = await practice_store.calendars(connection, [one], within, now, spared)
        found = free_slots(calendars[one.id], rules, within, now)
        return [slot for slot in found if may_practise(one, slot.starts_at) is None]

    async def appointments(
        self, who: Identity, within: Span, most: int, after: Position | None
    ) -> list[Booking]:
        """Sessions that start in `within`, by their start."""
        asker = asker_of(who)
        async with self._database.read() as connection:
            found = await store.page(connection, asker.own(), within, most, after)
        await self._audit(asker, "Appointment", len(found))
        return found

    async def appointment(self, who: Identity, own: str) -> Booking:
        """Raises NotFound."""
        asker = asker_of(who)
        async with self._database.read() as connection:
            found = await store.find_shown(connection, asker.own(), own)
        if found is None:
            raise NotFound
        await self._audit(asker, "Appointment", 1, own)
        return found

    async def _therapist(self, connection: AsyncConnection, asker: Asker, own: str) -> Therapist:
        known = asker.staff or own in await self._own_therapists(connection, asker)
        found = await practice_store.find_therapist(connection, own) if known else None
        if found is None:
            raise NotFound
        return found

    async def _own_therapists(self, connection: AsyncConnection, asker: Asker) -> list[str]:
        """Themselves, and for a client whom they are in care with."""
        person_id = str(asker.who.person_id)
        care = await store.open_care(connection, person_id)
        return [person_id, *([care.therapist_id] if care is not None else [])]

    async def _audit(self, asker: Asker, kind: str, count: int, subject: str = "") -> None:
        """Staff who look at people are written down."""
        if not asker.staff:
            return
        async with self._database.write() as connection:
            await accounts.audit(
                connection,
                actor=asker.who.person_id,
                action="fhir_read",
                subject=subject or kind,
                detail={"kind": kind, "count": count},
                now=self._clock.now(),
            )


def asker_of(who: Identity) -> Asker:
    """Raises Denied for who has not signed in, and for who has no part in sessions."""
    if who.kind != "account" or who.person_id is None or not who.roles & {"staff", "therapist", "client"}:
        raise Denied
    return Asker(who)
