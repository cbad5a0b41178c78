"""SQL for conversations, messages, the change log and read marks, nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.model import Kind
from chat.tables import change_log, conversation, conversation_member, message, read_marker
from core.database import lock_rows
from core.ids import ConversationId, MessageId, PersonId


@dataclass(frozen=True)
class StoredMessage:
    """What a decision about a message needs."""

    message_id: MessageId
    sequence: int
    body_hash: str
    text: str
    revision: int
    created_at: datetime
    deleted: bool


async def lock(connection: AsyncConnection, conversation_id: str) -> None:
    """Last in the order therapist, client, care, booking, conversation."""
    await lock_rows(connection, conversation.c.id, [conversation_id])


async def conversation_of(connection: AsyncConnection, care_id: str) -> ConversationId | None:
    query = sa.select(conversation.c.id).where(conversation.c.care_id == care_id)
    found = (await connection.execute(query)).scalar()
    return ConversationId(found) if found else None


async def insert_conversation(
    connection: AsyncConnection, conversation_id: str, care_id: str, now: datetime
) -> bool:
    """False if another made the care's conversation in between."""
    values = {"id": conversation_id, "care_id": care_id, "created_at": now}
    try:
        async with connection.begin_nested():
            await connection.execute(sa.insert(conversation).values(**values))
    except IntegrityError:
        return False
    return True


async def add_members(
    connection: AsyncConnection, conversation_id: str, members: Mapping[PersonId, str], now: datetime
) -> None:
    """Those who are not in it yet. Call it under the conversation's lock."""
    query = sa.select(conversation_member.c.person_id).where(
        conversation_member.c.conversation_id == conversation_id
    )
    known = set((await connection.execute(query)).scalars())
    for person_id in sorted(set(members) - known):
        values = {"person_id": person_id, "role": members[person_id], "joined_at": now}
        insert = sa.insert(conversation_member).values(conversation_id=conversation_id, **values)
        await connection.execute(insert)


@dataclass(frozen=True)
class Seat:
    """A member's view of a conversation: what was said before `reads_from` is not for them."""

    latest: int
    reads_from: datetime | None
    writes: bool


async def seat_of(
    connection: AsyncConnection, conversation_id: str, person_id: str, now: datetime
) -> Seat | None:
    """None for who is not a member, is one no more, or not yet."""
    member = conversation_member.c
    query = (
        sa.select(conversation.c.latest_sequence, member.reads_from, member.writes)
        .join(conversation_member, member.conversation_id == conversation.c.id)
        .where(
            conversation.c.id == conversation_id,
            member.person_id == person_id,
            _is_open(now),
        )
    )
    row = (await connection.execute(query)).first()
    return None if row is None else Seat(int(row[0]), row[1], row[2])


def _is_open(now: datetime) -> sa.ColumnElement[bool]:
    member = conversation_member.c
    return sa.and_(
        sa.or_(member.opens_at.is_(None), member.opens_at <= now),
        sa.or_(member.reads_until.is_(None), member.reads_until > now),
    )


async def bound_member(
    connection: AsyncConnection, conversation_id: str, person_id: str, values: Mapping[str, Any]
) -> None:
    """Set the bounds of a member's view. Call it under the conversation's lock."""
    change = sa.update(conversation_member).where(
        conversation_member.c.conversation_id == conversation_id,
        conversation_member.c.person_id == person_id,
    )
    await connection.execute(change.values(**values))


async def next_sequence(connection: AsyncConnection, conversation_id: str) -> int:
    """Take the next number. Only under the conversation's lock, so that numbers commit in order."""
    change = (
        sa.update(conversation)
        .where(conversation.c.id == conversation_id)
        .values(latest_sequence=conversation.c.latest_sequence + 1)
        .returning(conversation.c.latest_sequence)
    )
    return int((await connection.execute(change)).scalar_one())


async def insert_message(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    await connection.execute(sa.insert(message).values(revision=1, **values))


async def log_change(
    connection: AsyncConnection,
    conversation_id: str,
    sequence: int,
    kind: Kind,
    at: datetime,
    **values: str | int,
) -> None:
    place = {"conversation_id": conversation_id, "sequence": sequence, "kind": kind.value, "at": at}
    await connection.execute(sa.insert(change_log).values(**place, **values))


async def message_sent(
    connection: AsyncConnection, conversation_id: str, sender_id: str, client_message_id: str
) -> StoredMessage | None:
    """The message the sender gave this id."""
    return await _message(
        connection,
        message.c.conversation_id == conversation_id,
        message.c.sender_id == sender_id,
        message.c.client_message_id == client_message_id,
    )


async def own_message(
    connection: AsyncConnection, conversation_id: str, sender_id: str, message_id: str
) -> StoredMessage | None:
    return await _message(
        connection,
        message.c.conversation_id == conversation_id,
        message.c.sender_id == sender_id,
        message.c.id == message_id,
    )


async def _message(connection: AsyncConnection, *where: sa.ColumnElement[bool]) -> StoredMessage | None:
    row = (await connection.execute(sa.select(message).where(*where))).first()
    if row is None:
        return None
    return StoredMessage(
        message_id=MessageId(row.id),
        sequence=row.sequence,
        body_hash=row.body_hash,
        text=row.text,
        revision=row.revision,
        created_at=row.created_at,
        deleted=row.deleted_at is not None,
    )


async def change_message(connection: AsyncConnection, message_id: str, values: Mapping[str, Any]) -> None:
    change = sa.update(message).where(message.c.id == message_id)
    await connection.execute(change.values(revision=message.c.revision + 1, **values))


async def recent_times(connection: AsyncConnection, sender_id: str, count: int) -> list[datetime]:
    """When the sender's last messages were sent, in any conversation, newest first."""
    query = (
        sa.select(message.c.created_at)
        .where(message.c.sender_id == sender_id)
        .order_by(message.c.created_at.desc())
        .limit(count)
    )
    return list((await connection.execute(query)).scalars())


async def changes(
    connection: AsyncConnection, conversation_id: str, after: int, up_to: int, limit: int
) -> Sequence[Any]:
    """Rows of the log in order, each with its message as it is now."""
    query = (
        sa.select(
            change_log,
            message.c.client_message_id,
            message.c.text,
            message.c.revision,
            message.c.deleted_at,
            message.c.created_at.label("said_at"),
        )
        .outerjoin(message, message.c.id == change_log.c.message_id)
        .where(
            change_log.c.conversation_id == conversation_id,
            change_log.c.sequence > after,
            change_log.c.sequence <= up_to,
        )
        .order_by(change_log.c.sequence)
        .limit(limit)
    )
    return (await connection.execute(query)).all()


async def last_message_at_or_before(
    connection: AsyncConnection, conversation_id: str, sequence: int
) -> int | None:
    query = sa.select(sa.func.max(message.c.sequence)).where(
        message.c.conversation_id == conversation_id, message.c.sequence <= sequence
    )
    found = (await connection.execute(query)).scalar()
    return None if found is None else int(found)


async def read_mark(connection: AsyncConnection, conversation_id: str, person_id: str) -> int:
    """How far the person has read; 0 at first."""
    query = sa.select(read_marker.c.sequence).where(_mark(conversation_id, person_id))
    return int((await connection.execute(query)).scalar() or 0)


async def put_read_mark(
    connection: AsyncConnection, conversation_id: str, person_id: str, sequence: int, now: datetime
) -> None:
    change = sa.update(read_marker).where(_mark(conversation_id, person_id)).values(sequence=sequence, at=now)
    if (await connection.execute(change)).rowcount == 0:
        key = {"conversation_id": conversation_id, "person_id": person_id}
        await connection.execute(sa.insert(read_marker).values(sequence=sequence, at=now, **key))


def _mark(conversation_id: str, person_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(read_marker.c.conversation_id == conversation_id, read_marker.c.person_id == person_id)


async def members_as(
    connection: AsyncConnection, conversation_id: str, role: str, now: datetime
) -> list[PersonId]:
    """Who can write in a conversation in that role now; first who stands in, then the latest."""
    table = conversation_member
    query = sa.select(table.c.person_id).where(
        table.c.conversation_id == conversation_id, table.c.role == role, table.c.writes, _is_open(now)
    )
    return list(
        (
            await connection.execute(query.order_by(table.c.opens_at.is_(None), table.c.joined_at.desc()))
        ).scalars()
    )
