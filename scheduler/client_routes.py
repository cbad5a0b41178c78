"""What a client who signed in asks the scheduler: their own sessions. Booking itself is in routes.py."""

from aiohttp import web

from core.errors import Denied, Invalid, Unauthenticated
from core.http import Route, identity, query
from core.pages import answer, cursor_of, next_page, position
from scheduler import messages as m
from scheduler.agenda import OwnSession
from scheduler.service import News, SchedulerService


def routes(service: SchedulerService, running: News) -> list[Route]:
    """`running`: since when calls go on."""

    async def own(request: web.Request) -> web.Response:
        who, asked = identity(request), query(request, m.OwnSessionsQuery)
        found = await service.own_sessions(who, running, asked.limit, position(asked.cursor))
        upcoming, past = ([_own_session(one) for one in part] for part in (found.upcoming, found.past))
        last = found.past[-1].booking if found.more else None
        following = next_page(request, cursor_of(last.starts_at, last.id)) if last else None
        return answer(request, m.OwnSessionsReply(upcoming=upcoming, past=past), following=following)

    return [
        Route(
            "GET",
            "/api/bookings",
            own,
            "Your sessions as a client; earlier ones by the Link of the answer",
            query=m.OwnSessionsQuery,
            response=m.OwnSessionsReply,
            tag="booking",
            errors=(Unauthenticated, Denied, Invalid),
        )
    ]


def _own_session(one: OwnSession) -> m.OwnSessionReply:
    booking = one.booking
    return m.OwnSessionReply(
        booking_id=booking.id,
        therapist_name=one.therapist.name,
        therapist_name_en=one.therapist.name_en,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        status=booking.status,
        enter_from=one.enter.starts_at,
        enter_until=one.enter.ends_at,
        in_call_since=one.in_call_since,
        cancelled_by=booking.cancelled_by,
        enter_url=one.enter_url,
        calendar_url=f"/api/bookings/{booking.id}/calendar.ics",
    )
