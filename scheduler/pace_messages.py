"""What a pace takes and gives over HTTP, as pydantic models. Clock times: "09:00" to "24:00"."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from core.http import Body, Reply, Utc
from scheduler.messages import Day, Id, Start, ZoneName
from scheduler.model import Rule
from scheduler.practice import to_minute

LONGEST_LEAVE = timedelta(days=400)


def _clock(value: str) -> str:
    to_minute(value)
    return value


ClockTime = Annotated[str, Field(pattern=r"^\d{2}:\d{2}$", examples=["09:00"]), AfterValidator(_clock)]
Name = Annotated[str, Field(min_length=1, max_length=60)]


class PaceBody(Body):
    """What is left out stays; null takes a limit away."""

    capacity: Annotated[int, Field(ge=0, le=1000)] | None = None
    pause_new: bool | None = None
    weekly_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] | None = None
    message_minutes: Annotated[int, Field(ge=0, le=600)] | None = None
    sessions_per_day: Annotated[int, Field(ge=1, le=48)] | None = None

    @model_validator(mode="after")
    def _nothing_is_no_number(self) -> Self:
        for name in ("capacity", "pause_new", "message_minutes"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null")
        return self


class NameBody(Body):
    """The name in Latin letters; null: as everywhere else."""

    name_en: Annotated[str, Field(min_length=1, max_length=100)] | None


class RangeBody(Body):
    start: ClockTime
    end: ClockTime

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if to_minute(self.start) >= to_minute(self.end):
            raise ValueError("end must lie after start")
        return self

    def minutes(self) -> tuple[int, int]:
        return to_minute(self.start), to_minute(self.end)


class RuleBody(RangeBody):
    """Hours of a weekday, 0 is Monday. Without `timezone` they are meant in the therapist's own."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    timezone: ZoneName | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None

    def rule(self) -> Rule:
        start, end = self.minutes()
        return Rule(self.weekday, start, end, self.timezone or "", self.valid_from, self.valid_to)


class HoursBody(Body):
    rules: Annotated[list[RuleBody], Field(max_length=100)]


class WindowBody(RangeBody):
    weekday: Annotated[int, Field(ge=0, le=6)]

    def rule(self) -> Rule:
        start, end = self.minutes()
        return Rule(self.weekday, start, end, "")


class WindowsBody(Body):
    windows: Annotated[list[WindowBody], Field(max_length=50)]


class DateBody(Body):
    """Hours of one date; an empty list closes it."""

    ranges: Annotated[list[RangeBody], Field(max_length=12)]


class TimeOffBody(Body):
    starts_at: Start
    ends_at: Start
    kind: Literal["off", "leave"] = "off"
    cover_id: Id | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if not timedelta(0) < self.ends_at - self.starts_at <= LONGEST_LEAVE:
            raise ValueError("ends_at must lie after starts_at, by at most 400 days")
        return self


class TravelBody(Body):
    first_date: Day
    last_date: Day
    timezone: ZoneName

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if not timedelta(0) <= self.last_date - self.first_date <= LONGEST_LEAVE:
            raise ValueError("last_date must not lie before first_date, nor more than 400 days after it")
        return self


class NamesBody(Body):
    ja: Name
    en: Name


class SessionTypeBody(Body):
    name: NamesBody
    session_min: Annotated[int, Field(ge=5, le=480)]
    step_min: Annotated[int, Field(ge=5, le=480)]
    buffer_before_min: Annotated[int, Field(ge=0, le=240)] = 0
    buffer_after_min: Annotated[int, Field(ge=0, le=240)] = 0
    notice_min: Annotated[int, Field(ge=0, le=30 * 24 * 60)] = 0
    notice_calendar_days: Annotated[int, Field(ge=0, le=60)] = 0
    window_days: Annotated[int, Field(ge=1, le=365)] = 28
    cancel_cutoff_min: Annotated[int, Field(ge=0, le=14 * 24 * 60)] = 0
    approval: bool = False


class SessionTypeReply(Reply):
    """`session_type_id` null: the service's own, as long as the therapist has made none."""

    session_type_id: str | None
    name: dict[str, str]
    session_min: int
    step_min: int
    buffer_before_min: int
    buffer_after_min: int
    notice_min: int
    notice_calendar_days: int
    window_days: int
    cancel_cutoff_min: int
    approval: bool


class SessionTypesReply(Reply):
    session_types: list[SessionTypeReply]


class RuleReply(Reply):
    weekday: int
    start: str
    end: str
    timezone: str
    valid_from: Day | None
    valid_to: Day | None


class RangeReply(Reply):
    start: str
    end: str


class DateReply(Reply):
    """Hours of one date in place of the weekly ones; no ranges: closed."""

    date: Day
    ranges: list[RangeReply]


class TimeOffReply(Reply):
    time_off_id: str
    starts_at: Utc
    ends_at: Utc
    kind: str
    cover_id: str | None


class TravelReply(Reply):
    travel_id: str
    first_date: Day
    last_date: Day
    timezone: str


class WeekReply(Reply):
    """A local week from its Monday; `limit_minutes` null: none is set."""

    monday: Day
    booked_minutes: int
    message_minutes: int
    limit_minutes: int | None


class ConflictReply(Reply):
    """A booking that no longer fits: it stays until somebody moves it. `client_name` null: for a group."""

    booking_id: str
    client_name: str | None
    starts_at: Utc
    ends_at: Utc
    why: Literal["time_off", "own_calendar", "outside_hours"]


class PaceReply(Reply):
    """All that a therapist sets, with what follows from it."""

    version: int
    name: str
    name_en: str | None
    timezone: str
    capacity: int
    active: int
    offers: int
    pause_new: bool
    weekly_minutes: int | None
    message_minutes: int
    sessions_per_day: int | None
    session_types: list[SessionTypeReply]
    hours: list[RuleReply]
    dates: list[DateReply]
    time_off: list[TimeOffReply]
    travels: list[TravelReply]
    reply_windows: list[RuleReply]
    weeks: list[WeekReply]
    conflicts: list[ConflictReply]
