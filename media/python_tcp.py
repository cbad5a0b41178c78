"""ICE-TCP for the Python plane: passive connections (RFC 6544) with RFC 4571 framing.

A connection is an address like any other. What a slow one cannot take is dropped, never queued without bound:
with `FULL_BYTES` on the way, here and in the kernel, pictures are (the plane then waits for the next key
frame), while sound and reports pass up to `MOST_BYTES`. Not here: who the connection belongs to.
"""

import asyncio
import contextlib
import fcntl
import socket
import termios
from array import array
from collections import Counter
from collections.abc import Callable
from typing import cast

from media.plane import TCP, Address

FULL_BYTES = 64 << 10
MOST_BYTES = 80 << 10  # 3 s of sound more
KERNEL_BUFFER_BYTES = 64 << 10  # more would only be old pictures
MAX_FRAME_BYTES = 2048
MAX_CONNECTIONS = 1000
MOST_PER_HOST = 128  # a whole company may be behind one address
STRANGER_S = 30.0  # a connection that is nobody's by then is closed; looked at as often, as long as it is
GOODBYE_S = 1.0  # for what is still to be said to somebody who leaves
VANISHED_S = 60.0  # who takes nothing, and acknowledges nothing, for so long is gone
KEEPALIVE_EVERY_S = 20

Received = Callable[[bytes, Address], None]
Closed = Callable[[Address], None]


class Connection(asyncio.Protocol):
    """One TCP connection of a peer."""

    def __init__(self, listener: "Listener") -> None:
        self._listener = listener
        self._waiting = b""
        self._transport: asyncio.Transport
        self._on_the_way = 0  # bytes that the other end has not acknowledged, at most
        self.address: Address = ()
        self.look: asyncio.TimerHandle | None = None  # the next one

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast(asyncio.Transport, transport)  # uvloop's is none by class
        self._transport = transport
        transport.set_write_buffer_limits(high=FULL_BYTES)
        peer = transport.get_extra_info("peername")
        if peer is None:  # reset before it was taken
            transport.abort()
            return
        _set_options(transport.get_extra_info("socket"))
        self.address = (*peer[:2], TCP)
        self._listener.opened(self)

    def data_received(self, data: bytes) -> None:
        data = self._waiting + data
        at, end = 0, len(data)
        while end - at >= 2:
            length = data[at] << 8 | data[at + 1]
            if length > MAX_FRAME_BYTES:
                self._listener.too_long(self)
                self._waiting = b""
                return
            if end - at - 2 < length:
                break
            self._listener.received(data[at + 2 : at + 2 + length], self.address)
            at += 2 + length
        self._waiting = data[at:]

    def connection_lost(self, error: Exception | None) -> None:
        self._listener.lost(self)

    def send(self, data: bytes | memoryview, is_picture: bool = False) -> bool:
        """Queue a frame; False when too much is on the way already."""
        if self._transport.is_closing():
            return False
        size, most = len(data) + 2, FULL_BYTES if is_picture else MOST_BYTES
        if self._on_the_way + size > most:
            self._on_the_way = self._unacknowledged()  # the kernel is asked only when it may matter
            if self._on_the_way + size > most:
                return False
        self._on_the_way += size
        self._transport.write(len(data).to_bytes(2, "big") + data)
        return True

    def _unacknowledged(self) -> int:
        """Bytes that wait here, and in the kernel as far as it tells."""
        here, count = self._transport.get_write_buffer_size(), array("i", [0])
        with contextlib.suppress(OSError):
            fcntl.ioctl(self._transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, count)
        return here + count[0]

    def close(self) -> None:
        self._transport.abort()


def _set_options(opened: socket.socket) -> None:
    """Small packets at once, old ones never; and the end of who vanished without a word is noticed."""
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER_BYTES)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", KEEPALIVE_EVERY_S),
        ("TCP_KEEPINTVL", KEEPALIVE_EVERY_S),
        ("TCP_KEEPCNT", round(VANISHED_S / KEEPALIVE_EVERY_S)),
        ("TCP_USER_TIMEOUT", round(VANISHED_S * 1000)),
    ):
        if hasattr(socket, name):  # as far as the system has it
            opened.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class Listener:
    """The TCP side of the media port."""

    def __init__(self, received: Received, closed: Closed, known: Callable[[Address], bool]) -> None:
        self.received = received
        self._closed, self._known = closed, known
        self._server: asyncio.Server | None = None
        self.connections: dict[Address, Connection] = {}
        self._hosts: Counter[str] = Counter()
        self.refused = 0

    async def start(self, host: str, port: int) -> None:
        """Listen; on :: for both families, as the UDP socket does. Raises OSError."""
        loop = asyncio.get_running_loop()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        dual = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
        opened = socket.create_server((host, port), family=family, dualstack_ipv6=dual, backlog=128)
        self._server = await loop.create_server(lambda: Connection(self), sock=opened)

    def close(self) -> None:
        """Stop listening and hang up on everybody."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in list(self.connections.values()):
            connection.close()

    def send(self, data: bytes | memoryview, address: Address, is_picture: bool = False) -> bool:
        """False when the connection is gone or full."""
        connection = self.connections.get(address)
        return connection is not None and connection.send(data, is_picture)

    def hang_up(self, address: Address) -> None:
        """Close the connection, if there is one, unless it is somebody's again by then."""
        connection = self.connections.get(address)
        if connection is not None:
            self._look_in(connection, GOODBYE_S)

    # What a connection tells.

    def opened(self, connection: Connection) -> None:
        host = connection.address[0]
        if len(self.connections) >= MAX_CONNECTIONS or self._hosts[host] >= MOST_PER_HOST:
            self.refused += 1
            connection.close()
            return
        self.connections[connection.address] = connection
        self._hosts[host] += 1
        self._look_in(connection, STRANGER_S)

    def too_long(self, connection: Connection) -> None:
        self.refused += 1
        connection.close()

    def lost(self, connection: Connection) -> None:
        if self.connections.get(connection.address) is connection:
            del self.connections[connection.address]
            self._hosts[connection.address[0]] -= 1
            self._hosts += Counter()  # forgets who has none left
            if connection.look is not None:
                connection.look.cancel()
            self._closed(connection.address)

    def _look_in(self, connection: Connection, seconds: float) -> None:
        if connection.look is not None:
            connection.look.cancel()
        connection.look = asyncio.get_running_loop().call_later(seconds, self._look, connection)

    def _look(self, connection: Connection) -> None:
        if self._known(connection.address):
            self._look_in(connection, STRANGER_S)
        else:
            connection.close()
