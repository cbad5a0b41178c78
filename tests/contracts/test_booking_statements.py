"""What a booking costs the database while others wait for the same therapist, counted in statements."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from core.database import Database
from core.http import Identity
from core.ids import new_id
from scheduler.once import Once
from tests.fakes import FakeClock
from tests.scheduler.clinic import WEDNESDAY, Clinic

MOST = 7
MOST_WITH_HOLD = 11


async def test_a_booking_takes_few_statements(database: Database, clock: FakeClock) -> None:
    clinic = await Clinic(database, clock).open()
    therapist_id = await clinic.therapist()
    client = await clinic.client()
    who: Identity = replace(client, kind="account")
    await clinic.book(who, therapist_id, WEDNESDAY)  # opens the care
    seen: list[str] = []

    def heard(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    sa.event.listen(database._writer.sync_engine, "before_cursor_execute", heard)
    await clinic.book(who, therapist_id, WEDNESDAY + timedelta(hours=1), Once(new_id(), b"a"))
    begun = 0 if database.dialect == "postgresql" else 1 + 4  # SQLite is told to begin, and of each table
    assert 1 < len(seen) <= MOST + begun, seen
    await clinic.hold(who, therapist_id, WEDNESDAY + timedelta(hours=2))
    seen.clear()
    await clinic.book(who, therapist_id, WEDNESDAY + timedelta(hours=2), Once(new_id(), b"b"))
    assert 1 < len(seen) <= MOST_WITH_HOLD + begun, seen
