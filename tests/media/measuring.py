"""What somebody in a call sees and hears, measured in their page: frames, freezes, concealed sound, rates.

The page notes when each frame is shown (requestVideoFrameCallback) and looks at getStats every 100 ms, with
the wall clock, so that times here and there can be compared. All judging is pure and in Python; times are
seconds, spans are (start, end). Words: a sound is concealed where the browser had to invent it because
packets were missing (webrtc-stats: concealedSamples); recovered means that both are good again.
"""

import asyncio
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from playwright.async_api import Page

from core.clock import SystemClock

GOOD_FPS, GOOD_CONCEALMENT, GOOD_FOR_S = 10.0, 0.02, 2.0
STEP_S = 0.1
SETTLE_S = 60

# Runs in a page that has `pc` and a video element `v`.
RECORDER = """() => {
  const record = window.record = {frames: [], samples: []};
  const shown = () => { record.frames.push(Date.now() / 1000); v.requestVideoFrameCallback(shown); };
  v.requestVideoFrameCallback(shown);
  const look = async () => {
    const all = [...(await pc.getStats()).values()];
    const of = (kind) => all.find((x) => x.type === 'inbound-rtp' && x.kind === kind) || {};
    const audio = of('audio'), video = of('video');
    record.samples.push([Date.now() / 1000, audio.totalSamplesReceived || 0, audio.concealedSamples || 0,
      audio.packetsReceived || 0, video.bytesReceived || 0]);
    setTimeout(look, 100);
  };
  look();
}"""
PAST = "(at) => window.failed || (record.samples.at(-1) || [0])[0] >= at"


@dataclass(frozen=True)
class Sample:
    """Totals at one moment: sound samples played, those of them concealed, packets, bytes of video."""

    at: float
    heard: int
    concealed: int
    audio_packets: int
    video_bytes: int


@dataclass(frozen=True)
class Recording:
    """Times of frames, and samples, both rising."""

    frames: tuple[float, ...]
    samples: tuple[Sample, ...]

    def fps(self, start: float, end: float) -> float:
        """Frames shown per second."""
        return sum(start <= at < end for at in self.frames) / (end - start)

    def longest_freeze_s(self, start: float, end: float) -> float:
        """The longest time in the span in which the picture stood still."""
        inside = [at for at in self.frames if start < at < end]
        return max(later - earlier for earlier, later in pairwise([start, *inside, end]))

    def longest_silence_s(self, start: float, end: float) -> float:
        """The longest time in the span without a packet of sound; exact to a sample's distance."""
        heard = [b.at for a, b in pairwise(self._within(start, end)) if b.audio_packets > a.audio_packets]
        return max(later - earlier for earlier, later in pairwise([start, *heard, end]))

    def concealment(self, start: float, end: float) -> float:
        """The share of the sound that was invented, 0..1; 1 when nothing was played."""
        first, last = self._edges(start, end)
        heard = last.heard - first.heard
        return (last.concealed - first.concealed) / heard if heard else 1.0

    def video_bps(self, start: float, end: float) -> float:
        """Bits of video received per second."""
        first, last = self._edges(start, end)
        return (
            (last.video_bytes - first.video_bytes) * 8 / (last.at - first.at) if last.at > first.at else 0.0
        )

    def recovered_at(self, after: float) -> float | None:
        """The first moment from which on both picture and sound are good for two seconds."""
        at, end = after, self.samples[-1].at if self.samples else after
        while at + GOOD_FOR_S <= end:
            span = at, at + GOOD_FOR_S
            if self.fps(*span) >= GOOD_FPS and self.concealment(*span) < GOOD_CONCEALMENT:
                return at
            at += STEP_S
        return None

    def _within(self, start: float, end: float) -> list[Sample]:
        return [sample for sample in self.samples if start <= sample.at <= end]

    def _edges(self, start: float, end: float) -> tuple[Sample, Sample]:
        inside = self._within(start, end)
        if not inside:
            raise ValueError("nothing was sampled in this span")
        return inside[0], inside[-1]


def wall_clock() -> float:
    """Now, as the pages tell it."""
    return SystemClock().now().timestamp()


async def start_recording(page: Page) -> None:
    """Begin; the page's peer connection must exist."""
    await page.evaluate(RECORDER)


async def recorded_until(page: Page, at: float) -> Recording:
    """The recording once it has come to `at`."""
    async with asyncio.timeout(at - wall_clock() + SETTLE_S):
        await page.wait_for_function(PAST, arg=at, timeout=0)
    found: dict[str, Any] = await page.evaluate("() => ({...record, failed: window.failed || null})")
    assert found["failed"] is None
    return Recording(tuple(found["frames"]), tuple(Sample(*sample) for sample in found["samples"]))
