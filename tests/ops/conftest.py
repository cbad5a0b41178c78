"""The world of signaling's tests, with staff and the HTTP interface."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from core.http import Identity, Route
from ops import routes as ops_routes
from ops.service import OpsService
from ops.stats import LatestStats
from server.web import Edge, application
from tests.conftest import Backend
from tests.fakes import FakeClock
from tests.signaling.world import World, open_world, staff


@dataclass
class Office:
    """A world, and everybody's way to its HTTP interface."""

    world: World
    stats: LatestStats
    people: dict[str, Identity]
    routes: list[Route]
    address: str
    http: aiohttp.ClientSession

    async def ask(self, who: str, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        identity = self.people.get(who)
        cookies, headers = {}, {"Todoku-Session": identity.kind if identity else "account"}
        if identity is not None:
            cookies = {f"todoku_{identity.kind}": who}
        async with self.http.request(
            method, self.address + path, json=body, cookies=cookies, headers=headers
        ) as answer:
            return answer.status, (await answer.json() if answer.content_length else {})


@pytest.fixture
async def office(backend: Backend, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_world(backend.database, backend.bus, clock, tmp_path / "key.pem") as world:
        stats = LatestStats(backend.bus, clock, stale_after_s=5.0)
        await stats.start()
        service = OpsService(backend.database, clock, world.signaling.calls, stats)
        people = {"client": world.client, "therapist": world.therapist, "staff": await staff(world)}

        async def identify(cookies: Mapping[str, str], which: str) -> Identity | None:
            return people.get(cookies.get(f"todoku_{which}", ""))

        routes = [*ops_routes.routes(service), *world.signaling.routes()]
        runner = web.AppRunner(application(routes, Edge(identify, clock, "http://localhost")))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
            yield Office(world, stats, people, routes, address, http)
        await runner.cleanup()
        await stats.close()
