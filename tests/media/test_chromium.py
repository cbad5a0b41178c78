"""The relay carries a call between two real browsers with fake cameras."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page

from media.relay import Relay
from tests.media.pages import pages

STATS = """async () => {
  const all = [...(await pc.getStats()).values()];
  const of = (type, kind) => all.find((x) => x.type === type && x.kind === kind) || {};
  const video = of('inbound-rtp', 'video'), audio = of('inbound-rtp', 'audio');
  const path = all.find((x) => x.type === 'transport') || {};
  const pair = all.find((x) => x.id === path.selectedCandidatePairId) || {};
  return {frames: video.framesDecoded || 0, freezes: video.freezeCount, pli: video.pliCount,
    energy: audio.totalAudioEnergy || 0, first_ms: window.first_ms,
    cipher: path.srtpCipher, available_bps: pair.availableOutgoingBitrate || 0,
    failed: window.failed || null};
}"""
# Looks again until more than `frames` frames are decoded and something is heard.
WAIT = f"""async (frames) => {{
  const look = {STATS};
  for (;;) {{
    const now = window.pc ? await look() : {{}};
    if (window.failed || (now.frames > frames && now.energy > 0)) return now;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }}
}}"""
TIMEOUT_S = 40


@pytest.fixture
async def address(relay: Relay) -> AsyncIterator[str]:
    runner = web.AppRunner(pages(relay))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def stats_past(page: Page, frames: int, above_bps: int = 0) -> dict[str, Any]:
    """The page's statistics once it has decoded so many frames, heard something and may send so much."""
    async with asyncio.timeout(TIMEOUT_S):
        stats: dict[str, Any] = await page.evaluate(WAIT, frames)
        while stats["failed"] is None and stats["available_bps"] < above_bps:
            stats = await page.evaluate(WAIT, stats["frames"] + 15)
    assert stats["failed"] is None
    return stats


@pytest.mark.browser
async def test_two_browsers_see_and_hear_each_other_also_after_a_reload(
    browser: Browser, address: str
) -> None:
    one = await (await browser.new_context()).new_page()
    two = await (await browser.new_context()).new_page()
    await one.goto(f"{address}/one")
    await two.goto(f"{address}/two")
    # What may be sent begins at 300,000 bit/s and falls without feedback that the browser takes.
    first, second = await asyncio.gather(stats_past(one, 60, 500_000), stats_past(two, 60, 500_000))
    assert first["cipher"] == second["cipher"] == "SRTP_AEAD_AES_128_GCM"
    before = second["frames"]
    await one.goto("about:blank")
    await one.goto(f"{address}/one#2")
    again, still = await asyncio.gather(stats_past(one, 60), stats_past(two, before + 60))
    assert again["first_ms"] < 3000
    assert still["frames"] > before + 60
    assert still["energy"] > second["energy"]
