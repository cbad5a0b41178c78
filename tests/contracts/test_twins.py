"""A request sent several times at once, with one key, is done once and answered alike, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.database import Database
from scheduler.cares import Cares
from scheduler.changes import Changes
from scheduler.group_service import Groups
from scheduler.join_links import JoinLinks
from scheduler.once import Once
from scheduler.series import Repeat
from scheduler.series_service import Arranging
from scheduler.tables import booking
from tests.contracts.caring import full
from tests.contracts.test_groups import opened
from tests.fakes import FakeClock
from tests.scheduler.clinic import PUBLIC_URL, WEDNESDAY, Clinic, wish

TWINS = 4
DAY = timedelta(days=1)
ONCE = Once("one key", b"one body")


@pytest.fixture
async def clinic(database_url: str, clock: FakeClock) -> AsyncIterator[Clinic]:
    database = Database.open(database_url, pool_size=16)
    yield await Clinic(database, clock).open()
    await database.close()


@pytest.fixture
def changes(clinic: Clinic) -> Changes:
    links = JoinLinks(clinic.database, clinic.clock, PUBLIC_URL, clinic.secret)
    return Changes(clinic.database, clinic.config, clinic.clock, links)


async def together(ask: Callable[[], Awaitable[Any]]) -> list[Any]:
    return await asyncio.gather(*(ask() for _ in range(TWINS)))


async def test_moving_and_cancelling(clinic: Clinic, changes: Changes) -> None:
    _, who, _ = await full(clinic)
    async with clinic.database.read() as connection:
        booking_id = (await connection.execute(sa.select(booking.c.id))).scalar_one()
    moved = await together(lambda: changes.move(who, booking_id, WEDNESDAY + DAY, ONCE))
    assert {(one.starts_at, one.sequence) for one in moved} == {(WEDNESDAY + DAY, 1)}
    off = await together(lambda: changes.cancel(who, booking_id, None, Once("another", b"")))
    assert {one.sequence for one in off} == {2}
    assert len(await clinic.events("booking.changed")) == 2  # one to each side


async def test_a_series(clinic: Clinic, changes: Changes) -> None:
    arranging = Arranging(clinic.database, clinic.config, clinic.clock, changes)
    therapist_id, who = await clinic.therapist(), await clinic.client()
    order = wish(therapist_id, WEDNESDAY)
    made = await together(lambda: arranging.book(who, order, Repeat(1, 3, True), ONCE))
    assert len({one.series_id for one in made}) == 1
    assert await clinic.statuses() == ["confirmed"] * 3


async def test_a_seat(clinic: Clinic) -> None:
    groups = Groups(clinic.database, clinic.config, clinic.clock)
    _, group_id = await opened(clinic, groups)
    who = await clinic.client()
    seats = await together(lambda: groups.take_seat(who, group_id, None, ONCE))
    assert [one.mine for one in seats] == [True] * TWINS
    assert len(await clinic.events("seat.taken")) == 1


async def test_the_end_of_a_care(clinic: Clinic) -> None:
    cares = Cares(clinic.database, clinic.config, clinic.clock)
    _, who, care_id = await full(clinic)
    done = await together(lambda: cares.end_care(who, care_id, apart=False, once=ONCE))
    assert done == [care_id] * TWINS
    assert len(await clinic.events("care.ended")) == 1
