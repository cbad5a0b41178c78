"""Two browsers in one call over real UDP and real DTLS-SRTP."""

import pytest

from core.ids import ParticipantId
from media import rtcp, transport_cc
from media.model import RelayEvent
from media.relay import Relay
from media.stage import AUDIO_BPS
from tests.media.client import AUDIO, VIDEO, VIDEO_RTX, VP8_DELTA, VP8_KEY, Client, rtp_packet
from tests.media.conftest import ROOM, Join

pytestmark = pytest.mark.usefixtures("plain_numbers")


def video(client: Client, sequence: int, timestamp: int = 0, payload: bytes = VP8_DELTA) -> None:
    client.send_rtp(rtp_packet(client.ssrcs[1], sequence, timestamp, payload, VIDEO))


def with_extension(packet: bytes, element: bytes) -> bytes:
    block = b"\xbe\xde\x00\x01" + element.ljust(4, b"\x00")
    return bytes([packet[0] | 0x10]) + packet[1:12] + block + packet[12:]


async def test_media_flows_both_ways_on_the_announced_ssrcs(join: Join) -> None:
    one, two = await join("one"), await join("two")
    video(one, 100, 9000, VP8_KEY)
    two.send_rtp(rtp_packet(two.ssrcs[0], 7, 960, b"opus", AUDIO))
    await two.until(lambda: two.received(two.slot("3")))
    await one.until(lambda: one.received(one.slot("2")))
    assert two.received(two.slot("3")) == [(100, 9000, VP8_KEY)]
    assert one.received(one.slot("2")) == [(7, 960, b"opus")]


async def test_the_cheapest_profile_is_negotiated(join: Join) -> None:
    client = await join("one")
    assert client.keys is not None
    assert client.keys.profile == "SRTP_AEAD_AES_128_GCM"


async def test_a_newcomer_makes_the_publisher_send_a_key_frame(join: Join) -> None:
    one = await join("one")
    video(one, 1)
    await join("two")
    [asked, *_] = await one.until(lambda: one.feedback(rtcp.RtcpPsfbPacket, rtcp.RTCP_PSFB_PLI))
    assert asked.media_ssrc == one.ssrcs[1]


async def test_a_key_frame_request_without_effect_is_repeated_until_the_frame_comes(
    join: Join, relay: Relay
) -> None:
    one, _ = await join("one"), await join("two")
    await one.until(lambda: len(one.feedback(rtcp.RtcpPsfbPacket, rtcp.RTCP_PSFB_PLI)) >= 2)
    video(one, 1, payload=VP8_KEY)
    two_asked = len(one.feedback(rtcp.RtcpPsfbPacket, rtcp.RTCP_PSFB_PLI))
    await one.until(lambda: len(one.feedback(rtcp.RtcpRrPacket)) >= 2)
    assert len(one.feedback(rtcp.RtcpPsfbPacket, rtcp.RTCP_PSFB_PLI)) == two_asked


async def test_loss_on_the_way_to_us_is_asked_for_and_repaired(join: Join) -> None:
    one, two = await join("one"), await join("two")
    for sequence in (65534, 65535, 1):
        video(one, sequence, payload=VP8_KEY)
    [nack, *_] = await one.until(lambda: one.feedback(rtcp.RtcpRtpfbPacket))
    assert (nack.media_ssrc, nack.lost) == (one.ssrcs[1], [0])
    one.send_rtp(rtp_packet(one.ssrcs[2], 500, 0, b"\x00\x00" + VP8_DELTA, VIDEO_RTX))
    await two.until(lambda: len(two.received(two.slot("3"))) == 4)
    assert two.received(two.slot("3"))[3] == (0, 0, VP8_DELTA)
    assert two.received(two.rtx_slot("3")) == []


async def test_loss_on_the_way_from_us_is_repaired_from_what_we_keep(join: Join, relay: Relay) -> None:
    one, two = await join("one"), await join("two")
    for sequence in (9, 10, 11):
        video(one, sequence, payload=VP8_KEY + bytes([sequence]))
    await two.until(lambda: len(two.received(two.slot("3"))) == 3)
    two.send_rtcp(rtcp.nack(1, two.slot("3"), [10, 77]))
    [(_, _, payload)] = await two.until(lambda: two.received(two.rtx_slot("3")))
    assert payload == b"\x00\x0a" + VP8_KEY + b"\x0a"
    assert one.feedback(rtcp.RtcpRtpfbPacket) == []
    counters = relay.stats().counters
    assert (counters["resent_packets"], counters["not_resent_packets"]) == (1, 1)


async def test_a_reload_continues_the_viewers_stream(join: Join, relay: Relay) -> None:
    events: list[RelayEvent] = []
    relay.on_event = events.append
    one, two = await join("one"), await join("two")
    video(one, 10, 1000, VP8_KEY)
    video(one, 11, 1000)
    await two.until(lambda: len(two.received(two.slot("3"))) == 2)
    again = await join("one", seat=2)
    video(again, 40000, 77, VP8_KEY)
    video(again, 39999, 70)  # from before the first one that was forwarded: never
    video(again, 40001, 77)
    await two.until(lambda: len(two.received(two.slot("3"))) == 4)
    packets = two.received(two.slot("3"))
    assert [sequence for sequence, _, _ in packets] == [10, 11, 12, 13]
    assert 1000 < packets[2][1] < 1000 + 10 * 90000
    assert packets[2][1] == packets[3][1]
    two.send_rtcp(rtcp.nack(1, two.slot("3"), [10, 12]))
    [(_, _, payload)] = await two.until(lambda: two.received(two.rtx_slot("3")))
    assert payload == b"\x00\x0c" + VP8_KEY
    assert [(e.participant_id, e.seat, e.event) for e in events] == [
        ("one", 1, "connected"),
        ("two", 1, "connected"),
        ("one", 2, "connected"),
    ]


async def test_sender_reports_are_rewritten_and_their_echo_gives_the_round_trip(
    join: Join, relay: Relay
) -> None:
    one, two = await join("one"), await join("two")
    video(one, 10, 1000, VP8_KEY)
    await two.until(lambda: two.received(two.slot("3")))
    ntp = 0x1234567890ABCDEF
    one.send_rtcp(rtcp.RtcpSrPacket(one.ssrcs[1], rtcp.RtcpSenderInfo(ntp, 1000, 99, 9999)))
    [report] = await two.until(lambda: two.feedback(rtcp.RtcpSrPacket))
    assert report.ssrc == two.slot("3")
    assert report.sender_info == rtcp.RtcpSenderInfo(ntp, 1000, 1, len(VP8_KEY))
    two.send_rtcp(
        rtcp.RtcpRrPacket(1, [rtcp.RtcpReceiverInfo(two.slot("3"), 64, 1, 10, 0, ntp >> 16 & 0xFFFFFFFF, 0)])
    )
    await one.until(lambda: len(one.feedback(rtcp.RtcpRrPacket)) >= 3)
    relay.tick()
    [_, second] = relay.stats().rooms[0].participants
    assert second.loss_down_pct == 25.0
    assert second.rtt_ms is not None
    assert 0 <= second.rtt_ms < 5000


async def test_publishers_get_receiver_reports_of_what_arrived(join: Join) -> None:
    one, two = await join("one"), await join("two")
    for sequence in (1, 2, 4):
        video(one, sequence, payload=VP8_KEY)
    await two.until(lambda: len(two.received(two.slot("3"))) == 3)
    ntp = 0x1234567890ABCDEF
    one.send_rtcp(rtcp.RtcpSrPacket(one.ssrcs[1], rtcp.RtcpSenderInfo(ntp, 1000, 99, 9999)))
    blocks = await one.until(lambda: [b for p in one.feedback(rtcp.RtcpRrPacket) for b in p.reports if b.lsr])
    block = blocks[0]
    assert (block.ssrc, block.packets_lost, block.highest_sequence) == (one.ssrcs[1], 1, 4)
    assert block.lsr == ntp >> 16 & 0xFFFFFFFF


async def test_a_publisher_is_told_what_the_far_side_can_take_beside_the_sound(join: Join) -> None:
    one, two = await join("one"), await join("two")
    two.send_rtcp(rtcp.remb(1, 750_000, [two.slot("3")]))
    caps = await one.until(lambda: one.feedback(rtcp.RtcpPsfbPacket, rtcp.RTCP_PSFB_APP))
    wanted = (750_000 - AUDIO_BPS) >> 2 << 2
    await one.until(
        lambda: (
            (wanted, [one.ssrcs[1]])
            in [rtcp.remb_bps(cap.fci) for cap in one.feedback(rtcp.RtcpPsfbPacket, rtcp.RTCP_PSFB_APP)]
        )
    )
    assert caps


async def test_the_downlink_follows_nomination_only(join: Join) -> None:
    one, two = await join("one"), await join("two")
    await two.move()
    two.check()
    await two.until(lambda: two.checks_answered == 2)
    video(one, 1, payload=VP8_KEY)
    two.check(nominate=True)
    await two.until(lambda: two.checks_answered == 3)
    video(one, 2)
    await two.until(lambda: two.received(two.slot("3")))
    assert [sequence for sequence, _, _ in two.received(two.slot("3"))] == [2]


async def test_a_goodbye_frees_the_seat(join: Join, relay: Relay) -> None:
    one, two = await join("one"), await join("two")
    events: list[str] = []
    relay.on_event = lambda event: events.append(f"{event.participant_id} {event.event}")
    await one.close()
    video(two, 1)
    await two.until(lambda: len(two.feedback(rtcp.RtcpRrPacket)) >= 1)
    assert events == ["one disconnected"]
    assert [p.participant_id for p in relay.stats().rooms[0].participants] == ["two"]


@pytest.mark.parametrize("mid", [b"\x10\x31", b"\x00\x00"])
async def test_an_unannounced_stream_is_known_by_mid_or_type(relay: Relay, join: Join, mid: bytes) -> None:
    two = await join("two")
    participant = ParticipantId("one")
    one = Client(relay.join(ROOM, participant, 1, 1))
    answer = "\r\n".join(row for row in one.answer.split("\r\n") if not row.startswith("a=ssrc"))
    relay.answer(ROOM, participant, 1, one.offer.number, answer)
    await one.connect()
    one.send_rtp(with_extension(rtp_packet(4712, 5, 0, VP8_KEY), b"\x10\x39"))  # there is no m-line 9
    one.send_rtp(with_extension(rtp_packet(4711, 6, 0, VP8_KEY), mid))
    [(sequence, _, payload)] = await two.until(lambda: two.received(two.slot("3")))
    await one.close()
    assert (sequence, payload) == (6, VP8_KEY)


async def test_publishers_are_told_what_came_and_when(join: Join) -> None:
    one, _ = await join("one"), await join("two")
    for number in (65535, 0, 2):
        block = b"\x41" + number.to_bytes(2, "big")
        one.send_rtp(with_extension(rtp_packet(one.ssrcs[1], number, 0, VP8_KEY), block))
    reports = await one.until(lambda: one.feedback(rtcp.TransportFeedbackPacket))
    found = [transport_cc.parse(report.fci) for report in reports]
    numbers = {number: at for one in found if one is not None for number, at in one.arrivals}
    assert numbers.keys() == {65535, 0, 1, 2}
    assert [number for number, at in numbers.items() if at is None] == [1]
