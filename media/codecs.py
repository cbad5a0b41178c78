"""What the relay forwards: codecs, payload types, header extensions and the order of the m-lines. Pure.

One table for the offers, the answers and the plane. The numbers are the same for everybody, so that a packet
passes from one browser to another with its payload type and extension ids unchanged; who brings numbers of
its own is mapped to these (media/sdp_client_offer.py). What of the table is offered is said by Features, in
which m-lines by a layout. Not here: the descriptions' text (media/sdp.py).
"""

from dataclasses import dataclass
from typing import Literal

from media.extensions import Extension

Kind = Literal["audio", "video"]
KINDS: tuple[Kind, ...] = ("audio", "video")


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
H264_FMTP = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
AV1_FMTP = "level-idx=5;profile=0;tier=0"

CODECS = (
    Codec("audio", "opus", 111, 48000, channels=2, fmtp="minptime=10;useinbandfec=1"),
    Codec("audio", "red", 63, 48000, channels=2, fmtp="111/111"),  # RFC 2198; names opus by its number
    Codec("video", "VP8", 96, 90000, feedback=VIDEO_FEEDBACK, rtx_payload_type=97),
    Codec("video", "H264", 102, 90000, fmtp=H264_FMTP, feedback=VIDEO_FEEDBACK, rtx_payload_type=103),
    Codec("video", "VP9", 98, 90000, fmtp="profile-id=0", feedback=VIDEO_FEEDBACK, rtx_payload_type=99),
    Codec("video", "AV1", 100, 90000, fmtp=AV1_FMTP, feedback=VIDEO_FEEDBACK, rtx_payload_type=101),
)
CLOCK_RATE: dict[Kind, int] = {"audio": 48000, "video": 90000}
CODEC_OF = {codec.payload_type: codec for codec in CODECS}
CODEC_NAMED = {codec.name: codec for codec in CODECS}
MEDIA_TYPE_OF_RTX = {c.rtx_payload_type: c.payload_type for c in CODECS if c.rtx_payload_type is not None}
RTX_OF = {c.payload_type: c.rtx_payload_type for c in CODECS if c.rtx_payload_type is not None}

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
VIDEO_ORIENTATION = "urn:3gpp:video-orientation"
PLAYOUT_DELAY = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
DEPENDENCY_DESCRIPTOR = (
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
)

# Ids stay below 15, so that the one-byte form (RFC 8285 4.2) can hold them; only a dependency descriptor may
# be longer than that form allows, which is why `a=extmap-allow-mixed` is offered with it.
HIGHEST_EXTENSION_ID = 14
EXTENSIONS: dict[int, str] = {
    Extension.MID: MID,
    Extension.ABS_SEND_TIME: ABS_SEND_TIME,
    Extension.AUDIO_LEVEL: AUDIO_LEVEL,
    Extension.TRANSPORT_CC: TRANSPORT_CC,
    Extension.RID: RID,
    Extension.REPAIRED_RID: REPAIRED_RID,
    Extension.VIDEO_ORIENTATION: VIDEO_ORIENTATION,
    Extension.PLAYOUT_DELAY: PLAYOUT_DELAY,
    Extension.DEPENDENCY_DESCRIPTOR: DEPENDENCY_DESCRIPTOR,
}
EXTENSION_NAMED = {uri: number for number, uri in EXTENSIONS.items()}

# Simulcast layers of a camera, the smallest first: Chromium sends the first named at a quarter of the size.
RIDS = ("l", "m", "h")


@dataclass(frozen=True)
class Features:
    """What of the table is offered. The default asks nothing of the plane but to forward.

    `codecs`: names, in order of preference; of these Chromium sends only the first it can (RFC 9429 5.3.1).
    VP8 before H.264, because every browser has both (RFC 7742). `transport_cc`: only where the feedback is
    given, because an offer of it without starves the sender. `simulcast`: a camera may send RIDS. `dtx`:
    Opus may fall silent. The other three are header extensions by name.
    """

    codecs: tuple[str, ...] = ("opus", "VP8", "H264")
    transport_cc: bool = False
    simulcast: bool = False
    dtx: bool = False
    video_orientation: bool = False
    playout_delay: bool = False
    dependency_descriptor: bool = False

    def __post_init__(self) -> None:
        unknown = [name for name in self.codecs if name not in CODEC_NAMED]
        if unknown or len(set(self.codecs)) != len(self.codecs):
            raise ValueError(f"codecs are named once each, of {', '.join(CODEC_NAMED)}: {self.codecs}")


@dataclass(frozen=True)
class Line:
    """One m-line, seen from the relay: it receives ("recvonly") or sends ("sendonly").

    `mid` is one character, which the plane patches in place. Browsers keep in step what shares a `stream`.
    """

    mid: str
    kind: Kind
    direction: Literal["recvonly", "sendonly"]
    stream: str = ""

    @property
    def is_camera(self) -> bool:
        """Whether simulcast may be received on it."""
        return self.kind == "video" and self.direction == "recvonly"


Layout = tuple[Line, ...]

MIDS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
MICROPHONE, CAMERA = Line("0", "audio", "recvonly"), Line("1", "video", "recvonly")
MAX_VIDEO_SLOTS = 6
MAX_AUDIO_SLOTS = len(MIDS) - 2 - MAX_VIDEO_SLOTS

# A consultation. Slots, reused for the whole call: what one sends, then what the other person sends.
LAYOUT: Layout = (
    MICROPHONE,
    CAMERA,
    Line("2", "audio", "sendonly", "remote-1"),
    Line("3", "video", "sendonly", "remote-1"),
)


def workshop_layout(audio_slots: int, video_slots: int) -> Layout:
    """Microphone, camera, then slots for whoever is heard and whoever is seen, each filled on its own.

    Raises ValueError for more slots than there may be.
    """
    if not (0 <= audio_slots <= MAX_AUDIO_SLOTS and 0 <= video_slots <= MAX_VIDEO_SLOTS):
        raise ValueError(f"{audio_slots} audio and {video_slots} video slots are too many or too few")
    audio, rest = MIDS[2 : 2 + audio_slots], MIDS[2 + audio_slots :]
    return (MICROPHONE, CAMERA, *_slots("audio", audio), *_slots("video", rest[:video_slots]))


def _slots(kind: Kind, mids: str) -> Layout:
    return tuple(Line(mid, kind, "sendonly", f"remote-{mid}") for mid in mids)


def send_lines(layout: Layout) -> Layout:
    """Those in which the relay sends."""
    return tuple(line for line in layout if line.direction == "sendonly")


DEFAULT_FEATURES = Features()


def offered_codecs(kind: Kind, features: Features = DEFAULT_FEATURES) -> tuple[Codec, ...]:
    """The codecs of one kind, in order of preference."""
    named = (CODEC_NAMED[name] for name in features.codecs)
    return tuple(codec for codec in named if codec.kind == kind)


def payload_types(kind: Kind, features: Features = DEFAULT_FEATURES) -> tuple[int, ...]:
    """All payload types of an m-line of this kind, in order of preference, each before its RTX."""
    pairs = ((codec.payload_type, codec.rtx_payload_type) for codec in offered_codecs(kind, features))
    return tuple(number for pair in pairs for number in pair if number is not None)


def offered_extensions(
    kind: Kind, *, layers: bool = False, features: Features = DEFAULT_FEATURES
) -> dict[int, str]:
    """Header extensions of an m-line by canonical id; `layers`: several streams may be sent on it."""
    is_video = kind == "video"
    offered = {
        MID: True,
        ABS_SEND_TIME: is_video,
        AUDIO_LEVEL: not is_video,
        TRANSPORT_CC: features.transport_cc,
        RID: layers and features.simulcast,
        REPAIRED_RID: layers and features.simulcast,
        VIDEO_ORIENTATION: is_video and features.video_orientation,
        PLAYOUT_DELAY: is_video and features.playout_delay,
        DEPENDENCY_DESCRIPTOR: is_video and features.dependency_descriptor,
    }
    return {number: uri for number, uri in EXTENSIONS.items() if offered[uri]}
