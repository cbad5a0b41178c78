"""A relay that is to end: it says so at once, takes no new room, and waits for those it carries."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.bus import MemoryBus
from core.clock import SystemClock
from core.grants import Signer, Verifier, load_or_create_key
from core.ids import ParticipantId, RelayId, RoomId
from media.config import MediaConfig
from media.errors import RelayFull
from media.relay import Relay
from media.relay_server import RelayServer
from media.relays import HELLO_TOPIC
from tests.media.conftest import ROOM

ONE, TWO = ParticipantId("one"), ParticipantId("two")


class House:
    """A relay with one person on it, and what it has told of itself since."""

    def __init__(self, server: RelayServer, relay: Relay) -> None:
        self.server, self.relay = server, relay
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    bus, relay = MemoryBus(), Relay(MediaConfig(udp_port=0), SystemClock())
    key = Signer(load_or_create_key(tmp_path / "key.pem")).public_key_pem
    server = RelayServer(bus, relay, Verifier(key), SystemClock(), RelayId("one"))
    await relay.start()
    await server.start()
    relay.open_room(ROOM, 1)
    relay.join(ROOM, ONE, 1, 1)
    house = House(server, relay)
    await bus.subscribe(HELLO_TOPIC, house.heard.put)
    yield house
    await server.close()
    await relay.close()
    await bus.close()


async def test_it_says_so_at_once_and_waits_for_the_last_to_leave(house: House) -> None:
    draining = asyncio.create_task(house.server.drain(patience_s=60))
    async with asyncio.timeout(10):
        while not (await house.heard.get())["draining"]:
            pass
        house.relay.open_room(RoomId("new"), 1)
        with pytest.raises(RelayFull):
            house.relay.join(RoomId("new"), ONE, 1, 1)
        house.relay.join(ROOM, TWO, 1, 1)  # whose call began here
        assert not draining.done()
        for name in (ONE, TWO):
            house.relay.leave(ROOM, name, 1)
        await draining


async def test_its_patience_has_an_end(house: House) -> None:
    async with asyncio.timeout(10):
        await house.server.drain(patience_s=0.01)
    assert house.relay.load == 1
