"""The HTTP edge of a therapist's pace: a sheet to read and its parts to set; each answer is all of it."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any

from aiohttp import web

from core.errors import Denied, Invalid, NotFound, PreconditionFailed, TodokuError, Unauthenticated
from core.http import Body, Handler, Route, body, identity, path_id, reply, require
from core.idempotency import IdempotencyMismatch
from scheduler import errors
from scheduler import pace_messages as m
from scheduler.model import Rule, SessionType, Span, Travel
from scheduler.once import once_of
from scheduler.pace import Conflict, Journey, PaceSheet, TimeOff, Week
from scheduler.pace_service import Away, PaceService
from scheduler.practice import to_clock

WHO = (Unauthenticated, Denied, errors.TherapistUnknown)
SHEET = "/api/therapist/pace"


def routes(service: PaceService) -> list[Route]:
    """Every operation on one's own pace, and the kinds of sessions that clients see."""
    edge = _Edge(service)

    def write(
        method: str,
        path: str,
        handler: Handler,
        summary: str,
        takes: type[Body] | None,
        *refused: type[TodokuError],
    ) -> Route:
        return Route(
            method,
            SHEET + path,
            handler,
            summary,
            body=takes,
            response=m.PaceReply,
            tag="therapist",
            errors=(*WHO, Invalid, *refused),
        )

    versioned, gone, once = PreconditionFailed, NotFound, IdempotencyMismatch
    return [
        Route("GET", SHEET, edge.sheet, "Your pace", response=m.PaceReply, tag="therapist", errors=WHO),
        write("PATCH", "", edge.values, "Set capacity, pause and limits", m.PaceBody, versioned),
        write("PUT", "/name", edge.name, "Your name in Latin letters", m.NameBody, versioned),
        write("PUT", "/hours", edge.hours, "Set the weekly hours", m.HoursBody, versioned),
        write("PUT", "/reply-windows", edge.windows, "Say when you answer", m.WindowsBody, versioned),
        write("PUT", "/dates/{date}", edge.set_date, "Other hours on one date", m.DateBody),
        write("DELETE", "/dates/{date}", edge.clear_date, "Weekly hours on that date again", None),
        write("POST", "/time-off", edge.add_time_off, "Be away", m.TimeOffBody, once),
        write("DELETE", "/time-off/{time_off_id}", edge.remove_time_off, "Be there after all", None, gone),
        write("POST", "/travels", edge.add_travel, "Work from another zone", m.TravelBody, once),
        write("DELETE", "/travels/{travel_id}", edge.remove_travel, "Stay", None, gone),
        write("POST", "/session-types", edge.add_type, "Offer another kind", m.SessionTypeBody, once),
        write("PUT", "/session-types/{session_type_id}", edge.set_type, "Change it", m.SessionTypeBody, gone),
        write("DELETE", "/session-types/{session_type_id}", edge.end_type, "Offer it no more", None, gone),
        Route(
            "GET",
            "/api/booking/therapists/{therapist_id}/session-types",
            edge.types,
            "What can be booked with a therapist",
            response=m.SessionTypesReply,
            tag="booking",
            errors=(Unauthenticated, errors.TherapistUnknown, NotFound),
        ),
    ]


class _Edge:
    def __init__(self, service: PaceService) -> None:
        self._service = service

    async def sheet(self, request: web.Request) -> web.Response:
        return _sheet(await self._service.sheet(require(request, "therapist")))

    async def values(self, request: web.Request) -> web.Response:
        who, version = require(request, "therapist"), _version(request)
        asked = await body(request, m.PaceBody)
        values = {name: getattr(asked, name) for name in asked.model_fields_set}
        return _sheet(await self._service.set_values(who, version, values))

    async def name(self, request: web.Request) -> web.Response:
        who, version = require(request, "therapist"), _version(request)
        asked = await body(request, m.NameBody)
        return _sheet(await self._service.set_name(who, version, asked.name_en))

    async def hours(self, request: web.Request) -> web.Response:
        who, version = require(request, "therapist"), _version(request)
        rules = [one.rule() for one in (await body(request, m.HoursBody)).rules]
        return _sheet(await self._service.set_hours(who, version, rules))

    async def windows(self, request: web.Request) -> web.Response:
        who, version = require(request, "therapist"), _version(request)
        windows = [one.rule() for one in (await body(request, m.WindowsBody)).windows]
        return _sheet(await self._service.set_reply_windows(who, version, windows))

    async def set_date(self, request: web.Request) -> web.Response:
        who, day = require(request, "therapist"), _date(request)
        ranges = [one.minutes() for one in (await body(request, m.DateBody)).ranges]
        return _sheet(await self._service.set_date(who, day, ranges))

    async def clear_date(self, request: web.Request) -> web.Response:
        return _sheet(await self._service.set_date(require(request, "therapist"), _date(request), None))

    async def add_time_off(self, request: web.Request) -> web.Response:
        who, asked = require(request, "therapist"), await body(request, m.TimeOffBody)
        away = Away(Span(asked.starts_at, asked.ends_at), asked.kind, asked.cover_id)
        return _sheet(await self._service.add_time_off(who, away, once_of(request, asked)))

    async def remove_time_off(self, request: web.Request) -> web.Response:
        who = require(request, "therapist")
        return _sheet(await self._service.remove_time_off(who, path_id(request, "time_off_id")))

    async def add_travel(self, request: web.Request) -> web.Response:
        who, asked = require(request, "therapist"), await body(request, m.TravelBody)
        travel = Travel(asked.first_date, asked.last_date, asked.timezone)
        return _sheet(await self._service.add_travel(who, travel, once_of(request, asked)))

    async def remove_travel(self, request: web.Request) -> web.Response:
        who = require(request, "therapist")
        return _sheet(await self._service.remove_travel(who, path_id(request, "travel_id")))

    async def add_type(self, request: web.Request) -> web.Response:
        who, asked = require(request, "therapist"), await body(request, m.SessionTypeBody)
        return _sheet(await self._service.add_type(who, asked.model_dump(), once_of(request, asked)))

    async def set_type(self, request: web.Request) -> web.Response:
        who, type_id = require(request, "therapist"), path_id(request, "session_type_id")
        asked = await body(request, m.SessionTypeBody)
        return _sheet(await self._service.change_type(who, type_id, asked.model_dump()))

    async def end_type(self, request: web.Request) -> web.Response:
        who, type_id = require(request, "therapist"), path_id(request, "session_type_id")
        return _sheet(await self._service.change_type(who, type_id, {"active": False}))

    async def types(self, request: web.Request) -> web.Response:
        identity(request)
        found = await self._service.types_for_clients(path_id(request, "therapist_id"))
        return reply(m.SessionTypesReply(session_types=[_type(one) for one in found]))


def _version(request: web.Request) -> int:
    version = request.headers.get("If-Match", "").strip('"')
    if not version.isascii() or not version.isdigit() or len(version) > 9:
        raise PreconditionFailed("If-Match must carry the version that was read")
    return int(version)


def _date(request: web.Request) -> date:
    try:
        day = date.fromisoformat(request.match_info["date"])
    except ValueError:
        raise NotFound from None
    if not 2000 <= day.year <= 2200:
        raise NotFound
    return day


def _type(one: SessionType) -> m.SessionTypeReply:
    rules: dict[str, Any] = {name: getattr(one.rules, name) for name in one.rules.__dataclass_fields__}
    return m.SessionTypeReply(
        session_type_id=one.id,
        name=dict(one.name),
        cancel_cutoff_min=one.cancel_cutoff_min,
        approval=one.approval,
        **rules,
    )


def _rule(one: Rule) -> m.RuleReply:
    return m.RuleReply(
        weekday=one.weekday,
        start=to_clock(one.start_minute),
        end=to_clock(one.end_minute),
        timezone=one.timezone,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
    )


def _dates(sheet: PaceSheet) -> list[m.DateReply]:
    found = []
    for day, ranges in groupby(sheet.overrides, key=lambda one: one.local_date):
        shown = [
            m.RangeReply(start=to_clock(one.start_minute), end=to_clock(one.end_minute))
            for one in ranges
            if one.start_minute is not None and one.end_minute is not None
        ]
        found.append(m.DateReply(date=day, ranges=shown))
    return found


def _time_off(one: TimeOff) -> m.TimeOffReply:
    return m.TimeOffReply(
        time_off_id=one.id,
        starts_at=one.span.starts_at,
        ends_at=one.span.ends_at,
        kind=one.kind,
        cover_id=one.cover_id,
    )


def _travel(one: Journey) -> m.TravelReply:
    return m.TravelReply(
        travel_id=one.id,
        first_date=one.travel.first_date,
        last_date=one.travel.last_date,
        timezone=one.travel.timezone,
    )


def _week(one: Week) -> m.WeekReply:
    return m.WeekReply(
        monday=one.monday,
        booked_minutes=one.booked_min,
        message_minutes=one.message_min,
        limit_minutes=one.limit_min,
    )


def _conflict(one: Conflict, names: Mapping[str, str]) -> m.ConflictReply:
    booking = one.booking
    return m.ConflictReply(
        booking_id=booking.id,
        client_name=names.get(booking.client_id or ""),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        why=one.why,
    )


def _sheet(sheet: PaceSheet) -> web.Response:
    one = sheet.therapist
    answer = m.PaceReply(
        version=one.version,
        name=sheet.own.name,
        name_en=sheet.own.name_en,
        timezone=one.timezone,
        capacity=one.capacity,
        active=one.active,
        offers=one.offers,
        pause_new=one.pause_new,
        weekly_minutes=one.weekly_minutes,
        message_minutes=one.message_minutes,
        sessions_per_day=one.sessions_per_day,
        session_types=[_type(each) for each in sheet.types],
        hours=[_rule(each) for each in sheet.rules],
        dates=_dates(sheet),
        time_off=[_time_off(each) for each in sheet.time_off],
        travels=[_travel(each) for each in sheet.journeys],
        reply_windows=[_rule(each) for each in sheet.reply_windows],
        weeks=[_week(each) for each in sheet.weeks],
        conflicts=[_conflict(each, sheet.names) for each in sheet.conflicts],
    )
    return reply(answer, headers={"ETag": f'"{one.version}"'})
