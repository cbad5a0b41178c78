"""Devices beside the people of a room: a camera that demonstrates, a screen that watches.

The room's therapist gets a grant for each; with it as Bearer token the device offers by itself (WHIP, WHEP).
A device has no row: its seat is the relay's alone and ends with the room's epoch, so nothing of it is left
over. Not here: HTTP (device_routes.py), and what a device's picture stands for (media/stage.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from core.grants import Grant, GrantExpired, GrantRefused
from core.http import Identity
from core.ids import ParticipantId, RelayId, RoomId, new_id
from media.errors import RelayRoomOutdated, RelaySeatUnknown
from media.model import DeviceSession, Purpose
from signaling import room as rules
from signaling import store
from signaling.config import TurnConfig
from signaling.errors import BearerRefused, NotTherapist, RoomUnknown
from signaling.model import Participant, RoomState
from signaling.protocol import DeviceThere
from signaling.seats import Seats
from signaling.service import CallService
from signaling.turn import IceServer, ice_servers

MOVED = "the room has moved, or the device was stopped, meanwhile; ask for a new token"


@dataclass(frozen=True)
class LetIn:
    """A device that may come, and the token with which it does."""

    device_id: ParticipantId
    grant: str
    expires_at: datetime


@dataclass(frozen=True)
class Attached:
    """A device in its room, and the TURN servers it may use."""

    device_id: ParticipantId
    session: DeviceSession
    ice_servers: list[IceServer]


@dataclass(frozen=True)
class SessionName:
    """One session of a device, as its address names it."""

    purpose: Purpose
    room_id: str
    device_id: str
    seat: int


def host_of(call: rules.Call, identity: Identity) -> Participant:
    """The therapist who may let devices into the room now.

    Raises RoomUnknown for who has not entered it, NotTherapist, RoomEnded.
    """
    person = call.person(identity.person_id) if identity.person_id is not None else None
    if person is None:
        raise RoomUnknown
    if person.role != "therapist" or identity.kind != "account":
        raise NotTherapist
    if call.room.state is RoomState.ENDED:
        raise rules.over(call.room)
    return person


def grant_for(call: rules.Call, host: Participant, purpose: Purpose, expires_at: datetime) -> Grant:
    """The right of a new device of this host. It names nobody: tokens are typed into other programs."""
    return Grant(
        scope=purpose,
        room_id=call.room.id,
        participant_id=ParticipantId(new_id()),
        person_id=host.person_id,
        role=host.role,
        name="",
        epoch=call.room.epoch,
        expires_at=expires_at,
        host_id=host.id,
    )


class DeviceService:
    """Letting devices in, and what they ask for."""

    def __init__(
        self,
        calls: CallService,
        seats: Seats,
        turn: TurnConfig,
        present: Callable[[str], Sequence[DeviceThere]],
    ) -> None:
        self._calls, self._seats, self._turn, self._present = calls, seats, turn, present

    async def let_in(self, identity: Identity, room_id: str, purpose: Purpose) -> LetIn:
        """A grant for one device, on the record. Raises what `host_of` raises."""
        now = self._calls.clock.now()

        async def work(connection: AsyncConnection) -> Grant:
            call = await store.lock_call(connection, room_id)
            if call is None:
                raise RoomUnknown
            host = host_of(call, identity)
            grant = grant_for(call, host, purpose, now + self._calls.config.grant_for)
            detail = {"device_id": grant.participant_id, "purpose": purpose}
            await accounts.audit(
                connection,
                actor=host.person_id,
                action="device_let_in",
                subject=room_id,
                detail=detail,
                now=now,
            )
            return grant

        grant = await self._calls.database.transact(work)
        return LetIn(grant.participant_id, self._calls.sign(grant), grant.expires_at)

    async def there(self, identity: Identity, room_id: str) -> Sequence[DeviceThere]:
        """Which devices are in the room, for its therapist. Raises what `host_of` raises."""
        host_of(await self._calls.load(room_id), identity)
        return self._present(room_id)

    async def dismiss(self, identity: Identity, room_id: str, device_id: str) -> None:
        """End one device's seat, on the record; its grant opens none again.

        Raises RelaySeatUnknown, BusTimeout, and what `host_of` raises.
        """
        now = self._calls.clock.now()

        async def work(connection: AsyncConnection) -> RelayId | None:
            call = await store.lock_call(connection, room_id)
            if call is None:
                raise RoomUnknown
            host = host_of(call, identity)
            await accounts.audit(
                connection,
                actor=host.person_id,
                action="device_dismissed",
                subject=room_id,
                detail={"device_id": device_id},
                now=now,
            )
            return call.room.relay_id

        relay_id = await self._calls.database.transact(work)
        if relay_id is None:
            raise RelaySeatUnknown
        await self._calls.relays.dismiss(relay_id, RoomId(room_id), ParticipantId(device_id))

    def checked(self, purpose: Purpose, room_id: str, token: str | None) -> Grant:
        """The grant with which a device may come. Raises BearerRefused."""
        return self._grant(purpose, room_id, token, expired_too=False)

    def checked_owner(self, name: SessionName, token: str | None) -> Grant:
        """The grant of a session's own device; the session outlives it. Raises BearerRefused."""
        grant = self._grant(name.purpose, name.room_id, token, expired_too=True)
        if grant.participant_id != name.device_id:
            raise BearerRefused("the token is another device's")
        return grant

    def _grant(self, purpose: Purpose, room_id: str, token: str | None, *, expired_too: bool) -> Grant:
        if token is None:
            raise BearerRefused("there is no Bearer token")
        try:
            grant = self._calls.verify(token, expired_too=expired_too)
        except GrantExpired:
            raise BearerRefused("the token has expired; ask for a new one") from None
        except GrantRefused:
            raise BearerRefused("the token is not one of ours") from None
        if (grant.scope, grant.room_id) != (purpose, room_id):
            raise BearerRefused("the token is for another room or another purpose")
        return grant

    async def attach(self, grant: Grant, sdp: str) -> Attached:
        """Answer a device's offer.

        Raises BearerRefused, RoomUnknown, RoomEnded, NoRelay, BusTimeout, and what a relay refuses.
        """
        relay_id = await self._relay_for(grant)
        relays = self._calls.relays
        try:
            await relays.open_room(relay_id, grant.room_id, grant.epoch)
            session = await relays.attach(relay_id, self._calls.sign(grant), sdp)
        except RelayRoomOutdated:
            raise BearerRefused(MOVED) from None
        turn = ice_servers(self._turn, grant.participant_id, self._calls.clock.now())
        return Attached(grant.participant_id, session, turn)

    async def amend(self, grant: Grant, seat: int, number: int | None, fragment: str) -> DeviceSession:
        """More candidates, or an ICE restart. Raises BusTimeout, and what a relay refuses."""
        amend, relay_id = self._calls.relays.amend, await self._relay_of(grant)
        return await amend(relay_id, grant.room_id, grant.participant_id, seat, number, fragment)

    async def detach(self, grant: Grant, seat: int) -> None:
        """A device goes. Raises BusTimeout, RelaySeatUnknown, RelayRoomUnknown."""
        relay_id = await self._relay_of(grant)
        await self._calls.relays.leave(relay_id, grant.room_id, grant.participant_id, seat)

    async def _relay_for(self, grant: Grant) -> RelayId:
        """Where the room is carried; a room that is nowhere yet is placed."""
        call = await self._calls.load(grant.room_id)
        if call.room.state is RoomState.ENDED:
            raise rules.over(call.room)
        if call.room.relay_id is None:
            await self._seats.move(grant.room_id)
            call = await self._calls.load(grant.room_id)
        if grant.epoch != call.room.epoch or call.room.relay_id is None:
            raise BearerRefused(MOVED)
        return call.room.relay_id

    async def _relay_of(self, grant: Grant) -> RelayId:
        """Where a device's session is, if anywhere."""
        call = await self._calls.load(grant.room_id)
        if call.room.relay_id is None:
            raise RelaySeatUnknown
        return call.room.relay_id
