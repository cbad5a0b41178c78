"""What the scheduler's routes take and give, as pydantic models; the OpenAPI document comes from them.

Instants leave as RFC 3339 in UTC. Everything that comes in is bounded here, so that nothing behind overflows.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, ConfigDict, EmailStr, Field

from core.http import Body, Reply, Utc
from core.pages import Limit, Page
from scheduler.agenda import PAST_SHOWN
from scheduler.hours import zone
from scheduler.newcomer import Newcomer

FIRST_YEAR, LAST_YEAR = 2000, 2200
LONGEST_RANGE_DAYS = 31


def _zone_name(name: str) -> str:
    zone(name)
    return name


def _near(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return day


def _utc(moment: datetime) -> datetime:
    _near(moment)
    return moment.astimezone(UTC)


ZoneName = Annotated[str, Field(max_length=64, examples=["Asia/Tokyo"]), AfterValidator(_zone_name)]
Day = Annotated[date, AfterValidator(_near)]
Start = Annotated[AwareDatetime, AfterValidator(_utc)]
Id = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]


class _Query(Body):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class TherapistsQuery(_Query):
    tz: ZoneName | None = None


class KindReply(Reply):
    """`session_type_id` null: the service's own. `approval`: what is booked is a request at first."""

    session_type_id: str | None
    name: dict[str, str]
    session_minutes: int
    approval: bool


class TherapistReply(Reply):
    """`kinds`: what can be booked, at least one; the first is where a request names none."""

    therapist_id: str
    name: str
    name_en: str | None
    headline: dict[str, str]
    languages: list[str]
    licence_kind: str
    next_free_at: Utc | None
    kinds: list[KindReply]


class TherapistsReply(Reply):
    """`answer_within_h`: a request that nobody has answered for so long is over.

    `more`: there are others, who are free later than these.
    """

    therapists: list[TherapistReply]
    session_minutes: int
    answer_within_h: int
    own_therapist: bool
    more: bool


class SlotsQuery(_Query):
    therapist_id: Id
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    tz: ZoneName
    session_type_id: Id | None = None


class SlotReply(Reply):
    starts_at: Utc
    ends_at: Utc


class SlotsReply(Reply):
    """`next_free_at`: where there are none, the first free start after these days, else the first of all."""

    therapist_id: str
    timezone: str
    slots: list[SlotReply]
    next_free_at: Utc | None


class HoldBody(Body):
    therapist_id: Id
    starts_at: Start
    session_type_id: Id | None = None


class HoldReply(Reply):
    hold_id: str
    therapist_id: str
    starts_at: Utc
    ends_at: Utc
    expires_at: Utc


class BookingBody(Body):
    """`name` and `email` are for whom nobody knows yet, and needed then."""

    therapist_id: Id
    starts_at: Start
    session_type_id: Id | None = None
    hold_id: Id | None = None
    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    email: Annotated[EmailStr, Field(max_length=254)] | None = None
    timezone: ZoneName
    locale: Literal["ja", "en"]


class NewcomerBody(Body):
    """Who asks with a company's open link; left out by who is known."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    email: Annotated[EmailStr, Field(max_length=254)]
    timezone: ZoneName
    locale: Literal["ja", "en"]

    def newcomer(self) -> Newcomer:
        return Newcomer(self.name, self.email, self.timezone, self.locale)


class BookingReply(Reply):
    """`join_url` is the client's secret way in; null for the therapist, and when its time is over.

    `change_until`: so long its client can move or cancel it alone; null: no more. `approve_until`: by then a
    request is answered, or it is over; null: it is no request. `reason`: why the other side cancelled it.
    """

    booking_id: str
    uid: str
    therapist_id: str
    therapist_name: str
    therapist_name_en: str | None
    client_name: str
    starts_at: Utc
    ends_at: Utc
    timezone: str
    status: str
    sequence: int
    change_until: Utc | None
    approve_until: Utc | None
    cancelled_by: str | None
    reason: str | None
    series_id: str | None
    join_url: str | None
    calendar_url: str


class OwnSessionReply(Reply):
    """A session as its client sees it; `enter_url` is a secret, null where there is no way in."""

    booking_id: str
    therapist_name: str
    therapist_name_en: str | None
    starts_at: Utc
    ends_at: Utc
    status: str
    enter_from: Utc
    enter_until: Utc
    in_call_since: Utc | None
    cancelled_by: str | None
    enter_url: str | None
    calendar_url: str


class OwnSessionsReply(Reply):
    """Upcoming from the next on, past from the latest back."""

    upcoming: list[OwnSessionReply]
    past: list[OwnSessionReply]


class OwnSessionsQuery(Page):
    limit: Limit = PAST_SHOWN


class SessionsQuery(Page):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")


class SessionReply(Reply):
    """`approve_until`: by then a request is answered. `reason`: what was said when it was called off.

    `series_id`: those with the same one were booked together.
    """

    booking_id: str
    series_id: str | None
    client_name: str
    starts_at: Utc
    ends_at: Utc
    status: str
    enter_from: Utc
    enter_until: Utc
    client_waiting: bool = False
    waiting_since: Utc | None = None
    in_call_since: Utc | None = None
    approve_until: Utc | None = None
    cancelled_by: str | None = None
    reason: str | None = None
    noshow_by: str | None = None
    client_late_s: int | None = None
    therapist_late_s: int | None = None
    overrun_s: int | None = None


class SessionsReply(Reply):
    timezone: str
    sessions: list[SessionReply]


class HoursReply(Reply):
    """Weekly hours; weekday 0 is Monday, "24:00" the end of the day."""

    weekday: int
    start: str
    end: str


class PracticeReply(Reply):
    capacity: int
    active: int
    offers: int
    pause_new: bool
    timezone: str
    hours: list[HoursReply]
    version: int
