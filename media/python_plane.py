"""The plane in Python: one UDP socket and one TCP port, libsrtp through media/srtp.py.

Here: the sockets' life and what is asked of a plane. What happens to a packet is in media/python_path.py.
Works on asyncio's and on uvloop's loop.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence

from media.plane import (
    Address,
    Numbering,
    PeerKey,
    PeerStats,
    PlaneEvents,
    PlaneStats,
    Sink,
    Source,
    SrtpKeys,
    Wire,
)
from media.python_path import PacketPath
from media.python_streams import NO_LEVEL, Peer, Slot, Stream
from media.rewrite import Clock
from media.srtp import Refused

FREE_PORT_TRIES = 20
PADDING_PER_PACKET, MAX_PADDING = 5, 40  # mere padding comes in packets of 255 bytes at most
SOCKET_BUFFER_BYTES = 4 << 20  # 2 s of 20 calls; the kernel may grant less


def open_udp(host: str, port: int) -> socket.socket:
    """A bound, non-blocking UDP socket. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST
    )[0]
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)
        opened.bind(address)
    except OSError:
        opened.close()
        raise
    return opened


class PythonPlane(PacketPath):
    """A media.plane.Plane. `monotonic` gives seconds; `tcp`: listen for ICE-TCP on the same port too."""

    def __init__(self, host: str, port: int, monotonic: Callable[[], float], tcp: bool = True) -> None:
        super().__init__(monotonic, tcp)
        self._host, self._port = host, port

    # Life.

    async def start(self, events: PlaneEvents) -> int:
        self._events = events
        for _ in range(FREE_PORT_TRIES if self._port == 0 else 0):
            with contextlib.suppress(OSError):  # a port may be free for UDP and taken for TCP
                return await self._open()
        return await self._open()

    async def _open(self) -> int:
        self._socket = open_udp(self._host, self._port)
        port = int(self._socket.getsockname()[1])
        try:
            if self._tcp is not None:
                await self._tcp.start(self._host, port)
        except OSError:
            self._socket.close()
            self._socket = None
            raise
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._readable)
        return port

    def close(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None
        if self._tcp is not None:
            self._tcp.close()
        for table in (self._peers, self._by_address, self._movers):
            table.clear()

    # What is asked of a plane.

    def send(self, data: bytes, address: Address) -> None:
        self._sent(data, address)

    def add_peer(self, peer: PeerKey, keys: SrtpKeys, address: Address, numbering: Numbering) -> None:
        self._peers[peer] = Peer(peer, keys, address, numbering, self._monotonic())
        self.set_address(peer, address)

    def remove_peer(self, peer: PeerKey) -> None:
        gone = self._peers.pop(peer, None)
        if gone is None:
            return
        for slot in gone.slots.values():
            slot.fill(None)
        for stream in gone.sources():
            stream.forget()
        for address in gone.addresses:
            self._no_longer(gone, address)
        self._movers.forget(gone, (*gone.streams, *gone.learned, *gone.rtcp_senders))

    def allow_address(self, peer: PeerKey, address: Address) -> None:
        known = self._peers.get(peer)
        if known is not None:
            self._allow(known, address)

    def set_address(self, peer: PeerKey, address: Address) -> None:
        known = self._peers.get(peer)
        if known is not None:
            self._move(known, address)

    def try_address(self, peer: PeerKey, address: Address) -> None:
        known = self._peers.get(peer)
        if known is not None:
            known.move(address)
            known.addresses.pop(address, None)
            if self._by_address.get(address) is known:
                del self._by_address[address]

    def add_source(self, peer: PeerKey, source: Source) -> None:
        known = self._peers.get(peer)
        if known is None:
            return
        stream = known.streams.get(source.ssrc)
        if stream is None or stream.ssrc != source.ssrc:
            stream = Stream(known, source)
        stream.source = source
        for ssrc in (source.ssrc, source.rtx_ssrc):
            if ssrc is not None:
                known.streams[ssrc] = stream
                self._movers.know(ssrc, known)

    def add_sink(self, peer: PeerKey, sink: Sink) -> None:
        known = self._peers.get(peer)
        if known is not None:
            known.slots[sink.ssrc] = Slot(known, sink)

    def connect(self, source_peer: PeerKey, source_ssrc: int, sink_peer: PeerKey, sink_ssrc: int) -> None:
        slot, stream = self._slot(sink_peer, sink_ssrc), self._stream(source_peer, source_ssrc)
        if slot is not None and stream is not None:
            slot.want(stream)

    def disconnect(self, sink_peer: PeerKey, sink_ssrc: int) -> None:
        slot = self._slot(sink_peer, sink_ssrc)
        if slot is not None:
            slot.fill(None)

    def wire_into(self, sink_peer: PeerKey, sink_ssrc: int) -> Wire | None:
        slot = self._slot(sink_peer, sink_ssrc)
        return slot.wire() if slot is not None else None

    def wires_from(self, source_peer: PeerKey, source_ssrc: int) -> list[Wire]:
        stream = self._stream(source_peer, source_ssrc)
        wires = (slot.wire() for slot in stream.slots) if stream is not None else ()
        return [wire for wire in wires if wire is not None]

    def set_clock(self, peer: PeerKey, ssrc: int, ntp_s: float, rtp_timestamp: int) -> None:
        stream = self._stream(peer, ssrc)
        if stream is not None:
            stream.clock = Clock(ntp_s, rtp_timestamp)

    def watch_key_frame(self, peer: PeerKey, ssrc: int) -> None:
        stream = self._stream(peer, ssrc)
        if stream is not None:
            stream.key_frame_watched = True

    def still_missing(self, peer: PeerKey, ssrc: int, sequences: Sequence[int]) -> list[int]:
        stream = self._stream(peer, ssrc)
        if stream is None or stream.cache is None:
            return []
        now, get = self._monotonic(), stream.cache.get
        return [sequence for sequence in sequences if get(sequence, now) is None]

    def resend(
        self, sink_peer: PeerKey, sink_ssrc: int, sequences: Sequence[int], again_s: float, most_bytes: float
    ) -> list[int]:
        slot = self._slot(sink_peer, sink_ssrc)
        sent: list[int] = []
        now, left = self._monotonic(), most_bytes
        for sequence in sequences if slot is not None else ():
            packet = slot.kept(sequence, now, again_s) if slot is not None and left > 0 else None
            size = self._resent(slot, packet, now) if slot is not None and packet is not None else 0
            if size:
                sent.append(size)
                left -= size
        return sent

    def send_padding(self, sink_peer: PeerKey, sink_ssrc: int, packets: int) -> int:
        slot = self._slot(sink_peer, sink_ssrc)
        if slot is None:
            return 0
        now = self._monotonic()
        cache = slot.stream.cache if slot.stream is not None else None
        sent = [self._resent(slot, packet, now) for packet in (cache.recent(packets, now) if cache else ())]
        if not any(sent):  # a paused slot has nothing to repeat
            sent = [self._padded(slot, now) for _ in range(min(packets * PADDING_PER_PACKET, MAX_PADDING))]
        return sum(sent)

    def take_arrivals(self, peer: PeerKey) -> list[tuple[int, float]]:
        known = self._peers.get(peer)
        if known is None:
            return []
        taken, known.arrivals = known.arrivals, []
        return taken

    def sent(self, peer: PeerKey, base_sequence: int, count: int) -> list[tuple[float, int] | None]:
        known = self._peers.get(peer)
        return known.sent.look_up(base_sequence, count) if known is not None else [None] * count

    def sent_bytes(self, peer: PeerKey) -> int:
        known = self._peers.get(peer)
        return known.sent_bytes if known is not None else 0

    def send_rtcp(self, peer: PeerKey, data: bytes) -> None:
        known = self._peers.get(peer)
        if known is None:
            return
        with contextlib.suppress(*Refused):
            self._send_to(known, known.outbound.protect_rtcp(data))

    def take_levels(self, peers: Sequence[PeerKey]) -> dict[PeerKey, int]:
        found: dict[PeerKey, int] = {}
        for key in peers:
            known = self._peers.get(key)
            for stream in known.sources() if known is not None else ():
                level, stream.level = stream.level, NO_LEVEL
                if level < found.get(key, NO_LEVEL):
                    found[key] = level
        return found

    def peer_stats(self, peer: PeerKey) -> PeerStats | None:
        known = self._peers.get(peer)
        return known.stats() if known is not None else None

    def ignored(self) -> dict[str, int]:
        return dict(self._ignored)

    def stats(self) -> PlaneStats:
        return PlaneStats({key: peer.stats() for key, peer in self._peers.items()}, self.ignored())

    def _slot(self, peer: PeerKey, ssrc: int) -> Slot | None:
        known = self._peers.get(peer)
        return known.slots.get(ssrc) if known is not None else None

    def _stream(self, peer: PeerKey, ssrc: int) -> Stream | None:
        known = self._peers.get(peer)
        return known.streams.get(ssrc) if known is not None else None
