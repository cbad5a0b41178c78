"""What a client sends besides media: checks, sender and receiver reports, transport-cc feedback or REMB.

One object per transport, asked by load.py at its times. What is written is right but for the round trip,
which would need the other side's reports to be decrypted.
"""

from collections import Counter

from bench.relay.peer import Peer
from bench.relay.streams import SHAPES
from media import rtcp
from media.transport_cc import FeedbackBuilder

CNAME = "bench"
NTP_UNIX_S = 2_208_988_800
PLENTY_BPS = 20_000_000  # the load is below it, so that no layer is ever dropped


class Reporter:
    """`heard` is filled by the load: received SSRC -> highest sequence number."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.ssrc = next((line.ssrcs[0] for line in peer.sends.values()), 1)
        self.heard: dict[int, int] = {}
        self.arrivals: list[tuple[int, int]] = []  # unwrapped transport number, microseconds
        self._feedback = FeedbackBuilder(self.ssrc)
        self._highest = 0

    def note(self, number: int, now_us: int) -> None:
        """A transport-wide number has come."""
        self._highest += (number - self._highest + 0x8000 & 0xFFFF) - 0x8000
        self.arrivals.append((self._highest, now_us))

    def check(self) -> None:
        self.peer.send(self.peer.check())

    def report(self, now_s: float, sent: Counter[str], since_s: float) -> None:
        """Once a second. `now_s` is the wall clock, `since_s` how long media has been sent."""
        packets: list[rtcp.AnyRtcpPacket] = []
        blocks = [self._block(ssrc, highest) for ssrc, highest in self.heard.items()]
        for kind, line in self.peer.sends.items():
            info = _sender_info(kind, now_s, since_s, sent[kind])
            packets.append(rtcp.RtcpSrPacket(ssrc=line.ssrcs[0], sender_info=info, reports=blocks))
            blocks = []
        if blocks:
            packets.append(rtcp.RtcpRrPacket(ssrc=self.ssrc, reports=blocks))
        packets.append(rtcp.cname(self.ssrc, CNAME))
        if self.heard and self.peer.transport_cc is None:
            packets.append(rtcp.remb(self.ssrc, PLENTY_BPS, list(self.heard)))
        self._send(b"".join(bytes(packet) for packet in packets))

    def feedback(self) -> None:
        """What has come since the last time."""
        if self.arrivals:
            arrivals, self.arrivals = sorted(set(self.arrivals)), []
            for packet in self._feedback.build(next(iter(self.heard)), arrivals):
                self._send(packet)

    def _block(self, ssrc: int, highest: int) -> rtcp.RtcpReceiverInfo:
        return rtcp.RtcpReceiverInfo(
            ssrc=ssrc, fraction_lost=0, packets_lost=0, highest_sequence=highest, jitter=0, lsr=0, dlsr=0
        )

    def _send(self, data: bytes) -> None:
        self.peer.send(self.peer.outbound.protect_rtcp(data))


def _sender_info(kind: str, now_s: float, since_s: float, packets: int) -> rtcp.RtcpSenderInfo:
    shape = SHAPES[kind]
    return rtcp.RtcpSenderInfo(
        ntp_timestamp=int((now_s + NTP_UNIX_S) * (1 << 32)),
        rtp_timestamp=round(since_s * shape.clock_rate) & 0xFFFFFFFF,
        packet_count=packets & 0xFFFFFFFF,
        octet_count=packets * shape.size_bytes & 0xFFFFFFFF,
    )
