"""The HTTP edge of a therapist's week, and of the colleagues who could cover or take over: only reading."""

from collections.abc import Sequence

from aiohttp import web
from pydantic import Field

from core.errors import Denied, Invalid, NotFound, Unauthenticated
from core.http import Reply, Route, Utc, query, reply, require
from scheduler import errors
from scheduler.messages import Day, Id, _Query
from scheduler.model import Span
from scheduler.week import WeekService, WeekSession

WHO = (Unauthenticated, Denied, errors.TherapistUnknown)


class CalendarWeekQuery(_Query):
    """Any day of the week; without one, today."""

    day: Day | None = Field(default=None)


class SpanReply(Reply):
    starts_at: Utc
    ends_at: Utc


class WeekSessionReply(Reply):
    """`client_name` null: for a group. `block_from` and `block_to`: with its buffers."""

    booking_id: str
    client_name: str | None
    starts_at: Utc
    ends_at: Utc
    block_from: Utc
    block_to: Utc
    status: str


class CancelledReply(Reply):
    """What is no more; its time is free for others, and may be theirs by now."""

    booking_id: str
    client_name: str | None
    starts_at: Utc
    ends_at: Utc
    cancelled_by: str | None


class CalendarWeekReply(Reply):
    """A week from its Monday in the therapist's zone; `open` are its hours by date, as they really fall."""

    monday: Day
    timezone: str
    open: list[SpanReply]
    time_off: list[SpanReply]
    imported: list[SpanReply]
    sessions: list[WeekSessionReply]
    cancelled: list[CancelledReply]


class ColleaguesQuery(_Query):
    """`care_id`: a care of one's own, which they could take over."""

    care_id: Id | None = None


class ColleagueReply(Reply):
    therapist_id: str
    name: str
    name_en: str | None


class ColleaguesReply(Reply):
    colleagues: list[ColleagueReply]


def routes(service: WeekService) -> list[Route]:
    """What a therapist looks at beside their pace."""
    edge = _Edge(service)
    return [
        Route(
            "GET",
            "/api/therapist/week",
            edge.week,
            "A week of yours with everything in it",
            query=CalendarWeekQuery,
            response=CalendarWeekReply,
            tag="therapist",
            errors=(*WHO, Invalid),
        ),
        Route(
            "GET",
            "/api/therapist/colleagues",
            edge.colleagues,
            "Other therapists, who could cover a leave, or take over a client",
            query=ColleaguesQuery,
            response=ColleaguesReply,
            tag="therapist",
            errors=(*WHO, Invalid, NotFound),
        ),
    ]


class _Edge:
    def __init__(self, service: WeekService) -> None:
        self._service = service

    async def week(self, request: web.Request) -> web.Response:
        who, asked = require(request, "therapist"), query(request, CalendarWeekQuery)
        found = await self._service.week(who, asked.day)
        answer = CalendarWeekReply(
            monday=found.monday,
            timezone=found.timezone,
            open=_spans(found.open),
            time_off=_spans(found.time_off),
            imported=_spans(found.imported),
            sessions=[_session(one) for one in found.sessions],
            cancelled=[_cancelled(one) for one in found.cancelled],
        )
        return reply(answer)

    async def colleagues(self, request: web.Request) -> web.Response:
        who, asked = require(request, "therapist"), query(request, ColleaguesQuery)
        found = await self._service.colleagues(who, asked.care_id)
        shown = [ColleagueReply(therapist_id=one.id, name=one.name, name_en=one.name_en) for one in found]
        return reply(ColleaguesReply(colleagues=shown))


def _spans(spans: Sequence[Span]) -> list[SpanReply]:
    return [SpanReply(starts_at=one.starts_at, ends_at=one.ends_at) for one in spans]


def _session(one: WeekSession) -> WeekSessionReply:
    return WeekSessionReply(
        booking_id=one.booking_id,
        client_name=one.client_name,
        starts_at=one.span.starts_at,
        ends_at=one.span.ends_at,
        block_from=one.block.starts_at,
        block_to=one.block.ends_at,
        status=one.status,
    )


def _cancelled(one: WeekSession) -> CancelledReply:
    return CancelledReply(
        booking_id=one.booking_id,
        client_name=one.client_name,
        starts_at=one.span.starts_at,
        ends_at=one.span.ends_at,
        cancelled_by=one.cancelled_by,
    )
