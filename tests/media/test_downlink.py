"""What is made of a subscriber's feedback, and how probes are sent; a plane by hand, time by hand."""

from collections.abc import Sequence

import pytest

from media import rtcp, transport_cc
from media.bandwidth_model import Load, PacketResult
from media.downlink import MIN_BPS, SILENCE_BPS, START_BPS, STATUSES_PER_S, Downlinks
from media.feedback import Feedback
from media.plane import PeerKey

VIEWER, STRANGER = PeerKey(2), PeerKey(9)
SLOT = 42
PACKET_BYTES = 1200


class Line:
    """A plane and the network behind it: `send` packets, then `report` them as they have arrived."""

    def __init__(self) -> None:
        self.packets: dict[int, tuple[float, int]] = {}
        self.number = 65_000
        self.padding: list[tuple[int, int]] = []
        self.bytes = 0

    def send(self, at: float, count: int = 1) -> list[int]:
        numbers = []
        for _ in range(count):
            self.number += 1
            self.packets[self.number & 0xFFFF] = (at, PACKET_BYTES)
            self.bytes += PACKET_BYTES
            numbers.append(self.number)
        return numbers

    def sent(self, peer: PeerKey, base_sequence: int, count: int) -> list[tuple[float, int] | None]:
        return [self.packets.get(base_sequence + n & 0xFFFF) for n in range(count)]

    def sent_bytes(self, peer: PeerKey) -> int:
        return self.bytes

    def send_padding(self, sink_peer: PeerKey, sink_ssrc: int, packets: int) -> int:
        self.padding.append((sink_ssrc, packets))
        self.bytes += packets * PACKET_BYTES
        return packets * PACKET_BYTES


class NoWires:
    """A plane without sources and slots."""


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def downlinks(line: Line) -> Downlinks:
    opened = Downlinks(line)
    opened.open(VIEWER, [SLOT])
    return opened


def report(downlinks: Downlinks, arrivals: list[tuple[int, int]], now: float) -> None:
    [packet] = transport_cc.build(1, 0, 0, arrivals)
    downlinks.transport_feedback(VIEWER, packet[12:], now)


def second(downlinks: Downlinks, line: Line, start: float, packets: int, delay_s: float = 0.02) -> float:
    """Evenly sent packets that all arrive after the same time; the moment after their last report."""
    for step in range(10):
        at = start + step / 10
        numbers = line.send(at, packets // 10)
        report(downlinks, [(n, round((at + delay_s) * 1e6)) for n in numbers], at + 2 * delay_s)
        downlinks.tick(VIEWER, at + 2 * delay_s)
    return start + 1


def test_an_unhindered_way_is_found_wider_than_it_was_believed(downlinks: Downlinks, line: Line) -> None:
    downlinks.allocated(VIEWER, Load(START_BPS, 5_000_000), 0.0)
    now = 0.0
    for _ in range(5):
        now = second(downlinks, line, now, packets=100)
    assert downlinks.target_bps(VIEWER) > START_BPS


def test_what_was_reported_counts_once_and_a_late_arrival_corrects_a_loss(
    downlinks: Downlinks, line: Line
) -> None:
    told: list[list[bool]] = []
    estimator = downlinks._links[VIEWER].estimator

    def feedback(results: Sequence[PacketResult], now: float, unreported_bytes: int = 0) -> None:
        told.append([result.arrived_at_s is not None for result in results])

    estimator.feedback = feedback  # type: ignore[method-assign]
    first, lost, last = line.send(1.0, 3)
    for arrived in ([first, last], [first, last], [first, lost, last], [first, last]):
        report(downlinks, [(number, 1_000_000) for number in arrived], 1.1)
    assert told == [[True, False, True], [], [True], []]


def test_what_a_lost_report_would_have_told_of_counts_as_sent(downlinks: Downlinks, line: Line) -> None:
    told: list[int] = []
    estimator = downlinks._links[VIEWER].estimator

    def feedback(results: object, now: float, unreported_bytes: int = 0) -> None:
        told.append(unreported_bytes)

    estimator.feedback = feedback  # type: ignore[method-assign]
    numbers = line.send(1.0, 9)
    for part in (numbers[:3], numbers[6:], numbers[3:5], numbers[8:]):
        report(downlinks, [(n, 1_000_000) for n in part], 1.1)
    assert told == [0, 3 * PACKET_BYTES, 0, 0]


def test_silence_alone_does_not_pause_video(downlinks: Downlinks, line: Line) -> None:
    downlinks.allocated(VIEWER, Load(START_BPS, START_BPS), 0.0)
    now = second(downlinks, line, 0.0, packets=100)
    for step in range(300):
        downlinks.tick(VIEWER, now + step / 10)
    assert downlinks._links[VIEWER].estimator.target_bps < SILENCE_BPS
    assert downlinks.target_bps(VIEWER) == SILENCE_BPS


def test_a_probe_makes_up_with_padding_what_media_does_not_send(downlinks: Downlinks, line: Line) -> None:
    downlinks.allocated(VIEWER, Load(200_000, 5_000_000), 0.0)
    now, begun = 0.0, False
    while not begun and now < 30:
        now = second(downlinks, line, now, packets=20)
        begun = downlinks._links[VIEWER].running is not None
    run = downlinks._links[VIEWER].running
    assert run is not None
    before = line.bytes
    steps = round(run.probe.duration_s / 0.005) + 2
    going = []
    for step in range(steps):
        downlinks.probe(run.began_at + step * 0.005)
        going.append(downlinks.is_probing)
    assert going[0]
    assert not going[-1]
    wanted = run.probe.bitrate_bps * run.probe.duration_s / 8
    assert wanted * 0.8 <= line.bytes - run.bytes_before <= wanted + 2 * PACKET_BYTES
    assert before <= line.bytes
    assert {slot for slot, _ in line.padding} == {SLOT}


def test_without_transport_feedback_the_viewers_own_estimate_counts(downlinks: Downlinks) -> None:
    downlinks.allocated(VIEWER, Load(START_BPS, START_BPS), 0.0)
    downlinks.remb(VIEWER, 400_000, [], 0.0)
    assert downlinks.target_bps(VIEWER) == 400_000
    downlinks.remb(VIEWER, 1, [], 1.0)
    assert downlinks.target_bps(VIEWER) == MIN_BPS


def test_nonsense_and_strangers_change_nothing(downlinks: Downlinks) -> None:
    downlinks.transport_feedback(VIEWER, b"nonsense", 0.0)
    downlinks.transport_feedback(STRANGER, bytes(12), 0.0)
    downlinks.remb(STRANGER, 1, [], 0.0)
    downlinks.receiver_report(STRANGER, 1.0, None, 0.0)
    downlinks.allocated(STRANGER, Load(1, 1), 0.0)
    assert downlinks.target_bps(VIEWER) == downlinks.target_bps(STRANGER) == START_BPS
    assert downlinks.counters["transport_feedback_malformed"] == 2
    downlinks.forget(VIEWER)
    downlinks.tick(VIEWER, 1.0)
    assert not downlinks.is_probing


# Somebody who means harm.


def claim(base: int, count: int) -> bytes:
    """A few bytes of feedback about so many packets, of which none came."""
    packet_chunks = count.to_bytes(2, "big")
    return (base & 0xFFFF).to_bytes(2, "big") + count.to_bytes(2, "big") + bytes(4) + packet_chunks


def test_feedback_that_claims_much_costs_a_bounded_number_of_look_ups(
    downlinks: Downlinks, line: Line
) -> None:
    looked_up: list[int] = []
    sent = line.sent

    def counted(peer: PeerKey, base_sequence: int, count: int) -> list[tuple[float, int] | None]:
        looked_up.append(count)
        return sent(peer, base_sequence, count)

    line.sent = counted  # type: ignore[method-assign]
    line.send(1.0, 3000)
    feedback = Feedback(NoWires(), downlinks)  # type: ignore[arg-type]
    one = bytes(rtcp.TransportFeedbackPacket(9, 0, claim(line.number - 8000, 8191)))
    for _ in range(40):
        feedback.received(VIEWER, 47 * one, 10.0)
    assert looked_up == []  # more than anybody keeps
    for step in range(40):
        most = bytes(rtcp.TransportFeedbackPacket(9, 0, claim(line.number + 4000 * step, 2048)))
        feedback.received(VIEWER, 47 * most, 12.0)
    assert 0 < sum(looked_up) <= STATUSES_PER_S
    assert downlinks.counters["transport_feedback_too_much"] > 0


def test_of_many_feedback_messages_in_one_packet_two_are_read(downlinks: Downlinks, line: Line) -> None:
    feedback = Feedback(NoWires(), downlinks)  # type: ignore[arg-type]
    first = line.send(1.0, 5)[0]
    feedback.received(VIEWER, 5 * bytes(rtcp.TransportFeedbackPacket(9, 0, claim(first, 5))), 1.1)
    assert feedback.counters["transport_feedback_too_much"] == 3
