"""What follows from RTCP: who is told what. Decisions only; bytes in and out, `now` given.

What a subscriber misses is sent again from the plane's cache; key-frame requests are merged; sender reports
are rewritten per subscriber; receiver reports are our own (RFC 3550 6.4.2), never passed on; the far side's
bandwidth estimate goes to the publisher. What publishers are told of their own way is in media/uplink.py.
"""

import secrets
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.allowance import Allowance
from media import rtcp
from media.keyrequests import KeyFrameRequests, SourceKey
from media.plane import PeerKey, SourceStats, Wire
from media.reception import ReceptionCount, fraction_lost
from media.sdp import CNAME
from media.tallies import Tallies

MAX_TRANSPORT_FEEDBACKS = 2  # per compound; browsers put one in, or two after a pause
MAX_NACKED_PACKETS = 512  # per message; more is a stream to be restarted by a key frame
RESEND_AGAIN_S = 0.05  # at least; a request that was sent before the answer had come is no new one
RESEND_SHARE = 1.0  # of what the way carries, over a second: beside the media themselves
REMEMBERED_REPORTS = 8  # sender reports per slot whose echo still tells the round trip
OUR_SSRC = secrets.randbits(31) | 1  # we as the sender of feedback


class Wires(Protocol):
    """The part of a plane that is asked here."""

    def wire_into(self, sink_peer: PeerKey, sink_ssrc: int) -> Wire | None: ...
    def wires_from(self, source_peer: PeerKey, source_ssrc: int) -> list[Wire]: ...
    def set_clock(self, peer: PeerKey, ssrc: int, ntp_s: float, rtp_timestamp: int) -> None: ...
    def resend(
        self, sink_peer: PeerKey, sink_ssrc: int, sequences: Sequence[int], again_s: float, most_bytes: float
    ) -> list[int]: ...


@dataclass(frozen=True)
class Outgoing:
    """RTCP for one peer; `key_frame_of`: the source a key frame is asked of with it."""

    peer: PeerKey
    data: bytes
    key_frame_of: int | None = None


@dataclass
class LinkQuality:
    """What a peer's own reports say of the way to it."""

    rtt_ms: float | None = None
    loss_pct: float | None = None


class Estimates(Protocol):
    """Who judges the way to a subscriber (media/downlink.py)."""

    def target_bps(self, peer: PeerKey) -> int: ...
    def transport_feedback(self, peer: PeerKey, fci: bytes, now: float) -> None: ...
    def remb(self, peer: PeerKey, bps: int, ssrcs: Sequence[int], now: float) -> None: ...
    def receiver_report(self, peer: PeerKey, lost: float, rtt_s: float | None, now: float) -> None: ...


class Feedback:
    """The feedback of all peers of one relay."""

    def __init__(self, wires: Wires, estimates: Estimates, tallies: Tallies | None = None) -> None:
        self._wires, self._estimates = wires, estimates
        self._tallies = Tallies() if tallies is None else tallies
        self._ssrc = OUR_SSRC
        self._key_frames = KeyFrameRequests()
        self._forwarded: dict[SourceKey, OrderedDict[int, float]] = {}  # by sink: middle NTP bits -> when
        self._last_report: dict[SourceKey, tuple[int, float]] = {}  # by source: middle NTP bits, when
        self._counts: dict[SourceKey, ReceptionCount] = {}  # by source: as of our last report
        self._resendable: dict[PeerKey, Allowance] = {}  # bytes
        self.quality: dict[PeerKey, LinkQuality] = {}
        self.counters: Counter[str] = Counter()

    def received(self, peer: PeerKey, data: bytes, now: float) -> list[Outgoing]:
        """What a compound packet from `peer` leads to."""
        packets = rtcp.parse(data)
        if packets is None:
            self.counters["rtcp_malformed"] += 1
            return []
        outgoing: list[Outgoing] = []
        feedbacks = 0
        for packet in packets:
            handler = _HANDLERS.get(type(packet))
            feedbacks += isinstance(packet, rtcp.TransportFeedbackPacket)
            if handler is Feedback._transport_feedback and feedbacks > MAX_TRANSPORT_FEEDBACKS:
                self.counters["transport_feedback_too_much"] += 1
            elif handler is not None:
                outgoing += handler(self, peer, packet, now)
        return outgoing

    def key_frame(self, peer: PeerKey, ssrc: int, now: float, at_once: bool = False) -> list[Outgoing]:
        """Somebody needs a key frame of this source; `at_once`: whoever asked a moment ago."""
        return self._ask(self._key_frames.request((peer, ssrc), now, at_once))

    def rtt_s(self, peer: PeerKey) -> float | None:
        """The peer's round trip, if it is known."""
        quality = self.quality.get(peer)
        return quality.rtt_ms / 1000 if quality is not None and quality.rtt_ms is not None else None

    def key_frame_started(self, peer: PeerKey, ssrc: int) -> None:
        """What was asked for has come."""
        self._key_frames.started((peer, ssrc))

    def due(self, now: float) -> list[Outgoing]:
        """Key-frame requests that were held back, or have had no effect."""
        return self._ask(self._key_frames.due(now))

    def next_due(self) -> float | None:
        """When `due` should be asked again."""
        return self._key_frames.next_due()

    def report(self, peer: PeerKey, sources: Sequence[SourceStats], now: float) -> Outgoing:
        """Our receiver report to a publisher, for what has come since the last one."""
        blocks = [self._block(peer, source, now) for source in sources if source.count.received_packets]
        return self._packed(peer, rtcp.RtcpRrPacket(self._ssrc, blocks), rtcp.cname(self._ssrc, CNAME))

    def forget(self, peer: PeerKey) -> None:
        """The peer is gone."""
        self._key_frames.forget(peer)
        self.quality.pop(peer, None)
        self._resendable.pop(peer, None)
        for table in (self._forwarded, self._last_report, self._counts):
            for key in [key for key in table if key[0] == peer]:
                del table[key]

    # One handler per packet type.

    def _sender_report(self, peer: PeerKey, packet: rtcp.RtcpSrPacket, now: float) -> list[Outgoing]:
        self._measured(peer, packet.reports, now)
        info = packet.sender_info
        middle = info.ntp_timestamp >> 16 & 0xFFFFFFFF
        self._wires.set_clock(peer, packet.ssrc, info.ntp_timestamp / (1 << 32), info.rtp_timestamp)
        wires = [w for w in self._wires.wires_from(peer, packet.ssrc) if w.source_ssrc == packet.ssrc]
        if wires:
            self._last_report[peer, packet.ssrc] = (middle, now)
        return [self._rewritten(wire, info, middle, now) for wire in wires if wire.span_packets]

    def _rewritten(self, wire: Wire, info: rtcp.RtcpSenderInfo, middle: int, now: float) -> Outgoing:
        """The publisher's clock pair stays, so that its sound and picture stay in step."""
        remembered = self._forwarded.setdefault((wire.sink_peer, wire.sink_ssrc), OrderedDict())
        remembered[middle] = now
        while len(remembered) > REMEMBERED_REPORTS:
            remembered.popitem(last=False)
        sender = rtcp.RtcpSenderInfo(
            ntp_timestamp=info.ntp_timestamp,
            rtp_timestamp=info.rtp_timestamp + wire.timestamp_offset & 0xFFFFFFFF,
            packet_count=wire.sent_packets & 0xFFFFFFFF,
            octet_count=wire.sent_octets & 0xFFFFFFFF,
        )
        report = rtcp.RtcpSrPacket(ssrc=wire.sink_ssrc, sender_info=sender)
        return self._packed(wire.sink_peer, report, rtcp.cname(wire.sink_ssrc, CNAME))

    def _receiver_report(self, peer: PeerKey, packet: rtcp.RtcpRrPacket, now: float) -> list[Outgoing]:
        self._measured(peer, packet.reports, now)
        return []

    def _measured(self, peer: PeerKey, reports: Sequence[rtcp.RtcpReceiverInfo], now: float) -> None:
        """Round trip from LSR and DLSR (RFC 3550 6.4.1), against when *we* sent that report on."""
        losses = []
        for report in reports:
            forwarded = self._forwarded.get((peer, report.ssrc))
            if forwarded is None:
                continue
            losses.append(report.fraction_lost * 100 / 256)
            tally = self._tallies.of(peer, report.ssrc)
            tally.lost_pct, tally.jitter = losses[-1], report.jitter
            sent_at = forwarded.get(report.lsr)
            if sent_at is not None:
                round_trip_s = now - sent_at - report.dlsr / 65536
                self._quality(peer).rtt_ms = max(0.0, round_trip_s * 1000)
        if losses:
            self._quality(peer).loss_pct = max(losses)
            self._estimates.receiver_report(peer, max(losses) / 100, self.rtt_s(peer), now)

    def _nack(self, peer: PeerKey, packet: rtcp.RtcpRtpfbPacket, now: float) -> list[Outgoing]:
        """What the cache no longer has cannot be helped; uplink.py asks for what it never had."""
        if packet.fmt == rtcp.RTCP_RTPFB_NACK:
            lost = packet.lost[:MAX_NACKED_PACKETS]
            resent = self._resent(peer, packet.media_ssrc, lost, now)
            self.counters["resent_packets"] += resent
            self.counters["not_resent_packets"] += len(lost) - resent
            if self._wires.wire_into(peer, packet.media_ssrc) is not None:
                tally = self._tallies.of(peer, packet.media_ssrc)
                tally.nacks, tally.resent_packets = tally.nacks + 1, tally.resent_packets + resent
        return []

    def _resent(self, peer: PeerKey, ssrc: int, lost: Sequence[int], now: float) -> int:
        """How many were sent again: what repeats cost is bounded, whatever is asked for."""
        bytes_per_s = RESEND_SHARE * self._estimates.target_bps(peer) / 8
        budget = self._resendable.setdefault(peer, Allowance(bytes_per_s, bytes_per_s))
        budget.per_s = budget.most = bytes_per_s
        again_s = max(RESEND_AGAIN_S, self.rtt_s(peer) or 0.0)
        sent = self._wires.resend(peer, ssrc, lost, again_s, budget.left(now))
        budget.spend(sum(sent))
        return len(sent)

    def _transport_feedback(
        self, peer: PeerKey, packet: rtcp.TransportFeedbackPacket, now: float
    ) -> list[Outgoing]:
        self._estimates.transport_feedback(peer, packet.fci, now)
        return []

    def _payload_feedback(self, peer: PeerKey, packet: rtcp.RtcpPsfbPacket, now: float) -> list[Outgoing]:
        handler = _PAYLOAD_HANDLERS.get(packet.fmt)
        return handler(self, peer, packet, now) if handler is not None else []

    def _key_frame_wanted(self, peer: PeerKey, packet: rtcp.RtcpPsfbPacket, now: float) -> list[Outgoing]:
        fir = packet.fmt == rtcp.RTCP_PSFB_FIR
        outgoing: list[Outgoing] = []
        for ssrc in rtcp.fir_targets(packet.fci) if fir else [packet.media_ssrc]:
            wire = self._wires.wire_into(peer, ssrc)
            if wire is not None:
                self.counters["key_frames_wanted"] += 1
                tally = self._tallies.of(peer, ssrc)
                tally.firs, tally.plis = tally.firs + fir, tally.plis + (not fir)
                source = (wire.source_peer, wire.source_ssrc)
                outgoing += self._ask(self._key_frames.request(source, now))
        return outgoing

    def _bandwidth(self, peer: PeerKey, packet: rtcp.RtcpPsfbPacket, now: float) -> list[Outgoing]:
        estimate = rtcp.remb_bps(packet.fci)
        if estimate is not None:
            self._estimates.remb(peer, *estimate, now)
        return []

    def cap(self, peer: PeerKey, ssrc: int, bps: int) -> Outgoing:
        """Tell a publisher what those who watch can take."""
        return self._packed(peer, rtcp.remb(self._ssrc, bps, [ssrc]))

    # Small parts.

    def _quality(self, peer: PeerKey) -> LinkQuality:
        return self.quality.setdefault(peer, LinkQuality())

    def _block(self, peer: PeerKey, source: SourceStats, now: float) -> rtcp.RtcpReceiverInfo:
        key = (peer, source.ssrc)
        middle, at = self._last_report.get(key, (0, now))
        before = self._counts.get(key, ReceptionCount())
        self._counts[key] = source.count
        return rtcp.RtcpReceiverInfo(
            ssrc=source.ssrc,
            fraction_lost=fraction_lost(before, source.count),
            packets_lost=source.count.lost_packets,
            highest_sequence=source.count.extended_highest,
            jitter=source.count.jitter,
            lsr=middle,
            dlsr=min(0xFFFFFFFF, round((now - at) * 65536)),
        )

    def _ask(self, sources: Sequence[SourceKey]) -> list[Outgoing]:
        self.counters["key_frames_asked"] += len(sources)
        for source in sources:
            self._tallies.of(*source).plis += 1
        return [Outgoing(peer, bytes(rtcp.pli(self._ssrc, ssrc)), ssrc) for peer, ssrc in sources]

    def _packed(self, peer: PeerKey, *packets: rtcp.AnyRtcpPacket) -> Outgoing:
        return Outgoing(peer, b"".join(bytes(packet) for packet in packets))


_Handler = Callable[[Feedback, PeerKey, Any, float], list[Outgoing]]
_HANDLERS: dict[type, _Handler] = {
    rtcp.RtcpSrPacket: Feedback._sender_report,
    rtcp.RtcpRrPacket: Feedback._receiver_report,
    rtcp.RtcpRtpfbPacket: Feedback._nack,
    rtcp.RtcpPsfbPacket: Feedback._payload_feedback,
    rtcp.TransportFeedbackPacket: Feedback._transport_feedback,
}
_PAYLOAD_HANDLERS: dict[int, _Handler] = {
    rtcp.RTCP_PSFB_PLI: Feedback._key_frame_wanted,
    rtcp.RTCP_PSFB_FIR: Feedback._key_frame_wanted,
    rtcp.RTCP_PSFB_APP: Feedback._bandwidth,
}
