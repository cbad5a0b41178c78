"""The HTTP edge of devices: WHIP (RFC 9725) for cameras, WHEP for screens, and the grants for both.

The endpoints know no session and no cookie: each request shows its grant as Bearer token. They are for
standard programs (OBS, GStreamer), so what they say is the standards' and not ours; errors are problem
documents all the same. docs/OPERATIONS.md has the commands.
"""

import re
from collections.abc import Iterable

from aiohttp import web
from pydantic import Field

from core.errors import (
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    TooLarge,
    Unauthenticated,
    UnsupportedMediaType,
)
from core.http import Body, Handler, Reply, Route, Utc, bearer_token, body, identity, path_id, reply, text
from media import errors as relay_errors
from media.model import DeviceSession, Purpose
from media.sdp_client_offer import DESCRIPTION_TYPE
from media.sdp_fragment import FRAGMENT_TYPE
from signaling import errors
from signaling.devices import DeviceService, SessionName
from signaling.protocol import DeviceThere
from signaling.turn import IceServer

PROTOCOLS: dict[str, Purpose] = {"whip": "publish", "whep": "watch"}
PROTOCOL_OF = {purpose: protocol for protocol, purpose in PROTOCOLS.items()}
ENDPOINT_METHODS, SESSION_METHODS = "POST, OPTIONS", "PATCH, DELETE, OPTIONS"
SEAT = re.compile(r"[0-9]{1,9}", re.ASCII)
TAG = re.compile(r'(?<!W/)"([0-9]{1,9})"', re.ASCII)  # a weak tag never matches (RFC 9110 8.8.3.2)
ANY_TAG = ("*", '"*"')  # the second as in RFC 9725's own example


class LetInBody(Body):
    """What the device will do."""

    purpose: Purpose


class LetInReply(Reply):
    """One device's right to come, once or again, until `expires_at`; a session outlives it."""

    device_id: str
    purpose: Purpose
    endpoint: str = Field(description="where it offers: a WHIP endpoint to publish, a WHEP endpoint to watch")
    grant: str = Field(description="its Bearer token")
    expires_at: Utc


class DevicesReply(Reply):
    """The devices in the room at the moment."""

    devices: list[DeviceThere]


def routes(devices: DeviceService, public_url: str) -> list[Route]:
    """Every operation of devices."""
    edge = _Edge(devices, public_url)
    return [
        Route(
            "POST",
            "/api/rooms/{room_id}/devices",
            edge.let_in,
            "Let a device publish into a room, or watch it",
            body=LetInBody,
            response=LetInReply,
            status=201,
            tag="devices",
            errors=(Unauthenticated, errors.RoomUnknown, errors.NotTherapist, errors.RoomEnded),
        ),
        Route(
            "GET",
            "/api/rooms/{room_id}/devices",
            edge.there,
            "The devices in a room",
            response=DevicesReply,
            tag="devices",
            errors=(Unauthenticated, errors.RoomUnknown, errors.NotTherapist, errors.RoomEnded),
        ),
        Route(
            "DELETE",
            "/api/rooms/{room_id}/devices/{device_id}",
            edge.dismiss,
            "End a device's part in a room; its token opens none again",
            status=204,
            tag="devices",
            errors=(
                Unauthenticated,
                errors.RoomUnknown,
                errors.NotTherapist,
                errors.RoomEnded,
                relay_errors.RelaySeatUnknown,
            ),
        ),
        *(route for protocol in PROTOCOLS for route in _protocol(edge, protocol)),
    ]


def _protocol(edge: "_Edge", protocol: str) -> list[Route]:
    endpoint = f"/api/{protocol}/{{room_id}}"
    session = endpoint + "/{device_id}/{seat}"
    verb = {"whip": "publishes", "whep": "watches"}[protocol]
    name = protocol.upper()
    asked, gone = (errors.BearerRefused,), (relay_errors.RelaySeatUnknown, relay_errors.RelayRoomUnknown)
    taken = (UnsupportedMediaType, TooLarge, relay_errors.SdpRefused)
    full = (relay_errors.RelayRoomFull, relay_errors.RelayFull, errors.NoRelay)
    started = (*asked, *taken, *full, errors.RoomUnknown, errors.RoomEnded)
    changed = (*asked, *taken, *gone, PreconditionFailed, PreconditionRequired)

    def route(method: str, path: str, handler: Handler, summary: str, **more: object) -> Route:
        return Route(method, path, handler, f"{name}: {summary}", tag="devices", bearer=True, **more)  # type: ignore[arg-type]

    return [
        route(
            "POST",
            endpoint,
            edge.attach(protocol),
            f"a device {verb}",
            status=201,
            content_type=DESCRIPTION_TYPE,
            text_type=DESCRIPTION_TYPE,
            errors=started,
        ),
        route("OPTIONS", endpoint, edge.options(ENDPOINT_METHODS), "what the endpoint takes"),
        route(
            "PATCH",
            session,
            edge.amend(protocol),
            "more candidates (204), or an ICE restart",
            content_type=FRAGMENT_TYPE,
            text_type=FRAGMENT_TYPE,
            errors=changed,
        ),
        route("DELETE", session, edge.detach(protocol), "the device goes", errors=(*asked, *gone)),
        route("OPTIONS", session, edge.options(SESSION_METHODS), "what the session takes"),
    ]


class _Edge:
    def __init__(self, devices: DeviceService, public_url: str) -> None:
        self._devices, self._public_url = devices, public_url

    async def let_in(self, request: web.Request) -> web.Response:
        who, wish = identity(request), await body(request, LetInBody)
        room_id = path_id(request, "room_id")
        found = await self._devices.let_in(who, room_id, wish.purpose)
        return reply(
            LetInReply(
                device_id=found.device_id,
                purpose=wish.purpose,
                endpoint=f"{self._public_url.rstrip('/')}/api/{PROTOCOL_OF[wish.purpose]}/{room_id}",
                grant=found.grant,
                expires_at=found.expires_at,
            ),
            201,
        )

    async def there(self, request: web.Request) -> web.Response:
        found = await self._devices.there(identity(request), path_id(request, "room_id"))
        return reply(DevicesReply(devices=list(found)))

    async def dismiss(self, request: web.Request) -> web.Response:
        room_id, device_id = path_id(request, "room_id"), path_id(request, "device_id")
        await self._devices.dismiss(identity(request), room_id, device_id)
        return web.Response(status=204)

    def attach(self, protocol: str) -> Handler:
        async def handler(request: web.Request) -> web.Response:
            room_id = path_id(request, "room_id")
            grant = self._devices.checked(PROTOCOLS[protocol], room_id, bearer_token(request))
            found = await self._devices.attach(grant, await text(request, DESCRIPTION_TYPE))
            response = _text(found.session, DESCRIPTION_TYPE, 201)
            response.headers["Location"] = f"/api/{protocol}/{room_id}/{found.device_id}/{found.session.seat}"
            for link in links(found.ice_servers):
                response.headers.add("Link", link)
            return response

        return handler

    def amend(self, protocol: str) -> Handler:
        async def handler(request: web.Request) -> web.Response:
            name = _name(request, PROTOCOLS[protocol])
            grant = self._devices.checked_owner(name, bearer_token(request))
            fragment, number = await text(request, FRAGMENT_TYPE), wanted(request.headers.get("If-Match"))
            session = await self._devices.amend(grant, name.seat, number, fragment)
            return _text(session, FRAGMENT_TYPE, 200) if session.text else web.Response(status=204)

        return handler

    def detach(self, protocol: str) -> Handler:
        async def handler(request: web.Request) -> web.Response:
            name = _name(request, PROTOCOLS[protocol])
            grant = self._devices.checked_owner(name, bearer_token(request))
            await self._devices.detach(grant, name.seat)
            return web.Response()

        return handler

    def options(self, methods: str) -> Handler:
        async def handler(_request: web.Request) -> web.Response:
            return web.Response(headers={"Allow": methods, "Accept-Post": DESCRIPTION_TYPE})

        return handler


def _text(session: DeviceSession, media_type: str, status: int) -> web.Response:
    """Without a charset, which these media types do not have (RFC 8866 8.1)."""
    tag = {"ETag": f'"{session.number}"'}
    return web.Response(body=session.text.encode(), content_type=media_type, status=status, headers=tag)


def _name(request: web.Request, purpose: Purpose) -> SessionName:
    """The session in the path. Raises NotFound for what cannot be one."""
    seat = path_id(request, "seat")
    if not SEAT.fullmatch(seat):
        raise NotFound
    return SessionName(purpose, path_id(request, "room_id"), path_id(request, "device_id"), int(seat))


def wanted(if_match: str | None) -> int | None:
    """Which ICE session If-Match means; None: whichever there is (RFC 9110 13.1.1, RFC 9725 4.3.1).

    Raises PreconditionRequired without one, PreconditionFailed for none of ours.
    """
    if if_match is None:
        raise PreconditionRequired("If-Match must name the ICE session")
    if if_match.strip() in ANY_TAG:
        return None
    tags = [int(found) for found in TAG.findall(if_match)]
    if not tags:
        raise PreconditionFailed("another ICE session has begun")
    return max(tags)


def links(servers: Iterable[IceServer]) -> list[str]:
    """TURN servers as Link header fields (RFC 9725 4.6)."""
    return [
        f'<{url}>; rel="ice-server"; username="{server.username}"; credential="{server.credential}"; '
        'credential-type="password"'
        for server in servers
        for url in server.urls
    ]
