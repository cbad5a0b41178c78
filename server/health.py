"""Is the process alive, and can it serve? Deliberately without any detail about what is inside."""

import asyncio

import sqlalchemy as sa
from aiohttp import web

from core.database import Database
from core.errors import Unavailable
from core.http import Reply, Route, reply

READY_TIMEOUT_S = 3.0


class Health(Reply):
    """`status` is "live" or "ready"."""

    status: str


def routes(database: Database) -> list[Route]:
    """/health/live answers as soon as requests are served; /health/ready asks the database too."""

    async def live(_request: web.Request) -> web.Response:
        return reply(Health(status="live"))

    async def ready(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(READY_TIMEOUT_S), database.read() as connection:
                await connection.execute(sa.select(1))
        except (sa.exc.SQLAlchemyError, OSError, TimeoutError):
            raise Unavailable from None
        return reply(Health(status="ready"))

    return [
        Route("GET", "/health/live", live, "The process serves requests", response=Health, tag="health"),
        Route(
            "GET",
            "/health/ready",
            ready,
            "The database answers",
            response=Health,
            tag="health",
            errors=(Unavailable,),
        ),
    ]
