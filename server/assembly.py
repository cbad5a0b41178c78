"""Builds a process from its configuration: the only place that picks implementations.

What is opened here is closed here, in the opposite order, by one AsyncExitStack. Nothing is decided about
requests, rooms or bookings.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from accounts import routes as account_routes
from accounts.entry import Accounts
from accounts.passwords import Passwords
from care import routes as exercise_routes
from care.exercises import Exercises
from chat import gateway as chat_gateway
from chat import routes as chat_routes
from chat.service import ChatService, Door, ensure_conversation
from core import idempotency
from core.bus import Bus, open_bus
from core.clock import Clock, SystemClock
from core.config import GrantsConfig
from core.database import Database, migrate
from core.files import folder_of
from core.grants import Signer, Verifier, load_or_create_key
from core.http import Route
from core.ids import RelayId, new_id
from core.jobs import Jobs
from core.outbox import Outbox
from core.sockets import SocketServer, build_server
from media.relay import Relay
from media.relay_server import RelayServer
from ops import routes as ops_routes
from ops.service import OpsService
from ops.stats import LatestStats
from scheduler import care_routes, change_routes, fhir_routes, pace_routes, week_routes
from scheduler import routes as scheduler_routes
from scheduler.care_views import CareViews
from scheduler.cares import Cares
from scheduler.changes import Changes
from scheduler.fhir_search import FhirSearch
from scheduler.first_free import FirstFree
from scheduler.join_links import JoinLinks
from scheduler.pace_service import PaceService
from scheduler.service import SchedulerService, fulfil
from scheduler.week import WeekService
from server import events, health, openapi
from server.chat_door import chat_door
from server.config import Config, public_url
from server.outward import TOPICS as OUTSIDE
from server.outward import Outward, outward
from server.pages import add_pages
from server.sessions import Sessions
from server.web import Edge, application, own_origin
from signaling.entering import Neighbours
from signaling.signaling import House as SharedHouse
from signaling.signaling import Signaling

HOUR_S = 3600
SHUTDOWN_S = 2.0


@dataclass(frozen=True)
class Ground:
    """What every role of a process with a database stands on."""

    config: Config
    clock: Clock
    database: Database
    bus: Bus
    signer: Signer
    url: str


@dataclass(frozen=True)
class House:
    """The folders' use-cases, joined."""

    ground: Ground
    passwords: Passwords
    accounts: Accounts
    scheduler: SchedulerService
    changes: Changes
    pace: PaceService
    cares: Cares
    care_views: CareViews
    outward: Outward
    week: WeekService
    sessions: Sessions
    chat: ChatService
    exercises: Exercises
    sockets: SocketServer
    signaling: Signaling
    stats: LatestStats
    ops: OpsService


@dataclass(frozen=True)
class LocalRelay:
    """A relay in this process."""

    relay_id: RelayId
    port: int
    server: RelayServer


@asynccontextmanager
async def build(
    config: Config, role: str, prepare: Callable[["House"], Awaitable[None]] | None = None
) -> AsyncIterator[House]:
    """Everything that `role` ("all", "web" or "jobs") does, running until the context is left.

    `prepare` is awaited before anything is served.
    """
    async with AsyncExitStack() as stack:
        ground = await _ground(config, SystemClock(), stack)
        if role == "all":
            await _start_relay(
                config, ground.clock, ground.bus, Verifier(ground.signer.public_key_pem), stack
            )
        house = _house(ground)
        stack.callback(house.passwords.close)
        stack.push_async_callback(house.sockets.close)
        stack.push_async_callback(house.exercises.clips.close)
        if prepare is not None:
            await prepare(house)
        await ROLES[role](house, stack)
        yield house


@asynccontextmanager
async def build_relay(config: Config, relay_id: str | None = None) -> AsyncIterator[LocalRelay]:
    """A relay alone: the bus and the grants' public key, no database."""
    async with AsyncExitStack() as stack:
        bus = open_bus(config.bus.url)
        stack.push_async_callback(bus.close)
        verifier = Verifier(await asyncio.to_thread(public_key, config.grants))
        yield await _start_relay(config, SystemClock(), bus, verifier, stack, relay_id)


def public_key(config: GrantsConfig) -> bytes:
    """The key a relay checks grants with: its own file, or derived from the private one."""
    if config.public_key_file:
        return Path(config.public_key_file).read_bytes()
    return Signer(load_or_create_key(Path(config.key_file))).public_key_pem


async def _ground(config: Config, clock: Clock, stack: AsyncExitStack) -> Ground:
    await migrate(config.database.url)
    database = Database.open(config.database.url, config.database.pool_size)
    stack.push_async_callback(database.close)
    bus = open_bus(config.bus.url)
    stack.push_async_callback(bus.close)
    signer = Signer(await asyncio.to_thread(load_or_create_key, Path(config.grants.key_file)))
    return Ground(config, clock, database, bus, signer, public_url(config))


async def _start_relay(
    config: Config,
    clock: Clock,
    bus: Bus,
    verifier: Verifier,
    stack: AsyncExitStack,
    relay_id: str | None = None,
) -> LocalRelay:
    name = RelayId(relay_id or f"{config.media.relay_id}-{new_id()[-6:]}")
    relay = Relay(config.media, clock)
    await relay.start()
    stack.push_async_callback(relay.close)
    server = RelayServer(bus, relay, verifier, clock, name)
    await server.start()
    stack.push_async_callback(server.close)
    return LocalRelay(name, relay.port, server)


def _house(ground: Ground) -> House:
    """Join the folders: each gets the functions of others that it names."""
    config, clock, database = ground.config, ground.clock, ground.database
    links = JoinLinks(database, clock, ground.url, ground.signer.secret("join links"))
    scheduler = SchedulerService(database, config.scheduler, clock, links, config.mail.sender)
    chat = ChatService(database, clock, config.chat)
    neighbours = Neighbours(scheduler.visit, fulfil, ensure_conversation)
    sockets = build_server(socket_manager(config.bus.url), own_pages(ground.url))
    shared = SharedHouse(database, ground.bus, clock, ground.signer)
    signaling = Signaling(shared, neighbours, config.signaling, sockets, config.turn, ground.url)
    stats = LatestStats(ground.bus, clock, config.ops.stale_after_s)
    passwords = Passwords(config.accounts)
    changes = Changes(database, config.scheduler, clock, links)
    house = House(
        ground=ground,
        passwords=passwords,
        accounts=Accounts(database, clock, config.accounts, passwords),
        scheduler=scheduler,
        changes=changes,
        pace=PaceService(database, config.scheduler, clock),
        cares=Cares(database, config.scheduler, clock),
        care_views=CareViews(database, config.scheduler, clock),
        outward=outward(database, clock, config, ground.signer.secret("calendar feeds")),
        week=WeekService(database, clock),
        sessions=Sessions(database, clock, scheduler, changes, signaling.calls.attendance),
        chat=chat,
        exercises=Exercises(database, clock, folder_of(config.files.url), config.care.clips_ahead),
        sockets=sockets,
        signaling=signaling,
        stats=stats,
        ops=OpsService(database, clock, signaling.calls, stats),
    )
    chat_gateway.attach(sockets, chat, house.accounts.identify, _chat_door(house))
    return house


def own_pages(url: str) -> Callable[[str | None, Mapping[str, Any]], bool]:
    """Which pages may open a socket: the same rule as for requests, whatever proxy stands in front."""
    ours = urlsplit(url).netloc

    def allowed(origin: str | None, environ: Mapping[str, Any]) -> bool:
        headers = {"Origin": origin} if origin is not None else {}
        return own_origin(headers, str(environ.get("HTTP_HOST", "")), ours)

    return allowed


def _chat_door(house: House) -> Door:
    ground = house.ground
    return chat_door(house.scheduler.visit, house.signaling.calls.running, ground.database, ground.clock)


def socket_manager(bus_url: str) -> str | None:
    """The Redis through which Socket.IO servers reach each other's pages; None within one process."""
    return None if bus_url.startswith("memory:") else bus_url


Start = Callable[[House, AsyncExitStack], Awaitable[None]]


async def _web(house: House, stack: AsyncExitStack) -> None:
    """Pages, API and sockets; hears of relays and media."""
    ground = house.ground
    for part in (house.stats, house.signaling):
        await part.start()
        stack.push_async_callback(part.close)
    app = application(
        all_routes(house),
        Edge(house.accounts.identify, ground.clock, ground.url, ground.config.server.trusted_proxies),
    )
    house.sockets.attach(app)
    add_pages(app, ground.config.server.help_contact)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    stack.push_async_callback(house.sockets.close)  # before the web server waits for its connections
    await web.TCPSite(runner, ground.config.server.host, ground.config.server.port).start()


async def _jobs(house: House, stack: AsyncExitStack) -> None:
    """What time brings, and everything that leaves through the outbox."""
    ground = house.ground
    stop = asyncio.Event()
    outbox = Outbox(ground.database, ground.clock, events.handlers(house), without=OUTSIDE)
    jobs = Jobs(ground.database, ground.clock, new_id())
    jobs.add("calls", ground.config.signaling.watch_s, house.signaling.watch.run)
    jobs.add("expired_holds", ground.config.scheduler.sweep_s, house.scheduler.sweep)
    first_free = FirstFree(ground.database, ground.config.scheduler, ground.clock)
    jobs.add("first_free", ground.config.scheduler.sweep_s, first_free.refresh)
    jobs.add("unanswered_requests", ground.config.scheduler.sweep_s, house.changes.expire_requests)
    jobs.add("waiting_list", ground.config.scheduler.sweep_s, house.cares.give_places)
    jobs.add("unanswered_offers", ground.config.scheduler.sweep_s, house.cares.end_offers)
    house.sessions.add_jobs(jobs)
    jobs.add("prune_accounts", HOUR_S, house.accounts.prune)
    jobs.add("prune_outbox", HOUR_S, outbox.prune)
    jobs.add("prune_idempotency", HOUR_S, lambda: idempotency.forget_old(ground.database, ground.clock.now()))
    for work in (outbox.run(stop), jobs.run(stop), *house.outward.work(stop), *house.exercises.work(stop)):
        task = asyncio.create_task(work)
        stack.push_async_callback(_finish, stop, task)


async def _finish(stop: asyncio.Event, task: asyncio.Task[None]) -> None:
    """Let a loop end at its next turn, so that no delivery is cut off."""
    stop.set()
    await task


async def _all(house: House, stack: AsyncExitStack) -> None:
    await _jobs(house, stack)
    await _web(house, stack)


ROLES: dict[str, Start] = {"all": _all, "web": _web, "jobs": _jobs}


def all_routes(house: House) -> list[Route]:
    """Every operation of the HTTP API, with the document that describes them."""
    ground, calls = house.ground, house.signaling.calls
    routes = [
        *health.routes(ground.database),
        *account_routes.routes(house.accounts, secure=ground.url.startswith("https:")),
        *scheduler_routes.routes(house.scheduler, scheduler_routes.Rooms(calls.waiting, calls.running)),
        *change_routes.routes(house.changes),
        *pace_routes.routes(house.pace),
        *care_routes.routes(house.cares, house.care_views, house.scheduler),
        *house.outward.routes(),
        *week_routes.routes(house.week),
        *house.sessions.routes(),
        *fhir_routes.routes(FhirSearch(ground.database, ground.config.scheduler, ground.clock)),
        *house.signaling.routes(),
        *chat_routes.routes(house.chat, _chat_door(house), house.outward.promises.answers_by),
        *exercise_routes.routes(house.exercises),
        *ops_routes.routes(house.ops),
    ]
    return [*routes, openapi.route(routes)]


async def declared_routes(config: Config) -> list[Route]:
    """Every operation but the document's own; nothing is connected, and no key is kept, for it."""
    with tempfile.TemporaryDirectory() as folder:
        signer = Signer(load_or_create_key(Path(folder) / "key.pem"))
    database = Database.open("sqlite:///:memory:")
    house = _house(Ground(config, SystemClock(), database, open_bus("memory:"), signer, public_url(config)))
    house.passwords.close()
    return all_routes(house)[:-1]
