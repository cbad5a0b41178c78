"""`todoku user add`: people who sign in with a password. Reads it from the terminal, never from arguments."""

import argparse
import asyncio
import getpass
import sys

from accounts import service as accounts
from accounts.entry import Accounts
from accounts.passwords import Passwords
from core.clock import SystemClock
from core.database import Database, migrate
from core.errors import TodokuError
from server.cli import Refused
from server.config import Config


async def add_user(config: Config, options: argparse.Namespace) -> None:
    """Create the person and set the password. Raises Refused."""
    await migrate(config.database.url)
    password = await asyncio.to_thread(_password)
    database, clock = Database.open(config.database.url), SystemClock()
    try:
        async with database.write() as connection:
            person_id = await accounts.create_person(
                connection,
                name=options.name,
                email=options.email,
                locale=options.locale,
                timezone=options.timezone,
                roles=(options.role,),
                now=clock.now(),
                verified=True,
            )
        entry = Accounts(database, clock, config.accounts, Passwords(config.accounts))
        await entry.set_password(person_id, password)
    except TodokuError as error:
        raise Refused(f"{error.detail} {error.extra or ''}".strip()) from None
    finally:
        await database.close()
    print(f"added {person_id}")


def _password() -> str:
    """Asked twice at a terminal, read once from a pipe."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise Refused("the two were not the same; nothing was added")
    return first
