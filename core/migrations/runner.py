"""Runs Alembic from code, so that no alembic.ini is needed. Deliberately forward only."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from core.database import Database

HERE = Path(__file__).parent


def alembic_config() -> Config:
    """Alembic's settings: where the revisions are."""
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(url: str) -> None:
    """Upgrade the database at `url` to the newest revision. Blocks; opens its own event loop."""
    asyncio.run(_upgrade(url))


async def _upgrade(url: str) -> None:
    database = Database.open(url, foreign_keys=False)
    try:
        async with database.write() as connection:
            if database.dialect == "postgresql":  # two processes that start together take turns
                await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7410)")
            await _run(connection)
            if database.dialect == "sqlite":
                await _check_references(connection)
    finally:
        await database.close()


async def _check_references(connection: AsyncConnection) -> None:
    """What was not enforced while tables were made anew must hold at the end; else nothing is changed."""
    broken = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()
    if broken:
        raise RuntimeError(f"rows of {sorted({row[0] for row in broken})} refer to nothing after migrating")


async def _run(connection: AsyncConnection) -> None:
    def work(sync: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = sync
        command.upgrade(config, "head")

    await connection.run_sync(work)
