"""What the tests of accounts share: cheap password hashes and a few people."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from accounts import service
from accounts.config import AccountsConfig
from accounts.entry import Accounts
from accounts.passwords import Passwords
from core.database import Database
from core.ids import PersonId
from core.tables import outbox
from tests.fakes import FakeClock

CHEAP = AccountsConfig(password_memory_kib=64, password_passes=1)
PASSWORD = "correct horse battery"
ADDRESS = "198.51.100.7"


def accounts_on(database: Database, clock: FakeClock, config: AccountsConfig = CHEAP) -> Accounts:
    return Accounts(database, clock, config, Passwords(config))


async def add_person(
    database: Database,
    clock: FakeClock,
    *,
    email: str | None = None,
    roles: Iterable[str] = ("client",),
    verified: bool = False,
    name: str = "山田 花子",
) -> PersonId:
    async with database.write() as connection:
        return await service.create_person(
            connection,
            name=name,
            email=email,
            locale="ja",
            timezone="Asia/Tokyo",
            roles=roles,
            now=clock.now(),
            verified=verified,
        )


async def add_therapist(accounts: Accounts, database: Database, clock: FakeClock) -> PersonId:
    """Signs in as sato@example.com with PASSWORD."""
    person_id = await add_person(
        database, clock, email="sato@example.com", roles=("therapist", "client"), verified=True, name="佐藤"
    )
    await accounts.set_password(person_id, PASSWORD)
    return person_id


async def add_link(
    database: Database,
    clock: FakeClock,
    purpose: str,
    scope: dict[str, str],
    person_id: PersonId | None = None,
    hours: float = 1,
) -> str:
    expires_at: datetime = clock.now() + timedelta(hours=hours)
    async with database.write() as connection:
        return await service.issue_link(
            connection,
            purpose=purpose,
            scope=scope,
            person_id=person_id,
            expires_at=expires_at,
            now=clock.now(),
        )


async def outbox_payloads(database: Database) -> list[dict[str, Any]]:
    async with database.read() as connection:
        rows = await connection.execute(
            sa.select(outbox.c.payload).order_by(outbox.c.created_at, outbox.c.id)
        )
        return list(rows.scalars())
