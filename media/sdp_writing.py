"""The lines that our descriptions are made of. Pure: values in, lines of text out.

Which lines stand where is said by media/sdp.py (offers) and media/sdp_client_offer.py (answers).
"""

from collections.abc import Iterable, Sequence

from media.codecs import Codec, Features
from media.ice import IceCredentials

CNAME = "todoku"

# RFC 8445 5.1.2.1: type preference, local preference, component 1. TCP gets a lower type than any UDP
# candidate (RFC 6544 4.2 leaves it to us), so that it is taken where UDP does not pass.
UDP_HOST_TYPE, TCP_HOST_TYPE = 126, 90
BEST_LOCAL_PREFERENCE = 65535
PASSIVE = 4  # RFC 6544 4.2: direction-pref of passive host candidates, the upper three bits
BEST_OTHER_PREFERENCE = 8191


def session_lines(session_id: int, version: int, mids: Sequence[str], *, mixed: bool) -> list[str]:
    """What stands before the first m-line; `mixed`: header extensions may have either form (RFC 8285 6)."""
    return [
        "v=0",
        f"o=- {session_id} {version} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        *(["a=group:BUNDLE " + " ".join(mids)] if mids else []),
        *(["a=extmap-allow-mixed"] if mixed else []),
        "a=ice-lite",
        "a=msid-semantic: WMS *",
    ]


def transport_lines(credentials: IceCredentials, fingerprint: str, setup: str) -> list[str]:
    return [
        f"a=ice-ufrag:{credentials.ufrag}",
        f"a=ice-pwd:{credentials.password}",
        f"a=fingerprint:sha-256 {fingerprint}",
        f"a=setup:{setup}",
    ]


def candidate_lines(addresses: Sequence[str], port: int | None, tcp_port: int | None) -> list[str]:
    """Host candidates, the best first: UDP, and ICE-TCP passive (RFC 6544), where there is a port for it."""
    lines = []
    for at, address in enumerate(addresses if port is not None else ()):
        rank = _priority(UDP_HOST_TYPE, BEST_LOCAL_PREFERENCE - at)
        lines.append(f"a=candidate:{at + 1} 1 udp {rank} {address} {port} typ host")
    for at, address in enumerate(addresses if tcp_port is not None else ()):
        rank = _priority(TCP_HOST_TYPE, PASSIVE << 13 | BEST_OTHER_PREFERENCE - at)
        foundation = len(addresses) + at + 1
        lines.append(f"a=candidate:{foundation} 1 tcp {rank} {address} {tcp_port} typ host tcptype passive")
    return [*lines, "a=end-of-candidates"]


def _priority(type_preference: int, local_preference: int) -> int:
    return type_preference << 24 | local_preference << 8 | 255


def own_fmtp(codec: Codec, features: Features) -> str:
    """Format parameters as we offer them."""
    return codec.fmtp + (";usedtx=1" if codec.name == "opus" and features.dtx else "")


def own_feedback(codec: Codec, features: Features) -> list[str]:
    """Feedback as we offer it."""
    return [*codec.feedback, *(["transport-cc"] if features.transport_cc else [])]


def codec_lines(
    codec: Codec, payload_type: int, rtx: int | None, fmtp: str, feedback: Iterable[str]
) -> list[str]:
    """One codec under these payload types, which need not be the table's."""
    channels = f"/{codec.channels}" if codec.channels > 1 else ""
    lines = [f"a=rtpmap:{payload_type} {codec.name}/{codec.clock_rate}{channels}"]
    lines += [f"a=fmtp:{payload_type} {fmtp}"] if fmtp else []
    lines += [f"a=rtcp-fb:{payload_type} {kind}" for kind in feedback]
    if rtx is not None:
        lines += [f"a=rtpmap:{rtx} rtx/{codec.clock_rate}", f"a=fmtp:{rtx} apt={payload_type}"]
    return lines


def simulcast_lines(rids: Sequence[str]) -> list[str]:
    """That each of these streams is taken (RFC 8853), in the order given."""
    return [*(f"a=rid:{rid} recv" for rid in rids), "a=simulcast:recv " + ";".join(rids)] if rids else []


def ssrc_lines(stream: str, kind: str, ssrc: int, rtx_ssrc: int | None) -> list[str]:
    """What we send: its stream, its SSRC and that of its retransmissions (RFC 5576)."""
    lines = [f"a=msid:{stream} {stream}-{kind}"]
    if rtx_ssrc is not None:
        lines.append(f"a=ssrc-group:FID {ssrc} {rtx_ssrc}")
    return lines + [f"a=ssrc:{one} cname:{CNAME}" for one in (ssrc, rtx_ssrc) if one is not None]
