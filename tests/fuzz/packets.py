"""Targets: STUN, RTP with its header extensions, RTCP and what follows from it, payload headers.

Each asks for more than that nothing is raised: what was read must agree with the bytes it was read from.
"""

import ipaddress
from collections.abc import Sequence

from aioice import stun

from media import rtcp, transport_cc, vp8
from media.downlink import MAX_BPS, MIN_BPS, Downlinks
from media.extensions import Extension
from media.feedback import Feedback
from media.ice import Check, read_check
from media.keyframe import begins_key_frame
from media.packet import Packet, read_packet, table, write_elements
from media.plane import PeerKey, Wire
from media.red import OPUS, RED, without_red
from tests.fuzz.target import require

PASSWORD = "p" * 32
UFRAG = "ours0000"
ADDRESSES = (("192.0.2.1", 5000), ("2001:db8::1", 5000, 0, 0), ("::ffff:192.0.2.1", 5000, 0, 0))
PEER, PUBLISHER = PeerKey(1), PeerKey(2)

OURS = (table({}, 128, same=True), table({n: n for n in Extension}, 256, same=False))
# A client with numbers of its own: few payload types, ids of the two-byte form.
THEIRS = (
    table({96: 102, 97: 103, 111: 111}, 128, same=False),
    table({200 + n: n for n in Extension}, 256, same=False),
)


# --- STUN -----------------------------------------------------------------------------------------------


def stun_message(data: bytes) -> bool:
    """As it is, and once more with a right signature: nothing behind that is reached by chance."""
    found = [_check(data)]
    if len(data) >= stun.HEADER_LENGTH:
        found.append(_check(_signed(data)))
    return any(found)


def _check(data: bytes) -> bool:
    address = ADDRESSES[len(data) // 4 % len(ADDRESSES)]
    result = read_check(data, address, {UFRAG: PASSWORD}.get)
    if not isinstance(result, Check):
        return False
    answer = stun.parse_message(result.answer)
    require(answer.transaction_id == data[8:20], "an answer to another request")
    require(answer.check_message_integrity(PASSWORD.encode()), "an answer that is not authentic")
    require(result.ufrag == UFRAG and bool(result.remote_ufrag), "a check of somebody else")
    require(result.accepted == (answer.message_class == stun.Class.RESPONSE), "accepted and refused")
    if result.accepted:
        seen = ipaddress.ip_address(answer.attributes["XOR-MAPPED-ADDRESS"][0])
        require(str(seen) in ("192.0.2.1", "2001:db8::1"), "an address nobody has")
    return True


def _signed(data: bytes) -> bytes:
    """With the magic cookie, and MESSAGE-INTEGRITY and FINGERPRINT behind its attributes."""
    body = data[: 20 + (len(data) - 20) // 4 * 4]
    body = body[:4] + stun.COOKIE.to_bytes(4, "big") + body[8:]
    body += b"\x00\x08\x00\x14" + stun.message_integrity(body, PASSWORD.encode())
    body += b"\x80\x28\x00\x04" + stun.message_fingerprint(body).to_bytes(4, "big")
    return stun.set_body_length(body, len(body) - stun.HEADER_LENGTH)


# --- RTP ------------------------------------------------------------------------------------------------


def rtp_packet(data: bytes) -> bool:
    """By our numbering and by another one."""
    return any([_rtp(data, *numbering) for numbering in (OURS, THEIRS)])


def _rtp(data: bytes, payload_types: Sequence[int], extensions: Sequence[int]) -> bool:
    packet = read_packet(data, payload_types, extensions)
    if packet is None:
        return False
    require(data.endswith(packet.payload), "a payload that did not come")
    require(packet.payload_octets <= len(packet.payload), "padding of less than nothing")
    require(len(packet.csrcs) == 4 * (data[0] & 0x0F), "contributors that are not there")
    require(0 <= packet.payload_type < 128 and packet.ssrc == int.from_bytes(data[8:12], "big"), "header")
    require(-1 <= packet.level <= 127 and -1 <= packet.transport_sequence <= 0xFFFF, "an impossible number")
    _written_again(packet, data)
    begins_key_frame(packet.payload_type, packet.payload[:64])
    return True


def _written_again(packet: Packet, data: bytes) -> None:
    """What is passed on to others arrives there as it was."""
    block = write_elements(packet.elements)
    again = read_packet(bytes([0x90 if block else 0x80]) + data[1:12] + block + packet.payload, *OURS)
    require(again is not None, "a packet that cannot be passed on")
    if again is not None:
        require(again.elements == packet.elements, "elements that change on their way")
        require(again.payload == packet.payload, "a payload that changes on its way")


# --- RTCP -----------------------------------------------------------------------------------------------


def rtcp_compound(data: bytes) -> bool:
    """Read, and read what is inside."""
    packets = rtcp.parse(data)
    if packets is None:
        return False
    require(len(packets) <= len(data) // 4, "more packets than bytes for them")
    for packet in packets:
        if isinstance(packet, rtcp.TransportFeedbackPacket):
            transport_feedback(packet.fci)
        elif isinstance(packet, rtcp.RtcpPsfbPacket):
            require(len(rtcp.fir_targets(packet.fci)) <= len(packet.fci) // 8, "targets that are not there")
            rtcp.remb_bps(packet.fci)
    twice = rtcp.parse(data + data)
    require(twice is not None and len(twice) == 2 * len(packets), "a compound that is not the sum")
    return bool(packets)


class FullWires:
    """A plane in which everything asked for exists."""

    def wire_into(self, sink_peer: PeerKey, sink_ssrc: int) -> Wire | None:
        return Wire(PUBLISHER, sink_ssrc ^ 1, sink_peer, sink_ssrc) if sink_ssrc % 16 else None

    def wires_from(self, source_peer: PeerKey, source_ssrc: int) -> list[Wire]:
        return [
            Wire(
                source_peer, source_ssrc, PUBLISHER, source_ssrc ^ n, timestamp_offset=n << 30, span_packets=n
            )
            for n in range(source_ssrc % 4)
        ]

    def set_clock(self, peer: PeerKey, ssrc: int, ntp_s: float, rtp_timestamp: int) -> None:
        require(0 <= ntp_s < 1 << 32 and 0 <= rtp_timestamp < 1 << 32, "a time that is none")

    def resend(
        self, sink_peer: PeerKey, sink_ssrc: int, sequences: Sequence[int], again_s: float, most_bytes: float
    ) -> list[int]:
        require(all(0 <= number <= 0xFFFF for number in sequences), "a number that is none")
        return [1200] * (len(sequences) // 2)


class Sent:
    """A plane that has sent a packet each millisecond, and knows of nearly all."""

    def sent(self, peer: PeerKey, base_sequence: int, count: int) -> list[tuple[float, int] | None]:
        numbers = range(base_sequence, base_sequence + count)
        return [(9.0 + number % 1000 / 1000, 1200) if number % 64 else None for number in numbers]

    def sent_bytes(self, peer: PeerKey) -> int:
        return 100_000

    def send_padding(self, sink_peer: PeerKey, sink_ssrc: int, packets: int) -> int:
        return 1200 * packets


def rtcp_decisions(data: bytes) -> bool:
    """What a compound leads to can be sent, is not much more than was asked, and leaves a usable rate."""
    downlinks = Downlinks(Sent())
    downlinks.open(PEER, [41])
    feedback = Feedback(FullWires(), downlinks)
    outgoing = feedback.received(PEER, data, 10.0) + feedback.received(PEER, data, 10.1) + feedback.due(11.0)
    for item in outgoing:
        packets = rtcp.parse(item.data)
        require(bool(packets), "an RTCP packet that cannot be read")
    require(len(outgoing) <= len(data), "more packets out than bytes in")
    for now in (10.1, 10.3, 12.0):
        downlinks.tick(PEER, now)
        downlinks.probe(now)
        require(MIN_BPS <= downlinks.target_bps(PEER) <= MAX_BPS, "a rate that cannot be used")
    feedback.forget(PEER)
    downlinks.forget(PEER)
    return not feedback.counters["rtcp_malformed"]


# --- Transport-wide feedback ----------------------------------------------------------------------------

WRAP_US = transport_cc.TICK_US * transport_cc.REFERENCE_TICKS << 24


def transport_feedback(data: bytes) -> bool:
    """What is read can be written and read again."""
    read = transport_cc.parse(data)
    if read is None:
        return False
    require(
        len(read.times_us) == int.from_bytes(data[2:4], "big") <= transport_cc.MAX_STATUSES,
        "statuses that are not there",
    )
    base = 0x10000 + read.base_sequence
    arrivals = [(base + at, us) for at, (_, us) in enumerate(read.arrivals) if us is not None]
    numbers = [number for number, _ in read.arrivals]
    require(numbers == [base + at & 0xFFFF for at in range(read.count)], "numbers that are not in a row")
    again: list[tuple[int, int]] = []
    for packet in transport_cc.build(1, 2, 3, arrivals):
        part = transport_cc.parse(packet[12:])
        require(part is not None, "feedback of ours that cannot be read")
        again += [(number, us) for number, us in part.arrivals if us is not None] if part else []
    wrapped = [(number & 0xFFFF, us % WRAP_US) for number, us in arrivals]
    require([(number, us % WRAP_US) for number, us in again] == wrapped, "arrivals that change")
    return True


# --- Payload headers ------------------------------------------------------------------------------------

DESCRIPTOR_BYTES = 7


def vp8_descriptors(data: bytes) -> bool:
    """A row of packets, the second half of them from another source, as one line."""
    pictures, understood = vp8.PictureMap(), 0
    for at in range(0, len(data), DESCRIPTOR_BYTES):
        if at == len(data) // DESCRIPTOR_BYTES // 2 * DESCRIPTOR_BYTES:
            pictures.restart()
        read = vp8.read(data[at : at + DESCRIPTOR_BYTES])
        if read is not None:
            understood += 1
            require(data[at:].startswith(read.octets), "a descriptor that did not come")
            for written in (pictures.take(read), pictures.place(read)):
                _as_it_was(read, written)
    return understood > 0


def _as_it_was(read: vp8.Descriptor, written: bytes | None) -> None:
    if written is None:
        return
    again = vp8.read(written)
    require(again is not None and again.octets == written, "a descriptor that cannot be read")
    if again is not None:
        require(
            (again.starts, again.tid, again.keyidx) == (read.starts, read.tid, read.keyidx), "other fields"
        )
        require((again.picture_id < 0) == (read.picture_id < 0), "a picture id from nowhere")
        require(again.layer_sync == read.layer_sync and again.wide >= read.wide, "fewer bits")
        require((again.tl0picidx < 0) == (read.tl0picidx < 0), "a TL0PICIDX from nowhere")


CODEC_NAMES = ("VP8", "H264", "VP9", "AV1", 96, 102, 98, 100, "opus", 111)


def key_frames(data: bytes) -> bool:
    """Of every codec, cut as the plane cuts, and whole."""
    found = [begins_key_frame(codec, part) for codec in CODEC_NAMES for part in (data[:64], data)]
    require(found[0:8:2] == found[8:16:2], "a codec's name and its number disagree")
    require(not any(found[16:]), "sound with a key frame")
    return any(found)


def redundant_audio(data: bytes) -> bool:
    """RFC 2198: the newest sound is the end of what came."""
    packet = read_packet(b"\x80\x3f" + bytes(10) + data, *OURS)
    plain = without_red(packet) if packet is not None else None
    if packet is None or plain is None:
        return False
    require((packet.payload_type, plain.payload_type) == (RED, OPUS), "another codec")
    require(packet.payload == data and data.endswith(plain.payload), "sound that did not come")
    require(len(plain.payload) < len(data), "a header that was taken for sound")
    return True
