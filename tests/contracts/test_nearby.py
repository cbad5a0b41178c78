"""A time that is gone costs the same however many therapists there are, and lets others have their turn."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from core.database import Database
from core.ids import PersonId
from scheduler import browsing, nearby, practice_store, times
from scheduler.errors import SlotNotOffered
from scheduler.model import Calendar, Therapist
from scheduler.practice import Hours
from tests.fakes import FakeClock
from tests.scheduler.clinic import WEDNESDAY, Clinic


async def test_only_so_many_others_are_looked_at_and_not_in_one_go(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = await Clinic(database, clock).open()
    nobody = await clinic.therapist(hours=[])
    most = 3
    for _ in range(most + 4):
        await clinic.therapist(hours=[Hours(2, "09:00", "10:00")])
    monkeypatch.setattr(nearby, "MOST_THERAPISTS", most)
    read, looked, turns = practice_store.calendars, list[int](), list[int]()

    async def counted(connection: AsyncConnection, people: Sequence[Therapist], *more: Any) -> Any:
        looked.append(len(people))
        result: dict[PersonId, Calendar] = await read(connection, people, *more)
        return result

    monkeypatch.setattr(practice_store, "calendars", counted)
    computed = list[int]()

    def computing(*arguments: Any) -> Any:
        computed.append(len(turns))
        return browsing.free(*arguments)

    async def somebody_else() -> None:
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    monkeypatch.setattr(nearby, "free", computing)
    other = asyncio.create_task(somebody_else())
    with pytest.raises(SlotNotOffered) as raised:
        await clinic.hold(clinic.visitor(), nobody, WEDNESDAY + timedelta(hours=12))
    other.cancel()
    assert len(raised.value.extra["alternatives"]) == most
    assert max(looked) == most
    assert len(computed) == len(set(computed)) == most + 1  # somebody else had a turn between any two
    assert times.MOST_THERAPISTS == 40
