"""What the routes of series and of booking on behalf take and give, as pydantic models."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from core.http import Body, Reply, Utc
from scheduler.messages import BookingBody, Day, Id, SlotReply, Start, ZoneName, _Query
from scheduler.series import MOST_SESSIONS, MOST_WEEKS, Instead, Repeat

Interval = Annotated[int, Field(ge=1, le=MOST_WEEKS)]


class InsteadBody(Body):
    """Another time for the date `of` of a series, at most three days from it."""

    of: Start
    starts_at: Start


def _once_each(moved: tuple[InsteadBody, ...]) -> tuple[InsteadBody, ...]:
    if len({one.of for one in moved}) < len(moved):
        raise ValueError("a date can be moved once")
    return moved


Moved = Annotated[tuple[InsteadBody, ...], Field(max_length=MOST_SESSIONS), AfterValidator(_once_each)]


def _repeat(asked: "SeriesBody | OnBehalfBody") -> Repeat:
    moved = tuple(Instead(one.of, one.starts_at) for one in asked.instead)
    return Repeat(asked.interval_weeks, asked.count, asked.whole, moved)


class SeriesBody(BookingBody):
    """A booking that repeats. `whole`: all of its sessions or none; else what is free is booked."""

    interval_weeks: Interval = 1
    count: Annotated[int, Field(ge=2, le=MOST_SESSIONS)]
    whole: bool = True
    instead: Moved = ()

    def repeat(self) -> Repeat:
        return _repeat(self)


class OnBehalfBody(Body):
    """A booking for a client of one's own; `count` 1: just this one."""

    client_id: Id
    starts_at: Start
    session_type_id: Id | None = None
    interval_weeks: Interval = 1
    count: Annotated[int, Field(ge=1, le=MOST_SESSIONS)] = 1
    whole: bool = True
    instead: Moved = ()

    def repeat(self) -> Repeat:
        return _repeat(self)


class StaffBookingBody(OnBehalfBody):
    """A booking by staff; a client in no care takes a place of the therapist's."""

    therapist_id: Id


class OccurrenceReply(Reply):
    """`why` not: null where it is free, else `alternatives` are the nearest free times.

    `outside_hours`: free, and outside the therapist's hours. `instead_of`: the date that was moved here.
    """

    starts_at: Utc
    ends_at: Utc
    why: Literal["taken", "not_offered", "client_busy"] | None
    alternatives: list[SlotReply]
    outside_hours: bool = False
    instead_of: Utc | None = None


class PreviewReply(Reply):
    """What would be booked; `timezone` is the therapist's, on whose wall the time stays the same."""

    timezone: str
    occurrences: list[OccurrenceReply]


class MadeReply(Reply):
    """One booking; `join_url` is its client's secret way in, null for others."""

    booking_id: str
    starts_at: Utc
    ends_at: Utc
    status: str
    join_url: str | None


class SeriesReply(Reply):
    """`series_id` null: a single session. `conflicts`: what could not be booked. Or what was answered."""

    series_id: str | None
    timezone: str
    bookings: list[MadeReply]
    conflicts: list[OccurrenceReply]


class ClientReply(Reply):
    """Somebody to book for; `therapist_id` null: in no care."""

    client_id: str
    name: str
    timezone: str
    therapist_id: str | None
    next_session_at: Utc | None


class ClientsReply(Reply):
    clients: list[ClientReply]


class ClientsQuery(_Query):
    name: Annotated[str, Field(min_length=1, max_length=100)]


class FreeTimesQuery(_Query):
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    tz: ZoneName | None = None
    session_type_id: Id | None = None


class StaffFreeTimesQuery(FreeTimesQuery):
    therapist_id: Id


class OpenTimesReply(Reply):
    timezone: str
    slots: list[SlotReply]
