"""`todoku user add`: people who sign in with a password. Reads it from the terminal, never from arguments."""

import argparse
import asyncio
import getpass
import sys

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from accounts.passwords import Passwords
from core.clock import SystemClock
from core.database import Database, migrate
from core.errors import TodokuError
from core.ids import PersonId
from scheduler.hours import zone
from server.cli import Refused
from server.config import Config


async def add_user(config: Config, options: argparse.Namespace) -> None:
    """Create the person with the password, or nobody. Raises Refused."""
    await migrate(config.database.url)
    password = await asyncio.to_thread(_password)
    database, passwords = Database.open(config.database.url), Passwords(config.accounts)
    try:
        zone(options.timezone)
        password_hash = await passwords.hash(password)
        async with database.write() as connection:
            person_id = await _add(connection, options, password_hash)
    except TodokuError as error:
        raise Refused(f"{error.detail} {error.extra or ''}".strip()) from None
    except ValueError as error:  # of the time zone
        raise Refused(str(error)) from None
    finally:
        passwords.close()
        await database.close()
    print(f"added {person_id}")


async def _add(connection: AsyncConnection, options: argparse.Namespace, password_hash: str) -> PersonId:
    now = SystemClock().now()
    person_id = await accounts.create_person(
        connection,
        name=options.name,
        email=options.email,
        locale=options.locale,
        timezone=options.timezone,
        roles=(options.role,),
        now=now,
        verified=True,
    )
    await accounts.put_password(connection, person_id, password_hash, actor=None, now=now)
    return person_id


def _password() -> str:
    """Asked twice at a terminal, read once from a pipe."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise Refused("the two were not the same; nothing was added")
    return first
