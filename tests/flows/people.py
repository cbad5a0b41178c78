"""Somebody with a browser, as the program sees one: cookies, requests, a Socket.IO connection, media."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import socketio

from core.packets import TodokuPacket
from media.model import Offer, Track
from tests.flows.program import PASSWORD, Program
from tests.media.client import VP8_KEY, Client, rtp_packet

WAIT_S = 20


async def until(condition: Callable[[], Any], what: str) -> Any:
    """Wait for `condition` to become true; says `what` did not happen."""
    try:
        async with asyncio.timeout(WAIT_S):
            while not (found := condition()):  # noqa: ASYNC110  (files and library state have no event)
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"did not happen within {WAIT_S} s: {what}") from None
    return found


class Tab:
    """One browser tab of one person."""

    def __init__(self, program: Program, session: str) -> None:
        self.program = program
        self.kind = session
        self.http = aiohttp.ClientSession(
            base_url=program.address,
            headers={"Todoku-Session": session, "Origin": program.address},
            cookie_jar=aiohttp.CookieJar(unsafe=True),
        )
        self.socket = socketio.AsyncClient(serializer=TodokuPacket, reconnection=False)
        self.chat = socketio.AsyncClient(serializer=TodokuPacket, reconnection=False)
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.media: Client | None = None
        self.room: dict[str, Any] = {}

    async def close(self) -> None:
        if self.media is not None:
            await self.media.close()
        for socket in (self.socket, self.chat):
            await socket.disconnect()
        await self.http.close()

    async def ask(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        """A request that must be answered with `status`; its JSON or bytes."""
        async with self.http.request(method, path, **options) as response:
            content = await response.read()
            assert response.status == status, f"{method} {path}: {response.status} {content[:300]!r}"
            return await response.json(content_type=None) if "json" in response.content_type else content

    async def sign_in(self, email: str) -> None:
        await self.ask("POST", "/api/sessions", 201, json={"email": email, "password": PASSWORD})

    async def follow(self, token: str) -> dict[str, Any]:
        answer: dict[str, Any] = await self.ask("POST", "/api/links/exchange", json={"token": token})
        return answer

    async def enter(self, booking_id: str, tab_id: str) -> None:
        """Enter the room; one connection for the call, one for the chat."""
        asked = {"booking_id": booking_id, "tab_id": tab_id}
        self.room = await self.ask("POST", "/api/rooms/enter", json=asked)
        for name in ("state", "admitted", "offer", "ended", "replaced"):
            self.socket.on(name, self._hear(name), namespace="/call")
        self.chat.on("poke", self._hear("poke"), namespace="/chat")
        cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in self.http.cookie_jar)
        grant = {"grant": self.room["grant"], "tab_id": tab_id}
        for socket, namespace, auth in (
            (self.socket, "/call", grant),
            (self.chat, "/chat", {"session": self.kind}),
        ):
            await socket.connect(
                self.program.address,
                namespaces=[namespace],
                auth=auth,
                transports=["websocket"],
                headers={"Cookie": cookies, "Origin": self.program.address},
                wait_timeout=WAIT_S,
            )
        await self.call("subscribe", "/chat", conversation_id=self.room["conversation_id"])

    def _hear(self, name: str) -> Callable[[dict[str, Any]], None]:
        return lambda payload: self.events.append((name, payload))

    async def call(self, event: str, namespace: str = "/call", **payload: Any) -> dict[str, Any]:
        socket = self.chat if namespace == "/chat" else self.socket
        answer: dict[str, Any] = await socket.call(event, payload, namespace=namespace, timeout=WAIT_S)
        assert answer["ok"], f"{event}: {answer}"
        return answer

    async def heard(self, name: str, condition: Callable[[dict[str, Any]], Any] = bool) -> dict[str, Any]:
        """The newest message of this name that meets the condition."""

        def newest() -> dict[str, Any] | None:
            return next((p for n, p in reversed(self.events) if n == name and condition(p)), None)

        found: dict[str, Any] = await until(newest, f"{self.kind} hears {name}")
        return found

    async def sit(self, base: int) -> None:
        """Take a seat and connect media."""
        await self.take((await self.call("join"))["offer"], base)

    async def take(self, offer: dict[str, Any], base: int) -> None:
        """Answer an offer of a seat, and connect media."""
        tracks = tuple(Track(track["mid"], None, track["kind"]) for track in offer["tracks"])
        self.media = Client(Offer(offer["number"], offer["sdp"], tracks), (base + 1, base + 2, base + 3))
        await self.call("answer", offer=offer["number"], sdp=self.media.answer)
        await self.media.connect()

    def film(self, ssrc: int, sequence: int) -> None:
        assert self.media is not None
        self.media.send_rtp(rtp_packet(ssrc, sequence, sequence * 3000, VP8_KEY))
