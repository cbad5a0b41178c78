"""Demonstration people: made once, able to sign in as the file says, and in demonstrations only."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from accounts.config import AccountsConfig
from accounts.entry import Accounts
from accounts.passwords import Passwords
from accounts.tables import person
from core.config import BusConfig, DatabaseConfig, GrantsConfig
from core.database import Database
from scheduler.config import SchedulerConfig
from server.assembly import build
from server.config import Config, ServerConfig
from server.demo import Demo, prepare_demo
from tests import services
from tests.fakes import FakeClock

CHEAP = AccountsConfig(password_memory_kib=64, password_passes=1)


@dataclass
class Installation:
    """A database and a folder that starts one after another use."""

    database: Database
    clock: FakeClock
    var: Path

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.database, self.clock, CHEAP, Passwords(CHEAP))

    async def start(self) -> dict[str, Any]:
        """What var/demo.json says after a start."""
        demo = Demo(self.database, self.accounts, self.clock, SchedulerConfig(), "http://localhost")
        await prepare_demo(demo, self.var)
        written: dict[str, Any] = json.loads((self.var / "demo.json").read_text(encoding="utf-8"))
        return written

    async def people(self) -> int:
        async with self.database.read() as connection:
            counted = await connection.execute(sa.select(sa.func.count()).select_from(person))
            return int(counted.scalar_one())


@pytest.fixture
def installation(database: Database, clock: FakeClock, tmp_path: Path) -> Installation:
    return Installation(database, clock, tmp_path / "var")


async def test_whom_the_file_names_can_sign_in(installation: Installation) -> None:
    told = await installation.start()
    for one, role in [*((one, "therapist") for one in told["therapists"]), (told["staff"], "staff")]:
        entered = await installation.accounts.sign_in(one["email"], one["password"], "192.0.2.1")
        assert entered.identity.roles == {role}


async def test_a_second_start_makes_nobody_and_keeps_the_passwords(installation: Installation) -> None:
    first, people = await installation.start(), await installation.people()
    second = await installation.start()
    assert await installation.people() == people
    assert (second["therapists"], second["staff"]) == (first["therapists"], first["staff"])
    assert second["demo_session"]["booking_id"] == first["demo_session"]["booking_id"]


async def test_a_file_that_outlived_its_database_is_not_believed(installation: Installation) -> None:
    old = {"email": "staff@demo.example", "password": "of another database"}
    installation.var.mkdir()
    (installation.var / "demo.json").write_text(json.dumps({"therapists": [], "staff": old}))
    staff = (await installation.start())["staff"]
    assert staff["password"] != old["password"]
    assert await installation.accounts.sign_in(staff["email"], staff["password"], "192.0.2.1")


async def test_without_the_demonstration_a_start_makes_nobody(
    backend_urls: tuple[str, str], tmp_path: Path
) -> None:
    config = Config(
        server=ServerConfig(port=services.free_port()),
        database=DatabaseConfig(url=backend_urls[0]),
        bus=BusConfig(url=backend_urls[1]),
        grants=GrantsConfig(key_file=str(tmp_path / "key.pem")),
        accounts=CHEAP,
    )
    async with build(config, "web") as house:
        assert await Installation(house.ground.database, FakeClock(), tmp_path).people() == 0
