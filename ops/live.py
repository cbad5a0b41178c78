"""The live view: rows and the relays' latest figures in, what staff see out. Pure.

Figures never decide who is there: the rows do. Figures that are too old are left out, not guessed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from signaling.model import Participant, Room
from signaling.participant import State
from signaling.room import Call


@dataclass(frozen=True)
class Figures:
    """One participant's last second; None: not measured. Up is from the browser, down is to it."""

    transport: str | None = None
    up_bps: int | None = None
    down_bps: int | None = None
    loss_up_pct: float | None = None
    loss_down_pct: float | None = None
    rtt_ms: float | None = None

    def filled(self, other: "Figures") -> "Figures":
        """What is not measured here, from `other`."""
        own = {name: value for name, value in vars(self).items() if value is not None}
        return Figures(**vars(other) | own)


NOTHING = Figures()


@dataclass(frozen=True)
class LivePerson:
    """Somebody in a room, with figures while they are in the call."""

    participant: Participant
    figures: Figures


@dataclass(frozen=True)
class LiveRoom:
    """A room that has not ended."""

    room: Room
    people: tuple[LivePerson, ...]


MEASURED = frozenset({State.JOINING, State.CONNECTED, State.AWAY})


def live(calls: Iterable[Call], figures: Mapping[tuple[str, str], Figures], now: datetime) -> list[LiveRoom]:
    """Rooms somebody is in, or whose time has not passed; the newest last. `figures`: (room, participant)."""
    return [
        LiveRoom(
            call.room,
            tuple(
                LivePerson(
                    one, figures.get((call.room.id, one.id), NOTHING) if one.state in MEASURED else NOTHING
                )
                for one in call.people
            ),
        )
        for call in calls
        if _is_live(call, now)
    ]


def _is_live(call: Call, now: datetime) -> bool:
    return now < call.room.closes_at or any(one.state is not State.LEFT for one in call.people)


def confirms(room_id: str, typed: str) -> bool:
    """Asked twice: the last six characters of the room's id, in either case."""
    return typed.strip().lower() == room_id[-6:].lower()
