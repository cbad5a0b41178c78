"""Datagrams go through the proxy as its links decide."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.impairment.link import Impairment
from tests.impairment.proxy import HOST, Proxy


@dataclass
class End(asyncio.DatagramProtocol):
    """One end; the server's end answers everything with the same."""

    answers: bool
    heard: list[tuple[bytes, Any, float]] = field(default_factory=list)

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, address: Any) -> None:
        self.heard.append((data, address, asyncio.get_running_loop().time()))
        if self.answers:
            self.transport.sendto(data, address)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110, nothing tells of it
            await asyncio.sleep(0.001)


@dataclass
class Network:
    server: End
    client: End
    proxy: Proxy

    async def exchange(self, data: bytes) -> float:
        """Round-trip seconds of one datagram."""
        began = asyncio.get_running_loop().time()
        self.client.transport.sendto(data, (HOST, self.proxy.port))
        await until(lambda: data in [heard for heard, _, _ in self.client.heard])
        return self.client.heard[-1][2] - began


async def end(answers: bool) -> End:
    loop = asyncio.get_running_loop()
    _, opened = await loop.create_datagram_endpoint(lambda: End(answers), local_addr=(HOST, 0))
    return opened


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    server, client = await end(answers=True), await end(answers=False)
    proxy = Proxy(server.port, seed=1)
    yield Network(server, client, proxy)
    proxy.close()
    for opened in (server, client):
        opened.transport.close()


async def test_datagrams_go_and_come_back(network: Network) -> None:
    await network.exchange(b"one")
    await network.exchange(b"two")
    assert [data for data, _, _ in network.server.heard] == [b"one", b"two"]
    assert network.client.heard[0][1] == (HOST, network.proxy.port)


async def test_each_direction_has_its_own_delay(network: Network) -> None:
    network.proxy.up.change(Impairment(delay_s=0.03))
    assert await network.exchange(b"up") >= 0.03
    network.proxy.down.change(Impairment(delay_s=0.05))
    assert await network.exchange(b"both") >= 0.08


async def test_what_is_sent_later_with_less_delay_still_comes_later(network: Network) -> None:
    network.proxy.up.change(Impairment(delay_s=0.05))
    network.client.transport.sendto(b"first", (HOST, network.proxy.port))
    await until(lambda: network.proxy.up.passed == 1)
    network.proxy.up.change(Impairment())
    await network.exchange(b"second")
    assert [data for data, _, _ in network.server.heard] == [b"first", b"second"]


async def test_a_black_hole_swallows_and_ends(network: Network) -> None:
    network.proxy.change(Impairment(blackhole=True))
    network.client.transport.sendto(b"lost", (HOST, network.proxy.port))
    await until(lambda: network.proxy.up.dropped == 1)
    network.proxy.change(Impairment())
    await network.exchange(b"back")
    assert [data for data, _, _ in network.server.heard] == [b"back"]


async def test_a_rebinding_shows_the_server_another_port_and_closes_the_old_one(network: Network) -> None:
    await network.exchange(b"before")
    old = network.proxy.server_side_ports
    network.proxy.rebind()
    network.server.transport.sendto(b"to the old port", network.server.heard[0][1])
    await network.exchange(b"after")
    seen = [address[1] for _, address, _ in network.server.heard]
    assert {seen[0]} == old
    assert {seen[1]} == network.proxy.server_side_ports != old
    assert [data for data, _, _ in network.client.heard] == [b"before", b"after"]


async def test_two_clients_are_kept_apart(network: Network) -> None:
    other = await end(answers=False)
    await network.exchange(b"mine")
    other.transport.sendto(b"theirs", (HOST, network.proxy.port))
    await until(lambda: bool(other.heard))
    assert [data for data, _, _ in network.client.heard] == [b"mine"]
    assert len(network.proxy.server_side_ports) == 2
    other.transport.close()
