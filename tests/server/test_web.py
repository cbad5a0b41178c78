"""The HTTP edge: errors as problems, Origin, headers, addresses, and what the log may say."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from core import http
from core.clock import SystemClock
from core.errors import Conflict, TooMany, Unauthenticated
from core.http import (
    IDENTITY,
    Body,
    Identity,
    Reply,
    Route,
    bearer_token,
    body,
    identity,
    reply,
    require,
    text,
)
from core.ids import PersonId
from server.openapi import document
from server.pages import add_pages, content_security_policy
from server.web import Edge, application, own_origin

WAIT_S = 10


class Echo(Body):
    text: str


class Said(Reply):
    text: str


async def echo(request: web.Request) -> web.Response:
    return reply(Said(text=(await body(request, Echo)).text), 201)


async def fails(_request: web.Request) -> web.Response:
    raise RuntimeError("a secret of ours")


async def away(_request: web.Request) -> web.Response:
    raise ConnectionError("database")


async def refuses(_request: web.Request) -> web.Response:
    raise Conflict("no", alternatives=[1])


async def waits(_request: web.Request) -> web.Response:
    raise TooMany(retry_after_s=7)


async def who(request: web.Request) -> web.Response:
    return reply(Said(text=str(identity(request).person_id)))


async def staff_only(request: web.Request) -> web.Response:
    require(request, "staff")
    return reply(Said(text="in"))


async def address(request: web.Request) -> web.Response:
    return reply(Said(text=str(request.remote)))


class NoToken(Unauthenticated):
    """A route with a token of its own was asked without it."""

    code = "tests_no_token"
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Bearer"}


async def device(request: web.Request) -> web.Response:
    if bearer_token(request) is None:
        raise NoToken
    return reply(Said(text=f"{await text(request, 'text/plain')} {IDENTITY in request}"))


ROUTES = [
    Route("POST", "/api/echo", echo, "say it again", body=Echo),
    Route("GET", "/api/fails", fails, "fails"),
    Route("GET", "/api/away", away, "the database is away"),
    Route("GET", "/api/refuses", refuses, "refuses"),
    Route("GET", "/api/waits", waits, "waits"),
    Route("GET", "/api/who", who, "who"),
    Route("GET", "/api/staff", staff_only, "staff"),
    Route("GET", "/api/address", address, "address"),
    Route("POST", "/api/device/{id}", device, "takes a token", bearer=True, text_type="text/plain"),
]


async def identify(cookies: Mapping[str, str], which: str) -> Identity | None:
    if not cookies.get(f"todoku_{which}"):
        return None
    return Identity(PersonId(cookies[f"todoku_{which}"]), frozenset({"client"}), "s", "account")


Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    app = application(ROUTES, Edge(identify, SystemClock(), "https://todoku.example", trusted_proxies=1))
    add_pages(app)
    async with TestClient(TestServer(app)) as opened:
        yield opened


async def test_a_valid_request_is_answered_with_its_id(client: Client) -> None:
    response = await client.post("/api/echo", json={"text": " hi "})
    assert (response.status, await response.json()) == (201, {"text": "hi"})
    assert len(response.headers["X-Request-Id"]) == 36
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "data", "status", "code"),
    [
        ("POST", "/api/echo", b"{", 422, "invalid"),
        ("POST", "/api/echo", b'{"text": 1}', 422, "invalid"),
        ("POST", "/api/echo", b"x" * 70_000, 413, "too_large"),
        ("GET", "/api/nothing", None, 404, "not_found"),
        ("DELETE", "/api/echo", None, 405, "method_not_allowed"),
        ("GET", "/api/refuses", None, 409, "conflict"),
        ("GET", "/api/waits", None, 429, "too_many"),
        ("GET", "/api/who", None, 401, "unauthenticated"),
        ("GET", "/api/fails", None, 500, "internal"),
        ("GET", "/api/away", None, 503, "unavailable"),
    ],
)
async def test_every_error_is_a_problem_with_a_code(
    client: Client, method: str, path: str, data: bytes | None, status: int, code: str
) -> None:
    with structlog.testing.capture_logs():
        response = await client.request(method, path, data=data)
    document = await response.json(content_type="application/problem+json")
    assert (response.status, document["code"], document["status"]) == (status, code, status)
    assert "secret" not in str(document)
    retry_after = {"too_many": "7", "unavailable": "5"}
    assert response.headers.get("Retry-After") == retry_after.get(code)


async def test_a_body_that_never_comes_whole_is_given_up(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "BODY_WITHIN_S", 0.01)
    reader, writer = await asyncio.open_connection(client.host, client.port)
    head = b"POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n"
    writer.write(head + b'{"text": ')
    async with asyncio.timeout(WAIT_S):
        answered = await reader.readuntil(b"\r\n\r\n")
    assert answered.startswith(b"HTTP/1.1 408 ")
    assert b"Connection: close" in answered
    writer.close()


async def test_no_answer_names_the_programs_below_with_their_versions(client: Client) -> None:
    for lines in (
        b"GET /api/who HTTP/1.1\r\nHost: x",
        b"GET /api/nothing HTTP/1.1\r\nHost: x",
        b"no HTTP at all",
    ):
        reader, writer = await asyncio.open_connection(client.host, client.port)
        writer.write(lines + b"\r\n\r\n")
        async with asyncio.timeout(WAIT_S):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert re.findall(r"^Server: (.*)\r$", head, re.MULTILINE) in ([], ["Todoku"])
        writer.close()


async def test_the_asker_is_who_the_named_cookie_says(client: Client) -> None:
    cookies = {"todoku_account": "therapist", "todoku_link": "client"}
    response = await client.get("/api/who", cookies=cookies)
    assert (await response.json())["text"] == "therapist"
    response = await client.get("/api/who", cookies=cookies, headers={"Todoku-Session": "link"})
    assert (await response.json())["text"] == "client"
    assert (await client.get("/api/staff", cookies=cookies)).status == 403


async def test_a_body_that_is_not_what_it_says_is_refused(client: Client) -> None:
    response = await client.post("/api/echo", data=b"not gzip", headers={"Content-Encoding": "gzip"})
    assert (response.status, (await response.json(content_type=None))["code"]) == (400, "bad_request")


async def test_another_sites_page_can_change_nothing(client: Client) -> None:
    refused = await client.post("/api/echo", json={"text": "a"}, headers={"Origin": "https://evil.example"})
    assert (refused.status, (await refused.json())["code"]) == (403, "origin_refused")
    ours = await client.post("/api/echo", json={"text": "a"}, headers={"Origin": "https://todoku.example"})
    assert ours.status == 201


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Origin": "http://localhost:8080"}, True),
        ({"Origin": "https://todoku.example"}, True),
        ({"Origin": "null"}, False),
        ({"Origin": "http://localhost:8081"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "http://["}, False),
    ],
)
def test_an_origin_is_ours_or_not(headers: dict[str, str], allowed: bool) -> None:
    assert own_origin(headers, "localhost:8080", "todoku.example") is allowed


async def test_the_log_names_the_route_never_the_path_with_its_token(client: Client) -> None:
    with structlog.testing.capture_logs() as logs:
        await client.get("/join/secret-token")
    assert [line["route"] for line in logs] == ["/join/{token}"]
    assert "secret-token" not in str(logs)


async def test_the_address_is_the_one_our_proxy_added(client: Client) -> None:
    response = await client.get("/api/address", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9"})
    assert (await response.json())["text"] == "203.0.113.9"
    response = await client.get("/api/address", headers={"X-Forwarded-For": "<script>"})
    assert (await response.json())["text"] == "127.0.0.1"


async def test_pages_carry_a_fresh_nonce_and_leave_no_referrer(client: Client) -> None:
    first, second = [await client.get("/join/token") for _ in range(2)]
    policies = [response.headers["Content-Security-Policy"] for response in (first, second)]
    assert policies[0] != policies[1]
    nonce = policies[0].split("'nonce-")[1].split("'")[0]
    assert nonce in await first.text()
    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert first.headers["Strict-Transport-Security"]
    assert "unsafe" not in content_security_policy("x")


@pytest.mark.parametrize(
    "path", ["/nothing", "/" + "x" * 300, "/assets/none.js", "/..%2f..%2fpyproject.toml", "/%00", "/app.html"]
)
async def test_an_unknown_page_is_not_found_as_a_page(client: Client, path: str) -> None:
    response = await client.get(path)
    assert (response.status, response.content_type) == (404, "text/html")


async def test_assets_are_kept_for_ever_by_browsers(client: Client) -> None:
    text = await (await client.get("/join/token")).text()
    script = text.split('src="')[1].split('"')[0]
    response = await client.get(script)
    assert (response.status, len(await response.read()) > 1000) == (200, True)
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Content-Encoding"] == "gzip"


TOKEN = {"Authorization": "bearer abc", "Content-Type": "text/plain; charset=utf-8"}


async def test_a_route_with_a_token_of_its_own_takes_any_page_and_no_cookie(client: Client) -> None:
    headers = TOKEN | {"Origin": "https://elsewhere.example", "Cookie": "todoku_account=me"}
    response = await client.post("/api/device/1", data="hi", headers=headers)
    assert (response.status, await response.json()) == (200, {"text": "hi False"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    refused = await client.post("/api/device/1", data="hi", headers={"Origin": "https://elsewhere.example"})
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "Authorization" in refused.headers["Access-Control-Allow-Headers"]
    other = await client.post(
        "/api/echo", json={"text": "hi"}, headers={"Origin": "https://elsewhere.example"}
    )
    assert other.status == 403
    assert "Access-Control-Allow-Origin" not in other.headers


@pytest.mark.parametrize(
    ("content_type", "data", "code"),
    [
        ("application/json", b"{}", "unsupported_media_type"),
        ("text/plain", b"\xff", "invalid"),
        ("text/plain", b"x" * 70_000, "too_large"),
    ],
)
async def test_a_text_body_is_of_its_type_readable_and_short(
    client: Client, content_type: str, data: bytes, code: str
) -> None:
    headers = TOKEN | {"Content-Type": content_type}
    response = await client.post("/api/device/1", data=data, headers=headers)
    assert (await response.json(content_type="application/problem+json"))["code"] == code


def test_the_document_tells_of_text_and_tokens() -> None:
    operation: dict[str, Any] = document(ROUTES)["paths"]["/api/device/{id}"]["post"]
    assert list(operation["requestBody"]["content"]) == ["text/plain"]
    assert operation["security"] == [{"device": []}]
