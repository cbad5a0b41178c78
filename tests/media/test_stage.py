"""Who is shown where and in which layer; values by hand, time by hand."""

import pytest

from core.ids import ParticipantId
from media.allocation import HOLD_S, UNWATCHED_S, Wish
from media.model import Device
from media.plane import PeerKey
from media.speaker import ActiveSpeaker
from media.stage import AUDIO_BPS, EXPECTED_BPS, LEAST_VIDEO_BPS, MOST_VIDEO_BPS, PATIENCE_S, Order, Stage

ONE, TWO, THREE, FOUR = (PeerKey(number) for number in (1, 2, 3, 4))
PLENTY = 10_000_000


def name(peer: PeerKey) -> ParticipantId:
    return ParticipantId(f"p{peer}")


class Ranked(ActiveSpeaker):
    """Whoever is said to have spoken last."""

    def __init__(self) -> None:
        super().__init__()
        self.said: tuple[PeerKey, ...] = ()

    @property
    def ranking(self) -> tuple[PeerKey, ...]:
        return self.said


def pair() -> Stage:
    """A consultation: each has a slot for sound and one for video, SSRCs 10 * peer + 1 and + 2."""
    stage = Stage()
    for peer in (ONE, TWO):
        stage.view(peer, name(peer), {"audio": [10 * peer + 1], "video": [10 * peer + 2]})
        stage.publish(peer, "audio", "", 100 * peer + 1)
        stage.publish(peer, "video", "", 100 * peer + 2)
    stage.arrange()
    return stage


def workshop(viewers: int = 1, publishers: int = 3, video_slots: int = 2) -> Stage:
    """Publishers 1.. with three layers each; viewers 11.. with slots 1000 * peer + n."""
    stage = Stage()
    for number in range(1, publishers + 1):
        stage.publish(PeerKey(number), "audio", "", 100 * number)
        for at, rid in enumerate("lmh"):
            stage.publish(PeerKey(number), "video", rid, 100 * number + at + 1)
            stage.measured_bps[PeerKey(number), 100 * number + at + 1] = EXPECTED_BPS[rid]
    for number in range(11, 11 + viewers):
        peer = PeerKey(number)
        video = [1000 * peer + slot for slot in range(1, video_slots + 1)]
        stage.view(peer, name(peer), {"audio": [1000 * peer], "video": video})
    stage.arrange()
    return stage


VIEWER = PeerKey(11)


def shown(stage: Stage, peer: PeerKey = VIEWER) -> list[PeerKey]:
    viewer = stage.viewers[peer]
    return [viewer.shown[slot] for slot in viewer.slots["video"] if slot in viewer.shown]


def layers(stage: Stage, target_bps: int, now: float = 0.0) -> dict[PeerKey, int]:
    """The layer (0 lowest) each publisher is seen in by the viewer."""
    stage.orders(VIEWER, target_bps, now)
    viewer = stage.viewers[VIEWER]
    wires = [viewer.wired[slot] for slot in viewer.slots["video"] if slot in viewer.wired]
    return {peer: ssrc % 100 - 1 for peer, ssrc in wires}


def test_two_people_see_and_hear_each_other_and_are_told_once() -> None:
    stage = pair()
    assert stage.orders(ONE, PLENTY, 0.0) == [
        Order(ONE, 11, "audio", TWO, 201),
        Order(ONE, 12, "video", TWO, 202),
    ]
    assert stage.orders(ONE, PLENTY, 0.1) == []


def test_on_pressure_video_pauses_and_sound_never_does() -> None:
    stage = pair()
    stage.orders(ONE, PLENTY, 0.0)
    assert stage.orders(ONE, LEAST_VIDEO_BPS, 1.0) == []  # a dip
    assert stage.orders(ONE, LEAST_VIDEO_BPS, PATIENCE_S) == [Order(ONE, 12, "video")]
    assert stage.orders(ONE, 0, PATIENCE_S + 1) == []
    assert stage.orders(ONE, PLENTY, PATIENCE_S + HOLD_S) == [Order(ONE, 12, "video", TWO, 202)]


def test_a_publisher_of_one_stream_is_held_to_what_the_far_side_can_take() -> None:
    stage = pair()
    stage.orders(ONE, 500_000, 0.0)
    stage.orders(TWO, PLENTY, 0.0)
    assert stage.caps() == {TWO: 500_000 - AUDIO_BPS, ONE: MOST_VIDEO_BPS}
    stage.orders(ONE, 1000, 1.0)
    assert stage.caps()[TWO] == LEAST_VIDEO_BPS


def test_who_leaves_is_nowhere_any_more_and_may_come_back() -> None:
    stage = pair()
    stage.orders(ONE, PLENTY, 0.0)
    stage.orders(TWO, PLENTY, 0.0)
    stage.measured_bps = {(ONE, 102): 7, (TWO, 202): 9}
    stage.leave(TWO)
    assert stage.measured_bps == {(ONE, 102): 7}
    assert set(stage._targets) == {ONE}
    stage.arrange()
    assert stage.orders(ONE, PLENTY, 0.1) == []  # the plane knows that they are gone
    stage.publish(THREE, "video", "", 302)
    stage.arrange()
    assert stage.orders(ONE, PLENTY, 0.2) == [Order(ONE, 12, "video", THREE, 302)]


def test_the_pinned_come_first_then_who_spoke_last_and_nobody_changes_place() -> None:
    stage, spoken = workshop(video_slots=2), Ranked()
    stage.speaker = spoken
    assert shown(stage) == [ONE, TWO]
    spoken.said = (THREE, TWO)
    assert stage.arrange()[VIEWER].peers == {11_000: THREE, 11_001: THREE, 11_002: TWO}
    assert shown(stage) == [THREE, TWO]
    stage.view(ONE, name(ONE), {"audio": [], "video": []})
    stage.pin([ParticipantId("not there"), name(ONE)])
    spoken.said = (TWO, THREE)
    stage.arrange()
    assert shown(stage) == [ONE, TWO]
    assert stage.arrange() == {}


def test_nobody_sees_themselves() -> None:
    stage = workshop()
    stage.view(ONE, name(ONE), {"audio": [1], "video": [2, 3, 4]})
    stage.arrange()
    assert sorted(shown(stage, ONE)) == [TWO, THREE]


def test_layers_fall_with_the_target_and_rise_again_only_later() -> None:
    stage = workshop(video_slots=2)
    assert layers(stage, PLENTY) == {ONE: 2, TWO: 2}
    assert layers(stage, 1_000_000, 1.0) == {ONE: 1, TWO: 1}
    assert layers(stage, 200_000, 2.0) == {ONE: 0}
    assert set(layers(stage, PLENTY, 3.0).values()) == {0}
    assert layers(stage, PLENTY, 2.0 + HOLD_S) == {ONE: 2, TWO: 2}


def test_what_the_page_does_not_show_is_not_sent() -> None:
    stage = workshop(video_slots=2)
    stage.viewers[VIEWER].wishes = {ONE: Wish(visible=False), TWO: Wish(height_px=100)}
    assert set(layers(stage, PLENTY)) == {TWO}


def test_layers_nobody_watches_are_switched_off_after_a_while_and_on_at_once() -> None:
    stage = workshop(video_slots=1)
    layers(stage, 300_000)
    assert stage.wanted_layers(0.0) == {}
    later = stage.wanted_layers(UNWATCHED_S + 0.1)
    assert {peer: kept.rids for peer, kept in later.items()} == {ONE: {"l"}, TWO: set(), THREE: set()}
    assert stage.wanted_layers(UNWATCHED_S + 0.2) == {}
    stage.measured_bps.pop((ONE, 103))  # nothing of it comes any more
    layers(stage, PLENTY, UNWATCHED_S + 0.3)
    assert "h" in stage.wanted_layers(UNWATCHED_S + 0.3)[ONE].rids


@pytest.mark.parametrize("target_bps", [0, 100_000, 1_000_000, PLENTY])
def test_the_load_is_never_more_than_the_target_beside_the_sound(target_bps: int) -> None:
    stage = workshop(viewers=30, video_slots=3)
    for peer in list(stage.viewers):
        stage.orders(peer, target_bps, 0.0)
        assert stage.load(peer).allocated_bps <= max(target_bps, AUDIO_BPS)
        assert (stage.load(peer).wanted_bps or 0) >= stage.load(peer).allocated_bps


def filming(stage: Stage, peer: PeerKey, host: PeerKey) -> None:
    """A camera with a microphone that `host` has let in."""
    stage.view(peer, name(peer), {"audio": [], "video": []}, Device(name(peer), "publish", name(host)))
    stage.publish(peer, "audio", "", 100 * peer + 1)
    stage.publish(peer, "video", "", 100 * peer + 2)
    stage.arrange()


def test_what_a_device_films_comes_before_its_hosts_camera_until_it_goes() -> None:
    stage = pair()
    stage.orders(ONE, PLENTY, 0.0)
    filming(stage, THREE, host=TWO)
    assert stage.orders(ONE, PLENTY, 0.1) == [Order(ONE, 12, "video", THREE, 302)]  # and TWO is still heard
    filming(stage, FOUR, host=TWO)
    assert shown(stage, ONE) == [FOUR]
    for gone, then in ((FOUR, THREE), (THREE, TWO)):
        stage.leave(gone)
        stage.arrange()
        assert shown(stage, ONE) == [then]


def test_who_lets_a_device_in_goes_on_seeing_the_other() -> None:
    stage = pair()
    filming(stage, THREE, host=TWO)
    assert shown(stage, TWO) == [ONE]
    stage.leave(ONE)
    stage.arrange()
    assert shown(stage, TWO) == []


def test_a_device_of_which_nothing_comes_gives_way_until_it_is_back() -> None:
    stage = pair()
    filming(stage, THREE, host=TWO)
    for silent, seen in ((True, TWO), (False, THREE)):
        stage.hear(THREE, silent=silent)
        stage.arrange()
        assert shown(stage, ONE) == [seen]


def test_a_devices_sound_is_heard_only_where_there_is_no_microphone() -> None:
    stage = pair()
    filming(stage, THREE, host=TWO)
    assert stage.viewers[ONE].shown[11] == TWO
    stage.leave(TWO)
    stage.arrange()
    assert stage.viewers[ONE].shown[11] == THREE


def test_a_device_that_watches_sees_what_its_host_lets_film() -> None:
    stage = pair()
    filming(stage, THREE, host=TWO)
    stage.view(FOUR, name(FOUR), {"audio": [41], "video": [42]}, Device(name(FOUR), "watch", name(TWO)))
    stage.arrange()
    assert shown(stage, FOUR) == [THREE]


def test_in_a_workshop_a_device_is_one_of_those_who_show() -> None:
    stage = workshop(video_slots=3)
    stage.speaker = Ranked()
    filming(stage, FOUR, host=ONE)
    assert shown(stage) == [ONE, TWO, THREE]
    stage.pin([name(FOUR)])
    stage.arrange()
    assert FOUR in shown(stage)


def seconds_of(stage: Stage, target_bps: int, begin: int, end: int) -> list[Order]:
    """What changes in the first person's slots while so much gets through."""
    orders: list[Order] = []
    for now in range(begin, end):
        orders += stage.orders(ONE, target_bps, float(now))
        stage.told(stage.caps(), float(now))
    return orders


def test_a_device_that_heeds_no_cap_is_shown_only_where_all_of_it_gets_through() -> None:
    stage = pair()
    filming(stage, THREE, host=TWO)
    stage.measured_bps[THREE, 302] = 2_000_000
    begin = seconds_of(stage, 500_000, 0, 4)
    assert Order(ONE, 12, "video", THREE, 302) in begin
    assert seconds_of(stage, 500_000, 4, 30) == [Order(ONE, 12, "video")]
    assert seconds_of(stage, 1_500_000, 30, 60) == []
    assert seconds_of(stage, 2_500_000, 60, 62) == [Order(ONE, 12, "video", THREE, 302)]
    assert stage.load(ONE).allocated_bps >= 2_000_000


def test_a_cap_that_rises_is_given_time_and_one_that_is_heeded_is_no_fixed_rate() -> None:
    stage = pair()
    filming(stage, THREE, host=TWO)
    stage.measured_bps[THREE, 302] = 2_000_000
    for now, target_bps in enumerate(range(500_000, 1_500_000, 100_000)):
        seconds_of(stage, target_bps, now, now + 1)
    stage.measured_bps[THREE, 302] = 500_000
    assert seconds_of(stage, 500_000, 10, 40) == []


def test_a_persons_camera_is_told_again_until_it_heeds() -> None:
    stage = pair()
    stage.measured_bps[TWO, 202] = 2_000_000
    assert len(seconds_of(stage, 300_000, 0, 40)) == 2  # sound and picture, once


def test_a_picture_left_out_says_what_it_would_need_to_come_back() -> None:
    stage = workshop(publishers=1)
    stage.orders(VIEWER, 50_000, 0)
    stage.orders(VIEWER, 50_000, PATIENCE_S)
    load = stage.load(VIEWER)
    assert load.left_out
    stage.orders(VIEWER, load.least_bps, PATIENCE_S + HOLD_S)
    assert not stage.load(VIEWER).left_out
    assert layers(stage, load.least_bps, PATIENCE_S + HOLD_S) == {ONE: 0}
