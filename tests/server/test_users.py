"""`todoku user add`: somebody who can sign in, or nobody at all."""

import io
import sys

import pytest

from accounts.config import AccountsConfig
from accounts.entry import Accounts
from accounts.passwords import Passwords
from core.clock import SystemClock
from core.config import DatabaseConfig
from core.database import Database
from server.cli import Refused, parser
from server.config import Config
from server.users import add_user

CHEAP = AccountsConfig(password_memory_kib=64, password_passes=1)
PASSWORD = "long enough"
WORDS = ["user", "add", "--name", "Emma", "--email", "emma@test.example", "--role", "staff"]


async def add(url: str, monkeypatch: pytest.MonkeyPatch, password: str, *more: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    config = Config(database=DatabaseConfig(url=url), accounts=CHEAP)
    await add_user(config, parser().parse_args([*WORDS, *more]))


async def test_who_was_added_can_sign_in(
    database_url: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(database_url, monkeypatch, PASSWORD)
    passwords = Passwords(CHEAP)
    entry = Accounts(database, SystemClock(), CHEAP, passwords)
    entered = await entry.sign_in("emma@test.example", PASSWORD, "192.0.2.1")
    assert entered.identity.roles == {"staff"}
    passwords.close()


@pytest.mark.parametrize(
    ("password", "more", "says"),
    [
        ("short", (), "10 to 200 characters"),
        (PASSWORD, ("--timezone", "Mars/Phobos"), "Mars/Phobos"),
        (PASSWORD, ("--email", "nobody"), "mail address"),
    ],
)
async def test_who_is_refused_can_be_added_the_next_time(
    database_url: str, monkeypatch: pytest.MonkeyPatch, password: str, more: tuple[str, ...], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        await add(database_url, monkeypatch, password, *more)
    await add(database_url, monkeypatch, PASSWORD)


async def test_an_address_that_somebody_has_is_refused(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(database_url, monkeypatch, PASSWORD)
    with pytest.raises(Refused, match="belongs to another account"):
        await add(database_url, monkeypatch, PASSWORD)
