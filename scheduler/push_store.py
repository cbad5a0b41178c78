"""SQL of browsers that take push messages. An endpoint belongs to whoever signed in there last."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.ids import new_id
from scheduler.telling_tables import push_subscription

MOST_BROWSERS = 10  # of one person; the oldest makes room


@dataclass(frozen=True)
class Browser:
    """What a push service gave it: where messages go, and what they are encrypted with."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True)
class Subscription(Browser):
    """A browser of one person."""

    id: str
    person_id: str
    locale: str


async def put(
    connection: AsyncConnection, person_id: str, locale: str, wanted: Browser, now: datetime
) -> str:
    """Keep it in place of whatever was known of that endpoint; its id. Under the person's lock."""
    table, hashed = push_subscription, hashlib.sha256(wanted.endpoint.encode()).hexdigest()
    await connection.execute(sa.delete(table).where(table.c.endpoint_hash == hashed))
    mine = sa.select(table.c.id).where(table.c.person_id == person_id).order_by(table.c.id.desc())
    old = list((await connection.execute(mine)).scalars())[MOST_BROWSERS - 1 :]
    if old:
        await connection.execute(sa.delete(table).where(table.c.id.in_(old)))
    row = {
        "id": new_id(),
        "person_id": person_id,
        "endpoint": wanted.endpoint,
        "endpoint_hash": hashed,
        "p256dh": wanted.p256dh,
        "auth": wanted.auth,
        "locale": locale,
        "created_at": now,
    }
    await connection.execute(sa.insert(table).values(row))
    return str(row["id"])


async def of_person(connection: AsyncConnection, person_id: str) -> list[Subscription]:
    query = sa.select(push_subscription).where(push_subscription.c.person_id == person_id)
    return [_subscription(row) for row in await connection.execute(query)]


async def find(connection: AsyncConnection, subscription_id: str) -> Subscription | None:
    query = sa.select(push_subscription).where(push_subscription.c.id == subscription_id)
    row = (await connection.execute(query)).first()
    return None if row is None else _subscription(row)


async def delete(connection: AsyncConnection, subscription_id: str, person_id: str) -> bool:
    table = push_subscription
    own = sa.delete(table).where(table.c.id == subscription_id, table.c.person_id == person_id)
    return (await connection.execute(own)).rowcount == 1


async def failed(connection: AsyncConnection, subscription_id: str, now: datetime | None) -> None:
    """Since when it has not taken what was sent; None: it has."""
    change = sa.update(push_subscription).where(push_subscription.c.id == subscription_id)
    await connection.execute(change.values(failed_at=now))


def _subscription(row: Any) -> Subscription:
    return Subscription(row.endpoint, row.p256dh, row.auth, row.id, row.person_id, row.locale)
