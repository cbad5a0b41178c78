"""What a WHIP or WHEP client says while its session runs: more candidates, ICE restarts (RFC 9725 4.3).

Pure text and values. The bodies are parts of a description (RFC 8840 9), and what cannot be read of them is
SdpRefused. Candidates are read and not used: an ICE-lite side sends no checks. Not here: HTTP, entity tags.
"""

import re
from dataclasses import dataclass, field, replace

from media import sdp_reading as read
from media.errors import SdpRefused
from media.sdp import Answer, OfferParameters
from media.sdp_client_offer import ClientOffer
from media.sdp_writing import candidate_lines

FRAGMENT_TYPE = "application/trickle-ice-sdpfrag"

_CANDIDATE = re.compile(  # RFC 8839 5.1: foundation, component, transport, priority, address, port, type
    r"[A-Za-z0-9+/]{1,32} [0-9]{1,3} [A-Za-z0-9-]{1,16} [0-9]{1,10} [^ ]{1,255} [0-9]{1,5}"
    r" typ [^ ]{1,32}( .*)?\Z"
)


@dataclass(frozen=True)
class Fragment:
    """Of which generation it is, how many candidates it brings, and whether they are the last."""

    ufrag: str
    password: str = field(repr=False)
    candidates: int
    complete: bool


def parse_fragment(text: str) -> Fragment:
    """Read the body of a PATCH. Raises SdpRefused."""
    session, parts = read.read_sections(text)
    everywhere = [session, *parts]
    candidates = [value for part in everywhere for value in part.all("candidate")]
    if not all(_CANDIDATE.match(value) for value in candidates):
        raise SdpRefused("a candidate is malformed")
    named = next((part for part in parts if "ice-ufrag" in part), session)
    return Fragment(
        ufrag=read.ufrag(session, named),
        password=read.password(session, named),
        candidates=len(candidates),
        complete=any("end-of-candidates" in part for part in everywhere),
    )


def restarted(answer: Answer, fragment: Fragment) -> Answer | None:
    """What holds after an ICE restart; None when the fragment asks for none."""
    return None if fragment.ufrag == answer.ufrag else replace(answer, ufrag=fragment.ufrag)


def build_fragment(offer: ClientOffer, ours: OfferParameters) -> str:
    """Our side of a restart: the new credentials of `ours`, and where we are reached."""
    first = offer.answer.lines[0]
    mids = " ".join(line.mid for line in offer.answer.lines)
    rows = [
        "a=ice-lite",
        *([f"a=group:BUNDLE {mids}"] if offer.bundled else []),
        f"a=ice-ufrag:{ours.credentials.ufrag}",
        f"a=ice-pwd:{ours.credentials.password}",
        f"m={first.kind} 9 {read.PROTOCOL} 0",
        *([f"a=mid:{first.mid}"] if first.mid else []),
        *candidate_lines(ours.addresses, ours.port, ours.tcp_port),
    ]
    return "\r\n".join(rows) + "\r\n"
