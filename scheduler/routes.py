"""The HTTP edge of the scheduler: parse, call one use-case, render.

What goes on in rooms comes from signaling by way of server/assembly; this folder knows nothing of them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from core.errors import Denied, Invalid, NotFound, Unauthenticated
from core.http import Identity, Route, body, identity, path_id, query, reply, require
from core.idempotency import IdempotencyMismatch
from core.pages import Position, answer, cursor_of, next_page, position
from scheduler import browsing_routes, client_routes, errors
from scheduler import messages as m
from scheduler.booking import Pick, Wish
from scheduler.model import Status
from scheduler.once import once_of
from scheduler.practice import Practice
from scheduler.service import Confirmation, News, SchedulerService
from scheduler.visits import Session


@dataclass(frozen=True)
class Rooms:
    """Since when, of some bookings, the client waits and the call goes on."""

    waiting: News
    running: News


TIME_ERRORS = (errors.SlotTaken, errors.SlotNotOffered, errors.TherapistFull, errors.CareElsewhere)


def routes(service: SchedulerService, rooms: Rooms) -> list[Route]:
    """Every operation of the scheduler."""
    edge = _Edge(service, rooms)
    return [
        *browsing_routes.routes(service),
        *_hold_routes(edge),
        *_booking_routes(edge),
        *_therapist_routes(edge),
        *client_routes.routes(service, rooms.running),
    ]


WHO = (Unauthenticated, Denied)


def _hold_routes(edge: "_Edge") -> list[Route]:
    return [
        Route(
            "POST",
            "/api/booking/holds",
            edge.hold,
            "Reserve a time for a few minutes; safe to repeat with the same Idempotency-Key",
            body=m.HoldBody,
            response=m.HoldReply,
            status=201,
            tag="booking",
            errors=(
                *WHO,
                Invalid,
                errors.TherapistUnknown,
                *TIME_ERRORS,
                errors.HoldPending,
                IdempotencyMismatch,
                errors.TooManyHolds,
            ),
        ),
        Route(
            "DELETE",
            "/api/booking/holds/{hold_id}",
            edge.release,
            "Give a reserved time back",
            status=204,
            tag="booking",
            errors=(*WHO, NotFound),
        ),
    ]


def _booking_routes(edge: "_Edge") -> list[Route]:
    return [
        Route(
            "POST",
            "/api/bookings",
            edge.book,
            "Book a time; safe to repeat with the same Idempotency-Key",
            body=m.BookingBody,
            response=m.BookingReply,
            status=201,
            tag="booking",
            errors=(
                *WHO,
                Invalid,
                errors.TherapistUnknown,
                *TIME_ERRORS,
                errors.HoldExpired,
                errors.ClientBusy,
                IdempotencyMismatch,
                errors.TooManyBookings,
            ),
        ),
        Route(
            "GET",
            "/api/bookings/{booking_id}",
            edge.booking,
            "A booking of yours",
            response=m.BookingReply,
            tag="booking",
            errors=(Unauthenticated, NotFound),
        ),
        Route(
            "GET",
            "/api/bookings/{booking_id}/calendar.ics",
            edge.calendar,
            "A booking of yours for your calendar",
            tag="booking",
            errors=(Unauthenticated, NotFound),
            content_type="text/calendar",
        ),
    ]


def _therapist_routes(edge: "_Edge") -> list[Route]:
    who = (Unauthenticated, Denied, errors.TherapistUnknown)
    return [
        Route(
            "GET",
            "/api/therapist/sessions",
            edge.sessions,
            "Your sessions; without dates today's, and those whose room can be entered now",
            query=m.SessionsQuery,
            response=m.SessionsReply,
            tag="therapist",
            errors=(*who, Invalid),
        ),
        Route(
            "GET",
            "/api/therapist/practice",
            edge.practice,
            "Your places, pace and hours",
            response=m.PracticeReply,
            tag="therapist",
            errors=who,
        ),
    ]


class _Edge:
    def __init__(self, service: SchedulerService, rooms: Rooms) -> None:
        self._service = service
        self._rooms = rooms

    async def hold(self, request: web.Request) -> web.Response:
        who = identity(request)
        asked = await body(request, m.HoldBody)
        once = once_of(request, asked)
        await self._service.count_hold(who, request.remote or "", once)
        pick = Pick(asked.therapist_id, asked.starts_at, session_type_id=asked.session_type_id)
        held = await self._service.hold(who, pick, once)
        answer = m.HoldReply(
            hold_id=held.id,
            therapist_id=held.therapist_id,
            starts_at=held.starts_at,
            ends_at=held.ends_at,
            expires_at=held.hold_expires_at or held.created_at,
        )
        return reply(answer, 201)

    async def release(self, request: web.Request) -> web.Response:
        await self._service.release(identity(request), path_id(request, "hold_id"))
        return web.Response(status=204)

    async def book(self, request: web.Request) -> web.Response:
        who = identity(request)
        asked = await body(request, m.BookingBody)
        once = once_of(request, asked)
        wish = wish_of(asked, who)
        await self._service.count_booking(who, wish.email, request.remote or "", once)
        return reply(_booking(await self._service.book(who, wish, once), who), 201)

    async def booking(self, request: web.Request) -> web.Response:
        who = identity(request)
        return reply(_booking(await self._service.booking(who, path_id(request, "booking_id")), who))

    async def calendar(self, request: web.Request) -> web.Response:
        content = await self._service.calendar(identity(request), path_id(request, "booking_id"))
        return web.Response(
            body=content,
            content_type="text/calendar",
            charset="utf-8",
            headers={"Content-Disposition": 'attachment; filename="consultation.ics"'},
        )

    async def sessions(self, request: web.Request) -> web.Response:
        who = require(request, "therapist")
        asked = query(request, m.SessionsQuery)
        first, last = asked.first or asked.last, asked.last or asked.first
        if first and last and not timedelta(0) <= last - first < timedelta(days=m.LONGEST_RANGE_DAYS):
            raise Invalid("from and to must span 1 to 31 days")
        after = position(asked.cursor)
        timezone, every = await self._service.sessions(who, first, last)
        found = [one for one in every if after is None or _place(one) > after]
        found, more = found[: asked.limit], len(found) > asked.limit
        ids = [one.booking.id for one in found]
        waiting, running = await self._rooms.waiting(ids), await self._rooms.running(ids)
        lines = [
            session_reply(one, waiting.get(one.booking.id), running.get(one.booking.id)) for one in found
        ]
        following = next_page(request, cursor_of(*_place(found[-1]))) if more else None
        return answer(request, m.SessionsReply(timezone=timezone, sessions=lines), following=following)

    async def practice(self, request: web.Request) -> web.Response:
        return _practice(await self._service.practice(require(request, "therapist")))


def wish_of(asked: m.BookingBody, who: Identity, *, named: bool = True) -> Wish:
    """Raises Invalid where somebody whom nobody knows does not say who they are, and has to."""
    told = {"name": asked.name, "email": asked.email}
    missing = [field for field, value in told.items() if value is None]
    if named and missing and who.person_id is None:
        raise Invalid(
            errors=[{"field": field, "message": "Field required", "rule": "missing"} for field in missing]
        )
    known = {field: getattr(asked, field) for field in m.BookingBody.model_fields}
    return Wish(**known | {field: value or "" for field, value in told.items()})


def _booking(found: Confirmation, who: Identity) -> m.BookingReply:
    visit = found.visit
    session = "?session=link" if who.kind == "link" else ""  # a plain link can send no header
    return m.BookingReply(
        booking_id=visit.booking_id,
        uid=visit.uid,
        therapist_id=visit.therapist_id,
        therapist_name=visit.therapist_name,
        therapist_name_en=visit.therapist_name_en,
        client_name=visit.client_name,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        timezone=visit.timezone,
        status=visit.status,
        sequence=visit.sequence,
        change_until=visit.change_until,
        approve_until=visit.approve_until,
        cancelled_by=visit.cancelled_by,
        reason=visit.reason,
        series_id=visit.series_id,
        join_url=found.join_url,
        calendar_url=f"/api/bookings/{visit.booking_id}/calendar.ics{session}",
    )


def _place(one: Session) -> Position:
    return one.booking.starts_at, one.booking.id


def session_reply(
    one: Session, waiting_since: datetime | None = None, in_call_since: datetime | None = None
) -> m.SessionReply:
    """A line of a therapist's day."""
    asked = one.booking.status is Status.REQUESTED
    return m.SessionReply(
        booking_id=one.booking.id,
        series_id=one.booking.series_id,
        client_name=one.client_name,
        starts_at=one.booking.starts_at,
        ends_at=one.booking.ends_at,
        status=one.booking.status,
        enter_from=one.enter.starts_at,
        enter_until=one.enter.ends_at,
        client_waiting=waiting_since is not None,
        waiting_since=waiting_since,
        in_call_since=in_call_since,
        approve_until=one.booking.approve_until if asked else None,
        cancelled_by=one.booking.cancelled_by,
        noshow_by=one.booking.noshow_by,
        reason=one.booking.reason,
        client_late_s=one.booking.client_late_s,
        therapist_late_s=one.booking.therapist_late_s,
        overrun_s=one.booking.overrun_s,
    )


def _practice(found: Practice) -> web.Response:
    one = found.therapist
    answer = m.PracticeReply(
        capacity=one.capacity,
        active=one.active,
        offers=one.offers,
        pause_new=one.pause_new,
        timezone=one.timezone,
        hours=[m.HoursReply(weekday=h.weekday, start=h.start, end=h.end) for h in found.hours],
        version=one.version,
    )
    return reply(answer, headers={"ETag": f'"{one.version}"'})
