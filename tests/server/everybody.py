"""A web process of its own, in this process, and one tab of each kind of asker."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from care.loading import library
from chat.service import ensure_conversation
from core.config import BusConfig, DatabaseConfig, FilesConfig, GrantsConfig, PushConfig
from core.http import Identity
from core.ids import PersonId
from server.assembly import House, build
from server.config import Config, ServerConfig
from tests import services
from tests.flows.people import Tab
from tests.flows.program import Program, Seeds, seed


@dataclass
class Everybody:
    """`tabs` by asker; `ids` are what the paths of the API take."""

    house: House
    address: str
    tabs: dict[str, Tab]
    ids: dict[str, str]

    async def document(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.tabs["nobody"].ask("GET", "/api/openapi.json")
        return found


@asynccontextmanager
async def open_everybody(backend_urls: tuple[str, str], folder: Path) -> AsyncIterator[Everybody]:
    port = services.free_port()
    config = Config(
        server=ServerConfig(port=port),
        database=DatabaseConfig(url=backend_urls[0]),
        bus=BusConfig(url=backend_urls[1]),
        files=FilesConfig(url=f"file:{folder}/files"),
        grants=GrantsConfig(key_file=str(folder / "key.pem")),
        push=PushConfig(key_file=str(folder / "push-key.pem")),
    )
    program = Program(f"http://localhost:{port}", folder, backend_urls[0], ())
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(build(config, "web"))
        seeds = await seed(program)
        tabs = {name: Tab(program, kind) for name, kind in ASKERS.items()}
        for tab in tabs.values():
            stack.push_async_callback(tab.close)
        await tabs["therapist"].sign_in(seeds.therapist_email)
        await tabs["staff"].sign_in(seeds.staff_email)
        await tabs["visitor"].follow(seeds.booking_link)
        yield Everybody(
            house, program.address, tabs, {"conversation_id": await conversation(house, seeds), **UNKNOWN}
        )


ASKERS = {"nobody": "account", "therapist": "account", "staff": "account", "visitor": "link"}
UNKNOWN = {
    "message_id": "m",
    "room_id": "r",
    "booking_id": "b",
    "hold_id": "h",
    "device_id": "d",
    "therapist_id": "t",
    "group_id": "g",
    "series_id": "s",
    "date": "2026-11-25",
    "time_off_id": "o",
    "travel_id": "j",
    "session_type_id": "k",
    "offer_id": "o",
    "handover_id": "v",
    "choice_id": "c",
    "care_id": "e",
    "calendar_id": "c",
    "subscription_id": "p",
    "webhook_id": "w",
    "token": "f",
    "seat": "1",
    "exercise_id": "neck-turn",
    "edition": library().by_id["neck-turn"].edition,
}


async def conversation(house: House, seeds: Seeds) -> str:
    """The therapist's, so that there is something to write into."""
    now, therapist_id = house.ground.clock.now(), PersonId(seeds.therapist_id)
    who = Identity(therapist_id, frozenset({"therapist"}), "s", "account")
    visit = await house.scheduler.visit(seeds.booking_id, who, now)
    async with house.ground.database.write() as connection:
        return await ensure_conversation(connection, visit.care_id, {therapist_id: "therapist"}, now)
