"""A relay wherever it runs: in this process over memory, in another one over Redis; and its caller's side."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.bus import Bus, open_bus
from core.clock import SystemClock
from core.grants import Grant, Signer, Verifier, load_or_create_key
from core.ids import ParticipantId, PersonId, RelayId, RoomId, new_id
from media.config import MediaConfig
from media.model import Offer
from media.relay import Relay
from media.relay_server import RelayServer
from media.relays import EVENTS_TOPIC, HELLO_TOPIC, STATS_TOPIC, Relays
from tests.media.client import Client
from tests.services import die_with_parent

TIMEOUT_S = 15
SEAT = {"room_id": "r", "participant_id": "one", "seat": 1}
CLOCK = SystemClock()
ONE, TWO, CAMERA = ParticipantId("one"), ParticipantId("two"), ParticipantId("camera")


class House:
    """The caller's side: a bus, the calls, a signer, and what the relay has told."""

    def __init__(self, bus: Bus, signer: Signer, relay_id: str) -> None:
        self.bus = bus
        self.relays = Relays(bus)
        self.signer = signer
        self.relay_id = RelayId(relay_id)
        self.room = RoomId(new_id())
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._news = asyncio.Event()

    async def listen(self) -> None:
        for topic in (HELLO_TOPIC, EVENTS_TOPIC, STATS_TOPIC):
            await self.bus.subscribe(topic, lambda payload, topic=topic: self._hear(topic, payload))  # type: ignore[misc]

    async def _hear(self, topic: str, payload: dict[str, Any]) -> None:
        if payload["relay_id"] == self.relay_id:
            self.heard.append((topic, payload))
            self._news.set()

    async def told(
        self, topic: str, condition: Callable[[dict[str, Any]], bool] = lambda payload: True
    ) -> dict[str, Any]:
        """The first message on the topic that meets the condition."""
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                for heard, payload in self.heard:
                    if heard == topic and condition(payload):
                        return payload
                self._news.clear()
                await self._news.wait()

    def grant(self, who: ParticipantId = ONE, **changes: Any) -> str:
        now = CLOCK.now()
        grant = Grant("seat", self.room, who, PersonId("p"), "client", "", 1, now + timedelta(minutes=5))
        return self.signer.sign(replace(grant, **changes), now)

    async def join(self, who: ParticipantId = ONE, seat: int = 1) -> Offer:
        return await self.relays.join(self.relay_id, self.grant(who), seat)

    async def connect(self, who: ParticipantId, base: int) -> Client:
        offer = await self.join(who)
        client = Client(offer, (base + 1, base + 2, base + 3))
        await self.relays.answer(self.relay_id, self.room, who, 1, offer.number, client.answer)
        await client.connect()
        return client


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(load_or_create_key(tmp_path_factory.mktemp("grants") / "key.pem"))


@pytest.fixture(scope="module")
def far_relay(redis_url: str, signer: Signer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The id of a relay in a process of its own."""
    key_file = tmp_path_factory.mktemp("relay") / "grant-key.pub"
    key_file.write_bytes(signer.public_key_pem)
    relay_id = new_id()
    command = [sys.executable, "-m", "tests.media.relay_process", redis_url, relay_id, str(key_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield relay_id
        process.terminate()
        assert process.wait(TIMEOUT_S) == 0


@contextlib.asynccontextmanager
async def near_relay(bus: Bus, signer: Signer) -> AsyncIterator[str]:
    """The id of a relay in this process."""
    relay = Relay(MediaConfig(udp_port=0), CLOCK)
    server = RelayServer(bus, relay, Verifier(signer.public_key_pem), CLOCK, RelayId("near"))
    await relay.start()
    await server.start()
    yield "near"
    await server.close()
    await relay.close()


@contextlib.asynccontextmanager
async def opened(bus_url: str, signer: Signer, relay_id: str | None) -> AsyncIterator[House]:
    bus = open_bus(bus_url)
    async with contextlib.AsyncExitStack() as stack:
        if relay_id is None:
            relay_id = await stack.enter_async_context(near_relay(bus, signer))
        house = House(bus, signer, relay_id)
        await house.listen()
        await house.relays.open_room(house.relay_id, house.room, 1)
        yield house
        await house.relays.close_room(house.relay_id, house.room, 9)
    await bus.close()


@pytest.fixture(params=["near", pytest.param("far", marks=pytest.mark.service)])
async def house(request: pytest.FixtureRequest, signer: Signer) -> AsyncIterator[House]:
    far = request.param == "far"
    bus_url = request.getfixturevalue("redis_url") if far else "memory:"
    relay_id = request.getfixturevalue("far_relay") if far else None
    async with opened(bus_url, signer, relay_id) as house:
        yield house
