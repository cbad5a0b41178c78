"""Holding and booking a time: what happens inside the one transaction (domain rules I1-I5, I7, I8).

Order of locks: therapist, client, care, booking. The checks here give clear answers; what cannot be true is
refused by the database even if they were wrong. Not here: opening the transaction, alternatives (service.py).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import TodokuError
from core.ids import BookingId, EmployerId, PersonId, new_id
from core.together import Rows
from scheduler import desk, leave_store, offer_store, offering, pace_store, practice_store, store, telling
from scheduler.capacity import Closed, closed
from scheduler.config import SchedulerConfig
from scheduler.desk import Asker, Desk
from scheduler.errors import (
    CareElsewhere,
    HoldExpired,
    SlotNotOffered,
    SlotTaken,
    TherapistFull,
    TherapistUnknown,
)
from scheduler.hours import zone
from scheduler.laws import laws
from scheduler.model import Booking, Care, SessionRules, SessionType, Span, Spared, Status, Therapist
from scheduler.newcomer import Newcomer, known_or_new
from scheduler.slots import Verdict, judge

MARGIN = timedelta(days=2)  # how far around a wished time bookings can matter

CLOSED: dict[Closed, type[TodokuError]] = {
    Closed.FULL: TherapistFull,
    Closed.PAUSED: TherapistFull,
    Closed.LICENCE_EXPIRED: SlotNotOffered,
    Closed.LICENCE_UNVERIFIED: SlotNotOffered,
}
VERDICTS: dict[Verdict, type[TodokuError]] = {
    Verdict.TAKEN: SlotTaken,
    Verdict.NOT_OFFERED: SlotNotOffered,
}


@dataclass(frozen=True)
class Booker:
    """Who books: `holder` is the person's id, or the link session's while nobody is known."""

    holder: str
    client_id: PersonId | None
    employer_id: EmployerId | None

    def asker(self, actor: str = "", key: str | None = None, body: bytes = b"") -> Asker:
        """As who they sit down, with the key of their request."""
        return Asker(self.holder, self.client_id, actor, key, body)


@dataclass(frozen=True)
class Pick:
    """A time of a therapist."""

    therapist_id: str
    starts_at: datetime
    session_type_id: str | None = field(default=None, kw_only=True)  # None: the therapist's first


@dataclass(frozen=True)
class Wish(Newcomer, Pick):
    """What is asked for; name and mail count only where a new person is made."""

    hold_id: str | None = None


@dataclass(frozen=True)
class Arrangement(Pick):
    """A booking made for a client by somebody else: bound by places and overlaps, not by hours and notice."""

    client_id: PersonId
    timezone: str
    arranged_by: PersonId | None  # None: the system itself


async def hold(
    connection: AsyncConnection,
    booker: Booker,
    pick: Pick,
    config: SchedulerConfig,
    now: datetime,
    at: Desk | None = None,
) -> Booking:
    """Reserve a time for a few minutes in place of the booker's earlier hold."""
    at = at or await desk.sit_down(connection, pick.therapist_id, booker.asker(), now)
    therapist, kind = at.therapist, await _kind(connection, at, pick, config)
    await check_open(connection, therapist, at.care, booker.client_id, pick.starts_at, now)
    await _clear(connection, at, booker, None, now)
    await check_time(connection, therapist, pick.starts_at, kind.rules, Spared(booker.holder), now)
    values = times(therapist, pick.starts_at, "UTC", kind) | {
        "client_id": booker.client_id,
        "holder": booker.holder,
        "status": Status.HELD,
        "hold_expires_at": now + timedelta(seconds=config.hold_s),
    }
    return await insert(connection, values, now)


async def book(
    connection: AsyncConnection,
    booker: Booker,
    wish: Wish,
    config: SchedulerConfig,
    now: datetime,
    at: Desk | None = None,
) -> tuple[Booking, list[Rows]]:
    """Confirm a time; a new client's first booking opens the care and takes a place.

    Besides the booking: what is written of it elsewhere, for the caller to write together with its own.
    """
    at = at or await desk.sit_down(connection, wish.therapist_id, booker.asker(), now)
    therapist, care = at.therapist, at.care
    await check_open(connection, therapist, care, booker.client_id, wish.starts_at, now)
    held = await _held(connection, at, booker, wish, now)
    await _clear(connection, at, booker, held, now)
    # Who picked in time may take the minutes of the hold to type their name.
    asked_at = held.created_at if held else now
    kind = await _kind(connection, at, wish, config)
    await check_time(connection, therapist, wish.starts_at, kind.rules, Spared(booker.holder), asked_at)
    client_id = await known_or_new(connection, booker.client_id, wish, booker.employer_id, now)
    care_id = care.id if care else await offering.open_care(connection, client_id, therapist, now)
    values = times(therapist, wish.starts_at, wish.timezone, kind) | {
        "client_id": client_id,
        "care_id": care_id,
        "holder": booker.holder,
        "hold_expires_at": None,
        **standing(kind, wish.starts_at, config, now),
    }
    made = await _confirm(connection, held, values, now)
    return made, telling.of_arranged(made, Status.HELD if held else None, booker.holder, now)


async def book_on_behalf(
    connection: AsyncConnection, arrangement: Arrangement, config: SchedulerConfig, now: datetime
) -> Booking:
    """Confirm a time for a client, also outside hours; who arranged it is recorded."""
    booker = Booker(arrangement.client_id, arrangement.client_id, None)
    therapist, care = await prepare(connection, booker, arrangement, now)
    await store.clear_holds(connection, therapist.id, booker.holder, None, now)
    care_id = (
        care.id if care else await offering.open_care(connection, booker.holder, therapist, now, fair=False)
    )
    kind = await kind_of(connection, arrangement, config)
    values = times(therapist, arrangement.starts_at, arrangement.timezone, kind) | {
        "client_id": arrangement.client_id,
        "care_id": care_id,
        "holder": booker.holder,
        "status": Status.CONFIRMED,
        "arranged_by": arrangement.arranged_by,
    }
    confirmed = await insert(connection, values, now)
    await telling.arranged(connection, confirmed, None, arrangement.arranged_by, now)
    return confirmed


async def prepare(
    connection: AsyncConnection, booker: Booker, pick: Pick, now: datetime
) -> tuple[Therapist, Care | None]:
    """Lock therapist and client; refuse whom this client may not book."""
    therapist = await practice_store.find_therapist(connection, pick.therapist_id, lock=True)
    if booker.client_id is not None:
        await store.lock_client(connection, booker.client_id)
    if therapist is None:
        raise TherapistUnknown
    care = await store.open_care(connection, booker.client_id) if booker.client_id else None
    await check_open(connection, therapist, care, booker.client_id, pick.starts_at, now)
    return therapist, care


async def _clear(
    connection: AsyncConnection, at: Desk, booker: Booker, held: Booking | None, now: datetime
) -> None:
    if at.holds or at.dead:
        await store.clear_holds(connection, at.therapist.id, booker.holder, held.id if held else None, now)


async def check_open(
    connection: AsyncConnection,
    therapist: Therapist,
    care: Care | None,
    client_id: PersonId | None,
    starts_at: datetime,
    now: datetime,
) -> None:
    """Refuse whom a client of this care may not book. Raises CareElsewhere, TherapistFull, SlotNotOffered."""
    elsewhere = care is not None and care.therapist_id != therapist.id
    if care is not None and elsewhere:
        elsewhere = not await leave_store.covers(connection, care.id, therapist.id, starts_at)
    if elsewhere:
        raise CareElsewhere
    promised = care is None and await has_place(connection, client_id, therapist.id, now)
    reason = closed(therapist, max(starts_at, now), in_care=care is not None or promised)
    if reason is not None:
        raise CLOSED[reason]


async def has_place(
    connection: AsyncConnection, client_id: PersonId | None, therapist_id: str, now: datetime
) -> bool:
    """Whether a place is kept for this client, so that neither a full practice nor a pause matters."""
    if client_id is None:
        return False
    return offering.promises(await offer_store.open_offer(connection, client_id), therapist_id, now)


async def _held(
    connection: AsyncConnection, at: Desk, booker: Booker, wish: Wish, now: datetime
) -> Booking | None:
    """The booker's living hold of exactly this time. Raises HoldExpired when one was named and is not it."""
    held = await store.hold_of(connection, booker.holder) if at.holds else None
    fits = (
        held is not None
        and held.therapist_id == wish.therapist_id
        and held.starts_at == wish.starts_at
        and held.hold_expires_at is not None
        and held.hold_expires_at > now
        and wish.hold_id in (None, held.id)
    )
    if not fits and wish.hold_id is not None:
        raise HoldExpired
    return held if fits else None


async def kind_of(connection: AsyncConnection, pick: Pick, config: SchedulerConfig) -> SessionType:
    """The kind of session that is picked. Raises SlotNotOffered for one that is not the therapist's."""
    if pick.session_type_id is None:
        own = await pace_store.default_types(connection, [pick.therapist_id])
        return own.get(pick.therapist_id) or config.session_type()
    found = await pace_store.find_type(connection, pick.therapist_id, pick.session_type_id)
    if found is None or not found.active:
        raise SlotNotOffered("the therapist has no such kind of session")
    return found


async def _kind(connection: AsyncConnection, at: Desk, pick: Pick, config: SchedulerConfig) -> SessionType:
    if pick.session_type_id is None and not at.own_kinds:
        return config.session_type()
    return await kind_of(connection, pick, config)


def standing(
    kind: SessionType, starts_at: datetime, config: SchedulerConfig, now: datetime
) -> dict[str, Any]:
    """Confirmed, or a request that is the therapist's to answer in time."""
    if not kind.approval:
        return {"status": Status.CONFIRMED, "approve_until": None}
    until = min(now + timedelta(hours=config.approve_within_h), starts_at)
    return {"status": Status.REQUESTED, "approve_until": until}


async def check_time(
    connection: AsyncConnection,
    therapist: Therapist,
    starts_at: datetime,
    rules: SessionRules,
    spared: Spared,
    now: datetime,
) -> None:
    """The same function that draws the list decides about the one time. Raises SlotTaken, SlotNotOffered."""
    around = Span(starts_at - MARGIN, starts_at + MARGIN)
    calendars = await practice_store.calendars(connection, [therapist], around, now, spared)
    verdict = judge(calendars[therapist.id], rules, starts_at, now)
    if verdict is not Verdict.FREE:
        raise VERDICTS[verdict]


def times(
    therapist: Therapist, starts_at: datetime, client_timezone: str, kind: SessionType
) -> dict[str, Any]:
    """Everything in a booking's row that follows from its start."""
    slot = kind.rules.slot(starts_at)
    block = kind.rules.block(slot)
    return {
        "therapist_id": therapist.id,
        "session_type_id": kind.id,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "block_from": block.starts_at,
        "block_to": block.ends_at,
        "client_timezone": client_timezone,
        "therapist_timezone": therapist.timezone,
        "local_start": starts_at.astimezone(zone(therapist.timezone)).strftime("%Y-%m-%dT%H:%M"),
    }


async def insert(connection: AsyncConnection, values: dict[str, Any], now: datetime) -> Booking:
    booking_id = BookingId(new_id())
    row = values | {"id": booking_id, "uid": f"{booking_id}@todoku", "created_at": now, "updated_at": now}
    with laws():
        return await store.insert_booking(connection, row)


async def _confirm(
    connection: AsyncConnection, held: Booking | None, values: dict[str, Any], now: datetime
) -> Booking:
    """A hold becomes the booking itself, so its time is never free in between. Raises HoldExpired."""
    if held is None:
        return await insert(connection, values, now)
    with laws():
        if not await store.confirm_held(connection, held.id, values | {"updated_at": now}):
            raise HoldExpired
    return await _read(connection, held.id)


async def _read(connection: AsyncConnection, booking_id: BookingId) -> Booking:
    found = await store.find(connection, booking_id)
    assert found is not None, "written in this transaction"  # noqa: S101
    return found
