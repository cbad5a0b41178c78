"""Sessions that repeat: when each of them is, and whether it can be. Pure.

A series means the same time on the therapist's wall each time, so that it does not shift by an hour where
clocks do. Not here: making the bookings (series_booking.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from scheduler.alternatives import nearest
from scheduler.capacity import may_practise
from scheduler.hours import instant, opening, zone
from scheduler.model import Alternative, Calendar, SessionRules, Slot, Span, Therapist
from scheduler.slots import Verdict, free_slots, judge, merge, subtract

MOST_WEEKS, MOST_SESSIONS = 8, 12
LOOK_AROUND = timedelta(days=3)  # how far from a time that is gone another one may lie
LONGEST = timedelta(days=1)  # longer than any session with its buffers

Why = Literal["taken", "not_offered", "client_busy"]
WORDS: dict[Verdict, Why | None] = {
    Verdict.FREE: None,
    Verdict.TAKEN: "taken",
    Verdict.NOT_OFFERED: "not_offered",
}


@dataclass(frozen=True)
class Instead:
    """Another time for one of the dates, at most LOOK_AROUND from it."""

    of: datetime
    starts_at: datetime


@dataclass(frozen=True)
class Repeat:
    """Every so many weeks, so many times, but for what is moved. `whole`: all of them or none."""

    interval_weeks: int = 1
    count: int = 1
    whole: bool = True
    instead: tuple[Instead, ...] = ()


@dataclass(frozen=True)
class Ground:
    """What the times of a series are judged by; `bound`: by hours, notice and pace, as a client is."""

    therapist: Therapist
    calendar: Calendar
    rules: SessionRules
    client_busy: tuple[Span, ...]
    bound: bool
    only: Span | None = None  # of who covers a leave: nothing outside it


@dataclass(frozen=True)
class Occurrence:
    """One session of it; `why` not, and what is free around its date, where it cannot be.

    `outside_hours`: it can be booked all the same, by its therapist alone. `instead_of`: moved from there.
    """

    slot: Slot
    why: Why | None = None
    alternatives: tuple[Alternative, ...] = ()
    outside_hours: bool = False
    instead_of: datetime | None = None


def starts(first: datetime, repeat: Repeat, timezone: str) -> list[datetime]:
    """The same wall time every `interval_weeks`; where clocks jump over it, the first instant after."""
    zone_ = zone(timezone)
    wall = first.astimezone(zone_)
    rest = timedelta(seconds=wall.second, microseconds=wall.microsecond)
    later = [
        instant(
            wall.date() + timedelta(weeks=n * repeat.interval_weeks),
            wall.hour * 60 + wall.minute,
            zone_,
            fold=wall.fold,
        )
        + rest
        for n in range(1, repeat.count)
    ]
    return [first, *later]


def span_of(found: Sequence[datetime]) -> Span:
    """Around all of them, wide enough for whatever can matter, also of what is moved or free nearby."""
    return Span(found[0] - LOOK_AROUND - LONGEST, found[-1] + LOOK_AROUND + LONGEST)


def occurrences(
    found: Iterable[datetime], ground: Ground, now: datetime, instead: Iterable[Instead] = ()
) -> list[Occurrence]:
    """Each with what is to be said of it. The first must lie in the booking window; the others follow it.

    What is free counts for those after it: a date that was moved may come into the day or week of the next.
    """
    judged = []
    rules, moved = ground.rules, {one.of: one.starts_at for one in instead}
    for at, date in enumerate(found):
        if at == 1:
            rules = replace(rules, window_days=MOST_WEEKS * 7 * MOST_SESSIONS + rules.window_days)
        slot = rules.slot(moved.get(date, date))
        is_near = abs(slot.starts_at - date) <= LOOK_AROUND
        why = _why(slot, ground, rules, now) if is_near else "not_offered"
        near = _around(date, ground, rules, now) if why else ()
        outside = why is None and _is_outside(slot, ground)
        judged.append(Occurrence(slot, why, near, outside, date if date in moved else None))
        if why is None:
            ground = _with(ground, slot, rules)
    return judged


def _with(ground: Ground, slot: Slot, rules: SessionRules) -> Ground:
    """As it is once this one is booked, too."""
    session, calendar = Span(slot.starts_at, slot.ends_at), ground.calendar
    booked = replace(
        calendar, busy=(*calendar.busy, rules.block(slot)), sessions=(*calendar.sessions, session)
    )
    return replace(ground, calendar=booked, client_busy=(*ground.client_busy, session))


def _why(slot: Slot, ground: Ground, rules: SessionRules, now: datetime) -> Why | None:
    if slot.starts_at <= now or may_practise(ground.therapist, slot.starts_at) is not None:
        return "not_offered"
    if not _is_covered(slot, ground):
        return "not_offered"
    if _is_busy(slot, ground):
        return "client_busy"
    if ground.bound:
        return WORDS[judge(ground.calendar, rules, slot.starts_at, now)]
    block = rules.block(slot)
    return "taken" if any(block.overlaps(busy) for busy in ground.calendar.busy) else None


def _is_outside(slot: Slot, ground: Ground) -> bool:
    """Whether it is not wholly within the hours of that date, or within time off."""
    span = Span(slot.starts_at, slot.ends_at)
    around = Span(span.starts_at - LOOK_AROUND, span.ends_at + LOOK_AROUND)
    hours = subtract(merge(opening(ground.calendar, around)), merge(ground.calendar.time_off))
    return not any(one.starts_at <= span.starts_at and span.ends_at <= one.ends_at for one in hours)


def _is_covered(slot: Slot, ground: Ground) -> bool:
    return ground.only is None or ground.only.starts_at <= slot.starts_at < ground.only.ends_at


def _is_busy(slot: Slot, ground: Ground) -> bool:
    return any(Span(slot.starts_at, slot.ends_at).overlaps(busy) for busy in ground.client_busy)


def _around(date: datetime, ground: Ground, rules: SessionRules, now: datetime) -> tuple[Alternative, ...]:
    """The nearest free times within the hours."""
    within = Span(date - LOOK_AROUND, date + LOOK_AROUND)
    free = [
        Alternative(ground.therapist.id, one.starts_at, one.ends_at)
        for one in free_slots(ground.calendar, rules, within, now)
        if may_practise(ground.therapist, one.starts_at) is None
        and _is_covered(one, ground)
        and not _is_busy(one, ground)
    ]
    return tuple(nearest(free, date))
