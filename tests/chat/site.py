"""A small site with accounts and chat, as the server puts them together, and a browser's two ways in."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import socketio
from aiohttp import ClientSession, web

from accounts.entry import Accounts
from chat.gateway import attach
from chat.routes import AnswersBy, routes
from chat.service import ChatService
from core.database import Database
from core.ids import PersonId
from core.packets import TodokuPacket
from core.sockets import SocketServer, build_server
from server.web import Edge, application
from tests.accounts.people import accounts_on, add_link
from tests.chat.talks import FAST, Talk, start_talk
from tests.fakes import FakeClock

WAIT_S = 10
PROMISED = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@dataclass
class Site:
    """One web process."""

    accounts: Accounts
    talk: Talk
    database: Database
    clock: FakeClock
    address: str

    async def cookie(self, person_id: PersonId | None) -> dict[str, str]:
        """A link session of the person, as the browser sends it."""
        token = await add_link(self.database, self.clock, "join", {"booking_id": "b1"}, person_id)
        return {"todoku_link": (await self.accounts.exchange(token)).entered.token}

    @asynccontextmanager
    async def http(self, person_id: PersonId | None) -> AsyncIterator[ClientSession]:
        cookies = await self.cookie(person_id)
        headers = {"Todoku-Session": "link", "Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())}
        base = f"{self.address}/api/conversations/{self.talk.conversation_id}/"
        async with ClientSession(base, headers=headers) as session:
            yield session

    @asynccontextmanager
    async def socket(self, person_id: PersonId | None) -> "AsyncIterator[Socket]":
        async with self.socket_with(await self.cookie(person_id)) as opened:
            yield opened

    @asynccontextmanager
    async def socket_with(self, cookies: dict[str, str], session: str = "link") -> "AsyncIterator[Socket]":
        opened = Socket(socketio.AsyncClient(serializer=TodokuPacket, reconnection=False))
        opened.client.on("poke", opened.poked, namespace="/chat")
        header = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())}
        await opened.client.connect(
            self.address,
            headers=header,
            auth={"session": session},
            namespaces=["/chat"],
            transports=["websocket"],
        )
        yield opened
        await opened.client.disconnect()


@dataclass
class Socket:
    """One browser's connection to /chat."""

    client: Any
    pokes: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    async def poked(self, payload: dict[str, Any]) -> None:
        await self.pokes.put(payload)

    async def ask(self, event: str, **payload: Any) -> dict[str, Any]:
        answer = await self.client.call(event, payload, namespace="/chat", timeout=WAIT_S)
        assert isinstance(answer, dict)
        return answer

    async def next_poke(self) -> int:
        async with asyncio.timeout(WAIT_S):
            return int((await self.pokes.get())["sequence"])


def promised_by(therapist_id: PersonId) -> AnswersBy:
    """One therapist who has promised something."""

    async def answers_by(asked: PersonId) -> datetime | None:
        return PROMISED if asked == therapist_id else None

    return answers_by


@asynccontextmanager
async def open_sites(
    database: Database, clock: FakeClock, manager_urls: Sequence[str | None]
) -> AsyncIterator[list[Site]]:
    """A web process per entry of `manager_urls`, all on one database and one conversation."""
    talk = await start_talk(database, clock)
    sites: list[Site] = []
    running: list[tuple[SocketServer, web.AppRunner]] = []
    for manager_url in manager_urls:
        accounts = accounts_on(database, clock)
        chat = ChatService(database, clock, FAST)
        here = Talk(chat, talk.conversation_id, talk.client, talk.therapist, talk.stranger)
        server = build_server(manager_url, [])
        attach(server, chat, accounts.identify)
        every = routes(chat, answers_by=promised_by(talk.therapist))
        app = application(every, Edge(accounts.identify, clock, "http://127.0.0.1"))
        server.attach(app)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        running.append((server, runner))
        sites.append(Site(accounts, here, database, clock, f"http://127.0.0.1:{runner.addresses[0][1]}"))
    yield sites
    for server, runner in running:
        await server.close()
        await runner.cleanup()
