"""The bus contract, on memory and on Redis."""

import asyncio
from typing import Any

import pytest
import redis.asyncio

from core.bus import Bus, BusTimeout, open_bus
from core.errors import Conflict, TodokuError


class Taken(Conflict):
    """Used by these tests."""

    code = "test_taken"


async def test_a_subscriber_hears_what_is_published_after_it_subscribed(bus: Bus) -> None:
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    await bus.subscribe("news", heard.put)
    await bus.publish("other", {"n": 0})
    for n in range(3):
        await bus.publish("news", {"n": n, "raw": b"\x00\xff", "nested": {"list": [1, None, 2.5]}})
    async with asyncio.timeout(5):
        got = [await heard.get() for _ in range(3)]
    assert [message["n"] for message in got] == [0, 1, 2]
    assert got[0] == {"n": 0, "raw": b"\x00\xff", "nested": {"list": [1, None, 2.5]}}


async def test_a_closed_subscription_hears_nothing_more_and_others_still_do(bus: Bus) -> None:
    closed: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    still: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    subscription = await bus.subscribe("news", closed.put)
    await bus.subscribe("news", still.put)
    await subscription.close()
    await bus.publish("news", {"n": 1})
    async with asyncio.timeout(5):
        assert await still.get() == {"n": 1}
    assert closed.empty()


async def test_a_failing_subscriber_harms_neither_itself_nor_others(bus: Bus) -> None:
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def fails(message: dict[str, Any]) -> None:
        await heard.put(message)
        raise RuntimeError("once")

    await bus.subscribe("news", fails)
    await bus.publish("news", {"n": 1})
    await bus.publish("news", {"n": 2})
    async with asyncio.timeout(5):
        assert [(await heard.get())["n"], (await heard.get())["n"]] == [1, 2]


async def test_a_request_is_answered_by_whoever_serves_the_topic(bus: Bus) -> None:
    async def double(payload: dict[str, Any]) -> dict[str, Any]:
        return {"n": payload["n"] * 2}

    await bus.serve("double", double)
    answers = await asyncio.gather(*(bus.request("double", {"n": n}) for n in range(8)))
    assert [answer["n"] for answer in answers] == [0, 2, 4, 6, 8, 10, 12, 14]


async def test_requests_are_served_side_by_side(bus: Bus) -> None:
    second = asyncio.Event()

    async def waits(payload: dict[str, Any]) -> dict[str, Any]:
        if payload["n"] == 1:
            await second.wait()
        second.set()
        return payload

    await bus.serve("waits", waits)
    answers = await asyncio.gather(bus.request("waits", {"n": 1}), bus.request("waits", {"n": 2}))
    assert list(answers) == [{"n": 1}, {"n": 2}]


async def test_an_error_of_the_server_is_raised_at_the_asker_with_its_code(bus: Bus) -> None:
    async def refuses(_payload: dict[str, Any]) -> dict[str, Any]:
        raise Taken("no place", alternatives=[1, 2])

    await bus.serve("refuses", refuses)
    with pytest.raises(Taken, match="no place") as raised:
        await bus.request("refuses", {})
    assert raised.value.extra == {"alternatives": [1, 2]}


async def test_a_bug_of_the_server_is_an_internal_error_without_its_text(bus: Bus) -> None:
    async def broken(_payload: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError("secret text")

    await bus.serve("broken", broken)
    with pytest.raises(TodokuError) as raised:
        await bus.request("broken", {})
    assert raised.value.code == "internal"
    assert "secret" not in str(raised.value)


async def test_a_request_nobody_serves_times_out(bus: Bus) -> None:
    with pytest.raises(BusTimeout):
        await bus.request("nobody", {}, timeout_s=0.05)


async def test_two_connections_to_redis_hear_each_other(redis_url: str) -> None:
    one, other = open_bus(redis_url), open_bus(redis_url)

    async def greet(payload: dict[str, Any]) -> dict[str, Any]:
        return {"hello": payload["name"]}

    await one.serve("greet", greet)
    assert await other.request("greet", {"name": "b"}) == {"hello": "b"}
    await one.close()
    await other.close()


async def test_connections_that_redis_has_dropped_come_back_and_nobody_notices(redis_url: str) -> None:
    bus, heard = open_bus(redis_url), asyncio.Queue[dict[str, Any]]()

    async def double(payload: dict[str, Any]) -> dict[str, Any]:
        return {"n": payload["n"] * 2}

    await bus.subscribe("news", heard.put)
    await bus.serve("double", double)
    assert await bus.request("double", {"n": 1}) == {"n": 2}  # both connections stand now
    async with redis.asyncio.Redis.from_url(redis_url) as master:
        for kind in ("normal", "pubsub"):
            await master.client_kill_filter(_type=kind)
    news = asyncio.create_task(heard.get())
    async with asyncio.timeout(10):
        while not news.done():  # none of these raises; those before the listener is back are lost
            await bus.publish("news", {"n": 3})
            await asyncio.wait({news}, timeout=0.1)
        assert news.result() == {"n": 3}
        assert await bus.request("double", {"n": 4}) == {"n": 8}
    await bus.close()


def test_an_unknown_scheme_is_named() -> None:
    with pytest.raises(ValueError, match="unknown scheme 'carrier'"):
        open_bus("carrier:pigeon")
