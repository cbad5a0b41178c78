"""Real inputs, made by our own builders: what browsers, relays and other clients send when all is well."""

import struct
from collections.abc import Sequence

import msgpack
from aioice import stun
from socketio.packet import ACK, CONNECT, DISCONNECT, EVENT

from core.packets import TodokuPacket
from media import rtcp
from media.extensions import Extension
from media.packet import HEADER, write_elements
from media.transport_cc import FeedbackBuilder, build
from tests.fuzz.packets import PASSWORD, UFRAG
from tests.fuzz.texts import OFFERS, ROLES, offer
from tests.media.client import answer_to
from tests.media.foreign import GSTREAMER, OBS, WHEP
from tests.media.test_sdp_features import mirrored

# --- STUN -----------------------------------------------------------------------------------------------


def _check(**attributes: object) -> bytes:
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    message = stun.Message(
        stun.Method.BINDING,
        stun.Class.REQUEST,
        b"transactions",
        {"USERNAME": f"{UFRAG}:abcd", "PRIORITY": 1853824767, **named},
    )
    message.add_message_integrity(PASSWORD.encode())
    return bytes(message)


def stun_messages() -> list[bytes]:
    return [
        _check(ICE_CONTROLLING=1),
        _check(ICE_CONTROLLING=2**63, USE_CANDIDATE=None),
        _check(ICE_CONTROLLED=7),
        _check(ICE_CONTROLLING=3, SOFTWARE="a browser", USE_CANDIDATE=None),
    ]


# --- RTP ------------------------------------------------------------------------------------------------

VP8_KEY = b"\x90\xe0\x92\x34\x07\x20" + b"\x10\x02\x00\x9d\x01\x2a\x40\x01\xf0\x00" + bytes(30)
H264_KEY = b"\x78\x00\x04\x67\x42\xe0\x1f\x00\x03\x68\xce\x3c\x00\x02\x65\x88"
LEVEL = (Extension.AUDIO_LEVEL, b"\x9e")
NUMBER = (Extension.TRANSPORT_CC, b"\x12\x34")
SEND_TIME = (Extension.ABS_SEND_TIME, b"\x01\x02\x03")
MID = (Extension.MID, b"1")
RID = (Extension.RID, b"h")
REPAIRED = (Extension.REPAIRED_RID, b"h")
DELAY = (Extension.PLAYOUT_DELAY, b"\x00\x00\x64")
TURNED = (Extension.VIDEO_ORIENTATION, b"\x01")
STRUCTURE = (Extension.DEPENDENCY_DESCRIPTOR, b"\x80\x00\x01" + bytes(range(30)))


def _rtp(
    payload_type: int,
    payload: bytes,
    elements: Sequence[tuple[int, bytes]] = (),
    csrcs: bytes = b"",
    padding: int = 0,
) -> bytes:
    block = write_elements(elements)
    start = 0x8000 | payload_type | len(csrcs) // 4 << 8
    start |= (0x1000 if block else 0) | (0x2000 if padding else 0)
    tail = bytes(padding - 1) + bytes([padding]) if padding else b""
    return HEADER.pack(start, 65535, 90000, 21) + csrcs + block + payload + tail


def rtp_packets() -> list[bytes]:
    foreign = [(200 + number, data) for number, data in (MID, NUMBER, LEVEL)]
    return [
        _rtp(111, b"\xfc\xff\xfe", [MID, LEVEL, NUMBER]),
        _rtp(63, b"\xef\x00\x00\x03\x6f\xff\xff\xff\xfc", [LEVEL]),
        _rtp(96 | 0x80, VP8_KEY, [MID, NUMBER, SEND_TIME, RID, TURNED, DELAY]),
        _rtp(97, b"\x00\x07" + VP8_KEY, [MID, NUMBER, REPAIRED]),
        _rtp(97, b"", [NUMBER], padding=224),
        _rtp(102, H264_KEY),
        _rtp(100, b"\x18\x08" + bytes(9), [NUMBER, STRUCTURE]),
        _rtp(98, b"\x8c\x80\x05rest", [], csrcs=b"\0\0\0\x01\0\0\0\x02", padding=4),
        _rtp(96, VP8_KEY, foreign),
    ]


# --- RTCP -----------------------------------------------------------------------------------------------


def _reports() -> list[bytes]:
    block = rtcp.RtcpReceiverInfo(
        ssrc=21, fraction_lost=8, packets_lost=-3, highest_sequence=70000, jitter=90, lsr=1, dlsr=65536
    )
    sender = rtcp.RtcpSenderInfo(
        ntp_timestamp=0xE8A1 << 48, rtp_timestamp=0xFFFFFFF0, packet_count=7, octet_count=700
    )
    name = bytes(rtcp.cname(21, "todoku"))
    return [
        bytes(rtcp.RtcpSrPacket(ssrc=23, sender_info=sender, reports=[block])) + name,
        bytes(rtcp.RtcpRrPacket(ssrc=23, reports=[block, block])) + name,
        bytes(rtcp.RtcpRrPacket(ssrc=23, reports=[])) + bytes(rtcp.RtcpByePacket(sources=[23, 24])),
    ]


def _transport_reports() -> list[bytes]:
    builder = FeedbackBuilder(9)
    steady = [(number, number * 2_000) for number in range(65500, 65560)]
    holes = [(65560 + 3 * number, 200_000 + number**2 * 1_000) for number in range(40)]
    late = [(200_000, 900_000), (200_001, 700_000), (200_900, 60_000_000)]
    return [*builder.build(0, steady), *builder.build(0, holes), *build(9, 0, 255, late, base=199_990)]


def rtcp_compounds() -> list[bytes]:
    fir = struct.pack("!LBBH", 41, 3, 0, 0) + struct.pack("!LBBH", 42, 4, 0, 0)
    asked: list[rtcp.AnyRtcpPacket] = [
        rtcp.nack(9, 41, [1, 2, 17, 300, 65535]),
        rtcp.pli(9, 41),
        rtcp.RtcpPsfbPacket(fmt=rtcp.RTCP_PSFB_FIR, ssrc=9, media_ssrc=0, fci=fir),
        rtcp.remb(9, 1_234_567, [41, 42]),
    ]
    reports = _reports()
    singles = [*reports, *(bytes(packet) for packet in asked), *_transport_reports()]
    return [*singles, reports[1] + b"".join(bytes(packet) for packet in asked)]


def transport_reports() -> list[bytes]:
    return [packet[12:] for packet in _transport_reports()]


# --- Payloads -------------------------------------------------------------------------------------------


def vp8_rows() -> list[bytes]:
    """Rows of descriptors, each padded to as many bytes as the target takes at a time."""
    wide = [bytes([0x90, 0xE0]) + (0x8000 | n).to_bytes(2, "big") + bytes([n & 255, 0x20]) for n in range(8)]
    short = [bytes([0x90, 0x80, n]) for n in range(124, 132) if n < 128] + [b"\x80\xf0\x05\x06\x61"] * 3
    plain = [b"\x10\x00", b"\x00\x00", b"\x90\x10\x05", b"\x90\x40\x07"]
    rows = (wide, short, plain, wide + short, short + wide)
    return [b"".join(octets.ljust(7, b"\0") for octets in row) for row in rows]


def redundant_audio() -> list[bytes]:
    alone, earlier = b"\x6f" + b"\xfc\xff\xfe", b"\xef\x0f\x00\x03" + b"\x6f" + b"old" + b"\xfc\xff\xfe"
    twice = b"\xef\x1e\x00\x02" + b"\xef\x0f\x00\x03" + b"\x6f" + b"ol" + b"old" + b"new"
    return [alone, earlier, twice, b"\x6f"]


def payloads() -> list[bytes]:
    sequence_header = b"\x0a\x0a" + bytes(10)
    return [
        VP8_KEY,
        H264_KEY,
        b"\x7c\x85\x88\x80",
        b"\x67\x42\xe0\x1f",
        b"\xaa\x85\x05\x10\x00rest",
        b"\x08rest",
        b"\x18\x08" + bytes(9),
        b"\x20" + sequence_header + b"\x05\x30\x10rest",
        b"\x00" + sequence_header + b"\x04\x32\x02\x10\x00",
    ]


# --- Texts ----------------------------------------------------------------------------------------------


def answers() -> list[bytes]:
    mirrors = [
        bytes([at]) + mirrored(offer(layout, features)).encode()
        for at, (layout, features) in enumerate(OFFERS)
    ]
    layout, features = OFFERS[0]
    return [*mirrors, b"\0" + answer_to(offer(layout, features)).encode()]


def client_offers() -> list[bytes]:
    publishers = [at for at, (role, _) in enumerate(ROLES) if role == "publish"]
    viewers = [at for at, (role, _) in enumerate(ROLES) if role == "watch"]
    texts = [(at, text) for at in publishers for text in (OBS, GSTREAMER)] + [(at, WHEP) for at in viewers]
    return [bytes([at]) + text.encode() for at, text in texts]


def fragments() -> list[bytes]:
    credentials = "a=ice-ufrag:kT4x\r\na=ice-pwd:Rw0yUa7nX2cQb9LmVd5TzJ\r\n"
    line = "m=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
    candidates = (
        "a=candidate:1387637174 1 udp 2122260223 192.0.2.30 61764 typ host generation 0 network-id 1\r\n"
        "a=candidate:47332282 1 tcp 1518280447 2001:db8::30 9 typ host tcptype active\r\n"
        "a=end-of-candidates\r\n"
    )
    return [text.encode() for text in (credentials, credentials + line + candidates, line + credentials)]


# --- Streams and sockets --------------------------------------------------------------------------------


def framed() -> list[bytes]:
    messages = [stun_messages()[0], rtp_packets()[2], b"", b"\x16dtls", bytes(600)]
    frames = [len(message).to_bytes(2, "big") + message for message in messages]
    return [bytes([at]) + b"".join(frames[at:]) for at in range(len(frames))]


def socket_packets() -> list[bytes]:
    answer = {"offer": 1, "sdp": OBS, "seat": 3, "none": None, "numbers": [1, -1, 2**40, 0.5, True]}
    packets = [
        TodokuPacket(CONNECT, data={"grant": "a.b.c", "tab_id": "tab"}, namespace="/call"),
        TodokuPacket(CONNECT, namespace="/chat"),
        TodokuPacket(DISCONNECT, namespace="/call"),
        TodokuPacket(EVENT, data=["answer", answer], namespace="/call", id=7),
        TodokuPacket(EVENT, data=["post", {"text": "こんにちは", "file": b"\0\1"}], namespace="/chat", id=0),
    ]
    undefined = msgpack.packb(
        {"type": EVENT, "nsp": "/call", "data": ["leave", {"why": msgpack.ExtType(0, b"\0")}]}
    )
    return [*(packet.encode() for packet in packets), undefined]


def refused_socket_packets() -> list[bytes]:
    """Understood by Socket.IO, and not for a client to send."""
    return [TodokuPacket(ACK, data=[{"ok": True}], namespace="/call", id=7).encode()]
