"""How people come and go: one function for each way, each with a room of its own.

What each leaves behind is counted by census.py; here it is asserted only that what should happen happens.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from core.clock import SystemClock
from core.ids import ParticipantId, RoomId
from media import rtcp, transport_cc
from media.config import MediaConfig
from media.ice import IceCredentials
from media.model import Display, Offer, PageReport, RelayEvent, Shape
from media.relay import Relay
from tests.media.client import VP8_KEY, attribute, rtp_packet
from tests.media.device import PASSWORD, VP8, device, offered, restarting
from tests.soak.people import Publisher, Tab, TcpTab

GONE_AFTER_S = 60.0
SKIP_S = 40.0  # twice that, and who is heard in between stays


class SkippingClock(SystemClock):
    """The real time, and what was skipped of it."""

    _skipped_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self._skipped_s

    def skip(self, seconds: float) -> None:
        self._skipped_s += seconds


@dataclass
class Scene:
    """A relay, and what it told since the cycle began."""

    clock: SkippingClock = field(default_factory=SkippingClock)
    events: list[RelayEvent] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.relay = Relay(MediaConfig(udp_port=0, gone_after_s=GONE_AFTER_S), self.clock)
        self.relay.on_event = self.events.append

    def room(self, shape: Shape = "consultation") -> "Visit":
        room_id = RoomId(f"room-{next(self.numbers)}")
        self.events.clear()
        self.relay.open_room(room_id, 1, shape)
        return Visit(self, room_id)


@dataclass
class Visit:
    """One room and who is in it."""

    scene: Scene
    room_id: RoomId
    tabs: dict[str, tuple[int, Tab]] = field(default_factory=dict)

    @property
    def relay(self) -> Relay:
        return self.scene.relay

    async def enter(self, name: str, kind: type[Tab] = Tab, seat: int = 1) -> Tab:
        """Join, answer, connect."""
        tab = self.answer(name, kind, seat)
        await tab.connect()
        await self.until(lambda: any(e.event == "connected" and e.seat == seat for e in self.told(name)))
        return tab

    def answer(self, name: str, kind: type[Tab] = Tab, seat: int = 1) -> Tab:
        """Join and answer."""
        participant = ParticipantId(name)
        offer = self.relay.join(self.room_id, participant, 1, seat)
        base = 100 * next(self.scene.numbers)
        tab = kind(offer, (base + 1, base + 2, base + 3))
        self.relay.answer(self.room_id, participant, seat, offer.number, tab.answer)
        self.tabs[name] = (seat, tab)
        return tab

    def told(self, name: str) -> list[RelayEvent]:
        return [event for event in self.scene.events if event.participant_id == name]

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110  (the relay tells by calls, not by awaitables)
                await asyncio.sleep(0.002)

    async def talk(self) -> None:
        """Everybody films, and sees and reports somebody."""
        tabs = [tab for _, tab in self.tabs.values()]
        seen = [tab.seen() for tab in tabs]
        for tab in tabs:
            tab.film()
        for tab, before in zip(tabs, seen, strict=True):
            await tab.until(lambda tab=tab, before=before: tab.seen() > before)  # type: ignore[misc]
            slot = tab.slot("3")
            report = rtcp.RtcpReceiverInfo(slot, 3, 1, 100, 9, 0, 0)
            arrivals = [(number, 1000 * number) for number in range(1, 4)]
            tab.send_rtcp(rtcp.RtcpRrPacket(ssrc=1, reports=[report]), rtcp.nack(1, slot, [101, 102]))
            tab.send_rtcp(rtcp.pli(1, slot), rtcp.remb(1, 600_000, [slot]))
            tab.send_raw(tab._outbound.protect_rtcp(transport_cc.build(1, slot, 0, arrivals)[0]))
            await tab.checked()
        for name, (_, tab) in self.tabs.items():
            said = PageReport(True, True, tab.seen("2"), tab.seen(), 1, "host")
            self.relay.page_says(self.room_id, ParticipantId(name), said)

    def leave(self, name: str) -> None:
        seat, _ = self.tabs[name]
        self.relay.leave(self.room_id, ParticipantId(name), seat)

    async def outlive(self, survivors: Sequence[str]) -> None:
        """The time until the silent are given up; the survivors are heard meanwhile."""
        self.scene.clock.skip(SKIP_S)
        for name in survivors:
            await self.tabs[name][1].checked()
        self.scene.clock.skip(SKIP_S)
        self.relay.tick()
        assert self.relay.load == len(survivors)

    async def end(self) -> None:
        """The room is over; everybody closes their page."""
        self.relay.close_room(self.room_id, 1)
        for _, tab in self.tabs.values():
            await tab.vanish()
        assert self.relay.load == 0


async def two(scene: Scene, second: type[Tab] = Tab) -> Visit:
    visit = scene.room()
    await visit.enter("client", Tab)
    await visit.enter("therapist", second)
    await visit.talk()
    return visit


async def both_leave(scene: Scene) -> None:
    """By the relay's order, one after the other."""
    visit = await two(scene)
    for name in ("client", "therapist"):
        visit.leave(name)
    await visit.end()


async def both_say_goodbye(scene: Scene) -> None:
    """By closing their pages, which ends DTLS."""
    visit = await two(scene)
    for _, tab in visit.tabs.values():
        await tab.close()
    await visit.until(lambda: scene.relay.load == 0)
    await visit.end()


async def one_is_killed(scene: Scene) -> None:
    """A flat battery: found out by silence. The other stays, and leaves later."""
    visit = await two(scene)
    await visit.tabs["client"][1].vanish()
    await visit.outlive(["therapist"])
    assert visit.told("client")[-1].event == "disconnected"
    visit.leave("therapist")
    await visit.end()


async def one_reloads(scene: Scene) -> None:
    """A new tab takes the seat while the old one is still there; then the room is ended for both."""
    visit = await two(scene)
    before = visit.tabs["client"][1]
    await visit.enter("client", Tab, seat=2)
    await before.vanish()
    await visit.talk()
    await visit.end()


async def one_moves(scene: Scene) -> None:
    """Another address, then an ICE restart that is answered."""
    visit = await two(scene)
    tab = visit.tabs["client"][1]
    await tab.move()
    tab.film()
    await tab.checked()
    offer = scene.relay.offer(visit.room_id, ParticipantId("client"), 1, restart=True)
    again = Tab(offer, tab.ssrcs)
    scene.relay.answer(visit.room_id, ParticipantId("client"), 1, offer.number, again.answer)
    tab.server = again.server
    await tab.checked()
    visit.leave("client")
    await visit.end()


async def one_never_comes(scene: Scene) -> None:
    """Joins and never answers; another answers, checks, and never shakes hands."""
    visit = scene.room()
    scene.relay.join(visit.room_id, ParticipantId("nobody"), 1, 1)
    tab = visit.answer("half")
    await tab.open()
    await tab.checked()
    await visit.outlive([])
    await visit.end()


async def one_by_tcp(scene: Scene) -> None:
    """Over TCP; the connection breaks, and nobody comes back."""
    visit = await two(scene, TcpTab)
    await visit.tabs["therapist"][1].vanish()
    await visit.outlive(["client"])
    await visit.end()


async def a_camera_beside(scene: Scene) -> None:
    """It films by WHIP, restarts ICE, comes back on a seat of its own, and loses its power."""
    visit = await two(scene)
    client = visit.tabs["client"][1]
    for _ in range(2):  # the second takes the first one's seat
        base = 100 * next(scene.numbers)
        ssrcs = (base + 1, base + 2, base + 3)
        camera = device("camera", host="therapist")
        session = scene.relay.devices.attach(visit.room_id, camera, 1, offered("publish", ssrcs))
        tab = Tab(Offer(session.number, session.text, ()), ssrcs)
        visit.tabs["camera"] = (session.seat, tab)
        await tab.connect()
        await tab.checked()
        seen = client.seen()
        tab.send_rtp(rtp_packet(base + 2, 7, 0, VP8_KEY, VP8))
        await client.until(lambda seen=seen: client.seen() > seen)  # type: ignore[misc]
        again = restarting()
        session = scene.relay.devices.amend(visit.room_id, camera.device_id, session.seat, None, again)
        tab.credentials = IceCredentials("efgh", PASSWORD)
        ours = [attribute(session.text, name)[0] for name in ("ice-ufrag", "ice-pwd")]
        tab.server = IceCredentials(*ours)
        await tab.checked()
        await tab.vanish()
    await visit.outlive(["client", "therapist"])
    await visit.end()


async def workshop(scene: Scene) -> None:
    """Four with layers, pinned and shown; one is killed, one leaves, the room ends for the others."""
    visit = scene.room("workshop")
    names = [f"p{number}" for number in range(4)]
    for name in names:
        await visit.enter(name, Publisher)
    await _all_are_seen(visit)
    scene.relay.pin(visit.room_id, [ParticipantId("p1")])
    scene.relay.show(visit.room_id, ParticipantId("p0"), 1, {ParticipantId("p1"): Display(180)})
    await visit.tabs["p3"][1].vanish()
    await visit.outlive(names[:3])
    visit.leave("p2")
    await visit.end()


async def _all_are_seen(visit: Visit) -> None:
    """Layers are learned, measured for a second, and shown from their next key frame on."""
    tabs = [tab for _, tab in visit.tabs.values()]
    for _ in range(2):
        await _film(tabs)
        visit.scene.clock.skip(1.0)
        visit.relay.tick()
    async with asyncio.timeout(10):
        while not all(tab.seen("5") for tab in tabs):
            await _film(tabs)
            await asyncio.sleep(0.05)  # the relay looks at its rooms some times a second


async def _film(tabs: Sequence[Tab]) -> None:
    for tab in tabs:
        tab.film()
        await tab.checked()


Cycle = Callable[[Scene], Awaitable[None]]
CYCLES: tuple[Cycle, ...] = (
    both_leave,
    one_is_killed,
    both_say_goodbye,
    one_reloads,
    one_moves,
    one_never_comes,
    one_by_tcp,
    a_camera_beside,
    workshop,
)
