"""A UDP proxy on loopback that treats each direction as its link says. Sockets and timers; decides nothing.

Each client is a socket of its own towards the server, as behind a NAT; `rebind` gives them other ports, and
what is sent to the old ones is lost. Works for any number of clients of one server.
"""

import asyncio
import contextlib
import heapq
import socket
from collections.abc import Callable
from itertools import count
from typing import Any

from tests.impairment.link import Impairment, Link

HOST = "127.0.0.1"
DATAGRAM_BYTES = 65_536
DATAGRAMS_PER_WAKE = 64
BUFFER_BYTES = 1 << 20
Address = Any


class Proxy:
    """`up` is towards the server, `down` towards the clients; give clients `port` instead of the server's."""

    def __init__(self, server_port: int, seed: int, impairment: Impairment | None = None) -> None:
        self.up, self.down = Link(f"{seed} up", impairment), Link(f"{seed} down", impairment)
        self._server = (HOST, server_port)
        self._loop = asyncio.get_running_loop()
        self._under_way: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None
        self._clients: dict[Address, socket.socket] = {}
        self._front = self._open(self._from_client)
        self.port = int(self._front.getsockname()[1])

    def change(self, impairment: Impairment) -> None:
        """The same network both ways."""
        self.up.change(impairment)
        self.down.change(impairment)

    def rebind(self) -> None:
        """The NAT forgets: every client comes from another port from now on."""
        for client, old in list(self._clients.items()):
            self._clients[client] = self._open_towards_server(client)
            self._shut(old)

    @property
    def server_side_ports(self) -> set[int]:
        """Where the server sees the clients come from."""
        return {opened.getsockname()[1] for opened in self._clients.values()}

    def close(self) -> None:
        """Forget what is under way and close all sockets."""
        if self._timer is not None:
            self._timer.cancel()
        for opened in (self._front, *self._clients.values()):
            self._shut(opened)
        self._under_way.clear()
        self._clients.clear()

    def _from_client(self, data: bytes, client: Address) -> None:
        if client not in self._clients:
            self._clients[client] = self._open_towards_server(client)
        # Which socket is asked when it leaves the network, not when it enters: the NAT stands at its far end.
        self._carry(self.up, data, lambda: (self._clients.get(client), self._server))

    def _open_towards_server(self, client: Address) -> socket.socket:
        def from_server(data: bytes, _: Address) -> None:
            self._carry(self.down, data, lambda: (self._front, client))

        return self._open(from_server)

    def _carry(
        self, link: Link, data: bytes, way: Callable[[], tuple[socket.socket | None, Address]]
    ) -> None:
        def deliver() -> None:
            opened, to = way()
            if opened is not None:
                with contextlib.suppress(OSError):  # full, closed or unreachable: lost, as in a network
                    opened.sendto(data, to)

        now = self._loop.time()
        at = link.arrival(len(data), now)
        if at is not None and at <= now:
            deliver()
        elif at is not None:
            heapq.heappush(self._under_way, (at, next(self._numbers), deliver))
            self._arm()

    def _arm(self) -> None:
        due = self._under_way[0][0]
        if self._timer is None or due < self._timer.when():
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(due, self._due)

    def _due(self) -> None:
        self._timer = None
        while self._under_way and self._under_way[0][0] <= self._loop.time():
            heapq.heappop(self._under_way)[2]()
        if self._under_way:
            self._arm()

    def _open(self, received: Callable[[bytes, Address], None]) -> socket.socket:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        opened.bind((HOST, 0))

        def readable() -> None:
            for _ in range(DATAGRAMS_PER_WAKE):
                try:
                    data, address = opened.recvfrom(DATAGRAM_BYTES)
                except BlockingIOError:
                    return
                except OSError:  # closed meanwhile, or an ICMP error of something sent before
                    return
                received(data, address)

        self._loop.add_reader(opened.fileno(), readable)
        return opened

    def _shut(self, opened: socket.socket) -> None:
        self._loop.remove_reader(opened.fileno())
        opened.close()
