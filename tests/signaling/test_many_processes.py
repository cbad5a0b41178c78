"""Two web processes over one database and Redis: people meet whichever they are connected to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bus import open_bus
from core.grants import Signer, load_or_create_key
from core.sockets import build_server
from signaling.participant import State
from signaling.signaling import House, Signaling
from tests.conftest import COPIES, Backend
from tests.fakes import FakeClock
from tests.signaling.world import CONFIG, Page, World, neighbours_of, open_world, web_process

pytestmark = pytest.mark.service


@pytest.fixture(params=["postgresql"])
def backend_urls(redis_url: str, request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    for database_url in COPIES["postgresql"](request):
        yield database_url, redis_url


async def test_people_of_two_processes_share_a_call(
    backend: Backend, clock: FakeClock, tmp_path: Path
) -> None:
    key_file = tmp_path / "key.pem"
    redis = backend.bus_url
    other_bus = open_bus(redis)
    async with open_world(backend.database, backend.bus, clock, key_file, redis) as world:
        key = load_or_create_key(key_file)
        async with web_process(backend.database, other_bus, clock, world.clinic, key, redis) as other:
            relay = await world.relay()
            client = await world.arrive(world.client)
            therapist = await _arrive_at(world, other[3])
            await client.peer_state("admitted")
            await therapist.ok("admit", participant_id=client.id)
            await client.sees(lambda message: True, "admitted")
            for page in (client, therapist):
                await page.ok("join")
                relay.tell(page.room_id, page.id, "connected")
            await client.peer_state("connected")
            await therapist.peer_state("connected")

            second_tab = await _arrive_at(world, other[3], client)
            await client.sees(lambda message: True, "replaced")
            await second_tab.ok("leave")
            await therapist.sees(lambda message: message["reason"] == "hung_up", "ended")
            call = await world.call(client.room_id)
            assert {one.state for one in call.people} == {State.ENDED}
            assert await world.status() == "fulfilled"
    await other_bus.close()


async def test_a_process_without_pages_reaches_the_pages_of_another(
    backend: Backend, clock: FakeClock, tmp_path: Path
) -> None:
    key_file = tmp_path / "key.pem"
    async with open_world(backend.database, backend.bus, clock, key_file, backend.bus_url) as world:
        client = await world.arrive(world.client)
        await client.my_state("waiting")
        server = build_server(backend.bus_url, [])
        house = House(backend.database, backend.bus, clock, Signer(load_or_create_key(key_file)))
        jobs = Signaling(house, neighbours_of(world.clinic), CONFIG, server)
        clock.advance(3 * 3600)
        for _ in range(2):
            await jobs.watch.run()
            clock.advance(61)  # the heart of the page's process does not beat
        await client.sees(lambda message: message == {"reason": "expired", "by": "system"}, "ended")
        await server.close()


async def _arrive_at(world: World, address: str, like: Page | None = None) -> Page:
    page = await world.enter(world.client if like else world.therapist)
    page.address = address
    return await page.connect()
