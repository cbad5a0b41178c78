"""The exercise library behind a real application, asked over HTTP as whoever is asking."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from accounts import service as accounts
from care.exercises import Exercises
from care.routes import routes
from core.database import Database
from core.http import Identity
from core.ids import PersonId, new_id
from server.web import Edge, application
from tests.fakes import FakeClock

Client = TestClient[web.Request, web.Application]


class LibrarySite:
    """`who` is whoever is asking."""

    def __init__(self, database: Database, clock: FakeClock, files: Path) -> None:
        self.database, self.clock = database, clock
        self.exercises = Exercises(database, clock, files)
        self.who: Identity | None = None
        self.client: Client

    async def identify(self, _cookies: Mapping[str, str], which: str) -> Identity | None:
        return self.who if self.who is not None and self.who.kind == which else None

    async def enter(self, role: str) -> PersonId:
        """Ask as somebody new from now on."""
        async with self.database.write() as connection:
            person_id = await accounts.create_person(
                connection,
                name="誰か",
                email=f"{new_id()}@test.example",
                locale="ja",
                timezone="Asia/Tokyo",
                roles=(role,),
                now=self.clock.now(),
                verified=True,
            )
        kind = "link" if role == "client" else "account"
        self.who = Identity(person_id, frozenset({role}), new_id(), kind)  # type: ignore[arg-type]
        return person_id

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any, Mapping[str, str]]:
        """Status, document or bytes, headers."""
        sent = {"Todoku-Session": self.who.kind if self.who else "account"} | dict(headers or {})
        async with self.client.request(method, path, headers=sent) as response:
            is_json = response.content_type.endswith("json")
            return response.status, await (response.json() if is_json else response.read()), response.headers


@asynccontextmanager
async def open_site(database: Database, clock: FakeClock, files: Path) -> AsyncIterator[LibrarySite]:
    site = LibrarySite(database, clock, files)
    app = application(routes(site.exercises), Edge(site.identify, clock, "https://todoku.example"))
    async with TestClient(TestServer(app)) as client:
        site.client = client
        yield site
    await site.exercises.clips.close()
