"""Where a link may write: chat's door, made of what the scheduler and the calls know. Chat knows neither."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from chat.errors import ConversationUnknown
from chat.service import Door
from chat.store import conversation_of
from core.clock import Clock
from core.database import Database
from core.http import Identity
from core.ids import BookingId, ConversationId
from signaling.entering import VisitOf

# Since when a call goes on in the rooms of some bookings.
Running = Callable[[Sequence[BookingId]], Awaitable[Mapping[BookingId, datetime]]]


def chat_door(visit_of: VisitOf, running: Running, database: Database, clock: Clock) -> Door:
    """Where a link may write: its own booking's conversation, while that booking's room can be entered.

    That is as long as its call lasts, where this is later.
    """

    async def door(who: Identity, conversation_id: ConversationId) -> None:
        if who.kind != "link":
            return
        now = clock.now()
        visit = await visit_of(who.scope.get("booking_id", ""), who, now)
        async with database.read() as connection:
            own = await conversation_of(connection, visit.care_id)
        if own != conversation_id or now < visit.enter_from:
            raise ConversationUnknown
        if now >= visit.enter_until and not await running([visit.booking_id]):
            raise ConversationUnknown

    return door
