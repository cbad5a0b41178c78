"""ICE-TCP on the media port: framing, bounds, and a connection as an address. Real sockets on loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import uvloop

from media import python_tcp
from media.plane import TCP
from media.python_plane import PythonPlane
from tests.fakes import FakeClock
from tests.media.planes import Told

TIMEOUT_S = 5
STUN = b"\x00\x01" + bytes(18)


class Plane(PythonPlane):
    """Wakes whoever waits whenever something is told."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__("127.0.0.1", 0, clock.monotonic)
        self.told = Told()

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            while not condition():
                turned = asyncio.get_running_loop().create_future()
                asyncio.get_running_loop().call_soon(turned.set_result, None)
                await turned


@pytest.fixture
async def plane(clock: FakeClock) -> AsyncIterator[Plane]:
    opened = Plane(clock)
    opened.port = await opened.start(opened.told)  # type: ignore[attr-defined]
    yield opened
    opened.close()


async def connect(plane: Plane) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", plane.port)  # type: ignore[attr-defined]


def frame(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


async def test_frames_go_up_whatever_the_pieces_they_come_in(plane: Plane) -> None:
    _, writer = await connect(plane)
    stream = frame(STUN) + frame(b"") + frame(b"\x16dtls") + frame(STUN)
    for at in range(0, len(stream), 7):
        writer.write(stream[at : at + 7])
        await writer.drain()
    await plane.until(lambda: len(plane.told.rows) == 3)
    host, port = writer.get_extra_info("sockname")
    assert plane.told.rows[1] == ("dtls", b"\x16dtls", (host, port, TCP))
    writer.close()
    await plane.until(lambda: plane.told.rows[3:] == [("closed", (host, port, TCP))])


async def test_what_is_sent_is_framed(plane: Plane) -> None:
    reader, writer = await connect(plane)
    await plane.until(lambda: plane._tcp is not None and plane._tcp.connections)
    plane.send(b"answer", (*writer.get_extra_info("sockname"), TCP))
    assert await reader.readexactly(8) == b"\x00\x06answer"
    plane.send(b"nobody", ("127.0.0.1", 1, TCP))
    writer.close()


async def test_a_frame_no_peer_would_send_ends_the_connection(plane: Plane) -> None:
    reader, writer = await connect(plane)
    writer.write((python_tcp.MAX_FRAME_BYTES + 1).to_bytes(2, "big") + b"x")
    assert await reader.read() == b""
    assert plane.told.rows[-1][0] == "closed"
    writer.close()


async def test_what_waits_for_a_slow_connection_is_bounded(plane: Plane) -> None:
    _, writer = await connect(plane)
    assert plane._tcp is not None
    await plane.until(lambda: plane._tcp is not None and plane._tcp.connections)
    [connection] = plane._tcp.connections.values()
    sent = 0
    while connection.send(bytes(1200)):
        sent += 1202
        assert sent < 10 << 20
    assert connection._transport.get_write_buffer_size() <= python_tcp.FULL_BYTES + 1202
    writer.close()


async def test_a_stranger_is_sent_away_and_a_known_one_is_not(plane: Plane) -> None:
    reader, writer = await connect(plane)
    listener = plane._tcp
    assert listener is not None
    await plane.until(lambda: listener.connections)
    [connection] = listener.connections.values()
    plane._by_address[connection.address] = None  # type: ignore[assignment]
    listener._look(connection)
    assert listener.connections
    plane._by_address.clear()
    listener._look(connection)
    assert await reader.read() == b""
    assert listener.connections == {}
    writer.close()


async def test_more_connections_than_allowed_are_refused(
    plane: Plane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(python_tcp, "MAX_CONNECTIONS", 1)
    _, first = await connect(plane)
    assert plane._tcp is not None
    await plane.until(lambda: plane._tcp is not None and plane._tcp.connections)
    reader, second = await connect(plane)
    assert await reader.read() == b""
    assert plane._tcp.refused == 1
    first.close()
    second.close()


def test_a_connection_works_on_uvloop_too() -> None:
    async def exchange() -> bytes:
        plane = Plane(FakeClock())
        port = await plane.start(plane.told)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(frame(STUN))
        await plane.until(lambda: plane.told.rows)
        plane.send(b"answer", plane.told.rows[0][2])
        answer = await reader.readexactly(8)
        writer.close()
        plane.close()
        return answer

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(exchange()) == frame(b"answer")
