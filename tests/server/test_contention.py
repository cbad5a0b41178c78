"""What the database ends in favour of others is tried again, and refused when that does not help."""

import asyncio
from collections.abc import Iterator, Mapping

import pytest
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.ext.asyncio import AsyncConnection

from core.database import RETRIES, Database
from core.http import Identity, Route
from server.web import Edge, application
from tests.conftest import COPIES
from tests.fakes import FakeClock

pytestmark = pytest.mark.service

WAIT_S = 20
OURS, THEIRS = 1, 2
WAITING = sa.text("SELECT count(*), pg_sleep(0.01) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'")


async def lock(connection: AsyncConnection, number: int, patience_ms: int = 60_000) -> None:
    """Who has the least patience finds a deadlock first, and is ended."""
    await connection.execute(sa.text(f"SET LOCAL deadlock_timeout = {patience_ms}"))
    await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


class Rivals:
    """Others who come into our way, in so many of our transactions."""

    def __init__(self, database: Database, deadlocks: int) -> None:
        self._database, self._deadlocks = database, deadlocks
        self.tried = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def meet(self, connection: AsyncConnection) -> None:
        """What a transaction of ours does."""
        self.tried += 1
        await lock(connection, OURS)
        if self.tried <= self._deadlocks:
            self._tasks.append(asyncio.create_task(self._come()))
            while not (await connection.execute(WAITING)).one()[0]:
                pass
        await lock(connection, THEIRS, patience_ms=10)

    async def _come(self) -> None:
        async with self._database.write() as connection:
            await lock(connection, THEIRS)
            await lock(connection, OURS)

    async def go(self) -> None:
        await asyncio.gather(*self._tasks)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """SQLite has one writer at a time: nobody gives way there."""
    yield from COPIES["postgresql"](request)


async def nobody(_cookies: Mapping[str, str], _which: str) -> Identity | None:
    return None


@pytest.mark.parametrize(("deadlocks", "tried", "status"), [(RETRIES - 1, RETRIES, 200), (9, RETRIES, 503)])
async def test_a_deadlock_is_tried_again_and_then_refused_with_when_to_come_back(
    database: Database, clock: FakeClock, deadlocks: int, tried: int, status: int
) -> None:
    rivals = Rivals(database, deadlocks)

    async def give_way(_request: web.Request) -> web.Response:
        await database.transact(rivals.meet)
        return web.json_response({})

    routes = [Route("POST", "/api/way", give_way, "Give way")]
    app = application(routes, Edge(nobody, clock, "https://todoku.example"))
    async with asyncio.timeout(WAIT_S), TestClient(TestServer(app)) as client:
        response = await client.post("/api/way")
        document = await response.json(content_type=None)
        await rivals.go()
    assert (response.status, rivals.tried) == (status, tried)
    if status == 503:
        assert (document["code"], document["retry_after_s"]) == ("contended", 1)
        assert response.headers["Retry-After"] == "1"
