"""Two real browsers in a call over bad networks: what they still see and hear, how soon all is well again.

Each browser has a network of its own (tests/impairment) between itself and the relay; loss is per leg. The
full forms are for `make long`; what takes a few seconds has a short form in `make test`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page

from media.relay import Relay
from tests.impairment.link import GilbertElliott, Impairment
from tests.impairment.proxy import Proxy
from tests.media.measuring import Recording, recorded_until, start_recording, wall_clock
from tests.media.pages import pages

pytestmark = pytest.mark.browser
NAMES = ("one", "two")
LONG = pytest.mark.long
STARTED = """async () => {
  for (;;) {
    const all = window.pc ? [...(await pc.getStats()).values()] : [];
    const of = (kind) => all.find((x) => x.type === 'inbound-rtp' && x.kind === kind) || {};
    if (window.failed || (of('video').framesDecoded > 30 && of('audio').totalAudioEnergy > 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}"""


@dataclass
class Call:
    """A running call and the two networks under it."""

    networks: tuple[Proxy, Proxy]
    tabs: tuple[Page, Page]

    def change(self, impairment: Impairment) -> float:
        """The same bad network for both, both ways; the moment it begins."""
        for network in self.networks:
            network.change(impairment)
        return wall_clock()

    async def recorded_until(self, at: float) -> tuple[Recording, Recording]:
        one, two = await asyncio.gather(*(recorded_until(tab, at) for tab in self.tabs))
        return one, two


@pytest.fixture
async def call(relay: Relay, browser: Browser) -> AsyncIterator[Call]:
    async with AsyncExitStack() as stack:
        networks = (Proxy(relay.port, seed=1), Proxy(relay.port, seed=2))
        ports = dict(zip(NAMES, (network.port for network in networks), strict=True))
        runner = web.AppRunner(pages(relay, ports))
        stack.push_async_callback(runner.cleanup)
        for network in networks:
            stack.callback(network.close)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        tabs = (
            await (await browser.new_context()).new_page(),
            await (await browser.new_context()).new_page(),
        )
        for name, tab in zip(NAMES, tabs, strict=True):
            await tab.goto(f"{address}/{name}")
        async with asyncio.timeout(40):
            await asyncio.gather(*(tab.evaluate(STARTED) for tab in tabs))
        await asyncio.gather(*(start_recording(tab) for tab in tabs))
        yield Call(networks, tabs)


@pytest.mark.parametrize("for_s", [7, pytest.param(60, marks=LONG)])
async def test_five_percent_loss_both_ways_freezes_no_picture_and_hardly_breaks_the_sound(
    call: Call, for_s: float
) -> None:
    began = call.change(Impairment(loss=GilbertElliott.of(0.05)))
    for seen in await call.recorded_until(began + for_s):
        assert seen.longest_freeze_s(began, began + for_s) < 1
        assert seen.fps(began, began + for_s) >= 10
        assert seen.concealment(began, began + for_s) < 0.05


@pytest.mark.parametrize(("wide_s", "narrow_s"), [(4, 10), pytest.param(12, 30, marks=LONG)])
async def test_a_link_of_300_kbit_keeps_the_sound_whole_and_makes_the_video_smaller(
    call: Call, wide_s: float, narrow_s: float
) -> None:
    began = wall_clock()
    await call.recorded_until(began + wide_s)
    narrowed = wall_clock()
    call.networks[0].down.change(Impairment(rate_bps=300_000))
    narrow, wide = await call.recorded_until(narrowed + narrow_s)
    settled, end = narrowed + 5, narrowed + narrow_s
    assert narrow.concealment(settled, end) < 0.02
    assert narrow.fps(settled, end) >= 10
    assert narrow.video_bps(settled, end) < min(300_000, narrow.video_bps(began + wide_s / 2, narrowed))
    assert wide.video_bps(settled, end) > 300_000


@pytest.mark.parametrize("for_s", [6, pytest.param(30, marks=LONG)])
async def test_a_call_survives_twenty_percent_loss_and_is_well_soon_after(call: Call, for_s: float) -> None:
    began = call.change(Impairment(loss=GilbertElliott.of(0.2)))
    await call.recorded_until(began + for_s)
    ended = call.change(Impairment())
    for seen in await call.recorded_until(ended + 7):
        assert seen.fps(began, ended) > 1
        well_at = seen.recovered_at(ended)
        assert well_at is not None
        assert well_at <= ended + 5


@pytest.mark.parametrize("for_s", [4, pytest.param(10, marks=LONG)])
async def test_a_call_comes_back_after_a_blackout(call: Call, for_s: float) -> None:
    began = call.change(Impairment(blackhole=True))
    await call.recorded_until(began + for_s)
    ended = call.change(Impairment())
    for seen in await call.recorded_until(ended + 5):
        assert seen.longest_silence_s(began, ended) > for_s - 0.5
        well_at = seen.recovered_at(ended)
        assert well_at is not None
        assert well_at <= ended + 3


@pytest.mark.parametrize("times", [1, pytest.param(6, marks=LONG)])
async def test_a_rebinding_of_the_nat_is_hardly_noticed(call: Call, times: int) -> None:
    at = wall_clock() + 1
    for _ in range(times):
        await call.recorded_until(at)
        call.networks[0].rebind()
        rebound, at = wall_clock(), wall_clock() + 4
        for seen in await call.recorded_until(at):
            assert seen.longest_freeze_s(rebound, at) <= 1
            assert seen.longest_silence_s(rebound, at) <= 1
