"""What the page of a consultation shows decides what is sent to it: no picture that nobody can see."""

from collections.abc import AsyncIterator

import pytest

from media.config import MediaConfig
from media.model import PageReport
from media.relay import Relay
from tests.fakes import FakeClock
from tests.media.conftest import ROOM
from tests.media.watched import ONE, TWO, Pair


@pytest.fixture
async def call(clock: FakeClock) -> AsyncIterator[Pair]:
    relay = Relay(MediaConfig(udp_port=0), clock)
    await relay.start()
    relay.open_room(ROOM, 1)
    met = Pair(relay, clock)
    await met.meet()
    await met.talk(3)
    yield met
    await met.close()
    await relay.close()


async def test_a_hidden_page_gets_sound_alone_and_the_picture_again_at_once(call: Pair) -> None:
    assert call.stream(ONE, "down", "video").bitrate_bps > 0
    call.relay.page_says(ROOM, ONE, PageReport(visible=False))
    await call.talk(2)
    assert call.stream(ONE, "down", "video").bitrate_bps == 0
    assert call.stream(ONE, "down", "video").score is None  # which is no fault of anything
    assert call.stream(ONE, "down", "audio").bitrate_bps > 0
    assert call.stream(TWO, "down", "video").bitrate_bps > 0  # whose own page is in view
    call.relay.page_says(ROOM, ONE, PageReport(visible=True, height_px=720))
    await call.talk(1)
    assert call.stream(ONE, "down", "video").bitrate_bps > 0


async def test_a_page_that_says_nothing_of_it_gets_everything(call: Pair) -> None:
    call.relay.page_says(ROOM, ONE, PageReport(microphone=True))
    await call.talk(1)
    assert call.stream(ONE, "down", "video").bitrate_bps > 0
