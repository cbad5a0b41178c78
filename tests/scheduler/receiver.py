"""Another system that takes POSTs: keeps what came, answers with the status a test wants."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer
from multidict import CIMultiDictProxy


@dataclass(frozen=True)
class Came:
    """One POST."""

    headers: CIMultiDictProxy[str]
    content: bytes


@dataclass
class Receiver:
    """`status` is what the next ones are answered with."""

    url: str = ""
    status: int = 204
    came: list[Came] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.came.append(Came(request.headers, await request.read()))
        return web.Response(status=self.status)


@asynccontextmanager
async def open_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver.take)
    server = TestServer(app)
    await server.start_server()
    receiver.url = str(server.make_url("/hook"))
    yield receiver
    await server.close()
