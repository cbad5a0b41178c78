"""Which Chromium the tests drive, with which flags, and how a page of it is watched from outside."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, Playwright

FLAGS = [
    "--no-sandbox",
    # Three, because the second one gives MJPEG, which Chromium shows but does not send without a GPU.
    "--use-fake-device-for-media-stream=device-count=3",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CALL_TIMEOUT_S = 45

# Before any script of the page: remember every peer connection, so that no test needs a hook in the client.
REMEMBER_PEERS = """(() => {
  const made = [];
  Object.defineProperty(window, 'peersOfTest', {value: made});
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...values) { super(...values); made.push(this); }
  };
})()"""

# wait_for_function needs eval, which our Content-Security-Policy forbids; so the page waits itself.
CALL_STATS = """async () => {
  const found = {frames: 0, energy: 0};
  for (const peer of window.peersOfTest.filter((each) => each.connectionState !== 'closed')) {
    for (const stat of (await peer.getStats()).values()) {
      if (stat.type !== 'inbound-rtp') continue;
      if (stat.kind === 'video') found.frames += stat.framesDecoded || 0;
      if (stat.kind === 'audio') found.energy += stat.totalAudioEnergy || 0;
    }
  }
  return found;
}"""
WAIT_FOR_CALL = f"""async ([frames, energy]) => {{
  const look = {CALL_STATS};
  for (;;) {{
    const now = await look();
    if (now.frames > frames && now.energy > energy) return now;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }}
}}"""
MARKS = """() => Object.fromEntries(
  performance.getEntriesByType('mark').filter((mark) => mark.name.startsWith('todoku:'))
    .map((mark) => [mark.name.slice(7), mark.startTime]))"""


def executable() -> str | None:
    """The system's Chromium; None for Playwright's own, where the system's is a snap (Ubuntu)."""
    found = shutil.which("chromium")
    return None if found is None or Path(found).resolve().is_relative_to("/snap") else found


async def launch(playwright: Playwright) -> Browser:
    return await playwright.chromium.launch(executable_path=executable(), args=FLAGS)


async def call_stats(page: Page) -> dict[str, float]:
    """Frames decoded and audio energy heard so far, over the page's open connections."""
    stats: dict[str, float] = await page.evaluate(CALL_STATS)
    return stats


async def sees_and_hears(page: Page, frames: float = 60, energy: float = 0) -> dict[str, float]:
    """The call's statistics once the page has decoded more than `frames` and heard more than `energy`."""
    try:
        async with asyncio.timeout(CALL_TIMEOUT_S):
            stats: dict[str, float] = await page.evaluate(WAIT_FOR_CALL, [frames, energy])
            return stats
    except TimeoutError:
        raise AssertionError(
            f"after {CALL_TIMEOUT_S} s the call is only at {await call_stats(page)}"
        ) from None


async def marks(page: Page) -> dict[str, Any]:
    """The client's performance marks, ms since the page's start."""
    found: dict[str, Any] = await page.evaluate(MARKS)
    return found
