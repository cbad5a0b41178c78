"""A calendar of many times that is read again writes its therapist's row a few times, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.database import Database
from scheduler import import_store
from scheduler.first_free import FirstFree
from scheduler.import_store import Import
from scheduler.model import Span
from scheduler.tables import therapist
from tests.fakes import FakeClock
from tests.scheduler.clinic import Clinic

TIMES = 400
BEGIN = datetime(2026, 12, 1, tzinfo=UTC)
BUSY = [Span(BEGIN + timedelta(hours=n), BEGIN + timedelta(hours=n, minutes=30)) for n in range(TIMES)]


async def imported(clinic: Clinic, therapist_id: str) -> Import:
    """A calendar of many times, and a bound that is known."""
    async with clinic.database.write() as connection:
        now = clinic.clock.now()
        await import_store.insert(connection, therapist_id, "https://calendar.example/a", "a", now)
        (one,) = await import_store.of_therapist(connection, therapist_id)
        await import_store.replace_times(connection, one, BUSY)
    await FirstFree(clinic.database, clinic.config, clinic.clock).refresh()
    return replace(one, times=TIMES)


async def written(connection: AsyncConnection) -> int:
    """Rows of therapists written in this transaction; on SQLite of all tables."""
    if connection.dialect.name == "sqlite":
        return int((await connection.exec_driver_sql("SELECT total_changes()")).scalar_one())
    count = "SELECT n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = 'therapist'"
    return int((await connection.exec_driver_sql(count)).scalar_one())


@pytest.mark.parametrize("how", ["replaced", "removed"])
async def test_a_calendar_read_again_writes_its_therapist_a_few_times(
    database: Database, clock: FakeClock, how: str
) -> None:
    clinic = await Clinic(database, clock).open()
    one = await imported(clinic, await clinic.therapist())
    async with database.write() as connection:
        before = await written(connection)
        if how == "replaced":
            await import_store.replace_times(connection, one, BUSY)
        else:
            await import_store.delete(connection, one.therapist_id, one.id)
        rows = await written(connection) - before
    ours = 0 if database.dialect == "postgresql" else TIMES * (2 if how == "replaced" else 1)
    assert 1 <= rows - ours <= 4
    async with database.read() as connection:
        assert (await connection.execute(sa.select(therapist.c.free_from))).scalar_one() is None
