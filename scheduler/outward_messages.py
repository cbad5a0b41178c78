"""What the edges to other systems take and give over HTTP: personal calendars, the calendar feed."""

from typing import Annotated

from pydantic import Field

from core.http import Body, Reply, Utc
from core.outgoing import LONGEST_URL_CHARS

Url = Annotated[str, Field(min_length=1, max_length=LONGEST_URL_CHARS)]
Label = Annotated[str, Field(min_length=1, max_length=60)]


class CalendarBody(Body):
    """The address of a calendar of one's own (iCalendar; https, http or webcal)."""

    url: Url
    label: Label


class CalendarReply(Reply):
    """A personal calendar: never its address, which is a secret, but the host it is on.

    `problem`: a stable word for why the last try failed; the times of the last good one still count.
    """

    calendar_id: str
    label: str
    host: str
    refreshed_at: Utc | None
    tried_at: Utc | None
    problem: str | None
    busy_times: int


class CalendarsReply(Reply):
    calendars: list[CalendarReply]


class FeedReply(Reply):
    """Whether there is an address to subscribe to. Which one is not kept."""

    active: bool


class FeedAddressReply(Reply):
    url: str
