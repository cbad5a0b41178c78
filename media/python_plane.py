"""The plane in Python: one UDP socket, libsrtp through pylibsrtp, no task and no queue per packet.

The way of a packet: `_readable` -> `received` -> `_rtp` -> `_forward` -> sendto. A full socket buffer drops
the packet, as a network would. Works on asyncio's and on uvloop's loop. The clock is read once per packet.
"""

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import Callable

import pylibsrtp

from media.keyframe import begins_key_frame
from media.plane import Address, PeerKey, PlaneEvents, PlaneStats, Sink, Source, SrtpKeys, Wire
from media.python_streams import MAX_ADDRESSES, Peer, Slot, Stream
from media.rewrite import HEADER, mid_position, payload_position

DATAGRAM_BYTES = 2048  # above every MTU we meet; pylibsrtp takes 1500
DATAGRAMS_PER_WAKE = 64  # then other work of the loop has its turn
SOCKET_BUFFER_BYTES = 4 << 20  # 2 s of 20 calls; the kernel may grant less

REFUSED = (pylibsrtp.Error, ValueError)  # ValueError: longer than libsrtp's buffer


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


class PythonPlane:
    """A media.plane.Plane. `monotonic` gives seconds."""

    def __init__(self, host: str, port: int, monotonic: Callable[[], float]) -> None:
        self._host, self._port = host, port
        self._monotonic = monotonic
        self._events: PlaneEvents
        self._socket: socket.socket | None = None
        self._peers: dict[PeerKey, Peer] = {}
        self._by_address: dict[Address, Peer] = {}
        self._ignored: Counter[str] = Counter()

    # Life.

    async def start(self, events: PlaneEvents) -> int:
        self._events = events
        self._socket = open_udp(self._host, self._port)
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._readable)
        return int(self._socket.getsockname()[1])

    def close(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None
        self._peers.clear()
        self._by_address.clear()

    # The way of a packet.

    def _readable(self) -> None:
        for _ in range(DATAGRAMS_PER_WAKE):
            if self._socket is None:
                return
            try:
                data, address = self._socket.recvfrom(DATAGRAM_BYTES)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:  # an ICMP error of something sent before
                self._ignored["socket_error"] += 1
                continue
            self.received(data, address)

    def received(self, data: bytes, address: Address) -> None:
        """One datagram, by its first byte (RFC 7983 section 7)."""
        first = data[0] if data else 255
        if 128 <= first <= 191:
            peer = self._by_address.get(address)
            if peer is None:
                self._ignored["srtp_unknown_address"] += 1
            elif len(data) < 12:
                self._ignored["srtp_malformed"] += 1
            elif 192 <= data[1] <= 223:  # RFC 5761 section 4
                self._rtcp(peer, data)
            else:
                self._rtp(peer, data)
        elif first <= 3:
            self._events.stun_received(data, address)
        elif 20 <= first <= 63:
            self._events.dtls_received(data, address)
        else:
            self._ignored["unknown_protocol"] += 1

    def _rtcp(self, peer: Peer, data: bytes) -> None:
        sender = int.from_bytes(data[4:8], "big")
        if not peer.may_report(sender):
            self._ignored["srtcp_too_many_senders"] += 1
            return
        try:
            packet = peer.inbound.unprotect_rtcp(data)
        except REFUSED:
            self._ignored["srtcp_refused"] += 1
            return
        peer.rtcp_senders.add(sender)
        self._heard(peer, data, self._monotonic())
        self._events.rtcp_received(peer.key, packet)

    def _rtp(self, peer: Peer, data: bytes) -> None:
        ssrc = int.from_bytes(data[8:12], "big")
        stream = peer.streams.get(ssrc)
        if stream is None and not peer.may_learn(ssrc):
            self._ignored["rtp_unknown_source"] += 1
            return
        try:
            packet = peer.inbound.unprotect(data)
        except REFUSED:
            self._ignored["srtp_refused"] += 1
            return
        now = self._monotonic()
        self._heard(peer, data, now)
        payload_at = payload_position(packet)
        mid_at = mid_position(packet, payload_at) if payload_at else -1
        if mid_at < 0:
            self._ignored["rtp_malformed"] += 1
            return
        if stream is None:
            stream = self._learned(peer, packet, ssrc, mid_at)
            if stream is None:
                return
        stream.received_bytes += len(data)
        if ssrc == stream.source.ssrc:
            self._media(stream, packet, payload_at, mid_at, now)
        else:
            self._retransmission(stream, packet, payload_at, mid_at)

    def _media(self, stream: Stream, packet: bytes, payload_at: int, mid_at: int, now: float) -> None:
        _, sequence, timestamp, _ = HEADER.unpack_from(packet)
        stream.reception.received(sequence, timestamp, now)
        payload_type = packet[1] & 0x7F
        if stream.key_frame_watched and begins_key_frame(payload_type, packet[payload_at : payload_at + 64]):
            stream.key_frame_watched = False
            stream.key_frames += 1
            self._events.key_frame_started(stream.peer.key, stream.source.ssrc)
        for slot in stream.slots:
            if payload_type not in slot.payload_types:
                self._ignored["rtp_payload_type"] += 1
                continue
            out = slot.rewrite.media(packet, mid_at, now)
            if out is None:
                self._ignored["rtp_before_switch"] += 1
            elif self._forward(slot.peer, out):
                slot.sent_packets += 1
                slot.sent_octets += len(packet) - payload_at

    def _retransmission(self, stream: Stream, packet: bytes, payload_at: int, mid_at: int) -> None:
        stream.rtx_packets += 1
        for slot in stream.slots:
            if packet[1] & 0x7F not in slot.payload_types:
                self._ignored["rtp_payload_type"] += 1
                continue
            out = slot.rewrite.rtx(packet, mid_at, payload_at)
            if out is None:
                self._ignored["rtp_before_switch"] += 1
            elif self._forward(slot.peer, out):
                slot.rtx_packets += 1

    def _forward(self, peer: Peer, packet: bytes) -> bool:
        try:
            data = peer.outbound.protect(packet)
        except REFUSED:
            self._ignored["protect_refused"] += 1
            return False
        return self._send_to(peer, data)

    def _send_to(self, peer: Peer, data: bytes) -> bool:
        sent = self._sent(data, peer.address)
        if sent:
            peer.sent_packets += 1
            peer.sent_bytes += len(data)
        return sent

    def _sent(self, data: bytes, address: Address) -> bool:
        if self._socket is None:
            return False
        try:
            self._socket.sendto(data, address)
        except (BlockingIOError, InterruptedError):
            self._ignored["send_buffer_full"] += 1
            return False
        except OSError:  # unreachable, or an address of another family
            self._ignored["send_failed"] += 1
            return False
        return True

    def _heard(self, peer: Peer, data: bytes, now: float) -> None:
        peer.heard_at = now
        peer.received_packets += 1
        peer.received_bytes += len(data)

    def _learned(self, peer: Peer, packet: bytes, ssrc: int, mid_at: int) -> Stream | None:
        """Tell of an unannounced stream; it is known afterwards if somebody wants it."""
        if ssrc not in peer.learned:
            peer.learned.add(ssrc)
            mid = packet[mid_at : mid_at + 1].decode("latin-1") if mid_at else ""
            self._events.stream_started(peer.key, ssrc, packet[1] & 0x7F, mid)
        stream = peer.streams.get(ssrc)
        if stream is None:
            self._ignored["rtp_unknown_source"] += 1
        return stream

    # What is told from above.

    def send(self, data: bytes, address: Address) -> None:
        self._sent(data, address)

    def add_peer(self, peer: PeerKey, keys: SrtpKeys, address: Address) -> None:
        self._peers[peer] = Peer(peer, keys, address, self._monotonic())
        self.set_address(peer, address)

    def remove_peer(self, peer: PeerKey) -> None:
        gone = self._peers.pop(peer, None)
        if gone is None:
            return
        for slot in gone.slots.values():
            slot.fill(None)
        for stream in gone.streams.values():
            for slot in list(stream.slots):
                slot.fill(None)
        for address in gone.addresses:
            if self._by_address.get(address) is gone:
                del self._by_address[address]

    def allow_address(self, peer: PeerKey, address: Address) -> None:
        known = self._peers.get(peer)
        if known is None:
            return
        known.addresses[address] = None
        known.addresses.move_to_end(address)
        self._by_address[address] = known
        while len(known.addresses) > MAX_ADDRESSES:
            oldest = next(a for a in known.addresses if a != known.address)
            del known.addresses[oldest]
            if self._by_address.get(oldest) is known:
                del self._by_address[oldest]

    def set_address(self, peer: PeerKey, address: Address) -> None:
        known = self._peers.get(peer)
        if known is not None:
            known.address = address
            self.allow_address(peer, address)

    def add_source(self, peer: PeerKey, source: Source) -> None:
        known = self._peers.get(peer)
        if known is None:
            return
        stream = Stream(known, source)
        for ssrc in (source.ssrc, source.rtx_ssrc):
            if ssrc is not None:
                known.streams[ssrc] = stream

    def add_sink(self, peer: PeerKey, sink: Sink) -> None:
        known = self._peers.get(peer)
        if known is not None:
            known.slots[sink.ssrc] = Slot(known, sink)

    def connect(self, source_peer: PeerKey, source_ssrc: int, sink_peer: PeerKey, sink_ssrc: int) -> None:
        slot, stream = self._slot(sink_peer, sink_ssrc), self._stream(source_peer, source_ssrc)
        if slot is not None and stream is not None:
            slot.fill(stream)

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

    def watch_key_frame(self, peer: PeerKey, ssrc: int) -> None:
        stream = self._stream(peer, ssrc)
        if stream is not None:
            stream.key_frame_watched = True

    def send_rtcp(self, peer: PeerKey, data: bytes) -> None:
        known = self._peers.get(peer)
        if known is None:
            return
        with contextlib.suppress(pylibsrtp.Error, ValueError):
            self._send_to(known, known.outbound.protect_rtcp(data))

    def stats(self) -> PlaneStats:
        peers = {key: peer.stats() for key, peer in self._peers.items()}
        return PlaneStats(peers, dict(self._ignored))

    def _slot(self, peer: PeerKey, ssrc: int) -> Slot | None:
        known = self._peers.get(peer)
        return known.slots.get(ssrc) if known is not None else None

    def _stream(self, peer: PeerKey, ssrc: int) -> Stream | None:
        known = self._peers.get(peer)
        return known.streams.get(ssrc) if known is not None else None
