"""Booking one time or a series of them in one step, for oneself or on behalf: inside the one transaction.

All is decided under the locks of therapist and client before the first row is written, so that a series is
made whole, or as far as it was said it would be. The constraints still have the last word. Here too: what is
done to several sessions of a series at once, which are cancelled, taken or declined.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Invalid, NotFound, TodokuError
from core.http import rfc3339
from core.ids import new_id
from scheduler import booking as bookings
from scheduler import changing, offering, practice_store, series_store, store, telling
from scheduler.booking import Arrangement, Booker, Wish
from scheduler.browsing import cover_span
from scheduler.changing import Actor
from scheduler.config import SchedulerConfig
from scheduler.errors import ClientBusy, SlotNotOffered, SlotTaken, StatusConflict
from scheduler.model import Booking, SessionRules, SessionType, Spared, Status, Therapist
from scheduler.newcomer import known_or_new
from scheduler.series import Ground, Occurrence, Repeat, Why, occurrences, span_of, starts

FAR_DAYS = 800
IN_SERIES = {"series": True}  # in a booking's history: changed together with others

REFUSED: dict[Why, type[TodokuError]] = {
    "taken": SlotTaken,
    "not_offered": SlotNotOffered,
    "client_busy": ClientBusy,
}


@dataclass(frozen=True)
class Plan:
    """What is to be booked. A Wish is a client's own and bound by hours; an Arrangement is not."""

    booker: Booker
    pick: Wish | Arrangement
    repeat: Repeat


@dataclass(frozen=True)
class Outlook:
    """What would be booked, in the therapist's zone."""

    therapist: Therapist
    kind: SessionType
    occurrences: tuple[Occurrence, ...]

    @property
    def free(self) -> tuple[Occurrence, ...]:
        return tuple(one for one in self.occurrences if one.why is None)

    @property
    def conflicts(self) -> tuple[Occurrence, ...]:
        return tuple(one for one in self.occurrences if one.why is not None)


@dataclass(frozen=True)
class Made:
    """What was booked, and what could not be."""

    series_id: str | None
    bookings: tuple[Booking, ...]
    conflicts: tuple[Occurrence, ...]


async def outlook(
    connection: AsyncConnection, therapist: Therapist, plan: Plan, config: SchedulerConfig, now: datetime
) -> Outlook:
    """Changes nothing. Raises SlotNotOffered for a kind of session that is not the therapist's, Invalid."""
    kind = await bookings.kind_of(connection, plan.pick, config)
    found = starts(plan.pick.starts_at, plan.repeat, therapist.timezone)
    _check_dates(plan.repeat, found)
    around = span_of(found)
    spared = Spared(plan.booker.holder)
    calendars = await practice_store.calendars(connection, [therapist], around, now, spared)
    client_id = plan.booker.client_id
    busy = await series_store.busy_of(connection, client_id, around, now) if client_id else ()
    bound = isinstance(plan.pick, Wish)
    only = await cover_span(connection, client_id, therapist.id, now)
    ground = Ground(therapist, calendars[therapist.id], rules_for(kind, bound=bound), busy, bound, only)
    return Outlook(therapist, kind, tuple(occurrences(found, ground, now, plan.repeat.instead)))


def _check_dates(repeat: Repeat, found: Sequence[datetime]) -> None:
    if {one.of for one in repeat.instead} <= set(found):
        return
    message = "only a date of the series can be moved"
    raise Invalid(errors=[{"field": "instead", "message": message, "rule": "date"}])


def rules_for(kind: SessionType, *, bound: bool) -> SessionRules:
    """Who books on behalf needs no notice, and looks as far ahead as they like."""
    if bound:
        return kind.rules
    return replace(kind.rules, notice_min=0, notice_calendar_days=0, window_days=FAR_DAYS)


async def book(connection: AsyncConnection, plan: Plan, config: SchedulerConfig, now: datetime) -> Made:
    """Book what is free, or nothing. Raises SlotTaken, SlotNotOffered, ClientBusy with `conflicts`."""
    booker, pick = plan.booker, plan.pick
    therapist, care = await bookings.prepare(connection, booker, pick, now)
    await store.clear_holds(connection, therapist.id, booker.holder, None, now)
    seen = await outlook(connection, therapist, plan, config, now)
    if not seen.free or (plan.repeat.whole and seen.conflicts):
        raise refusal(seen.conflicts)
    newcomer = pick if isinstance(pick, Wish) else None
    client_id = await known_or_new(connection, booker.client_id, newcomer, booker.employer_id, now)
    care_id = (
        care.id
        if care
        else await offering.open_care(connection, client_id, therapist, now, fair=isinstance(pick, Wish))
    )
    series_id = new_id() if plan.repeat.count > 1 else None
    whose = {"client_id": client_id, "care_id": care_id, "holder": booker.holder, "series_id": series_id}
    made = [
        await bookings.insert(connection, _values(seen, one, plan, config, now) | whose, now)
        for one in seen.free
    ]
    await _told(connection, made, series_id, _arranger(pick) or booker.holder, now)
    return Made(series_id, tuple(made), seen.conflicts)


def _values(
    seen: Outlook, one: Occurrence, plan: Plan, config: SchedulerConfig, now: datetime
) -> dict[str, Any]:
    starts_at = one.slot.starts_at
    values = bookings.times(seen.therapist, starts_at, plan.pick.timezone, seen.kind)
    if isinstance(plan.pick, Arrangement):
        return values | {"status": Status.CONFIRMED, "arranged_by": plan.pick.arranged_by}
    return values | bookings.standing(seen.kind, starts_at, config, now)


def _arranger(pick: Wish | Arrangement) -> str | None:
    return pick.arranged_by if isinstance(pick, Arrangement) else None


async def _told(
    connection: AsyncConnection, made: Sequence[Booking], series_id: str | None, actor: str, now: datetime
) -> None:
    """One mail for all; each has its own reminders."""
    if series_id is None:
        await telling.arranged(connection, made[0], None, actor, now)
        return
    for one in made:
        await store.record(connection, one.id, (None, one.status), actor, now)
        await telling.remind(connection, one, now)
    await telling.tell_series(connection, "series.arranged", made, series_id, now)


async def cancel_later(
    connection: AsyncConnection,
    booking_id: str,
    actor: Actor,
    reason: str | None,
    config: SchedulerConfig,
    now: datetime,
) -> Booking:
    """Cancel it with all later ones of its series. Raises StatusConflict, TooLate, NotFound."""
    booking, _ = await changing.locked(connection, booking_id)
    later = await series_store.later_of(connection, booking) if booking.series_id else []
    if not later or booking.series_id is None:
        if booking.series_id and booking.status is Status.CANCELLED and booking.cancelled_by == actor.by:
            return booking
        raise StatusConflict
    values = {"status": Status.CANCELLED, "cancelled_by": actor.by, "reason": reason}
    ended = []
    for one in later:
        await changing.check_changeable(connection, one, actor, config, now)
        changed = await changing.updated(connection, one, values, now)
        await store.record(
            connection, one.id, (one.status, changed.status), actor.id, now, {"by": actor.by, **IN_SERIES}
        )
        ended.append(changed)
    await telling.tell_series(connection, "series.cancelled", ended, booking.series_id, now)
    await changing.give_back_place(connection, ended, now)
    return next((one for one in ended if one.id == booking_id), ended[0])


async def approve(connection: AsyncConnection, series_id: str, actor: Actor, now: datetime) -> list[Booking]:
    """Take all that still wait for an answer; again changes nothing. Raises NotFound, StatusConflict."""
    found = await _locked(connection, series_id)
    waiting = [one for one in found if one.status is Status.REQUESTED and not _is_late(one, now)]
    if not waiting:
        taken = [one for one in found if one.status is Status.CONFIRMED and one.approve_until is not None]
        if not taken:
            raise StatusConflict
        return taken
    done = [await changing.updated(connection, one, {"status": Status.CONFIRMED}, now) for one in waiting]
    if len(done) == 1:
        await telling.arranged(connection, done[0], Status.REQUESTED, actor.id, now)
        return done
    for one in done:
        await store.record(connection, one.id, (Status.REQUESTED, one.status), actor.id, now, IN_SERIES)
        await telling.remind(connection, one, now)
    await telling.tell_series(connection, "series.confirmed", done, series_id, now)
    return done


async def decline(
    connection: AsyncConnection, series_id: str, actor: Actor, reason: str | None, now: datetime
) -> list[Booking]:
    """Take none of those that wait for an answer; of the system's, those whose time to be answered is over.

    Raises NotFound, StatusConflict.
    """
    found = await _locked(connection, series_id)
    waiting = [one for one in found if one.status is Status.REQUESTED]
    if actor.by == "system":
        waiting = [one for one in waiting if _is_late(one, now)]
    if not waiting:
        raise StatusConflict
    values = {"status": Status.CANCELLED, "cancelled_by": actor.by, "reason": reason}
    done = [await changing.updated(connection, one, values, now) for one in waiting]
    if len(done) == 1:
        await telling.ended(connection, "booking.declined", done[0], Status.REQUESTED, actor.id, now)
    else:
        detail = {"by": actor.by, **IN_SERIES}
        for one in done:
            await store.record(connection, one.id, (Status.REQUESTED, one.status), actor.id, now, detail)
        await telling.tell_series(connection, "series.declined", done, series_id, now)
    await changing.give_back_place(connection, done, now)
    return done


async def _locked(connection: AsyncConnection, series_id: str) -> list[Booking]:
    """Its sessions under the locks of their people. Raises NotFound."""
    found = await series_store.all_of(connection, series_id)
    if not found:
        raise NotFound
    await store.lock_therapist(connection, found[0].therapist_id)
    await store.lock_client(connection, found[0].client_id or "")
    return await series_store.all_of(connection, series_id, lock=True)


def _is_late(one: Booking, now: datetime) -> bool:
    return one.approve_until is not None and one.approve_until <= now


def refusal(conflicts: Sequence[Occurrence]) -> TodokuError:
    """The first conflict's reason, with all of them."""
    error = REFUSED[conflicts[0].why or "taken"]()
    error.extra["conflicts"] = [plain(one) for one in conflicts]
    return error


def plain(one: Occurrence) -> dict[str, Any]:
    """As JSON carries it."""
    return {
        "starts_at": rfc3339(one.slot.starts_at),
        "ends_at": rfc3339(one.slot.ends_at),
        "why": one.why,
        "alternatives": [
            {"starts_at": rfc3339(other.starts_at), "ends_at": rfc3339(other.ends_at)}
            for other in one.alternatives
        ],
    }
