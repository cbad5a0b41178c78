"""The live view: rows and the relays' latest figures in, what staff see out. Pure.

Figures never decide who is there: the rows do. Figures that are too old are left out, not guessed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from media.model import OneWay, Purpose
from signaling.model import Participant, Room
from signaling.participant import State
from signaling.room import Call


@dataclass(frozen=True)
class Figures:
    """One participant's last second; None: not measured. Up is from the browser, down is to it.

    The relay measures; `candidate_type`, `protocol` (behind TURN: of the way to that server), `freezes` and
    `frozen_ms` (in total), and `freezes_lately` (in five minutes) are the page's words. `score`: 0 to 100, of
    their worst stream, whose direction is `worst`; `mos`: 1 to 4.5, of what they hear; `jitter_ms`: the most
    of any stream; `target_bps`: what the way to them is thought to carry.
    """

    transport: str | None = None
    up_bps: int | None = None
    down_bps: int | None = None
    loss_up_pct: float | None = None
    loss_down_pct: float | None = None
    rtt_ms: float | None = None
    jitter_ms: float | None = None
    target_bps: int | None = None
    score: int | None = None
    cause: str | None = None
    worst: str | None = None
    mos: float | None = None
    freezes: int | None = None
    frozen_ms: float | None = None
    freezes_lately: int | None = None
    candidate_type: str | None = None
    protocol: str | None = None

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
class LiveDevice:
    """A camera or a screen beside the people of a room."""

    device_id: str
    purpose: Purpose
    state: Literal["joining", "connected", "silent"]
    figures: Figures


@dataclass(frozen=True)
class LiveRoom:
    """A room that has not ended. `one_way`: who does not get what they should."""

    room: Room
    people: tuple[LivePerson, ...]
    one_way: tuple[OneWay, ...] = ()
    devices: tuple[LiveDevice, ...] = ()


NO_FAULTS: Mapping[str, tuple[OneWay, ...]] = {}
NO_DEVICES: Mapping[str, tuple[LiveDevice, ...]] = {}
MEASURED = frozenset({State.JOINING, State.CONNECTED, State.AWAY})


def live(
    calls: Iterable[Call],
    figures: Mapping[tuple[str, str], Figures],
    now: datetime,
    one_way: Mapping[str, tuple[OneWay, ...]] = NO_FAULTS,
    devices: Mapping[str, tuple[LiveDevice, ...]] = NO_DEVICES,
) -> list[LiveRoom]:
    """Rooms somebody is in, or whose time has not passed; the newest last.

    `figures`: by room and participant; `one_way`, `devices`: by room.
    """
    return [
        LiveRoom(
            call.room,
            tuple(LivePerson(one, _shown(figures, call, one)) for one in call.people),
            one_way.get(call.room.id, ()),
            devices.get(call.room.id, ()),
        )
        for call in calls
        if _is_live(call, now)
    ]


def _shown(figures: Mapping[tuple[str, str], Figures], call: Call, person: Participant) -> Figures:
    return figures.get((call.room.id, person.id), NOTHING) if person.state in MEASURED else NOTHING


def _is_live(call: Call, now: datetime) -> bool:
    return now < call.room.closes_at or any(one.state is not State.LEFT for one in call.people)


def confirms(room_id: str, typed: str) -> bool:
    """Asked twice: the last six characters of the room's id, in either case."""
    return typed.strip().lower() == room_id[-6:].lower()
