"""SDP as the load generator reads and writes it: one bundled transport, Opus and VP8. Pure text and values.

It answers the relay's offers in any layout, and speaks both sides with Janus. Not a parser for strangers.
"""

from dataclasses import dataclass, field

OPUS, VP8, VP8_RTX = 111, 96, 97
TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
# As the relay numbers them; with Janus we are the ones who choose.
EXTENSIONS = {
    "audio": {MID: 1, AUDIO_LEVEL: 3, TRANSPORT_CC: 4},
    "video": {MID: 1, ABS_SEND_TIME: 2, TRANSPORT_CC: 4},
}
TYPES = {"audio": (OPUS,), "video": (VP8, VP8_RTX)}
CODEC_LINES = {
    "audio": ["a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1"],
    "video": [
        "a=rtpmap:96 VP8/90000",
        "a=rtcp-fb:96 nack",
        "a=rtcp-fb:96 nack pli",
        "a=rtcp-fb:96 ccm fir",
        "a=rtcp-fb:96 goog-remb",
        "a=rtpmap:97 rtx/90000",
        "a=fmtp:97 apt=96",
    ],
}


@dataclass(frozen=True)
class Line:
    """One m-line; `ssrcs`: media and, for video, its retransmissions."""

    mid: str
    kind: str
    direction: str
    extensions: dict[str, int] = field(default_factory=dict)
    ssrcs: tuple[int, ...] = ()


@dataclass(frozen=True)
class Description:
    """One side."""

    ufrag: str
    password: str = field(repr=False)
    fingerprint: str
    setup: str
    lines: tuple[Line, ...]
    address: tuple[str, int] = ("127.0.0.1", 9)


def read(text: str) -> Description:
    """The other side's description."""
    session, *sections = [part.split("\r\n") for part in text.split("\r\nm=")]
    lines = tuple(_line(rows) for rows in sections)
    rows = [*session, *(row for part in sections for row in part)]
    candidates = [value.split(" ") for value in _values(rows, "candidate")]
    host, port = next((c[4], c[5]) for c in candidates if c[2].lower() == "udp")
    return Description(
        ufrag=_values(rows, "ice-ufrag")[0],
        password=_values(rows, "ice-pwd")[0],
        fingerprint=_values(rows, "fingerprint")[0].split(" ")[1],
        setup=_values(rows, "setup")[0],
        lines=lines,
        address=(host, int(port)),
    )


def _line(rows: list[str]) -> Line:
    kind = rows[0].split(" ")[0]
    extensions = {}
    for value in _values(rows, "extmap"):
        number, uri = value.split(" ")[:2]
        extensions[uri] = int(number.partition("/")[0])
    direction = next(row[2:] for row in rows if row[2:] in ANSWERS)
    return Line(_values(rows, "mid")[0], kind, direction, extensions)


def _values(rows: list[str], name: str) -> list[str]:
    return [row[len(name) + 3 :] for row in rows if row.startswith(f"a={name}:")]


ANSWERS = {"sendonly": "recvonly", "recvonly": "sendonly", "sendrecv": "sendrecv", "inactive": "inactive"}


def write(own: Description) -> str:
    """Our offer or answer."""
    rows = [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE " + " ".join(line.mid for line in own.lines),
    ]
    for line in own.lines:
        rows += _section(line, own)
    return "\r\n".join(rows) + "\r\n"


def _section(line: Line, own: Description) -> list[str]:
    rows = [
        f"m={line.kind} 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, TYPES[line.kind]))}",
        "c=IN IP4 127.0.0.1",
        f"a=mid:{line.mid}",
        f"a={line.direction}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        f"a=ice-ufrag:{own.ufrag}",
        f"a=ice-pwd:{own.password}",
        f"a=fingerprint:sha-256 {own.fingerprint}",
        f"a=setup:{own.setup}",
        *(f"a=extmap:{number} {uri}" for uri, number in line.extensions.items()),
        *CODEC_LINES[line.kind],
    ]
    if TRANSPORT_CC in line.extensions:
        rows.append(f"a=rtcp-fb:{TYPES[line.kind][0]} transport-cc")
    if line.ssrcs:
        rows.append("a=msid:- " + line.kind)
    if len(line.ssrcs) == 2:
        rows.append(f"a=ssrc-group:FID {line.ssrcs[0]} {line.ssrcs[1]}")
    rows += [f"a=ssrc:{ssrc} cname:bench" for ssrc in line.ssrcs]
    rows.append(f"a=candidate:1 1 udp 2130706431 {own.address[0]} {own.address[1]} typ host")
    return rows
