"""What a relay offers in a room of each shape: features, layout, and a seat's description, restarted too.

A device offers by itself and is answered; how we are reached is said to it in the same way.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from media.codecs import LAYOUT, Features, Kind, Layout, send_lines, workshop_layout
from media.ice import IceCredentials
from media.model import Shape
from media.sdp import OfferParameters, SlotSsrcs
from media.sdp_client_offer import ClientOffer

AUDIO_SLOTS, VIDEO_SLOTS = 3, 6  # of a workshop's viewer
# RED first: Opus twice in every packet comes through loss that would else be heard (RFC 2198).
CODECS = ("red", "opus", "VP8", "H264", "VP9", "AV1")
CONSULTATION = Features(CODECS, transport_cc=True, video_orientation=True, playout_delay=True)
FEATURES: dict[Shape, Features] = {
    "consultation": CONSULTATION,
    "workshop": replace(CONSULTATION, simulcast=True),
}
# Which of a foreign client's layers is the small one, nobody says; so it sends one stream.
DEVICE_FEATURES: dict[Shape, Features] = {
    shape: replace(features, simulcast=False) for shape, features in FEATURES.items()
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
    udp: bool = True  # False: it is known not to get through


def describe(place: Place, shape: Shape, number: int, credentials: IceCredentials) -> OfferParameters:
    """A new seat's offer."""
    layout = LAYOUTS[shape]
    slots = _slots((line.mid, line.kind) for line in send_lines(layout))
    described = _described(place, FEATURES[shape], number, credentials)
    return replace(described, slots=slots, layout=layout)


def describe_for(
    offer: ClientOffer, place: Place, shape: Shape, number: int, credentials: IceCredentials
) -> OfferParameters:
    """What a device's own offer is answered with."""
    slots = _slots((line.mid, line.kind) for line in offer.answer.lines if line.receives)
    return replace(_described(place, DEVICE_FEATURES[shape], number, credentials), slots=slots)


def _described(place: Place, features: Features, number: int, credentials: IceCredentials) -> OfferParameters:
    return OfferParameters(
        session_id=secrets.randbits(62),
        number=number,
        credentials=credentials,
        fingerprint=place.fingerprint,
        addresses=place.addresses,
        port=place.port,
        slots={},
        tcp_port=place.port if place.tcp else None,
        features=features,
        udp=place.udp,
    )


def _slots(lines: Iterable[tuple[str, Kind]]) -> dict[str, SlotSsrcs]:
    """The SSRCs are random: they must not meet those of another seat of the browser."""
    named = list(lines)
    ssrcs = iter(secrets.SystemRandom().sample(range(1, 1 << 31), 2 * len(named)))
    return {mid: SlotSsrcs(next(ssrcs), next(ssrcs) if kind == "video" else None) for mid, kind in named}


def restarted(before: OfferParameters, number: int, credentials: IceCredentials) -> OfferParameters:
    """The same seat's next offer, for an ICE restart."""
    start_kbps = RESTART_KBPS + number % 2  # only another one than before counts
    return replace(before, number=number, credentials=credentials, start_kbps=start_kbps)
