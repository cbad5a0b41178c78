"""Packets that are none, thrown at a real server over a real WebSocket: counted, hung up on, no traceback."""

import asyncio
import random
from typing import Any

import aiohttp
import msgpack
import pytest

from core.packets import MAX_FRAME_BYTES, MalformedPacket, check_frame
from tests.core.socket_site import PATH, WAIT_S, Raw, Site, no_traceback

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
