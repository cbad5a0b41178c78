"""Who is not seen or heard is found, and helped a step at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.one_way import CONFIRM_S, HEALTHY_S, LADDER, SETTLE_S, Findings, OneWayDetector, Repair, Watched

PATIENCE_S = {rung.step: rung.patience_s for rung in LADDER}

FINE = Watched("client", "therapist", "camera", "video", True, 500, 500, 90, 500)
FINE_SOUND = replace(FINE, source="microphone", kind="audio", received_packets=150, forwarded_packets=150)
NOT_ARRIVED = replace(FINE, decoded=0, arrived_packets=0)
NOT_DECODED = replace(FINE, decoded=0)
NOT_FORWARDED = replace(FINE, decoded=0, arrived_packets=0, forwarded_packets=0)
NOT_RECEIVED = replace(NOT_FORWARDED, received_packets=0)


@dataclass
class Call:
    """A room that is looked at once a second, and what was begun in it when."""

    detector: OneWayDetector = field(default_factory=OneWayDetector)
    now: int = 0
    begun: list[tuple[int, Repair]] = field(default_factory=list)

    def look(self, seconds: int, *watched: Watched) -> Findings:
        findings = Findings((), ())
        for _ in range(seconds):
            self.now += 1
            findings = self.detector.check(watched, float(self.now))
            self.begun += [(self.now, repair) for repair in findings.repairs]
        return findings

    def steps(self) -> list[str]:
        return [repair.step for _, repair in self.begun]


@pytest.fixture
def call() -> Call:
    started = Call()
    started.look(10, FINE, FINE_SOUND)
    return started


def test_a_call_in_which_everything_arrives_has_no_faults(call: Call) -> None:
    assert call.look(600, FINE, FINE_SOUND) == Findings((), ())


@pytest.mark.parametrize(
    ("broken", "leg", "peer"),
    [
        (NOT_RECEIVED, "to_relay", "therapist"),
        (NOT_FORWARDED, "in_relay", "therapist"),
        (NOT_ARRIVED, "to_viewer", "client"),
        (NOT_DECODED, "decoding", "client"),
        (replace(NOT_DECODED, arrived_packets=None), "decoding", "client"),
        (replace(NOT_RECEIVED, decoded=None, arrived_packets=None), "to_relay", "therapist"),
    ],
)
def test_the_broken_leg_is_named_with_whose_it_is(call: Call, broken: Watched, leg: str, peer: str) -> None:
    (fault,) = call.look(3, broken, FINE_SOUND).faults
    assert (fault.viewer, fault.source, fault.leg, fault.peer) == ("client", "camera", leg, peer)
    assert fault.since == 11


def test_a_fault_has_to_last_a_little(call: Call) -> None:
    for _ in range(30):
        assert not call.look(2, NOT_DECODED).faults
        call.look(1, FINE)
    assert call.look(3, NOT_DECODED).faults


def test_a_stream_that_was_just_switched_on_has_time_to_come() -> None:
    call = Call()
    assert not call.look(1 + int(SETTLE_S + CONFIRM_S), NOT_RECEIVED).faults
    assert call.look(1, NOT_RECEIVED).faults


def test_whose_page_says_nothing_is_not_judged(call: Call) -> None:
    assert not call.look(60, replace(FINE, decoded=None, arrived_packets=None)).faults


def test_what_the_page_decodes_is_never_a_fault_whatever_the_relay_has_counted(call: Call) -> None:
    assert not call.look(60, replace(NOT_RECEIVED, decoded=1)).faults


def test_all_steps_are_tried_in_turn_each_with_its_time(call: Call) -> None:
    broken = replace(NOT_DECODED, arrived_packets=None)  # a page that cannot say whether packets arrive
    findings = call.look(200, broken)
    assert call.steps() == ["key_frame", "key_frame", "ice_restart", "tcp", "rejoin", "rejoin"]
    for (at, repair), (after, _) in zip(call.begun, call.begun[1:], strict=False):
        assert after - at == PATIENCE_S[repair.step]
    (fault,) = findings.faults
    assert fault.step is None


def test_when_no_packet_passes_the_way_itself_is_repaired_at_once(call: Call) -> None:
    call.look(100, NOT_ARRIVED, replace(FINE_SOUND, decoded=0, arrived_packets=0))
    assert call.steps() == ["ice_restart", "tcp", "rejoin", "rejoin"]
    assert {repair.peer for _, repair in call.begun} == {"client"}


def test_when_other_packets_pass_the_way_is_left_alone(call: Call) -> None:
    call.look(100, NOT_DECODED, FINE_SOUND)
    assert call.steps() == ["key_frame", "key_frame", "rejoin", "rejoin"]
    assert call.begun[0][1] == Repair("key_frame", "therapist", "camera")
    assert call.begun[2][1] == Repair("rejoin", "client", None)


def test_the_other_direction_is_no_proof_that_packets_pass(call: Call) -> None:
    own_camera = Watched("therapist", "client", "own", "video", True, 500, 500, 90, 500)
    call.look(3, NOT_ARRIVED, own_camera)
    assert call.steps() == ["ice_restart"]


def test_sound_needs_no_key_frame(call: Call) -> None:
    call.look(100, FINE, replace(FINE_SOUND, decoded=0))
    assert call.steps() == ["rejoin", "rejoin"]


def test_who_is_on_tcp_already_is_not_moved_there(call: Call) -> None:
    call.look(100, replace(NOT_ARRIVED, viewer_on_tcp=True))
    assert call.steps() == ["ice_restart", "rejoin", "rejoin"]
    other = Call()
    other.look(100, replace(NOT_RECEIVED, viewer_on_tcp=True))
    assert "tcp" in other.steps()


def test_a_step_that_helps_is_the_last(call: Call) -> None:
    call.look(3, NOT_DECODED)
    call.look(600, FINE)
    assert call.steps() == ["key_frame"]


def test_what_breaks_again_soon_goes_on_up_the_ladder_and_later_from_its_foot(call: Call) -> None:
    call.look(3, NOT_ARRIVED)
    call.look(7, FINE)
    call.look(3, NOT_ARRIVED)
    assert call.steps() == ["ice_restart", "tcp"]
    call.look(int(HEALTHY_S) + 1, FINE)
    call.look(3, NOT_ARRIVED)
    assert call.steps() == ["ice_restart", "tcp", "ice_restart"]


def test_who_just_rejoined_is_not_made_to_rejoin_again_for_a_new_fault(call: Call) -> None:
    silent = replace(FINE_SOUND, decoded=0)
    call.look(3, FINE, silent)
    call.look(15, FINE, FINE_SOUND)
    call.look(5, FINE, silent)
    assert call.steps() == ["rejoin"]


def test_a_viewer_who_joins_late_gets_key_frames_of_its_own(call: Call) -> None:
    other, late = replace(FINE, source="other"), replace(NOT_DECODED, viewer="late")
    call.look(20, NOT_DECODED, other)
    call.begun.clear()
    call.look(10, NOT_DECODED, other, late, replace(other, viewer="late"))
    assert call.steps()[0] == "key_frame"


def test_one_broken_way_is_repaired_once_for_all_its_streams(call: Call) -> None:
    cameras = [replace(NOT_ARRIVED, source=number, publisher=str(number)) for number in range(6)]
    call.look(10, *(replace(FINE, source=number, publisher=str(number)) for number in range(6)))
    findings = call.look(3, *cameras)
    assert len(findings.faults) == 6
    assert call.steps() == ["ice_restart"]


def test_a_publisher_whom_nobody_gets_is_repaired_once_for_all_viewers() -> None:
    call = Call()
    call.look(10, *(replace(NOT_RECEIVED, viewer=str(number)) for number in range(30)))
    assert call.begun == [(8, Repair("ice_restart", "therapist", None))]


def test_a_key_frame_is_asked_for_once_for_all_viewers() -> None:
    call = Call()
    findings = call.look(8, *(replace(NOT_FORWARDED, viewer=str(number)) for number in range(30)))
    assert findings.repairs == (Repair("key_frame", "therapist", "camera"),)


def test_after_an_ice_restart_that_brought_back_sound_alone_a_key_frame_follows(call: Call) -> None:
    call.look(4, NOT_ARRIVED, replace(FINE_SOUND, decoded=0, arrived_packets=0))
    call.look(2, NOT_DECODED, FINE_SOUND)
    assert call.steps() == ["ice_restart", "key_frame"]


watched = st.builds(
    Watched,
    viewer=st.sampled_from("abc"),
    publisher=st.sampled_from("abc"),
    source=st.sampled_from("xyz"),
    kind=st.sampled_from(["audio", "video"]),
    is_on=st.booleans(),
    received_packets=st.integers(0, 2),
    forwarded_packets=st.integers(0, 2),
    decoded=st.none() | st.integers(0, 2),
    arrived_packets=st.none() | st.integers(0, 2),
    publisher_on_tcp=st.booleans(),
    viewer_on_tcp=st.booleans(),
)
rooms = st.lists(watched, max_size=6, unique_by=lambda one: (one.viewer, one.source))


def watch(
    rooms: Sequence[Sequence[Watched]], judge: Callable[[Sequence[Watched], Findings, int], None]
) -> None:
    detector = OneWayDetector()
    for second, room in enumerate(rooms):
        judge(room, detector.check(room, float(second)), second)


# Each moment is drawn from a few rooms, so that states last.
@st.composite
def lives(draw: st.DrawFn) -> list[list[Watched]]:
    few = draw(st.lists(rooms, min_size=1, max_size=3))
    stretches = draw(st.lists(st.tuples(st.sampled_from(few), st.integers(1, 15)), max_size=12))
    return [room for room, seconds in stretches for _ in range(seconds)]


@given(lives())
def test_what_is_off_or_decoded_is_never_at_fault_and_every_repair_has_its_fault(
    life: list[list[Watched]],
) -> None:
    def judge(room: Sequence[Watched], findings: Findings, second: int) -> None:
        by_pair = {(one.viewer, one.source): one for one in room}
        for fault in findings.faults:
            one = by_pair[fault.viewer, fault.source]
            assert one.is_on
            assert not one.decoded
            assert second - fault.since >= CONFIRM_S
        for repair in findings.repairs:
            assert repair.step in {fault.step for fault in findings.faults}
            if repair.step == "key_frame":
                assert any(one.kind == "video" and one.source == repair.source for one in room)

    watch(life, judge)


@given(lives())
def test_nobody_is_repaired_the_same_way_again_before_the_time_is_over(life: list[list[Watched]]) -> None:
    last: dict[tuple[str, object], int] = {}

    def judge(room: Sequence[Watched], findings: Findings, second: int) -> None:
        for repair in findings.repairs:
            if repair.step == "key_frame":
                continue  # other viewers may need one of their own; requests are merged elsewhere
            key = repair.step, repair.peer
            assert second - last.get(key, -100) >= PATIENCE_S[repair.step]
            last[key] = second

    watch(life, judge)


@given(watched)
def test_whatever_stays_broken_comes_to_an_end_of_repairs(broken: Watched) -> None:
    detector = OneWayDetector()
    begun: list[Repair] = []
    for second in range(200):
        begun += detector.check([broken], float(second)).repairs
    assert len(begun) <= sum(rung.times for rung in LADDER)
    assert len({repair.step for repair in begun}) <= len(LADDER)
