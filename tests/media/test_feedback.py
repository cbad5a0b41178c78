"""Decisions about RTCP, without a relay: wires by hand, time by hand."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import rtcp
from media.feedback import RESEND_AGAIN_S, Feedback, LinkQuality, Outgoing
from media.plane import PeerKey, SourceStats, Wire
from media.reception import ReceptionCount
from media.tallies import Tallies

PUBLISHER, VIEWER = PeerKey(1), PeerKey(2)
WIRE = Wire(
    PUBLISHER, 21, VIEWER, 41, sequence_offset=10, timestamp_offset=500, highest_sequence=5, span_packets=20
)


PACKET_BYTES = 1200


class Wires:
    """One source in one slot."""

    def wire_into(self, sink_peer: PeerKey, sink_ssrc: int) -> Wire | None:
        return WIRE if (sink_peer, sink_ssrc) == (VIEWER, 41) else None

    def wires_from(self, source_peer: PeerKey, source_ssrc: int) -> list[Wire]:
        return [WIRE] if (source_peer, source_ssrc) in ((PUBLISHER, 21), (PUBLISHER, 22)) else []

    def __init__(self) -> None:
        self.clocks: dict[int, tuple[float, int]] = {}
        self.resent: list[int] = []
        self.bounds: list[tuple[float, float]] = []

    def set_clock(self, peer: PeerKey, ssrc: int, ntp_s: float, rtp_timestamp: int) -> None:
        self.clocks[ssrc] = (ntp_s, rtp_timestamp)

    def resend(
        self, sink_peer: PeerKey, sink_ssrc: int, sequences: Sequence[int], again_s: float, most_bytes: float
    ) -> list[int]:
        self.resent += sequences
        self.bounds.append((again_s, most_bytes))
        return [PACKET_BYTES] * (len(sequences) - 1)


@pytest.fixture
def wires() -> Wires:
    return Wires()


class Estimates:
    """What is told of the ways to subscribers, as rows."""

    def __init__(self) -> None:
        self.rows: list[tuple[object, ...]] = []

    def target_bps(self, peer: PeerKey) -> int:
        return 800_000

    def transport_feedback(self, peer: PeerKey, fci: bytes, now: float) -> None:
        self.rows.append(("transport", peer, fci, now))

    def remb(self, peer: PeerKey, bps: int, ssrcs: Sequence[int], now: float) -> None:
        self.rows.append(("remb", peer, bps, list(ssrcs), now))

    def receiver_report(self, peer: PeerKey, lost: float, rtt_s: float | None, now: float) -> None:
        self.rows.append(("report", peer, lost, rtt_s))


@pytest.fixture
def estimates() -> Estimates:
    return Estimates()


@pytest.fixture
def feedback(wires: Wires, estimates: Estimates) -> Feedback:
    return Feedback(wires, estimates)


def packets(outgoing: Outgoing) -> list[rtcp.AnyRtcpPacket]:
    parsed = rtcp.parse(outgoing.data)
    assert parsed is not None
    return parsed


def test_what_a_viewer_misses_is_sent_again_by_us(feedback: Feedback, wires: Wires) -> None:
    assert feedback.received(VIEWER, bytes(rtcp.nack(9, 41, [5, 4, 3])), 0.0) == []
    assert sorted(wires.resent) == [3, 4, 5]
    assert (feedback.counters["resent_packets"], feedback.counters["not_resent_packets"]) == (2, 1)


def test_what_repeats_cost_is_bounded_by_the_round_trip_and_by_what_the_way_carries(
    feedback: Feedback, wires: Wires
) -> None:
    wanted = bytes(rtcp.nack(9, 41, list(range(11))))
    feedback.received(VIEWER, wanted, 1.0)
    feedback.quality[VIEWER] = LinkQuality(rtt_ms=180.0)
    feedback.received(VIEWER, wanted, 1.0)
    feedback.received(VIEWER, wanted, 1.1)
    assert wires.bounds == [
        (RESEND_AGAIN_S, 100_000),
        (0.18, 100_000 - 10 * PACKET_BYTES),
        (0.18, pytest.approx(100_000 - 20 * PACKET_BYTES + 10_000)),
    ]


def test_a_sender_report_tells_the_plane_the_clock(feedback: Feedback, wires: Wires) -> None:
    report = rtcp.RtcpSrPacket(21, rtcp.RtcpSenderInfo(3 << 31, 90_000, 1, 1))
    feedback.received(PUBLISHER, bytes(report), 0.0)
    assert wires.clocks == {21: (1.5, 90_000)}


def test_an_unknown_slot_is_asked_nothing_for(feedback: Feedback) -> None:
    assert feedback.received(VIEWER, bytes(rtcp.nack(9, 99, [1])), 0.0) == []
    assert feedback.received(VIEWER, bytes(rtcp.pli(9, 99)), 0.0) == []
    assert feedback.received(PUBLISHER, bytes(rtcp.pli(9, 41)), 0.0) == []


def test_what_is_said_of_a_slot_and_of_a_source_is_counted(wires: Wires, estimates: Estimates) -> None:
    tallies = Tallies()
    feedback = Feedback(wires, estimates, tallies)
    fir = rtcp.RtcpPsfbPacket(fmt=rtcp.RTCP_PSFB_FIR, ssrc=9, media_ssrc=0, fci=b"\0\0\0\x29\1\0\0\0")
    feedback.received(PUBLISHER, bytes(rtcp.RtcpSrPacket(21, rtcp.RtcpSenderInfo(0, 0, 1, 1))), 0.0)
    lost = rtcp.RtcpRrPacket(9, [rtcp.RtcpReceiverInfo(41, 64, 0, 0, 900, 0, 0)])
    for packet in (rtcp.nack(9, 41, [5, 4, 3]), rtcp.nack(9, 41, [6, 7]), rtcp.pli(9, 41), fir, lost):
        feedback.received(VIEWER, bytes(packet), 0.0)
    slot, source = tallies.look(VIEWER, 41), tallies.look(PUBLISHER, 21)
    assert (slot.nacks, slot.resent_packets, slot.plis, slot.firs) == (2, 3, 1, 1)
    assert (slot.lost_pct, slot.jitter) == (25, 900)
    assert (source.plis, source.nacks) == (1, 0)
    tallies.forget(VIEWER)
    assert tallies.look(VIEWER, 41).nacks == 0


def test_what_is_said_of_an_unknown_slot_is_not_kept(wires: Wires, estimates: Estimates) -> None:
    tallies = Tallies()
    feedback = Feedback(wires, estimates, tallies)
    lost = rtcp.RtcpRrPacket(9, [rtcp.RtcpReceiverInfo(99, 64, 0, 0, 900, 0, 0)])
    for packet in (rtcp.nack(9, 99, [1]), rtcp.pli(9, 99), lost):
        feedback.received(VIEWER, bytes(packet), 0.0)
    assert len(tallies) == 0


def test_key_frame_requests_go_upstream_merged(feedback: Feedback) -> None:
    pli = bytes(rtcp.pli(9, 41))
    fir = bytes(rtcp.RtcpPsfbPacket(fmt=rtcp.RTCP_PSFB_FIR, ssrc=9, media_ssrc=0, fci=b"\0\0\0\x29\1\0\0\0"))
    [first] = feedback.received(VIEWER, pli, 0.0)
    assert (first.peer, first.key_frame_of) == (PUBLISHER, 21)
    assert feedback.received(VIEWER, pli + fir, 0.1) == []
    assert feedback.next_due() == 0.5
    assert [o.key_frame_of for o in feedback.due(0.5)] == [21]
    feedback.key_frame_started(PUBLISHER, 21)
    assert feedback.due(1.0) == []
    assert [o.key_frame_of for o in feedback.received(VIEWER, fir, 2.0)] == [21]


def test_a_sender_report_is_passed_on_with_the_viewers_numbers(feedback: Feedback) -> None:
    report = rtcp.RtcpSrPacket(21, rtcp.RtcpSenderInfo(1 << 40, 0xFFFFFFFF, 1, 1))
    [passed] = feedback.received(PUBLISHER, bytes(report), 0.0)
    sent, description = packets(passed)
    assert passed.peer == VIEWER
    assert isinstance(sent, rtcp.RtcpSrPacket)
    assert (sent.ssrc, sent.sender_info.rtp_timestamp, sent.sender_info.ntp_timestamp) == (41, 499, 1 << 40)
    assert isinstance(description, rtcp.RtcpSdesPacket)


def test_the_report_of_a_retransmission_stream_is_not_passed_on(feedback: Feedback) -> None:
    report = rtcp.RtcpSrPacket(22, rtcp.RtcpSenderInfo(1 << 40, 0, 1, 1))
    assert feedback.received(PUBLISHER, bytes(report), 0.0) == []


def test_the_round_trip_is_measured_against_the_moment_of_forwarding(feedback: Feedback) -> None:
    report = rtcp.RtcpSrPacket(21, rtcp.RtcpSenderInfo(0x1234 << 16, 0, 1, 1))
    feedback.received(PUBLISHER, bytes(report), 10.0)
    echo = rtcp.RtcpReceiverInfo(41, 128, 0, 0, 0, lsr=0x1234, dlsr=65536 // 2)
    feedback.received(VIEWER, bytes(rtcp.RtcpRrPacket(9, [echo])), 10.6)
    quality = feedback.quality[VIEWER]
    assert quality.loss_pct == 50
    assert quality.rtt_ms == pytest.approx(100)
    feedback.forget(VIEWER)
    assert VIEWER not in feedback.quality


def test_receiver_reports_tell_the_loss_since_the_last_one(feedback: Feedback) -> None:
    def report(received: int, expected: int, now: float) -> rtcp.RtcpReceiverInfo:
        count = ReceptionCount(received, expected, 70000, 3)
        parsed = packets(feedback.report(PUBLISHER, [SourceStats(21, "video", count, 0, 0, 0, 0)], now))[0]
        assert isinstance(parsed, rtcp.RtcpRrPacket)
        return parsed.reports[0]

    assert report(75, 100, 1.0).fraction_lost == 64
    feedback.received(PUBLISHER, bytes(rtcp.RtcpSrPacket(21, rtcp.RtcpSenderInfo(5 << 16, 0, 1, 1))), 1.5)
    block = report(175, 200, 2.0)
    assert (block.fraction_lost, block.packets_lost, block.highest_sequence) == (0, 25, 70000)
    assert (block.lsr, block.dlsr) == (5, 32768)


def test_what_a_viewer_says_of_its_way_is_handed_on(feedback: Feedback, estimates: Estimates) -> None:
    report = rtcp.TransportFeedbackPacket(9, 0, bytes(12))
    lost = rtcp.RtcpRrPacket(9, [rtcp.RtcpReceiverInfo(41, 128, 0, 0, 0, 0, 0)])
    feedback.received(PUBLISHER, bytes(rtcp.RtcpSrPacket(21, rtcp.RtcpSenderInfo(0, 0, 1, 1))), 0.0)
    for packet in (rtcp.remb(9, 500_000, [41]), report, lost):
        assert feedback.received(VIEWER, bytes(packet), 1.0) == []
    assert estimates.rows == [
        ("remb", VIEWER, 500_000 >> 1 << 1, [41], 1.0),
        ("transport", VIEWER, bytes(12), 1.0),
        ("report", VIEWER, 0.5, pytest.approx(1.0)),
    ]


def test_a_cap_is_written_as_an_estimate(feedback: Feedback) -> None:
    capped = feedback.cap(PUBLISHER, 21, 500_000)
    [remb] = packets(capped)
    assert isinstance(remb, rtcp.RtcpPsfbPacket)
    assert (capped.peer, rtcp.remb_bps(remb.fci)) == (PUBLISHER, (500_000 >> 1 << 1, [21]))


def test_any_estimate_can_be_read(feedback: Feedback, estimates: Estimates) -> None:
    largest = b"REMB\x01\xff\xff\xff" + (41).to_bytes(4, "big")
    packet = rtcp.RtcpPsfbPacket(fmt=rtcp.RTCP_PSFB_APP, ssrc=9, media_ssrc=0, fci=largest)
    feedback.received(VIEWER, bytes(packet), 0.0)
    assert estimates.rows[0][:2] == ("remb", VIEWER)


def test_malformed_compounds_are_counted_and_used_in_no_part(feedback: Feedback) -> None:
    assert feedback.received(VIEWER, bytes(rtcp.pli(9, 41)) + b"\x80", 0.0) == []
    assert feedback.counters["rtcp_malformed"] == 1


@given(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=40))
def test_nack_carries_any_set_of_numbers(numbers: list[int]) -> None:
    [parsed] = rtcp.parse(bytes(rtcp.nack(1, 2, numbers))) or []
    assert isinstance(parsed, rtcp.RtcpRtpfbPacket)
    assert set(parsed.lost) == set(numbers)


HEADS = st.sampled_from(
    [b"\x81\xc8", b"\x81\xc9", b"\x81\xcd", b"\x81\xce", b"\x84\xce", b"\x8f\xce", b"\x81\xca"]
)


@given(HEADS, st.binary(max_size=120))
def test_no_bytes_make_the_decisions_fail(head: bytes, body: bytes) -> None:
    body = body[: len(body) // 4 * 4]
    compound = head + (len(body) // 4).to_bytes(2, "big") + body
    addressed = head + b"\x00\x04" + b"\0\0\0\x09\0\0\0\x29REMB" + (body + b"\0\0\0\0")[:4]
    for data in (compound, addressed, body):
        for peer in (PUBLISHER, VIEWER):
            assert all(
                rtcp.parse(o.data) is not None
                for o in Feedback(Wires(), Estimates()).received(peer, data, 0.0)
            )
