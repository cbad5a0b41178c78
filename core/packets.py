"""Socket.IO packets in msgpack, checked completely before anybody acts on them. Pure.

python-socketio and python-engineio trust what they decode, and answer nonsense with tracebacks; so every
frame passes through here first. Deliberately not here: connections and events (core/sockets.py).
"""

from collections.abc import Callable
from typing import Any

import msgpack
from socketio.msgpack_packet import MsgPackPacket
from socketio.packet import ACK, CONNECT, CONNECT_ERROR, DISCONNECT, EVENT

MAX_FRAME_BYTES = 64 * 1024  # an SDP answer takes 10 kB, the longest chat message 16 kB
MAX_DEPTH = 8
MAX_ITEMS = 2_000
MAX_NAME_CHARS = 64
MAX_ACK_ID = 2**53  # what JavaScript can count

TEXT_FRAMES = frozenset({"1", "3", "6"})  # Engine.IO v4: close, pong, noop; packets themselves are binary
FROM_CLIENTS = frozenset({CONNECT, DISCONNECT, EVENT})  # we never ask for an ack, so none can come
RESERVED_EVENTS = frozenset({"connect", "connect_error", "disconnect"})


class MalformedPacket(ValueError):
    """Not a Socket.IO packet; the text is one word that says why, never the content."""


def _is_none(data: Any) -> bool:
    return data is None


def _is_auth(data: Any) -> bool:
    return data is None or isinstance(data, dict)


def _is_event(data: Any) -> bool:
    return (
        isinstance(data, list)
        and len(data) >= 1
        and isinstance(data[0], str)
        and 1 <= len(data[0]) <= MAX_NAME_CHARS
        and data[0] not in RESERVED_EVENTS
    )


# The rules of the JavaScript parser (socket.io-msgpack-parser, isDataValid), and no more lenient.
DATA_RULES: dict[int, Callable[[Any], bool]] = {
    CONNECT: _is_auth,
    DISCONNECT: _is_none,
    EVENT: _is_event,
    ACK: lambda data: isinstance(data, list),
    CONNECT_ERROR: lambda data: isinstance(data, str | dict),
}


def _extension(code: int, data: bytes) -> Any:
    """What JavaScript's notepack writes as extension 0: `undefined` as one zero byte, else binary."""
    if code != 0:
        raise MalformedPacket("extension")
    return None if data == b"\0" else data


def _check_values(value: Any) -> None:
    """Only plain data, bounded in depth and number."""
    level, items = [value], 0
    for _ in range(MAX_DEPTH):
        level = [inner for each in level for inner in _children(each)]
        items += len(level)
        if items > MAX_ITEMS:
            raise MalformedPacket("items")
        if not level:
            return
    raise MalformedPacket("depth")


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise MalformedPacket("key")
        return list(value.values())
    if isinstance(value, list):
        return value
    if not isinstance(value, str | int | float | bytes | None):
        raise MalformedPacket("value")
    return []


def unpack(frame: bytes) -> dict[str, Any]:
    """The fields of a packet. Raises MalformedPacket."""
    if len(frame) > MAX_FRAME_BYTES:
        raise MalformedPacket("size")
    try:
        fields = msgpack.unpackb(frame, ext_hook=_extension)
    except MalformedPacket:
        raise
    except Exception:  # msgpack raises ValueError, its own kinds, and a few more on hostile input
        raise MalformedPacket("msgpack") from None
    if not isinstance(fields, dict):
        raise MalformedPacket("fields")
    _check_values(fields)
    _check_shape(fields)
    return fields


def _check_shape(fields: dict[str, Any]) -> None:
    kind, namespace, ack_id = fields.get("type"), fields.get("nsp"), fields.get("id")
    if type(kind) is not int or kind not in DATA_RULES:
        raise MalformedPacket("type")
    if not isinstance(namespace, str) or not namespace.startswith("/") or len(namespace) > MAX_NAME_CHARS:
        raise MalformedPacket("namespace")
    if not DATA_RULES[kind](fields.get("data")):
        raise MalformedPacket("data")
    if ack_id is not None and (type(ack_id) is not int or not 0 <= ack_id <= MAX_ACK_ID):
        raise MalformedPacket("id")


class TodokuPacket(MsgPackPacket):  # type: ignore[misc]
    """A Socket.IO packet both sides can read.

    python-socketio writes `data: nil` where there is none; the JavaScript parser takes only an absent member
    for that, and would answer a DISCONNECT by connecting again.
    """

    def __init__(self, *args: Any, encoded_packet: Any = None, **fields: Any) -> None:
        super().__init__(*args, **fields)
        if encoded_packet is not None:  # the base class takes an empty frame for no frame
            self.decode(encoded_packet)

    def encode(self) -> bytes:
        fields = {"type": self.packet_type, "nsp": self.namespace or "/", "data": self.data, "id": self.id}
        return bytes(msgpack.packb({name: value for name, value in fields.items() if value is not None}))

    def decode(self, encoded_packet: Any) -> None:
        if not isinstance(encoded_packet, bytes):
            raise MalformedPacket("text")
        fields = unpack(encoded_packet)
        self.packet_type, self.namespace = fields["type"], fields["nsp"]
        self.data, self.id = fields.get("data"), fields.get("id")


def check_frame(frame: str | bytes) -> None:
    """What a client may send in one WebSocket message. Raises MalformedPacket."""
    if isinstance(frame, str):
        if frame not in TEXT_FRAMES:
            raise MalformedPacket("text")
    elif unpack(frame)["type"] not in FROM_CLIENTS:
        raise MalformedPacket("type")
