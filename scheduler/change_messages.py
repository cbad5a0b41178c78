"""What changing a booking takes and gives, as pydantic models."""

from typing import Annotated

from pydantic import Field

from core.http import Body, Reply, Utc
from scheduler.messages import Day, SlotReply, Start, ZoneName, _Query


class ReasonBody(Body):
    """A reason is for the other of the two, and may be left out."""

    reason: Annotated[str, Field(max_length=500)] | None = None


class MoveBody(Body):
    starts_at: Start


class NothingBody(Body):
    """No members."""


class TimesQuery(_Query):
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    tz: ZoneName


class TimesReply(Reply):
    timezone: str
    slots: list[SlotReply]


class ChangedReply(Reply):
    """`change_until`: so long its client can change it; null: no more."""

    booking_id: str
    starts_at: Utc
    ends_at: Utc
    timezone: str
    status: str
    sequence: int
    change_until: Utc | None
    cancelled_by: str | None
