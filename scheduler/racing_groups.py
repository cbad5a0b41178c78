"""What a crowd does with sessions for several and with series; beside racing.py, which runs it."""

import random
from datetime import timedelta

from core.clock import Clock
from core.database import Database
from core.http import Identity
from core.ids import PersonId, new_id
from scheduler import group_store
from scheduler.booking import Wish
from scheduler.config import SchedulerConfig
from scheduler.group_service import MOST_SHOWN, Groups
from scheduler.groups import NewGroup
from scheduler.racing_cares import first_time

MOST_SEATS = 4
DAYS = 6


class Crowding:
    """Seats are opened, taken, given back and called off by whoever comes."""

    def __init__(
        self, database: Database, config: SchedulerConfig, clock: Clock, luck: random.Random
    ) -> None:
        self._database, self._clock, self._luck = database, clock, luck
        self._groups = Groups(database, config, clock)

    async def open(self, therapist_id: PersonId) -> None:
        """Some hour of the next days, wherever nothing else is."""
        hours = self._luck.randint(24, DAYS * 24)
        starts_at = (self._clock.now() + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
        new = NewGroup({"ja": "集まり", "en": "Group"}, self._luck.randint(1, MOST_SEATS), starts_at, 45)
        who = Identity(therapist_id, frozenset({"therapist"}), new_id(), "account")
        await self._groups.open_group(who, new, first_time())

    async def take(self, who: Identity, slot_wish: Wish) -> None:
        """A seat of one of the first, so that many want the same."""
        if group := await self._some():
            wish = slot_wish if who.person_id is None else None
            await self._groups.take_seat(who, group.id, wish, first_time())

    async def give_back(self, who: Identity) -> None:
        if group := await self._some():
            await self._groups.give_back(who, group.id)

    async def call_off(self) -> None:
        if group := await self._some():
            owner = PersonId(group.therapist_id)
            who = Identity(owner, frozenset({"therapist"}), new_id(), "account")
            await self._groups.cancel(who, group.id, None, first_time())

    async def _some(self) -> group_store.Group | None:
        async with self._database.read() as connection:
            found = await group_store.upcoming(connection, self._clock.now(), MOST_SHOWN)
        return self._luck.choice(found[:3]) if found else None
