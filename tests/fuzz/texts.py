"""Targets: descriptions from outside. Whatever is refused is SdpRefused; what is taken can be worked with.

The first byte of an input picks the circumstances (features, layout, role); the rest is the text.
"""

from media.codecs import CODEC_OF, LAYOUT, MEDIA_TYPE_OF_RTX, Features, Layout, workshop_layout
from media.errors import SdpRefused
from media.ice import IceCredentials
from media.member import numbering
from media.packet import table
from media.sdp import Answer, OfferParameters, SlotSsrcs, build_offer, parse_answer
from media.sdp_client_offer import ClientOffer, Role, build_client_answer, parse_client_offer
from media.sdp_fragment import build_fragment, parse_fragment, restarted
from media.sdp_reading import read_description, read_sections
from tests.fuzz.target import require

EVERYTHING = Features(
    codecs=("red", "opus", "AV1", "VP9", "VP8", "H264"),
    transport_cc=True,
    simulcast=True,
    dtx=True,
    video_orientation=True,
    playout_delay=True,
    dependency_descriptor=True,
)
PLAIN = Features()
OFFERS: tuple[tuple[Layout, Features], ...] = (
    (LAYOUT, EVERYTHING),
    (LAYOUT, PLAIN),
    (workshop_layout(3, 3), EVERYTHING),
)
ROLES: tuple[tuple[Role, Features], ...] = (
    ("publish", EVERYTHING),
    ("watch", EVERYTHING),
    ("publish", PLAIN),
    ("watch", PLAIN),
)


def parameters(layout: Layout, features: Features, slots: dict[str, SlotSsrcs]) -> OfferParameters:
    """An offer or answer of ours in these circumstances."""
    return OfferParameters(
        session_id=5,
        number=1,
        credentials=IceCredentials("ours0000", "p" * 32),
        fingerprint=":".join(["AB"] * 32),
        addresses=("192.0.2.7", "2001:db8::7"),
        port=40000,
        slots=slots,
        tcp_port=40000,
        features=features,
        layout=layout,
    )


def offer(layout: Layout, features: Features) -> str:
    """Our offer, to be answered."""
    slots = {line.mid: SlotSsrcs(100 + at, 200 + at) for at, line in enumerate(layout)}
    return build_offer(parameters(layout, features, slots))


def _split(data: bytes) -> tuple[int, str]:
    return (data[0] if data else 0), data[1:].decode("utf-8", "replace")


def sdp_answer(data: bytes) -> bool:
    """A browser's answer to our offer."""
    at, text = _split(data)
    layout, features = OFFERS[at % len(OFFERS)]
    try:
        answer = parse_answer(text, layout, features)
    except SdpRefused:
        return False
    require([line.mid for line in answer.lines] == [line.mid for line in layout], "other m-lines")
    _usable(answer)
    return True


def _usable(answer: Answer) -> None:
    """The relay and its plane can work with it."""
    numbers = numbering(answer)
    table(numbers.payload_types, 128, same=False)
    table(numbers.extensions, 256, same=False)
    require(bool(answer.ufrag) and bool(answer.fingerprints), "no transport")
    for line in answer.lines:
        require(line.payload_types == set(line.payload_map.values()), "payload types that are not mapped")
        require(line.payload_types <= {*CODEC_OF, *MEDIA_TYPE_OF_RTX}, "payload types that are not ours")
        require(all(codec.kind == line.kind for codec in line.codecs), "sound as picture")
        require(line.ssrc is None or 0 <= line.ssrc < 1 << 32, "an SSRC that is none")
        require(line.ssrc is None or line.ssrc != line.rtx_ssrc, "one SSRC for two streams")
        require(not (line.rids and line.ssrc is not None), "layers and one SSRC")


def client_offer(data: bytes) -> bool:
    """A WHIP or WHEP client's offer, and our answer to it."""
    at, text = _split(data)
    role, features = ROLES[at % len(ROLES)]
    try:
        found = parse_client_offer(text, role, features)
    except SdpRefused:
        return False
    _usable(found.answer)
    _answered(found, role, features)
    return True


def _answered(found: ClientOffer, role: Role, features: Features) -> None:
    slots = {line.mid: SlotSsrcs(31 + at, 41 + at) for at, line in enumerate(found.answer.lines)}
    ours = parameters(LAYOUT, features, slots)
    text = build_client_answer(found, ours)
    session, parts = read_description(text)
    require(len(parts) == len(found.lines), "an answer with other m-lines")
    require("ice-lite" in session, "an answer that is not ours")
    for line, part in zip(found.lines, parts, strict=True):
        require((part.media[1] == "0") == (line.taken is None), "taken and rejected")
        if line.taken is not None:
            require((part.first("mid") or "") == line.mid, "an answer with another mid")
            require("recvonly" in part if role == "publish" else "sendonly" in part, "the wrong way")
            require(part.all("setup") == ["passive"], "a DTLS client where we are the server")
    read_sections(build_fragment(found, ours))


def sdp_fragment(data: bytes) -> bool:
    """More candidates, or a restart."""
    text = data.decode("utf-8", "replace")
    try:
        fragment = parse_fragment(text)
    except SdpRefused:
        return False
    require(fragment.candidates <= text.count("candidate:"), "candidates that are not there")
    answer = Answer("before", (("sha-256", "AB"),), ())
    after = restarted(answer, fragment)
    require(after is not None and after.ufrag == fragment.ufrag, "a restart that is lost")
    return True
