"""Databases for tests: copies of one migrated PostgreSQL database, made ahead of the tests that ask for them.

A copy takes a sixth of a second, and a test about that long: made in a thread while the test before runs, it
costs nobody time. What a copy holds is the migrations' business, when it is dropped conftest's.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count

from tests.services import postgres_execute

AHEAD = 2


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
        """The URL of a copy nobody else has; dropped when it is given back."""
        while len(self._made) <= AHEAD:
            self._made.append(self._worker.submit(self._make))
        name = self._made.popleft().result()
        yield named(self._url, name)
        self._worker.submit(self._execute, f"DROP DATABASE {name} WITH (FORCE)")

    def _make(self) -> str:
        name = f"test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return name

    def _execute(self, statement: str) -> None:
        asyncio.run(postgres_execute(self._url, statement))


@contextmanager
def copies_of(url: str, template: str) -> Iterator[Copies]:
    """Copies for as long as the cluster runs; those made for nobody go with it."""
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="copies")
    try:
        yield Copies(url, template, worker)
    finally:
        worker.shutdown(cancel_futures=True)
