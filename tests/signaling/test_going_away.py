"""Pages that go away: what they leave behind, and what not."""

import asyncio

import pytest

from signaling.service import Member
from tests.signaling.world import WAIT_S, World, until


async def test_a_page_that_goes_away_while_it_connects_leaves_nothing_behind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, committed, go_on = world.signaling.calls, asyncio.Event(), asyncio.Event()
    connect = calls.connect

    async def slow(grant: str, tab_id: str, connection_id: str) -> Member:
        member = await connect(grant, tab_id, connection_id)
        committed.set()
        await go_on.wait()
        return member

    monkeypatch.setattr(calls, "connect", slow)
    page = await world.enter(world.client)
    coming = asyncio.create_task(page.connect())
    async with asyncio.timeout(WAIT_S):
        await committed.wait()
    assert (await world.call(page.room_id)).find(page.id).connection_id is not None
    [connection] = world.server.eio.sockets.values()
    await connection.close(wait=False)  # as after a ping that nobody answered
    go_on.set()
    await world.reaches(page.room_id, lambda call: call.find(page.id).connection_id is None)
    assert world.signaling.gateway.connections == 0
    await until(lambda: list(world.server.manager.get_participants("/call", None)) == [])
    coming.cancel()
    await asyncio.gather(coming, return_exceptions=True)


async def test_a_place_whose_connection_has_ended_waits_for_the_next(world: World) -> None:
    page = await world.arrive(world.client)
    await page.close()
    await world.reaches(page.room_id, lambda call: call.find(page.id).connection_id is None)
    again = await world.arrive(world.client, page.tab_id)
    await again.my_state("waiting")


async def test_an_old_connections_end_does_not_take_the_place_of_the_new_one(world: World) -> None:
    page = await world.arrive(world.client)
    calls = world.signaling.calls
    await calls.disconnect(Member(page.room_id, page.id, "an earlier connection"))
    assert (await world.call(page.room_id)).find(page.id).connection_id is not None


async def test_a_tab_that_was_closed_is_no_other_tab(world: World) -> None:
    page = await world.arrive(world.client)
    assert (await world.enter(world.client)).entry.other_tab
    await page.close()
    await world.reaches(page.room_id, lambda call: call.find(page.id).connection_id is None)
    assert not (await world.enter(world.client)).entry.other_tab
