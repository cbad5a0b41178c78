"""The Python plane's own bookkeeping: peers with their SRTP, incoming streams, outgoing slots.

Not here: sockets and the way of a packet (media/python_plane.py), numbering (media/rewrite.py).
"""

import secrets
import struct
from collections import OrderedDict
from collections.abc import Sequence

from media import vp8
from media.burst import kernel_address
from media.cache import PacketCache
from media.codecs import CLOCK_RATE, CODEC_NAMED, RTX_OF
from media.extensions import Extension
from media.packet import HEADER, ONE_BYTE_FORM, PASSED_ON, Packet, table, write_elements
from media.plane import (
    Address,
    Numbering,
    PeerKey,
    PeerStats,
    Sink,
    SinkStats,
    Source,
    SourceStats,
    SrtpKeys,
    Wire,
    is_tcp,
)
from media.reception import Reception
from media.repeats import Repeats
from media.rewrite import Clock, SequenceMap, TimestampMap
from media.sent_log import SentLog
from media.srtp import Inbound, Outbound

# libsrtp keeps state per SSRC it has seen authentic packets of: bound what one peer can make it keep.
MAX_LEARNED_SSRCS = 16
MAX_ADDRESSES = 8
MAX_ARRIVALS = 4096
MAX_GAP_PACKETS = 256  # more is no loss but another beginning
VP8 = CODEC_NAMED["VP8"].payload_type
NOTHING = Packet(0x8000, 0, 0, 0)
NO_LEVEL = 128  # beyond silence

# Header with one extension of two bytes, the transport-wide number: the usual case as one step. The last
# eight octets are 0xBEDE, 1 (word), the element's id and length, the number, padding.
_WITH_NUMBER = struct.Struct("!HHLLQ")
_ONE_WORD = ONE_BYTE_FORM << 48 | 1 << 32


class Slot:
    """An outgoing slot of a peer."""

    def __init__(self, peer: "Peer", sink: Sink) -> None:
        self.peer = peer
        self.sink = sink
        self.is_video = sink.kind == "video"
        self.ssrc, self.rtx_ssrc = sink.ssrc, sink.rtx_ssrc
        self.payload_types = dict(sink.payload_types)
        self.rtx_types = {
            ours: sink.payload_types[rtx] for ours, rtx in RTX_OF.items() if rtx in sink.payload_types
        }
        self.extensions: dict[int, int] = {o: sink.extensions[o] for o in PASSED_ON if o in sink.extensions}
        number = sink.extensions.get(Extension.TRANSPORT_CC)
        self.number_element = None if number is None or number > 14 else number << 4 | 1
        self.number_block = 0 if self.number_element is None else _ONE_WORD | self.number_element << 24
        self.send_time_id = sink.extensions.get(Extension.ABS_SEND_TIME)
        # In the lower half: who misses the first packets must not miss a turn of the circle, without which
        # none can be read (RFC 3711 3.3.1).
        self.numbers = SequenceMap(secrets.randbits(15))
        self.times = TimestampMap(CLOCK_RATE[sink.kind])
        self.rtx_sequence = secrets.randbits(15)
        self.repeats = Repeats()
        self.stream: Stream | None = None
        self.wanted: Stream | None = None
        self.pictures: vp8.PictureMap | None = None  # once the source has changed
        self.newest: Packet | None = None
        self.sent_packets = 0
        self.sent_octets = 0
        self.rtx_packets = 0

    def want(self, stream: "Stream") -> None:
        """Change over to `stream`: sound at once, video with its next key frame."""
        if stream is self.stream:
            self._unwant()
        elif not self.is_video:
            self.fill(stream)
        elif stream is not self.wanted:
            self._unwant()
            self.wanted = stream
            stream.waiting.append(self)

    def fill(self, stream: "Stream | None") -> None:
        """Take packets from `stream`, and from nothing else."""
        self._unwant()
        if stream is self.stream:
            return
        if self.stream is not None:
            self.stream.slots = tuple(slot for slot in self.stream.slots if slot is not self)
            self.times.leave(
                self.stream.clock if stream is not None and stream.peer is self.stream.peer else None
            )
            self._turn_picture()
        self.stream = stream
        self.numbers.restart()
        self.repeats.clear()
        if stream is not None:
            stream.slots += (self,)

    def drop(self) -> "Stream | None":
        """The way is blocked: nothing more until the next key frame. Gives the stream that is needed then."""
        stream = self.wanted or self.stream
        self.fill(None)
        if stream is not None:
            self.want(stream)
        return stream

    def _unwant(self) -> None:
        if self.wanted is not None:
            self.wanted.waiting.remove(self)
            self.wanted = None

    def header(self, packet: Packet, now: float) -> bytes | None:
        """The outgoing header of a packet that is new; None when it is from before the change."""
        numbers, times = self.numbers, self.times
        before = numbers.top
        if before < 0:
            times.begin(packet.timestamp, now, self.stream.clock if self.stream is not None else None)
        number = numbers.take(packet.sequence)
        if number is None:
            return None
        timestamp = packet.timestamp + times.offset & 0xFFFFFFFF
        if numbers.top != before:  # what comes late is not where the next source goes on from
            times.last, times.last_at, self.newest = timestamp, now, packet
        start = 0x8000 | packet.padded | packet.marker | self.payload_types[packet.payload_type]
        if self.number_block and not packet.elements and not packet.csrcs:
            block = self.number_block | self.peer.sent.next() << 8
            return _WITH_NUMBER.pack(start | 0x1000, number, timestamp, self.ssrc, block)
        return self._header(start, number, timestamp, self.ssrc, packet, now)

    def rtx_header(self, packet: Packet, now: float) -> bytes | None:
        """The header, and the original number after it, of a retransmission (RFC 4588 4)."""
        payload_type = self.rtx_types.get(packet.payload_type)
        original = self.numbers.place(packet.sequence)
        if payload_type is None or original is None or self.rtx_ssrc is None:
            return None
        self.rtx_sequence = self.rtx_sequence + 1 & 0xFFFF
        start = 0x8000 | packet.padded | packet.marker | payload_type
        timestamp = packet.timestamp + self.times.offset & 0xFFFFFFFF
        header = self._header(start, self.rtx_sequence, timestamp, self.rtx_ssrc, packet, now)
        return header + original.to_bytes(2, "big")

    def padding_header(self, now: float) -> bytes | None:
        """Of a packet on the retransmission stream that carries nothing."""
        payload_type = next(iter(self.rtx_types.values()), None)
        if payload_type is None or self.rtx_ssrc is None:
            return None
        self.rtx_sequence = self.rtx_sequence + 1 & 0xFFFF
        timestamp = self.times.last or 0
        start = 0xA000 | payload_type
        return self._header(start, self.rtx_sequence, timestamp, self.rtx_ssrc, NOTHING, now)

    def _header(
        self, start: int, number: int, timestamp: int, ssrc: int, packet: Packet, now: float
    ) -> bytes:
        element = self.number_element
        elements = [
            (self.extensions[ours], data) for ours, data in packet.elements if ours in self.extensions
        ]
        if element is not None:
            elements.append((element >> 4, self.peer.sent.next().to_bytes(2, "big")))
        elif self.send_time_id is not None:
            elements.append((self.send_time_id, (round(now * (1 << 18)) & 0xFFFFFF).to_bytes(3, "big")))
        start |= (len(packet.csrcs) // 4) << 8
        if not elements:
            return HEADER.pack(start, number, timestamp, ssrc) + packet.csrcs
        block = write_elements(elements)
        return HEADER.pack(start | 0x1000, number, timestamp, ssrc) + packet.csrcs + block

    def payload(self, packet: Packet, again: bool = False) -> bytes | None:
        """The payload as the viewer gets it: VP8 pictures are numbered on across sources; None: too late.

        `again`: it is sent once more.
        """
        if self.pictures is None or packet.payload_type != VP8:
            return packet.payload
        descriptor = vp8.read(packet.payload)
        if descriptor is None:
            return packet.payload
        octets = self.pictures.place(descriptor) if again else self.pictures.take(descriptor)
        return None if octets is None else octets + packet.payload[len(descriptor.octets) :]

    def _turn_picture(self) -> None:
        """Another source follows; up to now its numbers were the first one's own."""
        if self.newest is None or self.newest.payload_type != VP8:
            return
        descriptor = vp8.read(self.newest.payload)
        if self.pictures is None and descriptor is not None:
            self.pictures = vp8.PictureMap()
            self.pictures.take(descriptor)
        if self.pictures is not None:
            self.pictures.restart()
        self.newest = None

    def kept(self, number: int, now: float, again_s: float) -> Packet | None:
        """The packet that went out as `number`, if it may be sent again now."""
        origin, cache = self.numbers.origin(number), self.stream.cache if self.stream is not None else None
        if origin is None or cache is None or not self.repeats.may(number, now, again_s):
            return None
        packet = cache.get(origin, now)
        if packet is not None:
            self.repeats.note(number, now)
        return packet

    def wire(self) -> Wire | None:
        if self.stream is None:
            return self._waiting_wire()
        numbers = self.numbers
        return Wire(
            source_peer=self.stream.peer.key,
            source_ssrc=self.stream.source.ssrc,
            sink_peer=self.peer.key,
            sink_ssrc=self.ssrc,
            sequence_offset=numbers.first_out - numbers.first_in & 0xFFFF,
            timestamp_offset=self.times.offset,
            highest_sequence=numbers.first_out + numbers.top & 0xFFFF,
            span_packets=numbers.top + 1,
            sent_packets=self.sent_packets,
            sent_octets=self.sent_octets,
        )

    def _waiting_wire(self) -> Wire | None:
        if self.wanted is None:
            return None
        return Wire(self.wanted.peer.key, self.wanted.source.ssrc, self.peer.key, self.ssrc)

    def stats(self) -> SinkStats:
        return SinkStats(
            ssrc=self.ssrc,
            kind=self.sink.kind,
            sent_packets=self.sent_packets,
            sent_octets=self.sent_octets,
            rtx_packets=self.rtx_packets,
            source_ssrc=self.stream.source.ssrc if self.stream is not None else None,
            wanted_ssrc=self.wanted.source.ssrc if self.wanted is not None else None,
        )


class Stream:
    """An incoming source; its RTX stream shares it."""

    def __init__(self, peer: "Peer", source: Source) -> None:
        self.peer = peer
        self.source = source
        self.ssrc = source.ssrc
        self.reception = Reception(CLOCK_RATE[source.kind])
        self.cache = PacketCache() if source.kind == "video" else None
        self.clock: Clock | None = None
        self.slots: tuple[Slot, ...] = ()  # replaced, never changed, so that it may be gone through
        self.waiting: list[Slot] = []
        self.key_frame_watched = False
        self.newest = -1
        self.received_bytes = 0
        self.rtx_packets = 0
        self.repaired_packets = 0
        self.key_frames = 0
        self.level = NO_LEVEL  # the loudest since it was taken

    def gap_before(self, sequence: int) -> range | None:
        """Numbers that were skipped when `sequence` came; takes it as come."""
        newest = self.newest
        ahead = sequence - newest & 0xFFFF
        if newest >= 0 and ahead >= 0x8000:
            return None
        self.newest = sequence
        if newest < 0 or not 1 < ahead <= MAX_GAP_PACKETS:
            return None
        return range(newest + 1, newest + ahead)

    def forget(self) -> None:
        """Empty every slot it fills or would fill."""
        for slot in self.slots:
            slot.fill(None)
        for slot in list(self.waiting):
            slot._unwant()

    def stats(self) -> SourceStats:
        return SourceStats(
            ssrc=self.ssrc,
            kind=self.source.kind,
            count=self.reception.count(),
            received_bytes=self.received_bytes,
            rtx_packets=self.rtx_packets,
            repaired_packets=self.repaired_packets,
            key_frames=self.key_frames,
        )


class Peer:
    """One participant's transport."""

    def __init__(
        self, key: PeerKey, keys: SrtpKeys, address: Address, numbering: Numbering, now: float
    ) -> None:
        self.key = key
        self.inbound, self.outbound = Inbound(keys), Outbound(keys)
        self.move(address)
        self.payload_types = table(numbering.payload_types, 128, same=not numbering.payload_types)
        self.extensions = table(numbering.extensions, 256, same=False)
        self.addresses: OrderedDict[Address, None] = OrderedDict()
        self.streams: dict[int, Stream] = {}  # by media SSRC and by RTX SSRC
        self.slots: dict[int, Slot] = {}
        self.learned: set[int] = set()
        self.rtcp_senders: set[int] = set()
        self.heard_at = now
        self.received_packets = 0
        self.received_bytes = 0
        self.sent_packets = 0
        self.sent_bytes = 0
        self.arrivals: list[tuple[int, float]] = []
        self.sent = SentLog()

    def move(self, address: Address) -> None:
        """It is there from now on. `kernel_address`: of a UDP address, for media/burst.py."""
        self.address = address
        self.kernel_address = None if is_tcp(address) else kernel_address(address)

    def may_learn(self, ssrc: int) -> bool:
        """May a packet of this unannounced SSRC be tried?"""
        return ssrc in self.learned or len(self.learned) < MAX_LEARNED_SSRCS

    def may_report(self, ssrc: int) -> bool:
        """May RTCP from this SSRC be tried?"""
        return ssrc in self.rtcp_senders or len(self.rtcp_senders) < MAX_LEARNED_SSRCS

    def sources(self) -> Sequence[Stream]:
        """Every stream once."""
        return [stream for ssrc, stream in self.streams.items() if ssrc == stream.ssrc]

    def stats(self) -> PeerStats:
        return PeerStats(
            heard_at=self.heard_at,
            received_packets=self.received_packets,
            received_bytes=self.received_bytes,
            sent_packets=self.sent_packets,
            sent_bytes=self.sent_bytes,
            sources=tuple(stream.stats() for stream in self.sources()),
            sinks=tuple(slot.stats() for slot in self.slots.values()),
        )
