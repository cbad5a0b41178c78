"""The way of a packet through the plane in Python: no task, no queue and no lock per packet.

`_readable` -> `received` -> `_rtp` -> `_media` -> `_forward` -> sendto. A full socket buffer drops the
packet, as a network would. The clock is read once per packet. What is known of peers, streams and slots is in
media/python_streams.py; what a plane is asked to do, and its sockets' life, in media/python_plane.py.
"""

import socket
from collections import Counter
from collections.abc import Callable, Sequence

from media.burst import Burst
from media.codecs import MEDIA_TYPE_OF_RTX
from media.extensions import Extension
from media.fan_out import FEWEST, FanOut
from media.keyframe import begins_key_frame
from media.movers import Movers
from media.packet import Packet, read_packet
from media.plane import Address, PeerKey, PlaneEvents, StreamStarted, is_tcp
from media.python_streams import MAX_ADDRESSES, MAX_ARRIVALS, Peer, Slot, Stream
from media.python_tcp import Listener
from media.red import without_red
from media.srtp import Refused

DATAGRAM_BYTES = 2048  # above every MTU we meet
DATAGRAMS_PER_WAKE = 64  # then other work of the loop has its turn
KEY_FRAME_LOOK_BYTES = 64
PADDING = bytes(254) + b"\xff"  # RFC 3550 5.1: its last octet counts it


class PacketPath:
    """Peers by address and by SSRC, and what happens to each datagram. `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float], tcp: bool) -> None:
        self._monotonic = monotonic
        self._events: PlaneEvents
        self._socket: socket.socket | None = None
        self._tcp = Listener(self.received, self._connection_closed, self._is_known) if tcp else None
        self._peers: dict[PeerKey, Peer] = {}
        self._by_address: dict[Address, Peer] = {}
        self._movers = Movers()
        self._ignored: Counter[str] = Counter()
        burst = Burst.made()
        self._fan_out = FanOut(burst, self._sent, self._ignored) if burst is not None else None

    # The way of a packet.

    def _readable(self) -> None:
        if self._socket is None:
            return
        receive = self._socket.recvfrom
        for _ in range(DATAGRAMS_PER_WAKE):
            try:
                data, address = receive(DATAGRAM_BYTES)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:  # an ICMP error of something sent before, or closed meanwhile
                self._ignored["socket_error"] += 1
                return
            self.received(data, address)

    def received(self, data: bytes, address: Address) -> None:
        """One datagram, by its first byte (RFC 7983 section 7)."""
        first = data[0] if data else 255
        if 128 <= first <= 191:
            if len(data) < 12:
                self._ignored["srtp_malformed"] += 1
                return
            is_rtcp = 192 <= data[1] <= 223  # RFC 5761 section 4
            peer = self._by_address.get(address)
            if peer is None:
                if not self._moved(data, address, is_rtcp):
                    self._ignored["srtp_unknown_address"] += 1
            elif not (self._rtcp(peer, data) if is_rtcp else self._rtp(peer, data)):
                self._moved(data, address, is_rtcp, besides=peer)
        elif first <= 3:
            self._events.stun_received(data, address)
        elif 20 <= first <= 63:
            self._events.dtls_received(data, address)
        else:
            self._ignored["unknown_protocol"] += 1

    def _rtcp(self, peer: Peer, data: bytes) -> bool:
        sender = int.from_bytes(data[4:8], "big")
        if not peer.may_report(sender):
            self._ignored["srtcp_too_many_senders"] += 1
            return False
        try:
            packet = peer.inbound.unprotect_rtcp(data)
        except Refused:
            self._ignored["srtcp_refused"] += 1
            return False
        if sender not in peer.rtcp_senders:
            peer.rtcp_senders.add(sender)
            self._movers.know(sender, peer)
        self._heard(peer, data, self._monotonic())
        self._events.rtcp_received(peer.key, packet)
        return True

    def _rtp(self, peer: Peer, data: bytes) -> bool:
        """Whether the packet was authentic."""
        ssrc = int.from_bytes(data[8:12], "big")
        stream = peer.streams.get(ssrc)
        if stream is None and not peer.may_learn(ssrc):
            self._ignored["rtp_unknown_source"] += 1
            return False
        plain = peer.inbound.unprotect(data)
        if plain is None:
            self._ignored["srtp_refused"] += 1
            return False
        now = self._monotonic()
        self._heard(peer, data, now)
        if stream is None and ssrc not in peer.learned:  # libsrtp keeps state for it from now on
            peer.learned.add(ssrc)
            self._movers.know(ssrc, peer)
        packet = read_packet(plain, peer.payload_types, peer.extensions)
        if packet is None:
            self._ignored["rtp_malformed"] += 1
            return True
        if packet.transport_sequence >= 0 and len(peer.arrivals) < MAX_ARRIVALS:
            peer.arrivals.append((packet.transport_sequence, now))
        stream = stream or self._learned(peer, packet)
        if stream is not None:
            stream.received_bytes += len(data)
            deliver = self._counted if ssrc == stream.ssrc else self._repaired
            deliver(stream, packet, now)
        return True

    def _counted(self, stream: Stream, packet: Packet, now: float) -> None:
        stream.reception.received(packet.sequence, packet.timestamp, now)
        if stream.cache is not None:
            gap = stream.gap_before(packet.sequence)
            if gap is not None:
                missing = [number & 0xFFFF for number in gap]
                self._events.packets_missing(stream.peer.key, stream.ssrc, missing)
            if stream.cache.get(packet.sequence, now) is None:
                stream.cache.put(packet, now)
        elif 0 <= packet.level < stream.level:
            stream.level = packet.level
        self._media(stream, packet, now)

    def _repaired(self, stream: Stream, packet: Packet, now: float) -> None:
        """A retransmission becomes the packet it repeats (RFC 4588 4), unless that has come already."""
        stream.rtx_packets += 1
        payload_type = MEDIA_TYPE_OF_RTX.get(packet.payload_type)
        if payload_type is None or packet.payload_octets < 2 or stream.cache is None:
            return  # padding, sent to probe the path
        packet.sequence = packet.payload[0] << 8 | packet.payload[1]
        packet.payload = packet.payload[2:]
        packet.payload_type, packet.ssrc = payload_type, stream.ssrc
        if stream.cache.get(packet.sequence, now) is None:
            stream.repaired_packets += 1
            stream.cache.put(packet, now)
            self._media(stream, packet, now)

    def _media(self, stream: Stream, packet: Packet, now: float) -> None:
        if (stream.waiting or stream.key_frame_watched) and begins_key_frame(
            packet.payload_type, packet.payload[:KEY_FRAME_LOOK_BYTES]
        ):
            self._key_frame(stream)
        slots: Sequence[Slot] = stream.slots
        if self._fan_out is not None and self._socket is not None and len(slots) >= FEWEST:
            slots = self._fan_out.send(slots, packet, now, self._socket.fileno())
        for slot in slots:
            self._deliver(slot, packet, now)

    def _deliver(self, slot: Slot, packet: Packet, now: float) -> None:
        if packet.payload_type not in slot.payload_types:
            plain = without_red(packet)
            if plain is None or plain.payload_type not in slot.payload_types:
                self._ignored["rtp_payload_type"] += 1
                return
            packet = plain
        header = slot.header(packet, now)
        payload = packet.payload if slot.pictures is None or header is None else slot.payload(packet)
        if header is None or payload is None:
            self._ignored["rtp_before_switch"] += 1
        elif self._forward(slot, header, payload, now):
            slot.sent_packets += 1
            slot.sent_octets += len(payload)

    def _key_frame(self, stream: Stream) -> None:
        stream.key_frame_watched = False
        stream.key_frames += 1
        for slot in list(stream.waiting):
            slot.fill(stream)
        self._events.key_frame_started(stream.peer.key, stream.ssrc)

    def _forward(self, slot: Slot, header: bytes, payload: bytes, now: float) -> bool:
        peer = slot.peer
        data = peer.outbound.protect(header, payload)
        if data is not None and self._sent(data, peer.address, slot.is_video):
            size = len(data)
            peer.sent_packets += 1
            peer.sent_bytes += size
            if slot.number_element is not None:
                peer.sent.note(size, now)
            return True
        if data is None:
            self._ignored["protect_refused"] += 1
        elif slot.is_video and is_tcp(peer.address):
            self._blocked(slot)
        return False

    def _resent(self, slot: Slot, packet: Packet, now: float) -> int:
        header, payload = slot.rtx_header(packet, now), slot.payload(packet, again=True)
        if header is None or payload is None or not self._forward(slot, header, payload, now):
            return 0
        slot.rtx_packets += 1
        return len(header) + len(payload)

    def _padded(self, slot: Slot, now: float) -> int:
        header = slot.padding_header(now)
        if header is None or not self._forward(slot, header, PADDING, now):
            return 0
        return len(header) + len(PADDING)

    def _blocked(self, slot: Slot) -> None:
        stream = slot.drop()
        if stream is not None:
            self._ignored["tcp_blocked"] += 1
            self._events.key_frame_needed(stream.peer.key, stream.ssrc)

    def _send_to(self, peer: Peer, data: bytes | memoryview) -> bool:
        sent = self._sent(data, peer.address)
        if sent:
            peer.sent_packets += 1
            peer.sent_bytes += len(data)
        return sent

    def _sent(self, data: bytes | memoryview, address: Address, is_picture: bool = False) -> bool:
        if len(address) == 3:  # is_tcp, without a call
            return self._tcp is not None and self._tcp.send(data, address, is_picture)
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

    def _learned(self, peer: Peer, packet: Packet) -> Stream | None:
        """Tell of an unannounced stream; it is known afterwards if somebody wants it."""
        names = packet.names or {}
        started = StreamStarted(
            packet.ssrc,
            packet.payload_type,
            names.get(Extension.MID, ""),
            names.get(Extension.RID, ""),
            names.get(Extension.REPAIRED_RID, ""),
        )
        self._events.stream_started(peer.key, started)
        stream = peer.streams.get(packet.ssrc)
        if stream is None:
            self._ignored["rtp_unknown_source"] += 1
        return stream

    # An address nobody is known to have, or somebody else is.

    def _moved(self, data: bytes, address: Address, is_rtcp: bool, besides: Peer | None = None) -> bool:
        """Another peer may have moved there: whose keys fit the packet has. Whether one's did, or might.

        libsrtp refuses what it has seen, so that a repeated packet moves nobody.
        """
        ssrc, now = int.from_bytes(data[4:8] if is_rtcp else data[8:12], "big"), self._monotonic()
        for peer in self._movers.likely(ssrc, address, now, besides):
            if not self._movers.may_try(address[0], now):
                self._ignored["srtp_too_many_tries"] += 1
                return True
            if (self._rtcp if is_rtcp else self._rtp)(peer, data):
                if peer.key in self._peers:  # it may just have said goodbye
                    self._arrived_at(peer, address)
                return True
            self._movers.tried(ssrc, peer)
        return False

    def _arrived_at(self, peer: Peer, address: Address) -> None:
        is_news = peer.address != address or address not in peer.addresses
        self._move(peer, address)
        if is_news:
            self._events.address_moved(peer.key, address)

    def _is_known(self, address: Address) -> bool:
        return address in self._by_address or any(one.address == address for one in self._peers.values())

    def _connection_closed(self, address: Address) -> None:
        peer = self._by_address.pop(address, None)
        if peer is not None:
            peer.addresses.pop(address, None)
        self._events.connection_closed(address)

    def _move(self, peer: Peer, address: Address) -> None:
        peer.move(address)
        self._allow(peer, address)

    def _allow(self, peer: Peer, address: Address) -> None:
        peer.addresses[address] = None
        peer.addresses.move_to_end(address)
        self._by_address[address] = peer
        while len(peer.addresses) > MAX_ADDRESSES:
            oldest = next(a for a in peer.addresses if a != peer.address)
            del peer.addresses[oldest]
            self._no_longer(peer, oldest)

    def _no_longer(self, peer: Peer, address: Address) -> None:
        """The peer is no longer there: a connection, too, is given up."""
        if self._by_address.get(address) is peer:
            del self._by_address[address]
            if self._tcp is not None and is_tcp(address):
                self._tcp.hang_up(address)
