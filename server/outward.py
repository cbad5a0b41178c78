"""What other systems get of us and we of them: personal calendars, calendar feeds.

server/assembly.py joins it with the rest. It has loops of its own, so that nothing of ours waits for theirs.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from core.clock import Clock
from core.database import Database
from core.http import Route
from core.ids import new_id
from core.jobs import Jobs
from core.outgoing import Outgoing
from scheduler import calendar_routes, feed_routes
from scheduler.calendar_reading import CalendarReader
from scheduler.feed import Feeds
from scheduler.importing import CalendarImports
from server.config import Config, public_url

EVERY_S = 15


@dataclass(frozen=True)
class Outward:
    """The use-cases that reach out."""

    database: Database
    clock: Clock
    imports: CalendarImports
    feeds: Feeds

    def routes(self) -> list[Route]:
        """Their operations."""
        return [*calendar_routes.routes(self.imports), *feed_routes.routes(self.feeds)]

    def work(self, stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
        """Their loops, until `stop` is set."""
        jobs = Jobs(self.database, self.clock, new_id())
        jobs.add("personal_calendars", EVERY_S, self.imports.refresh_due)
        return [jobs.run(stop)]


def outward(database: Database, clock: Clock, config: Config) -> Outward:
    """Join them."""
    outgoing = Outgoing(config.outgoing)
    return Outward(
        database=database,
        clock=clock,
        imports=CalendarImports(database, clock, config.outgoing, CalendarReader(outgoing)),
        feeds=Feeds(database, clock, public_url(config)),
    )
