"""The HTTP edge of the FHIR R4 export: reads only, application/fhir+json, errors as OperationOutcome.

Ranges are at most 31 days and pages 100 resources long; `link` next leads on. PROTOCOL.md says who sees what.
"""

import functools
from typing import Annotated, Any, Literal, TypeVar

from aiohttp import web
from pydantic import ConfigDict, Field, ValidationError

from core.errors import Denied, Invalid, NotFound, TodokuError, Unauthenticated
from core.http import Body, Handler, Reply, Route, identity, invalid, path_id
from core.pages import LARGEST_PAGE, Cursor, Limit, answer, cursor_of, next_page, position
from scheduler import fhir
from scheduler.fhir_search import FhirSearch, span_of

FHIR_JSON = "application/fhir+json"
BASE = "/api/fhir"
WHO = (Unauthenticated, Denied, NotFound, Invalid)
Bounds = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=4)]


class _Query(Body):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ScheduleQuery(_Query):
    count: Limit = Field(default=LARGEST_PAGE, alias="_count")
    cursor: Cursor | None = Field(default=None, alias="_cursor")


class SlotQuery(_Query):
    """`schedule`: Schedule/ID; `start`: two bounds like ge2026-11-25 and lt2026-12-01."""

    schedule: str = Field(pattern=r"^(Schedule/)?[0-9A-Za-z-]{1,64}$")
    start: Bounds = Field(default=[])
    status: Literal["free"] = "free"


class AppointmentQuery(ScheduleQuery):
    date: Bounds = Field(default=[])


class ResourceReply(Reply):
    """A FHIR resource."""

    model_config = ConfigDict(extra="allow", frozen=True)
    resourceType: str


Asked = TypeVar("Asked", bound=Body)


def routes(search: FhirSearch) -> list[Route]:
    """Every operation of the export."""
    edge = _Edge(search)

    def get(path: str, handler: Handler, summary: str, asked: type[Body] | None = None) -> Route:
        return Route(
            "GET",
            f"{BASE}/{path}",
            _told(handler),
            summary,
            query=asked,
            response=ResourceReply,
            tag="fhir",
            errors=() if path == "metadata" else WHO,
            content_type=FHIR_JSON,
            error_type=FHIR_JSON,
        )

    return [
        get("metadata", edge.metadata, "What the FHIR export can be asked for"),
        get("Schedule", edge.schedules, "Therapists' schedules", ScheduleQuery),
        get("Schedule/{therapist_id}", edge.schedule, "One schedule"),
        get("Slot", edge.slots, "Free times of a schedule", SlotQuery),
        get("Appointment", edge.appointments, "Sessions by their start", AppointmentQuery),
        get("Appointment/{booking_id}", edge.appointment, "One session"),
    ]


def _told(handler: Handler) -> Handler:
    """Errors in FHIR's own form."""

    @functools.wraps(handler)
    async def told(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except TodokuError as error:
            made = ResourceReply.model_validate(fhir.outcome(error))
            body = made.model_dump_json().encode()
            return web.Response(body=body, status=error.status, content_type=FHIR_JSON)

    return told


def _parsed(request: web.Request, model: type[Asked]) -> Asked:
    """The query string, in which bounds may come more than once. Raises Invalid."""
    several = {name for name in ("start", "date") if name in request.query}
    values: dict[str, Any] = dict(request.query) | {name: request.query.getall(name) for name in several}
    values.pop("session", None)  # names the asker's session, see server/web.py
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise invalid(error) from None


class _Edge:
    def __init__(self, search: FhirSearch) -> None:
        self._search = search

    async def metadata(self, request: web.Request) -> web.StreamResponse:
        return _sent(request, fhir.capabilities(self._search.now()))

    async def schedules(self, request: web.Request) -> web.StreamResponse:
        who, asked = identity(request), _parsed(request, ScheduleQuery)
        after = position(asked.cursor)
        found = await self._search.schedules(who, asked.count + 1, after[1] if after else None)
        now, days = self._search.now(), self._search.config.window_days
        shown = [fhir.schedule(one, now.replace(hour=0, minute=0, second=0), days) for one in found]
        last = found[asked.count - 1] if len(found) > asked.count else None
        return _page(request, shown[: asked.count], cursor_of(now, last.id) if last else None)

    async def schedule(self, request: web.Request) -> web.StreamResponse:
        found = await self._search.schedule(identity(request), path_id(request, "therapist_id"))
        now = self._search.now().replace(hour=0, minute=0, second=0)
        return _sent(request, fhir.schedule(found, now, self._search.config.window_days))

    async def slots(self, request: web.Request) -> web.StreamResponse:
        who, asked = identity(request), _parsed(request, SlotQuery)
        therapist_id = asked.schedule.removeprefix("Schedule/")
        within = span_of(asked.start, "start", self._search.now())
        found = await self._search.slots(who, therapist_id, within)
        return _page(request, [fhir.slot(therapist_id, one) for one in found], None)

    async def appointments(self, request: web.Request) -> web.StreamResponse:
        who, asked = identity(request), _parsed(request, AppointmentQuery)
        within = span_of(asked.date, "date", self._search.now())
        found = await self._search.appointments(who, within, asked.count + 1, position(asked.cursor))
        last = found[asked.count - 1] if len(found) > asked.count else None
        shown = [fhir.appointment(one) for one in found[: asked.count]]
        return _page(request, shown, cursor_of(last.starts_at, last.id) if last else None)

    async def appointment(self, request: web.Request) -> web.StreamResponse:
        found = await self._search.appointment(identity(request), path_id(request, "booking_id"))
        return _sent(request, fhir.appointment(found))


def _page(request: web.Request, found: list[fhir.Resource], cursor: str | None) -> web.StreamResponse:
    origin = str(request.url.origin())
    following = origin + next_page(request, cursor, "_cursor") if cursor else None
    made = fhir.bundle(origin + BASE, found, origin + str(request.rel_url), following)
    return _sent(request, made, following)


def _sent(request: web.Request, resource: fhir.Resource, following: str | None = None) -> web.StreamResponse:
    model = ResourceReply.model_validate(resource)
    return answer(request, model, following=following, content_type=FHIR_JSON)
