"""Reads a session description from outside, line by line, into values. Pure text.

What these lines must say together is decided by who reads: media/sdp.py an answer to our offer,
media/sdp_client_offer.py another client's offer. Whatever cannot be read is SdpRefused, never another error.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from media.errors import SdpRefused

MAX_SDP_CHARACTERS = 64_000
MAX_SDP_LINES = 2000
PROTOCOL = "UDP/TLS/RTP/SAVPF"
HIGHEST_ASSIGNABLE_EXTENSION_ID = 4351  # RFC 8285 7: above 255 to offer more than fit

_LINE = re.compile(r"[a-z]=[^\x00-\x08\x0a-\x1f]*\Z")
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}\Z")  # RFC 8839 5.4
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}\Z")
_RID = re.compile(r"[A-Za-z0-9_-]{1,255}\Z")  # RFC 8851 10, RFC 8852 3
_DIRECTIONS = {"sendrecv": (True, True), "sendonly": (True, False), "recvonly": (False, True)}
_DIGEST = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*\Z")
_DIGEST_BYTES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}


@dataclass
class Section:
    """One m-line, or the part before the first, as lists of attribute values by name."""

    media: list[str]
    attributes: dict[str, list[str]]

    def all(self, name: str) -> list[str]:
        return self.attributes.get(name, [])

    def first(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)

    def __contains__(self, name: str) -> bool:
        return name in self.attributes


def read_description(text: str) -> tuple[Section, list[Section]]:
    """The part before the first m-line, and the m-lines."""
    if text.partition("\n")[0].rstrip("\r") != "v=0":
        raise SdpRefused("a description must begin with v=0")
    return read_sections(text)


def read_sections(text: str) -> tuple[Section, list[Section]]:
    """The same of a part of a description (RFC 8840 9), which has no v=0."""
    if len(text) > MAX_SDP_CHARACTERS:
        raise SdpRefused("the description is too long")
    rows = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(rows) > MAX_SDP_LINES:
        raise SdpRefused("the description has too many lines")
    sections = [Section([], {})]
    for row in rows:
        if not _LINE.match(row):
            raise SdpRefused("a line of the description is not of the form x=value")
        if row[0] == "m":
            sections.append(Section(row[2:].split(" "), {}))
        elif row[0] == "a":
            name, _, value = row[2:].partition(":")
            sections[-1].attributes.setdefault(name, []).append(value)
    return sections[0], sections[1:]


def number(text: str, highest: int) -> int:
    """A number of decimal digits up to `highest`."""
    if not re.fullmatch(r"[0-9]{1,10}", text, re.ASCII) or int(text) > highest:
        raise SdpRefused("a number in the description is none, or is out of range")
    return int(text)


def ssrc(text: str) -> int:
    return number(text, 0xFFFFFFFF)


def payload_types(part: Section) -> list[int]:
    """The m-line's payload types, in their order."""
    found = [number(value, 127) for value in part.media[3:]]
    if len(set(found)) != len(found):
        raise SdpRefused("a payload type stands twice in an m-line")
    return found


@dataclass(frozen=True)
class RtpMap:
    """What a payload type stands for; the name in lower case, parameters as they stand."""

    name: str
    clock_rate: int
    channels: int


def rtp_maps(part: Section) -> dict[int, RtpMap]:
    """By payload type (RFC 8866 6.6)."""
    found: dict[int, RtpMap] = {}
    for value in part.all("rtpmap"):
        payload_type, _, encoding = value.partition(" ")
        name, *rest = encoding.split("/")
        if not 1 <= len(rest) <= 2 or not name:
            raise SdpRefused("an a=rtpmap is malformed")
        numbers = [number(text.strip(), 0xFFFFFFFF) for text in rest]
        found[number(payload_type, 127)] = RtpMap(name.lower(), numbers[0], (*numbers, 1)[1])
    return found


def format_parameters(part: Section) -> dict[int, str]:
    """`a=fmtp` by payload type (RFC 8866 6.15)."""
    pairs = (value.partition(" ") for value in part.all("fmtp"))
    return {number(payload_type, 127): text.strip() for payload_type, _, text in pairs}


def named_parameters(text: str) -> dict[str, str]:
    """name=value;name=value, names in lower case."""
    pairs = (item.partition("=") for item in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}


def feedback(part: Section, chosen: Iterable[int]) -> frozenset[str]:
    """What `a=rtcp-fb` asks for with any of these payload types (RFC 4585 4.2)."""
    named = {"*", *(str(payload_type) for payload_type in chosen)}
    pairs = (value.partition(" ") for value in part.all("rtcp-fb"))
    return frozenset(kind.strip() for payload_type, _, kind in pairs if payload_type in named)


def extensions(part: Section) -> dict[int, str]:
    """URI of each header extension by its id (RFC 8285 5)."""
    found: dict[int, str] = {}
    for value in part.all("extmap"):
        first, _, rest = value.partition(" ")
        found_id = number(first.partition("/")[0], HIGHEST_ASSIGNABLE_EXTENSION_ID)
        if found_id == 0 or found_id in found:
            raise SdpRefused("the id of a header extension is 0 or stands twice")
        found[found_id] = rest.partition(" ")[0]
    return found


def layers(part: Section, direction: str) -> tuple[str, ...]:
    """Rids of the simulcast streams of one direction, in their order; () without (RFC 8853 5.1).

    Of alternatives for one stream the first counts; a stream that begins paused counts too.
    """
    value = part.first("simulcast")
    if value is None:
        return ()
    words = value.strip().split(" ")
    named = dict(zip(words[::2], words[1::2], strict=False))
    rids = tuple(one.split(",")[0].removeprefix("~") for one in named.get(direction, "").split(";") if one)
    declared = {
        words[0] for words in (value.split(" ") for value in part.all("rid")) if words[1:2] == [direction]
    }
    if len(words) % 2 or not declared.issuperset(rids) or len(set(rids)) != len(rids):
        raise SdpRefused("a=simulcast names a stream without its a=rid, or one twice")
    if any(not _RID.match(rid) for rid in rids):
        raise SdpRefused("a rid is malformed")
    return rids


def direction(part: Section) -> tuple[bool, bool]:
    """Whether the other side sends, and whether it receives."""
    named = [name for name in (*_DIRECTIONS, "inactive") if name in part]
    if len(named) > 1:
        raise SdpRefused("an m-line has two directions")
    return _DIRECTIONS.get(named[0] if named else "sendrecv", (False, False))


def announced(part: Section) -> tuple[int | None, int | None]:
    """Media and RTX SSRC (RFC 5576 4.1, 4.2)."""
    known = list(dict.fromkeys(ssrc(value.partition(" ")[0]) for value in part.all("ssrc")))
    for group in part.all("ssrc-group"):
        semantics, *members = group.split(" ")
        if semantics == "FID":
            if len(members) != 2:
                raise SdpRefused("an FID group must have two SSRCs")
            return ssrc(members[0]), ssrc(members[1])
    return (known[0], None) if known else (None, None)


def check_ssrcs(pairs: Iterable[tuple[int | None, int | None]]) -> None:
    """No SSRC may be announced for two streams."""
    ssrcs = [one for pair in pairs for one in pair if one is not None]
    if len(set(ssrcs)) != len(ssrcs):
        raise SdpRefused("an SSRC is used twice")


def bundles(session: Section) -> list[list[str]]:
    """The mids of each BUNDLE group (RFC 9143)."""
    groups = (value.split(" ") for value in session.all("group"))
    return [mids for semantics, *mids in groups if semantics == "BUNDLE"]


def setup_role(session: Section, part: Section) -> str:
    return part.first("setup") or session.first("setup") or ""


def ufrag(session: Section, part: Section) -> str:
    found = part.first("ice-ufrag") or session.first("ice-ufrag") or ""
    if not _UFRAG.match(found):
        raise SdpRefused("there is no usable a=ice-ufrag")
    return found


def password(session: Section, part: Section) -> str:
    found = part.first("ice-pwd") or session.first("ice-pwd") or ""
    if not _PASSWORD.match(found):
        raise SdpRefused("there is no usable a=ice-pwd")
    return found


def fingerprints(session: Section, part: Section) -> tuple[tuple[str, str], ...]:
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
        raise SdpRefused("there is no usable a=fingerprint")
    return tuple(found)


def no_ice_lite(session: Section, parts: Sequence[Section]) -> None:
    if any("ice-lite" in part for part in (session, *parts)):
        raise SdpRefused("two ICE-lite sides cannot connect")
