"""The offer the relay makes, and what it reads of the browser's answer. Pure text and values.

The relay always offers (JSEP, RFC 9429), as ICE-lite, bundled on one transport, in the layout of
media/codecs.py; the SSRCs of what it will send stand in the first offer, so another person's arrival needs
no second one. The answer is read strictly: it comes from outside, and whatever a browser could not have
answered to this offer is SdpRefused, never another exception.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from media.codecs import CODECS, EXTENSIONS, LAYOUT, SEND_LINES, Codec, Kind, Line, payload_types
from media.errors import SdpRefused
from media.ice import IceCredentials

CNAME = "todoku"
STREAM = "remote-1"  # both tracks of one person share a stream, so that the browser keeps lips in step
HOST_PRIORITY = 2130706431  # RFC 8445 5.1.2.1: type 126, local preference 65535, component 1
MAX_SDP_CHARACTERS = 64_000
MAX_SDP_LINES = 2000


@dataclass(frozen=True)
class SlotSsrcs:
    """Fixed SSRCs of one sending m-line."""

    ssrc: int
    rtx_ssrc: int | None


@dataclass(frozen=True)
class OfferParameters:
    """All that differs between two offers. `slots` by mid of the sending lines."""

    session_id: int
    number: int
    credentials: IceCredentials
    fingerprint: str
    addresses: Sequence[str]
    port: int
    slots: dict[str, SlotSsrcs]


def build_offer(offer: OfferParameters) -> str:
    """The offer's text."""
    lines = [
        "v=0",
        f"o=- {offer.session_id} {offer.number} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE " + " ".join(line.mid for line in LAYOUT),
        "a=ice-lite",
        "a=msid-semantic: WMS *",
    ]
    for line in LAYOUT:
        lines += _media_section(line, offer)
    return "\r\n".join(lines) + "\r\n"


def _media_section(line: Line, offer: OfferParameters) -> list[str]:
    types = " ".join(str(number) for number in payload_types(line.kind))
    lines = [
        f"m={line.kind} 9 UDP/TLS/RTP/SAVPF {types}",
        "c=IN IP4 0.0.0.0",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        f"a=mid:{line.mid}",
        f"a={line.direction}",
        f"a=ice-ufrag:{offer.credentials.ufrag}",
        f"a=ice-pwd:{offer.credentials.password}",
        f"a=fingerprint:sha-256 {offer.fingerprint}",
        "a=setup:actpass",  # RFC 8842 5.3; an answer that leaves us the client is refused
        *(f"a=extmap:{number} {uri}" for number, uri in EXTENSIONS[line.kind].items()),
    ]
    for codec in CODECS:
        if codec.kind == line.kind:
            lines += _codec_lines(codec)
    if line in SEND_LINES:
        lines += _ssrc_lines(line, offer.slots[line.mid])
    if line is LAYOUT[0]:  # the bundle's transport
        lines += [
            f"a=candidate:{at + 1} 1 udp {HOST_PRIORITY - 256 * at} {address} {offer.port} typ host"
            for at, address in enumerate(offer.addresses)
        ]
        lines.append("a=end-of-candidates")
    return lines


def _codec_lines(codec: Codec) -> list[str]:
    number, channels = codec.payload_type, f"/{codec.channels}" if codec.channels > 1 else ""
    lines = [f"a=rtpmap:{number} {codec.name}/{codec.clock_rate}{channels}"]
    lines += [f"a=fmtp:{number} {codec.fmtp}"] if codec.fmtp else []
    lines += [f"a=rtcp-fb:{number} {kind}" for kind in codec.feedback]
    if codec.rtx_payload_type is not None:
        rtx = codec.rtx_payload_type
        lines += [f"a=rtpmap:{rtx} rtx/{codec.clock_rate}", f"a=fmtp:{rtx} apt={number}"]
    return lines


def _ssrc_lines(line: Line, slot: SlotSsrcs) -> list[str]:
    lines = [f"a=msid:{STREAM} {STREAM}-{line.kind}"]
    if slot.rtx_ssrc is not None:
        lines.append(f"a=ssrc-group:FID {slot.ssrc} {slot.rtx_ssrc}")
    lines += [f"a=ssrc:{s} cname:{CNAME}" for s in (slot.ssrc, slot.rtx_ssrc) if s is not None]
    return lines


@dataclass(frozen=True)
class AnsweredLine:
    """What the browser said to one m-line; without payload types it was rejected.

    `ssrc` and `rtx_ssrc` are what it will send with; None when it does not say, or does not send.
    """

    mid: str
    kind: Kind
    sends: bool
    receives: bool
    payload_types: frozenset[int]
    ssrc: int | None = None
    rtx_ssrc: int | None = None


@dataclass(frozen=True)
class Answer:
    """A usable answer."""

    ufrag: str
    fingerprints: tuple[tuple[str, str], ...]
    lines: tuple[AnsweredLine, ...]


@dataclass
class _Section:
    """One m-line, or the part before the first, as lists of attribute values by name."""

    media: list[str]
    attributes: dict[str, list[str]]

    def all(self, name: str) -> list[str]:
        return self.attributes.get(name, [])

    def first(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)


_LINE = re.compile(r"[a-z]=[^\x00-\x08\x0a-\x1f]*\Z")
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}\Z")  # RFC 8839 5.4
_DIRECTIONS = {"sendrecv": (True, True), "sendonly": (True, False), "recvonly": (False, True)}
_DIGEST = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*\Z")
_DIGEST_BYTES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}


def parse_answer(text: str) -> Answer:
    """Read an answer to `build_offer`. Raises SdpRefused for everything else."""
    session, *sections = _sections(text)
    if len(sections) != len(LAYOUT):
        raise SdpRefused(f"the answer must have {len(LAYOUT)} m-lines, as the offer has")
    lines = tuple(_answered_line(line, part) for line, part in zip(LAYOUT, sections, strict=True))
    used = [part for part, line in zip(sections, lines, strict=True) if line.payload_types]
    if not used:
        raise SdpRefused("the answer rejects every m-line")
    _check_bundle(session, lines)
    _check_ssrcs(lines)
    _check_roles(session, used)
    return Answer(_ufrag(session, used[0]), _fingerprints(session, used[0]), lines)


def _sections(text: str) -> list[_Section]:
    if len(text) > MAX_SDP_CHARACTERS:
        raise SdpRefused("the answer is too long")
    rows = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(rows) > MAX_SDP_LINES or rows[0] != "v=0":
        raise SdpRefused("the answer must begin with v=0 and have a sensible number of lines")
    sections = [_Section([], {})]
    for row in rows:
        if not _LINE.match(row):
            raise SdpRefused("a line of the answer is not of the form x=value")
        if row[0] == "m":
            sections.append(_Section(row[2:].split(" "), {}))
        elif row[0] == "a":
            name, _, value = row[2:].partition(":")
            sections[-1].attributes.setdefault(name, []).append(value)
    return sections


def _answered_line(line: Line, part: _Section) -> AnsweredLine:
    if len(part.media) < 4 or part.media[0] != line.kind:
        raise SdpRefused(f"m-line {line.mid} must be {line.kind}")
    if part.media[1] == "0":
        return AnsweredLine(line.mid, line.kind, False, False, frozenset())
    if part.first("mid") != line.mid:
        raise SdpRefused(f"m-line {line.mid} has another mid")
    if part.media[2] != "UDP/TLS/RTP/SAVPF" or part.first("rtcp-mux") is None:
        raise SdpRefused(f"m-line {line.mid} must be SAVPF with rtcp-mux")
    offered = payload_types(line.kind)
    chosen = frozenset(_number(value, 127) for value in part.media[3:])
    if not chosen.issubset(offered):
        raise SdpRefused(f"m-line {line.mid} has payload types that were not offered")
    sends, receives = _direction(part)
    if (sends and line.direction == "sendonly") or (receives and line.direction == "recvonly"):
        raise SdpRefused(f"m-line {line.mid} answers {line.direction} with a direction of its own")
    ssrc, rtx_ssrc = _announced(part) if sends else (None, None)
    return AnsweredLine(line.mid, line.kind, sends, receives, chosen, ssrc, rtx_ssrc)


def _direction(part: _Section) -> tuple[bool, bool]:
    named = [name for name in (*_DIRECTIONS, "inactive") if name in part.attributes]
    if len(named) > 1:
        raise SdpRefused("an m-line has two directions")
    return _DIRECTIONS.get(named[0] if named else "sendrecv", (False, False))


def _announced(part: _Section) -> tuple[int | None, int | None]:
    """Media and RTX SSRC (RFC 5576 4.1, 4.2)."""
    known = list(dict.fromkeys(_ssrc(value.partition(" ")[0]) for value in part.all("ssrc")))
    for group in part.all("ssrc-group"):
        semantics, *members = group.split(" ")
        if semantics == "FID":
            if len(members) != 2:
                raise SdpRefused("an FID group must have two SSRCs")
            return _ssrc(members[0]), _ssrc(members[1])
    return (known[0], None) if known else (None, None)


def _ssrc(text: str) -> int:
    return _number(text, 0xFFFFFFFF)


def _number(text: str, highest: int) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text, re.ASCII) or int(text) > highest:
        raise SdpRefused("a number in the answer is none, or is out of range")
    return int(text)


def _check_bundle(session: _Section, lines: Sequence[AnsweredLine]) -> None:
    groups = [value.split(" ")[1:] for value in session.all("group") if value.split(" ")[0] == "BUNDLE"]
    used = {line.mid for line in lines if line.payload_types}
    if len(groups) != 1 or not used.issubset(groups[0]):
        raise SdpRefused("the answer must bundle every m-line it uses")


def _check_ssrcs(lines: Sequence[AnsweredLine]) -> None:
    ssrcs = [s for line in lines for s in (line.ssrc, line.rtx_ssrc) if s is not None]
    if len(set(ssrcs)) != len(ssrcs):
        raise SdpRefused("an SSRC is used twice")


def _check_roles(session: _Section, used: Sequence[_Section]) -> None:
    if any((part.first("setup") or session.first("setup")) != "active" for part in used):
        raise SdpRefused("the answer must be a=setup:active")  # we stay the DTLS server
    if "ice-lite" in session.attributes:
        raise SdpRefused("two ICE-lite sides cannot connect")


def _ufrag(session: _Section, part: _Section) -> str:
    ufrag = part.first("ice-ufrag") or session.first("ice-ufrag") or ""
    if not _UFRAG.match(ufrag):
        raise SdpRefused("the answer has no usable a=ice-ufrag")
    return ufrag


def _fingerprints(session: _Section, part: _Section) -> tuple[tuple[str, str], ...]:
    """The certificate's fingerprints we can check (RFC 8122)."""
    found = []
    for value in part.all("fingerprint") or session.all("fingerprint"):
        algorithm, _, digest = value.partition(" ")
        length = _DIGEST_BYTES.get(algorithm.lower())
        if length is None:
            continue
        if len(digest) != 3 * length - 1 or not _DIGEST.match(digest):
            raise SdpRefused("a fingerprint is malformed")
        found.append((algorithm.lower(), digest.upper()))
    if not found:
        raise SdpRefused("the answer has no usable a=fingerprint")
    return tuple(found)
