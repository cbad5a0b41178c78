"""Periodic work done once among many processes: a lease row per job, claimed by one guarded UPDATE.

No leader and no queue; a process that dies loses its lease after LEASE_S and another goes on.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError

from core.clock import Clock
from core.database import Database
from core.tables import job_lease

LEASE_S = 60
LONGEST_S = 50  # work ends before its lease does, so that it never runs twice at a time
TICK_S = 0.5

log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """`work` runs every `every_s` seconds somewhere, never twice at a time."""

    name: str
    every_s: float
    work: Callable[[], Awaitable[object]]


class Jobs:
    """The jobs of this process."""

    def __init__(self, database: Database, clock: Clock, holder: str) -> None:
        self._database = database
        self._clock = clock
        self._holder = holder
        self._jobs: list[Job] = []

    def add(self, name: str, every_s: float, work: Callable[[], Awaitable[object]]) -> None:
        self._jobs.append(Job(name, every_s, work))

    async def run_due(self) -> int:
        """Run what is due and free; the number of jobs run. A job's exception is logged."""
        ran = 0
        for job in self._jobs:
            if await self._claim(job):
                ran += 1
                try:
                    async with asyncio.timeout(LONGEST_S):
                        await job.work()
                except Exception:
                    log.exception("job_failed", job=job.name)
                await self._release(job)
        return ran

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. A database that is away for a while is waited for."""
        while not stop.is_set():
            try:
                await self.run_due()
            except Exception:  # the loop must never end by itself
                log.exception("jobs_interrupted")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TICK_S)

    async def _claim(self, job: Job) -> bool:
        now = self._clock.now()
        if not await self._is_due(job):
            return False
        claim = (
            sa.update(job_lease)
            .where(job_lease.c.name == job.name, job_lease.c.lease_until <= now, job_lease.c.due_at <= now)
            .values(holder=self._holder, lease_until=now + timedelta(seconds=LEASE_S))
        )
        async with self._database.write() as connection:
            return (await connection.execute(claim)).rowcount == 1

    async def _is_due(self, job: Job) -> bool:
        """A cheap read first, so that idle ticks never take the writer's place. Adds the row once."""
        now = self._clock.now()
        async with self._database.read() as connection:
            query = sa.select(job_lease.c.due_at).where(job_lease.c.name == job.name)
            row = (await connection.execute(query)).first()
        if row is not None:
            return bool(row.due_at <= now)
        with contextlib.suppress(IntegrityError):
            async with self._database.write() as connection:
                values = {"name": job.name, "holder": "", "lease_until": now, "due_at": now}
                await connection.execute(sa.insert(job_lease).values(values))
        return True

    async def _release(self, job: Job) -> None:
        now = self._clock.now()
        release = (
            sa.update(job_lease)
            .where(job_lease.c.name == job.name, job_lease.c.holder == self._holder)
            .values(lease_until=now, due_at=now + timedelta(seconds=job.every_s))
        )
        async with self._database.write() as connection:
            await connection.execute(release)
