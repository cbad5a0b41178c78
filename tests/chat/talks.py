"""What the tests of chat share: a conversation between two people, and a reader that follows it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from chat.config import ChatConfig
from chat.service import ChatService, ensure_conversation
from core.database import Database, violation
from core.ids import ConversationId, PersonId, new_id
from tests.accounts.people import add_person
from tests.chat.history import History, apply
from tests.fakes import FakeClock

FAST = ChatConfig(burst_messages=10_000)


@dataclass(frozen=True)
class Talk:
    """A conversation with its two members and somebody who is not in it."""

    chat: ChatService
    conversation_id: ConversationId
    client: PersonId
    therapist: PersonId
    stranger: PersonId

    async def say(self, text: str, sender: PersonId | None = None, message_id: UUID | None = None) -> int:
        """The message's sequence."""
        client_message_id = str(message_id or uuid4())
        posted = await self.chat.post(self.conversation_id, sender or self.client, client_message_id, text)
        return posted.sequence

    async def follow(self, history: History, limit: int = 200) -> History:
        """`history` brought up to date, page by page."""
        while True:
            page = await self.chat.changes_after(self.conversation_id, self.therapist, history.cursor, limit)
            history = apply(history, page.changes)
            if not page.more:
                return history


async def start_talk(database: Database, clock: FakeClock, config: ChatConfig | None = None) -> Talk:
    client = await add_person(database, clock, name="山田 花子")
    therapist = await add_person(database, clock, name="佐藤 健", roles=("therapist",))
    stranger = await add_person(database, clock, name="Stranger", roles=("client", "staff"))
    members = {client: "client", therapist: "therapist"}
    async with database.write() as connection:
        conversation_id = await ensure_conversation(connection, new_id(), members, clock.now())
    chat = ChatService(database, clock, config or FAST)
    return Talk(chat, conversation_id, client, therapist, stranger)


@contextmanager
def refused_as(law: str) -> Iterator[None]:
    """The database itself refuses, naming `law`."""
    with pytest.raises(DBAPIError) as caught:
        yield
    assert violation(caught.value) == law
