"""Targets: what cuts a stream into messages, and the messages of our sockets."""

from typing import cast

from core.packets import MalformedPacket, TodokuPacket, check_frame, unpack
from media.plane import Address
from media.python_tcp import MAX_FRAME_BYTES, Connection, Listener
from tests.fuzz.target import require

PIECES = (1, 2, 3, 7, 64, 1460)


class Heard:
    """Stands for the listener: keeps the frames."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.refused = False

    def received(self, data: bytes, address: Address) -> None:
        self.frames.append(data)

    def too_long(self, connection: Connection) -> None:
        self.refused = True


def framing(data: bytes) -> bool:
    """RFC 4571: the same frames whatever the pieces are, and as a plain reading gives."""
    if not data:
        return False
    stream = data[1:]
    whole = _fed(stream, len(stream) or 1)
    pieces = _fed(stream, PIECES[data[0] % len(PIECES)])
    require(pieces.frames == whole.frames, "frames that depend on the pieces")
    require(pieces.refused == whole.refused, "a refusal that depends on the pieces")
    require(whole.frames == _plainly(stream), "other frames than were sent")
    return bool(whole.frames) and not whole.refused


def _fed(stream: bytes, size: int) -> Heard:
    heard = Heard()
    connection = Connection(cast(Listener, heard))
    for at in range(0, len(stream), size):
        if heard.refused:  # it has hung up
            break
        connection.data_received(stream[at : at + size])
        require(len(connection._waiting) < MAX_FRAME_BYTES + 2, "more kept than a frame")
    return heard


def _plainly(stream: bytes) -> list[bytes]:
    frames = []
    while len(stream) >= 2:
        length = int.from_bytes(stream[:2], "big")
        if length > MAX_FRAME_BYTES or len(stream) < 2 + length:
            break
        frames.append(stream[2 : 2 + length])
        stream = stream[2 + length :]
    return frames


def socket_packet(data: bytes) -> bool:
    """What a client sends in one WebSocket message; as text too."""
    _taken(data.decode("utf-8", "replace"))
    if not _taken(data):
        return False
    packet = TodokuPacket(encoded_packet=data)
    written = packet.encode()
    again = TodokuPacket(encoded_packet=written)
    require(again.encode() == written, "a packet that changes on its way")
    require(again.packet_type == unpack(data)["type"], "another kind of packet")
    return True


def _taken(frame: str | bytes) -> bool:
    try:
        check_frame(frame)
    except MalformedPacket:
        return False
    return True
