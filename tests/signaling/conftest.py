"""A world with a booking, on every database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import Backend
from tests.fakes import FakeClock
from tests.signaling.world import World, open_world


@pytest.fixture
async def world(backend: Backend, clock: FakeClock, tmp_path: Path) -> AsyncIterator[World]:
    manager_url = None if backend.bus_url == "memory:" else backend.bus_url
    async with open_world(backend.database, backend.bus, clock, tmp_path / "key.pem", manager_url) as opened:
        yield opened
