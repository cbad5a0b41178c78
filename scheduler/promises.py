"""Reads what a therapist's promise to answer depends on; the promise itself is answering.py's."""

from datetime import date, datetime

from core.clock import Clock
from core.database import Database
from core.ids import PersonId
from scheduler import pace_changes, practice_store
from scheduler.answering import BEHIND, answered_by
from scheduler.model import Calendar


class Promises:
    """By when therapists answer."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def answers_by(self, therapist_id: PersonId) -> datetime | None:
        """For a message that is written now; None where they have promised nothing."""
        now = self._clock.now()
        async with self._database.read() as connection:
            therapist = await practice_store.find_therapist(connection, therapist_id)
            windows = await pace_changes.windows_of(connection, therapist_id)
            if therapist is None or not windows:
                return None
            off = await pace_changes.time_off_of(connection, therapist_id, now - BEHIND)
            journeys = await pace_changes.journeys_of(connection, therapist_id, date.min)
        calendar = Calendar(
            timezone=therapist.timezone,
            rules=tuple(windows),
            time_off=tuple(one.span for one in off),
            travels=tuple(one.travel for one in journeys),
        )
        return answered_by(calendar, now)
