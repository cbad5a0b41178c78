"""What the relay forwards: codecs, payload types, header extensions and the order of the m-lines. Pure.

One table for the offer, the answer and the plane. The numbers are the same for everybody, so that a packet
passes from one participant to the other with its payload type and extension ids unchanged; only the MID
element is rewritten (media/rewrite.py). Not here: transport-wide congestion control (offered without
feedback it starves the sender) and simulcast.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["audio", "video"]


@dataclass(frozen=True)
class Codec:
    """One payload type of an m-line; `rtx_payload_type` carries its retransmissions (RFC 4588)."""

    kind: Kind
    name: str
    payload_type: int
    clock_rate: int
    channels: int = 1
    fmtp: str = ""
    feedback: tuple[str, ...] = ()
    rtx_payload_type: int | None = None


VIDEO_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb")

# VP8 first: every browser has both (RFC 7742), and the first of the answer is what is sent.
CODECS = (
    Codec("audio", "opus", 111, 48000, channels=2, fmtp="minptime=10;useinbandfec=1"),
    Codec("video", "VP8", 96, 90000, feedback=VIDEO_FEEDBACK, rtx_payload_type=97),
    Codec(
        "video",
        "H264",
        102,
        90000,
        fmtp="level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        feedback=VIDEO_FEEDBACK,
        rtx_payload_type=103,
    ),
)
CLOCK_RATE: dict[Kind, int] = {"audio": 48000, "video": 90000}
RTX_PAYLOAD_TYPES = frozenset(c.rtx_payload_type for c in CODECS if c.rtx_payload_type is not None)
CODEC_OF = {codec.payload_type: codec for codec in CODECS}

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
MID_EXTENSION_ID = 1
# Ids stay below 15, so that the one-byte form (RFC 8285 4.2) is always enough.
EXTENSIONS: dict[Kind, dict[int, str]] = {
    "audio": {MID_EXTENSION_ID: MID, 3: AUDIO_LEVEL},
    "video": {MID_EXTENSION_ID: MID, 2: ABS_SEND_TIME},
}


@dataclass(frozen=True)
class Line:
    """One m-line, seen from the relay: it receives ("recvonly") or sends ("sendonly")."""

    mid: str
    kind: Kind
    direction: Literal["recvonly", "sendonly"]


# Slots, reused for the whole call: microphone, camera, then what the other person sends.
LAYOUT = (
    Line("0", "audio", "recvonly"),
    Line("1", "video", "recvonly"),
    Line("2", "audio", "sendonly"),
    Line("3", "video", "sendonly"),
)
SEND_LINES = tuple(line for line in LAYOUT if line.direction == "sendonly")


def payload_types(kind: Kind) -> tuple[int, ...]:
    """All payload types of an m-line of this kind, in order of preference, each before its RTX."""
    found: list[int] = []
    for codec in CODECS:
        if codec.kind == kind:
            found.append(codec.payload_type)
            if codec.rtx_payload_type is not None:
                found.append(codec.rtx_payload_type)
    return tuple(found)
