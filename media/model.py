"""What crosses the line between a relay and those who use it: plain values, no behaviour."""

from dataclasses import dataclass
from typing import Literal

from core.ids import ParticipantId, RelayId, RoomId
from media.codecs import Kind

EventName = Literal["connected", "silent", "disconnected"]
# A consultation is between two. A workshop has some who show and up to thirty who look on.
Shape = Literal["consultation", "workshop"]


# What a client of WHIP (RFC 9725) does, and one of WHEP.
Purpose = Literal["publish", "watch"]


@dataclass(frozen=True)
class Device:
    """A camera or a screen beside the people of a room; one of them, `host_id`, has let it in."""

    device_id: ParticipantId
    purpose: Purpose
    host_id: ParticipantId


@dataclass(frozen=True)
class DeviceSession:
    """A device's seat. `number`: of its ICE session; every restart begins the next.

    `text`: our answer, after a restart our part of it (RFC 9725 4.3.3); empty when there is nothing to say.
    """

    seat: int
    number: int
    text: str


@dataclass(frozen=True)
class Track:
    """What an m-line of an offer carries. Nobody's yet: `participant_id` is None."""

    mid: str
    participant_id: ParticipantId | None
    kind: Kind


@dataclass(frozen=True)
class Offer:
    """The relay's offer to one participant; an answer names its number."""

    number: int
    sdp: str
    tracks: tuple[Track, ...]


@dataclass(frozen=True)
class RelayEvent:
    """Something about a participant's media.

    `connected`: media can flow (again). `silent`: nothing has come for a while. `disconnected`: given up, or
    the browser said goodbye; the seat is free and a new join is needed.
    """

    room_id: RoomId
    participant_id: ParticipantId
    seat: int
    event: EventName
    transport: Literal["udp", "tcp"] | None = None


@dataclass(frozen=True)
class Notice:
    """What a participant's page should know of its media: sent when it changes.

    `shown`: who is in which slot, by mid (None: nobody). `layers`: the simulcast layers to go on sending.
    Either is None when the notice does not tell of it.
    """

    room_id: RoomId
    participant_id: ParticipantId
    seat: int
    shown: dict[str, ParticipantId | None] | None = None
    layers: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Display:
    """How a viewer's page shows somebody: in device pixels (None: in any size), in view, wanted at all."""

    height_px: int | None = None
    visible: bool = True
    paused: bool = False


@dataclass(frozen=True)
class ParticipantStats:
    """The last second of one participant. Up is from the browser, down is to it; None: nothing to measure."""

    participant_id: ParticipantId
    seat: int
    state: Literal["joining", "connected", "silent"]
    transport: Literal["udp", "tcp"] | None
    up_bps: int
    down_bps: int
    loss_up_pct: float | None
    loss_down_pct: float | None
    rtt_ms: float | None
    received_packets: int
    sent_packets: int


@dataclass(frozen=True)
class RoomStats:
    """One room."""

    room_id: RoomId
    participants: tuple[ParticipantStats, ...]


@dataclass(frozen=True)
class RelayStats:
    """A relay's last second. `counters`: what it ignored or did since its start, by kind."""

    relay_id: RelayId
    rooms: tuple[RoomStats, ...]
    counters: dict[str, int]
