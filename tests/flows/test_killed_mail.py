"""kill -9 in the middle of many mails: none is lost; what comes twice was cut off after the receiver's 250.

It has the same Message-ID then.

The real jobs process sends; the receiver kills it, now before it has accepted a mail, now right after.
"""

import asyncio
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from core.clock import SystemClock
from core.database import Database
from core.tables import outbox
from tests import services
from tests.fakes import FakeClock
from tests.scheduler.clinic import Clinic

PER_DAY = 7
WAIT_S = 60.0


class Killer:
    """A mail server that kills the sender at each `every`-th mail, in turn before and right after its 250."""

    def __init__(self, every: int) -> None:
        self.accepted: list[str] = []
        self.refused: list[str] = []  # the sender died before it could be told
        self.cut_off: list[str] = []  # the sender died right after it was told
        self.victim: services.Service | None = None
        self._every = every
        self._came = 0
        self._changed = threading.Condition()
        self._controller = Controller(self, hostname=services.HOST, port=services.free_port())

    @property
    def port(self) -> int:
        return int(self._controller.port)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        assert isinstance(content, bytes)
        message_id = str(message_from_bytes(content)["Message-ID"]).strip()
        self._came += 1
        turn, kills = divmod(self._came, self._every)
        if kills == 0 and turn % 2:
            self._kill(self.refused, message_id)
            return "451 not taken"
        with self._changed:
            self.accepted.append(message_id)
        if kills == 0:
            # On the next turn of this loop: by then the 250 is on its way.
            asyncio.get_running_loop().call_soon(self._kill, self.cut_off, message_id)
        with self._changed:
            self._changed.notify_all()
        return "250 OK"

    def _kill(self, deaths: list[str], message_id: str) -> None:
        if self.victim is not None:
            deaths.append(message_id)
            os.kill(self.victim.pid, signal.SIGKILL)
            self.victim = None
        with self._changed:
            self._changed.notify_all()

    def wait(self, expected: int) -> bool:
        """Until all have come (True) or the sender was killed (False). Blocks."""
        with self._changed:
            done = self._changed.wait_for(
                lambda: len(set(self.accepted)) >= expected or self.victim is None, WAIT_S
            )
            assert done, f"{len(set(self.accepted))} of {expected} mails came"
            return self.victim is not None

    def __enter__(self) -> "Killer":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()


@contextmanager
def sender(var: Path, database_url: str, killer: Killer) -> Iterator[services.Service]:
    """`todoku serve --role jobs`, which sends to `killer`."""
    config = var / "config.toml"
    config.write_text(
        f'[database]\nurl = "{database_url}"\n'
        f'[mail]\nhost = "{services.HOST}"\nport = {killer.port}\nsecurity = "none"\n',
        encoding="utf-8",
    )
    words = ["serve", "--role", "jobs", "--config", str(config), "--var", str(var)]
    process = services.Service([sys.executable, "-m", "server", *words], "serves http", user=None)
    killer.victim = process
    try:
        yield process
    finally:
        killer.victim = None
        process.stop()


async def booked(database: Database, number: int) -> set[str]:
    """The Message-IDs that so many bookings are told under: one to the client, one to the therapist."""
    clinic = await Clinic(database, FakeClock(SystemClock().now())).open()
    therapist_id = await clinic.therapist(capacity=number)
    morning = _midnight(SystemClock().now()) + timedelta(days=3)  # 09:00 in Tokyo
    made = set()
    for turn in range(number):
        day, hour = divmod(turn, PER_DAY)
        client_id = await clinic.person(f"{turn}", "client")
        starts_at = morning + timedelta(days=day, hours=hour)
        booking_id = await clinic.on_behalf(therapist_id, client_id, starts_at)
        made |= {f"<booking-{booking_id}-0-{role}@localhost>" for role in ("client", "therapist")}
    return made


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


async def let_leases_pass(database: Database) -> None:
    """What a killed sender held is free after a minute: here at once, while nobody sends."""
    now = SystemClock().now()
    held = sa.and_(outbox.c.done_at.is_(None), outbox.c.attempts > 0)
    async with database.write() as connection:
        await connection.execute(sa.update(outbox).where(held).values(due_at=now))


async def everything_is_done(database: Database) -> None:
    """Also written down by the sender."""
    async with asyncio.timeout(WAIT_S):
        while await undelivered(database):  # noqa: ASYNC110  (a row of another process has no event)
            await asyncio.sleep(0.05)


async def undelivered(database: Database) -> int:
    """Events that are due and not done."""
    due = sa.and_(outbox.c.done_at.is_(None), outbox.c.due_at <= SystemClock().now() + timedelta(hours=1))
    async with database.read() as connection:
        return int((await connection.execute(sa.select(sa.func.count()).where(due))).scalar_one())


@pytest.mark.service
@pytest.mark.parametrize(
    ("bookings", "every"), [(7, 6), pytest.param(100, 9, marks=pytest.mark.long)], ids=["short", "long"]
)
async def test_no_mail_is_lost_and_only_what_was_cut_off_comes_twice(
    database: Database, database_url: str, tmp_path: Path, bookings: int, every: int
) -> None:
    expected = await booked(database, bookings)
    with Killer(every) as killer:
        survived = False
        while not survived:
            await let_leases_pass(database)
            with sender(tmp_path, database_url, killer):
                survived = await asyncio.to_thread(killer.wait, len(expected))
                if survived:
                    await everything_is_done(database)
    counted = Counter(killer.accepted)
    assert set(counted) == expected
    assert len(killer.refused) + len(killer.cut_off) >= 2
    assert killer.refused
    assert killer.cut_off
    twice = {message_id for message_id, times in counted.items() if times > 1}
    assert twice <= set(killer.cut_off)
    assert max(counted.values()) <= 1 + max(Counter(killer.cut_off).values())
    assert await undelivered(database) == 0
