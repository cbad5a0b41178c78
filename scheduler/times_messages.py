"""What free times of every therapist at once are asked with and answered by, as pydantic models."""

from typing import Annotated

from pydantic import Field

from core.http import Reply, Utc
from scheduler.messages import Day, ZoneName, _Query

LONGEST_RANGE_DAYS = 35  # a month with the rest of its first and last weeks


class FreeTimesQuery(_Query):
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    tz: ZoneName
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$", examples=["ja"])] | None = None


class FreeTimeReply(Reply):
    """Some of those who are free then; who has most room comes first."""

    starts_at: Utc
    therapist_ids: list[str]


class FreeTimesReply(Reply):
    """`next_free_at`: where there are none, the first free start after these days, else the first of all."""

    timezone: str
    times: list[FreeTimeReply]
    next_free_at: Utc | None
