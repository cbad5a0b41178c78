"""What gets into the log when something from outside is wrong: our words, never what was sent or stored."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import sqlalchemy as sa
import structlog
from aiohttp import web
from sqlalchemy.exc import IntegrityError

from accounts.tables import person
from core.clock import SystemClock
from core.database import Database
from core.http import Body, Route, body
from server.logs import set_up, without_the_request
from server.pages import add_pages
from server.web import Edge, application
from tests import services
from tests.flows.people import until

FORMATS = ("console", "json")
SECRET = "a-token-of-somebody"
UNREADABLE = {
    "path": b"GET /join/%s\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
    "version": b"GET /join/%s HTTP/9.x\r\nHost: a\r\n\r\n",
    "header": b"GET / HTTP/1.1\r\nHost: a\r\nCookie: todoku_account=%s\x00\r\n\r\n",
    "length": b"GET / HTTP/1.1\r\nHost: a\r\nCookie: todoku_account=%s" + b"a" * 9000 + b"\r\n\r\n",
    "coding": b"POST /api/take HTTP/1.1\r\nHost: a\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}%s",
}

Log = Callable[[], str]


class Anything(Body):
    text: str


async def take(request: web.Request) -> web.Response:
    return web.json_response((await body(request, Anything)).text)


@pytest.fixture(params=FORMATS)
def log(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """The program's own logging; gives everything it has written."""
    root, written, configured = logging.getLogger(), io.StringIO(), structlog.get_config()
    before = root.level, list(root.handlers)
    root.handlers.clear()  # set_up would close them
    monkeypatch.setattr(sys, "stderr", written)
    set_up(request.param, "info")
    yield written.getvalue
    logging.getLogger("aiohttp.server").removeFilter(without_the_request)
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    structlog.configure(**configured)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Of the application on a runner like the program's own."""

    async def nobody(*_: object) -> None:
        return None

    routes = [Route("POST", "/api/take", take, "take it", body=Anything)]
    app = application(routes, Edge(nobody, SystemClock(), "http://localhost"))
    add_pages(app)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, services.HOST, 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def until_logged(log: Log, words: str) -> str:
    await until(lambda: words in log(), f"{words} is logged")
    return log()


@pytest.mark.parametrize("wrong", UNREADABLE)
async def test_a_request_that_cannot_be_read_is_one_line_without_its_words(
    port: int, log: Log, wrong: str
) -> None:
    reader, writer = await asyncio.open_connection(services.HOST, port)
    writer.write(UNREADABLE[wrong] % SECRET.encode())
    assert (await reader.readline()).split()[1] == b"400"
    writer.close()
    text = await until_logged(log, "request_unreadable")
    assert (SECRET in text, services.HOST in text, "Traceback" in text) == (False, False, False)
    assert len(text.strip().splitlines()) == 1


async def test_who_goes_away_while_sending_is_no_fault_of_ours(port: int, log: Log) -> None:
    _, writer = await asyncio.open_connection(services.HOST, port)
    writer.write(b"POST /api/take HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
    await writer.drain()
    writer.transport.abort()
    text = await until_logged(log, "/api/take")
    assert ("500" in text.rpartition("status")[2], "Traceback" in text) == (False, False)


async def test_a_row_that_the_database_refuses_is_not_told_with_its_values(
    database: Database, log: Log
) -> None:
    now = SystemClock().now()
    row = {"id": "1", "name": "山田 花子", "locale": "ja", "timezone": "Asia/Tokyo", "created_at": now}
    refused = sa.insert(person).values(**row, email_verified_at=now)  # of an address that is not there
    try:
        async with database.write() as connection:
            await connection.execute(refused)
    except IntegrityError:
        structlog.get_logger().exception("request_failed")
    text = log()
    assert ("verified_email_known" in text, "山田" in text, "Asia/Tokyo" in text) == (True, False, False)
    assert "INSERT INTO person" in text


@pytest.mark.parametrize("log", ["json"], indirect=True)
def test_every_line_of_json_is_one_event(log: Log) -> None:
    try:
        raise ValueError("line\nline")
    except ValueError:
        structlog.get_logger().exception("request_failed", route="/")
    logging.getLogger("other").error("a\nb")
    lines = [json.loads(line) for line in log().strip().splitlines()]
    assert [line["event"] for line in lines] == ["request_failed", "a\nb"]
    assert "line\nline" in lines[0]["exception"]
