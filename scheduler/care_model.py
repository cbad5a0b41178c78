"""Values of how clients come to a therapist and change: offers, waiting, handover, leave. No decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from core.ids import CareId, PersonId


class OfferKind(StrEnum):
    """Whose answer it waits for: the client's (a place is kept), or the therapist's (will you take them?)."""

    PLACE = "place"
    REQUEST = "request"


class OfferState(StrEnum):
    """An offer ends once."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class WaitState(StrEnum):
    """Where somebody who waits for a place is."""

    WAITING = "waiting"
    OFFERED = "offered"
    PLACED = "placed"
    LEFT = "left"


WAITS: Mapping[WaitState, frozenset[WaitState]] = {
    WaitState.WAITING: frozenset({WaitState.OFFERED, WaitState.PLACED, WaitState.LEFT}),
    WaitState.OFFERED: frozenset({WaitState.WAITING, WaitState.PLACED, WaitState.LEFT}),
    WaitState.PLACED: frozenset(),
    WaitState.LEFT: frozenset(),
}


def waits_before(target: WaitState) -> list[WaitState]:
    """The states from which `target` may be reached."""
    return [state for state, targets in WAITS.items() if target in targets]


@dataclass(frozen=True)
class Offer:
    """A place that is kept for one client with one therapist until `expires_at`."""

    id: str
    client_id: PersonId
    therapist_id: PersonId
    kind: OfferKind
    state: OfferState
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Wait:
    """Somebody's place in the queue; `therapist_id` None: with anybody."""

    id: str
    client_id: PersonId
    therapist_id: PersonId | None
    language: str
    state: WaitState
    offer_id: str | None
    enqueued_at: datetime


@dataclass(frozen=True)
class CareRow:
    """A care with its life."""

    id: CareId
    client_id: PersonId
    therapist_id: PersonId
    started_at: datetime
    ended_at: datetime | None
    end_reason: str | None


@dataclass(frozen=True)
class Handover:
    """A change of therapist, proposed to the client, who decides. `history`: what the next one reads."""

    id: str
    care_from: CareId
    therapist_to: PersonId
    care_to: CareId | None
    note: str | None
    state: str
    history: str | None
    history_from: date | None
    read_until: datetime | None
    offer_id: str | None
    created_at: datetime


@dataclass(frozen=True)
class LeaveChoice:
    """What a client is asked when their therapist is away for long; `choice` None: not chosen yet."""

    id: str
    time_off_id: str
    care_id: CareId
    choice: str | None
    starts_at: datetime
    ends_at: datetime
    cover_id: PersonId | None
