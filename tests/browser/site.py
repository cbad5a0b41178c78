"""The real program as a process, and people and sessions made for one test in its database.

Everything is made through the use-cases that the program itself has; nothing here knows a table.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from accounts.config import AccountsConfig
from accounts.entry import Accounts
from accounts.passwords import Passwords
from core.clock import SystemClock
from core.database import Database
from core.ids import PersonId
from scheduler import pace_store
from scheduler.config import SchedulerConfig
from scheduler.service import Arrangement, Hours, NewTherapist, book_on_behalf, register_therapist
from tests import services

PASSWORD = "a password for tests"
ZONE = "Asia/Tokyo"
CONFIG = """# A free UDP port, so that a Todoku that runs on this machine already is not disturbed.
[media]
udp_port = 0
"""
KIND: dict[str, Any] = {
    "name": {"ja": "面談", "en": "Consultation"},
    "session_min": 45,
    "step_min": 60,
    "buffer_before_min": 0,
    "buffer_after_min": 0,
    "notice_min": 60,
    "notice_calendar_days": 0,
    "window_days": 28,
    "cancel_cutoff_min": 60,
    "approval": False,
}
_numbers = count(1)


@dataclass(frozen=True)
class Appointment:
    """A session of a client and a therapist of their own; links are addresses to open."""

    booking_id: str
    join_link: str
    therapist_link: str
    therapist_email: str
    therapist_name: str
    client_name: str
    client_email: str
    therapist_id: PersonId
    client_id: PersonId


@dataclass(frozen=True)
class Site:
    """A running Todoku with demonstration data."""

    address: str
    var: Path
    demo: dict[str, Any]
    service: services.Service

    @property
    def sign_in(self) -> str:
        return f"{self.address}/sign-in"

    async def appointment(self, starts_in: timedelta = timedelta()) -> Appointment:
        """A new therapist, a new client, and their session, beginning `starts_in` from now."""
        now, number = SystemClock().now(), next(_numbers)
        therapist, client, email = f"療法士 {number}", f"利用者 {number}", f"therapist-{number}@test.example"
        client_email = f"client-{number}@test.example"
        database = Database.open(f"sqlite:///{self.var / 'todoku.db'}")
        try:
            async with database.write() as connection:
                therapist_id = await _person(connection, therapist, email, "therapist", now)
                await register_therapist(connection, _practice(therapist_id, now), now)
                client_id = await _person(connection, client, client_email, "client", now)
                starts_at = (now + starts_in).replace(second=0, microsecond=0)
                arrangement = Arrangement(therapist_id, starts_at, client_id, ZONE, None)
                booking = await book_on_behalf(connection, arrangement, SchedulerConfig(), now)
                token = await accounts.issue_link(
                    connection,
                    purpose="join",
                    scope={"booking_id": booking.id},
                    person_id=client_id,
                    expires_at=now + timedelta(days=1),
                    now=now,
                )
        finally:
            await database.close()
        await self.account(therapist_id)
        room = f"{self.address}/room/{booking.id}"
        return Appointment(
            booking_id=booking.id,
            join_link=f"{self.address}/join/{token}",
            therapist_link=room,
            therapist_email=email,
            therapist_name=therapist,
            client_name=client,
            client_email=client_email,
            therapist_id=therapist_id,
            client_id=client_id,
        )

    async def taking_new_clients(
        self, name: str, kinds: Sequence[Mapping[str, Any]] = (), languages: Sequence[str] = ("ja", "en")
    ) -> PersonId:
        """Another therapist with places, there every day, with these kinds of sessions."""
        now, number = SystemClock().now(), next(_numbers)
        database = Database.open(f"sqlite:///{self.var / 'todoku.db'}")
        try:
            async with database.write() as connection:
                email = f"therapist-{number}@test.example"
                therapist_id = await _person(connection, name, email, "therapist", now)
                hours = [Hours(day, "09:00", "17:00") for day in range(7)]
                practice = _practice(therapist_id, now)
                practice = replace(practice, hours=hours, capacity=20, languages=tuple(languages))
                await register_therapist(connection, practice, now)
                for kind in kinds:
                    await pace_store.insert_type(connection, therapist_id, KIND | dict(kind), now)
        finally:
            await database.close()
        return therapist_id

    async def account(self, person_id: PersonId) -> str:
        """Let somebody sign in with the tests' password; their address."""
        database = Database.open(f"sqlite:///{self.var / 'todoku.db'}")
        try:
            config = AccountsConfig()
            entry = Accounts(database, SystemClock(), config, Passwords(config))
            await entry.set_password(person_id, PASSWORD)
            async with database.read() as connection:
                found = await accounts.people(connection, [person_id])
        finally:
            await database.close()
        return found[person_id].email or ""

    async def again(self, first: Appointment, starts_in: timedelta) -> None:
        """Another session of the same two, beginning `starts_in` from now, which may be before now."""
        now = SystemClock().now()
        starts_at = (now + starts_in).replace(second=0, microsecond=0)
        database = Database.open(f"sqlite:///{self.var / 'todoku.db'}")
        try:
            async with database.write() as connection:
                arrangement = Arrangement(first.therapist_id, starts_at, first.client_id, ZONE, None)
                await book_on_behalf(connection, arrangement, SchedulerConfig(), now)
        finally:
            await database.close()


async def _person(connection: AsyncConnection, name: str, email: str, role: str, now: datetime) -> PersonId:
    return await accounts.create_person(
        connection, name=name, email=email, locale="ja", timezone=ZONE, roles=(role,), now=now, verified=True
    )


def _practice(therapist_id: PersonId, now: datetime) -> NewTherapist:
    """Somebody with a licence and hours, who takes no new clients besides."""
    return NewTherapist(
        person_id=therapist_id,
        licence_kind="physical_therapist",
        licence_number=f"TEST-{therapist_id[-6:]}",
        licence_verified_at=now,
        licence_expires_at=None,
        timezone=ZONE,
        hours=[Hours(0, "09:00", "12:00")],
        capacity=1,
        headline={"ja": "試験用", "en": "For tests"},
        languages=("ja", "en"),
    )


@contextmanager
def running(var: Path, port: int | None = None, more_config: str = "") -> Iterator[Site]:
    """`todoku serve --demo` with its files in `var`, once it says that it serves."""
    var.mkdir(parents=True, exist_ok=True)
    port, config = port or services.free_port(), var / "config.toml"
    config.write_text(CONFIG + more_config)
    options = ["--demo", "--port", str(port), "--var", str(var), "--config", str(config)]
    service = services.Service([sys.executable, "-m", "server", "serve", *options], "Ctrl-C stops", user=None)
    try:
        demo = json.loads((var / "demo.json").read_text(encoding="utf-8"))
        yield Site(demo["address"], var, demo, service)
    finally:
        service.stop()
