"""Whether a process lives and can serve, as a supervisor or a load balancer asks; nothing else is told."""

import asyncio
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from core.clock import SystemClock
from core.database import Database
from server.health import routes
from server.web import Edge, application
from tests import services


async def answer(database: Database, path: str) -> tuple[int, dict[str, Any]]:
    app: web.Application = application(routes(database), Edge(_nobody, SystemClock(), "http://localhost", 0))
    async with TestClient(TestServer(app)) as client, client.get(path) as response:
        return response.status, await response.json(content_type=None)


async def _nobody(_cookies: object, _which: str) -> None:
    return None


def _until_workers_end() -> None:
    """aiosqlite's thread tells the loop of a connection that failed; the loop must still be there."""
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            thread.join(timeout=2)


async def test_a_process_whose_database_answers_is_ready(database: Database) -> None:
    assert await answer(database, "/health/ready") == (200, {"status": "ready"})


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_process_without_its_database_lives_and_is_not_ready(kind: str, tmp_path: Path) -> None:
    urls = {
        "sqlite": f"sqlite:///{tmp_path}",  # a folder is no database
        "postgresql": f"postgresql://todoku:geheim@127.0.0.1:{services.free_port()}/todoku",
    }
    database = Database.open(urls[kind])
    assert await answer(database, "/health/live") == (200, {"status": "live"})
    status, told = await answer(database, "/health/ready")
    await database.close()
    await asyncio.to_thread(_until_workers_end)
    assert (status, told["code"]) == (503, "unavailable")
    assert not re.search("geheim|pytest|127|sqlite|postgres", str(told))
