"""Who is not seen or heard is found by the relay, told, and helped a step at a time: real packets, a clock of
the test's."""

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import groupby

import pytest

from core.ids import ParticipantId
from media import rtcp
from media.config import MediaConfig
from media.model import Display, Notice, Offer, OneWay, PageReport, Rated
from media.one_way import CONFIRM_S, SETTLE_S, WINDOW_S
from media.relay import Relay
from media.watching import AGAIN_S
from tests.fakes import FakeClock
from tests.media.client import attribute
from tests.media.conftest import ROOM
from tests.media.watched import ONE, TWO, Pair

FOUND_S = int(WINDOW_S + CONFIRM_S) + 2  # from the first packet that is missing, with a second of doubt each


class Watched(Pair):
    """Whose pages report every second what their clients have got, unless told otherwise."""

    def __init__(self, relay: Relay, clock: FakeClock) -> None:
        super().__init__(relay, clock)
        self.notices: list[Notice] = []
        self.reports = {ONE: PageReport(True, True, 0, 0, 0), TWO: PageReport(True, True, 0, 0, 0)}
        self.arrives = {ONE: (50, 15, 15), TWO: (50, 15, 15)}  # sound and picture packets, frames a second
        self.mute_pages: set[ParticipantId] = set()
        relay.on_notice = self.notices.append

    async def talk(self, seconds: int) -> None:
        for _ in range(seconds):
            for name, (sounds, pictures, frames) in self.arrives.items():
                told = self.reports[name]
                self.reports[name] = replace(
                    told,
                    audio_packets=(told.audio_packets or 0) + sounds,
                    video_packets=(told.video_packets or 0) + pictures,
                    video_frames=(told.video_frames or 0) + frames,
                )
                if name not in self.mute_pages:
                    self.relay.page_says(ROOM, name, self.reports[name])
            await super().talk(1)

    def repairs(self) -> list[tuple[ParticipantId, str]]:
        """What was asked of whose page."""
        return [(one.participant_id, one.repair) for one in self.notices if one.repair is not None]

    def told(self, name: ParticipantId) -> list[tuple[OneWay, ...]]:
        """What a page was told to be broken, in order, without repetitions."""
        return [told for told, _ in groupby(self.all_told(name))]

    def all_told(self, name: ParticipantId) -> list[tuple[OneWay, ...]]:
        mine = (one.one_way for one in self.notices if one.participant_id == name)
        return [told for told in mine if told is not None]

    def broken(self) -> set[tuple[str, str, str]]:
        """(viewer, kind, leg) as statistics say."""
        [room] = self.relay.stats().rooms
        return {(one.viewer_id, one.kind, one.leg) for one in room.one_way}


@pytest.fixture
async def call(clock: FakeClock) -> AsyncIterator[Watched]:
    """A call that has gone well for a while."""
    relay = Relay(MediaConfig(udp_port=0), clock)
    await relay.start()
    relay.open_room(ROOM, 1)
    met = Watched(relay, clock)
    await met.meet()
    await met.talk(int(SETTLE_S) + 4)
    yield met
    await met.close()
    await relay.close()


async def test_nothing_is_said_of_a_call_that_goes_well(call: Watched) -> None:
    await call.talk(20)
    assert call.broken() == set()
    assert call.repairs() == []
    assert call.told(ONE) == call.told(TWO) == []


async def test_each_is_told_how_well_off_they_are_when_it_changes(call: Watched) -> None:
    def rated(name: ParticipantId) -> list[Rated]:
        return [one.rated for one in call.notices if one.participant_id == name and one.rated is not None]

    assert rated(ONE) == [Rated("excellent")]
    call.skipped = {(ONE, "audio")}
    await call.talk(6)
    assert rated(ONE)[-1] == Rated("good", "upstream_loss", "up")
    assert rated(TWO)[-1] == Rated("good", "upstream_loss", "down")
    told = len(call.notices)
    await call.talk(10)
    assert len(call.notices) == told
    call.skipped = set()
    await call.talk(12)
    assert rated(ONE)[-1] == rated(TWO)[-1] == Rated("excellent")


async def test_who_is_received_by_nobody_is_told_and_asked_for_another_way(call: Watched) -> None:
    call.silent = {(ONE, "audio"), (ONE, "video")}
    call.arrives[TWO] = (0, 0, 0)
    await call.talk(FOUND_S)
    assert call.broken() == {(TWO, "audio", "to_relay"), (TWO, "video", "to_relay")}
    assert call.repairs() == [(ONE, "ice_restart")]
    for name in (ONE, TWO):
        [told] = call.told(name)
        assert {(one.kind, one.publisher_id, one.viewer_id, one.step) for one in told} == {
            (kind, ONE, TWO, "ice_restart") for kind in ("audio", "video")
        }


async def test_what_reaches_a_viewer_no_more_is_repaired_at_the_viewers_end(call: Watched) -> None:
    call.arrives[TWO] = (0, 0, 0)
    await call.talk(FOUND_S)
    assert call.broken() == {(TWO, "audio", "to_viewer"), (TWO, "video", "to_viewer")}
    assert call.repairs() == [(TWO, "ice_restart")]


async def test_all_is_tried_in_turn_and_then_people_are_told_so(call: Watched) -> None:
    call.arrives[TWO] = (0, 0, 0)
    await call.talk(90)
    assert [step for _, step in call.repairs()] == ["ice_restart", "tcp", "rejoin", "rejoin"]
    steps = [{one.step for one in told} for told in call.told(TWO)]
    assert steps == [{"ice_restart"}, {"tcp"}, {"rejoin"}, {None}]


async def test_what_is_broken_is_told_again_while_it_lasts(call: Watched) -> None:
    call.arrives[TWO] = (0, 0, 0)
    await call.talk(30)  # until nothing new is tried for a while
    told, before = call.told(TWO), len(call.all_told(TWO))
    await call.talk(2 * int(AGAIN_S))
    assert call.told(TWO) == told
    assert len(call.all_told(TWO)) == before + 2


async def test_when_all_is_well_again_that_is_told_too(call: Watched) -> None:
    call.arrives[TWO] = (0, 0, 0)
    await call.talk(FOUND_S)
    call.arrives[TWO] = (50, 15, 15)
    await call.talk(3)
    assert call.broken() == set()
    assert [bool(told) for told in call.told(TWO)] == [True, False]
    assert [bool(told) for told in call.told(ONE)] == [True, False]


async def test_a_picture_that_arrives_and_is_not_decoded_gets_a_key_frame_first(call: Watched) -> None:
    publisher = call.clients[ONE]
    before = len(publisher.feedback(rtcp.RtcpPsfbPacket, rtcp.RTCP_PSFB_PLI))
    call.arrives[TWO] = (50, 15, 0)
    await call.talk(FOUND_S)
    assert call.broken() == {(TWO, "video", "decoding")}
    assert call.repairs() == []
    await publisher.until(lambda: len(publisher.feedback(rtcp.RtcpPsfbPacket, rtcp.RTCP_PSFB_PLI)) > before)
    await call.talk(9)
    assert call.repairs() == [(TWO, "rejoin")]  # other packets pass: the way is left alone


async def test_another_seat_has_its_time_until_the_next_step(call: Watched) -> None:
    """Though the step that led to it cannot be taken again there."""
    call.silent = {(ONE, "audio"), (ONE, "video")}
    call.arrives[TWO] = (0, 0, 0)
    await call.talk(FOUND_S + 6)
    steps = [(ONE, "ice_restart"), (ONE, "tcp")]
    assert call.repairs() == steps
    await call.sit_again(ONE, seat=2)
    call.reports[ONE] = replace(call.reports[ONE], candidate_type="relay")
    call.silent = set()
    await call.talk(2)
    call.arrives[TWO] = (50, 15, 15)
    await call.talk(20)
    assert call.repairs() == steps
    assert call.broken() == set()


async def test_what_is_switched_off_or_not_looked_at_is_no_fault(call: Watched) -> None:
    call.silent = {(ONE, "video"), (TWO, "audio")}
    call.reports[ONE] = replace(call.reports[ONE], camera=False)
    call.reports[TWO] = replace(call.reports[TWO], microphone=False)
    call.arrives = {ONE: (0, 0, 0), TWO: (50, 0, 0)}
    call.relay.show(ROOM, ONE, 1, {TWO: Display(paused=True)})
    await call.talk(20)
    assert call.broken() == set()
    assert call.repairs() == []


@pytest.mark.parametrize("page_goes_on", [True, False])
async def test_who_has_vanished_altogether_is_not_called_unseen(call: Watched, page_goes_on: bool) -> None:
    gone = call.clients.pop(ONE)
    call.arrives[TWO] = (0, 0, 0)
    call.mute_pages = set() if page_goes_on else {ONE}
    await call.talk(12)
    assert call.figures(ONE).state == "silent"
    assert bool(call.broken()) is page_goes_on
    assert bool(call.all_told(TWO)[-1:] not in ([], [()])) is page_goes_on
    await gone.close()


async def test_without_a_page_nobody_is_asked_for_more_than_a_key_frame(clock: FakeClock) -> None:
    relay = Relay(MediaConfig(udp_port=0), clock)
    await relay.start()
    relay.open_room(ROOM, 1)
    call = Watched(relay, clock)
    call.mute_pages = {ONE, TWO}
    await call.meet()
    await call.talk(int(SETTLE_S) + 4)
    call.silent = {(ONE, "video")}
    await call.talk(60)
    assert call.broken() == {(TWO, "video", "to_relay")}
    assert {one.step for told in call.told(TWO) for one in told} <= {"key_frame", None}
    assert call.repairs() == []
    await call.close()
    await relay.close()


@pytest.mark.parametrize("why", ["no TCP is taken", "behind TURN"])
async def test_who_would_not_get_through_over_tcp_is_not_sent_there(clock: FakeClock, why: str) -> None:
    relay = Relay(MediaConfig(udp_port=0, tcp=why == "behind TURN"), clock)
    await relay.start()
    relay.open_room(ROOM, 1)
    call = Watched(relay, clock)
    if why == "behind TURN":
        call.reports[TWO] = replace(call.reports[TWO], candidate_type="relay")
    await call.meet()
    await call.talk(int(SETTLE_S) + 4)
    call.arrives[TWO] = (0, 0, 0)
    await call.talk(60)
    assert [step for _, step in call.repairs()] == ["ice_restart", "rejoin", "rejoin"]
    await call.close()
    await relay.close()


def protocols(offer: Offer) -> set[str]:
    return {candidate.split(" ")[2] for candidate in attribute(offer.sdp, "candidate")}


async def test_a_seat_over_tcp_names_no_udp_after_an_ice_restart_either(call: Watched) -> None:
    relay = call.relay
    assert protocols(call.clients[ONE].offer) == {"udp", "tcp"}
    offer = relay.join(ROOM, ONE, 1, 2, tcp=True)
    assert protocols(offer) == {"tcp"}
    relay.answer(ROOM, ONE, 2, offer.number, call.clients[ONE].answer)
    assert protocols(relay.offer(ROOM, ONE, 2, restart=True)) == {"tcp"}
    assert protocols(relay.join(ROOM, ONE, 1, 3)) == {"udp", "tcp"}


async def test_where_tcp_is_not_taken_an_offer_without_udp_would_lead_nowhere(clock: FakeClock) -> None:
    relay = Relay(MediaConfig(udp_port=0, tcp=False), clock)
    await relay.start()
    relay.open_room(ROOM, 1)
    assert protocols(relay.join(ROOM, ONE, 1, 1, tcp=True)) == {"udp"}
    await relay.close()
