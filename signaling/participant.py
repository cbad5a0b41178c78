"""The states of one participant, as a table. Everything that changes a state is a line here. Pure.

An event that is missing in a state's line is refused. This file knows one person; what follows for the room
(the call begins, the room ends) is in room.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from signaling.errors import NotAdmitted, NotPossible


class State(StrEnum):
    """Where somebody is on the way into a call and out of it."""

    WAITING = "waiting"  # in the waiting room; holds no media resource
    ADMITTED = "admitted"  # may take a seat
    JOINING = "joining"  # has a seat, media is being set up
    CONNECTED = "connected"  # media flows
    AWAY = "away"  # neither connection nor media
    LEFT = "left"  # went, or was away for too long; may enter again
    ENDED = "ended"  # the room has ended; final


class Event(StrEnum):
    """What can happen to a participant."""

    ADMIT = "admit"  # the therapist lets them in
    JOIN = "join"  # asks for a seat: first time, after a reload, from another tab
    MEDIA_UP = "media_up"  # the relay has media
    MEDIA_DOWN = "media_down"  # the relay has given the seat up
    LOST = "lost"  # neither connection nor media for some seconds
    WAIT_AGAIN = "wait_again"  # back, and was never let in
    SIT_AGAIN = "sit_again"  # back, and was let in before
    LEAVE = "leave"  # says goodbye
    GONE = "gone"  # away for too long
    END = "end"  # the room ends


class Action(StrEnum):
    """What a step asks of those who carry it out."""

    GIVE_GRANT = "give_grant"  # send the right to a seat
    TAKE_SEAT = "take_seat"  # the next seat number; the relay is asked for an offer
    FREE_SEAT = "free_seat"  # tell the relay


@dataclass(frozen=True)
class Step:
    """The next state, and what is to be done."""

    state: State
    actions: tuple[Action, ...] = ()


_END = {Event.END: Step(State.ENDED)}
_ADMIT_AGAIN = (Action.GIVE_GRANT,)
_SEAT = Step(State.JOINING, (Action.TAKE_SEAT,))
_LEAVE_SEAT = Step(State.LEFT, (Action.FREE_SEAT,))

TABLE: Mapping[State, Mapping[Event, Step]] = {
    State.WAITING: {
        Event.ADMIT: Step(State.ADMITTED, (Action.GIVE_GRANT,)),
        Event.WAIT_AGAIN: Step(State.WAITING),
        Event.LOST: Step(State.AWAY),
        Event.LEAVE: Step(State.LEFT),
        **_END,
    },
    State.ADMITTED: {
        Event.ADMIT: Step(State.ADMITTED, _ADMIT_AGAIN),
        Event.SIT_AGAIN: Step(State.ADMITTED),
        Event.JOIN: _SEAT,
        Event.LOST: Step(State.AWAY),
        Event.LEAVE: Step(State.LEFT),
        **_END,
    },
    State.JOINING: {
        Event.ADMIT: Step(State.JOINING),
        Event.SIT_AGAIN: Step(State.JOINING),
        Event.JOIN: _SEAT,
        Event.MEDIA_UP: Step(State.CONNECTED),
        Event.MEDIA_DOWN: Step(State.JOINING),
        Event.LOST: Step(State.AWAY),
        Event.LEAVE: _LEAVE_SEAT,
        **_END,
    },
    State.CONNECTED: {
        Event.ADMIT: Step(State.CONNECTED),
        Event.SIT_AGAIN: Step(State.CONNECTED),
        Event.JOIN: _SEAT,
        Event.MEDIA_UP: Step(State.CONNECTED),
        Event.MEDIA_DOWN: Step(State.JOINING),
        Event.LOST: Step(State.AWAY),
        Event.LEAVE: _LEAVE_SEAT,
        **_END,
    },
    State.AWAY: {
        Event.ADMIT: Step(State.AWAY, _ADMIT_AGAIN),
        Event.WAIT_AGAIN: Step(State.WAITING),
        Event.SIT_AGAIN: Step(State.JOINING),
        Event.MEDIA_UP: Step(State.CONNECTED),
        Event.MEDIA_DOWN: Step(State.AWAY),
        Event.LEAVE: _LEAVE_SEAT,
        Event.GONE: _LEAVE_SEAT,
        **_END,
    },
    State.LEFT: {
        Event.WAIT_AGAIN: Step(State.WAITING),
        Event.SIT_AGAIN: Step(State.ADMITTED),
        **_END,
    },
    State.ENDED: {**_END},
}

# Those who are expected to be there; the others are not waited for.
PRESENT = frozenset({State.WAITING, State.ADMITTED, State.JOINING, State.CONNECTED})
SEATED = frozenset({State.JOINING, State.CONNECTED, State.AWAY})


def step(state: State, event: Event) -> Step:
    """What `event` does in `state`. Raises NotAdmitted, NotPossible."""
    found = TABLE[state].get(event)
    if found is None:
        raise NotAdmitted if (state, event) == (State.WAITING, Event.JOIN) else NotPossible
    return found


def diagram() -> str:
    """The table as a Mermaid state diagram; steps that stay in a state are left out."""
    lines = [
        "stateDiagram-v2",
        "    [*] --> waiting: a client enters",
        "    [*] --> admitted: a therapist enters",
    ]
    for state, events in TABLE.items():
        targets: dict[State, list[str]] = {}
        for event, found in events.items():
            if found.state is not state:
                targets.setdefault(found.state, []).append(event.value)
        lines += [f"    {state} --> {target}: {', '.join(names)}" for target, names in targets.items()]
    return "\n".join([*lines, "    ended --> [*]"])
