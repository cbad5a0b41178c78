"""The HTTP edge of ops, for the role staff alone."""

from typing import Literal

from aiohttp import web
from pydantic import Field

from core.errors import Denied, Invalid, Unauthenticated
from core.http import Body, Reply, Route, Utc, body, path_id, reply, require
from core.ids import PersonId
from media.model import Direction, Purpose
from media.one_way import Leg, Step
from media.quality import Cause
from ops.errors import ConfirmationWrong
from ops.live import LiveDevice, LivePerson, LiveRoom
from ops.service import OpsService
from signaling.errors import RoomEnded, RoomUnknown
from signaling.model import Media, RoomState
from signaling.participant import State

MAX_REASON_CHARS = 200


class ParticipantReply(Reply):
    """Somebody in a room; figures are of the last second, null where nothing is measured."""

    participant_id: str
    role: Literal["client", "therapist"]
    name: str
    state: State
    since: Utc
    media: Media = Field(description="what the relay has of their packets")
    microphone: bool = Field(description="false: muted, or none")
    camera: bool
    transport: Literal["udp", "tcp"] | None
    up_bps: int | None
    down_bps: int | None
    loss_up_pct: float | None
    loss_down_pct: float | None
    rtt_ms: float | None
    jitter_ms: float | None = Field(description="of the stream that has most")
    target_bps: int | None = Field(description="what the way to them is thought to carry")
    score: int | None = Field(description="0 to 100: of their worst stream in the last five seconds")
    cause: Cause | None = Field(description="what lowers the score; null while it is above 80")
    worst: Direction | None = Field(description="whether that stream comes from them or goes to them")
    mos: float | None = Field(description="1 to 4.5: the sound they hear (ITU-T G.107)")
    freezes: int | None = Field(description="times a picture stood still for them unmeant, since they came")
    frozen_ms: float | None = Field(description="for how long, together")
    freezes_lately: int | None = Field(description="of these, in the last five minutes")
    candidate_type: Literal["host", "srflx", "prflx", "relay"] | None = Field(
        description="of the page's own end (RFC 8445 5.1.1); relay: through TURN"
    )
    protocol: Literal["udp", "tcp", "tls"] | None = Field(
        description="of the page's own end; behind TURN, of the way to the TURN server"
    )


class DeviceReply(Reply):
    """A camera or a screen beside the people, with its figures of the last second."""

    device_id: str
    purpose: Purpose
    state: Literal["joining", "connected", "silent"]
    transport: Literal["udp", "tcp"] | None
    up_bps: int | None
    down_bps: int | None
    loss_up_pct: float | None
    loss_down_pct: float | None


class OneWayReply(Reply):
    """A sound or picture that should reach somebody and does not."""

    kind: Literal["audio", "video"]
    publisher_id: str = Field(description="whose it is")
    viewer_id: str = Field(description="who should get it")
    leg: Leg = Field(description="where it ends")
    step: Step | None = Field(description="what is being tried; null: all was")


class RoomReply(Reply):
    """A room that has not ended."""

    room_id: str
    booking_id: str
    state: RoomState
    opened_at: Utc = Field(description="when somebody first entered")
    call_since: Utc | None
    relay_id: str | None
    participants: list[ParticipantReply]
    devices: list[DeviceReply]
    one_way: list[OneWayReply] = Field(description="who does not see or hear whom")


class RoomsReply(Reply):
    """Live rooms at one moment."""

    at: Utc
    rooms: list[RoomReply]


class EndBody(Body):
    """`confirm`: the last six characters of the room's id; `reason`: goes into the audit trail."""

    confirm: str = Field(max_length=64)
    reason: str = Field(min_length=1, max_length=MAX_REASON_CHARS)


def routes(service: OpsService) -> list[Route]:
    """Every operation of ops."""

    async def rooms(request: web.Request) -> web.Response:
        _staff(request)
        at, found = await service.rooms()
        return reply(RoomsReply(at=at, rooms=[_room(one) for one in found]))

    async def end(request: web.Request) -> web.Response:
        actor, wish = _staff(request), await body(request, EndBody)
        await service.end(actor, path_id(request, "room_id"), wish.confirm, wish.reason)
        return web.Response(status=204)

    who = (Unauthenticated, Denied)
    return [
        Route("GET", "/api/ops/rooms", rooms, "Live rooms", response=RoomsReply, tag="ops", errors=who),
        Route(
            "POST",
            "/api/ops/rooms/{room_id}/end",
            end,
            "End a stuck room",
            body=EndBody,
            status=204,
            tag="ops",
            errors=(*who, Invalid, ConfirmationWrong, RoomUnknown, RoomEnded),
        ),
    ]


def _staff(request: web.Request) -> PersonId:
    """Who asks: staff who have signed in; no link makes anybody staff."""
    who = require(request, "staff")
    if who.kind != "account" or who.person_id is None:
        raise Denied
    return who.person_id


def _room(live: LiveRoom) -> RoomReply:
    room = live.room
    return RoomReply(
        room_id=room.id,
        booking_id=room.booking_id,
        state=room.state,
        opened_at=room.created_at,
        call_since=room.call_since,
        relay_id=room.relay_id,
        participants=[_participant(one) for one in live.people],
        devices=[_device(one) for one in live.devices],
        one_way=[OneWayReply(**vars(one)) for one in live.one_way],
    )


def _device(live: LiveDevice) -> DeviceReply:
    figures = live.figures
    return DeviceReply(
        device_id=live.device_id,
        purpose=live.purpose,
        state=live.state,
        transport=figures.transport,
        up_bps=figures.up_bps,
        down_bps=figures.down_bps,
        loss_up_pct=figures.loss_up_pct,
        loss_down_pct=figures.loss_down_pct,
    )


def _participant(live: LivePerson) -> ParticipantReply:
    person = live.participant
    return ParticipantReply(
        participant_id=person.id,
        role=person.role,
        name=person.name,
        state=person.state,
        since=person.since,
        media=person.media,
        microphone=person.microphone,
        camera=person.camera,
        **vars(live.figures),
    )
