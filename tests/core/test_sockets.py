"""The Socket.IO server over a real WebSocket: what it accepts, what it refuses, and how quietly."""

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import engineio
import msgpack
import pytest
import socketio
import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict

from core.errors import Conflict, Denied
from core.packets import MAX_FRAME_BYTES, MalformedPacket, TodokuPacket, check_frame, unpack
from core.sockets import Namespace, SocketServer, build_server, serve

PATH = "/socket.io/?EIO=4&transport=websocket"
WAIT_S = 5


class Taken(Conflict):
    code = "test_taken"
    title = "Taken"


class Auth(BaseModel):
    model_config = ConfigDict(extra="forbid")
    key: str


class Say(BaseModel):
    text: str
    data: bytes | None = None


@dataclass
class Site:
    """A running server and what its handlers saw."""

    server: SocketServer
    address: str
    said: list[Say] = field(default_factory=list)
    gone: asyncio.Queue[str] = field(default_factory=asyncio.Queue)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    server = build_server(None, [])
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
    async def connect(_sid: str, _request: web.Request, auth: Auth) -> None:
        if auth.key != "open":
            raise Denied("no", hint="ask")

    async def say(_sid: str, payload: Say) -> dict[str, Any]:
        if payload.text == "taken":
            raise Taken(until="noon")
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


def no_traceback(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    assert [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR] == []
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err + printed.out


async def test_an_event_is_validated_handled_and_acked(site: Site, client: socketio.AsyncClient) -> None:
    assert await client.call("say", {"text": "hello"}, namespace="/test") == {"ok": True, "length": 5}
    assert [said.text for said in site.said] == ["hello"]


@pytest.mark.parametrize(
    ("event", "payload", "code"),
    [
        ("say", {"text": 5}, "invalid"),
        ("say", {}, "invalid"),
        ("say", "text", "invalid"),
        ("say", [1], "invalid"),
        ("say", ("one", "two"), "invalid"),
        ("say", (), "invalid"),
        ("shout", {}, "invalid"),
        ("on_say", {}, "invalid"),
        ("say", {"text": "taken"}, "test_taken"),
    ],
)
async def test_what_cannot_be_done_is_acked_with_a_code(
    client: socketio.AsyncClient, event: str, payload: Any, code: str
) -> None:
    answer = await client.call(event, payload, namespace="/test")
    assert answer["ok"] is False
    assert answer["error"]["code"] == code


async def test_an_error_brings_its_extra_members(client: socketio.AsyncClient) -> None:
    answer = await client.call("say", {"text": "taken"}, namespace="/test")
    assert answer["error"] == {"code": "test_taken", "detail": "Taken", "until": "noon"}


async def test_our_own_mistake_is_logged_with_an_id_and_shown_without_its_text(
    client: socketio.AsyncClient,
) -> None:
    with structlog.testing.capture_logs() as logs:
        answer = await client.call("say", {"text": "break"}, namespace="/test")
    assert answer["error"]["code"] == "internal"
    assert "secret" not in json.dumps(answer)
    [line] = [line for line in logs if line["event"] == "event_failed"]
    assert line["error_id"] == answer["error"]["error_id"]


@pytest.mark.parametrize(("auth", "code"), [({"key": "wrong"}, "denied"), ({}, "invalid"), (None, "invalid")])
async def test_a_refused_connection_says_why(raw: Raw, auth: Any, code: str) -> None:
    await raw.packet(type=0, nsp="/test", **({} if auth is None else {"data": auth}))
    refused = await raw.next()
    assert refused["type"] == 4
    assert refused["data"]["data"]["code"] == code


async def test_an_unknown_namespace_and_the_main_one_are_refused(raw: Raw) -> None:
    for namespace in ("/", "/other"):
        await raw.packet(type=0, nsp=namespace)
        assert (await raw.next())["type"] == 4


async def test_a_disconnect_by_the_server_is_one_that_javascript_understands(site: Site, raw: Raw) -> None:
    await raw.packet(type=0, nsp="/test", data={"key": "open"})
    sid = (await raw.next())["data"]["sid"]
    await site.server.disconnect(sid, namespace="/test")
    assert await raw.next() == {"type": 1, "nsp": "/test"}


async def test_events_and_acks_are_ones_that_javascript_understands(site: Site, raw: Raw) -> None:
    await raw.enter()
    await site.server.emit("news", {"n": 1}, namespace="/test")
    assert await raw.next() == {"type": 2, "nsp": "/test", "data": ["news", {"n": 1}]}
    await raw.packet(type=2, nsp="/test", id=0, data=["say", {"text": "a"}])
    assert await raw.next() == {"type": 3, "nsp": "/test", "id": 0, "data": [{"length": 1, "ok": True}]}


async def test_events_of_one_connection_keep_their_order(site: Site, raw: Raw) -> None:
    await raw.enter()
    for number in range(50):
        await raw.packet(type=2, nsp="/test", id=number, data=["say", {"text": str(number)}])
    assert [(await raw.next())["id"] for _ in range(50)] == list(range(50))
    assert [said.text for said in site.said] == [str(number) for number in range(50)]


async def test_binary_from_javascript_arrives_as_bytes_and_undefined_as_nothing(site: Site, raw: Raw) -> None:
    await raw.enter()
    old_style_binary, undefined = msgpack.ExtType(0, b"abc"), msgpack.ExtType(0, b"\0")
    for number, data in enumerate([b"abc", old_style_binary, undefined]):
        await raw.packet(type=2, nsp="/test", id=number, data=["say", {"text": "a", "data": data}])
        await raw.next()
    assert [said.data for said in site.said] == [b"abc", b"abc", None]


async def test_hanging_up_is_noticed(site: Site, raw: Raw) -> None:
    await raw.enter()
    await raw.socket.close()
    async with asyncio.timeout(WAIT_S):
        assert await site.gone.get()


async def test_only_websockets_from_our_own_pages_are_served(
    site: Site, session: aiohttp.ClientSession
) -> None:
    async with session.get(site.address + "/socket.io/?EIO=4&transport=polling") as answer:
        assert answer.status == 400
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(site.address + PATH, origin="https://elsewhere.example")


EVENT = {"type": 2, "nsp": "/test", "data": ["say", {"text": "a"}], "id": 1}


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


CORPUS: dict[str, str | bytes] = {
    "empty text": "",
    "empty binary": b"",
    "unknown Engine.IO type": "9",
    "not a number": "x",
    "Engine.IO text message": '4{"type":2}',
    "text Socket.IO packet": '42/test,["say",{}]',
    "deep JSON": "4" + "[" * 5000,
    "bad base64": "b!!!",
    "good base64": "bAAAA",
    "upgrade": "5",
    "probe": "2probe",
    "a number for a pong's text": "312",
    "not msgpack": b"\xc1",
    "truncated": msgpack.packb(EVENT)[:-3],
    "trailing bytes": msgpack.packb(EVENT) + b"\0",
    "a claimed gigabyte": b"\xc6\x40\x00\x00\x00",
    "a claimed billion items": b"\xdd\x40\x00\x00\x00",
    "deep msgpack": b"\x91" * 5000 + b"\x01",
    "invalid UTF-8": b"\x84\xa4type\x02\xa3nsp\xa2\xff\xfe",
    "an integer": msgpack.packb(5),
    "a list": msgpack.packb([2, "/test"]),
    "an empty map": msgpack.packb({}),
    "integer keys": msgpack.packb({1: 2}),
    "binary keys": msgpack.packb({b"type": 2, "nsp": "/test"}),
    "a map as key": b"\x81\x81\x01\x01\x01",
    "extension": msgpack.packb(EVENT | {"data": ["say", msgpack.ExtType(5, b"x")]}),
    "timestamp": msgpack.packb(EVENT | {"data": ["say", msgpack.Timestamp(1)]}),
    "type as text": msgpack.packb(EVENT | {"type": "2"}),
    "type true": msgpack.packb(EVENT | {"type": True}),
    "type 2.0": msgpack.packb(EVENT | {"type": 2.0}),
    "type -1": msgpack.packb(EVENT | {"type": -1}),
    "binary event": msgpack.packb(EVENT | {"type": 5}),
    "binary ack": msgpack.packb(EVENT | {"type": 6}),
    "an ack nobody asked for": msgpack.packb(EVENT | {"type": 3, "id": 0}),
    "connect error": msgpack.packb({"type": 4, "nsp": "/test", "data": "x"}),
    "no namespace": msgpack.packb({"type": 2, "data": ["say", {}]}),
    "null namespace": msgpack.packb(EVENT | {"nsp": None}),
    "list as namespace": msgpack.packb(EVENT | {"nsp": ["/test"]}),
    "namespace without slash": msgpack.packb(EVENT | {"nsp": "test"}),
    "long namespace": msgpack.packb(EVENT | {"nsp": "/" + "x" * 100}),
    "event without data": msgpack.packb({"type": 2, "nsp": "/test"}),
    "event with null data": msgpack.packb(EVENT | {"data": None}),
    "event with empty data": msgpack.packb(EVENT | {"data": []}),
    "event with a map": msgpack.packb(EVENT | {"data": {"say": 1}}),
    "event named by a number": msgpack.packb(EVENT | {"data": [1, {}]}),
    "event without a name": msgpack.packb(EVENT | {"data": ["", {}]}),
    "event with a long name": msgpack.packb(EVENT | {"data": ["x" * 100, {}]}),
    "reserved connect": msgpack.packb(EVENT | {"data": ["connect", {}, {}]}),
    "reserved disconnect": msgpack.packb(EVENT | {"data": ["disconnect"]}),
    "connect with a list": msgpack.packb({"type": 0, "nsp": "/test", "data": [1]}),
    "connect with text": msgpack.packb({"type": 0, "nsp": "/test", "data": "x"}),
    "disconnect with data": msgpack.packb({"type": 1, "nsp": "/test", "data": {}}),
    "id as text": msgpack.packb(EVENT | {"id": "1"}),
    "id true": msgpack.packb(EVENT | {"id": True}),
    "negative id": msgpack.packb(EVENT | {"id": -1}),
    "huge id": msgpack.packb(EVENT | {"id": 2**60}),
    "too deep": msgpack.packb(EVENT | {"data": ["say", _nested(20)]}),
    "too many items": msgpack.packb(EVENT | {"data": ["say", [0] * 5000]}),
    "too large": msgpack.packb(EVENT | {"data": ["say", {"text": "x" * MAX_FRAME_BYTES}]}),
}


async def _throw(raw: Raw, frame: str | bytes) -> None:
    if isinstance(frame, str):
        await raw.socket.send_str(frame)
    else:
        await raw.socket.send_bytes(frame)


@pytest.mark.parametrize("name", CORPUS)
async def test_a_malformed_packet_is_counted_and_hung_up_on_without_a_traceback(
    site: Site,
    raw: Raw,
    name: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await raw.enter()
    await _throw(raw, CORPUS[name])
    assert await raw.closed()
    async with asyncio.timeout(WAIT_S):
        assert await site.gone.get()  # the handler hears of it like of any hang-up
    # A frame over the limit is refused by aiohttp itself, with close code 1009.
    assert sum(site.server.malformed.values()) == 1 or raw.socket.close_code == 1009
    assert site.said == []
    no_traceback(caplog, capsys)


async def test_what_comes_before_or_after_a_connection_is_ignored(
    raw: Raw, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    await raw.packet(**EVENT)
    await raw.packet(type=1, nsp="/test")
    await raw.packet(type=1, nsp="/nowhere")
    await raw.enter()
    await raw.packet(type=0, nsp="/test", data={"key": "open"})  # twice
    assert (await raw.next())["type"] == 4
    await raw.packet(type=1, nsp="/test")
    await raw.packet(**EVENT)
    await raw.enter()
    no_traceback(caplog, capsys)


def _mutant(rng: random.Random) -> bytes:
    frame = bytearray(
        msgpack.packb(rng.choice([EVENT, {"type": 0, "nsp": "/test"}, {"type": 1, "nsp": "/"}]))
    )
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(frame))
        change = rng.randrange(3)
        if change == 0:
            frame[place] = rng.randrange(256)
        elif change == 1:
            frame[place:place] = rng.randbytes(rng.randint(1, 4))
        else:
            del frame[place : place + rng.randint(1, 3)]
        if not frame:
            return b""
    return bytes(frame)


async def test_mutated_packets_never_leave_a_traceback(
    site: Site,
    session: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rng = random.Random(20261124)
    for _ in range(150):
        async with session.ws_connect(site.address + PATH) as socket:
            raw = Raw(socket)
            await raw.packet(type=0, nsp="/test", data={"key": "open"})
            for _ in range(4):
                if rng.random() < 0.2:
                    await _throw(raw, "".join(chr(rng.randrange(32, 127)) for _ in range(rng.randint(1, 9))))
                else:
                    await _throw(raw, _mutant(rng))
            await _throw(raw, "")  # ends it whatever came before
            assert await raw.closed()
    assert sum(site.server.malformed.values()) > 100
    no_traceback(caplog, capsys)


def test_any_bytes_are_a_packet_or_malformed() -> None:
    rng = random.Random(7)
    refused = 0
    for _ in range(20_000):
        frame = _mutant(rng) if rng.random() < 0.7 else rng.randbytes(rng.randint(0, 40))
        try:
            check_frame(frame)
        except MalformedPacket:
            refused += 1
    assert refused > 10_000


def test_what_we_write_we_can_read() -> None:
    packet = TodokuPacket(2, data=["say", {"text": "あ", "blob": b"\0\1"}], namespace="/test", id=3)
    assert unpack(packet.encode()) == {
        "type": 2,
        "nsp": "/test",
        "id": 3,
        "data": ["say", {"text": "あ", "blob": b"\0\1"}],
    }


def test_the_libraries_still_have_the_inner_names_we_replace() -> None:
    """When this fails after an upgrade, read core/sockets.py against the new version."""
    server = build_server(None, [])
    assert "websocket" in engineio.AsyncServer(async_mode="aiohttp")._async
    assert callable(socketio.AsyncServer._engineio_server_class)
    assert server.eio.__class__ is not engineio.AsyncServer
    assert server.namespaces == []
