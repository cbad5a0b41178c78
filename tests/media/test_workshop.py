"""A workshop: layers, slots by who is pinned and who speaks, in the relay and in real browsers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page

from core.clock import SystemClock
from core.ids import ParticipantId, RoomId
from media.config import MediaConfig
from media.errors import RelayRoomFull
from media.model import Display, Notice
from media.relay import Relay
from media.room import PLACES
from tests.fakes import FakeClock
from tests.media.client import attribute
from tests.media.pages import pages

HALL = RoomId("hall")
TIMEOUT_S = 40
# What the page receives on each m-line: frames decoded and the height of the last.
SEEN = """async () => {
  const found = {};
  for (const {mid, receiver} of pc.getTransceivers()) {
    for (const one of (await receiver.getStats()).values()) {
      if (one.type === 'inbound-rtp' && one.kind === 'video') {
        found[mid] = {frames: one.framesDecoded || 0, height: one.frameHeight || 0};
      }
    }
  }
  return found;
}"""


@pytest.fixture
async def hall() -> AsyncIterator[Relay]:
    """A relay with an open workshop; `notices` keeps what pages would be told."""
    relay = Relay(MediaConfig(udp_port=0), SystemClock())
    await relay.start()
    relay.open_room(HALL, 1, "workshop")
    yield relay
    await relay.close()


async def until_seen(page: Page, mid: str, heights: range, frames: int) -> dict[str, Any]:
    """Once the page has decoded more than `frames` frames of such a height in this m-line."""
    async with asyncio.timeout(TIMEOUT_S):
        while True:
            seen: dict[str, Any] = (await page.evaluate(SEEN)).get(mid, {"frames": 0, "height": 0})
            if seen["height"] in heights and seen["frames"] > frames:
                return seen
            await page.evaluate("() => new Promise((done) => setTimeout(done, 100))")


async def test_a_workshop_has_slots_for_six_and_places_for_thirty_who_look_on(clock: FakeClock) -> None:
    relay = Relay(MediaConfig(udp_port=0), clock)
    await relay.start()
    relay.open_room(HALL, 1, "workshop")
    offer = relay.join(HALL, ParticipantId("p0"), 1, 1)
    assert [track.kind for track in offer.tracks] == ["audio", "video", *["audio"] * 3, *["video"] * 6]
    assert attribute(offer.sdp, "simulcast", "1") == ["recv l;m;h"]
    assert [track.participant_id for track in offer.tracks[2:]] == [None] * 9
    for number in range(1, PLACES["workshop"]):
        relay.join(HALL, ParticipantId(f"p{number}"), 1, 1)
    with pytest.raises(RelayRoomFull):
        relay.join(HALL, ParticipantId("one too many"), 1, 1)
    await relay.close()


async def test_nobody_stays_pinned_in_a_room_that_is_opened_anew(hall: Relay) -> None:
    hall.pin(HALL, [ParticipantId("p0")])
    hall.open_room(HALL, 1, "workshop")
    assert hall._stage(HALL)._pinned == (ParticipantId("p0"),)
    hall.open_room(HALL, 2, "workshop")
    assert hall._stage(HALL)._pinned == ()


@pytest.mark.browser
async def test_layers_follow_what_the_viewers_page_shows(hall: Relay, browser: Browser) -> None:
    notices: list[Notice] = []
    hall.on_notice = notices.append
    runner = web.AppRunner(pages(hall, room=HALL))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    viewer, publisher = await browser.new_page(), await browser.new_page()
    await viewer.goto(f"{address}/viewer?watch")
    await publisher.goto(f"{address}/publisher?height=720")
    first_video = "5"
    await until_seen(viewer, first_video, range(1, 721), 20)
    [shown] = [notice.shown for notice in notices if notice.participant_id == "viewer" and notice.shown][-1:]
    assert shown is not None
    assert shown[first_video] == "publisher"

    seen = await until_seen(viewer, first_video, range(1, 721), 40)
    for height_px, heights in ((150, range(1, 200)), (700, range(500, 721))):
        hall.show(HALL, ParticipantId("viewer"), 1, {ParticipantId("publisher"): Display(height_px)})
        seen = await until_seen(viewer, first_video, heights, seen["frames"] + 10)
    published = [
        source.ssrc
        for peer in hall._plane.stats().peers.values()
        for source in peer.sources
        if source.kind == "video" and source.received_bytes > 10_000
    ]
    assert len(published) == 3
    await runner.cleanup()
