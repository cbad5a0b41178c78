"""A page that talks to a relay with as little as possible between: for proving the relay in real browsers."""

from collections.abc import Mapping

from aiohttp import web

from core.ids import ParticipantId, RoomId
from media.relay import Relay
from tests.media.conftest import ROOM

PAGE = """<!doctype html><video id=v autoplay playsinline></video><script>
(async () => {
  const name = location.pathname.slice(1);
  const wish = new URLSearchParams(location.search);
  const height = Number(wish.get('height') || 480);
  const video = {height, width: Math.round(height * (height === 480 ? 4 / 3 : 16 / 9))};
  const media = wish.has('watch') ? null : await navigator.mediaDevices.getUserMedia({audio: true, video});
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
  for (const line of [microphone, camera]) {
    const track = media && media.getTracks().find((one) => one.kind === line.receiver.track.kind);
    if (track) await line.sender.replaceTrack(track);
    line.direction = track ? 'sendonly' : 'inactive';
  }
  const reply = async (number) => {
    const answer = await pc.createAnswer();
    await pc.setLocalDescription(answer);
    await fetch(`/answer/${name}/${seat}/${number}`, {method: 'POST', body: answer.sdp});
  };
  await reply(offer.number);
  // As the real client does (rtc/stall.ts): two seconds without a packet, or the browser's own word.
  const restart = async () => {
    const next = await (await fetch(`/restart/${name}/${seat}`)).json();
    await pc.setRemoteDescription({type: 'offer', sdp: next.sdp});
    await reply(next.number);
  };
  let packets = -1, heardAt = Date.now(), askedAt = 0;
  const ask = () => { askedAt = Date.now(); restart().catch(() => { askedAt = Date.now() - 3500; }); };
  setInterval(async () => {
    const transport = [...(await pc.getStats()).values()].find((one) => one.type === 'transport') || {};
    if (transport.packetsReceived !== packets) [packets, heardAt] = [transport.packetsReceived, Date.now()];
    if (Date.now() - heardAt > 2000 && Date.now() - askedAt > 4000) ask();
  }, 500);
  pc.onconnectionstatechange = () => { if (pc.connectionState === 'disconnected') ask(); };
  addEventListener('online', ask);
})().catch((error) => { window.failed = String(error); });
</script>"""


def by_way_of(sdp: str, port: int, tcp: bool = False) -> str:
    """The offer with its UDP candidates on another port; `tcp`: the others stay as they are."""
    rows = []
    for row in sdp.split("\r\n"):
        if row.startswith("a=candidate:"):
            foundation, component, transport, priority, address, _, *rest = row.split(" ")
            if transport.lower() != "udp":
                rows += [row] if tcp else []
                continue
            row = " ".join((foundation, component, transport, priority, address, str(port), *rest))
        rows.append(row)
    return "\r\n".join(rows)


def pages(
    relay: Relay,
    ports: Mapping[str, int] | None = None,
    room: RoomId = ROOM,
    blocked: Mapping[str, int] | None = None,
) -> web.Application:
    """The page as /NAME#SEAT, and the calls it makes.

    `ports`: by whose UDP port NAME reaches the relay; `blocked`: to which port NAME's UDP goes in vain.
    """

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def join(request: web.Request) -> web.Response:
        participant, seat = ParticipantId(request.match_info["name"]), int(request.match_info["seat"])
        if request.path.startswith("/restart/"):
            offer = relay.offer(room, participant, seat, restart=True)
        else:
            offer = relay.join(room, participant, 1, seat)
        through = (ports or {}).get(participant)
        sdp = offer.sdp if through is None else by_way_of(offer.sdp, through)
        if participant in (blocked or {}):
            sdp = by_way_of(sdp, (blocked or {})[participant], tcp=True)
        return web.json_response({"number": offer.number, "sdp": sdp})

    async def answer(request: web.Request) -> web.Response:
        participant, seat = ParticipantId(request.match_info["name"]), int(request.match_info["seat"])
        relay.answer(room, participant, seat, int(request.match_info["number"]), await request.text())
        return web.Response()

    app = web.Application()
    app.router.add_get("/{name}", page)
    app.router.add_get("/join/{name}/{seat}", join)
    app.router.add_get("/restart/{name}/{seat}", join)
    app.router.add_post("/answer/{name}/{seat}/{number}", answer)
    return app
