"""What a relay offers in a room of each shape: features, layout, and a seat's description, restarted too."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from media.codecs import LAYOUT, Features, Layout, send_lines, workshop_layout
from media.ice import IceCredentials
from media.model import Shape
from media.sdp import OfferParameters, SlotSsrcs

AUDIO_SLOTS, VIDEO_SLOTS = 3, 6  # of a workshop's viewer
# RED first: Opus twice in every packet comes through loss that would else be heard (RFC 2198).
CODECS = ("red", "opus", "VP8", "H264", "VP9", "AV1")
CONSULTATION = Features(CODECS, transport_cc=True, video_orientation=True, playout_delay=True)
FEATURES: dict[Shape, Features] = {
    "consultation": CONSULTATION,
    "workshop": replace(CONSULTATION, simulcast=True),
}
LAYOUTS: dict[Shape, Layout] = {
    "consultation": LAYOUT,
    "workshop": workshop_layout(AUDIO_SLOTS, VIDEO_SLOTS),
}
# After an outage Chromium's sender climbs by 8 % a second from next to nothing, unless told where to begin.
RESTART_KBPS = 600


@dataclass(frozen=True)
class Place:
    """Where a relay is reached, and the certificate it shows."""

    addresses: Sequence[str]
    port: int
    tcp: bool
    fingerprint: str


def describe(place: Place, shape: Shape, number: int, credentials: IceCredentials) -> OfferParameters:
    """A new seat's offer. The SSRCs are random: they must not meet those of another seat of the browser."""
    layout = LAYOUTS[shape]
    lines = send_lines(layout)
    ssrcs = iter(secrets.SystemRandom().sample(range(1, 1 << 31), 2 * len(lines)))
    slots = {
        line.mid: SlotSsrcs(next(ssrcs), next(ssrcs) if line.kind == "video" else None) for line in lines
    }
    return OfferParameters(
        session_id=secrets.randbits(62),
        number=number,
        credentials=credentials,
        fingerprint=place.fingerprint,
        addresses=place.addresses,
        port=place.port,
        slots=slots,
        tcp_port=place.port if place.tcp else None,
        features=FEATURES[shape],
        layout=layout,
    )


def restarted(before: OfferParameters, number: int, credentials: IceCredentials) -> OfferParameters:
    """The same seat's next offer, for an ICE restart."""
    start_kbps = RESTART_KBPS + number % 2  # only another one than before counts
    return replace(before, number=number, credentials=credentials, start_kbps=start_kbps)
