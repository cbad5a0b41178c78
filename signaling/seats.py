"""Seats in a call: which relay carries the room, and the offers it makes.

The seat is a row first and the relay's afterwards, so a relay that was started anew, or another one, can be
told again. No transaction is open while a relay is asked.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from core.bus import BusTimeout
from core.errors import TodokuError
from core.ids import ParticipantId, RelayId, RoomId
from media.errors import RelayFull, RelayRoomUnknown, RelaySeatUnknown
from media.model import Offer
from signaling import placement, store
from signaling import room as rules
from signaling.config import TurnConfig
from signaling.errors import NoRelay, NotPossible
from signaling.model import Participant, RelayInfo
from signaling.participant import PRESENT, Action, State
from signaling.protocol import OfferMessage, StateMessage, offer_of, state_of
from signaling.service import CallService, Change, Member, Rule
from signaling.turn import ice_servers

# While one page waits for its answer: the room's relay, that one once more if it lives, then another.
ATTEMPTS = 3

log = structlog.get_logger()


@dataclass
class _Tried:
    """What relays have shown while one page waits. It is about this page's room; other rooms stay."""

    attempts: int = 0
    silent: set[RelayId] = field(default_factory=set)  # did not answer once
    avoided: set[RelayId] = field(default_factory=set)  # not asked again if there is another
    full: set[RelayId] = field(default_factory=set)  # have no room for this call


class Seats:
    """Joining, answering, and coming back."""

    def __init__(self, calls: CallService, turn: TurnConfig) -> None:
        self._calls, self._turn = calls, turn

    async def join(
        self, member: Member, grant: str | None = None, tcp: bool = False
    ) -> tuple[StateMessage, OfferMessage]:
        """A new seat and its offer, with `tcp` over TCP alone.

        Raises NotAdmitted, NoRelay, BusTimeout and what a relay refuses.
        """
        if grant is not None:
            self._calls.check_grant(grant, member)
        return await self._join(member, _Tried(), tcp)

    async def _join(
        self, member: Member, tried: _Tried, tcp: bool = False
    ) -> tuple[StateMessage, OfferMessage]:
        def rule(call: rules.Call, now: datetime) -> rules.Outcome:
            return rules.join(call, member.participant_id, member.connection_id, now)

        while True:
            change = await self._seat(member.room_id, rule, tried)
            participant = change.after.find(member.participant_id)
            others = asyncio.ensure_future(self._offer_others(change, member.participant_id))
            try:
                offer = await self._ask(change.after, participant, tcp)
            except (BusTimeout, RelayFull) as error:
                await self._failed(change.after.room.relay_id, error, tried)
                if tried.attempts >= ATTEMPTS:
                    raise
            else:
                return state_of(change.after, participant), offer
            finally:
                await others  # waits no longer for the relay than we did

    async def resync(self, member: Member, restart: bool = False) -> tuple[StateMessage, OfferMessage | None]:
        """The state and the current offer, or with `restart` the next one.

        A seat the relay no longer knows is taken anew.
        """
        call = await self._calls.load(member.room_id)
        person = rules.holder(call, member.participant_id, member.connection_id)
        if person.state not in (State.JOINING, State.CONNECTED) or person.seat == 0:
            return state_of(call, person), None
        relay_id = call.room.relay_id
        if relay_id is None:
            return await self.join(member)
        try:
            offer = await self._calls.relays.offer(relay_id, call.room.id, person.id, person.seat, restart)
        except (RelayRoomUnknown, RelaySeatUnknown):
            return await self.join(member)
        except BusTimeout:
            tried = _Tried()
            await self._failed(relay_id, BusTimeout(), tried)
            return await self._join(member, tried)
        return state_of(call, person), self._offer_of(offer, call, person)

    async def answer(self, member: Member, number: int, sdp: str) -> None:
        """The browser's answer. Raises OfferOutdated, SdpRefused, NotPossible, and what a relay refuses."""
        call = await self._calls.load(member.room_id)
        person = rules.holder(call, member.participant_id, member.connection_id)
        if person.seat == 0 or call.room.relay_id is None or person.state not in PRESENT:
            raise NotPossible
        await self._calls.relays.answer(call.room.relay_id, call.room.id, person.id, person.seat, number, sdp)

    async def move(self, room_id: RoomId, away_from: RelayId | None = None) -> None:
        """Put a room whose relay is dead, or is `away_from` and lives, on another one, and offer everybody
        their new seat. Without another one a room stays where its relay lives, else NoRelay is raised.
        """

        def rule(call: rules.Call, _now: datetime) -> rules.Outcome:
            return rules.Outcome(call)

        tried = _Tried(avoided=set() if away_from is None else {away_from})
        change = await self._seat(room_id, rule, tried)
        await self._offer_others(change, None)

    async def _seat(self, room_id: RoomId, rule: Rule, tried: _Tried) -> Change:
        """Apply `rule` in a room that is on a living relay afterwards."""
        async with self._calls.database.read() as connection:
            relays = await store.relays(connection)

        def placed(call: rules.Call, now: datetime) -> rules.Outcome:
            outcome = rule(call, now)  # first whether it may happen at all
            relay_id = _relay_for(outcome.call, relays, tried, now)
            if outcome.call.room.relay_id in (None, relay_id):
                return rules.Outcome(rules.place(outcome.call, relay_id), outcome.effects)
            moved = rules.move(outcome.call, relay_id, now)
            return rules.Outcome(moved.call, outcome.effects + moved.effects)

        change = await self._calls.change(room_id, placed)
        if change.before.room.relay_id != change.after.room.relay_id:
            log.info("room_placed", room_id=room_id, relay_id=change.after.room.relay_id)
        return change

    async def _ask(self, call: rules.Call, participant: Participant, tcp: bool = False) -> OfferMessage:
        """Have the relay give the seat that the row says."""
        relay_id = call.room.relay_id
        if relay_id is None:
            raise NotPossible
        relays, grant = self._calls.relays, self._calls.grant(call, participant)
        try:
            async with asyncio.timeout(self._calls.config.relay_timeout_s):  # for both answers together
                await relays.open_room(relay_id, call.room.id, call.room.epoch)
                offer = await relays.join(relay_id, grant, participant.seat, tcp)
        except TimeoutError:
            raise BusTimeout from None
        return self._offer_of(offer, call, participant)

    def _offer_of(self, offer: Offer, call: rules.Call, participant: Participant) -> OfferMessage:
        """The offer with fresh TURN credentials: who waited long enters with those of `enter` expired."""
        servers = ice_servers(self._turn, participant.id, self._calls.clock.now())
        return offer_of(offer, call, participant, servers)

    async def _offer_others(self, change: Change, but: ParticipantId | None) -> None:
        """Those who were moved along get their offers unasked; who cannot be reached asks by itself."""
        for effect in change.effects:
            person = change.after.find(effect.participant.id)
            if effect.action is not Action.TAKE_SEAT or person.id == but or person.connection_id is None:
                continue
            with contextlib.suppress(TodokuError):
                offer = await self._ask(change.after, person)
                await self._calls.notices.offered(person.connection_id, offer)

    async def _failed(self, relay_id: RelayId | None, error: TodokuError, tried: _Tried) -> None:
        """No answer: who lives is asked once more, who is dead is avoided by everybody. Full: another one."""
        tried.attempts += 1
        if relay_id is None:
            return
        if isinstance(error, RelayFull):
            tried.full.add(relay_id)
            return
        first = not tried.silent
        tried.silent.add(relay_id)
        if not first or not await self._lives(relay_id):
            tried.avoided.add(relay_id)

    async def _lives(self, relay_id: RelayId) -> bool:
        """Whether it tells of itself and answers a second question; who does neither is given up."""
        async with self._calls.database.read() as connection:
            known = await store.find_relay(connection, relay_id)
        if known is None:
            return False
        if not placement.is_overdue(known, self._calls.config.relay_lease, self._calls.clock.now()):
            with contextlib.suppress(BusTimeout):
                await self._calls.relays.stats(relay_id, placement.QUESTION_S)
                return True
        await self._bury(known)
        return False

    async def _bury(self, silent: RelayInfo) -> None:
        """All its rooms go elsewhere, unless it has told of itself since it was asked."""
        log.warning("relay_silent", relay_id=silent.id)
        now = self._calls.clock.now()
        await self._calls.database.transact(lambda connection: store.bury_relay(connection, silent, now))


def _relay_for(call: rules.Call, relays: Sequence[RelayInfo], tried: _Tried, now: datetime) -> RelayId:
    """The room's own relay while it lives and has room, else the best one. Raises NoRelay."""
    relays = [relay for relay in relays if relay.id not in tried.full]
    own = next((one for one in relays if one.id == call.room.relay_id and placement.is_alive(one, now)), None)
    if own is not None and own.id not in tried.avoided:
        return own.id
    try:
        return placement.choose([relay for relay in relays if relay.id not in tried.avoided], now)
    except NoRelay:
        if own is None:
            raise
        return own.id  # slow is better than none
