"""Redundant audio (RFC 2198): takes the newest sound out of a packet, for who has no RED. Pure."""

from copy import copy

from media.codecs import CODEC_NAMED
from media.packet import Packet

RED, OPUS = CODEC_NAMED["red"].payload_type, CODEC_NAMED["opus"].payload_type


def without_red(packet: Packet) -> Packet | None:
    """The packet without its redundancy; None when it is no RED, malformed, or of another codec."""
    if packet.payload_type != RED:
        return None
    payload, at, earlier = packet.payload, 0, 0
    while at < len(payload) and payload[at] & 0x80:  # F: another block's header follows
        if at + 4 > len(payload):
            return None
        earlier += int.from_bytes(payload[at + 2 : at + 4], "big") & 0x3FF
        at += 4
    if at >= len(payload) or payload[at] & 0x7F != OPUS or at + 1 + earlier > len(payload):
        return None
    plain = copy(packet)
    plain.payload_type, plain.payload = OPUS, payload[at + 1 + earlier :]
    return plain
