"""Posting, editing, reading, and the invariants I15-I18, on both databases."""

import asyncio
import random
from uuid import uuid4

import pytest
import sqlalchemy as sa

from chat.config import ChatConfig
from chat.errors import ConversationUnknown, HistoryReset, MessageIdReused, MessageUnknown, TooFast
from chat.service import ensure_conversation
from chat.tables import change_log, conversation, conversation_member, message, read_marker
from core.database import Database
from core.ids import ConversationId, PersonId, new_id
from tests.accounts.people import add_person
from tests.chat.history import History
from tests.chat.talks import Talk, refused_as, start_talk
from tests.fakes import FakeClock


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> Talk:
    return await start_talk(database, clock)


async def sequences(database: Database, conversation_id: str) -> list[int]:
    query = sa.select(change_log.c.sequence).where(change_log.c.conversation_id == conversation_id)
    async with database.read() as connection:
        return sorted((await connection.execute(query)).scalars())


async def test_eight_messages_each_sent_four_times_at_once_stand_once_each_in_a_row_without_gap(
    database: Database, talk: Talk
) -> None:
    ids = [uuid4() for _ in range(8)]
    people = (talk.client, talk.therapist)
    sends = [
        talk.say(f"message {number}", people[number % 2], ids[number])
        for number in range(8)
        for _ in range(4)
    ]
    random.Random(7).shuffle(sends)
    answers = await asyncio.gather(*sends)
    assert sorted(answers) == sorted(list(range(1, 9)) * 4)
    assert await sequences(database, talk.conversation_id) == list(range(1, 9))
    assert len((await talk.follow(History())).shown()) == 8


async def test_a_reader_during_the_rush_sees_a_prefix_without_gap_every_time(talk: Talk) -> None:
    """I15: numbers become visible in their order."""
    rush = asyncio.gather(*(talk.say(f"message {number}") for number in range(24)))
    cursors = []
    history = History()
    while history.cursor < 24:
        page = await talk.chat.changes_after(talk.conversation_id, talk.therapist, history.cursor)
        seen = [change.sequence for change in page.changes]
        assert seen == list(range(history.cursor + 1, history.cursor + 1 + len(seen)))
        assert page.latest == history.cursor + len(seen)
        history = await talk.follow(history)
        cursors.append(history.cursor)
    await rush
    assert cursors == sorted(cursors)


async def test_the_same_id_with_another_text_is_refused_and_the_first_stays(talk: Talk) -> None:
    message_id = uuid4()
    await talk.say("first", message_id=message_id)
    with pytest.raises(MessageIdReused):
        await talk.say("second", message_id=message_id)
    assert [one.text for one in (await talk.follow(History())).shown()] == ["first"]


async def test_two_people_may_by_chance_use_the_same_id(talk: Talk) -> None:
    message_id = uuid4()
    assert await talk.say("mine", talk.client, message_id) == 1
    assert await talk.say("also mine", talk.therapist, message_id) == 2


async def test_a_message_sent_again_after_it_was_edited_is_still_the_same_message(talk: Talk) -> None:
    message_id = uuid4()
    await talk.say("first", message_id=message_id)
    stored = (await talk.follow(History())).shown()[0].message_id
    await talk.chat.edit(talk.conversation_id, talk.client, stored, "better")
    assert await talk.say("first", message_id=message_id) == 1
    assert [one.text for one in (await talk.follow(History())).shown()] == ["better"]


async def test_a_deleted_text_leaves_no_copy_in_the_log_or_the_table(database: Database, talk: Talk) -> None:
    await talk.say("a secret")
    stored = (await talk.follow(History())).shown()[0].message_id
    assert await talk.chat.delete(talk.conversation_id, talk.client, stored) == 2
    assert await talk.chat.delete(talk.conversation_id, talk.client, stored) == 2
    page = await talk.chat.changes_after(talk.conversation_id, talk.therapist, 0)
    assert [(change.kind, change.text, change.deleted) for change in page.changes] == [
        ("message", "", True),
        ("delete", "", True),
    ]
    async with database.read() as connection:
        assert "a secret" not in str((await connection.execute(sa.select(message))).all())


async def test_only_ones_own_messages_can_be_changed_and_not_after_deletion(talk: Talk) -> None:
    await talk.say("mine")
    stored = (await talk.follow(History())).shown()[0].message_id
    with pytest.raises(MessageUnknown):
        await talk.chat.edit(talk.conversation_id, talk.therapist, stored, "yours")
    with pytest.raises(MessageUnknown):
        await talk.chat.delete(talk.conversation_id, talk.therapist, stored)
    await talk.chat.delete(talk.conversation_id, talk.client, stored)
    with pytest.raises(MessageUnknown):
        await talk.chat.edit(talk.conversation_id, talk.client, stored, "again")


@pytest.mark.parametrize("seed", range(4))
async def test_replaying_from_any_cursor_converges(talk: Talk, seed: int) -> None:
    """I17, with edits and deletions, pages of any size and readers who stop and come back."""
    chance = random.Random(seed)
    readers = [History() for _ in range(3)]
    said: list[tuple[PersonId, str]] = []
    for step in range(30):
        who = chance.choice((talk.client, talk.therapist))
        word = chance.choice(("say", "say", "edit", "delete", "read"))
        own = [stored for sender, stored in said if sender == who]
        if word == "say" or not own:
            posted = await talk.chat.post(talk.conversation_id, who, str(uuid4()), f"said {step}")
            said.append((who, posted.message_id))
        elif word == "edit":
            await talk.chat.edit(talk.conversation_id, who, chance.choice(own), f"edited {step}")
        elif word == "delete":
            gone = chance.choice(own)
            await talk.chat.delete(talk.conversation_id, who, gone)
            said.remove((who, gone))
        else:
            await talk.chat.mark_read(talk.conversation_id, who, chance.randint(0, step))
        if chance.random() < 0.4:
            number = chance.randrange(3)
            readers[number] = await talk.follow(readers[number], limit=chance.randint(1, 5))
    ends = [await talk.follow(reader, limit=chance.randint(1, 9)) for reader in (*readers, History())]
    shown = [[(m.message_id, m.text, m.revision, m.deleted) for m in end.shown()] for end in ends]
    assert all(one == shown[-1] for one in shown)
    assert all(end.read == ends[-1].read and end.cursor == ends[-1].cursor for end in ends)
    assert [stored for stored, _, _, deleted in shown[-1] if not deleted] == [stored for _, stored in said]


async def test_a_read_mark_never_moves_back(database: Database, talk: Talk) -> None:
    """I18."""
    for number in range(3):
        await talk.say(f"message {number}")
    chat, conversation_id = talk.chat, talk.conversation_id
    assert await chat.mark_read(conversation_id, talk.therapist, 3) == 3
    assert await chat.mark_read(conversation_id, talk.therapist, 1) == 3
    marks = await asyncio.gather(
        *(chat.mark_read(conversation_id, talk.client, number) for number in (3, 1, 2, 3, 1))
    )
    assert marks[0] >= 1
    assert (await talk.follow(History())).read == {talk.therapist: 3, talk.client: 3}
    with refused_as("read_marker_back"):
        async with database.write() as connection:
            await connection.execute(sa.update(read_marker).values(sequence=1))


async def test_two_readers_who_answer_each_mark_with_a_mark_come_to_rest(talk: Talk) -> None:
    await talk.say("hello")
    latest = 1
    for _ in range(5):
        for reader in (talk.client, talk.therapist):
            await talk.chat.mark_read(talk.conversation_id, reader, latest)
            latest = await talk.chat.latest(talk.conversation_id, reader)
    assert latest == 3


async def test_the_database_refuses_a_gap_in_a_log(database: Database, clock: FakeClock, talk: Talk) -> None:
    """I15 as the database's own law."""
    await talk.say("hello")
    entry = {
        "conversation_id": talk.conversation_id,
        "kind": "read",
        "person_id": talk.client,
        "read_sequence": 1,
        "at": clock.now(),
    }
    for sequence in (2, 3):
        with refused_as("sequence_gap"):
            async with database.write() as connection:
                await connection.execute(sa.insert(change_log).values(sequence=sequence, **entry))
    for latest in (0, 1, 3):
        with refused_as("sequence_gap"):
            async with database.write() as connection:
                await connection.execute(sa.update(conversation).values(latest_sequence=latest))


async def test_the_database_refuses_the_same_message_twice(
    database: Database, clock: FakeClock, talk: Talk
) -> None:
    """I16 as the database's own law."""
    await talk.say("hello")
    async with database.read() as connection:
        row = dict((await connection.execute(sa.select(message))).one()._mapping)
    with refused_as("message_once"):
        async with database.write() as connection:
            await connection.execute(sa.insert(message).values({**row, "id": new_id(), "sequence": 2}))


async def test_who_is_not_in_the_conversation_can_neither_read_nor_write(talk: Talk) -> None:
    chat = talk.chat
    await talk.say("private")
    for outsider in (talk.stranger, None):
        with pytest.raises(ConversationUnknown):
            await chat.changes_after(talk.conversation_id, outsider, 0)
        with pytest.raises(ConversationUnknown):
            await chat.latest(talk.conversation_id, outsider)
        with pytest.raises(ConversationUnknown):
            await chat.post(talk.conversation_id, outsider, str(uuid4()), "hello")
        with pytest.raises(ConversationUnknown):
            await chat.mark_read(talk.conversation_id, outsider, 1)
    with pytest.raises(ConversationUnknown):
        await chat.latest(ConversationId("none"), talk.client)
    assert await chat.latest(talk.conversation_id, talk.client) == 1


async def test_a_cursor_from_beyond_the_log_must_start_again(talk: Talk) -> None:
    await talk.say("hello")
    with pytest.raises(HistoryReset):
        await talk.chat.changes_after(talk.conversation_id, talk.client, 2)


async def test_pages_say_whether_there_is_more(talk: Talk) -> None:
    for number in range(5):
        await talk.say(f"message {number}")
    first = await talk.chat.changes_after(talk.conversation_id, talk.therapist, 0, limit=3)
    rest = await talk.chat.changes_after(talk.conversation_id, talk.therapist, 3, limit=3)
    assert [(len(page.changes), page.latest, page.more) for page in (first, rest)] == [
        (3, 5, True),
        (2, 5, False),
    ]
    assert first.changes[0].sender_name == "山田 花子"


async def test_who_writes_too_fast_waits_but_sending_again_costs_nothing(
    database: Database, clock: FakeClock
) -> None:
    talk = await start_talk(database, clock, ChatConfig(burst_messages=3, burst_window_s=10))
    message_id = uuid4()
    await talk.say("one", message_id=message_id)
    clock.advance(4)
    await talk.say("two")
    await talk.say("three")
    assert await talk.say("one", message_id=message_id) == 1
    with pytest.raises(TooFast) as caught:
        await talk.say("four")
    assert caught.value.extra == {"retry_after_s": 6}
    assert await talk.say("from somebody else", talk.therapist) == 4
    clock.advance(6)
    assert await talk.say("four") == 5


async def test_a_care_has_one_conversation_however_many_ensure_it_at_once(
    database: Database, clock: FakeClock
) -> None:
    client, therapist = await add_person(database, clock), await add_person(database, clock)
    care_id = new_id()

    async def ensure(members: dict[PersonId, str]) -> ConversationId:
        async with database.write() as connection:
            return await ensure_conversation(connection, care_id, members, clock.now())

    wanted = [{client: "client"}, {therapist: "therapist"}, {client: "client", therapist: "therapist"}, {}]
    made = await asyncio.gather(*(ensure(members) for members in wanted * 2))
    assert len(set(made)) == 1
    async with database.read() as connection:
        members = (await connection.execute(sa.select(conversation_member))).all()
    assert {(row.person_id, row.role) for row in members} == {(client, "client"), (therapist, "therapist")}


async def test_listeners_are_told_after_every_change_and_cannot_undo_it(talk: Talk) -> None:
    told: list[int] = []

    async def listener(_conversation_id: ConversationId, sequence: int) -> None:
        told.append(sequence)
        raise ConnectionError("the bus is away")

    talk.chat.listen(listener)
    message_id = uuid4()
    await talk.say("hello", message_id=message_id)
    await talk.say("hello", message_id=message_id)
    await talk.chat.mark_read(talk.conversation_id, talk.therapist, 1)
    assert told == [1, 2]
    assert await talk.chat.latest(talk.conversation_id, talk.client) == 2
