"""The program as processes: all in one on SQLite and memory, or apart on PostgreSQL and Redis."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

from accounts import service as accounts
from accounts.config import AccountsConfig
from accounts.entry import Accounts
from accounts.passwords import Passwords
from core.clock import SystemClock
from core.database import Database, migrate
from core.ids import PersonId
from scheduler.config import SchedulerConfig
from scheduler.service import Arrangement, Hours, NewTherapist, book_on_behalf, register_therapist
from tests import services

PASSWORD = "a password for flows"
ZONE = "Asia/Tokyo"
_numbers = count(1)


@dataclass(frozen=True)
class Program:
    """A running Todoku."""

    address: str
    var: Path
    database_url: str
    processes: tuple[services.Service, ...]


@dataclass(frozen=True)
class Seeds:
    """People and links of one consultation."""

    booking_link: str
    join_link: str
    booking_id: str
    therapist_id: str
    therapist_email: str
    staff_email: str


@contextmanager
def together(var: Path, media: str = "") -> Iterator[Program]:
    """`todoku serve`: one process, SQLite, memory; `media`: more lines of that section."""
    with ExitStack() as stack:
        port = services.free_port()
        config = _config(var, "sqlite:///" + str(var / "todoku.db"), "memory:", media)
        process = _start(stack, ["serve", "--port", str(port)], config, var, "serves http")
        yield Program(f"http://localhost:{port}", var, f"sqlite:///{var / 'todoku.db'}", (process,))


@contextmanager
def apart(var: Path, database_url: str, bus_url: str) -> Iterator[Program]:
    """Web, jobs and relay as three processes over PostgreSQL and Redis."""
    with ExitStack() as stack:
        port = services.free_port()
        config = _config(var, database_url, bus_url)
        web = ["serve", "--role", "web", "--port", str(port)]
        processes = (
            _start(stack, web, config, var, "serves http"),
            _start(stack, ["serve", "--role", "jobs", "--port", str(port)], config, var, "serves http"),
            _start(stack, ["relay"], config, var, "serves UDP port"),
        )
        yield Program(f"http://localhost:{port}", var, database_url, processes)


@contextmanager
def another_relay(program: Program) -> Iterator[services.Service]:
    """One more relay of a program that runs apart."""
    with ExitStack() as stack:
        yield _start(stack, ["relay"], program.var / "config.toml", program.var, "serves UDP port")


def _config(var: Path, database_url: str, bus_url: str, media: str = "") -> Path:
    var.mkdir(parents=True, exist_ok=True)
    path = var / "config.toml"
    path.write_text(
        f'[database]\nurl = "{database_url}"\n[bus]\nurl = "{bus_url}"\n[media]\nudp_port = 0\n{media}',
        encoding="utf-8",
    )
    return path


def _start(stack: ExitStack, words: list[str], config: Path, var: Path, ready: str) -> services.Service:
    command = [sys.executable, "-m", "server", *words, "--config", str(config), "--var", str(var)]
    process = services.Service(command, ready, user=None)
    stack.callback(process.stop)
    return process


async def seed(program: Program) -> Seeds:
    """A therapist with room, staff, an employer's booking link, and a session that starts now."""
    clock = SystemClock()
    now, number = clock.now(), next(_numbers)
    therapist_email, staff_email = f"therapist-{number}@flow.example", f"staff-{number}@flow.example"
    await migrate(program.database_url)
    database = Database.open(program.database_url)
    try:
        async with database.write() as connection:

            async def person(name: str, email: str, role: str) -> PersonId:
                made = {"name": name, "email": email, "roles": (role,), "locale": "ja", "timezone": ZONE}
                return await accounts.create_person(connection, **made, now=now, verified=True)  # type: ignore[arg-type]

            therapist_id = await person("療法士", therapist_email, "therapist")
            staff_id = await person("運営", staff_email, "staff")
            client_id = await person("利用者", f"client-{number}@flow.example", "client")
            hours = [Hours(day, "00:00", "24:00") for day in range(7)]
            await register_therapist(connection, _practice(therapist_id, hours), now)
            employer_id = await accounts.create_employer(connection, "試験株式会社", now)
            arrangement = Arrangement(therapist_id, now, client_id, ZONE, staff_id)
            booking_id = (await book_on_behalf(connection, arrangement, SchedulerConfig(), now)).id
            day = {"expires_at": now + timedelta(days=1), "now": now}
            booking = await accounts.issue_link(
                connection, purpose="booking", scope={"employer_id": employer_id}, person_id=None, **day
            )
            scope = {"booking_id": booking_id}
            join = await accounts.issue_link(
                connection, purpose="join", scope=scope, person_id=client_id, **day
            )
        entry = Accounts(database, clock, AccountsConfig(), Passwords(AccountsConfig()))
        for person_id in (therapist_id, staff_id):
            await entry.set_password(person_id, PASSWORD)
    finally:
        await database.close()
    return Seeds(booking, join, booking_id, therapist_id, therapist_email, staff_email)


def _practice(person_id: PersonId, hours: list[Hours]) -> NewTherapist:
    return NewTherapist(
        person_id=person_id,
        licence_kind="physical_therapist",
        licence_number="FLOW-1",
        licence_verified_at=SystemClock().now(),
        licence_expires_at=None,
        timezone=ZONE,
        hours=hours,
        capacity=5,
        headline={"ja": "試験用", "en": "For tests"},
        languages=("ja", "en"),
    )
