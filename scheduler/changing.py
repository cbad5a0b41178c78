"""Changing a booking that is made: cancelling, moving, answering a request. Inside the one transaction.

A booking is moved in place: its row, id and iCalendar UID stay, its SEQUENCE rises, and the exclusion
constraint sees the old time go and the new one come in the same statement, so that there are never two live
bookings and never none (invariant I6). Order of locks: therapist, client, care, booking. Not here: who may
ask for what (changes.py), and making bookings (booking.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from core import outbox
from core.errors import NotFound
from scheduler import care_store, leave_store, pace_store, practice_store, store, telling
from scheduler.booking import check_time, standing, times
from scheduler.capacity import may_practise
from scheduler.config import SchedulerConfig
from scheduler.errors import SlotNotOffered, StatusConflict, TherapistUnknown, TooLate
from scheduler.laws import laws
from scheduler.model import Booking, SessionType, Spared, Status, Therapist
from scheduler.visits import CHANGEABLE, change_until

By = Literal["client", "therapist", "staff", "system"]


@dataclass(frozen=True)
class Actor:
    """Who changes something: in which part, and as whom (person or link session; None: the system)."""

    by: By
    id: str | None


async def locked(connection: AsyncConnection, booking_id: str) -> tuple[Booking, Therapist]:
    """The booking as it stands under the locks of its people. Raises NotFound."""
    found = await store.find(connection, booking_id)
    if found is None:
        raise NotFound
    await store.lock_therapist(connection, found.therapist_id)
    if found.client_id is not None:
        await store.lock_client(connection, found.client_id)
    booking = await store.find_locked(connection, booking_id)
    therapist = await practice_store.find_therapist(connection, found.therapist_id)
    if booking is None:
        raise NotFound
    if therapist is None:
        raise TherapistUnknown
    return booking, therapist


async def cancel(
    connection: AsyncConnection,
    booking_id: str,
    actor: Actor,
    reason: str | None,
    config: SchedulerConfig,
    now: datetime,
) -> Booking:
    """Cancel it; again, by the same side, changes nothing. Raises StatusConflict, TooLate, NotFound."""
    booking, _ = await locked(connection, booking_id)
    if booking.status is Status.CANCELLED and booking.cancelled_by == actor.by:
        return booking
    await check_changeable(connection, booking, actor, config, now)
    return await cancelled(connection, booking, actor, reason, "booking.cancelled", now)


async def decline(
    connection: AsyncConnection, booking_id: str, actor: Actor, reason: str | None, now: datetime
) -> Booking:
    """The therapist does not take this request, or nobody answered it. Raises StatusConflict, NotFound."""
    booking, _ = await locked(connection, booking_id)
    if booking.status is not Status.REQUESTED:
        raise StatusConflict
    return await cancelled(connection, booking, actor, reason, "booking.declined", now)


async def approve(connection: AsyncConnection, booking_id: str, actor: Actor, now: datetime) -> Booking:
    """The therapist takes a request; again changes nothing. Raises StatusConflict, NotFound."""
    booking, _ = await locked(connection, booking_id)
    if booking.status is Status.CONFIRMED and booking.approve_until is not None:
        return booking
    late = booking.approve_until is not None and booking.approve_until <= now
    if booking.status is not Status.REQUESTED or late:
        raise StatusConflict
    confirmed = await updated(connection, booking, {"status": Status.CONFIRMED}, now)
    await telling.arranged(connection, confirmed, Status.REQUESTED, actor.id, now)
    return confirmed


async def move(
    connection: AsyncConnection,
    booking_id: str,
    starts_at: datetime,
    actor: Actor,
    config: SchedulerConfig,
    now: datetime,
) -> Booking:
    """Another time for it. A client's is judged like a new booking's; a therapist may go outside the hours.

    To the time it has changes nothing. Raises SlotTaken, SlotNotOffered, ClientBusy, TooLate, StatusConflict.
    """
    booking, therapist = await locked(connection, booking_id)
    if booking.starts_at == starts_at and booking.status in CHANGEABLE:
        return booking
    kind = await check_changeable(connection, booking, actor, config, now)
    if may_practise(therapist, starts_at) is not None or starts_at <= now:
        raise SlotNotOffered
    await _check_cover(connection, booking, starts_at)
    if actor.by == "client":
        spared = Spared(booking.holder, booking.id)
        await check_time(connection, therapist, starts_at, kind.rules, spared, now)
    await store.clear_holds(connection, therapist.id, booking.holder, None, now)
    values = times(therapist, starts_at, booking.client_timezone, kind)
    if actor.by == "client":
        values |= standing(kind, starts_at, config, now)
    elif booking.status is Status.REQUESTED and booking.approve_until is not None:
        values["approve_until"] = min(booking.approve_until, starts_at)
    moved = await updated(connection, booking, values, now)
    await telling.changed(connection, moved, booking, actor.id, actor.by, now)
    return moved


async def _check_cover(connection: AsyncConnection, booking: Booking, starts_at: datetime) -> None:
    """A session with who covers a leave stays within it. Raises SlotNotOffered."""
    care = await care_store.find(connection, booking.care_id) if booking.care_id else None
    if care is None or care.therapist_id == booking.therapist_id:
        return
    if not await leave_store.covers(connection, care.id, booking.therapist_id, starts_at):
        raise SlotNotOffered


async def check_changeable(
    connection: AsyncConnection, booking: Booking, actor: Actor, config: SchedulerConfig, now: datetime
) -> SessionType:
    kind = await pace_store.type_of(connection, booking, config)
    until = change_until(booking, kind)
    if until is None:
        raise StatusConflict
    if now >= (until if actor.by == "client" else booking.starts_at):
        raise TooLate
    return kind


async def cancelled(
    connection: AsyncConnection, booking: Booking, actor: Actor, reason: str | None, topic: str, now: datetime
) -> Booking:
    """The booking, locked and looked at before, is off; both are told."""
    values = {"status": Status.CANCELLED, "cancelled_by": actor.by, "reason": reason}
    cancelled = await updated(connection, booking, values, now)
    await telling.ended(connection, topic, cancelled, booking.status, actor.id, now)
    await give_back_place(connection, [cancelled], now)
    return cancelled


async def give_back_place(connection: AsyncConnection, ended: Sequence[Booking], now: datetime) -> None:
    """A care in which nobody ever met, and nobody will, ends with the bookings that opened it (decision 6).

    `ended`: of one care, by one side, at least one.

    Not where the therapist or staff took a promised session back, and not a care that came by a handover, an
    offer or an assignment: that client is expected to choose another time.
    """
    booking = ended[0]
    if booking.care_id is None or await care_store.is_in_use(connection, booking.care_id):
        return
    if booking.cancelled_by != "client" and await _was_promised(connection, ended):
        return
    if not await care_store.opened_by_booking(connection, booking.care_id):
        return
    if await care_store.end(connection, booking.care_id, "never_met", now):
        payload = {"care_id": booking.care_id, "therapist_id": booking.therapist_id, "reason": "never_met"}
        await outbox.put(connection, "care.ended", payload, now=now, dedupe_key=booking.care_id)


async def _was_promised(connection: AsyncConnection, bookings: Iterable[Booking]) -> bool:
    for one in bookings:
        if await store.was_confirmed(connection, one.id):
            return True
    return False


async def updated(
    connection: AsyncConnection, booking: Booking, values: Mapping[str, Any], now: datetime
) -> Booking:
    """The row changed, its SEQUENCE one higher. The laws may refuse."""
    more = {"sequence": booking.sequence + 1, "updated_at": now}
    with laws():
        await store.update_booking(connection, booking.id, {**values, **more})
    changed = await store.find(connection, booking.id)
    assert changed is not None, "changed in this transaction"  # noqa: S101
    return changed
