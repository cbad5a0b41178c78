"""A Socket.IO server with one namespace, and two ways to speak to it: a library and a bare WebSocket."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgpack
import pytest
import socketio
from aiohttp import web
from pydantic import ConfigDict

from core.errors import Denied, Gone
from core.inbound import Inbound
from core.packets import TodokuPacket
from core.sockets import Namespace, SocketServer, build_server, serve

PATH = "/socket.io/?EIO=4&transport=websocket"
WAIT_S = 5


class Auth(Inbound):
    model_config = ConfigDict(extra="forbid")
    key: str


class Say(Inbound):
    text: str
    data: bytes | None = None


@dataclass
class Site:
    """A running server and what its handlers saw."""

    server: SocketServer
    address: str
    said: list[Say] = field(default_factory=list)
    came: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    gone: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    open_door: asyncio.Event = field(default_factory=asyncio.Event)  # "late" waits for it


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


@asynccontextmanager
async def open_site(**options: Any) -> AsyncIterator[Site]:
    """A site whose server is built with `options`."""
    server = build_server(None, [], **options)
    app = web.Application()
    server.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    made = Site(server, f"http://127.0.0.1:{runner.addresses[0][1]}")
    serve(server, _namespace(made))
    yield made
    await server.close()
    await runner.cleanup()


def _namespace(site: Site) -> Namespace:
    async def connect(sid: str, _request: web.Request, auth: Auth) -> None:
        await site.came.put(sid)
        if auth.key == "late":
            await site.open_door.wait()
        elif auth.key != "open":
            raise Denied("no", hint="ask")

    async def say(_sid: str, payload: Say) -> dict[str, Any]:
        if payload.text == "gone":
            raise Gone(until="noon")
        if payload.text == "break":
            raise RuntimeError("a secret of ours")
        site.said.append(payload)
        return {"length": len(payload.text)}

    async def disconnect(sid: str) -> None:
        await site.gone.put(sid)

    return Namespace("/test", Auth, connect, disconnect, {"say": (Say, say)})


@pytest.fixture
async def client(site: Site) -> AsyncIterator[socketio.AsyncClient]:
    made = socketio.AsyncClient(serializer=TodokuPacket, reconnection=False)
    await _connect(made, site, {"key": "open"})
    yield made
    await made.disconnect()


async def _connect(client: socketio.AsyncClient, site: Site, auth: dict[str, Any]) -> None:
    await client.connect(
        site.address, auth=auth, namespaces=["/test"], transports=["websocket"], wait_timeout=WAIT_S
    )


class Raw:
    """A WebSocket without any library's help."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.pings = 0

    async def packet(self, **fields: Any) -> None:
        await self.socket.send_bytes(msgpack.packb(fields))

    async def next(self) -> dict[str, Any]:
        """The next packet, read as the JavaScript parser reads it."""
        async with asyncio.timeout(WAIT_S):
            while True:
                message = await self.socket.receive()
                if message.type is aiohttp.WSMsgType.BINARY:
                    return javascript(message.data)
                assert message.type is aiohttp.WSMsgType.TEXT, message
                self.pings += 1

    async def pinged(self) -> None:
        """Wait for Engine.IO's ping, which nobody answers for us."""
        async with asyncio.timeout(WAIT_S):
            while not self.pings:
                message = await self.socket.receive()
                assert (message.type, message.data) == (aiohttp.WSMsgType.TEXT, "2")
                self.pings += 1

    async def closed(self) -> bool:
        """Wait until the server has hung up."""
        async with asyncio.timeout(WAIT_S):
            while not self.socket.closed:
                await self.socket.receive()
        return True

    async def enter(self) -> None:
        await self.packet(type=0, nsp="/test", data={"key": "open"})
        assert (await self.next())["type"] == 0


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def raw(site: Site, session: aiohttp.ClientSession) -> AsyncIterator[Raw]:
    async with open_raw(site, session) as opened:
        yield opened


@asynccontextmanager
async def open_raw(site: Site, session: aiohttp.ClientSession) -> AsyncIterator[Raw]:
    """A bare WebSocket that has been greeted."""
    async with session.ws_connect(site.address + PATH) as socket:
        await socket.receive()  # Engine.IO's greeting
        yield Raw(socket)


def javascript(frame: bytes) -> dict[str, Any]:
    """socket.io-msgpack-parser's checkPacket: a null member is not an absent one."""
    packet: dict[str, Any] = msgpack.unpackb(frame)
    absent = "data" not in packet
    assert packet["type"] in range(5)
    assert isinstance(packet["nsp"], str)
    assert "id" not in packet or type(packet["id"]) is int
    rules: dict[int, Callable[[], bool]] = {
        0: lambda: absent or isinstance(packet["data"], dict),
        1: lambda: absent,
        4: lambda: not absent and isinstance(packet["data"], str | dict),
    }
    assert rules.get(packet["type"], lambda: not absent and isinstance(packet["data"], list))(), packet
    return packet


async def until(condition: Callable[[], bool]) -> None:
    """Until `condition` holds."""
    async with asyncio.timeout(WAIT_S):
        while not condition():  # noqa: ASYNC110  (what is awaited is a library's inner state)
            await asyncio.sleep(0.005)


def no_traceback(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    assert [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR] == []
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err + printed.out
