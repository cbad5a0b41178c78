"""ICE-TCP on the media port: framing, bounds, and a connection as an address. Real sockets on loopback."""

import asyncio
import gc
import os
import socket
import struct
from collections.abc import AsyncIterator, Callable

import pytest
import uvloop

from media import python_tcp
from media.plane import TCP, Numbering, PeerKey, SrtpKeys
from media.python_plane import PythonPlane
from media.python_streams import MAX_ADDRESSES
from media.python_tcp import Connection
from tests.fakes import FakeClock
from tests.media.planes import PROFILE, Told

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


async def slow_connection(plane: Plane) -> tuple[socket.socket, Connection]:
    """A client that takes next to nothing, and our end of it."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.setblocking(False)
    await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", plane.port))  # type: ignore[attr-defined]
    await plane.until(lambda: plane._tcp is not None and plane._tcp.connections)
    assert plane._tcp is not None
    [connection] = plane._tcp.connections.values()
    return client, connection


async def test_what_waits_for_a_slow_connection_is_bounded_here_and_in_the_kernel(plane: Plane) -> None:
    client, connection = await slow_connection(plane)
    taken = 0
    while connection.send(bytes(1200), is_picture=True):
        taken += 1202
        assert taken < 1 << 20
    assert taken <= python_tcp.FULL_BYTES + 8192  # what the other end has taken
    assert connection._unacknowledged() <= python_tcp.FULL_BYTES
    client.close()


async def test_sound_passes_where_pictures_have_to_wait(plane: Plane) -> None:
    client, connection = await slow_connection(plane)
    while connection.send(bytes(1200), is_picture=True):
        pass
    heard = 0
    while connection.send(bytes(80)):
        heard += 1
    assert heard > 150  # 3 s
    assert not connection.send(bytes(1200), is_picture=True)
    client.close()


async def test_whoever_takes_what_comes_is_never_full(plane: Plane) -> None:
    reader, writer = await connect(plane)
    await plane.until(lambda: plane._tcp is not None and plane._tcp.connections)
    assert plane._tcp is not None
    [connection] = plane._tcp.connections.values()
    for _ in range(1000):
        assert connection.send(bytes(1200), is_picture=True)
        assert len(await reader.readexactly(1202)) == 1202
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
    assert connection.look is not None  # it is looked at again and again
    connection.look._run()
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


async def test_more_connections_from_one_host_than_allowed_are_refused(
    plane: Plane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(python_tcp, "MOST_PER_HOST", 1)
    _, first = await connect(plane)
    listener = plane._tcp
    assert listener is not None
    await plane.until(lambda: listener.connections)
    reader, second = await connect(plane)
    assert await reader.read() == b""
    assert listener.refused == 1
    first.close()
    await plane.until(lambda: not listener.connections)
    _, third = await connect(plane)
    await plane.until(lambda: listener.connections)
    third.close()
    second.close()


async def test_who_leaves_leaves_no_connection_though_their_end_says_nothing(
    plane: Plane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser whose machine has lost the network neither closes nor resets."""
    monkeypatch.setattr(python_tcp, "GOODBYE_S", 0.0)
    listener = plane._tcp
    assert listener is not None
    reader, writer = await connect(plane)
    await plane.until(lambda: listener.connections)
    [address] = listener.connections
    keys = SrtpKeys(PROFILE, os.urandom(28), os.urandom(28))
    plane.add_peer(PeerKey(1), keys, address, Numbering())
    plane.remove_peer(PeerKey(1))
    assert await reader.read() == b""
    await plane.until(lambda: not listener.connections)
    writer.close()


async def test_a_connection_that_was_put_aside_for_others_is_given_up(
    plane: Plane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(python_tcp, "GOODBYE_S", 0.0)
    listener = plane._tcp
    assert listener is not None
    reader, writer = await connect(plane)
    await plane.until(lambda: listener.connections)
    [address] = listener.connections
    keys = SrtpKeys(PROFILE, os.urandom(28), os.urandom(28))
    plane.add_peer(PeerKey(1), keys, address, Numbering())
    for port in range(MAX_ADDRESSES):
        plane.set_address(PeerKey(1), ("192.0.2.1", port))
    assert await reader.read() == b""
    writer.close()


async def test_the_kernel_is_told_to_notice_who_has_vanished(plane: Plane) -> None:
    _, writer = await connect(plane)
    assert plane._tcp is not None
    await plane.until(lambda: plane._tcp is not None and plane._tcp.connections)
    [connection] = plane._tcp.connections.values()
    opened = connection._transport.get_extra_info("socket")
    assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == python_tcp.VANISHED_S * 1000
    writer.close()


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_connection_that_is_reset_at_once_leaves_nothing(
    loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    async def reset() -> tuple[list[object], int, int]:
        wrong: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: wrong.append(context))
        plane = Plane(FakeClock())
        port = await plane.start(plane.told)
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(20):
            client = socket.create_connection(("127.0.0.1", port))
            client.sendall(frame(STUN))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        _, writer = await asyncio.open_connection("127.0.0.1", port)  # accepted after them
        writer.write(frame(b"\x16last"))
        await plane.until(lambda: any(row[0] == "dtls" for row in plane.told.rows))
        assert all(row[-1] for row in plane.told.rows)  # nothing from nowhere
        writer.close()
        listener = plane._tcp
        assert listener is not None
        await plane.until(lambda: not listener.connections)
        gc.collect()
        await plane.until(lambda: len(os.listdir("/proc/self/fd")) <= before)
        connections = len(listener.connections)
        plane.close()
        return wrong, connections, len(os.listdir("/proc/self/fd")) - before

    with asyncio.Runner(loop_factory=loop) as runner:
        wrong, connections, more = runner.run(reset())
    assert (wrong, connections) == ([], 0)
    assert more <= 0


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
