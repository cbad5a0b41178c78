"""Everything at once on both databases: no law of booking is broken, not even by kill -9 in the middle.

The short form is here; `make long` runs `todoku verify booking` for a minute with 64 clients.
"""

import asyncio
import signal
import sys

import pytest
import sqlalchemy as sa

from core.clock import SystemClock
from core.database import Database
from core.ids import new_id
from core.tables import outbox
from scheduler import invariants, racing
from scheduler.care_tables import care_apart
from scheduler.tables import booking, booking_event, care, therapist
from server import verify
from tests.contracts.caring import full
from tests.fakes import FakeClock
from tests.scheduler.clinic import Clinic

CLIENTS, SECONDS, SEED = 64, 5, 20261125
ENOUGH = 40  # bookings seen before the process is killed


async def violations(database: Database) -> list[str]:
    async with database.read() as connection:
        found = await invariants.broken(connection, SystemClock().now())
        misfits = await invariants.misfits(connection, racing.config(), SystemClock().now())
    return [f"{one.law}: {one.subject}" for one in found] + misfits


async def test_a_crowd_breaks_no_law(database: Database) -> None:
    ground = await racing.prepare(database, SystemClock())
    tally = await racing.race(ground, CLIENTS, SECONDS, SEED)
    assert tally.faults == []
    assert await violations(database) == []
    assert tally.done["book"] > 0


@pytest.mark.long
async def test_a_crowd_breaks_no_law_for_a_minute(
    database: Database, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """As an operator runs it: `todoku verify booking --database URL`."""
    options = verify.Options(database.url, CLIENTS, 60, SEED, check_only=False)
    kept = await verify.verify(options, racing.config())
    shown = capsys.readouterr().out
    print(shown)
    assert kept, shown


async def test_a_process_killed_in_the_middle_leaves_nothing_half_done(database: Database) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.contracts.racer", database.url, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert (await process.stdout.readline()).strip() == b"racing"
        async with asyncio.timeout(60):
            while await count(database) < ENOUGH:  # noqa: ASYNC110  (another process tells nobody)
                await asyncio.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()
    assert await violations(database) == []
    # Whoever goes on where it stopped finds nothing in the way.
    ground = await racing.prepare(database, SystemClock())
    tally = await racing.race(ground, clients=8, seconds=2, seed=SEED)
    assert tally.faults == []
    assert await violations(database) == []


async def count(database: Database) -> int:
    async with database.read() as connection:
        return int((await connection.execute(sa.select(sa.func.count(booking.c.id)))).scalar_one())


async def test_what_is_broken_is_found(database: Database, clock: FakeClock) -> None:
    """Each law that no constraint keeps is broken by hand, so that silence means something."""
    clinic = await Clinic(database, clock).open()
    therapist_id, who, care_id = await full(clinic)
    now = clock.now()

    async def found() -> set[str]:
        async with database.read() as connection:
            return {one.law for one in await invariants.broken(connection, now)}

    assert await found() == set()
    first = sa.select(booking.c.id).scalar_subquery()
    apart = {"client_id": who.person_id, "therapist_id": therapist_id, "created_at": now}
    event = {"id": new_id(), "booking_id": first, "at": now, "from_status": "held", "to_status": "cancelled"}
    breaks: list[tuple[str, sa.Executable]] = [
        ("I7 a therapist's clients are miscounted", sa.update(therapist).values(active=3)),
        ("I10 a therapist's promised places are miscounted", sa.update(therapist).values(offers=1)),
        ("I9 people kept apart are in care", sa.insert(care_apart).values(apart)),
        ("I9 a care began without a licence", sa.update(therapist).values(licence_verified_at=None)),
        ("a session is booked in a care that has ended", sa.update(care).values(ended_at=now)),
        ("a booking is told to nobody", sa.delete(outbox)),
        ("I6 SEQUENCE does not count the changes", sa.update(booking).values(sequence=4)),
        ("I6 a booking's history is no chain", sa.insert(booking_event).values(event)),
    ]
    for law, statement in breaks:
        assert law not in await found()
        async with database.write() as connection:
            await connection.execute(statement)
        assert law in await found()
    assert care_id


async def test_an_existing_database_is_only_looked_at(
    database: Database, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic = await Clinic(database, clock).open()
    await full(clinic)
    options = verify.Options(database.url, 0, 0, 0, check_only=True)
    assert await verify.verify(options, clinic.config)
    assert "0 violations" in capsys.readouterr().out
    assert await count(database) == 1
    async with database.write() as connection:
        await connection.execute(sa.update(therapist).values(active=7))
    assert not await verify.verify(options, clinic.config)
    assert "VIOLATION I7" in capsys.readouterr().out
