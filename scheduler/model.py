"""Values of the scheduler: therapists, their hours, bookings and the states a booking goes through.

Instants are aware UTC datetimes, intervals are half-open [starts_at, ends_at). Wall-clock times stand only in
Rule and Override, as minutes of a local day. Not here: how hours become slots (hours.py, slots.py) and SQL.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.ids import BookingId, CareId, PersonId


class Status(StrEnum):
    """Where a booking is in its life."""

    HELD = "held"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    NOSHOW = "noshow"
    EXPIRED = "expired"


TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.HELD: frozenset({Status.REQUESTED, Status.CONFIRMED, Status.EXPIRED}),
    Status.REQUESTED: frozenset({Status.CONFIRMED, Status.CANCELLED, Status.EXPIRED}),
    Status.CONFIRMED: frozenset({Status.FULFILLED, Status.CANCELLED, Status.NOSHOW}),
    Status.FULFILLED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.NOSHOW: frozenset(),
    Status.EXPIRED: frozenset(),
}

# Everything that can still become confirmed already blocks (invariant I3).
LIVE = frozenset({Status.HELD, Status.REQUESTED, Status.CONFIRMED})


def sources(target: Status) -> frozenset[Status]:
    """The states from which `target` may be reached."""
    return frozenset(state for state, targets in TRANSITIONS.items() if target in targets)


@dataclass(frozen=True, order=True)
class Span:
    """A half-open interval of instants."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Span") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, order=True)
class Slot:
    """A session that can be booked; its buffers are not part of it."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class SessionRules:
    """Length, grid, buffers and notice of a session."""

    session_min: int
    step_min: int
    buffer_before_min: int
    buffer_after_min: int
    notice_min: int
    notice_calendar_days: int
    window_days: int

    def slot(self, starts_at: datetime) -> Slot:
        return Slot(starts_at, starts_at + timedelta(minutes=self.session_min))

    def block(self, slot: Slot) -> Span:
        """What a booking keeps busy: the session with its buffers."""
        return Span(
            slot.starts_at - timedelta(minutes=self.buffer_before_min),
            slot.ends_at + timedelta(minutes=self.buffer_after_min),
        )


@dataclass(frozen=True)
class Rule:
    """Weekly hours: `weekday` 0 = Monday, minutes of the local day in `timezone`, 1440 its end."""

    weekday: int
    start_minute: int
    end_minute: int
    timezone: str
    valid_from: date | None = None
    valid_to: date | None = None  # inclusive


@dataclass(frozen=True)
class Override:
    """Hours of one date in place of the weekly ones; both minutes None means closed."""

    local_date: date
    start_minute: int | None
    end_minute: int | None
    timezone: str


@dataclass(frozen=True)
class Calendar:
    """All that decides a therapist's free time, read in one go."""

    timezone: str
    rules: tuple[Rule, ...]
    overrides: tuple[Override, ...] = ()
    time_off: tuple[Span, ...] = ()
    busy: tuple[Span, ...] = ()  # live bookings with their buffers


@dataclass(frozen=True)
class Therapist:
    """A therapist's practice; `active` counts open cares, `offers` places promised but not taken."""

    id: PersonId
    licence_kind: str
    licence_verified_at: datetime | None
    licence_expires_at: datetime | None
    timezone: str
    headline: Mapping[str, str]
    languages: tuple[str, ...]
    capacity: int
    active: int
    offers: int
    pause_new: bool
    version: int


@dataclass(frozen=True)
class Care:
    """The relation of one client with one therapist."""

    id: CareId
    client_id: PersonId
    therapist_id: PersonId


@dataclass(frozen=True)
class Booking:
    """One session agreed on, or held for a few minutes (then without a client)."""

    id: BookingId
    uid: str
    therapist_id: PersonId
    client_id: PersonId | None
    care_id: CareId | None
    holder: str  # person id or link session id
    starts_at: datetime
    ends_at: datetime
    client_timezone: str
    therapist_timezone: str
    status: Status
    hold_expires_at: datetime | None
    sequence: int  # iCalendar SEQUENCE
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Alternative:
    """A time to offer in place of one that is gone."""

    therapist_id: PersonId
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Visit:
    """A booking as one of its two people may see it; enter_from/enter_until bound the waiting room."""

    booking_id: BookingId
    uid: str
    care_id: CareId
    client_id: PersonId
    therapist_id: PersonId
    client_name: str
    therapist_name: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    status: Status
    sequence: int  # iCalendar SEQUENCE
    enter_from: datetime
    enter_until: datetime
    role: str  # "client" or "therapist"
