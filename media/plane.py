"""The interface between what decides about packets and what moves them.

A plane owns the sockets (UDP, and TCP with RFC 4571 framing on the same port) and the demultiplexing by first
byte (RFC 7983). It hands STUN and DTLS up, takes each peer's SRTP keys, and from then on moves media by
itself: unprotect, patch per subscriber, protect, send; it keeps recent video packets and answers with them,
numbers what it sends for transport-wide congestion control and logs it. Up go RTCP (already unprotected), new
streams, key frames, gaps and moves; down go wiring, RTCP, addresses and what to send again. **No Python call
per RTP packet crosses this interface**, and all values are plain data, so that a plane in another language
can stand behind it.

Words: a peer is one participant's transport; a source is a stream a peer publishes (with its RTX stream; a
simulcast layer is a source of its own); a sink is a slot in which a peer receives; a wire connects a source
to a sink. Payload types and extension ids inside are those of media/codecs.py ("ours"); a peer's `Numbering`
says how it numbers them. The Python implementation is media/python_plane.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NewType, Protocol

from media.codecs import Kind
from media.reception import ReceptionCount

PeerKey = NewType("PeerKey", int)
# UDP as the socket gives it: (host, port) or (host, port, flow, scope); TCP: (host, port, "tcp").
Address = tuple[Any, ...]
TCP = "tcp"


def is_tcp(address: Address) -> bool:
    """Whether the address is a TCP connection."""
    return len(address) == 3


@dataclass(frozen=True)
class SrtpKeys:
    """Keys of one peer. `profile` is the DTLS-SRTP name (RFC 5764 4.1.2, RFC 7714 14.2); key then salt."""

    profile: str
    inbound: bytes = field(repr=False)
    outbound: bytes = field(repr=False)


@dataclass(frozen=True)
class Numbering:
    """How a peer numbers what it sends: its payload types and extension ids (RFC 8285) as ours.

    Empty payload types: the same as ours. An extension that is missing was not agreed on.
    """

    payload_types: Mapping[int, int] = field(default_factory=dict)
    extensions: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A stream a peer publishes."""

    ssrc: int
    kind: Kind
    rtx_ssrc: int | None = None


@dataclass(frozen=True)
class Sink:
    """A slot in which a peer receives: SSRCs fixed for the call, and what the peer said it can take.

    `payload_types`: ours to the peer's; `extensions`: ours to the peer's ids.
    """

    ssrc: int
    rtx_ssrc: int | None
    kind: Kind
    payload_types: Mapping[int, int]
    extensions: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Wire:
    """A source that fills a sink, with what its rewriting has come to.

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
    repaired_packets: int
    key_frames: int


@dataclass(frozen=True)
class SinkStats:
    """A slot so far, retransmissions apart. Octets are payload alone, as a sender report counts them.

    `source_ssrc`: what fills it; `wanted_ssrc`: what will, from its next key frame on.
    """

    ssrc: int
    kind: Kind
    sent_packets: int
    sent_octets: int
    rtx_packets: int
    source_ssrc: int | None = None
    wanted_ssrc: int | None = None


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


@dataclass(frozen=True)
class StreamStarted:
    """The first authentic packet of an unknown SSRC, with what it says of itself (RFC 8852, RFC 9143).

    `repaired_rid` is set on an RTX stream of a simulcast layer. Empty: not said.
    """

    ssrc: int
    payload_type: int
    mid: str = ""
    rid: str = ""
    repaired_rid: str = ""


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

    def stream_started(self, peer: PeerKey, started: StreamStarted) -> None:
        """A stream that is no known source's."""
        ...

    def key_frame_started(self, peer: PeerKey, ssrc: int) -> None:
        """A key frame begins on a source that was watched, or waited for; the watch is over."""
        ...

    def key_frame_needed(self, peer: PeerKey, ssrc: int) -> None:
        """The source is missing in a slot that had to drop it; the slot goes on with its next key frame."""
        ...

    def packets_missing(self, peer: PeerKey, ssrc: int, sequences: Sequence[int]) -> None:
        """These numbers of a video source were skipped; told once."""
        ...

    def address_moved(self, peer: PeerKey, address: Address) -> None:
        """An authentic, new packet came from an unknown address: the way to the peer has moved there."""
        ...

    def connection_closed(self, address: Address) -> None:
        """A TCP connection is gone."""
        ...


class Plane(Protocol):
    """Moves packets. Calls with an unknown peer, source or sink do nothing: it may just have left."""

    async def start(self, events: PlaneEvents) -> int:
        """Open the sockets and begin; returns the port. Raises OSError when it cannot be had."""
        ...

    def close(self) -> None:
        """Close the sockets and forget everything."""
        ...

    def send(self, data: bytes, address: Address) -> None:
        """Send a datagram as it is (STUN, DTLS)."""
        ...

    def add_peer(self, peer: PeerKey, keys: SrtpKeys, address: Address, numbering: Numbering) -> None:
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

    def try_address(self, peer: PeerKey, address: Address) -> None:
        """Send to this address, on somebody's word alone. The peer's first authentic packet from there is
        told by `address_moved`, as if the address were unknown."""
        ...

    def add_source(self, peer: PeerKey, source: Source) -> None:
        """Know a stream the peer publishes; the same SSRC again completes it (its RTX stream)."""
        ...

    def add_sink(self, peer: PeerKey, sink: Sink) -> None:
        """Open a slot for the peer."""
        ...

    def connect(self, source_peer: PeerKey, source_ssrc: int, sink_peer: PeerKey, sink_ssrc: int) -> None:
        """Fill the slot with the source. Video changes over when the source's next key frame begins; what
        was in the slot goes on until then, and so do its numbers afterwards."""
        ...

    def disconnect(self, sink_peer: PeerKey, sink_ssrc: int) -> None:
        """Empty the slot."""
        ...

    def wire_into(self, sink_peer: PeerKey, sink_ssrc: int) -> Wire | None:
        """What fills the slot at the moment, else what it waits for."""
        ...

    def wires_from(self, source_peer: PeerKey, source_ssrc: int) -> list[Wire]:
        """What the source fills at the moment."""
        ...

    def set_clock(self, peer: PeerKey, ssrc: int, ntp_s: float, rtp_timestamp: int) -> None:
        """The source's clock, from its sender report: lets layers of one camera change over in step."""
        ...

    def watch_key_frame(self, peer: PeerKey, ssrc: int) -> None:
        """Tell, once, when the source's next key frame begins."""
        ...

    def still_missing(self, peer: PeerKey, ssrc: int, sequences: Sequence[int]) -> list[int]:
        """Those numbers of a video source that have not come, not even as a retransmission."""
        ...

    def resend(
        self, sink_peer: PeerKey, sink_ssrc: int, sequences: Sequence[int], again_s: float, most_bytes: float
    ) -> list[int]:
        """Answer a NACK: send these (outgoing) numbers again as RTX, if they are kept; none a few times, or
        within `again_s`, and no more once `most_bytes` are sent. Gives the bytes of each that went."""
        ...

    def send_padding(self, sink_peer: PeerKey, sink_ssrc: int, packets: int) -> int:
        """Send so many packets of no news on the slot's RTX stream, to probe the way: what is kept once more,
        else mere padding. Gives the bytes sent."""
        ...

    def take_arrivals(self, peer: PeerKey) -> list[tuple[int, float]]:
        """(transport-wide sequence number, monotonic s) of what came from the peer since the last call."""
        ...

    def sent(self, peer: PeerKey, base_sequence: int, count: int) -> list[tuple[float, int] | None]:
        """(monotonic s, bytes) of what went to the peer under these transport-wide numbers; None: unknown."""
        ...

    def sent_bytes(self, peer: PeerKey) -> int:
        """All that has gone to the peer so far."""
        ...

    def send_rtcp(self, peer: PeerKey, data: bytes) -> None:
        """Protect and send a compound RTCP packet."""
        ...

    def take_levels(self, peers: Sequence[PeerKey]) -> dict[PeerKey, int]:
        """Loudness of each peer's sound since the last call in -dBov: 0 loudest, 127 silence (RFC 6464).

        Whose sound did not come, or without a level, is left out.
        """
        ...

    def peer_stats(self, peer: PeerKey) -> PeerStats | None:
        """One peer's counters."""
        ...

    def ignored(self) -> dict[str, int]:
        """What was dropped so far, by reason."""
        ...

    def stats(self) -> PlaneStats:
        """All counters."""
        ...
