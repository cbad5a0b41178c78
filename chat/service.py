"""What people do in a conversation. The log is the truth; whoever listens is only told to look again.

Every change takes the conversation's lock, then the next number, then writes the log, in one transaction:
numbers have no gap and become visible in their order.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from chat import store
from chat.config import ChatConfig
from chat.errors import ConversationUnknown, HistoryReset, MessageIdReused, MessageUnknown, TooFast
from chat.model import Change, Kind, Page, Posted, clean_text, must_wait_s
from core.clock import Clock
from core.database import Database
from core.errors import Denied
from core.http import Identity
from core.ids import ConversationId, MessageId, PersonId, new_id

LARGEST_PAGE = 200

Listener = Callable[[ConversationId, int], Awaitable[None]]

log = structlog.get_logger()


async def ensure_conversation(
    connection: AsyncConnection, care_id: str, members: Mapping[PersonId, str], now: datetime
) -> ConversationId:
    """The care's conversation, with at least `members` (person -> role); idempotent."""
    found = await store.conversation_of(connection, care_id)
    if found is None:
        made = ConversationId(new_id())
        if await store.insert_conversation(connection, made, care_id, now):
            found = made
        else:
            found = await store.conversation_of(connection, care_id)
    if found is None:
        raise ConversationUnknown
    await store.lock(connection, found)
    await store.add_members(connection, found, members, now)
    return found


@dataclass(frozen=True)
class View:
    """How far a member sees and whether they write; None: without bound."""

    role: str
    reads_from: datetime | None = None
    reads_until: datetime | None = None
    writes: bool = True
    opens_at: datetime | None = None  # before it, they see nothing


async def grant_view(
    connection: AsyncConnection, care_id: str, person_id: PersonId, view: View, now: datetime
) -> None:
    """Make somebody a member with this view, or change the view they have; idempotent."""
    conversation_id = await ensure_conversation(connection, care_id, {person_id: view.role}, now)
    bounds = {"reads_from": view.reads_from, "reads_until": view.reads_until}
    more = {"writes": view.writes, "opens_at": view.opens_at}
    await store.bound_member(connection, conversation_id, person_id, bounds | more)


async def withdraw_view(
    connection: AsyncConnection, conversation_id: ConversationId, person_id: PersonId, now: datetime
) -> None:
    """They see nothing from now on; nobody becomes a member by it. Under the conversation's lock."""
    await store.bound_member(connection, conversation_id, person_id, {"reads_until": now, "writes": False})


Door = Callable[[Identity, ConversationId], Awaitable[None]]


async def open_door(_who: Identity, _conversation_id: ConversationId) -> None:
    """Lets everybody through; membership still counts. The house hangs its own (server/assembly.py)."""


class ChatService:
    """Write, change, read. Who is not a member is answered like for an unknown conversation."""

    def __init__(self, database: Database, clock: Clock, config: ChatConfig) -> None:
        self._database = database
        self._clock = clock
        self._config = config
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call `listener(conversation, latest sequence)` after each change; what it raises is logged only."""
        self._listeners.append(listener)

    async def latest(self, conversation_id: ConversationId, reader: PersonId | None) -> int:
        """The latest sequence. Raises ConversationUnknown."""
        async with self._database.read() as connection:
            return await self._latest(connection, conversation_id, reader)

    async def about(
        self, conversation_id: ConversationId, reader: PersonId | None
    ) -> tuple[int, PersonId | None]:
        """The latest sequence, and whose answers are waited for: the therapist, unless they are who asks.

        Raises ConversationUnknown.
        """
        async with self._database.read() as connection:
            latest = await self._latest(connection, conversation_id, reader)
            therapists = await store.members_as(connection, conversation_id, "therapist", self._clock.now())
        return latest, None if reader in therapists else next(iter(therapists), None)

    async def post(
        self, conversation_id: ConversationId, sender: PersonId | None, client_message_id: str, text: str
    ) -> Posted:
        """Write a message, or give the stored answer to one sent again.

        Raises ConversationUnknown, MessageIdReused, TooFast, Invalid.
        """
        text = clean_text(text, self._config.longest_text_chars)

        async def work(connection: AsyncConnection) -> Posted:
            member = await self._enter(connection, conversation_id, sender)
            known = await store.message_sent(connection, conversation_id, member, client_message_id)
            if known is None:
                return await self._append(connection, conversation_id, member, client_message_id, text)
            if known.body_hash != _hash(text):
                raise MessageIdReused
            return Posted(known.message_id, known.sequence, known.created_at, created=False)

        posted = await self._database.transact(work)
        if posted.created:
            await self._tell(conversation_id, posted.sequence)
        return posted

    async def edit(
        self, conversation_id: ConversationId, sender: PersonId | None, message_id: str, text: str
    ) -> int:
        """Change an own message; its latest sequence. Raises ConversationUnknown, MessageUnknown, Invalid."""
        text = clean_text(text, self._config.longest_text_chars)
        values = {"text": text, "edited_at": self._clock.now()}
        return await self._alter(conversation_id, sender, message_id, Kind.EDIT, values)

    async def delete(self, conversation_id: ConversationId, sender: PersonId | None, message_id: str) -> int:
        """Take an own message's text away for everybody; idempotent. Raises as `edit`."""
        values = {"text": "", "deleted_at": self._clock.now()}
        return await self._alter(conversation_id, sender, message_id, Kind.DELETE, values)

    async def mark_read(self, conversation_id: ConversationId, reader: PersonId | None, sequence: int) -> int:
        """The reader has seen everything up to `sequence`; how far they have read now. Never moves back.

        Marks stand at messages only: a mark about a mark would have two readers answer each other for ever.
        """

        async def work(connection: AsyncConnection) -> tuple[int, int | None]:
            member = await self._enter(connection, conversation_id, reader, writes=False)
            before = await store.read_mark(connection, conversation_id, member)
            seen = await store.last_message_at_or_before(connection, conversation_id, sequence)
            if seen is None or seen <= before:
                return before, None
            now = self._clock.now()
            number = await store.next_sequence(connection, conversation_id)
            await store.put_read_mark(connection, conversation_id, member, seen, now)
            await store.log_change(
                connection, conversation_id, number, Kind.READ, now, person_id=member, read_sequence=seen
            )
            return seen, number

        mark, number = await self._database.transact(work)
        if number is not None:
            await self._tell(conversation_id, number)
        return mark

    async def changes_after(
        self, conversation_id: ConversationId, reader: PersonId | None, after: int, limit: int = LARGEST_PAGE
    ) -> Page:
        """What happened after `after`, oldest first. Raises ConversationUnknown, HistoryReset."""
        async with self._database.read() as connection:
            # Read first: what commits in between is left for the next page, and nothing is skipped.
            seat = await self._seat(connection, conversation_id, reader)
            latest = seat.latest
            if after > latest:
                raise HistoryReset
            size = min(limit, LARGEST_PAGE)
            rows = await store.changes(connection, conversation_id, after, latest, size)
            people = await accounts.people(connection, {row.person_id for row in rows})
        found = tuple(_change(row, people[row.person_id].name, seat.reads_from) for row in rows)
        return Page(found, latest, more=bool(found) and found[-1].sequence < latest)

    async def _latest(
        self, connection: AsyncConnection, conversation_id: ConversationId, reader: PersonId | None
    ) -> int:
        return (await self._seat(connection, conversation_id, reader)).latest

    async def _seat(
        self, connection: AsyncConnection, conversation_id: ConversationId, reader: PersonId | None
    ) -> store.Seat:
        now = self._clock.now()
        seat = await store.seat_of(connection, conversation_id, reader, now) if reader else None
        if seat is None:
            raise ConversationUnknown
        return seat

    async def _enter(
        self,
        connection: AsyncConnection,
        conversation_id: ConversationId,
        person_id: PersonId | None,
        *,
        writes: bool = True,
    ) -> PersonId:
        """Lock first, then look who asks: what is read afterwards is the newest."""
        if person_id is None:
            raise ConversationUnknown
        await store.lock(connection, conversation_id)
        seat = await self._seat(connection, conversation_id, person_id)
        if writes and not seat.writes:
            raise Denied
        return person_id

    async def _append(
        self,
        connection: AsyncConnection,
        conversation_id: ConversationId,
        sender: PersonId,
        client_message_id: str,
        text: str,
    ) -> Posted:
        now = self._clock.now()
        await self._check_pace(connection, sender, now)
        message_id = MessageId(new_id())
        sequence = await store.next_sequence(connection, conversation_id)
        values = {
            "id": message_id,
            "conversation_id": conversation_id,
            "sequence": sequence,
            "sender_id": sender,
            "client_message_id": client_message_id,
            "body_hash": _hash(text),
            "text": text,
            "created_at": now,
        }
        await store.insert_message(connection, values)
        await store.log_change(
            connection, conversation_id, sequence, Kind.MESSAGE, now, person_id=sender, message_id=message_id
        )
        return Posted(message_id, sequence, now, created=True)

    async def _check_pace(self, connection: AsyncConnection, sender: PersonId, now: datetime) -> None:
        burst, window = self._config.burst_messages, timedelta(seconds=self._config.burst_window_s)
        recent = await store.recent_times(connection, sender, burst)
        wait_s = must_wait_s(recent, burst, window, now)
        if wait_s is not None:
            raise TooFast(retry_after_s=wait_s)

    async def _alter(
        self,
        conversation_id: ConversationId,
        sender: PersonId | None,
        message_id: str,
        kind: Kind,
        values: Mapping[str, Any],
    ) -> int:
        async def work(connection: AsyncConnection) -> int | None:
            member = await self._enter(connection, conversation_id, sender)
            known = await store.own_message(connection, conversation_id, member, message_id)
            if known is None or (known.deleted and kind is not Kind.DELETE):
                raise MessageUnknown
            if known.text == values["text"]:  # sent again
                return None
            number = await store.next_sequence(connection, conversation_id)
            await store.change_message(connection, message_id, values)
            place = {"person_id": member, "message_id": message_id}
            await store.log_change(connection, conversation_id, number, kind, self._clock.now(), **place)
            return number

        number = await self._database.transact(work)
        if number is None:
            return await self.latest(conversation_id, sender)
        await self._tell(conversation_id, number)
        return number

    async def _tell(self, conversation_id: ConversationId, sequence: int) -> None:
        for listener in self._listeners:
            try:
                await listener(conversation_id, sequence)
            except Exception:  # the message is stored: readers find it when they look next
                log.exception("poke_failed", conversation_id=conversation_id)


def _change(row: Any, sender_name: str, reads_from: datetime | None) -> Change:
    """What was said before somebody's view begins looks to them like a deleted message."""
    before = reads_from is not None and row.said_at is not None and row.said_at < reads_from
    return Change(
        sequence=row.sequence,
        kind=Kind(row.kind),
        sender_id=row.person_id,
        sender_name=sender_name,
        at=row.at,
        message_id=row.message_id,
        client_message_id=row.client_message_id,
        text="" if before else row.text,
        revision=row.revision or 0,
        deleted=before or row.deleted_at is not None,
        read_sequence=row.read_sequence,
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
