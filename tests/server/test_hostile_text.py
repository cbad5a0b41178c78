"""Every operation of the API with text that a database may refuse, by everybody who can ask: never a 500.

The operations and their members are taken from the OpenAPI document, so that a new one is tried too.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chat.service import ensure_conversation
from core.config import BusConfig, DatabaseConfig, GrantsConfig
from core.http import Identity
from core.ids import PersonId
from server.assembly import House, build
from server.config import Config, ServerConfig
from tests import services
from tests.flows.people import Tab
from tests.flows.program import Program, Seeds, seed

NUL = "a\0b"
OTHERS = "a\x01\x07\x0b\x1b\x1f\x7f\x85\u202e\ufffeb"
# Something that each member takes, so that the one tried is the only one at fault.
PLAUSIBLE = {
    "starts_at": "2026-11-25T00:00:00Z",
    "from": "2026-11-24",
    "to": "2026-11-24",
    "timezone": "Asia/Tokyo",
    "tz": "Asia/Tokyo",
    "locale": "ja",
    "email": "a@example.com",
    "client_message_id": "0190a4f6-7a3b-7c11-8a00-0123456789ab",
}


@dataclass(frozen=True)
class Attempt:
    """One operation with one member to be tried."""

    method: str
    path: str
    place: str  # "body" or "query"
    members: tuple[str, ...]
    tried: str

    def options(self, text: str) -> dict[str, Any]:
        values = {name: PLAUSIBLE.get(name, "1") for name in self.members} | {self.tried: text}
        return {"json": values} if self.place == "body" else {"params": values}


def attempts(document: dict[str, Any], ids: dict[str, str]) -> Iterator[Attempt]:
    """Every member that may hold text, of every operation."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            query = {part["name"]: part for part in operation["parameters"] if part["in"] == "query"}
            schema = (
                document["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]] if body else {}
            )
            places = {"body": schema.get("properties", {}), "query": query}
            for place, members in places.items():
                required = tuple(
                    name for name in members if name in schema.get("required", ()) or place == "query"
                )
                for tried, part in members.items():
                    if '"string"' in str(part).replace("'", '"'):
                        yield Attempt(method, path.format_map(ids), place, required, tried)


@dataclass
class Everybody:
    """A web process, and one tab of each kind of asker."""

    house: House
    seeds: Seeds
    tabs: dict[str, Tab]
    ids: dict[str, str]

    async def document(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.tabs["nobody"].ask("GET", "/api/openapi.json")
        return found

    async def answers(self, attempt: Attempt, text: str) -> dict[str, tuple[int, dict[str, Any]]]:
        """Status and document by asker."""
        found = {}
        for name, tab in self.tabs.items():
            options = {**attempt.options(text), "headers": {"If-Match": '"1"'}}
            async with tab.http.request(attempt.method, attempt.path, **options) as response:
                is_json = response.content_type.endswith("json")
                found[name] = (response.status, await response.json(content_type=None) if is_json else {})
        return found


@pytest.fixture
async def everybody(backend_urls: tuple[str, str], tmp_path: Path) -> AsyncIterator[Everybody]:
    port = services.free_port()
    config = Config(
        server=ServerConfig(port=port),
        database=DatabaseConfig(url=backend_urls[0]),
        bus=BusConfig(url=backend_urls[1]),
        grants=GrantsConfig(key_file=str(tmp_path / "key.pem")),
    )
    program = Program(f"http://localhost:{port}", tmp_path, backend_urls[0], ())
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(build(config, "web"))
        seeds = await seed(program)
        tabs = {name: Tab(program, kind) for name, kind in ASKERS.items()}
        for tab in tabs.values():
            stack.push_async_callback(tab.close)
        await tabs["therapist"].sign_in(seeds.therapist_email)
        await tabs["staff"].sign_in(seeds.staff_email)
        await tabs["visitor"].follow(seeds.booking_link)
        yield Everybody(house, seeds, tabs, {"conversation_id": await conversation(house, seeds), **UNKNOWN})


ASKERS = {"nobody": "account", "therapist": "account", "staff": "account", "visitor": "link"}
UNKNOWN = {
    "message_id": "m",
    "room_id": "r",
    "booking_id": "b",
    "hold_id": "h",
    "device_id": "d",
    "seat": "1",
}


async def conversation(house: House, seeds: Seeds) -> str:
    """The therapist's, so that there is something to write into."""
    now, therapist_id = house.ground.clock.now(), PersonId(seeds.therapist_id)
    who = Identity(therapist_id, frozenset({"therapist"}), "s", "account")
    visit = await house.scheduler.visit(seeds.booking_id, who, now)
    async with house.ground.database.write() as connection:
        return await ensure_conversation(connection, visit.care_id, {therapist_id: "therapist"}, now)


async def test_a_nul_in_any_text_is_a_422_that_names_the_member(everybody: Everybody) -> None:
    tried = 0
    for attempt in attempts(await everybody.document(), everybody.ids):
        answers = await everybody.answers(attempt, NUL)
        assert max(status for status, _ in answers.values()) < 500, (attempt, answers)
        named = [
            document["errors"][0]["field"]
            for status, document in answers.values()
            if status == 422 and document["code"] == "invalid"
        ]
        assert set(named) == {attempt.tried}, (attempt, answers)
        tried += 1
    assert tried > 15


async def test_no_other_odd_character_in_any_text_is_a_fault_of_ours(everybody: Everybody) -> None:
    for attempt in attempts(await everybody.document(), everybody.ids):
        answers = await everybody.answers(attempt, OTHERS)
        assert max(status for status, _ in answers.values()) < 500, (attempt, answers)


async def test_a_nul_in_a_path_is_not_found(everybody: Everybody) -> None:
    paths = [path for path in (await everybody.document())["paths"] if "{" in path]
    for path in paths:
        address = path.format_map(dict.fromkeys(everybody.ids, "%00"))
        async with everybody.tabs["therapist"].http.get(address) as response:
            assert response.status in (404, 405), path
