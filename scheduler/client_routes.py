"""What a client who signed in asks the scheduler: their own sessions. Booking itself is in routes.py."""

from aiohttp import web

from core.errors import Denied, Unauthenticated
from core.http import Route, identity, reply
from scheduler import messages as m
from scheduler.agenda import OwnSession
from scheduler.service import News, SchedulerService


def routes(service: SchedulerService, running: News) -> list[Route]:
    """`running`: since when calls go on."""

    async def own(request: web.Request) -> web.Response:
        found = await service.own_sessions(identity(request), running)
        upcoming, past = ([_own_session(one) for one in part] for part in (found.upcoming, found.past))
        return reply(m.OwnSessionsReply(upcoming=upcoming, past=past))

    return [
        Route(
            "GET",
            "/api/bookings",
            own,
            "Your sessions as a client",
            response=m.OwnSessionsReply,
            tag="booking",
            errors=(Unauthenticated, Denied),
        )
    ]


def _own_session(one: OwnSession) -> m.OwnSessionReply:
    booking = one.booking
    return m.OwnSessionReply(
        booking_id=booking.id,
        therapist_name=one.therapist_name,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        status=booking.status,
        enter_from=one.enter.starts_at,
        enter_until=one.enter.ends_at,
        in_call_since=one.in_call_since,
        enter_url=one.enter_url,
        calendar_url=f"/api/bookings/{booking.id}/calendar.ics",
    )
