"""A page that talks to a relay with as little as possible between: for proving the relay in real browsers."""

from aiohttp import web

from core.ids import ParticipantId
from media.relay import Relay
from tests.media.conftest import ROOM

PAGE = """<!doctype html><video id=v autoplay playsinline></video><script>
(async () => {
  const name = location.pathname.slice(1);
  const media = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 640, height: 480}});
  const started = performance.now();
  const seat = location.hash.slice(1) || 1;
  const offer = await (await fetch(`/join/${name}/${seat}`)).json();
  const pc = window.pc = new RTCPeerConnection();
  const remote = new MediaStream();
  v.srcObject = remote;
  v.requestVideoFrameCallback(() => { window.first_ms = performance.now() - started; });
  pc.ontrack = (event) => remote.addTrack(event.track);
  await pc.setRemoteDescription({type: 'offer', sdp: offer.sdp});
  const [microphone, camera] = pc.getTransceivers();
  const [voice, picture] = [media.getAudioTracks()[0], media.getVideoTracks()[0]];
  for (const [line, track] of [[microphone, voice], [camera, picture]]) {
    await line.sender.replaceTrack(track);
    line.direction = 'sendonly';
  }
  const answer = await pc.createAnswer();
  await pc.setLocalDescription(answer);
  await fetch(`/answer/${name}/${seat}/${offer.number}`, {method: 'POST', body: answer.sdp});
})().catch((error) => { window.failed = String(error); });
</script>"""


def pages(relay: Relay) -> web.Application:
    """The page as /NAME#SEAT, and the three calls it makes."""

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def join(request: web.Request) -> web.Response:
        participant, seat = ParticipantId(request.match_info["name"]), int(request.match_info["seat"])
        offer = relay.join(ROOM, participant, 1, seat)
        return web.json_response({"number": offer.number, "sdp": offer.sdp})

    async def answer(request: web.Request) -> web.Response:
        participant, seat = ParticipantId(request.match_info["name"]), int(request.match_info["seat"])
        relay.answer(ROOM, participant, seat, int(request.match_info["number"]), await request.text())
        return web.Response()

    app = web.Application()
    app.router.add_get("/{name}", page)
    app.router.add_get("/join/{name}/{seat}", join)
    app.router.add_post("/answer/{name}/{seat}/{number}", answer)
    return app
