"""A stand-in for a WHIP or WHEP client: it offers, in numbers of its own, and goes on as a browser does."""

from collections.abc import Callable

from core.ids import ParticipantId
from media.model import Device, DeviceSession, Offer, Purpose
from tests.media.client import CERTIFICATE, Client
from tests.media.foreign import sdp

OPUS, VP8, VP8_RTX = 109, 120, 121  # their numbers, none of them ours
UFRAG, PASSWORD = "abcd", "0123456789012345678901"  # those of tests.media.client.Client
Attach = Callable[[str], DeviceSession]


def device(name: str, purpose: Purpose = "publish", host: str = "host") -> Device:
    return Device(ParticipantId(name), purpose, ParticipantId(host))


def offered(purpose: Purpose, ssrcs: tuple[int, int, int] = (11, 21, 22)) -> str:
    """Sound and picture, sent or received."""
    audio, video, rtx = ssrcs
    direction = "sendonly" if purpose == "publish" else "recvonly"
    transport = f"""
        c=IN IP4 0.0.0.0
        a=ice-ufrag:{UFRAG}
        a=ice-pwd:{PASSWORD}
        a=fingerprint:sha-256 {CERTIFICATE.sha256()}
        a=setup:actpass
        a=rtcp-mux
        a={direction}
    """
    ssrc_lines = [
        f"a=ssrc:{audio} cname:c",
        f"a=ssrc-group:FID {video} {rtx}\r\na=ssrc:{video} cname:c\r\na=ssrc:{rtx} cname:c",
    ]
    own = ssrc_lines if purpose == "publish" else ["", ""]
    return sdp(f"""
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE a v
        m=audio 9 UDP/TLS/RTP/SAVPF {OPUS}
        {transport}
        a=mid:a
        a=rtpmap:{OPUS} opus/48000/2
        {own[0]}
        m=video 9 UDP/TLS/RTP/SAVPF {VP8} {VP8_RTX}
        {transport}
        a=mid:v
        a=extmap:12 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=rtpmap:{VP8} VP8/90000
        a=rtcp-fb:{VP8} nack
        a=rtcp-fb:{VP8} nack pli
        a=rtpmap:{VP8_RTX} rtx/90000
        a=fmtp:{VP8_RTX} apt={VP8}
        {own[1]}
    """)


def restarting(ufrag: str = "efgh") -> str:
    """The body of a PATCH that asks for an ICE restart."""
    return f"a=ice-ufrag:{ufrag}\r\na=ice-pwd:{PASSWORD}\r\n"


def answered(session: DeviceSession, ssrcs: tuple[int, int, int] = (11, 21, 22)) -> Client:
    """The client once its offer was answered."""
    return Client(Offer(session.number, session.text, ()), ssrcs)
