"""Use-cases of a call: one method per verb. Rows are loaded under the room's lock, a rule of room.py is
applied, the difference is written, and what follows outside (messages, relay) is done after the commit.

Talking to the relay about seats is in seats.py; what time brings in watch.py; entering in entering.py.
"""

import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import Clock
from core.database import Database
from core.errors import Conflict, TodokuError
from core.grants import Grant, Signer, Verifier
from core.http import Identity
from core.ids import BookingId, ParticipantId, RoomId
from media.relays import Relays
from scheduler.outcome import Attendance
from signaling import attendance, store
from signaling import room as rules
from signaling.config import SignalingConfig
from signaling.entering import Neighbours, grant_of
from signaling.errors import RoomUnknown
from signaling.model import EndReason, Media, Participant, Room, RoomState
from signaling.participant import Action
from signaling.protocol import OfferMessage, StateMessage, state_of

Rule = Callable[[rules.Call, datetime], rules.Outcome]
Also = Callable[[AsyncConnection, datetime], Awaitable[None]]

log = structlog.get_logger()


class Notices(Protocol):
    """What is told to the pages; gateway.py does it. A page that is not there hears nothing."""

    async def changed(self, room_id: RoomId) -> None:
        """Look at the room again and send everybody their snapshot."""

    async def admitted(self, connection_id: str, grant: str) -> None: ...

    async def offered(self, connection_id: str, offer: OfferMessage) -> None: ...

    async def replaced(self, connection_id: str) -> None: ...

    async def ended(self, call: rules.Call) -> None: ...


class NobodyListens:
    """Notices of a process without pages."""

    async def changed(self, room_id: RoomId) -> None: ...

    async def admitted(self, connection_id: str, grant: str) -> None: ...

    async def offered(self, connection_id: str, offer: OfferMessage) -> None: ...

    async def replaced(self, connection_id: str) -> None: ...

    async def ended(self, call: rules.Call) -> None: ...


@dataclass(frozen=True)
class Member:
    """Who speaks: a connection that has a participant's place."""

    room_id: RoomId
    participant_id: ParticipantId
    connection_id: str


@dataclass(frozen=True)
class Change:
    """A room before and after a transaction."""

    before: rules.Call
    after: rules.Call
    effects: tuple[rules.Effect, ...]


@dataclass(frozen=True)
class Summary:
    """How a session went, for the end page."""

    room: Room

    @property
    def duration_s(self) -> int | None:
        if self.room.call_since is None or self.room.ended_at is None:
            return None
        return round((self.room.ended_at - self.room.call_since).total_seconds())


class CallService:
    """Everything that happens in a room."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        signer: Signer,
        relays: Relays,
        neighbours: Neighbours,
        config: SignalingConfig,
    ) -> None:
        self.database, self.clock, self.relays, self.config = database, clock, relays, config
        self._signer, self._neighbours = signer, neighbours
        self._verifier = Verifier(signer.public_key_pem)
        self.notices: Notices = NobodyListens()

    @property
    def patience(self) -> rules.Patience:
        return rules.Patience(self.config.away_after, self.config.left_after)

    # From the pages.

    async def connect(self, grant_token: str, tab_id: str, connection_id: str) -> Member:
        """A connection takes its participant's place. Raises GrantRefused, GrantExpired, RoomEnded,
        RoomUnknown, TabReplaced."""
        grant = self.verify(grant_token)

        def rule(call: rules.Call, now: datetime) -> rules.Outcome:
            return rules.connect(call, grant, tab_id, connection_id, now)

        change = await self.change(grant.room_id, rule, tell=False)
        old = change.before.find(grant.participant_id).connection_id
        if old is not None:
            await self.notices.replaced(old)
        return Member(grant.room_id, grant.participant_id, connection_id)

    async def heard(self, member: Member, quiet_s: float) -> None:
        """A connection has given its last sign of life so long ago."""

        def rule(call: rules.Call, now: datetime) -> rules.Outcome:
            heard_at = now - timedelta(seconds=quiet_s)
            outcome = rules.heard(call, member.participant_id, member.connection_id, heard_at)
            return rules.settle(outcome, self.patience, now)

        await self.change(member.room_id, rule)

    async def disconnect(self, member: Member, quiet_s: float = 0.0) -> None:
        """A connection has ended; its participant's place waits for the next one."""

        def rule(call: rules.Call, now: datetime) -> rules.Outcome:
            heard_at = now - timedelta(seconds=quiet_s)
            outcome = rules.disconnect(call, member.participant_id, member.connection_id, heard_at)
            return rules.settle(outcome, self.patience, now)

        await self.change(member.room_id, rule)

    async def admit(self, member: Member, participant_id: str) -> None:
        """The therapist lets somebody in."""

        def rule(call: rules.Call, now: datetime) -> rules.Outcome:
            target = call.find(participant_id).id
            return rules.admit(call, member.participant_id, member.connection_id, target, now)

        await self.change(member.room_id, rule)

    async def show(self, member: Member, microphone: bool, camera: bool) -> None:
        """Somebody mutes, or turns the camera off or on."""

        def rule(call: rules.Call, _now: datetime) -> rules.Outcome:
            return rules.show(call, member.participant_id, member.connection_id, microphone, camera)

        await self.change(member.room_id, rule)

    async def leave(self, member: Member) -> None:
        """Somebody hangs up."""

        def rule(call: rules.Call, now: datetime) -> rules.Outcome:
            return rules.leave(call, member.participant_id, member.connection_id, now)

        await self.change(member.room_id, rule)

    async def state(self, member: Member) -> StateMessage:
        """The snapshot for this member. Raises RoomEnded, TabReplaced."""
        call = await self.load(member.room_id)
        return state_of(call, rules.holder(call, member.participant_id, member.connection_id))

    # From elsewhere.

    async def media(self, room_id: RoomId, participant_id: str, seat: int, media: Media) -> None:
        """The relay tells about a seat; the same news twice changes nothing."""

        def rule(call: rules.Call, now: datetime) -> rules.Outcome:
            outcome = rules.media_changed(call, call.find(participant_id).id, seat, media, now)
            return rules.settle(outcome, self.patience, now)

        await self.change(room_id, rule)

    async def end(self, room_id: str, by: str, reason: EndReason, also: Also | None = None) -> None:
        """End a room; `also` runs in the same transaction. Raises RoomUnknown, RoomEnded."""

        def rule(call: rules.Call, now: datetime) -> rules.Outcome:
            if call.room.state is RoomState.ENDED:
                raise rules.over(call.room)
            return rules.end(call, by, reason, now)

        await self.change(RoomId(room_id), rule, also)

    async def summary(self, identity: Identity, room_id: str) -> Summary:
        """How the session went, for one of its two people. Raises NotFound."""
        call = await self.load(room_id)
        await self._neighbours.visit(call.room.booking_id, identity, self.clock.now())
        return Summary(call.room)

    async def waiting(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, datetime]:
        """Which of these bookings' clients wait at the moment, and since when."""
        if not booking_ids:
            return {}
        seen_after = self.clock.now() - self.config.away_after
        async with self.database.read() as connection:
            return await store.waiting(connection, booking_ids, seen_after)

    async def running(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, datetime]:
        """Which of these bookings' calls go on at the moment, and since when."""
        if not booking_ids:
            return {}
        async with self.database.read() as connection:
            return await store.running(connection, booking_ids)

    async def attendance(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Attendance]:
        """Who was in these bookings' rooms, and when; of all of them."""
        async with self.database.read() as connection:
            return await attendance.of_bookings(connection, booking_ids, self.clock.now())

    # How a room is read and changed.

    async def load(self, room_id: str) -> rules.Call:
        """A room as it is. Raises RoomUnknown."""
        async with self.database.read() as connection:
            call = await store.find_call(connection, room_id)
        if call is None:
            raise RoomUnknown
        return call

    async def change(
        self, room_id: RoomId, rule: Rule, also: Also | None = None, *, tell: bool = True
    ) -> Change:
        """Apply `rule` to the room in a transaction, then do what follows from it."""
        now = self.clock.now()

        async def work(connection: AsyncConnection) -> Change:
            before = await store.lock_call(connection, room_id)
            if before is None:
                raise RoomUnknown
            outcome = rule(before, now)
            after = await store.save_call(connection, before, outcome.call)
            await attendance.record(connection, before, after)
            if _has_ended(before, after) and after.room.call_since is not None:
                await self._fulfil(connection, after.room.booking_id, now)
            if also is not None:
                await also(connection, now)
            return Change(before, after, outcome.effects)

        change = await self.database.transact(work)
        await self._follow(change, tell)
        return change

    async def _fulfil(self, connection: AsyncConnection, booking_id: BookingId, now: datetime) -> None:
        seen = await attendance.of_bookings(connection, [booking_id], now)
        try:
            await self._neighbours.fulfil(connection, booking_id, seen[booking_id], now)
        except Conflict as error:  # cancelled while they were talking: the call took place all the same
            log.warning("booking_not_fulfilled", booking_id=booking_id, code=error.code)

    async def _follow(self, change: Change, tell: bool) -> None:
        for effect in change.effects:
            await self._effect(effect, change)
        if _has_ended(change.before, change.after):
            log.info("room_ended", room_id=change.after.room.id, reason=change.after.room.end_reason)
            await self._close(change.after.room)
            await self.notices.changed(change.after.room.id)
            await self.notices.ended(change.after)
        elif tell and _shown(change.before) != _shown(change.after):
            await self.notices.changed(change.after.room.id)

    async def _effect(self, effect: rules.Effect, change: Change) -> None:
        room, person = change.before.room, effect.participant
        if effect.action is Action.GIVE_GRANT:
            admitted = change.after.find(person.id)
            if admitted.connection_id is not None:
                await self.notices.admitted(admitted.connection_id, self.grant(change.after, admitted))
        elif effect.action is Action.FREE_SEAT and room.relay_id is not None and person.seat:
            with contextlib.suppress(TodokuError):  # the relay notices by itself, or is gone
                await self.relays.leave(room.relay_id, room.id, person.id, person.seat)

    async def _close(self, room: Room) -> None:
        if room.relay_id is not None:
            with contextlib.suppress(TodokuError):  # watch.py closes what is left over
                await self.relays.close_room(room.relay_id, room.id, room.epoch)

    def grant(self, call: rules.Call, participant: Participant) -> str:
        """A fresh grant for what this participant may do now."""
        now = self.clock.now()
        return self.sign(grant_of(call, participant, now + self.config.grant_for))

    def sign(self, grant: Grant) -> str:
        """The grant as a token."""
        return self._signer.sign(grant, self.clock.now())

    def verify(self, token: str, *, expired_too: bool = False) -> Grant:
        """The grant in a token (core.grants.Verifier). Raises GrantRefused, GrantExpired."""
        return self._verifier.verify(token, self.clock.now(), expired_too=expired_too)

    def check_grant(self, token: str, member: Member) -> None:
        """A seat grant a page shows must be its own. Raises GrantRefused, GrantExpired."""
        grant = self.verify(token)
        rules.check_seat_grant(grant, member.room_id, member.participant_id)


def _shown(call: rules.Call) -> rules.Call:
    """Without what no page shows, which changes with every connection."""
    people = (
        replace(one, tab_id=None, connection_id=None, grant_id=None, last_seen=None) for one in call.people
    )
    return rules.Call(replace(call.room, revision=0), tuple(people))


def _has_ended(before: rules.Call, after: rules.Call) -> bool:
    return after.room.state is RoomState.ENDED and before.room.state is not RoomState.ENDED
