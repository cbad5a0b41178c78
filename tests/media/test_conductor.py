"""How the stage's orders become requests for key frames; a plane that does nothing, time by hand."""

from typing import Any, cast

import pytest

from core.ids import ParticipantId
from media.codecs import Kind
from media.conductor import Conductor
from media.control import Control
from media.downlink import Downlinks
from media.keyrequests import MIN_INTERVAL_S, KeyFrameRequests
from media.model import PageReport
from media.plane import PeerKey, Plane
from media.stage import Stage
from tests.fakes import FakeClock

PUBLISHER, VIEWER, NEWCOMER = PeerKey(1), PeerKey(2), PeerKey(3)
CAMERA = 77


class Asked:
    """Requests for key frames, as the publisher gets them."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock, self._requests = clock, KeyFrameRequests()
        self.count = 0

    def key_frame_needed(self, peer: PeerKey, ssrc: int, at_once: bool = False) -> None:
        self.count += len(self._requests.request((peer, ssrc), self._clock.monotonic(), at_once))

    def key_frame_at_once(self, peer: PeerKey, ssrc: int) -> None:
        self.key_frame_needed(peer, ssrc, at_once=True)

    def cap(self, peer: PeerKey, ssrc: int, bps: int) -> None:
        pass


class Idle:
    """A plane that does nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: None


@pytest.fixture
def asked(clock: FakeClock) -> Asked:
    return Asked(clock)


@pytest.fixture
async def conductor(clock: FakeClock, asked: Asked) -> Any:
    plane = cast(Plane, Idle())
    made = Conductor(plane, cast(Control, asked), Downlinks(plane), clock.monotonic, lambda *_: None)
    yield made
    made.close()


def slots(peer: PeerKey) -> dict[Kind, list[int]]:
    return {"audio": [peer * 10], "video": [peer * 10 + 1]}


def begin(conductor: Conductor) -> Stage:
    stage = Stage()
    for peer in (PUBLISHER, VIEWER):
        conductor.enter(stage, peer, ParticipantId(f"p{peer}"), slots(peer))
    conductor.publish(PUBLISHER, "video", "", CAMERA)
    return stage


async def test_a_page_that_is_hidden_and_shown_all_the_time_asks_no_more_than_others(
    conductor: Conductor, asked: Asked, clock: FakeClock
) -> None:
    begin(conductor)
    asked.count = 0
    for flap in range(100):
        conductor.page_says(VIEWER, PageReport(visible=bool(flap % 2)))
    assert asked.count == 0
    clock.advance(MIN_INTERVAL_S)
    for flap in range(100):
        conductor.page_says(VIEWER, PageReport(visible=bool(flap % 2)))
    assert asked.count == 1


async def test_a_newcomers_picture_does_not_wait(conductor: Conductor, asked: Asked) -> None:
    stage = begin(conductor)
    conductor.enter(stage, NEWCOMER, ParticipantId("p3"), slots(NEWCOMER))
    assert asked.count == 2


async def test_who_comes_back_is_a_newcomer(conductor: Conductor, asked: Asked) -> None:
    stage = begin(conductor)
    conductor.leave(VIEWER)
    conductor.enter(stage, VIEWER, ParticipantId("p2"), slots(VIEWER))
    assert asked.count == 2
