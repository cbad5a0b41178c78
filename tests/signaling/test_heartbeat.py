"""The heartbeat among other writers."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling import store
from signaling.tables import participant
from tests.signaling.world import WAIT_S, World

WAITING_FOR_A_LOCK = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def _somebody_waits(world: World) -> bool:
    async with world.database.read() as connection:
        return bool((await connection.execute(WAITING_FOR_A_LOCK)).scalar_one())


class Deadlock(Exception):
    sqlstate = "40P01"


async def test_a_deadlock_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    page = await world.arrive(world.client)
    seen, refusals = store.seen, [1, 2]

    async def unlucky(connection: AsyncConnection, ids: Sequence[str], now: datetime) -> None:
        if refusals:
            refusals.pop()
            raise DBAPIError("UPDATE", {}, Exception()) from None
        await seen(connection, ids, now)

    monkeypatch.setattr(store, "seen", unlucky)
    monkeypatch.setattr("core.database._sqlstate", lambda error: Deadlock.sqlstate)
    world.clock.advance(5)
    await world.signaling.gateway.beat()
    assert (await world.call(page.room_id)).find(page.id).last_seen == world.clock.now()


async def test_people_are_locked_in_the_order_in_which_everybody_locks_them(world: World) -> None:
    """Who waits for the first holds no other: then no two can wait for each other."""
    if world.database.dialect == "sqlite":
        return  # one writer at a time
    client, therapist = await world.arrive(world.client), await world.arrive(world.therapist)
    first, second = sorted([client.id, therapist.id])
    await client.ok("media", microphone=False, camera=False)  # its row is now the last one in the table
    locked = sa.select(participant.c.id).with_for_update(nowait=True)
    async with world.database.write() as one, world.database.write() as two:
        await one.execute(locked.where(participant.c.id == first))
        beat = asyncio.create_task(world.signaling.gateway.beat())
        async with asyncio.timeout(WAIT_S):
            while not await _somebody_waits(world):  # noqa: ASYNC110  (the database tells nobody)
                await asyncio.sleep(0.005)
        await two.execute(locked.where(participant.c.id == second))
    await beat
