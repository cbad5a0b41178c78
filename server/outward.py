"""What other systems get of us and we of them: personal calendars, calendar feeds, webhooks, web push.

server/assembly.py joins it with the rest. It has loops of its own, so that nothing of ours waits for theirs.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from core.clock import Clock
from core.config import OutgoingConfig
from core.database import Database
from core.http import Route
from core.ids import new_id
from core.jobs import Jobs
from core.outbox import Handler, Outbox
from core.outgoing import Outgoing
from scheduler import calendar_routes, feed_routes, push_routes, webhook_routes
from scheduler.calendar_reading import CalendarReader
from scheduler.feed import Feeds
from scheduler.importing import CalendarImports
from scheduler.promises import Promises
from scheduler.push import DELIVER as PUSH
from scheduler.push import Push
from scheduler.webhooks import DELIVER as WEBHOOK
from scheduler.webhooks import Webhooks
from server.config import Config, public_url

EVERY_S = 15
HOUR_S = 3600
TOPICS = (WEBHOOK, PUSH)  # those that wait for others; the house's own outbox leaves them
SENDERS = 4  # so many may wait at a time


@dataclass(frozen=True)
class Outward:
    """The use-cases that reach out."""

    database: Database
    clock: Clock
    imports: CalendarImports
    feeds: Feeds
    webhooks: Webhooks
    push: Push
    promises: Promises
    config: OutgoingConfig

    def routes(self) -> list[Route]:
        """Their operations."""
        return [
            *calendar_routes.routes(self.imports),
            *feed_routes.routes(self.feeds),
            *webhook_routes.routes(self.webhooks),
            *push_routes.routes(self.push, self.config),
        ]

    def handlers(self) -> Mapping[str, list[Handler]]:
        """What of the house's events is told to others. They write down what leaves, and wait for nobody."""
        hooks, browsers = self.webhooks.fan_out(), self.push.fan_out()
        return {topic: [*hooks.get(topic, ()), *browsers.get(topic, ())] for topic in {**hooks, **browsers}}

    def work(self, stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
        """Their loops, until `stop` is set."""
        jobs = Jobs(self.database, self.clock, new_id())
        jobs.add("personal_calendars", EVERY_S, self.imports.refresh_due)
        jobs.add("prune_webhooks", HOUR_S, self.webhooks.prune)
        handlers = {**self.webhooks.handlers(), **self.push.handlers()}
        outbox = Outbox(self.database, self.clock, handlers, only=TOPICS)
        return [jobs.run(stop), *(outbox.run(stop) for _ in range(SENDERS))]


def outward(database: Database, clock: Clock, config: Config, feed_secret: bytes) -> Outward:
    """Join them. `feed_secret`: what the addresses of calendar feeds are derived from."""
    outgoing = Outgoing(config.outgoing)
    return Outward(
        database=database,
        clock=clock,
        imports=CalendarImports(database, clock, config.outgoing, CalendarReader(outgoing)),
        feeds=Feeds(database, clock, public_url(config), feed_secret),
        webhooks=Webhooks(database, clock, config.outgoing, outgoing),
        push=Push(database, clock, config.push, outgoing, f"mailto:{parseaddr(config.mail.sender)[1]}"),
        promises=Promises(database, clock),
        config=config.outgoing,
    )
