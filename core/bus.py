"""How processes hear of each other: publish, subscribe, and request with a timeout.

A message is a hint, never the truth: it may be lost, and nothing is kept. Values are plain data, packed
with msgpack in both implementations, so that what works in one process works in many.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

import msgpack
import redis.asyncio
import structlog
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from core.errors import TodokuError, Unavailable, from_problem, problem
from core.ids import new_id

Payload = dict[str, Any]
Handler = Callable[[Payload], Awaitable[None]]
Server = Callable[[Payload], Awaitable[Payload]]
Receive = Callable[[bytes], Awaitable[None]]
RECONNECT_S = 0.5

log = structlog.get_logger()


class BusTimeout(Unavailable):
    """Nobody answered a request between our own processes in time."""

    code = "bus_timeout"


@dataclass(frozen=True)
class Subscription:
    """Ends with `close`."""

    close: Callable[[], Awaitable[None]]


class Bus(Protocol):
    """Topics carry dicts of plain data. A subscriber's exception is logged and harms nobody else."""

    async def publish(self, topic: str, payload: Payload) -> None:
        """Tell everybody who listens now. Raises nothing when nobody does."""
        ...

    async def subscribe(self, topic: str, handler: Handler) -> Subscription:
        """`handler` is awaited for every message published after this returns, one at a time."""
        ...

    async def serve(self, topic: str, handler: Server) -> Subscription:
        """Answer requests on `topic`; several at a time. A TodokuError travels back to the asker."""
        ...

    async def request(self, topic: str, payload: Payload, timeout_s: float = 5.0) -> Payload:
        """Ask whoever serves `topic`. Raises BusTimeout, or the server's TodokuError."""
        ...

    async def close(self) -> None:
        """Stop everything; open requests end with BusTimeout."""
        ...


class _PackedBus:
    """What both implementations share: packing, and requests made of two messages.

    A subclass sends and receives bytes: `_send(topic, data)`, `_listen(topic, receive)`.
    """

    def __init__(self) -> None:
        self._inbox = f"reply.{new_id()}"
        self._answers: dict[str, asyncio.Future[Payload]] = {}
        self._inbox_open: asyncio.Task[Subscription] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def _send(self, topic: str, data: bytes) -> None:
        raise NotImplementedError

    async def _listen(self, topic: str, receive: Receive) -> Subscription:
        raise NotImplementedError

    async def publish(self, topic: str, payload: Payload) -> None:
        await self._send(topic, msgpack.packb(payload))

    async def subscribe(self, topic: str, handler: Handler) -> Subscription:
        async def receive(data: bytes) -> None:
            try:
                await handler(msgpack.unpackb(data))
            except Exception:
                log.exception("bus_handler_failed", topic=topic)

        return await self._listen(topic, receive)

    async def serve(self, topic: str, handler: Server) -> Subscription:
        async def answer(message: Payload) -> None:
            reply: Payload = {"id": message["id"]}
            try:
                reply["ok"] = await handler(message["payload"])
            except TodokuError as error:
                reply["problem"] = problem(error)
            except Exception:
                log.exception("bus_server_failed", topic=topic)
                reply["problem"] = problem(TodokuError())
            await self.publish(message["reply_to"], reply)

        async def receive(data: bytes) -> None:
            self._spawn(answer(msgpack.unpackb(data)))

        return await self._listen(topic, receive)

    async def request(self, topic: str, payload: Payload, timeout_s: float = 5.0) -> Payload:
        await self._open_inbox()
        request_id = new_id()
        answer = self._answers[request_id] = asyncio.get_running_loop().create_future()
        try:
            await self.publish(topic, {"id": request_id, "reply_to": self._inbox, "payload": payload})
            reply = await asyncio.wait_for(answer, timeout_s)
        except TimeoutError:
            raise BusTimeout from None
        finally:
            del self._answers[request_id]
        if "problem" in reply:
            raise from_problem(reply["problem"])
        return dict(reply["ok"])

    async def _open_inbox(self) -> None:
        """Once; tried again at the next request when it failed."""
        if self._inbox_open is None:
            self._inbox_open = asyncio.create_task(self.subscribe(self._inbox, self._answered))
        opening = self._inbox_open
        try:
            await asyncio.shield(opening)
        except TodokuError:
            if self._inbox_open is opening:
                self._inbox_open = None
            raise

    async def close(self) -> None:
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(BusTimeout())
        for task in [*self._tasks, *([self._inbox_open] if self._inbox_open else [])]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _answered(self, reply: Payload) -> None:
        answer = self._answers.get(str(reply.get("id")))
        if answer is not None and not answer.done():
            answer.set_result(reply)

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Feed:
    """One listener's queue, worked off in order by one task."""

    def __init__(self, receive: Receive) -> None:
        self.queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._receive = receive
        self._closed = False
        self.task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        # The flag: before Python 3.12 a cancellation that meets the end of an inner wait_for is lost.
        while not self._closed:
            await self._receive(await self.queue.get())

    async def close(self) -> None:
        self._closed = True
        self.task.cancel()
        if self.task is not asyncio.current_task():
            await asyncio.gather(self.task, return_exceptions=True)


class _Feeds:
    """Listeners by topic."""

    def __init__(self) -> None:
        self._by_topic: dict[str, list[_Feed]] = {}

    def add(self, topic: str, receive: Receive) -> _Feed:
        feed = _Feed(receive)
        self._by_topic.setdefault(topic, []).append(feed)
        return feed

    def remove(self, topic: str, feed: _Feed) -> bool:
        """Take `feed` away; True when it was the topic's last."""
        feeds = self._by_topic.get(topic, [])
        if feed in feeds:
            feeds.remove(feed)
        if not feeds:
            self._by_topic.pop(topic, None)
        return not feeds

    def deliver(self, topic: str, data: bytes) -> None:
        for feed in self._by_topic.get(topic, []):
            feed.queue.put_nowait(data)

    async def close(self) -> None:
        for feed in [feed for feeds in self._by_topic.values() for feed in feeds]:
            await feed.close()
        self._by_topic.clear()


class MemoryBus(_PackedBus):
    """All in this process."""

    def __init__(self) -> None:
        super().__init__()
        self._feeds = _Feeds()

    async def _send(self, topic: str, data: bytes) -> None:
        self._feeds.deliver(topic, data)

    async def _listen(self, topic: str, receive: Receive) -> Subscription:
        feed = self._feeds.add(topic, receive)

        async def close() -> None:
            self._feeds.remove(topic, feed)
            await feed.close()

        return Subscription(close)

    async def close(self) -> None:
        await super().close()
        await self._feeds.close()


class RedisBus(_PackedBus):
    """Redis publish and subscribe; subscribes again by itself when the connection comes back."""

    def __init__(self, url: str) -> None:
        super().__init__()
        # Once more at once: a connection that Redis has dropped is noticed only when it is next used.
        self._redis = redis.asyncio.Redis.from_url(url, retry=Retry(NoBackoff(), 1))
        self._pubsub = self._redis.pubsub()
        self._feeds = _Feeds()
        self._subscribed: dict[bytes, asyncio.Event] = {}
        self._reader: asyncio.Task[None] | None = None
        self._closed = False

    async def _send(self, topic: str, data: bytes) -> None:
        try:
            await self._redis.publish(topic, data)
        except RedisError:
            raise Unavailable from None

    async def _listen(self, topic: str, receive: Receive) -> Subscription:
        feed = self._feeds.add(topic, receive)
        ready = self._subscribed.setdefault(topic.encode(), asyncio.Event())
        try:
            await self._pubsub.subscribe(topic)
        except RedisError:
            self._feeds.remove(topic, feed)
            await feed.close()
            raise Unavailable from None
        if self._reader is None:
            self._reader = asyncio.create_task(self._read())
        await ready.wait()

        async def close() -> None:
            if self._feeds.remove(topic, feed):
                self._subscribed.pop(topic.encode(), None)
                with contextlib.suppress(RedisError):
                    await self._pubsub.unsubscribe(topic)
            await feed.close()

        return Subscription(close)

    async def _read(self) -> None:
        while not self._closed:
            try:
                message = await self._pubsub.get_message(timeout=None)
            except (RedisError, OSError):
                log.warning("bus_disconnected")
                await asyncio.sleep(RECONNECT_S)
                continue
            if message is None:
                continue
            if message["type"] == "subscribe" and message["channel"] in self._subscribed:
                self._subscribed[message["channel"]].set()
            elif message["type"] == "message":
                self._feeds.deliver(message["channel"].decode(), message["data"])

    async def close(self) -> None:
        await super().close()
        self._closed = True
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        await self._feeds.close()
        await self._pubsub.aclose()  # type: ignore[no-untyped-call]
        await self._redis.aclose()


_BUSES: dict[str, Callable[[str], Bus]] = {
    "memory": lambda _url: MemoryBus(),
    "redis": RedisBus,
    "rediss": RedisBus,
    "unix": RedisBus,
}


def open_bus(url: str) -> Bus:
    """The bus that `url` names by its scheme. Raises ValueError for an unknown one."""
    scheme = url.split(":", 1)[0]
    if scheme not in _BUSES:
        raise ValueError(f"bus.url: unknown scheme {scheme!r}; known: {', '.join(sorted(_BUSES))}")
    return _BUSES[scheme](url)
