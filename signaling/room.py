"""What may happen in a room, and what follows from it. Pure: values and `now` in, values out.

A rule takes the room with its people and gives it back changed, with what is left to be done outside
(`effects`). service.py loads the rows under a lock, applies one rule and writes the difference.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.errors import TodokuError
from core.grants import Grant, GrantRefused
from core.http import rfc3339
from core.ids import ParticipantId, PersonId, RelayId
from signaling.errors import NotTherapist, RoomEnded, RoomUnknown, TabReplaced
from signaling.model import EndReason, Media, Participant, Room, RoomState
from signaling.participant import PRESENT, SEATED, Action, Event, State, step


@dataclass(frozen=True)
class Call:
    """A room with its people."""

    room: Room
    people: tuple[Participant, ...]

    def find(self, participant_id: str) -> Participant:
        """Raises RoomUnknown for somebody who is not of this room."""
        for person in self.people:
            if person.id == participant_id:
                return person
        raise RoomUnknown

    def person(self, person_id: PersonId) -> Participant | None:
        return next((one for one in self.people if one.person_id == person_id), None)

    def peer(self, participant_id: ParticipantId) -> Participant | None:
        """The other one."""
        return next((one for one in self.people if one.id != participant_id), None)

    def put(self, person: Participant) -> "Call":
        people = tuple(person if one.id == person.id else one for one in self.people)
        return replace(self, people=people)


@dataclass(frozen=True)
class Effect:
    """Something to be done once the change is committed."""

    action: Action
    participant: Participant  # as it was before the change


@dataclass(frozen=True)
class Outcome:
    """A room after a rule."""

    call: Call
    effects: tuple[Effect, ...] = ()


def over(room: Room) -> TodokuError:
    """The refusal that says how the room ended."""
    ended_at = rfc3339(room.ended_at) if room.ended_at else None
    return RoomEnded(ended_at=ended_at, reason=room.end_reason, by=room.ended_by)


def apply(call: Call, participant_id: ParticipantId, event: Event, now: datetime) -> Outcome:
    """One event of one person, with what it means for the room. Raises NotPossible, NotAdmitted."""
    before = call.find(participant_id)
    found = step(before.state, event)
    after = replace(before, state=found.state, since=now if found.state is not before.state else before.since)
    if event is Event.ADMIT and before.admitted_at is None:
        after = replace(after, admitted_at=now)
    if Action.TAKE_SEAT in found.actions:
        after = replace(after, seat=before.seat + 1, media=Media.NONE, media_at=now)
    if Action.FREE_SEAT in found.actions:
        after = replace(after, media=Media.NONE, media_at=now)
    changed = _call_begins(call.put(after), now)
    return Outcome(changed, tuple(Effect(action, before) for action in found.actions))


def _call_begins(call: Call, now: datetime) -> Call:
    """The first moment in which two are connected is the beginning of the call."""
    connected = [one for one in call.people if one.state is State.CONNECTED]
    if len(connected) < 2 or call.room.call_since is not None:
        return call
    return replace(call, room=replace(call.room, state=RoomState.IN_CALL, call_since=now))


def come(call: Call, participant_id: ParticipantId, now: datetime) -> Outcome:
    """Somebody enters, again or for the first time; the therapist's coming opens the room.

    Only who left needs a step; the others keep their state.
    """
    _check_open(call)
    outcome = _back(call, participant_id, {State.LEFT}, now)
    return replace(outcome, call=_opened(outcome.call, participant_id, now))


def _opened(call: Call, participant_id: ParticipantId, now: datetime) -> Call:
    if call.find(participant_id).role != "therapist" or call.room.state is not RoomState.WAITING:
        return call
    return replace(call, room=replace(call.room, state=RoomState.OPEN, opened_at=now))


def _back(call: Call, participant_id: ParticipantId, states: set[State], now: datetime) -> Outcome:
    person = call.find(participant_id)
    if person.state not in states:
        return Outcome(call)
    event = Event.WAIT_AGAIN if person.admitted_at is None else Event.SIT_AGAIN
    return apply(call, participant_id, event, now)


def connect(call: Call, grant: Grant, tab_id: str, connection_id: str, now: datetime) -> Outcome:
    """A connection takes somebody's place: the same tab's newest, or another tab's that entered later.

    Raises RoomEnded, GrantRefused (an earlier epoch), TabReplaced.
    """
    _check_open(call)
    person = call.find(grant.participant_id)
    if grant.epoch != call.room.epoch or grant.person_id != person.person_id:
        raise GrantRefused
    if person.tab_id not in (None, tab_id) and grant.grant_id <= (person.grant_id or ""):
        raise TabReplaced
    taken = replace(
        person,
        tab_id=tab_id,
        connection_id=connection_id,
        grant_id=max(grant.grant_id, person.grant_id or ""),
        last_seen=now,
    )
    return _back(call.put(taken), person.id, {State.AWAY, State.LEFT}, now)


def heard(call: Call, participant_id: ParticipantId, connection_id: str, heard_at: datetime) -> Outcome:
    """A connection owes a sign of life since `heard_at`; whoever has taken the place meanwhile keeps it."""
    person = call.find(participant_id)
    if person.connection_id != connection_id:
        return Outcome(call)
    return Outcome(call.put(replace(person, last_seen=heard_at)))


def disconnect(call: Call, participant_id: ParticipantId, connection_id: str, heard_at: datetime) -> Outcome:
    """A connection has ended."""
    outcome = heard(call, participant_id, connection_id, heard_at)
    person = outcome.call.find(participant_id)
    if person.connection_id != connection_id:
        return outcome
    return Outcome(outcome.call.put(replace(person, connection_id=None)))


def check_seat_grant(grant: Grant, room_id: str, participant_id: str) -> None:
    """Raises GrantRefused unless the grant is for a seat of this participant."""
    if (grant.scope, grant.room_id, grant.participant_id) != ("seat", room_id, participant_id):
        raise GrantRefused


def holder(call: Call, participant_id: ParticipantId, connection_id: str) -> Participant:
    """The person, if `connection_id` has their place. Raises RoomEnded, TabReplaced."""
    _check_open(call)
    person = call.find(participant_id)
    if person.connection_id != connection_id:
        raise TabReplaced
    return person


def join(call: Call, participant_id: ParticipantId, connection_id: str, now: datetime) -> Outcome:
    """Take a seat. Raises NotAdmitted, NotPossible and what `holder` raises."""
    holder(call, participant_id, connection_id)
    call = _back(call, participant_id, {State.AWAY}, now).call
    return apply(call, participant_id, Event.JOIN, now)


def admit(
    call: Call, by: ParticipantId, connection_id: str, participant_id: ParticipantId, now: datetime
) -> Outcome:
    """The therapist lets somebody in. Raises NotTherapist, NotPossible, RoomUnknown."""
    if holder(call, by, connection_id).role != "therapist":
        raise NotTherapist
    return apply(call, participant_id, Event.ADMIT, now)


def show(
    call: Call, participant_id: ParticipantId, connection_id: str, microphone: bool, camera: bool
) -> Outcome:
    """What somebody sends at the moment, for the other's page."""
    person = holder(call, participant_id, connection_id)
    return Outcome(call.put(replace(person, microphone=microphone, camera=camera)))


def leave(call: Call, participant_id: ParticipantId, connection_id: str, now: datetime) -> Outcome:
    """Somebody goes. Once both have been connected this ends the session for both."""
    person = holder(call, participant_id, connection_id)
    if call.room.call_since is not None:
        return end(call, person.role, EndReason.HUNG_UP, now)
    return apply(call, participant_id, Event.LEAVE, now)


def end(call: Call, by: str, reason: EndReason, now: datetime) -> Outcome:
    """The room ends for everybody; older grants are refused from now on. Again: nothing."""
    if call.room.state is RoomState.ENDED:
        return Outcome(call)
    for person in call.people:
        call = apply(call, person.id, Event.END, now).call
        call = call.put(replace(call.find(person.id), media=Media.NONE))
    room = replace(
        call.room,
        state=RoomState.ENDED,
        epoch=call.room.epoch + 1,
        ended_at=now,
        ended_by=by,
        end_reason=reason,
    )
    return Outcome(replace(call, room=room))


MEDIA_EVENTS = {Media.UP: Event.MEDIA_UP, Media.NONE: Event.MEDIA_DOWN}


def media_changed(
    call: Call, participant_id: ParticipantId, seat: int, media: Media, now: datetime
) -> Outcome:
    """What the relay says about a seat. News of an earlier seat, or to somebody without one, is ignored."""
    person = call.find(participant_id)
    if person.seat != seat or person.state not in SEATED or person.media is media:
        return Outcome(call)
    changed = call.put(replace(person, media=media, media_at=now))
    event = MEDIA_EVENTS.get(media)
    return apply(changed, participant_id, event, now) if event else Outcome(changed)


@dataclass(frozen=True)
class Patience:
    """How long silence is borne, from the last sign of life on."""

    away_after: timedelta
    left_after: timedelta


def absence(person: Participant, patience: Patience, now: datetime) -> Event | None:
    """What somebody's silence, or return, amounts to by now. Media that flows is a sign of life."""
    if person.state is State.AWAY:
        if person.connection_id and person.last_seen and now - person.last_seen < patience.away_after:
            return Event.WAIT_AGAIN if person.admitted_at is None else Event.SIT_AGAIN
        away_for = patience.left_after - patience.away_after
        return Event.GONE if now - person.since >= away_for else None
    if person.state not in PRESENT or person.media is Media.UP:
        return None
    return Event.LOST if now - last_sign(person) >= patience.away_after else None


def last_sign(person: Participant) -> datetime:
    """The newest of: connection seen, seat taken or given up, entered (before the first connection).

    That media fell silent is none: the relay has waited by itself before it says so, and two patiences would
    add up.
    """
    media_at = person.media_at if person.seat and person.media is not Media.SILENT else None
    signs = [sign for sign in (person.last_seen, media_at) if sign is not None]
    return max(signs, default=person.since)


def settle(outcome: Outcome, patience: Patience, now: datetime) -> Outcome:
    """The same with what silence amounts to by now: one piece of news may be the last that was lacking."""
    watched = watch(outcome.call, patience, now)
    return Outcome(watched.call, outcome.effects + watched.effects)


def watch(call: Call, patience: Patience, now: datetime) -> Outcome:
    """What time alone changes: absence, return, and the end of a room that nobody is in any more."""
    effects: tuple[Effect, ...] = ()
    for person in call.people:
        event = absence(person, patience, now)
        if event is not None:
            outcome = apply(call, person.id, event, now)
            call, effects = outcome.call, effects + outcome.effects
    if call.room.state is RoomState.ENDED or any(one.state in PRESENT | {State.AWAY} for one in call.people):
        return Outcome(call, effects)
    if call.room.call_since is not None:
        return replace(end(call, "system", EndReason.ABANDONED, now), effects=effects)
    if now >= call.room.closes_at:
        return replace(end(call, "system", EndReason.EXPIRED, now), effects=effects)
    return Outcome(call, effects)


def forsake(call: Call, now: datetime) -> Outcome:
    """The room's relay is dead and there is no other: nobody's media flows."""
    for person in call.people:
        call = media_changed(call, person.id, person.seat, Media.NONE, now).call
    return Outcome(call)


def place(call: Call, relay_id: RelayId) -> Call:
    """Put the room on a relay. Another one than before means a new epoch."""
    if call.room.relay_id == relay_id:
        return call
    epoch = call.room.epoch if call.room.relay_id is None else call.room.epoch + 1
    return replace(call, room=replace(call.room, relay_id=relay_id, epoch=epoch))


def move(call: Call, relay_id: RelayId, now: datetime) -> Outcome:
    """The room's relay is dead: another one, and everybody with a seat takes a new one there."""
    effects: tuple[Effect, ...] = ()
    call = place(call, relay_id)
    for person in call.people:
        if person.state in (State.JOINING, State.CONNECTED):
            outcome = apply(call, person.id, Event.JOIN, now)
            call, effects = outcome.call, effects + outcome.effects
    return Outcome(call, effects)


def _check_open(call: Call) -> None:
    if call.room.state is RoomState.ENDED:
        raise over(call.room)
