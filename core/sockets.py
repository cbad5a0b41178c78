"""Socket.IO as this server speaks it: WebSocket only, msgpack, every event validated and acked.

Frames come checked (core/connections.py). A stranger is hung up on: a connection that is in no namespace for
some seconds, or sends much before it is in one. Packets of one connection are worked off in order, one at a
time. The libraries' inner names are used in these two files only and pinned by tests/core/test_sockets.py.
Deliberately not here: what the events mean (signaling/gateway.py, chat/gateway.py).
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import socketio
import structlog
from aiohttp import web
from pydantic import BaseModel, ValidationError

from core.clock import SystemClock
from core.connections import Transport
from core.errors import Invalid, TodokuError
from core.http import invalid
from core.ids import new_id
from core.inbound import Inbound
from core.packets import MAX_FRAME_BYTES, TodokuPacket

PING_INTERVAL_S = 3.0  # a network that is gone tells of no end; it is found by an answer that does not come
PING_TIMEOUT_S = 10.0  # then hung up; longer than any handler keeps us from reading the answer
STRANGER_S = 10.0
STRANGER_PACKETS = 20  # a page joins two namespaces, and may enter again after a refusal
CHANNEL = "todoku-sockets"
SYSTEM_CLOCK = SystemClock()

log = structlog.get_logger()


class SocketServer(socketio.AsyncServer):  # type: ignore[misc]
    """The Socket.IO server; `malformed` counts refused packets by reason, `strangers` who was hung up on."""

    def __init__(self, *, stranger_s: float = STRANGER_S, **options: Any) -> None:
        super().__init__(**options)
        self._stranger_s = stranger_s
        self._closed = False
        self._sent: Counter[str] = Counter()  # packets of strangers
        self._ending: set[asyncio.Task[None]] = set()
        self.strangers: Counter[str] = Counter()

    @property
    def malformed(self) -> Counter[str]:
        counted: Counter[str] = self.eio.malformed
        return counted

    def _engineio_server_class(self) -> type[Transport]:
        return Transport

    def quiet_s(self, connection_id: str, namespace: str) -> float:
        """How long a connection of this process has owed us a sign of life; 0 while it gives them."""
        wire = self.eio.wires.get(self.manager.eio_sid_from_sid(connection_id, namespace))
        return wire.quiet_s() if wire is not None else 0.0

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:
        await super()._handle_eio_connect(eio_sid, environ)
        self._look_again(eio_sid)

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        if self._is_stranger(eio_sid):
            self._sent[eio_sid] += 1
            if self._sent[eio_sid] > STRANGER_PACKETS:
                self._hang_up(eio_sid, "packets")
                return
        await super()._handle_eio_message(eio_sid, data)

    async def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        """The library forgets to tell of who goes away while it is asked whether they may come."""
        try:
            await super()._handle_connect(eio_sid, namespace, data)
        finally:
            sid = self.manager.sid_from_eio_sid(eio_sid, namespace or "/")
            if sid is not None and eio_sid not in self.environ:
                await self._trigger_event("disconnect", namespace, sid, self.reason.TRANSPORT_CLOSE)
                await self.manager.disconnect(sid, namespace, ignore_queue=True)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        await super()._handle_eio_disconnect(eio_sid, reason)
        self._sent.pop(eio_sid, None)

    def _is_stranger(self, eio_sid: str) -> bool:
        names = list(self.manager.get_namespaces())
        return all(self.manager.sid_from_eio_sid(eio_sid, name) is None for name in names)

    def _look_again(self, eio_sid: str) -> None:
        asyncio.get_running_loop().call_later(self._stranger_s, self._look, eio_sid)

    def _look(self, eio_sid: str) -> None:
        if eio_sid not in self.environ:
            return
        if self._is_stranger(eio_sid):
            self._hang_up(eio_sid, "time")
        else:
            self._look_again(eio_sid)  # it may leave its namespaces later

    def _hang_up(self, eio_sid: str, reason: str) -> None:
        self.strangers[reason] += 1
        task = asyncio.get_running_loop().create_task(self._end(eio_sid))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end(self, eio_sid: str) -> None:
        connection, wire = self.eio.sockets.get(eio_sid), self.eio.wires.get(eio_sid)
        if connection is not None:
            await connection.close(wait=False)
        if wire is not None:
            await wire.close()

    async def emit(self, *arguments: Any, **options: Any) -> None:
        """Nothing once the server is closed: whose end is told late must not open connections anew."""
        if not self._closed:
            await super().emit(*arguments, **options)

    async def close(self) -> None:
        """Hang up on everybody and end every task of this server; a second time nothing happens."""
        self._closed = True
        if self.eio.service_task_handle is not None:  # Engine.IO's own shutdown fails when called twice
            await self.shutdown()
        sockets = list(self.eio.sockets.values())
        await asyncio.gather(*(socket.close(wait=False) for socket in sockets), return_exceptions=True)
        await asyncio.gather(*self._ending, return_exceptions=True)
        listener = getattr(self.manager, "thread", None)
        if listener is not None:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
        redis = getattr(self.manager, "redis", None)
        if redis is not None:
            with contextlib.suppress(Exception):
                await self.manager.pubsub.aclose()
                await redis.aclose()


Origins = Callable[[str | None, Mapping[str, Any]], bool]


def build_server(
    manager_url: str | None,
    origins: Sequence[str] | Origins,
    *,
    stranger_s: float = STRANGER_S,
    ping_interval_s: float = PING_INTERVAL_S,
    monotonic: Callable[[], float] = SYSTEM_CLOCK.monotonic,
) -> SocketServer:
    """The Socket.IO server; attach it with `server.attach(app)`.

    `manager_url` is the Redis that joins several web processes, None for one process. `origins`: the
    pages that may connect; empty means the page's own host. `stranger_s`: how long a connection may be in
    no namespace.
    """
    manager = None
    logger = logging.getLogger("todoku.sockets")
    logger.setLevel(logging.ERROR)  # below that the libraries log what people send
    if manager_url is not None:
        manager = socketio.AsyncRedisManager(manager_url, channel=CHANNEL, logger=logger)
    server = SocketServer(
        async_mode="aiohttp",
        client_manager=manager,
        serializer=TodokuPacket,
        transports=["websocket"],
        async_handlers=False,
        max_http_buffer_size=MAX_FRAME_BYTES,
        ping_interval=ping_interval_s,
        ping_timeout=PING_TIMEOUT_S,
        cors_allowed_origins=origins if callable(origins) else list(origins) or None,
        logger=logger,
        engineio_logger=logger,
        stranger_s=stranger_s,
        monotonic=monotonic,
    )
    server.namespaces = []  # only those with a handler; "/" is nobody's
    return server


Answer = BaseModel | Mapping[str, Any] | None
Connect = Callable[[str, web.Request, Any], Awaitable[None]]
Handler = Callable[[str, Any], Awaitable[Answer]]
Disconnect = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Namespace:
    """One namespace: who may connect, and each event's payload model and handler.

    `connect(connection_id, request, auth)` raises a TodokuError to refuse; `disconnect` is told of whomever
    it let in, also of who went away meanwhile. A handler gets the connection's id and the validated payload;
    what it returns goes into the ack, a TodokuError it raises too.
    """

    path: str
    auth: type[Inbound]
    connect: Connect
    disconnect: Disconnect
    events: Mapping[str, tuple[type[Inbound], Handler]]


def serve(server: SocketServer, namespace: Namespace) -> None:
    """Answer `namespace` on `server`."""

    async def connect(sid: str, environ: dict[str, Any], auth: Any) -> None:
        async def enter() -> None:
            payload = _parse(namespace.auth, {} if auth is None else auth)
            await namespace.connect(sid, environ["aiohttp.request"], payload)

        answer = await _answered(namespace.path, "connect", enter)
        if not answer["ok"]:
            raise socketio.exceptions.ConnectionRefusedError(answer["error"]["detail"], answer["error"])

    async def disconnect(sid: str, _reason: str) -> None:
        await _answered(namespace.path, "disconnect", lambda: namespace.disconnect(sid))

    async def event(name: str, sid: str, *arguments: Any) -> dict[str, Any]:
        known = name if name in namespace.events else "unknown"  # a stranger's word does not get into the log
        return await _answered(namespace.path, known, lambda: _handle(namespace, name, sid, arguments))

    server.on("connect", connect, namespace=namespace.path)
    server.on("disconnect", disconnect, namespace=namespace.path)
    server.on("*", event, namespace=namespace.path)


async def _handle(namespace: Namespace, name: str, sid: str, arguments: tuple[Any, ...]) -> Answer:
    if name not in namespace.events:
        raise Invalid("There is no such event")
    if len(arguments) != 1:
        raise Invalid("An event carries exactly one object")
    model, handler = namespace.events[name]
    return await handler(sid, _parse(model, arguments[0]))


def _parse(model: type[Inbound], payload: Any) -> Inbound:
    if not isinstance(payload, dict):
        raise Invalid("An event carries exactly one object")
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        raise invalid(error) from None


async def _answered(namespace: str, event: str, work: Callable[[], Awaitable[Answer]]) -> dict[str, Any]:
    """Run `work`; its result or its error as an ack."""
    try:
        answer = await work()
    except TodokuError as error:
        return refusal(error)
    except Exception:
        error_id = new_id()
        log.exception("event_failed", namespace=namespace, event_name=event, error_id=error_id)
        return refusal(TodokuError(error_id=error_id))
    content = answer.model_dump(mode="json") if isinstance(answer, BaseModel) else dict(answer or {})
    return {**content, "ok": True}


def refusal(error: TodokuError) -> dict[str, Any]:
    """An ack that says no."""
    return {"ok": False, "error": {**error.extra, "code": error.code, "detail": error.detail}}
