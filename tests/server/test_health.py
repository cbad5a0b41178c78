"""Whether a process lives and can serve, as a supervisor or a load balancer asks; nothing else is told."""

import re
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
    assert (status, told["code"]) == (503, "unavailable")
    assert not re.search("geheim|pytest|127|sqlite|postgres", str(told))
