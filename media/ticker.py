"""Work that is done once a second, in pieces between which packets have their turn."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator

import structlog

TICK_S = 1.0

log = structlog.get_logger()


class Ticker:
    """Goes through `work` each second from `start` to `close`, whatever it raises."""

    def __init__(self, work: Callable[[], Iterator[None]]) -> None:
        self._work = work
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """The first time is after a second."""
        self._task = asyncio.get_running_loop().create_task(self._tick_for_ever())

    async def close(self) -> None:
        """May be called twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _tick_for_ever(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                for _ in self._work():
                    await asyncio.sleep(0)
            except Exception:  # a relay must outlive whatever one second brings
                log.exception("relay_tick_failed")
