"""Seats in a call: which relay carries the room, and the offers it makes.

The seat is a row first and the relay's afterwards, so a relay that was started anew, or another one, can be
told again. No transaction is open while a relay is asked.
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime

import structlog

from core.bus import BusTimeout
from core.errors import TodokuError
from core.ids import ParticipantId, RelayId, RoomId
from media.errors import RelayRoomUnknown, RelaySeatUnknown
from signaling import placement, store
from signaling import room as rules
from signaling.errors import NotPossible
from signaling.model import Participant, RelayInfo
from signaling.participant import PRESENT, Action, State
from signaling.protocol import OfferMessage, StateMessage, offer_of, state_of
from signaling.service import CallService, Change, Member, Rule

ATTEMPTS = 2  # one dead relay is survived while the page waits for its answer

log = structlog.get_logger()


class Seats:
    """Joining, answering, and coming back."""

    def __init__(self, calls: CallService) -> None:
        self._calls = calls

    async def join(self, member: Member, grant: str | None = None) -> tuple[StateMessage, OfferMessage]:
        """A new seat and its offer. Raises NotAdmitted, NoRelay, BusTimeout and what a relay refuses."""
        if grant is not None:
            self._calls.check_grant(grant, member)

        def rule(call: rules.Call, now: datetime) -> rules.Outcome:
            return rules.join(call, member.participant_id, member.connection_id, now)

        for attempt in range(ATTEMPTS):
            change = await self._seat(member.room_id, rule)
            participant = change.after.find(member.participant_id)
            try:
                offer = await self._ask(change.after, participant)
            except BusTimeout:
                await self._bury(change.after.room.relay_id)
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                await self._offer_others(change, member.participant_id)
                return state_of(change.after, participant), offer
        raise AssertionError("unreachable")

    async def resync(self, member: Member) -> tuple[StateMessage, OfferMessage | None]:
        """The state and the current offer; a seat the relay no longer knows is taken anew."""
        call = await self._calls.load(member.room_id)
        person = rules.holder(call, member.participant_id, member.connection_id)
        if person.state not in (State.JOINING, State.CONNECTED) or person.seat == 0:
            return state_of(call, person), None
        relay_id = call.room.relay_id
        if relay_id is None:
            return await self.join(member)
        try:
            offer = await self._calls.relays.offer(relay_id, call.room.id, person.id, person.seat)
        except (RelayRoomUnknown, RelaySeatUnknown, BusTimeout):
            return await self.join(member)
        return state_of(call, person), offer_of(offer, call, person)

    async def answer(self, member: Member, number: int, sdp: str) -> None:
        """The browser's answer. Raises OfferOutdated, SdpRefused, NotPossible, and what a relay refuses."""
        call = await self._calls.load(member.room_id)
        person = rules.holder(call, member.participant_id, member.connection_id)
        if person.seat == 0 or call.room.relay_id is None or person.state not in PRESENT:
            raise NotPossible
        await self._calls.relays.answer(call.room.relay_id, call.room.id, person.id, person.seat, number, sdp)

    async def move(self, room_id: RoomId) -> None:
        """Put a room whose relay is dead on another one and offer everybody their new seat.

        Raises NoRelay.
        """

        def rule(call: rules.Call, _now: datetime) -> rules.Outcome:
            return rules.Outcome(call)

        change = await self._seat(room_id, rule)
        await self._offer_others(change, None)

    async def _seat(self, room_id: RoomId, rule: Rule) -> Change:
        """Apply `rule` in a room that is on a living relay afterwards."""
        async with self._calls.database.read() as connection:
            relays = await store.relays(connection)

        def placed(call: rules.Call, now: datetime) -> rules.Outcome:
            outcome = rule(call, now)  # first whether it may happen at all
            relay_id = _relay_for(outcome.call, relays, now)
            if outcome.call.room.relay_id in (None, relay_id):
                return rules.Outcome(rules.place(outcome.call, relay_id), outcome.effects)
            moved = rules.move(outcome.call, relay_id, now)
            return rules.Outcome(moved.call, outcome.effects + moved.effects)

        change = await self._calls.change(room_id, placed)
        if change.before.room.relay_id != change.after.room.relay_id:
            log.info("room_placed", room_id=room_id, relay_id=change.after.room.relay_id)
        return change

    async def _ask(self, call: rules.Call, participant: Participant) -> OfferMessage:
        """Have the relay give the seat that the row says."""
        relay_id = call.room.relay_id
        if relay_id is None:
            raise NotPossible
        relays, grant = self._calls.relays, self._calls.grant(call, participant)
        await relays.open_room(relay_id, call.room.id, call.room.epoch)
        return offer_of(await relays.join(relay_id, grant, participant.seat), call, participant)

    async def _offer_others(self, change: Change, but: ParticipantId | None) -> None:
        """Those who were moved along get their offers unasked; who cannot be reached asks by itself."""
        for effect in change.effects:
            person = change.after.find(effect.participant.id)
            if effect.action is not Action.TAKE_SEAT or person.id == but or person.connection_id is None:
                continue
            with contextlib.suppress(TodokuError):
                offer = await self._ask(change.after, person)
                await self._calls.notices.offered(person.connection_id, offer)

    async def _bury(self, relay_id: RelayId | None) -> None:
        if relay_id is not None:
            log.warning("relay_silent", relay_id=relay_id)
            async with self._calls.database.write() as connection:
                await store.bury_relay(connection, relay_id, self._calls.clock.now())


def _relay_for(call: rules.Call, relays: Sequence[RelayInfo], now: datetime) -> RelayId:
    """The room's own relay while it lives, else the best one. Raises NoRelay."""
    for relay in relays:
        if relay.id == call.room.relay_id and placement.is_alive(relay, now):
            return relay.id
    return placement.choose(relays, now)
