"""The Python plane's own bookkeeping: peers with their SRTP sessions, incoming streams, outgoing slots.

Not here: sockets and the way of a packet (media/python_plane.py), numbering (media/rewrite.py).
"""

from collections import OrderedDict

from pylibsrtp import Policy, Session

from media.codecs import CLOCK_RATE
from media.plane import (
    Address,
    PeerKey,
    PeerStats,
    Sink,
    SinkStats,
    Source,
    SourceStats,
    SrtpKeys,
    Wire,
)
from media.reception import Reception
from media.rewrite import Rewrite

PROFILES = {
    "SRTP_AEAD_AES_128_GCM": Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    "SRTP_AEAD_AES_256_GCM": Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
    "SRTP_AES128_CM_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}
REPLAY_WINDOW_PACKETS = 1024  # retransmissions and reordering stay well inside
# libsrtp keeps state per SSRC it has seen authentic packets of: bound what one peer can make it keep.
MAX_LEARNED_SSRCS = 16
MAX_ADDRESSES = 8


def srtp_session(profile: str, key: bytes, direction: int) -> Session:
    """A libsrtp session for one direction.

    Repeated sending stays refused (allow_repeat_tx off): the last guard against using a nonce twice.
    """
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=PROFILES[profile])
    policy.window_size = REPLAY_WINDOW_PACKETS
    return Session(policy)


class Slot:
    """An outgoing slot of a peer."""

    def __init__(self, peer: "Peer", sink: Sink) -> None:
        self.peer = peer
        self.sink = sink
        self.rewrite = Rewrite(sink.ssrc, sink.rtx_ssrc, CLOCK_RATE[sink.kind], sink.mid.encode())
        self.payload_types = sink.payload_types
        self.stream: Stream | None = None
        self.sent_packets = 0
        self.sent_octets = 0
        self.rtx_packets = 0

    def fill(self, stream: "Stream | None") -> None:
        """Take packets from `stream`, and from nothing else."""
        if stream is self.stream:
            return
        if self.stream is not None:
            self.stream.slots.remove(self)
        self.stream = stream
        self.rewrite.restart()
        if stream is not None:
            stream.slots.append(self)

    def wire(self) -> Wire | None:
        if self.stream is None:
            return None
        numbers = self.rewrite.media_numbers
        return Wire(
            source_peer=self.stream.peer.key,
            source_ssrc=self.stream.source.ssrc,
            sink_peer=self.peer.key,
            sink_ssrc=self.sink.ssrc,
            sequence_offset=numbers.first_out - numbers.first_in & 0xFFFF,
            timestamp_offset=self.rewrite.timestamp_offset,
            highest_sequence=numbers.first_out + numbers.top & 0xFFFF,
            span_packets=numbers.top + 1,
            sent_packets=self.sent_packets,
            sent_octets=self.sent_octets,
        )

    def stats(self) -> SinkStats:
        return SinkStats(
            self.sink.ssrc, self.sink.kind, self.sent_packets, self.sent_octets, self.rtx_packets
        )


class Stream:
    """An incoming source; its RTX stream shares it."""

    def __init__(self, peer: "Peer", source: Source) -> None:
        self.peer = peer
        self.source = source
        self.reception = Reception(CLOCK_RATE[source.kind])
        self.slots: list[Slot] = []
        self.key_frame_watched = False
        self.received_bytes = 0
        self.rtx_packets = 0
        self.key_frames = 0

    def stats(self) -> SourceStats:
        return SourceStats(
            self.source.ssrc,
            self.source.kind,
            self.reception.count(),
            self.received_bytes,
            self.rtx_packets,
            self.key_frames,
        )


class Peer:
    """One participant's transport."""

    def __init__(self, key: PeerKey, keys: SrtpKeys, address: Address, now: float) -> None:
        self.key = key
        self.inbound = srtp_session(keys.profile, keys.inbound, Policy.SSRC_ANY_INBOUND)
        self.outbound = srtp_session(keys.profile, keys.outbound, Policy.SSRC_ANY_OUTBOUND)
        self.address = address
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

    def may_learn(self, ssrc: int) -> bool:
        """May a packet of this unannounced SSRC be tried?"""
        return ssrc in self.learned or len(self.learned) < MAX_LEARNED_SSRCS

    def may_report(self, ssrc: int) -> bool:
        """May RTCP from this SSRC be tried?"""
        return ssrc in self.rtcp_senders or len(self.rtcp_senders) < MAX_LEARNED_SSRCS

    def stats(self) -> PeerStats:
        streams = {stream.source.ssrc: stream for stream in self.streams.values()}
        return PeerStats(
            heard_at=self.heard_at,
            received_packets=self.received_packets,
            received_bytes=self.received_bytes,
            sent_packets=self.sent_packets,
            sent_bytes=self.sent_bytes,
            sources=tuple(stream.stats() for stream in streams.values()),
            sinks=tuple(slot.stats() for slot in self.slots.values()),
        )
