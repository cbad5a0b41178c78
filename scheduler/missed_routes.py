"""The HTTP edge of sessions that are over: staff's list and corrections, and a client's new time."""

from datetime import timedelta

from aiohttp import web

from core.errors import Denied, Invalid, NotFound, Unauthenticated
from core.http import Route, body, identity, path_id, query, reply, require
from core.idempotency import IdempotencyMismatch
from scheduler import errors
from scheduler import missed_messages as m
from scheduler.change_messages import MoveBody
from scheduler.hours import local_days, zone
from scheduler.messages import LONGEST_RANGE_DAYS
from scheduler.missed import Correction, Missed, Noticed
from scheduler.model import Status
from scheduler.once import once_of

STAFF = (Unauthenticated, Denied, Invalid)


def routes(missed: Missed) -> list[Route]:
    """Every operation on a session that is over."""
    edge = _Edge(missed)
    return [
        Route(
            "GET",
            "/api/staff/outcomes",
            edge.outcomes,
            "Sessions that did not take place, began late or ran over",
            query=m.OutcomesQuery,
            response=m.OutcomesReply,
            tag="staff",
            errors=STAFF,
        ),
        Route(
            "POST",
            "/api/staff/outcomes/{booking_id}",
            edge.correct,
            "Correct what came of a session",
            body=m.CorrectionBody,
            response=m.OutcomeReply,
            tag="staff",
            errors=(*STAFF, NotFound, errors.StatusConflict, IdempotencyMismatch),
        ),
        Route(
            "POST",
            "/api/bookings/{booking_id}/again",
            edge.again,
            "A new time for a session that did not take place",
            body=MoveBody,
            response=m.AgainReply,
            status=201,
            tag="booking",
            errors=(
                Unauthenticated,
                NotFound,
                Invalid,
                errors.StatusConflict,
                errors.SlotTaken,
                errors.SlotNotOffered,
                errors.ClientBusy,
                errors.TherapistFull,
                errors.CareElsewhere,
                IdempotencyMismatch,
            ),
        ),
    ]


class _Edge:
    def __init__(self, missed: Missed) -> None:
        self._missed = missed

    async def outcomes(self, request: web.Request) -> web.Response:
        who, asked = require(request, "staff"), query(request, m.OutcomesQuery)
        if not timedelta(0) <= asked.last - asked.first < timedelta(days=LONGEST_RANGE_DAYS):
            message = f"from and to must span 1 to {LONGEST_RANGE_DAYS} days"
            raise Invalid(errors=[{"field": "to", "message": message, "rule": "range"}])
        found = await self._missed.noticed(who, local_days(asked.first, asked.last, zone(asked.tz)))
        return reply(m.OutcomesReply(outcomes=[_outcome(one) for one in found]))

    async def correct(self, request: web.Request) -> web.Response:
        who, booking_id = require(request, "staff"), path_id(request, "booking_id")
        asked = await body(request, m.CorrectionBody)
        correction = Correction(Status(asked.status), asked.noshow_by, asked.reason)
        once = once_of(request, asked)
        return reply(_outcome(await self._missed.correct(who, booking_id, correction, once)))

    async def again(self, request: web.Request) -> web.Response:
        who, booking_id = identity(request), path_id(request, "booking_id")
        asked = await body(request, MoveBody)
        made = await self._missed.again(who, booking_id, asked.starts_at, once_of(request, asked))
        answer = m.AgainReply(
            booking_id=made.booking_id,
            starts_at=made.starts_at,
            ends_at=made.ends_at,
            timezone=made.timezone,
            status=made.status,
        )
        return reply(answer, 201)


def _outcome(one: Noticed) -> m.OutcomeReply:
    booking = one.booking
    return m.OutcomeReply(
        booking_id=booking.id,
        client_name=one.client_name,
        therapist_name=one.therapist.name,
        therapist_name_en=one.therapist.name_en,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        status=booking.status,
        noshow_by=booking.noshow_by,
        client_late_s=booking.client_late_s,
        therapist_late_s=booking.therapist_late_s,
        overrun_s=booking.overrun_s,
    )
