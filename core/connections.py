"""Engine.IO as this server speaks it: frames are checked before the library sees them; who is still there.

A frame that is none (core/packets.py) is counted and ends its connection. A ping that stays unanswered while
we listen makes a connection quiet, long before the library gives it up. Deliberately not here: Socket.IO
(core/sockets.py).
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import engineio
from engineio.async_drivers.aiohttp import WebSocket

from core.packets import MalformedPacket, check_frame

QUIET_AFTER_S = 2.5
PING = "2"  # as it stands on the wire


class CheckedWebSocket(WebSocket):  # type: ignore[misc]
    """A WebSocket that ends at the first malformed frame, and with its Engine.IO connection."""

    def __init__(self, handler: Any, server: Any) -> None:
        super().__init__(handler, server)
        self._connection = handler.__self__  # Engine.IO's side, which knows of no WebSocket
        self._heard_at = self._listening_since = server.monotonic()
        self._listening = False
        self._asked_at: float | None = None

    async def __call__(self, environ: dict[str, Any]) -> Any:
        self.server.wires[self._connection.sid] = self
        try:
            return await super().__call__(environ)
        finally:
            del self.server.wires[self._connection.sid]

    def quiet_s(self) -> float:
        """How long nothing has come though an answer is due; 0 while we do not listen, or not long enough."""
        now: float = self.server.monotonic()
        if self._asked_at is None or not self._listening:
            return 0.0
        due_s = now - max(self._asked_at, self._listening_since)
        return now - self._heard_at if due_s >= QUIET_AFTER_S else 0.0

    async def send(self, message: str | bytes) -> None:
        if message == PING:
            self._asked_at = self.server.monotonic()
        await super().send(message)

    async def wait(self) -> str | bytes:
        self._listening, self._listening_since = True, self.server.monotonic()
        try:
            frame: str | bytes = await super().wait()
        finally:
            self._listening = False
        self._heard_at, self._asked_at = self.server.monotonic(), None
        if self._connection.closed:  # the library would go on working off what comes
            raise OSError("closed")
        try:
            check_frame(frame)
        except MalformedPacket as error:
            self.server.malformed[str(error)] += 1
            raise OSError("malformed packet") from None  # python-engineio then closes in order
        return frame


class Transport(engineio.AsyncServer):  # type: ignore[misc]
    """Engine.IO with checked frames."""

    def __init__(self, *args: Any, monotonic: Callable[[], float], **options: Any) -> None:
        super().__init__(*args, **options)
        self.monotonic = monotonic
        self.malformed: Counter[str] = Counter()
        self.wires: dict[str, CheckedWebSocket] = {}
        drivers = getattr(self, "_async")  # noqa: B009  (mypy cannot tell its type)
        self._async = {**drivers, "websocket": CheckedWebSocket}

    def _log_error_once(self, _message: str, message_key: str) -> None:
        """The message quotes what a stranger has sent; its key is one of the library's words."""
        super()._log_error_once(message_key, message_key)
