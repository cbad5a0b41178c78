"""RTCP as bytes and back, on aiortc's packet classes. Pure; unknown packet types are skipped.

Nothing here decides what to answer: that is media/feedback.py.
"""

import struct
from dataclasses import dataclass

from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    RtcpByePacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    pack_remb_fci,
    unpack_remb_fci,
)

SDES_CNAME = 1
RTCP_RTPFB_TRANSPORT_CC = 15
_RTPFB = 205


@dataclass(frozen=True)
class TransportFeedbackPacket:
    """Transport-wide feedback, which aiortc would read as a NACK; `fci` is for media/transport_cc.py."""

    ssrc: int
    media_ssrc: int
    fci: bytes

    def __bytes__(self) -> bytes:
        body = struct.pack("!LL", self.ssrc, self.media_ssrc) + self.fci + bytes(-len(self.fci) % 4)
        return struct.pack("!BBH", 0x80 | RTCP_RTPFB_TRANSPORT_CC, _RTPFB, len(body) // 4) + body


AnyRtcpPacket = (
    RtcpByePacket
    | RtcpPsfbPacket
    | RtcpRrPacket
    | RtcpRtpfbPacket
    | RtcpSdesPacket
    | RtcpSrPacket
    | TransportFeedbackPacket
)


__all__ = [
    "RTCP_PSFB_APP",
    "RTCP_PSFB_FIR",
    "RTCP_PSFB_PLI",
    "RTCP_RTPFB_NACK",
    "AnyRtcpPacket",
    "RtcpByePacket",
    "RtcpPsfbPacket",
    "RtcpReceiverInfo",
    "RtcpRrPacket",
    "RtcpRtpfbPacket",
    "RtcpSdesPacket",
    "RtcpSenderInfo",
    "RtcpSrPacket",
    "TransportFeedbackPacket",
    "cname",
    "fir_targets",
    "nack",
    "parse",
    "pli",
    "remb",
    "remb_bps",
]


def parse(data: bytes) -> list[AnyRtcpPacket] | None:
    """The packets of a compound; None when it is malformed. Nothing of a malformed compound is used."""
    found: list[AnyRtcpPacket] = []
    try:
        while data:
            length = 4 * (int.from_bytes(data[2:4], "big") + 1)
            part, data = data[:length], data[length:]
            if part[1] == _RTPFB and part[0] & 0x1F == RTCP_RTPFB_TRANSPORT_CC and length == len(part) >= 12:
                ssrc, media_ssrc = struct.unpack_from("!LL", part, 4)
                found.append(TransportFeedbackPacket(ssrc, media_ssrc, part[12:]))
            else:
                found += map(_wrapped, RtcpPacket.parse(part))
    except (ValueError, struct.error, IndexError):
        return None
    return found


def _wrapped(packet: AnyRtcpPacket) -> AnyRtcpPacket:
    """aiortc counts on behind 65535 where the numbers of a NACK begin anew."""
    if isinstance(packet, RtcpRtpfbPacket):
        packet.lost = [number & 0xFFFF for number in packet.lost]
    return packet


def nack(ssrc: int, media_ssrc: int, lost: list[int]) -> RtcpRtpfbPacket:
    """Ask for lost packets again (RFC 4585 6.2.1).

    Sorted as plain numbers: aiortc's packing cannot count across the wrap at 65535.
    """
    numbers = sorted({number & 0xFFFF for number in lost})
    return RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=ssrc, media_ssrc=media_ssrc, lost=numbers)


def pli(ssrc: int, media_ssrc: int) -> RtcpPsfbPacket:
    """Ask for a key frame (RFC 4585 6.3.1)."""
    return RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=ssrc, media_ssrc=media_ssrc)


def fir_targets(fci: bytes) -> list[int]:
    """The SSRCs a full intra request names (RFC 5104 4.3.1.1)."""
    return [int.from_bytes(fci[at : at + 4], "big") for at in range(0, len(fci) - 7, 8)]


def remb(ssrc: int, bitrate_bps: int, media_ssrcs: list[int]) -> RtcpPsfbPacket:
    """Receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb-03)."""
    return RtcpPsfbPacket(
        fmt=RTCP_PSFB_APP, ssrc=ssrc, media_ssrc=0, fci=pack_remb_fci(bitrate_bps, media_ssrcs)
    )


def remb_bps(fci: bytes) -> tuple[int, list[int]] | None:
    """Bitrate and SSRCs of a REMB; None when it is none."""
    try:
        return unpack_remb_fci(fci)
    except (ValueError, struct.error, IndexError):
        return None


def cname(ssrc: int, name: str) -> RtcpSdesPacket:
    """The source description every full report carries (RFC 3550 6.5.1)."""
    return RtcpSdesPacket([RtcpSourceInfo(ssrc=ssrc, items=[(SDES_CNAME, name.encode())])])
