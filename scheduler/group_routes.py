"""The HTTP edge of sessions for several people: clients take seats, therapists open and call off."""

from aiohttp import web

from core.errors import Denied, Invalid, NotFound, Unauthenticated
from core.http import Route, body, identity, path_id, reply, require
from core.idempotency import IdempotencyMismatch
from scheduler import errors
from scheduler import group_messages as m
from scheduler.change_messages import ReasonBody
from scheduler.group_service import Groups, Offered, Run
from scheduler.groups import NewGroup
from scheduler.once import once_of
from scheduler.service import SchedulerService

WHO = (Unauthenticated, Denied)
LATE = (NotFound, errors.TooLate)


def routes(groups: Groups, service: SchedulerService) -> list[Route]:
    """Every operation on sessions for several."""
    edge = _Edge(groups, service)
    return [*_client_routes(edge), *_therapist_routes(edge)]


def _client_routes(edge: "_Edge") -> list[Route]:
    seat = "/api/groups/{group_id}/seat"
    taken = (errors.SlotTaken, errors.ClientBusy, errors.StatusConflict, errors.TooManyBookings)
    return [
        Route(
            "GET",
            "/api/groups",
            edge.offered,
            "Sessions for several that are to come",
            response=m.OfferedGroupsReply,
            tag="booking",
            errors=WHO,
        ),
        Route(
            "POST",
            seat,
            edge.take,
            "Take a seat; who has one keeps it",
            body=m.SeatBody,
            response=m.OfferedGroupReply,
            status=201,
            tag="booking",
            errors=(*WHO, Invalid, *LATE, *taken, IdempotencyMismatch),
        ),
        Route(
            "DELETE",
            seat,
            edge.give_back,
            "Give your seat back; without one nothing happens",
            status=204,
            tag="booking",
            errors=(*WHO, *LATE),
        ),
    ]


def _therapist_routes(edge: "_Edge") -> list[Route]:
    own = "/api/therapist/groups"
    return [
        Route(
            "GET",
            own,
            edge.run_by,
            "Your sessions for several, and who comes",
            response=m.GroupsReply,
            tag="therapist",
            errors=WHO,
        ),
        Route(
            "POST",
            own,
            edge.open_group,
            "Open a session for several, outside your hours too",
            body=m.GroupBody,
            response=m.GroupReply,
            status=201,
            tag="therapist",
            errors=(
                *WHO,
                Invalid,
                errors.TherapistUnknown,
                errors.SlotTaken,
                errors.SlotNotOffered,
                IdempotencyMismatch,
            ),
        ),
        Route(
            "POST",
            "/api/groups/{group_id}/cancel",
            edge.cancel,
            "Call a session for several off; everybody is told",
            body=ReasonBody,
            response=m.GroupReply,
            tag="therapist",
            errors=(*WHO, Invalid, *LATE, IdempotencyMismatch),
        ),
    ]


class _Edge:
    def __init__(self, groups: Groups, service: SchedulerService) -> None:
        self._groups, self._service = groups, service

    async def offered(self, request: web.Request) -> web.Response:
        found, more = await self._groups.offered(identity(request))
        return reply(m.OfferedGroupsReply(groups=[_offered(one) for one in found], more=more))

    async def take(self, request: web.Request) -> web.Response:
        who, group_id = identity(request), path_id(request, "group_id")
        asked = await body(request, m.SeatBody)
        once, newcomer = once_of(request, asked), asked.newcomer
        if who.person_id is None and newcomer is None:
            raise Invalid(errors=[{"field": "newcomer", "message": "who are you?", "rule": "missing"}])
        if who.person_id is None and newcomer is not None:
            await self._service.count_booking(who, newcomer.email, request.remote or "", once)
        said = newcomer.newcomer() if newcomer is not None else None  # not heard of who is known
        return reply(_offered(await self._groups.take_seat(who, group_id, said, once)), 201)

    async def give_back(self, request: web.Request) -> web.Response:
        await self._groups.give_back(identity(request), path_id(request, "group_id"))
        return web.Response(status=204)

    async def run_by(self, request: web.Request) -> web.Response:
        found = await self._groups.run_by(require(request, "therapist"))
        return reply(m.GroupsReply(groups=[_run(one) for one in found]))

    async def open_group(self, request: web.Request) -> web.Response:
        who, asked = require(request, "therapist"), await body(request, m.GroupBody)
        title = {"ja": asked.title_ja, "en": asked.title_en}
        new = NewGroup(title, asked.seats, asked.starts_at, asked.session_min)
        return reply(_run(await self._groups.open_group(who, new, once_of(request, asked))), 201)

    async def cancel(self, request: web.Request) -> web.Response:
        who, group_id = require(request, "therapist", "staff"), path_id(request, "group_id")
        asked = await body(request, ReasonBody)
        once = once_of(request, asked)
        return reply(_run(await self._groups.cancel(who, group_id, asked.reason or None, once)))


def _offered(one: Offered) -> m.OfferedGroupReply:
    group = one.group
    return m.OfferedGroupReply(
        group_id=group.id,
        title=group.title,
        therapist_name=one.therapist.name,
        therapist_name_en=one.therapist.name_en,
        starts_at=group.stand_in.starts_at,
        ends_at=group.stand_in.ends_at,
        seats=group.seats,
        left=group.left,
        mine=one.mine,
    )


def _run(one: Run) -> m.GroupReply:
    group = one.group
    return m.GroupReply(
        group_id=group.id,
        title=group.title,
        starts_at=group.stand_in.starts_at,
        ends_at=group.stand_in.ends_at,
        seats=group.seats,
        taken=group.taken,
        status=group.status,
        names=list(one.names),
    )
