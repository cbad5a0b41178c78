"""The Socket.IO server over a real WebSocket: events, acks, refusals, disconnects."""

import asyncio
import json
from typing import Any

import aiohttp
import engineio
import msgpack
import pytest
import socketio
import structlog

from core.packets import TodokuPacket, unpack
from core.sockets import build_server
from tests.core.socket_site import PATH, WAIT_S, Raw, Site, no_traceback, until


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
        ("say", {"text": "gone"}, "gone"),
    ],
)
async def test_what_cannot_be_done_is_acked_with_a_code(
    client: socketio.AsyncClient, event: str, payload: Any, code: str
) -> None:
    answer = await client.call(event, payload, namespace="/test")
    assert answer["ok"] is False
    assert answer["error"]["code"] == code


async def test_an_error_brings_its_extra_members(client: socketio.AsyncClient) -> None:
    answer = await client.call("say", {"text": "gone"}, namespace="/test")
    assert answer["error"] == {"code": "gone", "detail": "This is over", "until": "noon"}


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


async def test_who_goes_away_while_being_let_in_leaves_nothing_behind(
    site: Site, raw: Raw, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    await raw.packet(type=0, nsp="/test", data={"key": "late"})
    async with asyncio.timeout(WAIT_S):
        sid = await site.came.get()
        [connection] = site.server.eio.sockets.values()
        await connection.close(wait=False)  # as after a ping that nobody answered
        assert site.gone.empty()
        site.open_door.set()
        assert await site.gone.get() == sid
    await until(lambda: list(site.server.manager.get_participants("/test", None)) == [])
    assert site.server.manager.pending_connect == {}
    no_traceback(caplog, capsys)


async def test_only_websockets_from_our_own_pages_are_served(
    site: Site, session: aiohttp.ClientSession
) -> None:
    async with session.get(site.address + "/socket.io/?EIO=4&transport=polling") as answer:
        assert answer.status == 400
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(site.address + PATH, origin="https://elsewhere.example")


async def test_the_log_quotes_no_stranger(
    site: Site, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    async with session.get(site.address + PATH + "&sid=a%0aforged") as answer:
        assert answer.status == 400
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(site.address + PATH, origin="https://forged.example")
    assert {"bad-sid", "bad-origin"} <= {record.getMessage().split()[0] for record in caplog.records}
    assert "forged" not in caplog.text


def test_what_we_write_we_can_read() -> None:
    packet = TodokuPacket(2, data=["say", {"text": "あ", "blob": b"\0\1"}], namespace="/test", id=3)
    assert unpack(packet.encode()) == {
        "type": 2,
        "nsp": "/test",
        "id": 3,
        "data": ["say", {"text": "あ", "blob": b"\0\1"}],
    }


def test_the_libraries_still_have_the_inner_names_we_replace() -> None:
    """When this fails after an upgrade, read core/sockets.py and core/connections.py against it."""
    server = build_server(None, [])
    assert "websocket" in engineio.AsyncServer(async_mode="aiohttp")._async
    assert callable(socketio.AsyncServer._engineio_server_class)
    assert callable(engineio.AsyncServer._log_error_once)
    assert server.eio.__class__ is not engineio.AsyncServer
    assert server.namespaces == []
