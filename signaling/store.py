"""SQL for rooms, participants and relays, and nothing else.

Order of locks: a room, then its participants by id. Who needs no room begins with the participants.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from core.database import lock_rows
from core.ids import BookingId, RelayId, RoomId
from signaling.model import EndReason, Media, Participant, RelayInfo, Room, RoomState
from signaling.participant import State
from signaling.room import Call
from signaling.tables import participant, relay, room


def _room(row: Any) -> Room:
    values = dict(row._mapping)
    values["state"] = RoomState(values["state"])
    values["end_reason"] = EndReason(values["end_reason"]) if values["end_reason"] else None
    return Room(**values)


def _participant(row: Any) -> Participant:
    values = dict(row._mapping)
    return Participant(**values | {"state": State(values["state"]), "media": Media(values["media"])})


async def _insert_once(connection: AsyncConnection, table: sa.Table, values: Mapping[str, Any]) -> None:
    """Insert unless a unique column refuses; waits for whoever is inserting the same."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    await connection.execute(insert(table).values(**values).on_conflict_do_nothing())


async def ensure_room(connection: AsyncConnection, new: Room) -> RoomId:
    """The id of the booking's room; `new` if there was none."""
    await _insert_once(connection, room, dataclasses.asdict(new))
    query = sa.select(room.c.id).where(room.c.booking_id == new.booking_id)
    return RoomId((await connection.execute(query)).scalar_one())


async def ensure_participant(connection: AsyncConnection, new: Participant) -> None:
    """`new`, unless the person is of the room already."""
    await _insert_once(connection, participant, dataclasses.asdict(new))


async def find_call(connection: AsyncConnection, room_id: str) -> Call | None:
    """A room with its people, the client first."""
    row = (await connection.execute(sa.select(room).where(room.c.id == room_id))).first()
    if row is None:
        return None
    query = sa.select(participant).where(participant.c.room_id == room_id).order_by(participant.c.role)
    people = tuple(_participant(one) for one in await connection.execute(query))
    return Call(_room(row), people)


async def lock_call(connection: AsyncConnection, room_id: str) -> Call | None:
    """The same, under the room's lock until the transaction ends."""
    await lock_rows(connection, room.c.id, [room_id])
    return await find_call(connection, room_id)


async def find_room_of(connection: AsyncConnection, booking_id: str) -> Room | None:
    row = (await connection.execute(sa.select(room).where(room.c.booking_id == booking_id))).first()
    return _room(row) if row is not None else None


async def save_call(connection: AsyncConnection, before: Call, after: Call) -> Call:
    """Write what differs; a room whose rows change gets the next revision."""
    if before == after:
        return after
    after = dataclasses.replace(
        after, room=dataclasses.replace(after.room, revision=before.room.revision + 1)
    )
    changes = _changes(before.room, after.room)
    await connection.execute(sa.update(room).where(room.c.id == after.room.id).values(**changes))
    for person in sorted(after.people, key=lambda person: person.id):
        changes = _changes(before.find(person.id), person)
        if changes:
            update = sa.update(participant).where(participant.c.id == person.id).values(**changes)
            await connection.execute(update)
    return after


def _changes(before: Room | Participant, after: Room | Participant) -> dict[str, Any]:
    fields = (field.name for field in dataclasses.fields(after))
    return {name: getattr(after, name) for name in fields if getattr(after, name) != getattr(before, name)}


async def live_calls(connection: AsyncConnection) -> list[Call]:
    """Every room that has not ended, oldest first."""
    living = room.c.state != RoomState.ENDED
    rooms = list(await connection.execute(sa.select(room).where(living).order_by(room.c.created_at)))
    query = (
        sa.select(participant).where(participant.c.room_id.in_(sa.select(room.c.id).where(living)))
    ).order_by(participant.c.role)
    people: dict[str, list[Participant]] = {}
    for row in await connection.execute(query):
        people.setdefault(row.room_id, []).append(_participant(row))
    return [Call(_room(row), tuple(people.get(row.id, ()))) for row in rooms]


async def seen(connection: AsyncConnection, connection_ids: Sequence[str], now: datetime) -> None:
    """These connections were here at `now`."""
    held = participant.c.connection_id.in_(connection_ids)
    people = (await connection.execute(sa.select(participant.c.id).where(held))).scalars()
    await lock_rows(connection, participant.c.id, people)
    await connection.execute(sa.update(participant).where(held).values(last_seen=now))


async def held_connections(connection: AsyncConnection, connection_ids: Sequence[str]) -> set[str]:
    """Those of `connection_ids` that still have somebody's place."""
    query = sa.select(participant.c.connection_id).where(participant.c.connection_id.in_(connection_ids))
    return set((await connection.execute(query)).scalars())


async def waiting(
    connection: AsyncConnection, booking_ids: Iterable[str], seen_after: datetime
) -> dict[BookingId, datetime]:
    """Since when the client waits, for the bookings whose client does and is still connected."""
    query = (
        sa.select(room.c.booking_id, participant.c.since)
        .join(participant, participant.c.room_id == room.c.id)
        .where(
            room.c.booking_id.in_(list(booking_ids)),
            participant.c.role == "client",
            participant.c.state == State.WAITING,
            participant.c.last_seen >= seen_after,
        )
    )
    return {row.booking_id: row.since for row in await connection.execute(query)}


async def running(connection: AsyncConnection, booking_ids: Iterable[str]) -> dict[BookingId, datetime]:
    """Since when the call runs, for the bookings whose call does."""
    query = sa.select(room.c.booking_id, room.c.call_since).where(
        room.c.booking_id.in_(list(booking_ids)), room.c.state == RoomState.IN_CALL
    )
    return {row.booking_id: row.call_since for row in await connection.execute(query)}


async def relays(connection: AsyncConnection) -> list[RelayInfo]:
    return [RelayInfo(**row._mapping) for row in await connection.execute(sa.select(relay))]


async def find_relay(connection: AsyncConnection, relay_id: RelayId) -> RelayInfo | None:
    row = (await connection.execute(sa.select(relay).where(relay.c.id == relay_id))).first()
    return RelayInfo(**row._mapping) if row is not None else None


async def save_relay(connection: AsyncConnection, told: RelayInfo) -> None:
    """Insert or overwrite."""
    values = dataclasses.asdict(told)
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(relay).values(**values)
    await connection.execute(statement.on_conflict_do_update(index_elements=[relay.c.id], set_=values))


async def forget_relays(connection: AsyncConnection, before: datetime) -> None:
    """Drop those whose lease ended before; every start of a relay may bring a new name."""
    await connection.execute(sa.delete(relay).where(relay.c.lease_until < before))


async def bury_relay(connection: AsyncConnection, silent: RelayInfo, now: datetime) -> None:
    """Its lease is over unless it was lengthened meanwhile; its next hello brings it back."""
    unheard = sa.and_(relay.c.id == silent.id, relay.c.lease_until <= silent.lease_until)
    await connection.execute(sa.update(relay).where(unheard).values(lease_until=now))
