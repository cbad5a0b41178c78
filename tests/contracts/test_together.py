"""Rows of several tables written in one go, on both databases: as if each had been written alone."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from core.database import Database, violation
from core.tables import idempotency, job_lease, outbox
from core.together import Rows, insert_together

NOW = datetime(2026, 11, 24, 1, 2, 3, 4, tzinfo=UTC)


def event(own: str, **more: Any) -> dict[str, Any]:
    row = {"id": own, "topic": "t", "payload": {"名": [own, None]}, "dedupe_key": own}
    return row | {"created_at": NOW, "due_at": NOW} | more


def answer(key: str) -> dict[str, Any]:
    row = {"actor": "a", "key": key, "body_hash": "h", "status": 201}
    return row | {"response": {}, "created_at": NOW}


async def test_rows_of_two_tables_are_one_statement_on_postgresql(database: Database) -> None:
    seen: list[str] = []
    sa.event.listen(database._writer.sync_engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    events = Rows(outbox, [event("one"), event("two", dedupe_key=None)], once=True)
    async with database.write() as connection:
        await insert_together(connection, events, Rows(job_lease, []), Rows(idempotency, [answer("k")]))
        await insert_together(connection)
    assert len([one for one in seen if "INSERT" in one]) == (1 if database.dialect == "postgresql" else 2)
    async with database.read() as connection:
        rows = (await connection.execute(sa.select(outbox).order_by(outbox.c.id))).all()
        assert [(row.payload["名"], row.dedupe_key, row.due_at) for row in rows] == [
            (["one", None], "one", NOW),
            (["two", None], None, NOW),
        ]
        assert (await connection.execute(sa.select(idempotency.c.key))).scalar_one() == "k"


async def test_what_is_there_is_left_out_or_refused_by_its_name(database: Database) -> None:
    async with database.write() as connection:
        await insert_together(connection, Rows(outbox, [event("one")]), Rows(idempotency, [answer("k")]))
    again = Rows(outbox, [event("other", dedupe_key="one"), event("new")], once=True)
    with pytest.raises(IntegrityError) as raised:
        async with database.write() as connection:
            await insert_together(connection, again, Rows(idempotency, [answer("k")]))
    assert violation(raised.value) == "idempotency_pkey"
    async with database.write() as connection:
        await insert_together(connection, again)
    async with database.read() as connection:
        assert set((await connection.execute(sa.select(outbox.c.id))).scalars()) == {"one", "new"}


async def test_text_that_is_too_long_is_refused_and_not_cut(database: Database) -> None:
    if database.dialect == "sqlite":
        pytest.skip("SQLite knows no lengths")
    with pytest.raises(DBAPIError):
        async with database.write() as connection:
            await insert_together(connection, Rows(outbox, [event("one", topic="t" * 65)]))
