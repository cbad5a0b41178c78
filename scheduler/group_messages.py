"""What the routes of sessions for several people take and give, as pydantic models."""

from typing import Annotated

from pydantic import Field

from core.http import Body, Reply, Utc
from scheduler.messages import NewcomerBody, Start

Title = Annotated[str, Field(min_length=1, max_length=80)]


class GroupBody(Body):
    """A session for several that is opened; its title in both languages."""

    title_ja: Title
    title_en: Title
    seats: Annotated[int, Field(ge=2, le=100)]
    starts_at: Start
    session_min: Annotated[int, Field(ge=15, le=240)]


class SeatBody(Body):
    """`newcomer`: only from an open booking link."""

    newcomer: NewcomerBody | None = None


class OfferedGroupReply(Reply):
    """`left`: seats that can be taken; `mine`: one of those taken is yours."""

    group_id: str
    title: dict[str, str]
    therapist_name: str
    therapist_name_en: str | None
    starts_at: Utc
    ends_at: Utc
    seats: int
    left: int
    mine: bool


class OfferedGroupsReply(Reply):
    """The next first; `more`: behind them are others."""

    groups: list[OfferedGroupReply]
    more: bool


class GroupReply(Reply):
    """`status`: open or cancelled; `names` of those who have a seat."""

    group_id: str
    title: dict[str, str]
    starts_at: Utc
    ends_at: Utc
    seats: int
    taken: int
    status: str
    names: list[str]


class GroupsReply(Reply):
    groups: list[GroupReply]
