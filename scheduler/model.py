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
    # Moved to a time that the therapist has to confirm anew, it is a request again.
    Status.CONFIRMED: frozenset({Status.FULFILLED, Status.CANCELLED, Status.NOSHOW, Status.REQUESTED}),
    Status.FULFILLED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.NOSHOW: frozenset(),
    Status.EXPIRED: frozenset(),
}

# Everything that can still become confirmed already blocks (invariant I3).
LIVE = frozenset({Status.HELD, Status.REQUESTED, Status.CONFIRMED})

# What fills a therapist's day and week: a session that took place does, too.
COUNTED = LIVE | {Status.FULFILLED, Status.NOSHOW}


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
class SessionType:
    """A kind of session of one therapist's; `id` None: the configuration's, for who has made none.

    `cancel_cutoff_min`: so long before the start a client can still change or cancel alone. `approval`: what
    a client books is a request until the therapist confirms it.
    """

    id: str | None
    name: Mapping[str, str]
    rules: SessionRules
    cancel_cutoff_min: int
    approval: bool
    active: bool = True


@dataclass(frozen=True)
class Pace:
    """How much a therapist does; None: no limit. `message_min` goes to all their clients' messages a week."""

    weekly_min: int | None = None
    message_min: int = 0
    sessions_per_day: int | None = None

    @property
    def session_min_a_week(self) -> int | None:
        """What is left for sessions."""
        return None if self.weekly_min is None else max(0, self.weekly_min - self.message_min)


@dataclass(frozen=True)
class Travel:
    """On these local dates, both included, weekly hours are meant in another zone."""

    first_date: date
    last_date: date
    timezone: str


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
class Spared:
    """What does not count as taken for who asks: holds of `holder` or of everybody, the booking `moving`."""

    holder: str = ""
    moving: str = ""
    every_hold: bool = False


@dataclass(frozen=True)
class Calendar:
    """All that decides a therapist's free time, read in one go."""

    timezone: str
    rules: tuple[Rule, ...]
    overrides: tuple[Override, ...] = ()
    time_off: tuple[Span, ...] = ()
    busy: tuple[Span, ...] = ()  # live bookings with their buffers
    imported: tuple[Span, ...] = ()  # busy in a calendar of the therapist's own
    travels: tuple[Travel, ...] = ()
    pace: Pace = Pace()
    sessions: tuple[Span, ...] = ()  # what counts against the pace: whole weeks around what is asked


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
    weekly_minutes: int | None = None
    message_minutes: int = 10  # a week for each client
    sessions_per_day: int | None = None
    specialisms: tuple[str, ...] = ()
    free_from: datetime | None = None  # no free time starts before it; None: not known

    @property
    def pace(self) -> Pace:
        """With what the clients of today take."""
        return Pace(self.weekly_minutes, self.message_minutes * self.active, self.sessions_per_day)


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
    session_type_id: str | None = None
    group_id: str | None = None
    series_id: str | None = None
    approve_until: datetime | None = None
    cancelled_by: str | None = None
    reason: str | None = None
    noshow_by: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    client_late_s: int | None = None
    therapist_late_s: int | None = None
    overrun_s: int | None = None


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
    change_until: datetime | None = None  # so long its client can move or cancel it
    series_id: str | None = None
    approve_until: datetime | None = None  # by then a request is answered or over
    cancelled_by: str | None = None
    noshow_by: str | None = None
    reason: str | None = None  # why the other side, or staff, cancelled it; in no mail
    therapist_name_en: str | None = None
