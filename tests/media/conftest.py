"""A relay on a free port, and browsers that join it."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count

import pytest
from playwright.async_api import Browser, async_playwright

from core.clock import SystemClock
from core.ids import ParticipantId, RoomId
from media import python_streams
from media.config import MediaConfig
from media.relay import Relay
from tests.media.client import Client
from tests.media.planes import PlainNumbers

ROOM = RoomId("room")
Join = Callable[..., Awaitable[Client]]
FLAGS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture
def plain_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Viewers see the first source's own numbers."""
    monkeypatch.setattr(python_streams, "SequenceMap", lambda _begin: PlainNumbers(-1))


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    opened = Relay(MediaConfig(udp_port=0), SystemClock())
    await opened.start()
    opened.open_room(ROOM, 1)
    yield opened
    await opened.close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield opened
        await opened.close()


@pytest.fixture
async def join(relay: Relay) -> AsyncIterator[Join]:
    """Brings a connected client into the room."""
    clients: list[Client] = []
    numbers = count(0)

    async def one(name: str, seat: int = 1) -> Client:
        base = 1000 * (next(numbers) + 1)
        participant = ParticipantId(name)
        client = Client(relay.join(ROOM, participant, 1, seat), (base + 11, base + 21, base + 22))
        clients.append(client)
        relay.answer(ROOM, participant, seat, client.offer.number, client.answer)
        await client.connect()
        return client

    yield one
    for client in clients:
        await client.close()
