"""The HTTP edge of looking for a time: therapists, the free times of one, the free times of all at once."""

from datetime import timedelta
from hashlib import sha256

from aiohttp import web

from core.errors import Denied, Invalid, Unauthenticated
from core.http import Route, identity, query, reply
from scheduler import errors
from scheduler import messages as m
from scheduler import times_messages as tm
from scheduler.browsing import Asked, Offered
from scheduler.hours import local_days, zone
from scheduler.model import SessionType, Span
from scheduler.service import SchedulerService
from scheduler.times import Wanted

WHO = (Unauthenticated, Denied)
# Kept by the browser of who asks, which asks each time whether it is still true.
KEPT = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Todoku-Session"}


def routes(service: SchedulerService) -> list[Route]:
    """Only reads; holding and booking are in routes.py."""
    edge = _Edge(service)
    return [
        Route(
            "GET",
            "/api/booking/therapists",
            edge.therapists,
            "Therapists this client may book, soonest first",
            query=m.TherapistsQuery,
            response=m.TherapistsReply,
            tag="booking",
            errors=(*WHO, Invalid),
        ),
        Route(
            "GET",
            "/api/booking/slots",
            edge.slots,
            "Free times of a therapist",
            query=m.SlotsQuery,
            response=m.SlotsReply,
            tag="booking",
            errors=(*WHO, Invalid, errors.TherapistUnknown, errors.CareElsewhere, errors.SlotNotOffered),
        ),
        Route(
            "GET",
            "/api/booking/times",
            edge.times,
            "Free times of everybody this client may book, with who is free",
            query=tm.FreeTimesQuery,
            response=tm.FreeTimesReply,
            tag="booking",
            errors=(*WHO, Invalid),
        ),
    ]


class _Edge:
    def __init__(self, service: SchedulerService) -> None:
        self._service = service

    async def therapists(self, request: web.Request) -> web.Response:
        who = identity(request)
        query(request, m.TherapistsQuery)
        found = await self._service.choice(who)
        config = self._service.config
        answer = m.TherapistsReply(
            therapists=[_therapist(one) for one in found.therapists],
            session_minutes=config.session_min,
            answer_within_h=config.approve_within_h,
            own_therapist=found.own,
            more=found.more,
        )
        return reply(answer)

    async def slots(self, request: web.Request) -> web.Response:
        who = identity(request)
        asked = query(request, m.SlotsQuery)
        within = _days(asked, m.LONGEST_RANGE_DAYS)
        wanted = Asked(asked.therapist_id, within, asked.session_type_id)
        found = await self._service.slots(who, wanted)
        answer = m.SlotsReply(
            therapist_id=asked.therapist_id,
            timezone=asked.tz,
            slots=[m.SlotReply(starts_at=one.starts_at, ends_at=one.ends_at) for one in found],
            next_free_at=None if found else await self._service.next_free(who, wanted),
        )
        return reply(answer)

    async def times(self, request: web.Request) -> web.Response:
        """With an ETag, which spares sending what is known already."""
        who = identity(request)
        asked = query(request, tm.FreeTimesQuery)
        within = _days(asked, tm.LONGEST_RANGE_DAYS)
        found, next_free_at = await self._service.times(who, Wanted(within, asked.language))
        lines = [
            tm.FreeTimeReply(starts_at=one.starts_at, therapist_ids=list(one.therapist_ids)) for one in found
        ]
        answer = tm.FreeTimesReply(timezone=asked.tz, times=lines, next_free_at=next_free_at)
        tag = f'"{sha256(answer.model_dump_json().encode()).hexdigest()[:32]}"'
        headers = KEPT | {"ETag": tag}
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        return reply(answer, headers=headers)


def _days(asked: m.SlotsQuery | tm.FreeTimesQuery, most: int) -> Span:
    """The local days that are asked for. Raises Invalid for none, or too many."""
    if not timedelta(0) <= asked.last - asked.first < timedelta(days=most):
        message = f"from and to must span 1 to {most} days"
        raise Invalid(errors=[{"field": "to", "message": message, "rule": "range"}])
    return local_days(asked.first, asked.last, zone(asked.tz))


def _therapist(one: Offered) -> m.TherapistReply:
    return m.TherapistReply(
        therapist_id=one.therapist.id,
        name=one.person.name,
        name_en=one.person.name_en,
        headline=dict(one.therapist.headline),
        languages=list(one.therapist.languages),
        licence_kind=one.therapist.licence_kind,
        next_free_at=one.next_free_at,
        kinds=[_kind(each) for each in one.kinds],
    )


def _kind(one: SessionType) -> m.KindReply:
    return m.KindReply(
        session_type_id=one.id,
        name=dict(one.name),
        session_minutes=one.rules.session_min,
        approval=one.approval,
    )
