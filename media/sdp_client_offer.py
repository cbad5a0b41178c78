"""Offers of clients that do not wait for ours, and our answers: WHIP (RFC 9725) publishes, WHEP watches.

Pure text and values. Such a client chooses the payload types and extension ids; they are read into the
values of media/sdp.py, with maps to the canonical ones of media/codecs.py. We answer as ICE-lite and
`setup:passive`, so that the client checks connectivity and we stay the DTLS server. As RFC 9725 4.4 has it:
one bundle, at most one audio and one video line, and all or nothing, because nobody would notice a sound
that was left out. An offer that cannot be used is SdpRefused, never another exception. Not here: HTTP, and
what comes while the session runs (media/sdp_fragment.py).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from media import sdp_reading as read
from media.codecs import (
    CODEC_NAMED,
    CODEC_OF,
    DEFAULT_FEATURES,
    EXTENSION_NAMED,
    EXTENSIONS,
    HIGHEST_EXTENSION_ID,
    MID,
    Codec,
    Features,
    Kind,
    offered_extensions,
)
from media.errors import SdpRefused
from media.extensions import Extension
from media.sdp import Answer, AnsweredLine, OfferParameters
from media.sdp_reading import RtpMap, Section
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

DESCRIPTION_TYPE = "application/sdp"
STREAM = "remote-1"

Role = Literal["publish", "watch"]

_KINDS: Mapping[str, Kind] = {"audio": "audio", "video": "video"}
_MID = re.compile(r"[!#-'*+.0-9A-Z^-~-]{1,64}\Z")  # a token (RFC 8866 9)


@dataclass(frozen=True)
class OfferedLine:
    """One m-line in the client's words; `taken` is None where we reject it. `fmtp` by its payload types."""

    media: tuple[str, ...]
    mid: str
    taken: AnsweredLine | None
    fmtp: Mapping[int, str]


@dataclass(frozen=True)
class ClientOffer:
    """A usable offer. `answer` holds what a browser's answer would: the lines taken, and the transport."""

    answer: Answer
    lines: tuple[OfferedLine, ...]
    bundled: bool
    mixed: bool  # header extensions of either form


def parse_client_offer(text: str, role: Role, features: Features = DEFAULT_FEATURES) -> ClientOffer:
    """Read an offer to publish or to watch with what `features` has. Raises SdpRefused."""
    session, parts = read.read_description(text)
    read.no_ice_lite(session, parts)
    lines = _lines(parts, role, features)
    used = [(part, line.taken) for part, line in zip(parts, lines, strict=True) if line.taken is not None]
    if not used:
        raise SdpRefused("the offer has neither audio nor video")
    taken = tuple(line for _, line in used)
    bundled = _check_bundle(session, len(parts), taken)
    _check_numbers(taken)
    read.check_ssrcs((line.ssrc, line.rtx_ssrc) for line in taken)
    if any(read.setup_role(session, part) not in ("actpass", "active") for part, _ in used):
        raise SdpRefused("the offer must let us be a=setup:passive")
    first = used[0][0]
    read.password(session, first)  # ours is checked, theirs is not; but without one they cannot check at all
    answer = Answer(read.ufrag(session, first), read.fingerprints(session, first), taken)
    return ClientOffer(answer, lines, bundled, "extmap-allow-mixed" in session)


def _lines(parts: Sequence[Section], role: Role, features: Features) -> tuple[OfferedLine, ...]:
    found: list[OfferedLine] = []
    for part in parts:
        if len(part.media) < 4:
            raise SdpRefused("an m-line must have a port, a protocol and formats")
        mid = part.first("mid") or ""
        if (mid or len(parts) > 1) and (not _MID.match(mid) or mid in {line.mid for line in found}):
            raise SdpRefused("every m-line must have a mid of its own")
        kind = _KINDS.get(part.media[0])
        taken = _taken(part, mid, kind, role, features) if kind is not None and _is_enabled(part) else None
        if taken is not None and any(taken.kind == line.taken.kind for line in found if line.taken):
            raise SdpRefused(f"only one m-line of {taken.kind} can be taken")
        found.append(
            OfferedLine(tuple(part.media), mid, taken, read.format_parameters(part) if taken else {})
        )
    return tuple(found)


def _is_enabled(part: Section) -> bool:
    """Whether the client wants the m-line; port 0 means no, but not in a bundle (RFC 9143 6)."""
    return (part.media[1] != "0" or "bundle-only" in part) and "inactive" not in part


def _taken(part: Section, mid: str, kind: Kind, role: Role, features: Features) -> AnsweredLine:
    publishes = role == "publish"
    if part.media[2] != read.PROTOCOL or "rtcp-mux" not in part:
        raise SdpRefused(f"an m-line must be {read.PROTOCOL} with rtcp-mux")
    if not read.direction(part)[0 if publishes else 1]:
        raise SdpRefused("an m-line has the wrong direction")
    payload_map = _payload_map(part, kind, features)
    if not any(number in CODEC_OF for number in payload_map.values()):
        raise SdpRefused(f"the offer has no codec for {kind} that we have")
    rids = read.layers(part, "send") if publishes and kind == "video" and features.simulcast else ()
    ssrc, rtx_ssrc = read.announced(part) if publishes and not rids else (None, None)
    return AnsweredLine(
        mid=mid,
        kind=kind,
        sends=publishes,
        receives=not publishes,
        payload_types=frozenset(payload_map.values()),
        ssrc=ssrc,
        rtx_ssrc=rtx_ssrc,
        rids=rids,
        payload_map=payload_map,
        extension_map=_extension_map(part, mid, kind, layers=bool(rids), features=features),
        feedback=read.feedback(part, payload_map),
    )


def _payload_map(part: Section, kind: Kind, features: Features) -> dict[int, int]:
    """Their payload types to ours, in their order; of two for the same codec the first counts."""
    maps, fmtp, numbers = read.rtp_maps(part), read.format_parameters(part), read.payload_types(part)
    found: dict[int, int] = {}
    for number in numbers:
        codec = _codec(maps.get(number), fmtp.get(number, ""), kind)
        if codec is None or codec.name not in features.codecs or codec.payload_type in found.values():
            continue
        found[number] = codec.payload_type
    opus, red = CODEC_NAMED["opus"].payload_type, CODEC_NAMED["red"].payload_type
    if found.get(opus) != opus:  # RED names opus by number in every packet
        found = {own: ours for own, ours in found.items() if ours != red}
    for number in numbers:
        said = maps.get(number)
        if said is None or said.name != "rtx":
            continue
        repaired = CODEC_OF.get(found.get(_apt(fmtp.get(number, "")), -1))
        if (
            repaired is None
            or repaired.rtx_payload_type is None
            or repaired.rtx_payload_type in found.values()
        ):
            continue
        found[number] = repaired.rtx_payload_type
    return found


def _apt(fmtp: str) -> int:
    """Which payload type is repaired (RFC 4588 8.1)."""
    value = read.named_parameters(fmtp).get("apt")
    return read.number(value, 127) if value is not None else -1


def _codec(said: RtpMap | None, fmtp: str, kind: Kind) -> Codec | None:
    """The codec of ours that this is, of a profile that everybody can decode."""
    if said is None:
        return None
    for codec in CODEC_OF.values():
        same = (codec.name.lower(), codec.clock_rate, codec.channels) == (
            said.name,
            said.clock_rate,
            said.channels,
        )
        if same and codec.kind == kind:
            return codec if _is_common_profile(codec, fmtp) else None
    return None


def _is_common_profile(codec: Codec, fmtp: str) -> bool:
    said = read.named_parameters(fmtp)
    if codec.name == "H264":  # RFC 6184 8.1: baseline at any level; without a mode it is 0
        return said.get("packetization-mode") == "1" and said.get("profile-level-id", "").lower().startswith(
            "42"
        )
    if codec.name == "red":
        return fmtp == codec.fmtp
    profile = {"VP9": "profile-id", "AV1": "profile"}.get(codec.name)
    return profile is None or said.get(profile, "0") == "0"


def _extension_map(
    part: Section, mid: str, kind: Kind, *, layers: bool, features: Features
) -> dict[int, int]:
    """Their extension ids to ours. A mid that is not one character could not be patched in place."""
    ours = offered_extensions(kind, layers=layers, features=features)
    return {
        number: EXTENSION_NAMED[uri]
        for number, uri in read.extensions(part).items()
        if uri in ours.values() and number <= HIGHEST_EXTENSION_ID and (uri != MID or len(mid) == 1)
    }


def _check_bundle(session: Section, count: int, taken: Sequence[AnsweredLine]) -> bool:
    """Whether there is a bundle; several m-lines must have one (RFC 9725 4.4.1)."""
    groups = read.bundles(session)
    if not groups and count == 1:
        return False
    if len(groups) != 1 or not {line.mid for line in taken}.issubset(groups[0]):
        raise SdpRefused("the offer must bundle its m-lines")
    return True


def _check_numbers(taken: Sequence[AnsweredLine]) -> None:
    """On one transport a number means one thing (RFC 9143 9.1; RFC 8285 8)."""
    for maps in ([line.payload_map for line in taken], [line.extension_map for line in taken]):
        pairs = {pair for one in maps for pair in one.items()}
        if len({own for own, _ in pairs}) != len(pairs):
            raise SdpRefused("a payload type or extension id has two meanings in the bundle")


def build_client_answer(offer: ClientOffer, ours: OfferParameters) -> str:
    """Our answer. `ours.slots` by the mids of lines that receive; its layout is not used."""
    taken = offer.answer.lines
    mixed = offer.mixed and any(Extension.DEPENDENCY_DESCRIPTOR in line.extensions for line in taken)
    mids = [line.mid for line in taken] if offer.bundled else []
    rows = session_lines(ours.session_id, ours.number, mids, mixed=mixed)
    for line in offer.lines:
        rows += _rejected(line) if line.taken is None else _answered(line, line.taken, ours)
        if line.taken is taken[0]:  # the bundle's transport
            rows += candidate_lines(ours.addresses, ours.port, ours.tcp_port)
    return "\r\n".join(rows) + "\r\n"


def _rejected(line: OfferedLine) -> list[str]:
    kind, _, *rest = line.media
    return [
        " ".join((f"m={kind}", "0", *rest)),
        "c=IN IP4 0.0.0.0",
        *([f"a=mid:{line.mid}"] if line.mid else []),
    ]


def _answered(line: OfferedLine, taken: AnsweredLine, ours: OfferParameters) -> list[str]:
    types = " ".join(str(number) for number in taken.payload_map)
    rows = [
        f"m={taken.kind} 9 {read.PROTOCOL} {types}",
        "c=IN IP4 0.0.0.0",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        *([f"a=mid:{taken.mid}"] if taken.mid else []),
        "a=recvonly" if taken.sends else "a=sendonly",
        *transport_lines(ours.credentials, ours.fingerprint, "passive"),
        *(f"a=extmap:{own} {EXTENSIONS[ours_id]}" for own, ours_id in taken.extension_map.items()),
        *_codecs(line, taken, ours.features),
        *simulcast_lines(taken.rids),
    ]
    if taken.receives:
        slot = ours.slots[taken.mid]
        rows += ssrc_lines(STREAM, taken.kind, slot.ssrc, slot.rtx_ssrc)
    return rows


def _codecs(line: OfferedLine, taken: AnsweredLine, features: Features) -> list[str]:
    rows: list[str] = []
    own_number = {ours: own for own, ours in taken.payload_map.items()}
    for own, ours in taken.payload_map.items():
        codec = CODEC_OF.get(ours)
        if codec is None:
            continue
        rtx = own_number.get(codec.rtx_payload_type) if codec.rtx_payload_type is not None else None
        # A video profile is the client's choice; how we like to get opus is ours.
        fmtp = line.fmtp.get(own, "") if codec.kind == "video" else own_fmtp(codec, features)
        # Feedback about numbers that nobody writes would be a promise we cannot keep.
        shared = taken.feedback if taken.transport_cc else taken.feedback - {"transport-cc"}
        feedback = [kind for kind in own_feedback(codec, features) if kind in shared]
        rows += codec_lines(codec, own, rtx, fmtp, feedback)
    return rows
