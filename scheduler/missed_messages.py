"""What the routes of sessions that are over take and give, as pydantic models."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from core.http import Body, Reply, Utc
from scheduler.messages import Day, ZoneName, _Query


class OutcomesQuery(_Query):
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    tz: ZoneName


class OutcomeReply(Reply):
    """`noshow_by`: who did not come, as far as the room can tell; null: nobody in particular."""

    booking_id: str
    client_name: str
    therapist_name: str
    therapist_name_en: str | None
    starts_at: Utc
    ends_at: Utc
    status: str
    noshow_by: str | None
    client_late_s: int | None
    therapist_late_s: int | None
    overrun_s: int | None


class OutcomesReply(Reply):
    """The latest first; at most 500."""

    outcomes: list[OutcomeReply]


class CorrectionBody(Body):
    """`reason` goes into the history of the booking."""

    status: Literal["fulfilled", "noshow"]
    noshow_by: Literal["client", "therapist", "both"] | None = None
    reason: Annotated[str, Field(min_length=1, max_length=300)]

    @model_validator(mode="after")
    def _fits(self) -> "CorrectionBody":
        if self.status == "fulfilled" and self.noshow_by is not None:
            raise ValueError("nobody has missed a session that took place")
        return self


class AgainReply(Reply):
    """The new session; its confirmation comes by mail."""

    booking_id: str
    starts_at: Utc
    ends_at: Utc
    timezone: str
    status: str
