"""What crosses the line between a relay and those who use it: plain values, no behaviour."""

from dataclasses import dataclass
from typing import Literal

from core.ids import ParticipantId, RelayId, RoomId
from media.codecs import Kind
from media.one_way import Leg, Step
from media.quality import Cause, Rating

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


Direction = Literal["up", "down"]
CandidateType = Literal["host", "srflx", "prflx", "relay"]
ClientProtocol = Literal["udp", "tcp", "tls"]


@dataclass(frozen=True)
class Rated:
    """How well off somebody is, by their worst stream: in a word (media/quality.py), and while it is not
    excellent with its cause and direction."""

    rating: Rating
    cause: Cause | None = None
    worst: Direction | None = None


@dataclass(frozen=True)
class OneWay:
    """`viewer_id` should get this sound or picture of `publisher_id` and does not.

    `leg`: where it ends (media/one_way.py). `step`: what is being tried; None: all was.
    """

    kind: Kind
    publisher_id: ParticipantId
    viewer_id: ParticipantId
    leg: Leg
    step: Step | None


@dataclass(frozen=True)
class Notice:
    """What a participant's page should know of its media: sent when it changes.

    `shown`: who is in which slot, by mid (None: nobody). `layers`: the simulcast layers to go on sending.
    `one_way`: what they see or show in vain. `repair`: to be done now. `rated`: how well off they are. Each
    is None when the notice does not tell of it.
    """

    room_id: RoomId
    participant_id: ParticipantId
    seat: int
    shown: dict[str, ParticipantId | None] | None = None
    layers: tuple[str, ...] | None = None
    one_way: tuple[OneWay, ...] | None = None
    repair: Step | None = None
    rated: Rated | None = None


@dataclass(frozen=True)
class Display:
    """How a viewer's page shows somebody: in device pixels (None: in any size), in view, wanted at all."""

    height_px: int | None = None
    visible: bool = True
    paused: bool = False


@dataclass(frozen=True)
class PageReport:
    """What a participant's page says of its own end, every two seconds or so. None: it cannot tell.

    Packets that arrived and frames that were decoded since its connection began, of all who are heard or
    seen; `freezes`: times a picture stood still, `frozen_ms` together. `candidate_type` and `protocol`: of
    the candidate in use (RFC 8445 5.1.1); behind TURN, of the way to that server. `visible`: whether the
    others' pictures can be seen; `height_px`: how high the largest is, in device pixels.
    """

    microphone: bool | None = None
    camera: bool | None = None
    audio_packets: int | None = None
    video_packets: int | None = None
    video_frames: int | None = None
    candidate_type: CandidateType | None = None
    visible: bool | None = None
    height_px: int | None = None
    freezes: int | None = None
    frozen_ms: float | None = None
    protocol: ClientProtocol | None = None


@dataclass(frozen=True)
class StreamStats:
    """One stream: rates of the last second, counts since it began. Up is from the participant, down to them.

    `participant_id`: whose sound or picture it is. `rid`: the simulcast layer, empty without. Loss: what did
    not come at first, on the way to the relay and from it; `retransmitted` packets made up for some of it.
    Bytes of a down stream are payload alone. `score`, 0 to 100, and its `cause` are of the last five seconds;
    None: not judged (muted, off, or nobody has asked for it). `mos`: 1 to 4.5, of sound. `freezes` and
    `frozen_ms`: of a picture, by their page's word, which counts all it sees together: None when it sees
    several.
    """

    direction: Direction
    kind: Kind
    participant_id: ParticipantId
    rid: str
    bitrate_bps: int
    packets: int
    loss_up_pct: float | None
    loss_down_pct: float | None
    jitter_ms: float | None
    nacks: int
    plis: int
    firs: int
    retransmitted: int
    score: int | None
    cause: Cause | None
    mos: float | None
    freezes: int | None = None
    frozen_ms: float | None = None


@dataclass(frozen=True)
class ParticipantStats:
    """The last second of one participant. Up is from the browser, down is to it; None: nothing to measure.

    `target_bps`: what the way to them is thought to carry. `score` is that of their worst stream, with its
    `cause` and direction; `mos` is of what they hear. `transport` is how packets come to the relay;
    `candidate_type`, `protocol`, `freezes` and `frozen_ms` are their page's words, as in a PageReport.
    `device`: what it is here for, when it is no person.
    """

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
    target_bps: int | None = None
    score: int | None = None
    cause: Cause | None = None
    worst: Direction | None = None
    mos: float | None = None
    candidate_type: CandidateType | None = None
    protocol: ClientProtocol | None = None
    freezes: int | None = None
    frozen_ms: float | None = None
    streams: tuple[StreamStats, ...] = ()
    device: Purpose | None = None


@dataclass(frozen=True)
class RoomStats:
    """One room. `one_way`: who does not get what they should."""

    room_id: RoomId
    participants: tuple[ParticipantStats, ...]
    one_way: tuple[OneWay, ...] = ()


@dataclass(frozen=True)
class RelayStats:
    """A relay's last second. `counters`: what it ignored or did since its start, by kind."""

    relay_id: RelayId
    rooms: tuple[RoomStats, ...]
    counters: dict[str, int]
