"""Everybody who can ask, on every pair of database and bus."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.everybody import Everybody, open_everybody


@pytest.fixture
async def everybody(backend_urls: tuple[str, str], tmp_path: Path) -> AsyncIterator[Everybody]:
    async with open_everybody(backend_urls, tmp_path) as opened:
        yield opened
