"""Use-cases of staff: look at live rooms, end a stuck one. Nothing here gives a grant or touches media."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from core.clock import Clock
from core.database import Database
from core.ids import PersonId
from ops.errors import ConfirmationWrong
from ops.live import LiveRoom, confirms, live
from ops.stats import LatestStats
from signaling import store
from signaling.model import EndReason
from signaling.service import CallService


class OpsService:
    """What staff may do."""

    def __init__(self, database: Database, clock: Clock, calls: CallService, stats: LatestStats) -> None:
        self._database, self._clock, self._calls, self._stats = database, clock, calls, stats

    async def rooms(self) -> tuple[datetime, list[LiveRoom]]:
        """When it was looked, and what goes on."""
        now = self._clock.now()
        async with self._database.read() as connection:
            calls = await store.live_calls(connection)
        return now, live(calls, self._stats.figures(), now, self._stats.one_way(), self._stats.devices())

    async def end(self, actor: PersonId, room_id: str, confirm: str, reason: str) -> None:
        """End a room for both, on the record. Raises ConfirmationWrong, RoomUnknown, RoomEnded."""
        if not confirms(room_id, confirm):
            raise ConfirmationWrong

        async def record(connection: AsyncConnection, now: datetime) -> None:
            await accounts.audit(
                connection,
                actor=actor,
                action="room_ended",
                subject=room_id,
                detail={"reason": reason},
                now=now,
            )

        await self._calls.end(room_id, "staff", EndReason.STAFF, record)
