"""Rows of several tables, written with one message to the database instead of one for each table.

PostgreSQL takes them as one statement, which checks references at its end; SQLite, which is near, one by one.
Made for the few rows that are written under a lock for which others wait. Not here: many rows of one table.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Shape = tuple[tuple[sa.Table, tuple[str, ...], int, bool], ...]
Bind = Callable[[Any], Any]


@dataclass(frozen=True)
class Rows:
    """Rows of one table, all with the same columns; with `once` those that are there already are left out."""

    table: sa.Table
    values: Sequence[Mapping[str, Any]]
    once: bool = False


async def insert_together(connection: AsyncConnection, *parts: Rows) -> None:
    """Write all of them."""
    some = [one for one in parts if one.values]
    if not some:
        return
    if connection.dialect.name != "postgresql":
        for one in some:
            insert = sqlite.insert(one.table)
            values = [dict(row) for row in one.values]
            await connection.execute(insert.on_conflict_do_nothing() if one.once else insert, values)
        return
    text, binds = _written(
        tuple((one.table, tuple(one.values[0]), len(one.values), one.once) for one in some)
    )
    values = [row[name] for one in some for row in one.values for name in one.values[0]]
    bound = tuple(bind(value) if bind else value for bind, value in zip(binds, values, strict=True))
    await connection.exec_driver_sql(text, bound)


@functools.lru_cache(maxsize=256)
def _written(shape: Shape) -> tuple[str, tuple[Bind | None, ...]]:
    """The statement for rows of this shape, and how each value is given to the driver."""
    dialect = postgresql.asyncpg.dialect()  # type: ignore[no-untyped-call]
    binds: list[Bind | None] = []
    inserts = []
    for table, names, count, once in shape:
        types = [table.c[name].type.dialect_impl(dialect) for name in names]
        casts = [one.compile(dialect).partition("(")[0] for one in types]  # a length would cut, not refuse
        at = len(binds)
        rows = [
            ", ".join(f"${at + row * len(names) + n + 1}::{cast}" for n, cast in enumerate(casts))
            for row in range(count)
        ]
        binds += [one.bind_processor(dialect) for one in types] * count
        lines = ", ".join(f"({one})" for one in rows)
        ending = " ON CONFLICT DO NOTHING" if once else ""
        columns = ", ".join(f'"{name}"' for name in names)
        inserts.append(f'INSERT INTO "{table.name}" ({columns}) VALUES {lines}{ending}')  # noqa: S608
    before = ", ".join(f"part_{n} AS ({one})" for n, one in enumerate(inserts[:-1]))
    return (f"WITH {before} " if before else "") + inserts[-1], tuple(binds)
