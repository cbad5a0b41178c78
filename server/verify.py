"""`todoku verify booking`: are the laws of booking kept, here and under load?

On an existing database it only reads. The race makes a database of its own beside it, of the same kind on the
same server, and removes it afterwards, so that nothing of anybody's is touched.
"""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import sqlalchemy as sa

from core.clock import SystemClock
from core.config import ConfigError
from core.database import Database, migrate
from scheduler import invariants, racing
from scheduler.config import SchedulerConfig
from scheduler.invariants import Broken

SQLITE = "sqlite:///"
POOL_SIZE = 32
SHOWN = 20


@dataclass(frozen=True)
class Options:
    """What is asked for."""

    database_url: str
    clients: int
    seconds: float
    seed: int
    check_only: bool


async def verify(options: Options, config: SchedulerConfig) -> bool:
    """Print what was found; whether all is well."""
    if options.check_only:
        database = Database.open(options.database_url)
        try:
            return await _check(database, config, strict=False)
        finally:
            await database.close()
    async with scratch(options.database_url) as url:
        await migrate(url)
        database = Database.open(url, POOL_SIZE)
        try:
            return await _race(database, options)
        finally:
            await database.close()


async def _race(database: Database, options: Options) -> bool:
    print(
        f"{options.clients} clients at once on {database.dialect} for {options.seconds:g} s,"
        f" seed {options.seed}",
        flush=True,
    )
    ground = await racing.prepare(database, SystemClock())
    tally = await racing.race(ground, options.clients, options.seconds, options.seed)
    print(f"{sum(tally.done.values())} acts done, {sum(tally.refused.values())} refused")
    for what, times in (*tally.done.most_common(), *tally.refused.most_common()):
        print(f"  {times:6}  {what}")
    for fault in tally.faults[:SHOWN]:
        print(f"FAULT {fault}")
    kept = await _check(database, racing.config(), strict=True)
    return kept and not tally.faults


async def _check(database: Database, config: SchedulerConfig, *, strict: bool) -> bool:
    """`strict`: no pace was changed, so that every session must be where the slot function offers it."""
    now = SystemClock().now()
    async with database.read() as connection:
        found = await invariants.broken(connection, now)
        misfits = await invariants.misfits(connection, config, now)
    if strict:
        found += [Broken("I5 a session lies where none is offered", one) for one in misfits]
    for one in found[:SHOWN]:
        print(f"VIOLATION {one.law}: {one.subject}")
    if misfits and not strict:
        print(f"{len(misfits)} sessions no longer fit what their therapists have set; they are shown to them")
    print(f"{len(invariants.LAWS) + 3} laws asked, {len(found)} violations")
    return not found


@asynccontextmanager
async def scratch(url: str) -> AsyncIterator[str]:
    """The URL of a new database beside `url`, gone on leaving. Raises ConfigError."""
    name = f"todoku_verify_{secrets.token_hex(4)}"
    if url.startswith(SQLITE):
        path = Path(url.removeprefix(SQLITE)).with_name(f"{name}.sqlite3")
        try:
            yield f"{SQLITE}{path}"
        finally:
            _remove(path)
        return
    await _administer(url, f"CREATE DATABASE {name}")
    try:
        yield str(sa.make_url(url).set(database=name).render_as_string(hide_password=False))
    finally:
        await _administer(url, f"DROP DATABASE {name} WITH (FORCE)")


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


async def _administer(url: str, statement: str) -> None:
    address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = await asyncpg.connect(address)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError) as error:
        why = " ".join(str(error).split()) or type(error).__name__
        raise ConfigError(
            f"no database of its own could be made or removed for the race ({why}).\n"
            "Give a PostgreSQL URL whose user may create databases, or use --check-only."
        ) from None


def seed() -> int:
    """A new one each time; it is printed, so that a race can be run again."""
    return int.from_bytes(os.urandom(4), "big")
