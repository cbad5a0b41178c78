"""Entering a room from a booking: who may when, and the grant they get.

`check` is pure. Asking again is harmless: the room and the participant are made once, whoever is quicker.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import throttle
from accounts.attempts import Attempts
from core.clock import Clock
from core.database import Database
from core.errors import TooMany
from core.grants import Grant, Signer
from core.http import Identity, rfc3339
from core.ids import BookingId, CareId, ConversationId, ParticipantId, PersonId, RoomId, new_id
from scheduler.model import Status, Visit
from scheduler.outcome import Attendance
from signaling import attendance, store
from signaling import room as rules
from signaling.config import SignalingConfig
from signaling.errors import BookingCancelled, RoomUnknown, SessionOver, TooEarly
from signaling.model import Media, Participant, Role, Room, RoomState
from signaling.participant import State

VisitOf = Callable[[str, Identity, datetime], Awaitable[Visit]]


@dataclass(frozen=True)
class Neighbours:
    """What signaling asks of scheduler and chat; server/assembly names the functions."""

    visit: VisitOf
    fulfil: Callable[[AsyncConnection, BookingId, Attendance, datetime], Awaitable[None]]
    ensure_conversation: Callable[
        [AsyncConnection, CareId, Mapping[PersonId, str], datetime], Awaitable[ConversationId]
    ]


@dataclass(frozen=True)
class Entry:
    """Somebody at the door."""

    visit: Visit
    call: rules.Call
    participant: Participant
    grant: str
    other_tab: bool  # another tab of theirs is connected; connecting here takes over


def check(visit: Visit, room: Room | None, now: datetime) -> None:
    """May this visit be entered now? Raises TooEarly, SessionOver, BookingCancelled, RoomEnded."""
    if room is not None and room.state is RoomState.ENDED:
        raise rules.over(room)
    if visit.status is Status.CANCELLED:
        raise BookingCancelled
    if visit.status not in (Status.CONFIRMED, Status.REQUESTED):
        raise SessionOver(ended_at=rfc3339(visit.ends_at), reason=visit.status.value)
    if now < visit.enter_from:
        raise TooEarly(**_times(visit))
    in_call = room is not None and room.state is RoomState.IN_CALL
    if now >= visit.enter_until and not in_call:
        raise SessionOver(ended_at=rfc3339(visit.ends_at), reason="time")


def _times(visit: Visit) -> dict[str, str]:
    return {
        "opens_at": rfc3339(visit.enter_from),
        "starts_at": rfc3339(visit.starts_at),
        "ends_at": rfc3339(visit.ends_at),
        "peer_name": names(visit)[1],
    }


def names(visit: Visit) -> tuple[str, str]:
    """(own, the other's) name of who visits."""
    pair = (visit.client_name, visit.therapist_name)
    return pair if visit.role == "client" else pair[::-1]


def peer_name_en(visit: Visit) -> str | None:
    """The other's name in Latin letters; therapists alone may have one."""
    return visit.therapist_name_en if visit.role == "client" else None


def grant_of(call: rules.Call, participant: Participant, expires_at: datetime) -> Grant:
    """The right this participant has now: a seat once they were let in."""
    return Grant(
        scope="wait" if participant.admitted_at is None else "seat",
        room_id=call.room.id,
        participant_id=participant.id,
        person_id=participant.person_id,
        role=participant.role,
        name=participant.name,
        epoch=call.room.epoch,
        expires_at=expires_at,
    )


@dataclass(frozen=True)
class Door:
    """When a room opens, for somebody who may enter it then."""

    visit: Visit
    is_open: bool


class Entering:
    """The door."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        signer: Signer,
        neighbours: Neighbours,
        config: SignalingConfig,
    ) -> None:
        self._database, self._clock, self._signer = database, clock, signer
        self._neighbours, self._config = neighbours, config
        self._attempts = Attempts(database, clock)

    async def door(self, identity: Identity, booking_id: str) -> Door:
        """What `enter` would say; too early is no refusal here. Raises NotFound, what else `check` raises."""
        now = self._clock.now()
        visit = await self._neighbours.visit(booking_id, identity, now)
        async with self._database.read() as connection:
            room = await store.find_room_of(connection, visit.booking_id)
        try:
            check(visit, room, now)
        except TooEarly:
            return Door(visit, is_open=False)
        return Door(visit, is_open=True)

    async def count(self, address: str) -> None:
        """One more attempt to enter, from `address`: each writes. Raises TooMany."""
        window = timedelta(seconds=self._config.attempt_window_s)
        key = throttle.key("enter_address", throttle.network(address))
        limit = throttle.Limit(self._config.entries_per_address, window)
        await self._attempts.count({key: limit}, TooMany)

    async def enter(self, identity: Identity, booking_id: str, tab_id: str) -> Entry:
        """A place in the booking's room and a grant. Raises NotFound and what `check` raises."""
        now = self._clock.now()
        visit = await self._neighbours.visit(booking_id, identity, now)
        person_id = visit.client_id if visit.role == "client" else visit.therapist_id

        async def work(connection: AsyncConnection) -> rules.Call:
            check(visit, await store.find_room_of(connection, visit.booking_id), now)
            room_id = await self._ensure_room(connection, visit, now)
            before = await store.lock_call(connection, room_id)
            if before is not None and before.person(person_id) is None:
                await store.ensure_participant(connection, _newcomer(room_id, visit, person_id, now))
                first, before = before, await store.find_call(connection, room_id)
                await attendance.record(connection, first, before)
            participant = before.person(person_id) if before is not None else None
            if before is None or participant is None:
                raise RoomUnknown
            after = await store.save_call(connection, before, rules.come(before, participant.id, now).call)
            await attendance.record(connection, before, after)
            return after

        call = await self._database.transact(work)
        participant = next(one for one in call.people if one.person_id == person_id)
        grant = grant_of(call, participant, now + self._config.grant_for)
        return Entry(
            visit, call, participant, self._signer.sign(grant, now), self._other(participant, tab_id)
        )

    def _other(self, participant: Participant, tab_id: str) -> bool:
        if participant.tab_id in (None, tab_id) or participant.connection_id is None:
            return False
        if participant.last_seen is None:
            return False
        return self._clock.now() - participant.last_seen < self._config.away_after

    async def _ensure_room(self, connection: AsyncConnection, visit: Visit, now: datetime) -> RoomId:
        members = {visit.client_id: "client", visit.therapist_id: "therapist"}
        conversation_id = await self._neighbours.ensure_conversation(connection, visit.care_id, members, now)
        new = Room(
            id=RoomId(new_id()),
            booking_id=visit.booking_id,
            conversation_id=conversation_id,
            epoch=1,
            revision=1,
            state=RoomState.WAITING,
            relay_id=None,
            created_at=now,
            closes_at=visit.enter_until,
            opened_at=None,
            call_since=None,
            ended_at=None,
            ended_by=None,
            end_reason=None,
        )
        return await store.ensure_room(connection, new)


def _newcomer(room_id: RoomId, visit: Visit, person_id: PersonId, now: datetime) -> Participant:
    """Clients wait; therapists need nobody to let them in."""
    is_client = visit.role == "client"
    return Participant(
        id=ParticipantId(new_id()),
        room_id=room_id,
        person_id=person_id,
        role=cast(Role, visit.role),
        name=names(visit)[0],
        state=State.WAITING if is_client else State.ADMITTED,
        tab_id=None,
        connection_id=None,
        grant_id=None,
        seat=0,
        microphone=True,
        camera=True,
        media=Media.NONE,
        media_at=None,
        admitted_at=None if is_client else now,
        since=now,
        last_seen=None,
    )
