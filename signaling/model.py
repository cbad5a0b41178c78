"""A room and its participants as values: what the rows hold. Pure.

Nothing about a call is kept anywhere else: a web process that is started anew knows as much as the old one.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from core.ids import BookingId, ConversationId, ParticipantId, PersonId, RelayId, RoomId
from signaling.participant import State

Role = Literal["client", "therapist"]


class RoomState(StrEnum):
    """Where a room is in its life."""

    WAITING = "waiting"  # the therapist has not been there yet
    OPEN = "open"  # the therapist has entered
    IN_CALL = "in_call"  # both were connected at the same time
    ENDED = "ended"  # final


class Media(StrEnum):
    """What the relay last said about somebody's packets."""

    NONE = "none"
    UP = "up"
    SILENT = "silent"


class EndReason(StrEnum):
    """Why a room ended."""

    HUNG_UP = "hung_up"  # one of the two left the call
    ABANDONED = "abandoned"  # both disappeared
    EXPIRED = "expired"  # its time is over and nobody is there
    STAFF = "staff"  # ended by staff


@dataclass(frozen=True)
class Room:
    """One booking's room. `epoch` rises when the room ends or moves to another relay."""

    id: RoomId
    booking_id: BookingId
    conversation_id: ConversationId
    epoch: int
    revision: int  # rises with every change, so that an older snapshot can be told
    state: RoomState
    relay_id: RelayId | None
    created_at: datetime
    closes_at: datetime  # when nobody may enter any more
    opened_at: datetime | None
    call_since: datetime | None
    ended_at: datetime | None
    ended_by: str | None  # "client", "therapist", "staff" or "system"
    end_reason: EndReason | None


@dataclass(frozen=True)
class Participant:
    """One person in one room."""

    id: ParticipantId
    room_id: RoomId
    person_id: PersonId
    role: Role
    name: str
    state: State
    tab_id: str | None  # the tab that has the place
    connection_id: str | None  # its newest connection
    grant_id: str | None  # the newest grant it came with
    seat: int  # 0: none yet; each new tab or reload takes the next
    microphone: bool
    camera: bool
    media: Media
    media_at: datetime | None  # since when
    admitted_at: datetime | None
    since: datetime  # in this state
    last_seen: datetime | None  # a web process last had their connection


@dataclass(frozen=True)
class RelayInfo:
    """A relay as it told of itself."""

    id: RelayId
    lease_until: datetime
    load: int
    draining: bool
    max_participants: int | None = None  # None: it did not say
