"""Databases for tests: copies of one migrated PostgreSQL database, used again once they are emptied.

A copy takes a sixth of a second, as long as many a test; to empty one takes a hundredth. Both are done in a
thread while the test before runs. Tests that change a schema make a database of their own.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count

import asyncpg

from tests.services import postgres_execute

AHEAD = 2
EMPTY = """
DO $$
DECLARE
    one regclass;
    filled boolean;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;  -- no trigger keeps what is to go
    FOR one IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND relname <> 'alembic_version'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM %s', one);
        END IF;
    END LOOP;
END $$
"""


def named(postgres_url: str, name: str) -> str:
    """The URL of another database of the same cluster."""
    return postgres_url.rsplit("/", 1)[0] + "/" + name


class Copies:
    """Copies of `template`, in the cluster whose maintenance database is at `url`."""

    def __init__(self, url: str, template: str, worker: ThreadPoolExecutor) -> None:
        self._url, self._template, self._worker = url, template, worker
        self._made: deque[Future[str]] = deque()
        self._numbers = count(1)

    @contextmanager
    def one(self) -> Iterator[str]:
        """The URL of an empty copy nobody else has, until it is given back."""
        while len(self._made) <= AHEAD:
            self._made.append(self._worker.submit(self._make))
        name = self._made.popleft().result()
        yield named(self._url, name)
        self._made.append(self._worker.submit(self._emptied, name))

    def _emptied(self, name: str) -> str:
        """The same one; another where somebody does not let go of it: no later test suffers for that."""
        try:
            asyncio.run(postgres_execute(named(self._url, name), EMPTY))
        except asyncpg.PostgresError as failed:
            print(f"{name} could not be emptied: {failed}", file=sys.stderr)
            asyncio.run(postgres_execute(self._url, f"DROP DATABASE {name} WITH (FORCE)"))
            return self._make()
        return name

    def _make(self) -> str:
        name = f"test_{next(self._numbers)}"
        asyncio.run(postgres_execute(self._url, f"CREATE DATABASE {name} TEMPLATE {self._template}"))
        return name


@contextmanager
def copies_of(url: str, template: str) -> Iterator[Copies]:
    """Copies for as long as the cluster runs; those made for nobody go with it."""
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="copies")
    try:
        yield Copies(url, template, worker)
    finally:
        worker.shutdown(cancel_futures=True)
