"""Every message of the Socket.IO namespace /call. docs/PROTOCOL.md says when each is sent. Pure.

Payloads are single objects. Members a client does not know are to be ignored; members the server does not
know are refused.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.http import Utc
from core.inbound import Inbound
from media.model import Offer, Purpose
from media.one_way import Leg, Step
from media.quality import Cause, Rating
from signaling.model import Media, Participant, Role, RoomState
from signaling.participant import State
from signaling.room import Call
from signaling.turn import IceServer

NAMESPACE = "/call"
MAX_SDP_CHARS = 32_000
MAX_GRANT_CHARS = 4_000

Id = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
GrantToken = Annotated[str, Field(min_length=1, max_length=MAX_GRANT_CHARS)]
Percent = Annotated[float, Field(ge=0, le=100)]
Amount = Annotated[float, Field(ge=0, le=1e12)]
Total = Annotated[int, Field(ge=0, le=2**53)]


class Message(Inbound):
    """Base of everything received."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Auth(Message):
    """What a connection brings."""

    grant: GrantToken = Field(description="from POST /api/rooms/enter, or from `admitted`")
    tab_id: Id = Field(description="made by the page, kept in its sessionStorage")


class Join(Message):
    """Ask for a seat: the first time, after a reload, or when media has failed for good."""

    grant: GrantToken | None = Field(None, description="the seat grant, where there is one; checked if given")
    tcp: bool = Field(False, description="over TCP alone, because UDP has been seen not to get through")


class Answer(Message):
    """The browser's answer to an offer."""

    offer: int = Field(ge=1, description="the number of the offer")
    sdp: str = Field(min_length=1, max_length=MAX_SDP_CHARS)


class Resync(Message):
    """Ask for the state and the current offer, after every reconnection."""

    restart: bool = Field(
        False, description="the way to the relay may be gone: the offer shall ask for an ICE restart"
    )


class Admit(Message):
    """Let somebody in (therapist)."""

    participant_id: Id


class MediaShown(Message):
    """What is sent at the moment."""

    microphone: bool
    camera: bool


class Quality(Message):
    """What the browser measures, every two seconds; what is not known is left out or null.

    Totals count from the beginning of the present connection, of all who are heard or seen.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    up_bps: Amount | None = None
    down_bps: Amount | None = None
    loss_up_pct: Percent | None = None
    loss_down_pct: Percent | None = None
    rtt_ms: Amount | None = None
    jitter_ms: Amount | None = None
    microphone: bool | None = Field(None, description="whether it is on")
    camera: bool | None = Field(None, description="whether it is on")
    audio_packets: Total | None = Field(None, description="of sound, arrived in total")
    video_packets: Total | None = Field(None, description="of pictures, arrived in total")
    video_frames: Total | None = Field(None, description="decoded in total")
    freezes: Total | None = Field(None, description="times a picture stood still unmeant, in total")
    frozen_ms: Amount | None = Field(None, description="for how long, in total")
    freezes_lately: Total | None = Field(None, description="of these, in the last five minutes")
    candidate_type: Literal["host", "srflx", "prflx", "relay"] | None = Field(
        None, description="of the own candidate in use (RFC 8445 5.1.1); `relay`: through TURN"
    )
    protocol: Literal["udp", "tcp", "tls"] | None = Field(
        None, description="of that candidate; with TURN, of the way to the TURN server"
    )
    visible: bool | None = Field(None, description="whether the others' pictures can be seen")
    height_px: Total | None = Field(None, description="how high the largest is, in device pixels")


class Leave(Message):
    """Hang up. Once both were connected this ends the session for both."""


class Reply(BaseModel):
    """Base of everything sent."""

    model_config = ConfigDict(frozen=True)


class Me(Reply):
    """The receiver."""

    participant_id: str
    role: Role
    name: str
    state: State
    microphone: bool
    camera: bool


class Peer(Me):
    """The other person."""

    media: Media = Field(description="what the relay has of their packets: none, up, silent")


class RoomView(Reply):
    """The room."""

    room_id: str
    state: RoomState
    epoch: int
    call_since: Utc | None = Field(description="when both were connected for the first time")


class StateMessage(Reply):
    """The whole of what the page shows; sent at every change."""

    revision: int = Field(description="rises with every change; an older one than shown is to be ignored")
    me: Me
    peer: Peer | None = Field(description="null until the other has entered once")
    room: RoomView


class OfferedTrack(Reply):
    """What an m-line carries."""

    mid: str
    participant_id: str | None = Field(description="whose it is; null: of whoever comes")
    kind: Literal["audio", "video"]


class OfferMessage(Reply):
    """The relay's offer; its number rises with every new seat."""

    number: int
    sdp: str
    tracks: list[OfferedTrack]
    ice_servers: list[IceServer] = Field(description="for connections made, or ICE restarted, from now on")


class Admitted(Reply):
    """The therapist has let the receiver in."""

    grant: str = Field(description="for `join`, and for connecting again")


class Replaced(Reply):
    """Another tab or device of the same person has taken over; this connection ends."""


class OneWayFault(Reply):
    """A sound or picture that should reach somebody and does not."""

    kind: Literal["audio", "video"]
    publisher_id: str = Field(description="whose it is")
    viewer_id: str = Field(description="who should get it")
    leg: Leg = Field(description="where it ends: to_relay, in_relay, to_viewer, decoding")
    step: Step | None = Field(
        description="what is being tried: key_frame, ice_restart, tcp, rejoin; null: all was"
    )


class OneWayMedia(Reply):
    """What the receiver sees or hears, or shows or says, in vain; empty when all is well again."""

    faults: list[OneWayFault]


class RatingMessage(Reply):
    """How well off the receiver is, by their worst stream; sent when it changes."""

    rating: Rating = Field(description="excellent, good, poor, lost")
    cause: Cause | None = Field(description="what lowers it; null while it is excellent")
    worst: Literal["up", "down"] | None = Field(
        description="whether that stream is the receiver's own or the other's; null while it is excellent"
    )


class Repair(Reply):
    """Something the page is asked to do at once, because media flows one way only."""

    step: Literal["ice_restart", "tcp", "rejoin"] = Field(
        description="`resync` with `restart`; `join` with `tcp`; `join`"
    )


class DeviceThere(Reply):
    """A camera or a screen that takes part beside the people."""

    device_id: str
    purpose: Purpose = Field(description="`publish`: a camera; `watch`: a screen")
    silent: bool = Field(description="nothing has come from it for a while")


class DevicesMessage(Reply):
    """The devices in the room; empty when the last is gone."""

    devices: list[DeviceThere]


class Ended(Reply):
    """The room has ended."""

    reason: str = Field(description="hung_up, abandoned, expired or staff")
    by: str = Field(description="client, therapist, staff or system")


class Ok(Reply):
    """Nothing but `ok`."""


class JoinAck(Reply):
    """A seat was taken."""

    state: StateMessage
    offer: OfferMessage


class ResyncAck(Reply):
    """How things stand; both also come as events before the ack."""

    state: StateMessage
    offer: OfferMessage | None = Field(description="null without a seat")


# Event -> its payload and what a positive ack carries.
FROM_CLIENT: Mapping[str, tuple[type[Message], type[Reply]]] = {
    "join": (Join, JoinAck),
    "answer": (Answer, Ok),
    "resync": (Resync, ResyncAck),
    "admit": (Admit, Ok),
    "media": (MediaShown, Ok),
    "quality": (Quality, Ok),
    "leave": (Leave, Ok),
}
FROM_SERVER: Mapping[str, type[Reply]] = {
    "state": StateMessage,
    "admitted": Admitted,
    "offer": OfferMessage,
    "one_way": OneWayMedia,
    "rating": RatingMessage,
    "repair": Repair,
    "devices": DevicesMessage,
    "replaced": Replaced,
    "ended": Ended,
}


EVENT_OF = {model: event for event, model in FROM_SERVER.items()}


def state_of(call: Call, participant: Participant) -> StateMessage:
    """The snapshot `participant` gets."""
    peer = call.peer(participant.id)
    room = call.room
    return StateMessage(
        revision=room.revision,
        me=Me(**_shown(participant)),
        peer=Peer(**_shown(peer), media=peer.media) if peer is not None else None,
        room=RoomView(room_id=room.id, state=room.state, epoch=room.epoch, call_since=room.call_since),
    )


def _shown(participant: Participant) -> dict[str, Any]:
    return {
        "participant_id": participant.id,
        "role": participant.role,
        "name": participant.name,
        "state": participant.state,
        "microphone": participant.microphone,
        "camera": participant.camera,
    }


def offer_of(
    offer: Offer, call: Call, participant: Participant, ice_servers: list[IceServer]
) -> OfferMessage:
    """A relay's offer as it is sent; the other's m-lines get their name as soon as they have entered."""
    peer = call.peer(participant.id)
    peer_id = peer.id if peer is not None else None
    tracks = [
        OfferedTrack(mid=track.mid, participant_id=track.participant_id or peer_id, kind=track.kind)
        for track in offer.tracks
    ]
    return OfferMessage(number=offer.number, sdp=offer.sdp, tracks=tracks, ice_servers=ice_servers)


def ended_of(call: Call) -> Ended:
    """How a room ended."""
    return Ended(reason=str(call.room.end_reason), by=str(call.room.ended_by))


def schemas() -> dict[str, dict[str, Any]]:
    """JSON schemas of every event, by direction and name, for documents and tests."""
    sent = {name: model.model_json_schema() for name, model in FROM_SERVER.items()}
    received = {name: pair[0].model_json_schema() for name, pair in FROM_CLIENT.items()}
    acks = {name: pair[1].model_json_schema() for name, pair in FROM_CLIENT.items()}
    return {"auth": Auth.model_json_schema(), "client": received, "ack": acks, "server": sent}
