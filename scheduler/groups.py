"""Sessions for several people: opening one, taking a seat, giving it back, calling it off.

Everything happens in the caller's transaction, under the therapist's lock, then the client's, so that seats
and the session never cross. The guarded UPDATE of `taken` and the constraints have the last word. A seat
needs no care and opens none. Not here: the call itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from core import outbox
from core.errors import NotFound
from core.ids import PersonId, new_id
from scheduler import booking as bookings
from scheduler import group_store, practice_store, store
from scheduler.booking import Booker
from scheduler.capacity import may_practise
from scheduler.changing import Actor
from scheduler.config import SchedulerConfig
from scheduler.errors import SlotNotOffered, SlotTaken, StatusConflict, TherapistUnknown, TooLate
from scheduler.group_store import Group
from scheduler.laws import laws
from scheduler.model import Booking, Status
from scheduler.newcomer import Newcomer, known_or_new
from scheduler.reminding import reminders


@dataclass(frozen=True)
class NewGroup:
    """What a therapist opens."""

    title: Mapping[str, str]  # by language
    seats: int
    starts_at: datetime
    session_min: int


async def open_group(
    connection: AsyncConnection, therapist_id: PersonId, new: NewGroup, config: SchedulerConfig, now: datetime
) -> Group:
    """Also outside hours, never over a session. Raises SlotTaken, SlotNotOffered, TherapistUnknown."""
    await store.lock_therapist(connection, therapist_id)
    therapist = await practice_store.find_therapist(connection, therapist_id)
    if therapist is None:
        raise TherapistUnknown
    if new.starts_at <= now or may_practise(therapist, new.starts_at) is not None:
        raise SlotNotOffered
    group_id = new_id()
    await store.clear_holds(connection, therapist_id, group_id, None, now)
    values = {"id": group_id, "therapist_id": therapist_id, "title": dict(new.title), "seats": new.seats}
    await group_store.insert(connection, values | {"status": "open", "created_at": now})
    kind = config.session_type()
    kind = replace(kind, rules=replace(kind.rules, session_min=new.session_min))
    times = bookings.times(therapist, new.starts_at, therapist.timezone, kind)
    row = times | {"group_id": group_id, "holder": group_id, "status": Status.CONFIRMED}
    made = await bookings.insert(connection, row, now)
    await store.record(connection, made.id, (None, made.status), therapist_id, now)
    return await _found(connection, group_id)


async def take_seat(
    connection: AsyncConnection, group_id: str, booker: Booker, newcomer: Newcomer | None, now: datetime
) -> Booking:
    """A seat for whoever asks; who has one keeps it. `newcomer`: somebody who is not known yet.

    Raises NotFound, SlotTaken (no seat left), ClientBusy, StatusConflict, TooLate, Invalid.
    """
    group = await _locked(connection, group_id, booker.client_id, now)
    mine = await seat_of(connection, group_id, [booker.client_id or ""], booker.holder)
    if mine is not None:
        return mine
    await store.clear_holds(connection, group.therapist_id, booker.holder, None, now)
    if not await group_store.take(connection, group_id):
        raise SlotTaken("no seat is left")
    client_id = await known_or_new(connection, booker.client_id, newcomer, booker.employer_id, now)
    values = await _seat(connection, group, client_id)
    seat = await bookings.insert(connection, values | {"holder": booker.holder}, now)
    await store.record(connection, seat.id, (None, seat.status), booker.holder, now)
    await _tell(connection, "seat.taken", seat, now)
    for what, due_at in reminders(seat.starts_at, seat.client_timezone, now):
        await _tell(connection, "seat.reminder", seat, now, what=what, due_at=due_at)
    return seat


async def _seat(connection: AsyncConnection, group: Group, client_id: PersonId) -> dict[str, Any]:
    """At the session's time, with its buffers."""
    times = await group_store.times_of(connection, group.stand_in.id)
    person = (await accounts.people(connection, [client_id]))[client_id]
    whose = {"group_id": group.id, "client_id": client_id, "client_timezone": person.timezone}
    return times | whose | {"status": Status.CONFIRMED}


async def give_back(
    connection: AsyncConnection, group_id: str, client_ids: list[str], holder: str, now: datetime
) -> None:
    """Free one's seat; without one nothing happens. Raises NotFound, TooLate."""
    group = await group_store.find(connection, group_id)
    if group is None:
        raise NotFound
    await store.lock_therapist(connection, group.therapist_id)
    seat = await seat_of(connection, group_id, client_ids, holder)
    if seat is None:
        return
    if seat.starts_at <= now:
        raise TooLate
    await group_store.give_back(connection, group_id)
    await _end(connection, seat, Actor("client", holder), None, now)
    await _tell(connection, "seat.given_back", replace(seat, sequence=seat.sequence + 1), now)


async def cancel(
    connection: AsyncConnection, group_id: str, actor: Actor, reason: str | None, now: datetime
) -> Group:
    """It does not take place; everybody with a seat is told. Raises TooLate, NotFound."""
    found = await _found(connection, group_id)
    await store.lock_therapist(connection, found.therapist_id)
    group = await _found(connection, group_id)
    if group.status == "cancelled":
        return group
    if group.stand_in.starts_at <= now:
        raise TooLate
    seats = await group_store.seats_of(connection, [group_id])
    await group_store.lock_bookings(connection, [group.stand_in, *seats])
    await group_store.cancel(connection, group_id)
    for one in (group.stand_in, *seats):
        await _end(connection, one, actor, reason, now)
    for seat in seats:
        await _tell(connection, "seat.cancelled", replace(seat, sequence=seat.sequence + 1), now)
    return await _found(connection, group_id)


async def seat_of(
    connection: AsyncConnection, group_id: str, client_ids: list[str], holder: str
) -> Booking | None:
    """The seat of one of these people, or of whoever took it in this session."""
    seats = await group_store.seats_of(connection, [group_id])
    mine = (one for one in seats if one.client_id in client_ids or one.holder == holder)
    return next(mine, None)


async def _locked(connection: AsyncConnection, group_id: str, client_id: str | None, now: datetime) -> Group:
    """An open one that has not begun. Raises NotFound, StatusConflict, TooLate."""
    found = await _found(connection, group_id)
    await store.lock_therapist(connection, found.therapist_id)
    if client_id is not None:
        await store.lock_client(connection, client_id)
    group = await _found(connection, group_id)
    if group.status != "open":
        raise StatusConflict
    if group.stand_in.starts_at <= now:
        raise TooLate
    return group


async def _found(connection: AsyncConnection, group_id: str) -> Group:
    group = await group_store.find(connection, group_id)
    if group is None:
        raise NotFound
    return group


async def _end(
    connection: AsyncConnection, one: Booking, actor: Actor, reason: str | None, now: datetime
) -> None:
    values = {"status": Status.CANCELLED, "cancelled_by": actor.by, "reason": reason}
    more = {"sequence": one.sequence + 1, "updated_at": now}
    with laws():
        await store.update_booking(connection, one.id, {**values, **more})
    change = (one.status, Status.CANCELLED)
    await store.record(connection, one.id, change, actor.id, now, {"by": actor.by})


async def _tell(
    connection: AsyncConnection,
    topic: str,
    seat: Booking,
    now: datetime,
    what: str | None = None,
    due_at: datetime | None = None,
) -> None:
    payload = {"booking_id": seat.id, "group_id": seat.group_id, "sequence": seat.sequence}
    key = f"{seat.id}/{seat.sequence}" + (f"/{what}" if what else "")
    word = {"what": what} if what else {}
    await outbox.put(connection, topic, payload | word, now=now, due_at=due_at, dedupe_key=key)
