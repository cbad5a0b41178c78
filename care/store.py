"""SQL of care. Decides nothing."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from care.tables import exercise_favourite
from core.ids import PersonId


async def favourites(connection: AsyncConnection, person_id: PersonId) -> frozenset[str]:
    """The ids of the exercises that somebody has marked."""
    table = exercise_favourite
    rows = await connection.execute(sa.select(table.c.exercise_id).where(table.c.person_id == person_id))
    return frozenset(rows.scalars())


async def add_favourite(
    connection: AsyncConnection, person_id: PersonId, exercise_id: str, now: datetime
) -> None:
    """Once; a second time changes nothing."""
    row = {"person_id": person_id, "exercise_id": exercise_id, "created_at": now}
    if connection.dialect.name == "postgresql":
        await connection.execute(postgresql.insert(exercise_favourite).values(row).on_conflict_do_nothing())
    else:
        await connection.execute(sqlite.insert(exercise_favourite).values(row).on_conflict_do_nothing())


async def remove_favourite(connection: AsyncConnection, person_id: PersonId, exercise_id: str) -> None:
    table = exercise_favourite
    own = sa.delete(table).where(table.c.person_id == person_id, table.c.exercise_id == exercise_id)
    await connection.execute(own)
