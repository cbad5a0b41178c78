"""Ways to the relay: both families of addresses, and TCP where UDP does not pass."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import pytest
from aiohttp import web
from playwright.async_api import Browser

from core.clock import SystemClock
from core.ids import ParticipantId
from media.config import MediaConfig
from media.relay import Relay
from tests.media.client import VP8_KEY, Client, rtp_packet
from tests.media.conftest import ROOM
from tests.media.pages import pages
from tests.media.test_chromium import stats_past

CONNECTED_OVER_TCP_MS = 3000


@pytest.fixture
def nowhere() -> Iterator[int]:
    """A UDP port from which nothing comes back."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as silent:
        silent.bind(("127.0.0.1", 0))
        yield silent.getsockname()[1]


async def test_somebody_on_ipv6_and_somebody_on_ipv4_are_in_one_call() -> None:
    config = MediaConfig(udp_host="::", udp_port=0, advertised_addresses=("127.0.0.1", "::1"))
    relay = Relay(config, SystemClock())
    await relay.start()
    relay.open_room(ROOM, 1)
    clients = []
    for number, name in enumerate(("one", "two")):
        base = 1000 * (number + 1)
        offer = relay.join(ROOM, ParticipantId(name), 1, 1)
        client = Client(offer, (base + 11, base + 21, base + 22), family=number)
        relay.answer(ROOM, ParticipantId(name), 1, offer.number, client.answer)
        await client.connect()
        clients.append(client)
    one, two = clients
    for sender, receiver in ((one, two), (two, one)):
        sender.send_rtp(rtp_packet(sender.ssrcs[1], 1, 0, VP8_KEY))
        await receiver.until(partial(receiver.received, receiver.slot("3")))
    assert ":" in two.address[0]
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)  # TCP, too, for both
    _, other = await asyncio.open_connection("::1", relay.port)
    assert not reader.at_eof()
    for one_writer in (writer, other):
        one_writer.close()
    for client in clients:
        await client.close()
    await relay.close()


@pytest.mark.browser
async def test_a_browser_that_no_udp_leaves_is_connected_over_tcp(
    relay: Relay, browser: Browser, nowhere: int
) -> None:
    runner = web.AppRunner(pages(relay, blocked={"two": nowhere}))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    one, two = [await (await browser.new_context()).new_page() for _ in range(2)]
    await one.goto(f"{address}/one")
    await two.goto(f"{address}/two")
    seen = await asyncio.gather(stats_past(one, 30), stats_past(two, 30))
    assert seen[1]["first_ms"] < CONNECTED_OVER_TCP_MS
    transports = {p.participant_id: p.transport for p in relay.stats().rooms[0].participants}
    assert transports == {"one": "udp", "two": "tcp"}
    await runner.cleanup()
