"""Foreign clients at the real program: aiortc publishes by WHIP and receives by WHEP, as strangers would.

aiortc stands on both ends with its own offers, encoders and decoders; ours is only what lies between.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, VideoStreamTrack

from tests.flows.people import Tab, until
from tests.flows.program import Program, seed, together

FRAMES = 30
SDP = "application/sdp"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with together(tmp_path_factory.mktemp("devices") / "var") as running:
        yield running


class Foreign:
    """A peer connection that goes through one endpoint, and what it has received."""

    def __init__(self, program: Program, let_in: dict[str, str]) -> None:
        self.connection = RTCPeerConnection()
        self.endpoint, self.grant = let_in["endpoint"], let_in["grant"]
        self.frames = {"audio": 0, "video": 0}
        self.session = ""
        self.http = aiohttp.ClientSession(
            base_url=program.address, headers={"Authorization": f"Bearer {self.grant}"}
        )
        self._readers: list[asyncio.Task[None]] = []
        self.connection.on(
            "track", lambda track: self._readers.append(asyncio.create_task(self._read(track)))
        )

    async def _read(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                await track.recv()
                self.frames[track.kind] += 1
        except MediaStreamError:
            return

    async def offer(self) -> None:
        """Offer, and take the answer."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        headers = {"Content-Type": SDP}
        text = self.connection.localDescription.sdp
        async with self.http.post(self.endpoint, data=text, headers=headers) as response:
            answer = await response.text()
            assert (response.status, response.content_type) == (201, SDP), answer
            self.session = response.headers["Location"]
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def close(self) -> None:
        await self.connection.close()
        await asyncio.gather(*self._readers)
        await self.http.close()


@asynccontextmanager
async def room(program: Program) -> AsyncIterator[tuple[Tab, Tab]]:
    """A therapist and a client who have entered; nobody has a seat."""
    seeds = await seed(program)
    therapist, client = Tab(program, "account"), Tab(program, "link")
    try:
        await therapist.sign_in(seeds.therapist_email)
        await therapist.enter(seeds.booking_id, "tab-therapist")
        await client.follow(seeds.join_link)
        await client.enter(seeds.booking_id, "tab-client")
        yield therapist, client
    finally:
        for one in (therapist, client):
            await one.close()


@asynccontextmanager
async def foreign(program: Program, therapist: Tab, purpose: str) -> AsyncIterator[Foreign]:
    path = f"/api/rooms/{therapist.room['room_id']}/devices"
    client = Foreign(program, await therapist.ask("POST", path, 201, json={"purpose": purpose}))
    try:
        yield client
    finally:
        await client.close()


async def test_aiortc_publishes_by_whip_and_another_receives_by_whep(program: Program) -> None:
    async with (
        room(program) as (therapist, client),
        foreign(program, therapist, "publish") as camera,
        foreign(program, therapist, "watch") as screen,
    ):
        for kind in ("video", "audio"):
            screen.connection.addTransceiver(kind, direction="recvonly")
        camera.connection.addTrack(VideoStreamTrack())
        camera.connection.addTrack(AudioStreamTrack())
        await camera.offer()
        await screen.offer()
        await until(lambda: screen.frames["video"] > FRAMES, f"more than {FRAMES} frames are decoded")
        await until(lambda: screen.frames["audio"] > FRAMES, "the camera's microphone is heard")

        await therapist.call("admit", participant_id=client.room["participant_id"])
        await client.heard("admitted")
        await client.sit(100)
        media = client.media
        assert media is not None
        await until(lambda: len(media.received(media.slot("3"))) > FRAMES, "the client's page gets it too")

        async with camera.http.delete(camera.session) as response:
            assert response.status == 200
        async with camera.http.delete(camera.session) as response:
            assert response.status == 404
        await until(lambda: camera.connection.connectionState == "closed", "the relay says goodbye")
