"""A camera that publishes by WHIP, from a page of another site, with each codec: it arrives in real browsers.

The page is a WHIP client of a few lines; its requests go to an endpoint beside the relay. That the program's
own endpoints take such requests is proved in tests/signaling/test_devices.py and tests/flows/test_devices.py.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page

from core.ids import ParticipantId
from media.model import Device, DeviceSession, Purpose
from media.relay import Relay
from tests.media.conftest import ROOM
from tests.media.pages import pages

TIMEOUT_S = 40
FRAMES = 30
PAGE = """<!doctype html><video id=v autoplay playsinline></video><script>
const post = (path, body) => fetch(path, {method: 'POST', body});
async function publish(codec) {
  const media = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 640, height: 360}});
  const pc = window.pc = new RTCPeerConnection({bundlePolicy: 'max-bundle'});
  for (const track of media.getTracks()) {
    const line = pc.addTransceiver(track, {direction: 'sendonly'});
    const known = RTCRtpSender.getCapabilities(track.kind).codecs;
    const wanted = known.filter((one) => one.mimeType === `video/${codec}`);
    const rtx = known.filter((one) => one.mimeType === 'video/rtx');
    if (track.kind === 'video') line.setCodecPreferences([...wanted, ...rtx]);
  }
  await exchange('/attach/camera/publish');
}
async function watch() {
  const pc = window.pc = new RTCPeerConnection({bundlePolicy: 'max-bundle'});
  const remote = new MediaStream();
  v.srcObject = remote;
  pc.ontrack = (event) => remote.addTrack(event.track);
  for (const kind of ['audio', 'video']) pc.addTransceiver(kind, {direction: 'recvonly'});
  await exchange('/attach/screen/watch');
}
async function exchange(path) {
  await pc.setLocalDescription(await pc.createOffer());
  const sdp = await (await post(path, pc.localDescription.sdp)).text();
  await pc.setRemoteDescription({type: 'answer', sdp});
}
async function restart() {
  pc.restartIce();
  const before = pc.remoteDescription.sdp;
  await pc.setLocalDescription(await pc.createOffer());
  const own = pc.localDescription.sdp.match(/a=ice-ufrag:.*\\r\\na=ice-pwd:.*\\r\\n/)[0];
  const theirs = await (await post('/amend/camera', own)).text();
  let sdp = before;
  for (const name of ['ice-ufrag', 'ice-pwd']) {
    sdp = sdp.replaceAll(new RegExp(`a=${name}:.*`, 'g'), theirs.match(`a=${name}:.*`)[0].trim());
  }
  await pc.setRemoteDescription({type: 'answer', sdp});
}
</script>"""
# What arrives: the codec by its name, frames decoded, and whether there was sound.
SEEN = """async () => {
  const all = [...(await pc.getStats()).values()];
  const of = (kind) => all.find((x) => x.type === 'inbound-rtp' && x.kind === kind) || {};
  const codec = all.find((x) => x.id === of('video').codecId) || {};
  const frames = of('video').framesDecoded || 0, energy = of('audio').totalAudioEnergy || 0;
  return {frames, energy, codec: codec.mimeType};
}"""


def endpoints(relay: Relay, app: web.Application) -> None:
    """A page at /device, and the two calls it makes."""
    sessions: dict[str, DeviceSession] = {}

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def attach(request: web.Request) -> web.Response:
        name, purpose = request.match_info["name"], request.match_info["purpose"]
        wanted: Purpose = "publish" if purpose == "publish" else "watch"
        device = Device(ParticipantId(name), wanted, ParticipantId("host"))
        sessions[name] = relay.devices.attach(ROOM, device, 1, await request.text())
        return web.Response(text=sessions[name].text)

    async def amend(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        amend = relay.devices.amend
        again = amend(ROOM, ParticipantId(name), sessions[name].seat, None, await request.text())
        return web.Response(text=again.text)

    app.router.add_get("/device/{name}", page)
    app.router.add_post("/attach/{name}/{purpose}", attach)
    app.router.add_post("/amend/{name}", amend)


@pytest.fixture
async def address(relay: Relay) -> AsyncIterator[str]:
    app = pages(relay)
    endpoints(relay, app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def seen(page: Page, frames: int, codec: str) -> dict[str, Any]:
    """Once the page has heard something and decoded more than so many frames of this codec."""
    async with asyncio.timeout(TIMEOUT_S):
        while True:
            found: dict[str, Any] = await page.evaluate(f"async () => window.pc ? ({SEEN})() : {{frames: 0}}")
            if found["frames"] > frames and found["codec"] == f"video/{codec}" and found["energy"] > 0:
                return found
            await page.evaluate("() => new Promise((done) => setTimeout(done, 100))")


@pytest.mark.browser
@pytest.mark.parametrize("codec", ["H264", "VP9", "AV1"])
async def test_a_camera_arrives_with_each_codec(browser: Browser, address: str, codec: str) -> None:
    client, camera = await browser.new_page(), await browser.new_page()
    await client.goto(f"{address}/client?watch")
    await camera.goto(f"{address}/device/camera")
    await camera.evaluate("(codec) => publish(codec)", codec)
    await seen(client, FRAMES, codec)


@pytest.mark.browser
async def test_a_screen_sees_a_camera_that_comes_later_and_restarts_ice(
    browser: Browser, relay: Relay, address: str
) -> None:
    screen, camera = await browser.new_page(), await browser.new_page()
    await screen.goto(f"{address}/device/screen")
    await screen.evaluate("watch()")
    await camera.goto(f"{address}/device/camera")
    await camera.evaluate("publish('VP8')")
    first = await seen(screen, FRAMES, "VP8")
    member = next(m for m in relay._members.values() if m.seat.participant_id == "camera")
    await camera.evaluate("restart()")
    await seen(screen, first["frames"] + FRAMES, "VP8")
    assert member.seat.offer_number == 2
    assert len(member.transport.generations) == 1  # checked with the new credentials
