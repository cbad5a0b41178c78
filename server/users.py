"""`todoku user`: people who sign in with a password, read from the terminal and never from arguments.

Clients are neither added nor listed here: a booking makes them, and they sign in by a mailed link.
"""

import argparse

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import roster
from accounts import service as accounts
from accounts.passwords import Passwords
from core.clock import SystemClock
from core.ids import PersonId
from scheduler.hours import zone
from server.config import Config
from server.workbench import answer, ask_password, opened, table

COLUMNS = ("name", "email", "roles", "timezone", "id")


async def add_user(config: Config, options: argparse.Namespace) -> None:
    """Create the person with the password, or nobody. Raises Refused."""
    async with opened(config, options) as database:
        zone(options.timezone)
        password_hash = await hashed_password(config)
        async with database.write() as connection:
            person_id = await add_person(connection, options, options.role, password_hash)
    answer(options, {"id": person_id, "role": options.role}, f"added {person_id}")


async def hashed_password(config: Config) -> str:
    """Asked for now. Raises PasswordRefused."""
    passwords = Passwords(config.accounts)
    try:
        return await passwords.hash(await ask_password())
    finally:
        passwords.close()


async def add_person(
    connection: AsyncConnection, options: argparse.Namespace, role: str, password_hash: str
) -> PersonId:
    """Somebody who can sign in at once: whoever adds them answers for the address."""
    now = SystemClock().now()
    person_id = await accounts.create_person(
        connection,
        name=options.name,
        email=options.email,
        locale=options.locale,
        timezone=options.timezone,
        roles=(role,),
        now=now,
        verified=True,
    )
    await accounts.put_password(connection, person_id, password_hash, actor=None, now=now)
    await accounts.audit(
        connection, actor=None, action="person_added", subject=person_id, detail={"role": role}, now=now
    )
    return person_id


async def list_users(config: Config, options: argparse.Namespace) -> None:
    """Who works here."""
    async with opened(config, options) as database, database.read() as connection:
        wanted = (options.role,) if options.role else roster.WORKING
        found = await roster.working_people(connection, wanted)
    rows = [
        {
            "id": one.person_id,
            "name": one.name,
            "email": one.email,
            "roles": sorted(one.roles),
            "timezone": one.timezone,
        }
        for one in found
    ]
    answer(options, rows, table(rows, COLUMNS, "nobody yet; `todoku user add` adds somebody"))
