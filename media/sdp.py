"""The offer the relay makes, and what it reads of the browser's answer. Pure text and values.

The relay always offers (JSEP, RFC 9429), as ICE-lite, bundled on one transport, in a layout of
media/codecs.py; the SSRCs of what it will send stand in the first offer, so another person's arrival needs
no second one. A second offer of the same session with a higher number and other ICE credentials is an ICE
restart. The answer is read strictly: it comes from outside, and whatever a browser could not have answered
to this offer is SdpRefused, never another exception. Clients that offer: media/sdp_client_offer.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from media import sdp_reading as read
from media.codecs import (
    CODEC_OF,
    DEFAULT_FEATURES,
    LAYOUT,
    MEDIA_TYPE_OF_RTX,
    RIDS,
    Codec,
    Features,
    Kind,
    Layout,
    Line,
    offered_codecs,
    offered_extensions,
    payload_types,
)
from media.errors import SdpRefused
from media.extensions import Extension
from media.ice import IceCredentials
from media.sdp_reading import Section
from media.sdp_writing import CNAME as CNAME
from media.sdp_writing import (
    candidate_lines,
    codec_lines,
    own_feedback,
    own_fmtp,
    session_lines,
    simulcast_lines,
    ssrc_lines,
    transport_lines,
)


@dataclass(frozen=True)
class SlotSsrcs:
    """Fixed SSRCs of one sending m-line."""

    ssrc: int
    rtx_ssrc: int | None


@dataclass(frozen=True)
class OfferParameters:
    """All that differs between two descriptions of ours. `slots` by mid of the sending lines.

    `tcp_port`: where ICE-TCP is accepted, at the same addresses; None: nowhere. `udp`: offered, too; False
    where it was seen not to pass. `start_kbps`: at which rate Chromium's camera begins (again); it heeds only
    another one than before, and others heed none.
    """

    session_id: int
    number: int
    credentials: IceCredentials
    fingerprint: str
    addresses: Sequence[str]
    port: int
    slots: Mapping[str, SlotSsrcs]
    tcp_port: int | None = None
    features: Features = DEFAULT_FEATURES
    layout: Layout = LAYOUT
    start_kbps: int | None = None
    udp: bool = True


def build_offer(offer: OfferParameters) -> str:
    """The offer's text."""
    mids = [line.mid for line in offer.layout]
    mixed = offer.features.dependency_descriptor
    lines = session_lines(offer.session_id, offer.number, mids, mixed=mixed)
    for line in offer.layout:
        lines += _media_section(line, offer)
    return "\r\n".join(lines) + "\r\n"


def _media_section(line: Line, offer: OfferParameters) -> list[str]:
    features = offer.features
    types = " ".join(str(number) for number in payload_types(line.kind, features))
    lines = [
        f"m={line.kind} 9 {read.PROTOCOL} {types}",
        "c=IN IP4 0.0.0.0",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        f"a=mid:{line.mid}",
        f"a={line.direction}",
        # RFC 8842 5.3; an answer that leaves us the client is refused
        *transport_lines(offer.credentials, offer.fingerprint, "actpass"),
        *(f"a=extmap:{number} {uri}" for number, uri in _extensions(line, features).items()),
    ]
    for codec in offered_codecs(line.kind, features):
        fmtp, feedback = own_fmtp(codec, features), own_feedback(codec, features)
        if offer.start_kbps is not None and line.is_camera:
            fmtp = ";".join(filter(None, (fmtp, f"x-google-start-bitrate={offer.start_kbps}")))
        lines += codec_lines(codec, codec.payload_type, codec.rtx_payload_type, fmtp, feedback)
    if features.simulcast and line.is_camera:
        lines += simulcast_lines(RIDS)
    if line.direction == "sendonly":
        slot = offer.slots[line.mid]
        lines += ssrc_lines(line.stream, line.kind, slot.ssrc, slot.rtx_ssrc)
    if line is offer.layout[0]:  # the bundle's transport
        lines += candidate_lines(offer.addresses, offer.port if offer.udp else None, offer.tcp_port)
    return lines


def _extensions(line: Line, features: Features) -> dict[int, str]:
    return offered_extensions(line.kind, layers=line.is_camera, features=features)


@dataclass(frozen=True)
class AnsweredLine:
    """What the other side said to one m-line; without payload types it was rejected.

    `payload_types` are canonical (media/codecs.py). The maps lead from its own payload types and header
    extension ids to the canonical ones, in its order of preference; for a browser that answered us both are
    the same. `ssrc` and `rtx_ssrc` are what it will send with; None when it does not say, or does not send.
    `rids`: the simulcast streams it may send, in the order named; they have no SSRC yet.
    """

    mid: str
    kind: Kind
    sends: bool
    receives: bool
    payload_types: frozenset[int]
    ssrc: int | None = None
    rtx_ssrc: int | None = None
    rids: tuple[str, ...] = ()
    payload_map: Mapping[int, int] = field(default_factory=dict)
    extension_map: Mapping[int, int] = field(default_factory=dict)
    feedback: frozenset[str] = frozenset()

    @property
    def codecs(self) -> tuple[Codec, ...]:
        """The codecs shared; a browser sends the first."""
        return tuple(CODEC_OF[number] for number in self.payload_map.values() if number in CODEC_OF)

    @property
    def extensions(self) -> frozenset[int]:
        """Canonical ids of the header extensions accepted."""
        return frozenset(self.extension_map.values())

    @property
    def transport_cc(self) -> bool:
        """Whether transport-wide numbers are written and feedback about them understood."""
        return Extension.TRANSPORT_CC in self.extensions and "transport-cc" in self.feedback


@dataclass(frozen=True)
class Answer:
    """A usable answer."""

    ufrag: str
    fingerprints: tuple[tuple[str, str], ...]
    lines: tuple[AnsweredLine, ...]


def parse_answer(text: str, layout: Layout = LAYOUT, features: Features = DEFAULT_FEATURES) -> Answer:
    """Read an answer to the offer with this layout and these features. Raises SdpRefused for all else."""
    session, sections = read.read_description(text)
    if len(sections) != len(layout):
        raise SdpRefused(f"the answer must have {len(layout)} m-lines, as the offer has")
    lines = tuple(_answered_line(line, part, features) for line, part in zip(layout, sections, strict=True))
    used = [part for part, line in zip(sections, lines, strict=True) if line.payload_types]
    if not used:
        raise SdpRefused("the answer rejects every m-line")
    _check_bundle(session, lines)
    read.check_ssrcs((line.ssrc, line.rtx_ssrc) for line in lines)
    if any(read.setup_role(session, part) != "active" for part in used):
        raise SdpRefused("the answer must be a=setup:active")  # we stay the DTLS server
    read.no_ice_lite(session, sections)
    return Answer(read.ufrag(session, used[0]), read.fingerprints(session, used[0]), lines)


def _answered_line(line: Line, part: Section, features: Features) -> AnsweredLine:
    if len(part.media) < 4 or part.media[0] != line.kind:
        raise SdpRefused(f"m-line {line.mid} must be {line.kind}")
    if part.media[1] == "0":
        return AnsweredLine(line.mid, line.kind, False, False, frozenset())
    if part.first("mid") != line.mid:
        raise SdpRefused(f"m-line {line.mid} has another mid")
    if part.media[2] != read.PROTOCOL or "rtcp-mux" not in part:
        raise SdpRefused(f"m-line {line.mid} must be SAVPF with rtcp-mux")
    chosen = _chosen(line, part, features)
    sends, receives = read.direction(part)
    if (sends and line.direction == "sendonly") or (receives and line.direction == "recvonly"):
        raise SdpRefused(f"m-line {line.mid} answers {line.direction} with a direction of its own")
    rids = _rids(line, part, features) if sends else ()
    ssrc, rtx_ssrc = read.announced(part) if sends and not rids else (None, None)
    return AnsweredLine(
        mid=line.mid,
        kind=line.kind,
        sends=sends,
        receives=receives,
        payload_types=frozenset(chosen),
        ssrc=ssrc,
        rtx_ssrc=rtx_ssrc,
        rids=rids,
        payload_map={number: number for number in chosen},
        extension_map={number: number for number in _accepted(line, part, features)},
        feedback=read.feedback(part, chosen),
    )


def _chosen(line: Line, part: Section, features: Features) -> list[int]:
    """The answered payload types, which stand for what they stood for in the offer."""
    chosen = read.payload_types(part)
    if not set(chosen).issubset(payload_types(line.kind, features)):
        raise SdpRefused(f"m-line {line.mid} has payload types that were not offered")
    for payload_type, said in read.rtp_maps(part).items():
        if payload_type in chosen and said.name != _name(payload_type):
            raise SdpRefused(f"m-line {line.mid} gives payload type {payload_type} another meaning")
    return chosen


def _name(payload_type: int) -> str:
    return "rtx" if payload_type in MEDIA_TYPE_OF_RTX else CODEC_OF[payload_type].name.lower()


def _accepted(line: Line, part: Section, features: Features) -> list[int]:
    """Ids of the header extensions in the answer."""
    offered, answered = _extensions(line, features), read.extensions(part)
    if any(offered.get(number) != uri for number, uri in answered.items()):
        raise SdpRefused(f"m-line {line.mid} has a header extension that was not offered")
    return list(answered)


def _rids(line: Line, part: Section, features: Features) -> tuple[str, ...]:
    rids = read.layers(part, "send")
    offered = RIDS if features.simulcast and line.is_camera else ()
    if not set(rids).issubset(offered):
        raise SdpRefused(f"m-line {line.mid} sends simulcast streams that were not offered")
    return rids


def _check_bundle(session: Section, lines: Sequence[AnsweredLine]) -> None:
    groups = read.bundles(session)
    used = {line.mid for line in lines if line.payload_types}
    if len(groups) != 1 or not used.issubset(groups[0]):
        raise SdpRefused("the answer must bundle every m-line it uses")
