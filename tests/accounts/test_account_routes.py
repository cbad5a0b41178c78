"""HTTP of accounts through the real middleware: cookies, codes, and what a GET may not do."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import ClientSession, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from accounts.entry import Accounts
from accounts.routes import routes
from core.database import Database
from server.web import Edge, application
from tests.accounts.people import CHEAP, PASSWORD, accounts_on, add_link, add_person, add_therapist
from tests.fakes import FakeClock

Client = TestClient[web.Request, web.Application]
SIGN_IN = {"email": "sato@example.com", "password": PASSWORD}
LINK = {"Todoku-Session": "link"}


@pytest.fixture
def accounts(database: Database, clock: FakeClock) -> Accounts:
    return accounts_on(database, clock)


@pytest.fixture
async def client(accounts: Accounts, clock: FakeClock) -> AsyncIterator[Client]:
    app = application(routes(accounts, secure=False), Edge(accounts.identify, clock, "http://127.0.0.1"))
    async with TestClient(TestServer(app), cookie_jar=CookieJar(unsafe=True)) as opened:
        yield opened


@pytest.fixture
async def therapist(accounts: Accounts, database: Database, clock: FakeClock) -> str:
    return await add_therapist(accounts, database, clock)


async def test_signing_in_sets_a_cookie_scripts_cannot_read(client: Client, therapist: str) -> None:
    answer = await client.post("/api/sessions", json=SIGN_IN)
    assert answer.status == 201
    cookie = answer.cookies["todoku_account"]
    assert cookie["httponly"] is True
    assert (cookie["samesite"], cookie["path"], cookie["secure"]) == ("Lax", "/", "")
    assert await answer.json() == {
        "person_id": therapist,
        "name": "佐藤",
        "roles": ["client", "therapist"],
        "locale": "ja",
        "kind": "account",
        "scope": {},
    }
    assert (await (await client.get("/api/me")).json())["person_id"] == therapist


async def test_on_https_the_cookie_is_secure(accounts: Accounts, clock: FakeClock, therapist: str) -> None:
    app = application(routes(accounts, secure=True), Edge(accounts.identify, clock, "https://127.0.0.1"))
    async with TestClient(TestServer(app)) as client:
        answer = await client.post("/api/sessions", json=SIGN_IN)
    assert answer.cookies["todoku_account"]["secure"] is True


async def test_nobody_signed_in_is_401_and_so_is_a_wrong_password(client: Client) -> None:
    nobody = await client.get("/api/me")
    wrong = await client.post("/api/sessions", json=SIGN_IN)
    assert [(a.status, (await a.json())["code"]) for a in (nobody, wrong)] == [
        (401, "unauthenticated"),
        (401, "sign_in_refused"),
    ]
    assert "todoku_account" not in wrong.cookies


async def test_too_many_attempts_say_when_to_come_back(client: Client) -> None:
    for _ in range(5):
        await client.post("/api/sessions", json=SIGN_IN)
    answer = await client.post("/api/sessions", json=SIGN_IN)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "180")
    assert (await answer.json())["retry_after_s"] == 180


async def test_signing_out_ends_the_session_on_the_server_too(
    client: Client, accounts: Accounts, therapist: str
) -> None:
    token = (await client.post("/api/sessions", json=SIGN_IN)).cookies["todoku_account"].value
    assert (await client.delete("/api/sessions/current")).status == 204
    assert await accounts.identify({"todoku_account": token}, "account") is None
    assert (await client.get("/api/me")).status == 401


async def test_one_browser_holds_a_therapist_and_a_client_side_by_side(
    client: Client, database: Database, clock: FakeClock, therapist: str
) -> None:
    visitor = await add_person(database, clock)
    token = await add_link(database, clock, "join", {"booking_id": "b1"}, visitor)
    await client.post("/api/sessions", json=SIGN_IN)
    exchanged = await client.post("/api/links/exchange", json={"token": token})
    assert await exchanged.json() == {
        "purpose": "join",
        "scope": {"booking_id": "b1"},
        "name": "山田 花子",
    }
    as_account = await (await client.get("/api/me")).json()
    as_link = await (await client.get("/api/me", headers=LINK)).json()
    assert (as_account["person_id"], as_account["kind"]) == (therapist, "account")
    assert (as_link["person_id"], as_link["kind"]) == (visitor, "link")
    assert as_link["scope"] == {"purpose": "join", "booking_id": "b1"}


async def test_signing_out_of_the_link_leaves_the_account_alone(
    client: Client, database: Database, clock: FakeClock, therapist: str
) -> None:
    token = await add_link(database, clock, "booking", {"employer_id": "e1"})
    await client.post("/api/sessions", json=SIGN_IN)
    await client.post("/api/links/exchange", json={"token": token})
    assert (await client.delete("/api/sessions/current", headers=LINK)).status == 204
    assert (await client.get("/api/me", headers=LINK)).status == 401
    assert (await client.get("/api/me")).status == 200


async def test_the_cookie_of_a_shared_booking_link_goes_with_the_browser(
    client: Client, database: Database, clock: FakeClock
) -> None:
    token = await add_link(database, clock, "booking", {"employer_id": "e1"})
    answer = await client.post("/api/links/exchange", json={"token": token})
    assert answer.cookies["todoku_link"]["max-age"] == ""


async def test_links_opened_without_end_from_one_address_must_wait(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock, replace(CHEAP, exchanges_per_address=3, attempt_window_s=600))
    token = {"token": await add_link(database, clock, "booking", {"employer_id": "e1"})}
    edge = Edge(accounts.identify, clock, "http://127.0.0.1", trusted_proxies=1)
    async with TestClient(TestServer(application(routes(accounts, secure=False), edge))) as client:

        async def exchange(address: str) -> int:
            headers = {"X-Forwarded-For": address}
            async with client.post("/api/links/exchange", json=token, headers=headers) as answer:
                if answer.status == 429:
                    assert (await answer.json())["code"] == "too_many"
                    assert answer.headers["Retry-After"] == "200"
                return answer.status

        assert [await exchange("198.51.100.7") for _ in range(4)] == [200, 200, 200, 429]
        assert await exchange("198.51.100.8") == 200
        clock.advance(200)
        assert await exchange("198.51.100.7") == 200


async def test_a_get_never_consumes_a_link(client: Client, database: Database, clock: FakeClock) -> None:
    person_id = await add_person(database, clock, email="a@example.com", verified=True)
    token = await add_link(database, clock, "sign_in", {}, person_id)
    scanned = await client.get("/api/links/exchange", params={"token": token})
    assert scanned.status == 405
    answer = await client.post("/api/links/exchange", json={"token": token})
    assert (answer.status, (await answer.json())["purpose"]) == (200, "sign_in")
    assert (await (await client.get("/api/me")).json())["person_id"] == person_id


async def test_asking_for_a_link_is_answered_the_same_for_everybody(client: Client, therapist: str) -> None:
    answers = [
        await client.post("/api/sign-in-links", json={"email": mail, "locale": "ja"})
        for mail in ("sato@example.com", "nobody@example.com")
    ]
    assert [(answer.status, await answer.json()) for answer in answers] == [(202, {}), (202, {})]


async def test_too_many_links_for_one_address_say_when_to_come_back(client: Client) -> None:
    mail = {"email": "sato@example.com", "locale": "ja"}
    for _ in range(3):
        assert (await client.post("/api/sign-in-links", json=mail)).status == 202
    answer = await client.post("/api/sign-in-links", json=mail)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "300")
    problem = await answer.json()
    assert (problem["code"], problem["retry_after_s"]) == ("too_many_links", 300)
    colleague = {"email": "suzuki@example.com", "locale": "ja"}
    assert (await client.post("/api/sign-in-links", json=colleague)).status == 202


async def test_another_sites_page_cannot_sign_anybody_in(client: Client, therapist: str) -> None:
    answer = await client.post("/api/sessions", json=SIGN_IN, headers={"Origin": "https://evil.example"})
    assert (answer.status, (await answer.json())["code"]) == (403, "origin_refused")
    assert "todoku_account" not in answer.cookies


@pytest.mark.parametrize(
    ("path", "payload"),
    [
        ("/api/sessions", b"{"),
        ("/api/sessions", b"\xff\xfe"),
        ("/api/sessions", b"[]"),
        ("/api/sessions", b'{"email": 1, "password": 2}'),
        ("/api/sessions", b'{"email": "a@b.jp", "password": "x", "role": "staff"}'),
        ("/api/sessions", b'{"email": "\\ud800", "password": "x"}'),
        ("/api/sign-in-links", b'{"email": "a\\u0000@b.jp", "locale": "ja"}'),
        ("/api/sign-in-links", b'{"email": "a@b.jp", "locale": "xx"}'),
        ("/api/links/exchange", b'{"token": null}'),
    ],
)
async def test_a_broken_body_is_422_and_names_the_field(client: Client, path: str, payload: bytes) -> None:
    answer = await client.post(path, data=payload, headers={"Content-Type": "application/json"})
    document = await answer.json()
    assert (answer.status, document["code"]) == (422, "invalid")
    assert document["errors"]


@pytest.mark.parametrize("value", ["", "x", "\udcff\udcfe" * 20, '"quoted"', "a" * 5000])
async def test_a_broken_cookie_is_nobody(client: Client, value: str) -> None:
    header = b"todoku_account=" + value.encode("utf-8", "surrogateescape")
    async with ClientSession() as raw:
        url = client.make_url("/api/me")
        answer = await raw.get(url, headers={"Cookie": header.decode("utf-8", "surrogateescape")})
        assert answer.status == 401


async def test_a_password_keeps_its_outer_spaces(
    client: Client, accounts: Accounts, database: Database, clock: FakeClock
) -> None:
    person_id = await add_person(database, clock, email="b@example.com", verified=True)
    await accounts.set_password(person_id, "  ten and more  ")
    trimmed = {"email": "b@example.com", "password": "ten and more"}
    exact = {"email": "b@example.com", "password": "  ten and more  "}
    assert (await client.post("/api/sessions", json=trimmed)).status == 401
    assert (await client.post("/api/sessions", json=exact)).status == 201
