"""Requests to addresses that people give: none reaches our own network, none takes long or grows large."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from core.config import OutgoingConfig
from core.outgoing import Failed, Outgoing, checked

GUARDED = OutgoingConfig()
LOOSE = OutgoingConfig(private_addresses=True, timeout_s=5)
MOST = 10_000


async def plain(request: web.Request) -> web.Response:
    return web.Response(text="hello", headers={"ETag": '"1"'})


async def hop(request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": request.query["to"]})


async def hops(request: web.Request) -> web.Response:
    left = int(request.match_info["left"])
    raise web.HTTPFound(f"/hops/{left - 1}" if left > 1 else "/plain")


async def large(request: web.Request) -> web.Response:
    return web.Response(body=b"x" * (MOST + 1))


async def bomb(request: web.Request) -> web.Response:
    return web.Response(body=gzip.compress(b"\0" * 50_000_000), headers={"Content-Encoding": "gzip"})


async def packed(request: web.Request) -> web.Response:
    return web.Response(body=gzip.compress(b"packed"), headers={"Content-Encoding": "gzip"})


async def broken(request: web.Request) -> web.Response:
    return web.Response(body=b"no gzip", headers={"Content-Encoding": "gzip"})


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 1000)


async def silent(request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    return web.Response()


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    """Whose answers must not be believed elsewhere."""
    app = web.Application()
    for handler in (plain, hop, large, bomb, packed, broken, endless, silent):
        app.router.add_get(f"/{handler.__name__}", handler)
    app.router.add_get("/hops/{left}", hops)
    running = TestServer(app)
    await running.start_server()
    yield running
    await running.close()


async def problem(url: str, config: OutgoingConfig) -> str:
    with pytest.raises(Failed) as raised:
        await Outgoing(config).get(url, {}, MOST)
    return raised.value.problem


async def test_what_is_there_comes_whole_also_packed_and_after_three_redirects(server: TestServer) -> None:
    out = Outgoing(LOOSE)
    answer = await out.get(str(server.make_url("/plain")), {}, MOST)
    assert (answer.status, answer.content, answer.headers["ETag"]) == (200, b"hello", '"1"')
    assert (await out.get(str(server.make_url("/packed")), {}, MOST)).content == b"packed"
    assert (await out.get(str(server.make_url("/hops/3")), {}, MOST)).content == b"hello"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/hops/4", "too_many_redirects"),
        ("/hop?to=file:///etc/passwd", "address_invalid"),
        ("/hop?to=http://[", "unreachable"),
        ("/large", "too_large"),
        ("/endless", "too_large"),
        ("/bomb", "too_large"),
        ("/broken", "unreadable"),
    ],
)
async def test_what_is_too_much_is_left(server: TestServer, path: str, expected: str) -> None:
    assert await problem(str(server.make_url(path)), LOOSE) == expected


async def test_who_does_not_answer_is_not_waited_for(server: TestServer) -> None:
    impatient = OutgoingConfig(private_addresses=True, timeout_s=0.1)
    assert await problem(str(server.make_url("/silent")), impatient) == "timed_out"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "0.0.0.0",  # noqa: S104
        "10.1.2.3",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "240.0.0.1",
        "[::]",
        "[::1]",
        "[fe80::1]",
        "[fc00::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::a00:1]",
        "[2002:7f00:1::]",
        "192.0.0.8",
        "192.88.99.1",
        "[3fff::1]",
        "[2001:0:0:0:0:0:80ff:fffe]",
        "１２７.0.0.1",
        "user:password@10.0.0.1",
    ],
)
async def test_an_address_of_our_own_network_is_refused_unasked(host: str) -> None:
    assert await problem(f"http://{host}:80/", GUARDED) == "address_refused"


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "file:///etc/passwd", "http://", "http://a b/", "//x/", ""]
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(Failed) as raised:
        checked(url, LOOSE)
    assert raised.value.problem == "address_invalid"


@pytest.mark.parametrize("name", ["localhost", "public.example"])
async def test_a_name_is_refused_by_what_it_resolves_to_when_connecting(
    server: TestServer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it resolved to before."""
    loop = asyncio.get_running_loop()

    async def resolve(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(loop, "getaddrinfo", resolve)
    assert await problem(f"http://{name}:{server.port}/plain", GUARDED) == "address_refused"
    assert (await Outgoing(LOOSE).get(f"http://{name}:{server.port}/plain", {}, MOST)).status == 200


async def test_a_redirect_into_our_own_network_is_refused(server: TestServer, monkeypatch: Any) -> None:
    """The first address counts as public here, so that the second is what is looked at."""
    monkeypatch.setattr("core.outgoing.is_public", lambda address: str(address) == "127.0.0.1")
    url = str(server.make_url("/hop").with_host("127.0.0.1").with_query(to="http://[::1]:80/"))
    assert await problem(url, GUARDED) == "address_refused"
