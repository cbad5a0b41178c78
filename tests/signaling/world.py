"""A booking, two people with real Socket.IO connections, and a relay without packets."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import socketio
from aiohttp import web

from accounts import service as accounts
from chat.service import ensure_conversation
from core.bus import Bus
from core.database import Database
from core.grants import Signer, Verifier, load_or_create_key
from core.http import Identity
from core.ids import BookingId, PersonId, RelayId, new_id
from core.packets import TodokuPacket
from core.sockets import SocketServer, build_server
from scheduler import service as scheduler
from signaling import placement, store
from signaling.config import SignalingConfig, TurnConfig
from signaling.entering import Entry, Neighbours
from signaling.protocol import FROM_SERVER
from signaling.room import Call
from signaling.signaling import House, Signaling
from tests.fakes import FakeClock
from tests.scheduler.clinic import WEDNESDAY, Clinic
from tests.signaling.fake_relay import FakeRelay, FakeRelayServer

WAIT_S = 10
TURN = TurnConfig(("turn:turn.example.org:3478?transport=udp",), secret="only-for-tests")
CONFIG = SignalingConfig(relay_timeout_s=0.5, heartbeat_s=3600)  # tests let the heart beat themselves


async def until(condition: Callable[[], bool]) -> None:
    """Until `condition` holds."""
    async with asyncio.timeout(WAIT_S):
        while not condition():  # noqa: ASYNC110  (what is awaited is a library's inner state)
            await asyncio.sleep(0.005)


class Page:
    """A browser's page as far as Socket.IO goes."""

    def __init__(self, world: "World", entry: Entry, tab_id: str) -> None:
        self.entry, self.tab_id = entry, tab_id
        self.grant = entry.grant
        self.room_id, self.id = entry.call.room.id, entry.participant.id
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.address = world.address
        self.socket = socketio.AsyncClient(serializer=TodokuPacket, reconnection=False)
        for event in FROM_SERVER:
            self.socket.on(event, self._hear(event), namespace="/call")

    def _hear(self, event: str) -> Callable[[dict[str, Any]], None]:
        return lambda payload: self.heard.append((event, payload))

    async def connect(self) -> "Page":
        auth = {"grant": self.grant, "tab_id": self.tab_id}
        await self.socket.connect(
            self.address, auth=auth, namespaces=["/call"], transports=["websocket"], wait_timeout=WAIT_S
        )
        return self

    async def refused(self) -> dict[str, Any]:
        """Connecting is refused; the error."""
        errors: list[dict[str, Any]] = []
        self.socket.on("connect_error", errors.append, namespace="/call")
        try:
            await self.connect()
        except socketio.exceptions.ConnectionError:
            await until(lambda: bool(errors))
            return dict(errors[0]["data"])
        raise AssertionError("was not refused")

    async def ask(self, event: str, **payload: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await self.socket.call(event, payload, namespace="/call", timeout=WAIT_S)
        return answer

    async def ok(self, event: str, **payload: Any) -> dict[str, Any]:
        answer = await self.ask(event, **payload)
        assert answer["ok"] is True, answer
        return answer

    async def no(self, event: str, **payload: Any) -> str:
        answer = await self.ask(event, **payload)
        assert answer["ok"] is False, answer
        return str(answer["error"]["code"])

    def last(self, event: str = "state") -> dict[str, Any]:
        found = [payload for name, payload in self.heard if name == event]
        return found[-1] if found else {}

    def count(self, event: str) -> int:
        return sum(name == event for name, _ in self.heard)

    async def sees(self, condition: Callable[[dict[str, Any]], bool], event: str = "state") -> dict[str, Any]:
        """Wait for a message; the newest that fits."""
        await until(lambda: self.count(event) > 0 and condition(self.last(event)))
        return self.last(event)

    async def my_state(self, state: str) -> None:
        await self.sees(lambda message: message["me"]["state"] == state)

    async def peer_state(self, state: str) -> None:
        await self.sees(lambda message: (message["peer"] or {}).get("state") == state)

    async def close(self) -> None:
        await self.socket.disconnect()


@dataclass
class World:
    """One web process, its booking, its relays."""

    database: Database
    bus: Bus
    clock: FakeClock
    clinic: Clinic
    signaling: Signaling
    server: SocketServer
    app: web.Application
    booking_id: BookingId
    client: Identity
    therapist: Identity
    verifier: Verifier
    address: str = ""
    relays: dict[str, tuple[FakeRelay, FakeRelayServer]] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    _tabs: "itertools.count[int]" = field(default_factory=itertools.count)

    async def relay(self, relay_id: str = "one", max_participants: int = 200) -> FakeRelay:
        """A relay that lives and is known."""
        fake = FakeRelay(relay_id, max_participants)
        server = FakeRelayServer(self.bus, fake, self.verifier, self.clock, fake.relay_id)
        await server.start()
        self.relays[relay_id] = (fake, server)
        await self.hello(relay_id)
        return fake

    async def hello(self, relay_id: str) -> None:
        """It tells of itself, as it does by the machine's clock too."""
        fake = self.relays[relay_id][0]
        told = {"relay_id": relay_id, "load": fake.load, "draining": fake.draining}
        await self.signaling.registry.hello({**told, "max_participants": fake.max_participants})

    async def is_alive(self, relay_id: str) -> bool:
        """Whether its lease lasts."""
        async with self.database.read() as connection:
            found = await store.find_relay(connection, RelayId(relay_id))
        return found is not None and placement.is_alive(found, self.clock.now())

    async def kill(self, relay_id: str) -> None:
        """The relay answers nothing any more and its lease runs out."""
        _, server = self.relays.pop(relay_id)
        await server.close()
        async with asyncio.timeout(WAIT_S):
            while not await self._drains(relay_id):  # noqa: ASYNC110  (its goodbye lengthens the lease)
                await asyncio.sleep(0.005)
        self.clock.advance(CONFIG.relay_lease_s + 1)
        for other in self.relays:
            await self.hello(other)

    async def _drains(self, relay_id: str) -> bool:
        async with self.database.read() as connection:
            found = await store.find_relay(connection, RelayId(relay_id))
        return found is not None and found.draining

    async def enter(self, who: Identity, tab_id: str | None = None) -> Page:
        tab_id = tab_id or f"tab-{next(self._tabs)}"
        page = Page(self, await self.signaling.entering.enter(who, self.booking_id, tab_id), tab_id)
        self.pages.append(page)
        return page

    async def arrive(self, who: Identity, tab_id: str | None = None) -> Page:
        """Enter and connect."""
        return await (await self.enter(who, tab_id)).connect()

    async def call(self, room_id: str) -> Call:
        return await self.signaling.calls.load(room_id)

    async def reaches(self, room_id: str, condition: Callable[[Call], bool]) -> None:
        """Until the rows of a room are so."""
        async with asyncio.timeout(WAIT_S):
            while not condition(await self.call(room_id)):  # noqa: ASYNC110  (rows tell nobody)
                await asyncio.sleep(0.005)

    async def both_in_call(self) -> tuple[Page, Page, FakeRelay]:
        """Client and therapist, connected through a relay."""
        relay = await self.relay()
        client, therapist = await self.arrive(self.client), await self.arrive(self.therapist)
        await therapist.ok("admit", participant_id=client.id)
        for page in (therapist, client):
            await page.ok("join")
            relay.tell(page.room_id, page.id, "connected")
        await client.peer_state("connected")
        await therapist.peer_state("connected")
        return client, therapist, relay

    async def status(self) -> str:
        """The booking's."""
        return (await self.clinic.service.visit(self.booking_id, self.therapist, self.clock.now())).status


def signed_in(person_id: PersonId, role: str) -> Identity:
    return Identity(person_id, frozenset({role}), new_id(), "account")


def neighbours_of(clinic: Clinic) -> Neighbours:
    return Neighbours(clinic.service.visit, scheduler.fulfil, ensure_conversation)


@asynccontextmanager
async def web_process(
    database: Database, bus: Bus, clock: FakeClock, clinic: Clinic, key: bytes, manager_url: str | None = None
) -> AsyncIterator[tuple[Signaling, SocketServer, web.Application, str]]:
    """Signaling served on loopback."""
    server = build_server(manager_url, [])
    house = House(database, bus, clock, Signer(key))
    signaling = Signaling(house, neighbours_of(clinic), CONFIG, server, TURN)
    app = web.Application()
    server.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await signaling.start()
    yield signaling, server, app, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await signaling.close()
    await server.close()
    await runner.cleanup()


@asynccontextmanager
async def open_world(
    database: Database, bus: Bus, clock: FakeClock, key_file: Any, manager_url: str | None = None
) -> AsyncIterator[World]:
    """A confirmed booking whose waiting room has just opened."""
    clinic = await Clinic(database, clock).open()
    therapist_id = await clinic.therapist()
    client = await clinic.client()
    booked = await clinic.book(client, therapist_id, WEDNESDAY)
    clock.advance((booked.visit.enter_from - clock.now()).total_seconds())
    scope = {"purpose": "join", "booking_id": booked.visit.booking_id}
    join_link = Identity(client.person_id, frozenset({"client"}), new_id(), "link", scope)
    key = load_or_create_key(key_file)
    async with web_process(database, bus, clock, clinic, key, manager_url) as (
        signaling,
        server,
        app,
        address,
    ):
        world = World(
            database=database,
            bus=bus,
            clock=clock,
            clinic=clinic,
            signaling=signaling,
            server=server,
            app=app,
            booking_id=booked.visit.booking_id,
            client=join_link,
            therapist=signed_in(therapist_id, "therapist"),
            verifier=Verifier(Signer(key).public_key_pem),
            address=address,
        )
        yield world
        for page in world.pages:
            await page.close()
        for _, relay_server in world.relays.values():
            await relay_server.close()


async def staff(world: World) -> Identity:
    async with world.database.write() as connection:
        person_id = await accounts.create_person(
            connection,
            name="Ops",
            email="ops@example.com",
            locale="en",
            timezone="Asia/Tokyo",
            roles=("staff",),
            now=world.clock.now(),
        )
    return signed_in(person_id, "staff")
