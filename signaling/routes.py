"""The HTTP edge of signaling: entering a room, and how it went."""

from typing import Annotated, Literal, cast

from aiohttp import web
from pydantic import Field

from core.errors import NotFound, TooMany, Unauthenticated
from core.http import Body, Reply, Route, Utc, body, identity, path_id, reply
from signaling import errors
from signaling.config import TurnConfig
from signaling.entering import Entering, names, peer_name_en
from signaling.protocol import Id
from signaling.service import CallService
from signaling.turn import IceServer, ice_servers

Role = Literal["client", "therapist"]


class EnterBody(Body):
    """`tab_id`: made by the page, kept in its sessionStorage."""

    booking_id: Id
    tab_id: Id


class EnterReply(Reply):
    """A place in the room; `grant` opens the Socket.IO namespace /call for some minutes."""

    room_id: str
    participant_id: str
    grant: str
    admitted: bool = Field(description="true: may take a seat at once, e.g. after a reload")
    other_tab: bool = Field(description="true: connected in another tab, which connecting here replaces")
    role: Role
    my_name: str
    peer_name: str
    peer_name_en: str | None
    starts_at: Utc
    ends_at: Utc
    timezone: str = Field(description="in which the booking is shown to who enters (IANA)")
    conversation_id: str
    ice_servers: list[IceServer]


class DoorReply(Reply):
    """When the room of a booking opens. `approve_until`: by then a request is answered; null: it is none."""

    open: Annotated[bool, Field(description="true: can be entered now")]
    opens_at: Utc
    starts_at: Utc
    ends_at: Utc
    timezone: str
    role: Role
    peer_name: str
    peer_name_en: str | None
    approve_until: Utc | None


class SummaryReply(Reply):
    """How a session went."""

    status: Annotated[str, Field(description="waiting, open, in_call or ended")]
    started_at: Utc | None
    ended_at: Utc | None
    duration_s: int | None
    ended_by: str | None
    reason: str | None


def routes(entering: Entering, calls: CallService, turn: TurnConfig) -> list[Route]:
    """Every HTTP operation of signaling."""
    edge = _Edge(entering, calls, turn)
    return [
        Route(
            "POST",
            "/api/rooms/enter",
            edge.enter,
            "Enter the waiting room of a booking",
            body=EnterBody,
            response=EnterReply,
            tag="rooms",
            errors=(
                Unauthenticated,
                NotFound,
                errors.TooEarly,
                errors.SessionOver,
                errors.BookingCancelled,
                errors.RoomEnded,
                TooMany,
            ),
        ),
        Route(
            "GET",
            "/api/rooms/door/{booking_id}",
            edge.door,
            "When the room of a booking opens",
            response=DoorReply,
            tag="rooms",
            errors=(Unauthenticated, NotFound, errors.SessionOver, errors.BookingCancelled, errors.RoomEnded),
        ),
        Route(
            "GET",
            "/api/rooms/{room_id}/summary",
            edge.summary,
            "How the session went",
            response=SummaryReply,
            tag="rooms",
            errors=(Unauthenticated, NotFound, errors.RoomUnknown),
        ),
    ]


class _Edge:
    def __init__(self, entering: Entering, calls: CallService, turn: TurnConfig) -> None:
        self._entering, self._calls, self._turn = entering, calls, turn

    async def enter(self, request: web.Request) -> web.Response:
        who, wish = identity(request), await body(request, EnterBody)
        await self._entering.count(request.remote or "")
        entry = await self._entering.enter(who, wish.booking_id, wish.tab_id)
        await self._calls.notices.changed(entry.call.room.id)
        my_name, peer_name = names(entry.visit)
        return reply(
            EnterReply(
                room_id=entry.call.room.id,
                participant_id=entry.participant.id,
                grant=entry.grant,
                admitted=entry.participant.admitted_at is not None,
                other_tab=entry.other_tab,
                role=entry.participant.role,
                my_name=my_name,
                peer_name=peer_name,
                peer_name_en=peer_name_en(entry.visit),
                starts_at=entry.visit.starts_at,
                ends_at=entry.visit.ends_at,
                timezone=entry.visit.timezone,
                conversation_id=entry.call.room.conversation_id,
                ice_servers=ice_servers(self._turn, entry.participant.id, self._calls.clock.now()),
            )
        )

    async def door(self, request: web.Request) -> web.Response:
        found = await self._entering.door(identity(request), path_id(request, "booking_id"))
        visit = found.visit
        return reply(
            DoorReply(
                open=found.is_open,
                opens_at=visit.enter_from,
                starts_at=visit.starts_at,
                ends_at=visit.ends_at,
                timezone=visit.timezone,
                role=cast(Role, visit.role),
                peer_name=names(visit)[1],
                peer_name_en=peer_name_en(visit),
                approve_until=visit.approve_until,
            )
        )

    async def summary(self, request: web.Request) -> web.Response:
        found = await self._calls.summary(identity(request), path_id(request, "room_id"))
        room = found.room
        return reply(
            SummaryReply(
                status=room.state,
                started_at=room.call_since,
                ended_at=room.ended_at,
                duration_s=found.duration_s,
                ended_by=room.ended_by,
                reason=room.end_reason,
            )
        )
