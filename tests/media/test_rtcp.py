"""RTCP as bytes and back, where aiortc's classes leave something to us."""

import struct

from media import rtcp


def test_a_nack_that_goes_round_the_end_of_the_numbers_names_the_packets_meant() -> None:
    following = 0b111  # the three after the first
    data = struct.pack("!BBHLLHH", 0x81, 205, 3, 9, 41, 65534, following)
    packets = rtcp.parse(data)
    assert packets is not None
    [packet] = packets
    assert isinstance(packet, rtcp.RtcpRtpfbPacket)
    assert packet.lost == [65534, 65535, 0, 1]
