"""The job that says what came of sessions whose time is over, also of those that nobody ever entered.

Who was there is asked of whoever knows (signaling; server/assembly names the function) and decided in
outcome.py. A session whose call goes on is left alone until it ends; then its end settles it (visits.fulfil).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import Clock
from core.database import Database
from core.ids import BookingId
from scheduler import changing, settled_store, telling, visits
from scheduler.config import SchedulerConfig
from scheduler.model import Booking, Span, Status
from scheduler.outcome import Attendance, Outcome, settle

# Who was in the rooms of some bookings; of every one that is asked about.
Attendances = Callable[[Sequence[BookingId]], Awaitable[Mapping[BookingId, Attendance]]]
AT_ONCE = 100  # in one run; the next one goes on

TOPIC = "booking.noshow"


class Settling:
    """Sessions whose time is over."""

    def __init__(
        self, database: Database, config: SchedulerConfig, clock: Clock, attendances: Attendances
    ) -> None:
        self._database, self._config, self._clock = database, config, clock
        self._attendances = attendances

    async def run(self) -> None:
        """Job: settle what can be settled. What was done by an earlier, interrupted run stays done."""
        now = self._clock.now()
        closed_before = now - timedelta(minutes=self._config.enter_after_min)
        after = ""
        while True:
            async with self._database.read() as connection:
                due = await settled_store.unsettled(connection, closed_before, after, AT_ONCE)
            seen = await self._attendances([one.id for one in due]) if due else {}
            for one in due:
                if self._outcome(one, seen[one.id], now) is not None:
                    await self._settle(one.id, seen[one.id], now)
            if len(due) < AT_ONCE:
                return
            after = due[-1].id

    def _outcome(self, booking: Booking, seen: Attendance, now: datetime) -> Outcome | None:
        enter_until = visits.enter_span(booking, self._config).ends_at
        grace = timedelta(minutes=self._config.noshow_grace_min)
        return settle(Span(booking.starts_at, booking.ends_at), enter_until, seen, now, grace)

    async def _settle(self, booking_id: str, seen: Attendance, now: datetime) -> None:
        async def work(connection: AsyncConnection) -> None:
            booking, _ = await changing.locked(connection, booking_id)
            outcome = self._outcome(booking, seen, now)  # it may have been moved or cancelled meanwhile
            if booking.status is not Status.CONFIRMED or outcome is None:
                return
            settled = await settled_store.write(connection, booking, outcome, now)
            if settled.status is Status.NOSHOW:
                await telling.ended(connection, TOPIC, settled, booking.status, None, now)
                await telling.settled(connection, settled, settled.status, now)
            else:
                await visits.record_fulfilled(connection, booking, now)

        await self._database.transact(work)
