"""What a relay tells of each stream every second, with real packets and a clock of the test's."""

from collections.abc import AsyncIterator

import pytest

from media import monitor, rtcp
from media.allocation import Wish
from media.config import MediaConfig
from media.model import Display, PageReport
from media.monitor import layers_missed
from media.plane import PeerKey
from media.relay import Relay
from tests.fakes import FakeClock
from tests.media.conftest import ROOM
from tests.media.test_stage import PLENTY, VIEWER, workshop
from tests.media.watched import ONE, PICTURES_A_SECOND, SOUNDS_A_SECOND, TWO, Pair


@pytest.fixture
async def pair(clock: FakeClock) -> AsyncIterator[Pair]:
    relay = Relay(MediaConfig(udp_port=0), clock)
    await relay.start()
    relay.open_room(ROOM, 1)
    met = Pair(relay, clock)
    await met.meet()
    yield met
    await met.close()
    await relay.close()


async def test_every_stream_of_a_call_is_told_with_whose_it_is(pair: Pair) -> None:
    await pair.talk(3)
    streams = pair.figures(ONE).streams
    assert [(one.direction, one.kind, one.participant_id) for one in streams] == [
        ("up", "audio", ONE),
        ("up", "video", ONE),
        ("down", "audio", TWO),
        ("down", "video", TWO),
    ]
    sound, picture = pair.stream(ONE, "up", "audio"), pair.stream(TWO, "down", "video")
    assert (sound.packets, picture.packets) == (3 * SOUNDS_A_SECOND, 3 * PICTURES_A_SECOND)
    assert sound.bitrate_bps > 0
    assert picture.bitrate_bps > 0
    assert (sound.loss_up_pct, sound.loss_down_pct) == (0, None)


async def test_a_call_that_lacks_nothing_is_excellent_for_both(pair: Pair) -> None:
    await pair.talk(6)
    for name in (ONE, TWO):
        figures = pair.figures(name)
        assert figures.score is not None
        assert figures.score > 90
        assert (figures.cause, figures.transport) == (None, "udp")
        assert figures.mos is not None
        assert figures.mos > 4
        assert figures.target_bps is not None


async def test_loss_on_the_way_up_lowers_the_publishers_score_and_the_viewers(pair: Pair) -> None:
    await pair.talk(6)
    pair.skipped = {(ONE, "audio")}
    await pair.talk(6)
    up, down = pair.stream(ONE, "up", "audio"), pair.stream(TWO, "down", "audio")
    assert up.loss_up_pct == 10
    assert (down.loss_up_pct, down.cause) == (10, "upstream_loss")
    mine, others = pair.figures(ONE), pair.figures(TWO)
    assert (mine.cause, mine.worst) == ("upstream_loss", "up")
    assert (others.cause, others.worst) == ("upstream_loss", "down")
    assert others.mos is not None
    assert others.mos < 4.3


async def test_loss_a_viewer_reports_lowers_its_own_score_alone(pair: Pair) -> None:
    await pair.talk(6)
    viewer, publisher = pair.clients[TWO], pair.clients[ONE]
    slot = viewer.slot("2")
    publisher.send_rtcp(rtcp.RtcpSrPacket(publisher.ssrcs[0], rtcp.RtcpSenderInfo(1 << 40, 0, 1, 1)))
    await viewer.until(lambda: viewer.feedback(rtcp.RtcpSrPacket))
    viewer.send_rtcp(rtcp.RtcpRrPacket(9, [rtcp.RtcpReceiverInfo(slot, 64, 0, 0, 480, 0, 0)]))
    await pair.talk(6)
    down = pair.stream(TWO, "down", "audio")
    assert (down.loss_down_pct, down.jitter_ms, down.cause) == (25, 10, "downstream_loss")
    assert (pair.figures(TWO).cause, pair.figures(ONE).cause) == ("downstream_loss", None)


async def test_what_was_asked_for_and_sent_again_is_counted_on_the_slot(pair: Pair) -> None:
    await pair.talk(2)
    viewer = pair.clients[TWO]
    slot = viewer.slot("3")
    newest = viewer.received(slot)[-1][0]
    viewer.send_rtcp(rtcp.nack(9, slot, [newest, newest - 1]), rtcp.pli(9, slot))
    await pair.talk(1)
    down, up = pair.stream(TWO, "down", "video"), pair.stream(ONE, "up", "video")
    assert (down.nacks, down.plis, down.firs, down.retransmitted) == (1, 1, 0, 2)
    assert up.plis >= 1


async def test_a_muted_microphone_is_not_judged_on_either_side(pair: Pair) -> None:
    await pair.talk(6)
    pair.relay.page_says(ROOM, ONE, PageReport(microphone=False, camera=True))
    pair.silent = {(ONE, "audio")}
    await pair.talk(12)
    assert pair.stream(ONE, "up", "audio").score is None
    assert pair.stream(TWO, "down", "audio").score is None
    assert pair.figures(TWO).mos is None
    assert pair.figures(ONE).score is not None
    assert pair.figures(ONE).cause is None


async def test_who_has_no_page_is_taken_to_have_everything_on(pair: Pair) -> None:
    await pair.talk(6)
    pair.silent = {(ONE, "video")}
    await pair.talk(12)
    assert pair.stream(ONE, "up", "video").cause == "no_packets"
    assert (pair.figures(TWO).cause, pair.figures(TWO).worst) == ("no_packets", "down")


async def test_a_picture_nobody_looks_at_is_not_judged(pair: Pair) -> None:
    pair.relay.show(ROOM, TWO, 1, {ONE: Display(visible=False)})
    await pair.talk(8)
    assert pair.stream(TWO, "down", "video").score is None
    assert pair.stream(ONE, "up", "video").score is not None


async def test_who_has_gone_silent_gets_nothing_that_we_know_of(pair: Pair) -> None:
    await pair.talk(6)
    one = pair.clients.pop(ONE)
    await pair.talk(12)
    down = pair.stream(ONE, "down", "audio")
    assert (down.cause, pair.figures(ONE).state) == ("no_packets", "silent")
    await one.close()


async def test_who_leaves_while_a_room_is_looked_at_leaves_nothing_behind(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitor, "AT_ONCE", 1)
    await pair.talk(3)
    turns = pair.relay._turns()
    next(turns)  # before the room
    next(turns)  # after the first of the two
    pair.relay.leave(ROOM, ONE, 1)
    pair.relay.leave(ROOM, TWO, 1)
    list(turns)
    assert not pair.relay._watching._monitor._judges


async def test_what_a_page_says_of_freezes_and_of_its_way_is_among_the_figures(pair: Pair) -> None:
    await pair.talk(3)
    said = PageReport(
        video_frames=9, candidate_type="relay", protocol="tls", freezes=2, frozen_ms=900.0, visible=True
    )
    pair.relay.page_says(ROOM, ONE, said)
    await pair.talk(1)
    own = pair.figures(ONE)
    assert (own.candidate_type, own.protocol, own.freezes, own.frozen_ms) == ("relay", "tls", 2, 900.0)
    assert own.transport == "udp"
    picture, sound = pair.stream(ONE, "down", "video"), pair.stream(ONE, "down", "audio")
    assert (picture.freezes, picture.frozen_ms) == (2, 900.0)
    assert (sound.freezes, sound.frozen_ms) == (None, None)
    assert pair.figures(TWO).candidate_type is None
    await pair.talk(7)  # and not a word more
    assert pair.figures(ONE).freezes is None


@pytest.mark.parametrize("pauses", [1, 2])
async def test_a_room_that_is_closed_while_it_is_looked_at_leaves_nothing_behind(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, pauses: int
) -> None:
    monkeypatch.setattr(monitor, "AT_ONCE", 1)
    await pair.talk(3)
    turns = pair.relay._turns()
    for _ in range(pauses):
        next(turns)
    pair.relay.close_room(ROOM, 1)
    list(turns)
    assert not pair.relay._watching._rooms
    assert not pair.relay._watching._monitor._judges


async def test_figures_of_somebody_who_left_and_came_back_begin_anew(pair: Pair) -> None:
    await pair.talk(6)
    pair.relay.leave(ROOM, ONE, 1)
    await pair.clients.pop(ONE).close()
    assert pair.relay._watching._monitor._judges
    pair.relay.leave(ROOM, TWO, 1)
    assert not pair.relay._watching._monitor._judges


def test_layers_are_missed_that_are_sent_and_of_use_in_the_size_shown() -> None:
    stage = workshop(publishers=1)
    stage.orders(VIEWER, PLENTY, 0.0)
    publisher = PeerKey(1)
    [camera] = [one for one in stage.publications.values() if one.kind == "video"]
    viewer = stage.viewers[VIEWER]
    low = (publisher, camera.layers["l"])
    assert layers_missed(stage, viewer, camera, low) == 2
    assert layers_missed(stage, viewer, camera, (publisher, camera.layers["h"])) == 0
    viewer.wishes[publisher] = Wish(height_px=300)
    assert layers_missed(stage, viewer, camera, low) == 1
    stage.measured_bps[publisher, camera.layers["m"]] = 0
    assert layers_missed(stage, viewer, camera, low) == 0
