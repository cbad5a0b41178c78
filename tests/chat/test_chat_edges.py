"""Chat over HTTP and Socket.IO: one truth whichever way one comes, and nothing for outsiders."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import socketio

from core.database import Database
from tests.chat.history import History
from tests.chat.site import Site, open_sites
from tests.conftest import Backend
from tests.fakes import FakeClock

UUID = "0190f5a2-7b1c-7d1a-8f00-000000000001"


@pytest.fixture
async def site(database: Database, clock: FakeClock) -> AsyncIterator[Site]:
    async with open_sites(database, clock, [None]) as sites:
        yield sites[0]


async def test_a_message_written_over_http_is_poked_to_a_socket_and_found_by_it(site: Site) -> None:
    conversation_id = site.talk.conversation_id
    async with site.socket(site.talk.therapist) as socket, site.http(site.talk.client) as http:
        assert await socket.ask("subscribe", conversation_id=conversation_id) == {"ok": True, "latest": 0}
        answer = await http.post("messages", json={"client_message_id": UUID, "text": "こんにちは"})
        assert answer.status == 201
        assert await socket.next_poke() == 1
        found = await socket.ask("changes", conversation_id=conversation_id, after=0)
        assert (found["latest"], found["more"]) == (1, False)
        assert found["changes"] == [
            {
                "sequence": 1,
                "kind": "message",
                "sender_id": site.talk.client,
                "sender_name": "山田 花子",
                "at": "2026-11-24T01:00:00Z",
                "message_id": (await answer.json())["message_id"],
                "client_message_id": UUID,
                "text": "こんにちは",
                "revision": 1,
                "deleted": False,
                "read_sequence": None,
            }
        ]


async def test_a_client_sees_by_when_their_therapist_answers(site: Site) -> None:
    about = f"{site.address}/api/conversations/{site.talk.conversation_id}"
    await site.talk.say("こんにちは")
    async with site.http(site.talk.client) as client, client.get(about) as answer:
        assert await answer.json() == {
            "conversation_id": site.talk.conversation_id,
            "latest": 1,
            "answers_by": "2026-11-24T08:00:00Z",
        }
    async with site.http(site.talk.therapist) as therapist, therapist.get(about) as answer:
        assert (await answer.json())["answers_by"] is None
    async with site.http(site.talk.stranger) as stranger, stranger.get(about) as answer:
        assert (answer.status, (await answer.json())["code"]) == (404, "conversation_unknown")


async def test_a_message_sent_over_the_socket_and_again_over_http_is_one_message(site: Site) -> None:
    conversation_id = site.talk.conversation_id
    async with site.socket(site.talk.client) as socket, site.http(site.talk.client) as http:
        first = await socket.ask("post", conversation_id=conversation_id, client_message_id=UUID, text="one")
        again = await http.post("messages", json={"client_message_id": UUID.upper(), "text": "one"})
        other = await http.post("messages", json={"client_message_id": UUID, "text": "two"})
        assert again.status == 200
        assert await again.json() == {key: first[key] for key in ("message_id", "sequence", "at")}
        assert (other.status, (await other.json())["code"]) == (409, "message_id_reused")


async def test_both_ways_give_the_same_changes(site: Site) -> None:
    conversation_id = site.talk.conversation_id
    for number in range(5):
        await site.talk.say(f"message {number}")
    async with site.socket(site.talk.client) as socket, site.http(site.talk.client) as http:
        over_http = await (await http.get("changes", params={"after": "1", "limit": "3"})).json()
        over_socket = await socket.ask("changes", conversation_id=conversation_id, after=1, limit=3)
        assert over_socket == {**over_http, "ok": True}
        assert [change["sequence"] for change in over_http["changes"]] == [2, 3, 4]
        assert over_http["more"] is True


async def test_nothing_is_lost_between_subscribing_and_fetching(site: Site) -> None:
    """What comes after the ack is poked; what came before is in `latest`."""
    conversation_id = site.talk.conversation_id
    async with site.socket(site.talk.therapist) as socket:
        writing = asyncio.gather(*(site.talk.say(f"message {number}") for number in range(12)))
        latest = (await socket.ask("subscribe", conversation_id=conversation_id))["latest"]
        await writing
        heard: set[int] = set()
        while heard | set(range(1, latest + 1)) != set(range(1, 13)):
            heard.add(await socket.next_poke())
        assert (await site.talk.follow(History())).cursor == 12


async def test_editing_deleting_and_reading_are_poked_too(site: Site) -> None:
    async with site.socket(site.talk.therapist) as socket, site.http(site.talk.client) as http:
        await socket.ask("subscribe", conversation_id=site.talk.conversation_id)
        posted = await http.post("messages", json={"client_message_id": UUID, "text": "one"})
        path = f"messages/{(await posted.json())['message_id']}"
        assert await (await http.patch(path, json={"text": "better"})).json() == {"sequence": 2}
        assert await (await http.post("read", json={"sequence": 2})).json() == {"sequence": 1}
        assert (await http.delete(path)).status == 204
        assert [await socket.next_poke() for _ in range(4)] == [1, 2, 3, 4]


async def test_an_outsider_learns_nothing_either_way(site: Site) -> None:
    await site.talk.say("private")
    conversation_id = site.talk.conversation_id
    async with site.socket(site.talk.stranger) as socket, site.http(site.talk.stranger) as http:
        acks = [
            await socket.ask("subscribe", conversation_id=conversation_id),
            await socket.ask("changes", conversation_id=conversation_id, after=0),
            await socket.ask("post", conversation_id=conversation_id, client_message_id=UUID, text="x"),
        ]
        assert [ack["error"]["code"] for ack in acks] == ["conversation_unknown"] * 3
        answers = [
            await http.get("changes"),
            await http.post("messages", json={"client_message_id": UUID, "text": "x"}),
            await http.post("read", json={"sequence": 1}),
            await http.delete("messages/any"),
        ]
        assert [(a.status, (await a.json())["code"]) for a in answers] == [(404, "conversation_unknown")] * 4
        await site.talk.say("still private")
        assert await site.talk.chat.latest(conversation_id, site.talk.client) == 2
        assert socket.pokes.empty()


async def test_a_link_session_without_a_person_is_in_no_conversation(site: Site) -> None:
    async with site.http(None) as http:
        assert (await http.get("changes")).status == 404


@pytest.mark.parametrize("cookies", [{}, {"todoku_link": "x" * 43}, {"todoku_account": "y"}])
async def test_a_socket_without_a_session_is_refused(site: Site, cookies: dict[str, str]) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        async with site.socket_with(cookies):
            pytest.fail("it was let in")


async def test_an_ended_session_ends_on_an_open_socket_too(site: Site) -> None:
    cookies = await site.cookie(site.talk.client)
    conversation_id = site.talk.conversation_id
    async with site.socket_with(cookies) as socket:
        assert (await socket.ask("subscribe", conversation_id=conversation_id))["ok"] is True
        identity = await site.accounts.identify(cookies, "link")
        assert identity is not None
        await site.accounts.sign_out(identity)
        answer = await socket.ask("changes", conversation_id=conversation_id, after=0)
        assert answer["error"]["code"] == "unauthenticated"


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("post", {"client_message_id": "no uuid", "text": "x"}),
        ("post", {"client_message_id": UUID, "text": ""}),
        ("post", {"client_message_id": UUID, "text": "\x00\x01"}),
        ("post", {"client_message_id": UUID, "text": "x" * 4001}),
        ("post", {"client_message_id": UUID, "text": 1}),
        ("post", {"client_message_id": UUID, "text": "x", "sender_id": "me"}),
        ("changes", {"after": -1}),
        ("changes", {"after": 2**60}),
        ("changes", {"after": 0, "limit": 0}),
        ("subscribe", {"conversation_id": "../../etc"}),
        ("nonsense", {}),
    ],
)
async def test_what_is_not_in_the_protocol_is_invalid_and_harmless(
    site: Site, event: str, payload: dict[str, Any]
) -> None:
    async with site.socket(site.talk.client) as socket:
        answer = await socket.ask(event, **{"conversation_id": site.talk.conversation_id, **payload})
        assert (answer["ok"], answer["error"]["code"]) == (False, "invalid")
    assert await site.talk.chat.latest(site.talk.conversation_id, site.talk.client) == 0


@pytest.mark.parametrize(
    ("path", "payload"),
    [
        ("messages", {"client_message_id": "no uuid", "text": "x"}),
        ("messages", {"client_message_id": UUID, "text": " \n "}),
        ("messages", {"client_message_id": UUID, "text": "x" * 20_000}),
        ("read", {"sequence": -1}),
        ("read", {"sequence": 2**60}),
        ("read", []),
    ],
)
async def test_a_broken_request_is_422(site: Site, path: str, payload: Any) -> None:
    async with site.http(site.talk.client) as http:
        answer = await http.post(path, json=payload)
        assert (answer.status, (await answer.json())["code"]) == (422, "invalid")


async def test_four_thousand_characters_of_any_plane_arrive_whole(site: Site) -> None:
    text = "𠮷" * 4000
    async with site.http(site.talk.client) as http:
        posted = await http.post("messages", json={"client_message_id": str(uuid4()), "text": text})
        assert posted.status == 201
        found = await (await http.get("changes")).json()
        assert found["changes"][0]["text"] == text


async def test_a_message_written_in_one_process_is_poked_from_another(
    backend: Backend, clock: FakeClock, redis_url: str
) -> None:
    """Written again until heard: who joins Redis a moment late misses a poke, never a message."""
    async with (
        open_sites(backend.database, clock, [redis_url, redis_url]) as (here, there),
        here.socket(here.talk.therapist) as socket,
        there.http(there.talk.client) as http,
    ):
        await socket.ask("subscribe", conversation_id=here.talk.conversation_id)
        hearing = asyncio.ensure_future(socket.next_poke())
        while not hearing.done():
            posted = await http.post(
                "messages", json={"client_message_id": str(uuid4()), "text": "over there"}
            )
            await asyncio.wait([hearing], timeout=0.5)
        assert 1 <= hearing.result() <= (await posted.json())["sequence"]
