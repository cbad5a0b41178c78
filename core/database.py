"""Connections, transactions and the little that differs between SQLite and PostgreSQL.

SQLite: one writer engine with a single connection that begins IMMEDIATE (a deferred transaction that
upgrades fails at once, busy_timeout or not) and one read engine, WAL. PostgreSQL: asyncpg. No folder's
tables are defined here; they put theirs on `metadata`.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

import asyncpg
import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator, TypeEngine

from core.config import ConfigError
from core.errors import Contended

Result = TypeVar("Result")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BUSY_TIMEOUT_MS = 15_000
REACHED_WITHIN_S = 10.0
RETRIES = 3
RETRIED_SQLSTATES = frozenset({"40001", "40P01"})  # serialization failure, deadlock
CONTENDED_RETRY_S = 1

log = structlog.get_logger()
metadata = sa.MetaData()


class Instant(TypeDecorator[datetime]):
    """An aware UTC time: timestamptz on PostgreSQL, whole microseconds since 1970 on SQLite."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return EPOCH + timedelta(microseconds=int(value))


class Json(TypeDecorator[Any]):
    """A JSON value: jsonb on PostgreSQL, text on SQLite."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(JSONB())
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        if dialect.name == "postgresql":
            return value
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        return json.loads(value) if isinstance(value, str) and dialect.name != "postgresql" else value


class Database:
    """Where reads and transactions are opened."""

    def __init__(self, url: str, reader: AsyncEngine, writer: AsyncEngine) -> None:
        self.url = url
        self.dialect: Literal["sqlite", "postgresql"] = (
            "sqlite" if writer.dialect.name == "sqlite" else "postgresql"
        )
        self._reader = reader
        self._writer = writer

    @classmethod
    def open(cls, url: str, pool_size: int = 10, *, foreign_keys: bool = True) -> "Database":
        """Engines for `url`; nothing is connected yet.

        Without `foreign_keys` SQLite lets tables be made anew.
        """
        if url.startswith("sqlite:"):
            enforced = "ON" if foreign_keys else "OFF"
            return cls(url, _sqlite(url, enforced, writes=False), _sqlite(url, enforced, writes=True))
        engine = create_async_engine(
            _asyncpg(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=30,
            hide_parameters=True,  # bound values are what people wrote; errors get into logs
        )
        return cls(url, engine, engine)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading; what is written through it is thrown away."""
        async with self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed on leaving, rolled back on an exception.

        Raises Contended where the database ended it in favour of another one.
        """
        try:
            async with self._writer.begin() as connection:
                yield connection
        except DBAPIError as error:
            if _sqlstate(error) in RETRIED_SQLSTATES:
                log.warning("transaction_contended", sqlstate=_sqlstate(error))
                raise Contended(retry_after_s=CONTENDED_RETRY_S) from error
            raise

    async def transact(self, work: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
        """`work` in one transaction, tried again when the database asks for it (at most 3 times).

        Raises Contended.
        """
        for attempt in range(RETRIES):
            try:
                async with self.write() as connection:
                    return await work(connection)
            except Contended:
                if attempt == RETRIES - 1:
                    raise
            await asyncio.sleep(random.uniform(0.01, 0.05) * (attempt + 1))  # noqa: S311
        raise AssertionError("unreachable")

    async def close(self) -> None:
        await self._reader.dispose()
        await self._writer.dispose()


def _sqlite(url: str, foreign_keys: str, *, writes: bool) -> AsyncEngine:
    path = url.removeprefix("sqlite:///")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    size = 1 if writes else 4
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        poolclass=sa.pool.AsyncAdaptedQueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=60,
        hide_parameters=True,
        connect_args={"isolation_level": None},  # transactions are begun by the listener below
    )

    def connected(raw: Any, _record: Any) -> None:
        cursor = raw.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "recursive_triggers=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute(f"PRAGMA foreign_keys={foreign_keys}")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.close()

    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    sa.event.listen(engine.sync_engine, "connect", connected)
    sa.event.listen(engine.sync_engine, "begin", begin)
    return engine


def _asyncpg(url: str) -> str:
    return "postgresql+asyncpg://" + url.split("://", 1)[1]


async def lock_rows(connection: AsyncConnection, column: sa.Column[Any], keys: Iterable[str]) -> None:
    """Lock the rows whose `column` is in `keys`, in key order, until the transaction ends.

    SQLite needs nothing: a writing transaction is alone. Order across tables: therapist, client, care,
    booking, conversation.
    """
    if connection.dialect.name == "postgresql":
        statement = sa.select(column).where(column.in_(sorted(set(keys)))).order_by(column).with_for_update()
        await connection.execute(statement)


def violation(error: DBAPIError) -> str | None:
    """The name of the constraint, unique index or trigger that refused, None for other errors."""
    constraint = getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)
    if constraint:
        return str(constraint)
    text = str(error.orig)
    if text.startswith("UNIQUE constraint failed: "):
        return _unique_name(text.removeprefix("UNIQUE constraint failed: "))
    if text.startswith("CHECK constraint failed: "):
        return text.removeprefix("CHECK constraint failed: ")
    return text if text.isidentifier() else _raised(error, text)


def _raised(error: DBAPIError, text: str) -> str | None:
    """A trigger's own word: SQLite RAISE(ABORT, 'word'), PostgreSQL RAISE EXCEPTION 'word'."""
    cause = getattr(error.orig, "__cause__", None)
    message = str(getattr(cause, "message", "") or text.split("\n")[0].split(": ")[-1])
    return message if message.isidentifier() else None


def _unique_name(columns: str) -> str | None:
    """SQLite names columns ("booking.client_id"), not the index: find it through the metadata."""
    if columns.startswith("index "):
        return columns.split("'")[1]
    parts = [part.split(".") for part in columns.split(", ")]
    table = metadata.tables.get(parts[0][0])
    if table is None:
        return None
    wanted = [name for _, name in parts]
    for index in table.indexes:
        if index.unique and [c.name for c in index.columns] == wanted:
            return str(index.name)
    for constraint in table.constraints:
        if isinstance(constraint, sa.UniqueConstraint) and [c.name for c in constraint.columns] == wanted:
            return str(constraint.name)
    return f"{table.name}_pkey"


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(getattr(error.orig, "__cause__", None), "sqlstate", None)


class DatabaseAway(ConfigError):
    """The database does not let us in; the text says which one, why, and what to do."""


async def reach(url: str) -> None:
    """Connect once. Raises DatabaseAway."""
    try:
        database = Database.open(url)
        try:
            async with asyncio.timeout(REACHED_WITHIN_S), database.read() as connection:
                await connection.execute(sa.text("SELECT 1"))
        finally:
            await database.close()
    except (OSError, sa.exc.SQLAlchemyError, asyncpg.PostgresError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        why = " ".join(str(cause).split()) or "no answer"
        raise DatabaseAway(
            f"the database {_without_password(url)} cannot be reached ({why}).\n"
            "Start it, or set another database.url in config.toml."
        ) from None


def _without_password(url: str) -> str:
    return sa.make_url(url).render_as_string(hide_password=True)


async def migrate(url: str) -> None:
    """Bring the schema to the newest revision; safe to call at every start. Raises DatabaseAway."""
    from core.migrations.runner import upgrade

    await reach(url)
    await asyncio.to_thread(upgrade, url)
