"""The HTTP edge of changing bookings: cancel, move, times to move to; requests to answer, and answers."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from aiohttp import web

from core.errors import Denied, Invalid, NotFound, TodokuError, Unauthenticated
from core.http import Body, Route, body, identity, path_id, query, reply, require
from core.idempotency import IdempotencyMismatch
from scheduler import change_messages as m
from scheduler import errors
from scheduler.changes import Changes
from scheduler.hours import local_days, zone
from scheduler.messages import LONGEST_RANGE_DAYS, SessionsReply, SlotReply
from scheduler.model import Visit
from scheduler.once import once_of
from scheduler.routes import session_reply

ASKED = (Unauthenticated, NotFound, Invalid)
CHANGED = (*ASKED, errors.TooLate, errors.StatusConflict, IdempotencyMismatch)
MOVED = (*CHANGED, errors.SlotTaken, errors.SlotNotOffered, errors.ClientBusy)


def routes(changes: Changes) -> list[Route]:
    """Every operation on a booking that is made."""
    edge = _Edge(changes)

    def post(
        verb: str,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
        summary: str,
        takes: type[Body],
        refused: tuple[type[TodokuError], ...] = CHANGED,
    ) -> Route:
        path = f"/api/bookings/{{booking_id}}/{verb}"
        return Route(
            "POST", path, handler, summary, body=takes, response=m.ChangedReply, tag="booking", errors=refused
        )

    return [
        Route(
            "GET",
            "/api/bookings/{booking_id}/times",
            edge.times,
            "Where a booking could be moved to",
            query=m.TimesQuery,
            response=m.TimesReply,
            tag="booking",
            errors=ASKED,
        ),
        Route(
            "GET",
            "/api/therapist/requests",
            edge.requests,
            "What waits for your answer, the most urgent first",
            response=SessionsReply,
            tag="therapist",
            errors=(Unauthenticated, Denied, errors.TherapistUnknown),
        ),
        post("cancel", edge.cancel, "Cancel a booking; a client until its cut-off", m.ReasonBody),
        post("reschedule", edge.move, "Move a booking to another time, in one step", m.MoveBody, MOVED),
        post("approve", edge.approve, "Take a request", m.NothingBody, (*CHANGED, Denied)),
        post("decline", edge.decline, "Do not take a request", m.ReasonBody, (*CHANGED, Denied)),
    ]


class _Edge:
    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def times(self, request: web.Request) -> web.Response:
        who, booking_id = identity(request), path_id(request, "booking_id")
        asked = query(request, m.TimesQuery)
        if not timedelta(0) <= asked.last - asked.first < timedelta(days=LONGEST_RANGE_DAYS):
            message = f"from and to must span 1 to {LONGEST_RANGE_DAYS} days"
            raise Invalid(errors=[{"field": "to", "message": message, "rule": "range"}])
        within = local_days(asked.first, asked.last, zone(asked.tz))
        found = await self._changes.times(who, booking_id, within)
        slots = [SlotReply(starts_at=one.starts_at, ends_at=one.ends_at) for one in found]
        return reply(m.TimesReply(timezone=asked.tz, slots=slots))

    async def requests(self, request: web.Request) -> web.Response:
        timezone, found = await self._changes.requests(require(request, "therapist"))
        return reply(SessionsReply(timezone=timezone, sessions=[session_reply(one) for one in found]))

    async def cancel(self, request: web.Request) -> web.Response:
        who, booking_id = identity(request), path_id(request, "booking_id")
        asked = await body(request, m.ReasonBody)
        done = await self._changes.cancel(who, booking_id, asked.reason or None, once_of(request, asked))
        return changed(done)

    async def move(self, request: web.Request) -> web.Response:
        who, booking_id = identity(request), path_id(request, "booking_id")
        asked = await body(request, m.MoveBody)
        return changed(await self._changes.move(who, booking_id, asked.starts_at, once_of(request, asked)))

    async def approve(self, request: web.Request) -> web.Response:
        who, booking_id = identity(request), path_id(request, "booking_id")
        asked = await body(request, m.NothingBody)
        return changed(await self._changes.approve(who, booking_id, once_of(request, asked)))

    async def decline(self, request: web.Request) -> web.Response:
        who, booking_id = identity(request), path_id(request, "booking_id")
        asked = await body(request, m.ReasonBody)
        done = await self._changes.decline(who, booking_id, asked.reason or None, once_of(request, asked))
        return changed(done)


def changed(visit: Visit) -> web.Response:
    return reply(
        m.ChangedReply(
            booking_id=visit.booking_id,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            timezone=visit.timezone,
            status=visit.status,
            sequence=visit.sequence,
            change_until=visit.change_until,
            cancelled_by=visit.cancelled_by,
        )
    )
