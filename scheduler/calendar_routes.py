"""The HTTP edge of a therapist's personal calendars. Each answer is the whole list."""

from urllib.parse import urlsplit

from aiohttp import web

from core.errors import Denied, Invalid, NotFound, TodokuError, TooMany, Unauthenticated
from core.http import Body, Handler, Route, body, path_id, reply, require
from core.idempotency import IdempotencyMismatch
from scheduler import errors
from scheduler import outward_messages as m
from scheduler.import_store import Import
from scheduler.importing import CalendarImports
from scheduler.once import once_of

WHO = (Unauthenticated, Denied, errors.TherapistUnknown)
CALENDARS = "/api/therapist/pace/calendars"
ONE = CALENDARS + "/{calendar_id}"
Refused = type[TodokuError]


def routes(imports: CalendarImports) -> list[Route]:
    """Every operation on one's own calendars."""
    edge = _Edge(imports)
    looked = (NotFound, TooMany, Invalid, IdempotencyMismatch)

    def route(
        method: str,
        path: str,
        handler: Handler,
        summary: str,
        takes: type[Body] | None = None,
        *refused: Refused,
    ) -> Route:
        return Route(
            method,
            path,
            handler,
            summary,
            body=takes,
            response=m.CalendarsReply,
            tag="therapist",
            errors=(*WHO, *refused),
        )

    return [
        route("GET", CALENDARS, edge.list, "Your personal calendars"),
        route(
            "POST",
            CALENDARS,
            edge.add,
            "Offer no time that a personal calendar keeps busy",
            m.CalendarBody,
            IdempotencyMismatch,
        ),
        route("DELETE", ONE, edge.remove, "Forget a personal calendar", None, NotFound),
        route("POST", ONE + "/refresh", edge.refresh, "Look at it now", None, *looked),
    ]


class _Edge:
    def __init__(self, imports: CalendarImports) -> None:
        self._imports = imports

    async def list(self, request: web.Request) -> web.Response:
        return _reply(await self._imports.all(require(request, "therapist")))

    async def add(self, request: web.Request) -> web.Response:
        who, asked = require(request, "therapist"), await body(request, m.CalendarBody)
        return _reply(await self._imports.add(who, asked.url, asked.label, once_of(request, asked)))

    async def remove(self, request: web.Request) -> web.Response:
        who = require(request, "therapist")
        return _reply(await self._imports.remove(who, path_id(request, "calendar_id")))

    async def refresh(self, request: web.Request) -> web.Response:
        who = require(request, "therapist")
        calendar_id = path_id(request, "calendar_id")
        return _reply(await self._imports.refresh(who, calendar_id, once_of(request)))


def _reply(found: list[Import]) -> web.Response:
    return reply(m.CalendarsReply(calendars=[_calendar(one) for one in found]))


def _calendar(one: Import) -> m.CalendarReply:
    return m.CalendarReply(
        calendar_id=one.id,
        label=one.label,
        host=urlsplit(one.url).hostname or "",
        refreshed_at=one.refreshed_at,
        tried_at=one.tried_at,
        problem=one.problem,
        busy_times=one.times,
    )
