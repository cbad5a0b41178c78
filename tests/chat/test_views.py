"""Members whose view of a conversation has bounds: from when on, until when, and reading only."""

from datetime import timedelta

import pytest

from chat.config import ChatConfig
from chat.errors import ConversationUnknown
from chat.service import ChatService, View, ensure_conversation, grant_view
from core.database import Database
from core.errors import Denied
from core.ids import PersonId, new_id
from tests.fakes import FakeClock
from tests.scheduler.clinic import Clinic


async def test_a_view_begins_and_ends_and_may_be_for_reading_only(
    database: Database, clock: FakeClock
) -> None:
    clinic = await Clinic(database, clock).open()
    client, old, new = [await clinic.person(name, "client") for name in ("山田", "前任", "後任")]
    chat, care_id = ChatService(database, clock, ChatConfig()), new_id()
    async with database.write() as connection:
        members = {client: "client", old: "therapist"}
        conversation_id = await ensure_conversation(connection, care_id, members, clock.now())

    async def say(text: str) -> None:
        await chat.post(conversation_id, client, new_id(), text)

    async def reads(person_id: PersonId) -> list[tuple[str | None, bool]]:
        page = await chat.changes_after(conversation_id, person_id, 0)
        return [(one.text, one.deleted) for one in page.changes if one.text is not None]

    await say("前のこと")
    clock.advance(3600)
    since = clock.now()
    await say("これからのこと")
    later = since + timedelta(days=14)
    async with database.write() as connection:
        await grant_view(connection, care_id, old, View("therapist", None, later, writes=False), since)
        await grant_view(connection, care_id, new, View("therapist", since, None, writes=False), since)
    assert await reads(old) == [("前のこと", False), ("これからのこと", False)]
    assert await reads(new) == [("", True), ("これからのこと", False)]
    for person_id in (old, new):
        with pytest.raises(Denied):
            await chat.post(conversation_id, person_id, new_id(), "まだいます")
    assert await chat.mark_read(conversation_id, old, 2) == 2
    clock.advance(15 * 86400)
    with pytest.raises(ConversationUnknown):
        await reads(old)
    assert len(await reads(new)) == 2
    assert (await chat.changes_after(conversation_id, client, 0)).latest == 3
