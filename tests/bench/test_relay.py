"""The relay's measurement: who is in a case, what is sent, and what is made of the figures."""

import os
import time
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from bench.relay import rows
from bench.relay.accounting import cpu_s, memory_bytes, waited_s
from bench.relay.cases import CASES
from bench.relay.description import ABS_SEND_TIME, TRANSPORT_CC, Line, read, write
from bench.relay.peer import Peer
from bench.relay.reports import Reporter
from bench.relay.streams import NAME, plan
from bench.relay.subjects import Person
from core.ids import ParticipantId, RoomId
from media import rtcp, transport_cc
from media.dtls import Certificate
from media.keyframe import begins_key_frame
from media.relay import Relay
from tests.media.conftest import relay as relay  # a fixture

ROOM = RoomId("room")
LINES = {
    "video": Line("1", "video", "sendonly", {ABS_SEND_TIME: 2, TRANSPORT_CC: 4}, (21, 22)),
    "audio": Line("0", "audio", "sendonly", {TRANSPORT_CC: 4}, (11,)),
}


def stand_in(**more: Any) -> Any:
    """A peer whose SRTP changes nothing and whose datagrams are kept."""
    sent: list[bytes] = []
    plain = SimpleNamespace(protect=lambda packet: packet, protect_rtcp=lambda packet: packet)
    return SimpleNamespace(sends=LINES, outbound=plain, transport_cc=4, send=sent.append, sent=sent, **more)


def test_a_case_of_calls_has_two_people_in_each_room_who_see_each_other() -> None:
    people = list(CASES["calls"].people())
    assert set(Counter(room for room, _, _ in people).values()) == {2}
    publishing = [Person(room, name) for room, name, _ in people]
    assert [one.name for one in CASES["calls"].seen_by(publishing[0], publishing)] == ["0b"]


def test_in_the_workshop_only_viewers_watch_and_they_watch_every_publisher() -> None:
    case = CASES["workshop"]
    people = [Person(room, name, sender=stand_in() if sends else None) for room, name, sends in case.people()]
    watching = [person for person in people if case.watches(person)]
    publishing = [person for person in people if person.sender]
    assert (len(watching), len(publishing), case.copies) == (30, 3, 30)
    assert case.seen_by(watching[0], publishing) == publishing


def test_a_camera_sends_170_packets_a_second_in_bursts_of_three_and_a_voice_50() -> None:
    packets = plan([stand_in(), stand_in()], 2)
    assert Counter((packet.peer, packet.name[0]) for packet in packets) == {
        (0, 0): 340,
        (0, 1): 100,
        (1, 2): 340,
        (1, 3): 100,
    }
    assert [packet.at for packet in packets] == sorted(packet.at for packet in packets)
    bursts = Counter(packet.at for packet in packets if packet.name[0] == 0)
    assert set(list(bursts.values())[:-1]) == {3}


def test_a_packet_is_as_large_as_said_and_tells_its_name_and_a_rising_transport_number() -> None:
    packets = plan([stand_in()], 1)
    assert {len(packet.data) for packet in packets} == {1200, 120}
    assert all(NAME.unpack(packet.data[-NAME.size :]) == packet.name for packet in packets)
    video = [packet.data for packet in packets if packet.name[0] == 0]
    assert video[0][12:16] == b"\xbe\xde\x00\x02"
    assert [int.from_bytes(data[2:4], "big") for data in video[:4]] == [0, 1, 2, 3]
    at = {1200: 12 + 4 + 4 + 1, 120: 12 + 4 + 1}
    numbers = [int.from_bytes(p.data[at[len(p.data)] : at[len(p.data)] + 2], "big") for p in packets]
    assert numbers == list(range(1, len(packets) + 1))


def test_about_one_frame_a_second_is_a_key_frame() -> None:
    video = [packet.data[24:] for packet in plan([stand_in()], 3) if packet.name[0] == 0]
    assert [at for at, payload in enumerate(video) if begins_key_frame(96, payload)] == [0, 171, 342]


def test_a_description_says_what_was_put_into_it() -> None:
    peer = Peer(Certificate.generateCertificate())
    offer = read(write(peer.offer()))
    assert (offer.ufrag, offer.password, offer.setup) == (peer.ufrag, peer.password, "actpass")
    assert offer.address == peer.sock.getsockname()
    assert [(line.mid, line.kind, line.direction) for line in offer.lines] == [
        ("0", "audio", "sendonly"),
        ("1", "video", "sendonly"),
    ]
    peer.sock.close()


@pytest.mark.parametrize("publishes", [True, False])
async def test_a_peer_connects_to_the_relay(relay: Relay, publishes: bool) -> None:
    peer = Peer(Certificate.generateCertificate())
    made = relay.join(ROOM, ParticipantId("one"), 1, 1)
    offer = read(made.sdp)
    relay.answer(ROOM, ParticipantId("one"), 1, made.number, write(peer.answer(offer, publishes)))
    await peer.connect(offer)
    assert peer.profile == "SRTP_AEAD_AES_128_GCM"
    assert sorted(peer.sends) == (["audio", "video"] if publishes else [])
    await peer.close()


def test_reports_and_feedback_say_what_was_received() -> None:
    peer = stand_in()
    reporter = Reporter(peer)
    reporter.heard[7] = 42
    for number, at_us in ((65535, 1000), (0, 2000)):
        reporter.note(number, at_us)
    reporter.report(1_700_000_000.0, Counter(audio=50), 1.0)
    reporter.feedback()
    reporter.feedback()
    report, feedback = peer.sent
    reports = [packet for packet in rtcp.parse(report) or [] if isinstance(packet, rtcp.RtcpSrPacket)]
    assert [block.highest_sequence for packet in reports for block in packet.reports] == [42]
    assert feedback[:2] == b"\x8f\xcd"  # transport-wide feedback
    arrived = transport_cc.parse(feedback[12:])
    assert arrived is not None
    assert [number for number, at_us in arrived.arrivals if at_us is not None] == [65535, 0]


def test_the_kernels_accounting_is_that_of_this_process() -> None:
    assert cpu_s(os.getpid()) == pytest.approx(time.process_time(), abs=0.1)
    assert memory_bytes(os.getpid()) > 10_000_000
    assert waited_s(os.getpid()) >= 0


def figures(cpu_us: float) -> dict[str, Any]:
    names = ("steady_p50_ms", "steady_p99_ms", "joining_p99_ms", "lost_pct", "waited_ms_per_s")
    return {name: 1.0 for name in names} | {
        "cpu_us": cpu_us,
        "memory_bytes": 41 << 20,
        "memory_before_bytes": 1 << 20,
    }


def test_the_median_of_the_rounds_is_compared_with_janus_in_the_same_run() -> None:
    rounds = {"todoku": [figures(us) for us in (30, 90, 40)], "janus": [figures(us) for us in (50, 40, 60)]}
    cost, *_, memory = rows(CASES["calls"], rounds)
    assert (cost["figure"], cost["baseline"], cost["ratio"], cost["target"]) == (40, 50, 0.8, 50)
    assert (memory["figure"], memory["target"]) == (2, 1)
    assert rows(CASES["workshop"], rounds)[0]["target"] == 35


def test_without_janus_there_are_figures_and_no_ratio() -> None:
    cost = rows(CASES["calls"], {"todoku": [figures(30)]})[0]
    assert (cost["figure"], cost["baseline"], cost["ratio"], cost["target"]) == (30, None, None, None)
