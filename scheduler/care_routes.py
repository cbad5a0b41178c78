"""The HTTP edge of care: waiting, matching, offers, handover, leave, ending; lists for who works.

What is done stands in cares.py, what is shown in care_views.py.
"""

from aiohttp import web

from core.errors import Denied, Invalid, NotFound, TodokuError, Unauthenticated
from core.http import Body, Handler, Reply, Route, body, identity, path_id, query, reply
from core.idempotency import IdempotencyMismatch
from core.pages import cursor_of, position
from scheduler import care_messages as m
from scheduler import errors
from scheduler.care_views import CareViews, ClientRow, ClientView, PlaceRow, QueueRow
from scheduler.cares import Cares, shared
from scheduler.messages import NewcomerBody
from scheduler.model import Booking
from scheduler.once import Once, once_of
from scheduler.service import SchedulerService
from scheduler.waiting import Place

WHO = (Unauthenticated, Denied, Invalid)
JOINED = (errors.CareElsewhere, errors.TherapistUnknown, errors.TooManyBookings, NotFound)
DECIDED = (NotFound, errors.StatusConflict, errors.CareElsewhere)
GIVEN = (*DECIDED, errors.TherapistFull, errors.TherapistUnknown)


def routes(cares: Cares, views: CareViews, service: SchedulerService) -> list[Route]:
    """Every operation about who cares for whom."""
    edge = _Edge(cares, views, service)
    return [*_client_routes(edge), *_decision_routes(edge), *_work_routes(edge)]


def _read(path: str, handler: Handler, summary: str, answer: type[Reply], tag: str) -> Route:
    return Route("GET", path, handler, summary, response=answer, tag=tag, errors=WHO)


def _write(
    path: str, handler: Handler, summary: str, takes: type[Body], refused: tuple[type[TodokuError], ...]
) -> Route:
    return Route(
        "POST",
        path,
        handler,
        summary,
        body=takes,
        response=m.DoneReply,
        tag="care",
        errors=(*WHO, IdempotencyMismatch, *refused),
    )


def _client_routes(edge: "_Edge") -> list[Route]:
    offer = "/api/care/offers/{offer_id}"
    return [
        _read("/api/care", edge.client, "What is under way for you as a client", m.ClientCareReply, "care"),
        _write("/api/care/waiting", edge.wait, "Wait for a place", m.WaitBody, JOINED),
        Route(
            "DELETE",
            "/api/care/waiting",
            edge.stop_waiting,
            "Wait no longer",
            status=204,
            tag="care",
            errors=(Unauthenticated, Denied, NotFound),
        ),
        _write("/api/care/match", edge.match, "Be given a therapist", m.MatchBody, JOINED),
        _write(f"{offer}/accept", edge.take, "Take a place, or a client", m.EmptyBody, DECIDED),
        _write(f"{offer}/decline", edge.refuse, "Do not take it", m.EmptyBody, DECIDED),
    ]


def _decision_routes(edge: "_Edge") -> list[Route]:
    handover = "/api/care/handovers/{handover_id}"
    return [
        _write(f"{handover}/accept", edge.go_on, "Go on with the next therapist", m.ShareBody, DECIDED),
        _write(f"{handover}/decline", edge.stay, "Stay with the therapist", m.EmptyBody, DECIDED),
        _write("/api/care/choices/{choice_id}", edge.choose, "Choose for a leave", m.LeaveBody, GIVEN),
        _write("/api/cares/{care_id}/end", edge.end, "End a care", m.EndBody, DECIDED),
        _write("/api/cares/{care_id}/handover", edge.hand_over, "Propose another", m.HandoverBody, GIVEN),
    ]


def _work_routes(edge: "_Edge") -> list[Route]:
    return [
        _read("/api/therapist/cares", edge.therapist, "Your clients", m.CaresReply, "therapist"),
        Route(
            "GET",
            "/api/staff/waiting",
            edge.queue,
            "Who waits, the longest first",
            query=m.QueueQuery,
            response=m.QueueReply,
            tag="staff",
            errors=WHO,
        ),
        Route(
            "GET",
            "/api/staff/places",
            edge.places,
            "Therapists with their places, who has most free ones first",
            query=m.PlacesQuery,
            response=m.PlacesReply,
            tag="staff",
            errors=WHO,
        ),
        _write("/api/staff/cares", edge.assign, "Give a client a therapist", m.AssignBody, GIVEN),
    ]


class _Edge:
    def __init__(self, cares: Cares, views: CareViews, service: SchedulerService) -> None:
        self._cares, self._views, self._service = cares, views, service

    async def client(self, request: web.Request) -> web.Response:
        return reply(_client(await self._views.client(identity(request))))

    async def wait(self, request: web.Request) -> web.Response:
        who, asked = identity(request), await body(request, m.WaitBody)
        once = once_of(request, asked)
        await self._count(request, asked.newcomer, once)
        newcomer = asked.newcomer.newcomer() if asked.newcomer else None
        place = Place(asked.therapist_id, asked.language)
        return _done(await self._cares.wait(who, place, newcomer, once))

    async def match(self, request: web.Request) -> web.Response:
        who, asked = identity(request), await body(request, m.MatchBody)
        once = once_of(request, asked)
        await self._count(request, asked.newcomer, once)
        newcomer = asked.newcomer.newcomer() if asked.newcomer else None
        return _done(await self._cares.match(who, asked.language, newcomer, once))

    async def _count(self, request: web.Request, newcomer: NewcomerBody | None, once: Once) -> None:
        """A newcomer gets mails, so that they count like bookings."""
        if newcomer is not None:
            address = request.remote or ""
            await self._service.count_booking(identity(request), newcomer.email, address, once)

    async def stop_waiting(self, request: web.Request) -> web.Response:
        await self._cares.stop_waiting(identity(request))
        return web.Response(status=204)

    async def take(self, request: web.Request) -> web.Response:
        return await self._answer(request, take=True)

    async def refuse(self, request: web.Request) -> web.Response:
        return await self._answer(request, take=False)

    async def _answer(self, request: web.Request, *, take: bool) -> web.Response:
        who, offer_id = identity(request), path_id(request, "offer_id")
        once = once_of(request, await body(request, m.EmptyBody))
        return _done(await self._cares.answer_offer(who, offer_id, take=take, once=once))

    async def go_on(self, request: web.Request) -> web.Response:
        who, handover_id = identity(request), path_id(request, "handover_id")
        asked = await body(request, m.ShareBody)
        share = shared(asked.history, asked.since)
        return _done(await self._cares.decide_handover(who, handover_id, share, once_of(request, asked)))

    async def stay(self, request: web.Request) -> web.Response:
        who, handover_id = identity(request), path_id(request, "handover_id")
        asked = await body(request, m.EmptyBody)
        return _done(await self._cares.decide_handover(who, handover_id, None, once_of(request, asked)))

    async def choose(self, request: web.Request) -> web.Response:
        who, choice_id = identity(request), path_id(request, "choice_id")
        asked = await body(request, m.LeaveBody)
        share, once = shared(asked.history, asked.since), once_of(request, asked)
        return _done(await self._cares.choose_leave(who, choice_id, asked.choice, share, once))

    async def end(self, request: web.Request) -> web.Response:
        who, care_id = identity(request), path_id(request, "care_id")
        asked = await body(request, m.EndBody)
        once = once_of(request, asked)
        return _done(await self._cares.end_care(who, care_id, apart=asked.apart, once=once))

    async def hand_over(self, request: web.Request) -> web.Response:
        who, care_id = identity(request), path_id(request, "care_id")
        asked = await body(request, m.HandoverBody)
        to, note = asked.therapist_id, asked.note or None
        return _done(await self._cares.hand_over(who, care_id, to, note, once_of(request, asked)))

    async def therapist(self, request: web.Request) -> web.Response:
        found = await self._views.therapist(identity(request))
        requests = [
            m.RequestReply(offer_id=one.id, asked_at=one.created_at, expires_at=one.expires_at)
            for one in found.requests
        ]
        return reply(m.CaresReply(clients=[_row(one) for one in found.clients], requests=requests))

    async def queue(self, request: web.Request) -> web.Response:
        who, asked = identity(request), query(request, m.QueueQuery)
        rows = await self._views.queue(who, asked.limit + 1, position(asked.cursor))
        shown = rows[: asked.limit]
        last = shown[-1].wait if len(rows) > asked.limit else None
        following = cursor_of(last.enqueued_at, last.id) if last else None
        return reply(m.QueueReply(waiting=[_queued(one) for one in shown], next=following))

    async def places(self, request: web.Request) -> web.Response:
        who, asked = identity(request), query(request, m.PlacesQuery)
        rows = await self._views.places(who, asked.limit + 1, _rank(asked.cursor))
        shown = rows[: asked.limit]
        last = f"{shown[-1].rank}_{shown[-1].therapist.id}" if len(rows) > asked.limit else None
        return reply(m.PlacesReply(therapists=[_places(one) for one in shown], next=last))

    async def assign(self, request: web.Request) -> web.Response:
        who, asked = identity(request), await body(request, m.AssignBody)
        once = once_of(request, asked)
        return _done(await self._cares.assign(who, asked.client_id, asked.therapist_id, once))


def _done(subject: str) -> web.Response:
    return reply(m.DoneReply(id=subject))


def _rank(cursor: str | None) -> tuple[int, str] | None:
    """A place in the list of therapists with their places."""
    if cursor is None:
        return None
    rank, _, therapist_id = cursor.partition("_")
    return int(rank), therapist_id


def _client(view: ClientView) -> m.ClientCareReply:
    def named(therapist_id: str) -> m.NamedReply:
        person = next(one for key, one in view.names.items() if key == therapist_id)
        return m.NamedReply(therapist_id=therapist_id, name=person.name, name_en=person.name_en)

    care, wait, offer = view.care, view.wait, view.offer
    return m.ClientCareReply(
        care=care
        and m.CareReply(care_id=care.id, therapist=named(care.therapist_id), started_at=care.started_at),
        wait=wait
        and m.WaitReply(
            wait_id=wait.id,
            state="offered" if wait.state == "offered" else "waiting",
            therapist=named(wait.therapist_id) if wait.therapist_id else None,
            ahead=view.ahead or "next",
            since=wait.enqueued_at,
        ),
        offer=offer
        and m.OfferReply(
            offer_id=offer.id,
            kind=offer.kind.value,
            therapist=named(offer.therapist_id),
            expires_at=offer.expires_at,
        ),
        handovers=[
            m.HandoverReply(handover_id=one.id, therapist=named(one.therapist_to), created_at=one.created_at)
            for one in view.handovers
        ],
        choices=[
            m.ChoiceReply(
                choice_id=one.id,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                cover=named(one.cover_id) if one.cover_id else None,
                transferable=one.cover_id in view.transferable,
                choice=one.choice,
            )
            for one in view.choices
        ],
        sessions=[_coming(one) for one in view.sessions],
    )


def _coming(one: Booking) -> m.ComingReply:
    return m.ComingReply(booking_id=one.id, starts_at=one.starts_at, ends_at=one.ends_at)


def _row(one: ClientRow) -> m.ClientRowReply:
    return m.ClientRowReply(
        care_id=one.care.id,
        client_id=one.care.client_id,
        name=one.name,
        started_at=one.care.started_at,
        next_at=one.next_at,
        last_at=one.last_at,
        note=one.note,
        sessions=[_coming(each) for each in one.sessions],
        proposed=one.proposed,
    )


def _queued(one: QueueRow) -> m.QueueRowReply:
    wait = one.wait
    named, therapist = one.therapist, None
    if named is not None:
        therapist = m.NamedReply(therapist_id=named.person_id, name=named.name, name_en=named.name_en)
    return m.QueueRowReply(
        wait_id=wait.id,
        client_id=wait.client_id,
        name=one.name,
        therapist=therapist,
        language=wait.language,
        state=wait.state,
        since=wait.enqueued_at,
        offered_until=one.offer.expires_at if one.offer else None,
    )


def _places(one: PlaceRow) -> m.PlaceRowReply:
    return m.PlaceRowReply(
        therapist_id=one.therapist.id,
        name=one.person.name,
        name_en=one.person.name_en,
        capacity=one.therapist.capacity,
        active=one.therapist.active,
        offers=one.therapist.offers,
        free=one.free,
        closed=one.closed,
        next_free_at=one.next_free_at,
    )
