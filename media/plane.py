"""The interface between what decides about packets and what moves them.

A plane owns the socket and the demultiplexing by first byte (RFC 7983). It hands STUN and DTLS datagrams up,
takes each peer's SRTP keys, and from then on moves media by itself: unprotect, patch the header per
subscriber, protect, send. Up go RTCP (already unprotected), new streams and key frames; down go wiring, RTCP
and addresses. **No Python call per RTP packet crosses this interface**, and all values are plain data, so
that a plane in another language can stand behind it.

Words: a peer is one participant's transport; a source is a stream a peer publishes (with its RTX stream); a
sink is a slot in which a peer receives; a wire connects a source to a sink. The Python implementation is
media/python_plane.py.
"""

from dataclasses import dataclass, field
from typing import Any, NewType, Protocol

from media.codecs import Kind
from media.reception import ReceptionCount

PeerKey = NewType("PeerKey", int)
Address = tuple[Any, ...]  # as the socket gives it: (host, port) or (host, port, flow, scope)


@dataclass(frozen=True)
class SrtpKeys:
    """Keys of one peer. `profile` is the DTLS-SRTP name (RFC 5764 4.1.2, RFC 7714 14.2); key then salt."""

    profile: str
    inbound: bytes = field(repr=False)
    outbound: bytes = field(repr=False)


@dataclass(frozen=True)
class Source:
    """A stream a peer publishes."""

    ssrc: int
    kind: Kind
    rtx_ssrc: int | None = None


@dataclass(frozen=True)
class Sink:
    """A slot in which a peer receives: SSRCs fixed for the call, and what the peer said it can take."""

    ssrc: int
    rtx_ssrc: int | None
    kind: Kind
    mid: str
    payload_types: frozenset[int]


@dataclass(frozen=True)
class Wire:
    """A source connected to a sink, with what its rewriting has come to.

    Outgoing number = incoming + `sequence_offset` (mod 2^16); likewise the timestamp (mod 2^32). Only the
    last `span_packets` numbers up to `highest_sequence` belong to this source. Nothing sent yet: span 0.
    """

    source_peer: PeerKey
    source_ssrc: int
    sink_peer: PeerKey
    sink_ssrc: int
    sequence_offset: int = 0
    timestamp_offset: int = 0
    highest_sequence: int = 0
    span_packets: int = 0
    sent_packets: int = 0
    sent_octets: int = 0


@dataclass(frozen=True)
class SourceStats:
    """A published stream so far."""

    ssrc: int
    kind: Kind
    count: ReceptionCount
    received_bytes: int
    rtx_packets: int
    key_frames: int


@dataclass(frozen=True)
class SinkStats:
    """A slot so far, retransmissions apart. Octets are payload alone, as a sender report counts them."""

    ssrc: int
    kind: Kind
    sent_packets: int
    sent_octets: int
    rtx_packets: int


@dataclass(frozen=True)
class PeerStats:
    """One peer's transport so far; `heard_at` is the monotonic time of its last authentic packet."""

    heard_at: float
    received_packets: int
    received_bytes: int
    sent_packets: int
    sent_bytes: int
    sources: tuple[SourceStats, ...]
    sinks: tuple[SinkStats, ...]


@dataclass(frozen=True)
class PlaneStats:
    """A snapshot. `ignored` counts what was dropped, by reason."""

    peers: dict[PeerKey, PeerStats]
    ignored: dict[str, int]


class PlaneEvents(Protocol):
    """What a plane calls. These must return soon: media waits meanwhile."""

    def stun_received(self, data: bytes, address: Address) -> None:
        """A datagram that looks like STUN; nothing about it is known to be true."""
        ...

    def dtls_received(self, data: bytes, address: Address) -> None:
        """A datagram that looks like DTLS; nothing about it is known to be true."""
        ...

    def rtcp_received(self, peer: PeerKey, data: bytes) -> None:
        """A compound RTCP packet, unprotected and authentic."""
        ...

    def stream_started(self, peer: PeerKey, ssrc: int, payload_type: int, mid: str) -> None:
        """The first authentic packet of an SSRC that is no known source's; `mid` may be empty."""
        ...

    def key_frame_started(self, peer: PeerKey, ssrc: int) -> None:
        """A key frame begins on a source that was being watched; the watch is over."""
        ...


class Plane(Protocol):
    """Moves packets. Calls with an unknown peer, source or sink do nothing: it may just have left."""

    async def start(self, events: PlaneEvents) -> int:
        """Open the socket and begin; returns the port. Raises OSError when it cannot be had."""
        ...

    def close(self) -> None:
        """Close the socket and forget everything."""
        ...

    def send(self, data: bytes, address: Address) -> None:
        """Send a datagram as it is (STUN, DTLS)."""
        ...

    def add_peer(self, peer: PeerKey, keys: SrtpKeys, address: Address) -> None:
        """Take SRTP from, and send it to, `address` with these keys."""
        ...

    def remove_peer(self, peer: PeerKey) -> None:
        """Forget the peer with its sources, sinks and wires."""
        ...

    def allow_address(self, peer: PeerKey, address: Address) -> None:
        """Take the peer's SRTP from this address too."""
        ...

    def set_address(self, peer: PeerKey, address: Address) -> None:
        """Send to this address from now on, and take SRTP from it; packets under way still count."""
        ...

    def add_source(self, peer: PeerKey, source: Source) -> None:
        """Know a stream the peer publishes."""
        ...

    def add_sink(self, peer: PeerKey, sink: Sink) -> None:
        """Open a slot for the peer."""
        ...

    def connect(self, source_peer: PeerKey, source_ssrc: int, sink_peer: PeerKey, sink_ssrc: int) -> None:
        """Fill the slot with the source, in the place of what was in it; the slot's stream goes on."""
        ...

    def disconnect(self, sink_peer: PeerKey, sink_ssrc: int) -> None:
        """Empty the slot."""
        ...

    def wire_into(self, sink_peer: PeerKey, sink_ssrc: int) -> Wire | None:
        """What fills the slot at the moment."""
        ...

    def wires_from(self, source_peer: PeerKey, source_ssrc: int) -> list[Wire]:
        """Where the source goes at the moment."""
        ...

    def watch_key_frame(self, peer: PeerKey, ssrc: int) -> None:
        """Tell, once, when the source's next key frame begins."""
        ...

    def send_rtcp(self, peer: PeerKey, data: bytes) -> None:
        """Protect and send a compound RTCP packet."""
        ...

    def stats(self) -> PlaneStats:
        """All counters."""
        ...
