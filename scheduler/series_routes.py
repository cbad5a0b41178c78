"""The HTTP edge of series and of booking on behalf: look first, then book; answer all, cancel later ones."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from aiohttp import web

from core.errors import Denied, Invalid, NotFound, TodokuError, Unauthenticated
from core.http import Body, Handler, Route, body, identity, path_id, query, reply, require
from core.idempotency import IdempotencyMismatch
from scheduler import change_messages, errors
from scheduler import series_messages as m
from scheduler.change_routes import changed
from scheduler.hours import local_days, zone
from scheduler.messages import LONGEST_RANGE_DAYS, SlotReply
from scheduler.model import Span
from scheduler.once import once_of
from scheduler.routes import wish_of
from scheduler.series_booking import Outlook
from scheduler.series_service import Answer, Arranging, OnBehalf, Order
from scheduler.series_store import Client
from scheduler.service import SchedulerService

WHO = (Unauthenticated, Denied, Invalid)
LOOKED = (*WHO, errors.TherapistUnknown, errors.CareElsewhere, errors.TherapistFull, errors.SlotNotOffered)
BOOKED = (*LOOKED, errors.SlotTaken, errors.ClientBusy, IdempotencyMismatch)


def routes(arranging: Arranging, service: SchedulerService) -> list[Route]:
    """Every operation of series and on behalf."""
    edge = _Edge(arranging, service)
    return [
        *_booking("/api/series", edge.own, m.SeriesBody, "for yourself", errors.TooManyBookings),
        *_booking(
            "/api/therapist/bookings", edge.therapist, m.OnBehalfBody, "for a client of yours", NotFound
        ),
        *_booking("/api/staff/bookings", edge.staff, m.StaffBookingBody, "for a client", NotFound),
        Route(
            "POST",
            "/api/bookings/{booking_id}/cancel-later",
            edge.cancel_later,
            "Cancel a booking with all later ones of its series",
            body=change_messages.ReasonBody,
            response=change_messages.ChangedReply,
            tag="booking",
            errors=(
                Unauthenticated,
                NotFound,
                Invalid,
                errors.TooLate,
                errors.StatusConflict,
                IdempotencyMismatch,
            ),
        ),
        _answering("approve", edge.approve, "Take all", change_messages.NothingBody),
        _answering("decline", edge.decline, "Take none", change_messages.ReasonBody),
        _read("/api/therapist/clients", edge.own_clients, "Whom you have in care", None, m.ClientsReply),
        _read("/api/staff/clients", edge.clients, "Clients by name", m.ClientsQuery, m.ClientsReply),
        _read(
            "/api/therapist/free-times",
            edge.own_times,
            "Your free times, without notice",
            m.FreeTimesQuery,
            m.OpenTimesReply,
        ),
        _read(
            "/api/staff/free-times",
            edge.times,
            "A therapist's free times, without notice",
            m.StaffFreeTimesQuery,
            m.OpenTimesReply,
        ),
    ]


Make = Callable[[bool], Handler]


def _booking(
    path: str, handler: Make, takes: type[Body], whom: str, *more: type[TodokuError]
) -> Iterable[Route]:
    tag = path.split("/")[2] if path.count("/") == 3 else "booking"
    yield Route(
        "POST",
        f"{path}/preview",
        handler(True),
        f"What booking {whom} would come to; changes nothing",
        body=takes,
        response=m.PreviewReply,
        tag=tag,
        errors=(*LOOKED, *more),
    )
    yield Route(
        "POST",
        path,
        handler(False),
        f"Book once or in a series {whom}; safe to repeat with the same Idempotency-Key",
        body=takes,
        response=m.SeriesReply,
        status=201,
        tag=tag,
        errors=(*BOOKED, *more),
    )


def _answering(verb: str, handler: Handler, summary: str, takes: type[Body]) -> Route:
    return Route(
        "POST",
        f"/api/series/{{series_id}}/{verb}",
        handler,
        f"{summary} of a series that still wait for an answer",
        body=takes,
        response=m.SeriesReply,
        tag="booking",
        errors=(*WHO, NotFound, errors.StatusConflict, IdempotencyMismatch),
    )


def _read(path: str, handler: Handler, summary: str, asks: Any, answers: Any) -> Route:
    refused = (*WHO, errors.TherapistUnknown, errors.SlotNotOffered)
    tag = path.split("/")[2]
    return Route("GET", path, handler, summary, query=asks, response=answers, tag=tag, errors=refused)


class _Edge:
    def __init__(self, arranging: Arranging, service: SchedulerService) -> None:
        self._arranging, self._service = arranging, service

    def own(self, looking: bool) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            who, asked = identity(request), await body(request, m.SeriesBody)
            once = once_of(request, asked)
            wish = wish_of(asked, who, named=not looking)
            if not looking:
                await self._service.count_booking(who, wish.email, request.remote or "", once)
            return await self._answer(request, wish, asked, looking)

        return handle

    def therapist(self, looking: bool) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            require(request, "therapist")
            return await self._on_behalf(request, await body(request, m.OnBehalfBody), "", looking)

        return handle

    def staff(self, looking: bool) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            require(request, "staff")
            asked = await body(request, m.StaffBookingBody)
            return await self._on_behalf(request, asked, asked.therapist_id, looking)

        return handle

    async def _on_behalf(
        self, request: web.Request, asked: m.OnBehalfBody, therapist_id: str, looking: bool
    ) -> web.Response:
        order = OnBehalf(
            therapist_id, asked.starts_at, session_type_id=asked.session_type_id, client_id=asked.client_id
        )
        return await self._answer(request, order, asked, looking)

    async def _answer(
        self, request: web.Request, order: Order, asked: m.SeriesBody | m.OnBehalfBody, looking: bool
    ) -> web.Response:
        who, repeat = identity(request), asked.repeat()
        if looking:
            return reply(_preview(await self._arranging.preview(who, order, repeat)))
        made = await self._arranging.book(who, order, repeat, once_of(request, asked))
        links = [
            await self._service.links.ensure(one, mailed=who.kind == "account")
            if one.role == "client"
            else None
            for one in made.visits
        ]
        return reply(_made(made, links), 201)

    async def cancel_later(self, request: web.Request) -> web.Response:
        who, booking_id = identity(request), path_id(request, "booking_id")
        asked = await body(request, change_messages.ReasonBody)
        once = once_of(request, asked)
        return changed(await self._arranging.cancel_later(who, booking_id, asked.reason or None, once))

    async def approve(self, request: web.Request) -> web.Response:
        who, series_id = identity(request), path_id(request, "series_id")
        asked = await body(request, change_messages.NothingBody)
        return _answered(await self._arranging.approve(who, series_id, once_of(request, asked)))

    async def decline(self, request: web.Request) -> web.Response:
        who, series_id = identity(request), path_id(request, "series_id")
        asked = await body(request, change_messages.ReasonBody)
        once = once_of(request, asked)
        return _answered(await self._arranging.decline(who, series_id, asked.reason or None, once))

    async def own_clients(self, request: web.Request) -> web.Response:
        return _clients(await self._arranging.clients(require(request, "therapist"), None))

    async def clients(self, request: web.Request) -> web.Response:
        who, asked = require(request, "staff"), query(request, m.ClientsQuery)
        return _clients(await self._arranging.clients(who, asked.name))

    async def own_times(self, request: web.Request) -> web.Response:
        require(request, "therapist")
        return await self._times(request, query(request, m.FreeTimesQuery), None)

    async def times(self, request: web.Request) -> web.Response:
        require(request, "staff")
        asked = query(request, m.StaffFreeTimesQuery)
        return await self._times(request, asked, asked.therapist_id)

    async def _times(
        self, request: web.Request, asked: m.FreeTimesQuery, therapist_id: str | None
    ) -> web.Response:
        within = _range(asked)
        found = await self._arranging.free_times(
            identity(request), therapist_id, within, asked.session_type_id
        )
        slots = [SlotReply(starts_at=one.starts_at, ends_at=one.ends_at) for one in found[1]]
        return reply(m.OpenTimesReply(timezone=found[0], slots=slots))


def _range(asked: m.FreeTimesQuery) -> Span:
    if not timedelta(0) <= asked.last - asked.first < timedelta(days=LONGEST_RANGE_DAYS):
        message = f"from and to must span 1 to {LONGEST_RANGE_DAYS} days"
        raise Invalid(errors=[{"field": "to", "message": message, "rule": "range"}])
    return local_days(asked.first, asked.last, zone(asked.tz or "Etc/UTC"))


def _preview(seen: Outlook) -> m.PreviewReply:
    found = [
        m.OccurrenceReply(
            starts_at=one.slot.starts_at,
            ends_at=one.slot.ends_at,
            why=one.why,
            alternatives=[SlotReply(starts_at=a.starts_at, ends_at=a.ends_at) for a in one.alternatives],
            outside_hours=one.outside_hours,
            instead_of=one.instead_of,
        )
        for one in seen.occurrences
    ]
    return m.PreviewReply(timezone=seen.therapist.timezone, occurrences=found)


def _made(made: Answer, links: list[str | None]) -> m.SeriesReply:
    return m.SeriesReply(
        series_id=made.series_id,
        timezone=made.visits[0].timezone,
        bookings=[
            m.MadeReply(
                booking_id=one.booking_id,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                status=one.status,
                join_url=link,
            )
            for one, link in zip(made.visits, links, strict=True)
        ],
        conflicts=[m.OccurrenceReply.model_validate(one) for one in made.conflicts],
    )


def _answered(found: Answer) -> web.Response:
    return reply(_made(found, [None] * len(found.visits)))


def _clients(found: list[Client]) -> web.Response:
    clients = [
        m.ClientReply(
            client_id=one.id,
            name=one.name,
            timezone=one.timezone,
            therapist_id=one.therapist_id,
            next_session_at=one.next_session_at,
        )
        for one in found
    ]
    return reply(m.ClientsReply(clients=clients))
