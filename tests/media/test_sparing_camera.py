"""A still picture takes little, and a viewer with REMB alone estimates no more than it gets: it goes on.

aiortc stands at both ends, as a camera by WHIP and a screen by WHEP. Its first estimate, after some three
seconds, is what of the picture has come so far.
"""

import asyncio

from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, VideoStreamTrack

from media.relay import Relay
from tests.media.conftest import ROOM
from tests.media.device import device

FRAMES = 240  # eight seconds: well beyond the first estimates, and the patience with what they say
TIMEOUT_S = 30


class Screen:
    """Counts the frames it gets."""

    def __init__(self) -> None:
        self.frames = 0
        self.changed = asyncio.Event()

    async def watch(self, track: MediaStreamTrack) -> None:
        try:
            while track.kind == "video":
                await track.recv()
                self.frames += 1
                self.changed.set()
        except MediaStreamError:
            return

    async def until(self, frames: int) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            while self.frames < frames:
                self.changed.clear()
                await self.changed.wait()


async def exchange(relay: Relay, connection: RTCPeerConnection, name: str) -> None:
    """Offer, and take the answer."""
    what = device(name, "publish" if name == "camera" else "watch")
    await connection.setLocalDescription(await connection.createOffer())
    session = relay.devices.attach(ROOM, what, 1, connection.localDescription.sdp)
    await connection.setRemoteDescription(RTCSessionDescription(session.text, "answer"))


async def test_a_picture_that_takes_little_goes_on_for_a_viewer_that_estimates_no_more(relay: Relay) -> None:
    camera, viewer, screen = RTCPeerConnection(), RTCPeerConnection(), Screen()
    tasks: list[asyncio.Task[None]] = []
    camera.addTrack(AudioStreamTrack())
    camera.addTrack(VideoStreamTrack())  # one colour for ever
    viewer.on("track", lambda track: tasks.append(asyncio.create_task(screen.watch(track))))
    for kind in ("audio", "video"):
        viewer.addTransceiver(kind, direction="recvonly")
    await exchange(relay, camera, "camera")
    await exchange(relay, viewer, "screen")
    try:
        await screen.until(FRAMES)
    finally:
        await camera.close()
        await viewer.close()
        await asyncio.gather(*tasks)
