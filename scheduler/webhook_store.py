"""SQL of webhooks and of what was sent to them. Decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.ids import new_id
from scheduler.telling_tables import webhook, webhook_delivery


@dataclass(frozen=True)
class Webhook:
    """Another system that is told. Not `active`: it said that it is gone."""

    id: str
    url: str
    secret: str
    topics: tuple[str, ...]
    active: bool
    created_at: datetime


@dataclass(frozen=True)
class Delivery:
    """One event for one webhook; `status` of the last answer, None where none came."""

    id: str
    webhook_id: str
    event_id: str
    topic: str
    attempts: int
    status: int | None
    created_at: datetime
    delivered_at: datetime | None


async def every(connection: AsyncConnection) -> list[Webhook]:
    """All of them, in the order in which they were made."""
    return [_webhook(row) for row in await connection.execute(sa.select(webhook).order_by(webhook.c.id))]


async def find(connection: AsyncConnection, webhook_id: str) -> Webhook | None:
    row = (await connection.execute(sa.select(webhook).where(webhook.c.id == webhook_id))).first()
    return None if row is None else _webhook(row)


async def insert(connection: AsyncConnection, made: Webhook, created_by: str) -> None:
    row = {
        "id": made.id,
        "url": made.url,
        "secret": made.secret,
        "topics": list(made.topics),
        "active": made.active,
        "created_by": created_by,
        "created_at": made.created_at,
    }
    await connection.execute(sa.insert(webhook).values(row))


async def set_active(connection: AsyncConnection, webhook_id: str, active: bool) -> None:
    await connection.execute(sa.update(webhook).where(webhook.c.id == webhook_id).values(active=active))


async def delete(connection: AsyncConnection, webhook_id: str) -> bool:
    """With what is known of its deliveries; what still waits in the outbox finds nothing then."""
    await connection.execute(sa.delete(webhook_delivery).where(webhook_delivery.c.webhook_id == webhook_id))
    return (await connection.execute(sa.delete(webhook).where(webhook.c.id == webhook_id))).rowcount == 1


async def insert_delivery(
    connection: AsyncConnection, webhook_id: str, event_id: str, topic: str, now: datetime
) -> Delivery | None:
    """None: this event has its delivery already."""
    table = webhook_delivery
    known = sa.select(table.c.id).where(table.c.webhook_id == webhook_id, table.c.event_id == event_id)
    if (await connection.execute(known)).first() is not None:
        return None
    made = Delivery(new_id(), webhook_id, event_id, topic, 0, None, now, None)
    row = {"id": made.id, "webhook_id": webhook_id, "event_id": event_id, "topic": topic}
    await connection.execute(sa.insert(table).values(row | {"attempts": 0, "created_at": now}))
    return made


async def find_delivery(connection: AsyncConnection, delivery_id: str) -> Delivery | None:
    query = sa.select(webhook_delivery).where(webhook_delivery.c.id == delivery_id)
    row = (await connection.execute(query)).first()
    return None if row is None else _delivery(row)


async def tried(connection: AsyncConnection, delivery_id: str, **values: Any) -> None:
    """One more attempt, and what came of it."""
    table = webhook_delivery
    change = sa.update(table).where(table.c.id == delivery_id)
    await connection.execute(change.values(attempts=table.c.attempts + 1, **values))


async def deliveries(
    connection: AsyncConnection, webhook_id: str, before: str | None, most: int
) -> Sequence[Delivery]:
    """The newest first, those older than `before`."""
    table = webhook_delivery
    query = sa.select(table).where(table.c.webhook_id == webhook_id)
    if before is not None:
        query = query.where(table.c.id < before)
    rows = await connection.execute(query.order_by(table.c.id.desc()).limit(most))
    return [_delivery(row) for row in rows]


async def delete_old(connection: AsyncConnection, before: datetime) -> int:
    old = sa.delete(webhook_delivery).where(webhook_delivery.c.created_at < before)
    return (await connection.execute(old)).rowcount


def _webhook(row: Any) -> Webhook:
    return Webhook(row.id, row.url, row.secret, tuple(row.topics), row.active, row.created_at)


def _delivery(row: Any) -> Delivery:
    return Delivery(
        row.id,
        row.webhook_id,
        row.event_id,
        row.topic,
        row.attempts,
        row.status,
        row.created_at,
        row.delivered_at,
    )
