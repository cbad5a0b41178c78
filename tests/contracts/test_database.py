"""The database contract, on SQLite and on PostgreSQL."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

import server.tables  # noqa: F401  (every folder's tables)
from core.database import Database, metadata, migrate, violation
from core.ids import new_id
from core.tables import idempotency, job_lease, outbox
from tests.fakes import FakeClock

AT = datetime(2026, 11, 24, 1, 2, 3, 456789, tzinfo=UTC)


def lease(name: str = "job", at: datetime = AT) -> dict[str, object]:
    return {"name": name, "holder": "me", "lease_until": at, "due_at": at}


async def test_instants_and_json_come_back_as_they_went(database: Database) -> None:
    tokyo = AT.astimezone(timezone(timedelta(hours=9)))
    values = {"id": new_id(), "topic": "t", "payload": {"字": [1, None]}, "created_at": tokyo, "due_at": AT}
    async with database.write() as connection:
        await connection.execute(sa.insert(outbox).values(values))
    async with database.read() as connection:
        row = (await connection.execute(sa.select(outbox))).one()
    assert row.created_at == row.due_at == AT
    assert row.created_at.utcoffset() == timedelta(0)
    assert row.payload == {"字": [1, None]}
    assert row.done_at is None


async def test_instants_compare_in_sql_by_time(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(
            sa.insert(job_lease), [lease("early"), lease("late", AT + timedelta(seconds=1))]
        )
    async with database.read() as connection:
        query = sa.select(job_lease.c.name).where(job_lease.c.due_at <= AT)
        assert (await connection.execute(query)).scalars().all() == ["early"]


async def test_an_exception_rolls_the_transaction_back(database: Database) -> None:
    async def half() -> None:
        async with database.write() as connection:
            await connection.execute(sa.insert(job_lease).values(lease()))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await half()
    async with database.read() as connection:
        assert (await connection.execute(sa.select(job_lease))).all() == []


async def test_a_violated_key_is_named_alike_on_both(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(sa.insert(job_lease).values(lease()))
    with pytest.raises(IntegrityError) as raised:
        async with database.write() as connection:
            await connection.execute(sa.insert(job_lease).values(lease()))
    assert violation(raised.value) == "job_lease_pkey"


async def test_a_violated_unique_index_is_named_alike_on_both(database: Database) -> None:
    row = {"topic": "t", "payload": {}, "dedupe_key": "k", "created_at": AT, "due_at": AT}
    with pytest.raises(IntegrityError) as raised:
        async with database.write() as connection:
            for _ in range(2):
                await connection.execute(sa.insert(outbox).values(row | {"id": new_id()}))
    assert violation(raised.value) == "outbox_dedupe"


async def test_thirty_two_writers_that_read_first_lose_no_update(database: Database) -> None:
    async with database.write() as connection:
        values = {"actor": "a", "key": "k", "body_hash": "", "status": 0, "response": {}, "created_at": AT}
        await connection.execute(sa.insert(idempotency).values(values))

    async def add_one(connection: sa.ext.asyncio.AsyncConnection) -> None:  # type: ignore[name-defined]
        query = sa.select(idempotency.c.status).where(idempotency.c.key == "k").with_for_update()
        status = (await connection.execute(query)).scalar_one()
        await connection.execute(sa.update(idempotency).values(status=status + 1))

    await asyncio.gather(*(database.transact(add_one) for _ in range(32)))
    async with database.read() as connection:
        assert (await connection.execute(sa.select(idempotency.c.status))).scalar_one() == 32


async def test_the_migrated_schema_is_the_one_the_code_declares(database: Database) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        return list(compare_metadata(context, metadata))

    async with database.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_twice_changes_nothing(database: Database, clock: FakeClock) -> None:
    async with database.write() as connection:
        await connection.execute(sa.insert(job_lease).values(lease(at=clock.now())))
    await migrate(database.url)
    async with database.read() as connection:
        assert len((await connection.execute(sa.select(job_lease))).all()) == 1
