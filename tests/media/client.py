"""A stand-in for a browser's media side: real UDP, real DTLS-SRTP, no codecs.

It answers the relay's offer, checks connectivity, and sends and receives packets it is told to. Everything
that arrives is kept, unprotected. Tests await a condition with `until`; nothing sleeps.
"""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from aioice import stun
from pylibsrtp import Policy, Session

from media import rtcp
from media.dtls import Certificate, DtlsSession
from media.ice import IceCredentials
from media.model import Offer
from media.packet import HEADER, read_packet, table
from media.plane import SrtpKeys
from media.srtp import session as srtp_session

AUDIO, VIDEO, VIDEO_RTX = 111, 96, 97
CERTIFICATE = Certificate.generateCertificate()
TIMEOUT_S = 10
SAME_TYPES, NO_EXTENSIONS = table({}, 128, same=True), table({}, 256, same=False)
T = TypeVar("T")


def attribute(sdp: str, name: str, mid: str | None = None) -> list[str]:
    """Values of `a=name:` in one m-line of a description, or in all."""
    values, current = [], None
    sections = sdp.split("\r\nm=")
    for section in sections:
        rows = section.split("\r\n")
        current = next((row[6:] for row in rows if row.startswith("a=mid:")), None)
        if mid in (None, current):
            values += [row[len(name) + 3 :] for row in rows if row.startswith(f"a={name}:")]
    return values


def answer_to(
    offer: str, ufrag: str = "abcd", ssrcs: tuple[int, int, int] = (11, 21, 22), setup: str = "active"
) -> str:
    """What a browser answers: it sends microphone and camera and takes both of the other."""
    lines = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1 2 3"]
    audio, video, video_rtx = ssrcs
    own = {
        "0": [f"a=ssrc:{audio} cname:c"],
        "1": [
            f"a=ssrc-group:FID {video} {video_rtx}",
            f"a=ssrc:{video} cname:c",
            f"a=ssrc:{video_rtx} cname:c",
        ],
        "2": [],
        "3": [],
    }
    for mid, kind, types in (
        ("0", "audio", "111"),
        ("1", "video", "96 97 102 103"),
        ("2", "audio", "111"),
        ("3", "video", "96 97 102 103"),
    ):
        lines += [
            f"m={kind} 9 UDP/TLS/RTP/SAVPF {types}",
            "c=IN IP4 0.0.0.0",
            "a=rtcp-mux",
            f"a=ice-ufrag:{ufrag}",
            "a=ice-pwd:0123456789012345678901",
            f"a=fingerprint:sha-256 {CERTIFICATE.sha256()}",
            f"a=setup:{setup}",
            f"a=mid:{mid}",
            "a=sendonly" if mid in "01" else "a=recvonly",
            *(f"a=extmap:{value}" for value in attribute(offer, "extmap", mid)),
            *(f"a=rtcp-fb:{value}" for value in attribute(offer, "rtcp-fb", mid)),
            *own[mid],
        ]
    assert "a=ice-lite" in offer
    return "\r\n".join(lines) + "\r\n"


def rtp_packet(ssrc: int, sequence: int, timestamp: int, payload: bytes, payload_type: int = VIDEO) -> bytes:
    return HEADER.pack(0x8000 | payload_type, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + payload


VP8_KEY, VP8_DELTA = b"\x10\x00\x9d\x01\x2a" + b"k" * 40, b"\x10\x01" + b"d" * 40


class Client(asyncio.DatagramProtocol):
    """One browser tab. `answer` first, then `connect`."""

    def __init__(self, offer: Offer, ssrcs: tuple[int, int, int] = (11, 21, 22), family: int = 0) -> None:
        """`family`: which of the offer's candidates is used."""
        self.offer = offer
        self.credentials = IceCredentials("abcd", "0123456789012345678901")
        self.ssrcs = ssrcs
        self.answer = answer_to(offer.sdp, self.credentials.ufrag, ssrcs)
        self.server = IceCredentials(attribute(offer.sdp, "ice-ufrag")[0], attribute(offer.sdp, "ice-pwd")[0])
        candidate = attribute(offer.sdp, "candidate")[family].split(" ")
        self.relay_address = (candidate[4], int(candidate[5]))
        self.keys: SrtpKeys | None = None
        self.rtp: list[bytes] = []
        self.rtcp: list[rtcp.AnyRtcpPacket] = []
        self.checks_answered = 0
        self.sent: list[bytes] = []
        self._early: list[bytes] = []  # media that was quicker than our end of the handshake
        self._changed = asyncio.Event()
        self._dtls = DtlsSession(CERTIFICATE, self.send_raw, role="client")
        self._transport: asyncio.DatagramTransport
        self._inbound: Session
        self._outbound: Session

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        local = ("::1" if ":" in self.relay_address[0] else "127.0.0.1", 0)
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=local)

    async def connect(self) -> None:
        """Check, shake hands, and be ready to send."""
        await self.open()
        self.check(nominate=True)
        await self.until(lambda: self.checks_answered)
        prints = (("sha-256", attribute(self.offer.sdp, "fingerprint")[0].split(" ")[1]),)
        async with asyncio.timeout(TIMEOUT_S):
            self.keys = await self._dtls.handshake(prints)
        assert self.keys is not None
        self._inbound = srtp_session(self.keys.profile, self.keys.inbound, Policy.SSRC_ANY_INBOUND)
        self._outbound = srtp_session(self.keys.profile, self.keys.outbound, Policy.SSRC_ANY_OUTBOUND)
        for data in self._early:
            self._media_received(data)

    @property
    def address(self) -> tuple[str, int]:
        """Where this browser sends from."""
        host, port = self._transport.get_extra_info("sockname")[:2]
        return host, port

    async def move(self) -> None:
        """Send and receive on another local port from now on."""
        self._transport.close()
        await self.open()

    def check(self, nominate: bool = False, password: str | None = None) -> None:
        message = stun.Message(
            stun.Method.BINDING,
            stun.Class.REQUEST,
            attributes={
                "USERNAME": f"{self.server.ufrag}:{self.credentials.ufrag}",
                "ICE-CONTROLLING": 1,
                "PRIORITY": 1,
            },
        )
        if nominate:
            message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity((password or self.server.password).encode())
        self.send_raw(bytes(message))

    def send_raw(self, data: bytes) -> None:
        self.sent.append(data)
        self._transport.sendto(data, self.relay_address)

    def protect(self, packet: bytes) -> bytes:
        return bytes(self._outbound.protect(packet))

    def send_rtp(self, packet: bytes) -> None:
        self.send_raw(self.protect(packet))

    def send_rtcp(self, *packets: rtcp.AnyRtcpPacket) -> None:
        self.send_raw(self._outbound.protect_rtcp(b"".join(bytes(packet) for packet in packets)))

    def datagram_received(self, data: bytes, address: Any) -> None:
        if data[0] < 4:
            self.checks_answered += stun.parse_message(data).message_class == stun.Class.RESPONSE
        elif data[0] < 64:
            self._dtls.received(data)
        elif self.keys is None:
            self._early.append(data)
        else:
            self._media_received(data)
        self._changed.set()

    def _media_received(self, data: bytes) -> None:
        if 192 <= data[1] <= 223:
            self.rtcp += rtcp.parse(self._inbound.unprotect_rtcp(data)) or []
        else:
            self.rtp.append(self._inbound.unprotect(data))

    async def until(self, condition: Callable[[], T]) -> T:
        """Wait for `condition` to hold; looked at after every datagram."""
        async with asyncio.timeout(TIMEOUT_S):
            while not (result := condition()):
                self._changed.clear()
                await self._changed.wait()
        return result

    async def close(self) -> None:
        await self._dtls.close()
        self._transport.close()

    # What has arrived.

    def slot(self, mid: str) -> int:
        """The SSRC on which the relay sends this m-line."""
        return int(attribute(self.offer.sdp, "ssrc", mid)[0].split(" ")[0])

    def rtx_slot(self, mid: str) -> int:
        return int(attribute(self.offer.sdp, "ssrc", mid)[1].split(" ")[0])

    def received(self, ssrc: int) -> list[tuple[int, int, bytes]]:
        """Sequence number, timestamp and payload of the packets of one SSRC."""
        packets = (read_packet(data, SAME_TYPES, NO_EXTENSIONS) for data in self.rtp)
        return [(p.sequence, p.timestamp, p.payload) for p in packets if p is not None and p.ssrc == ssrc]

    def feedback(self, kind: type[T], fmt: int | None = None) -> list[T]:
        """RTCP packets of one class."""
        return [p for p in self.rtcp if isinstance(p, kind) and fmt in (None, getattr(p, "fmt", None))]
