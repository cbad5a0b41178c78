"""One participant as the relay holds it: the seat, the transport, the offer, the state of the media."""

from dataclasses import dataclass, field
from typing import Literal

from core.ids import ParticipantId
from media.codecs import CODEC_OF, MEDIA_TYPE_OF_RTX, Kind
from media.describing import restarted
from media.errors import OfferOutdated, SdpRefused
from media.ice import IceCredentials
from media.model import PageReport, ParticipantStats, Rated, StreamStats, Track
from media.plane import Numbering, PeerStats, Sink, StreamStarted, is_tcp
from media.quality import rating_of
from media.room import Seat
from media.sdp import Answer, AnsweredLine, OfferParameters, SlotSsrcs, build_offer, parse_answer
from media.sdp_client_offer import ClientOffer
from media.statistics import Rates
from media.transport import Transport


@dataclass
class Member:
    """What is below `answered_with` is of the last tick."""

    seat: Seat
    transport: Transport
    described: OfferParameters
    sdp: str
    state: Literal["joining", "connected", "silent"] = "joining"
    offered: ClientOffer | None = None  # by a device, to which `sdp` is our answer
    fragment: str = ""  # our part of its last ICE restart
    answered_with: str | None = None
    last: PeerStats | None = None
    rates: Rates = field(default_factory=Rates)
    target_bps: int | None = None
    told: PageReport = field(default_factory=PageReport)  # by their page, lately
    streams: tuple[StreamStats, ...] = ()

    def read(self, sdp: str) -> Answer | None:
        """The answer to the current offer; None when this one is known. Raises SdpRefused, OfferOutdated."""
        if self.answered_with == sdp:
            return None
        answer = parse_answer(sdp, self.described.layout, self.described.features)
        if self.answered_with is not None:
            raise OfferOutdated("this offer has been answered")
        before = self.transport.answer
        if before is not None and before.fingerprints != answer.fingerprints:
            raise SdpRefused("an ICE restart keeps the certificate")
        self.answered_with = sdp
        return answer

    def restart(self, seat: Seat, credentials: IceCredentials) -> None:
        """The next offer, for an ICE restart."""
        self.seat = seat
        self.described = restarted(self.described, seat.offer_number, credentials)
        self.sdp, self.answered_with = build_offer(self.described), None

    @property
    def protocol(self) -> Literal["udp", "tcp"] | None:
        """How packets go to and fro at the moment."""
        address = self.transport.address
        if not self.transport.keyed or address is None:
            return None
        return "tcp" if is_tcp(address) else "udp"

    def tracks(self, other: ParticipantId | None) -> tuple[Track, ...]:
        """Whose each m-line of our offer is: their own, or the other's."""
        own = self.seat.participant_id
        return tuple(
            Track(line.mid, own if line.direction == "recvonly" else other, line.kind)
            for line in self.described.layout
        )

    def codec(self, kind: Kind) -> str:
        """The name of the codec they send; empty when they send none of this kind."""
        lines = self.transport.answer.lines if self.transport.answer is not None else ()
        sent = (codec.name for line in lines if line.sends and line.kind == kind for codec in line.codecs)
        return next(sent, "")

    def was_heard(self, since: float) -> bool:
        """Whether anything authentic has come from them (monotonic s)."""
        media_at = self.last.heard_at if self.last is not None else 0.0
        return max(self.transport.heard_at, media_at) > since

    @property
    def worst(self) -> StreamStats | None:
        """Their worst stream, of those that are judged."""
        judged = (stream for stream in self.streams if stream.score is not None)
        return min(judged, key=lambda stream: stream.score or 0, default=None)

    @property
    def rated(self) -> Rated | None:
        """How well off they are, if anything of theirs is judged."""
        worst = self.worst
        if worst is None or worst.score is None:
            return None
        rating = rating_of(worst.score)
        return Rated(rating) if rating == "excellent" else Rated(rating, worst.cause, worst.direction)

    def stats(self) -> ParticipantStats:
        """The last second, for people."""
        worst = self.worst
        heard = (stream.mos for stream in self.streams if stream.direction == "down")
        return ParticipantStats(
            participant_id=self.seat.participant_id,
            seat=self.seat.number,
            state=self.state,
            transport=self.protocol,
            up_bps=self.rates.up_bps,
            down_bps=self.rates.down_bps,
            loss_up_pct=self.rates.loss_up_pct,
            loss_down_pct=self.rates.loss_down_pct,
            rtt_ms=self.rates.rtt_ms,
            received_packets=self.last.received_packets if self.last is not None else 0,
            sent_packets=self.last.sent_packets if self.last is not None else 0,
            target_bps=self.target_bps,
            score=worst.score if worst is not None else None,
            cause=worst.cause if worst is not None else None,
            worst=worst.direction if worst is not None else None,
            mos=min((mos for mos in heard if mos is not None), default=None),
            candidate_type=self.told.candidate_type,
            protocol=self.told.protocol,
            freezes=self.told.freezes,
            frozen_ms=self.told.frozen_ms,
            streams=self.streams,
            device=self.seat.device.purpose if self.seat.device is not None else None,
        )


def numbering(answer: Answer) -> Numbering:
    """How the peer numbers what it sends; bundled m-lines share one space (RFC 8843 9.1)."""
    sending = [line for line in answer.lines if line.sends]
    return Numbering(
        payload_types={theirs: ours for line in sending for theirs, ours in line.payload_map.items()},
        extensions={theirs: ours for line in sending for theirs, ours in line.extension_map.items()},
    )


def sink_of(line: AnsweredLine, slot: SlotSsrcs) -> Sink:
    """The slot of a receiving m-line, in the peer's own numbers."""
    types = {ours: theirs for theirs, ours in line.payload_map.items()}
    extensions = {ours: theirs for theirs, ours in line.extension_map.items()}
    return Sink(slot.ssrc, slot.rtx_ssrc, line.kind, types, extensions)


def line_of(answer: Answer | None, started: StreamStarted) -> AnsweredLine | None:
    """Whose an SSRC is that the answer did not name: by its mid, its rid, else by its payload type."""
    codec = CODEC_OF.get(MEDIA_TYPE_OF_RTX.get(started.payload_type, started.payload_type))
    rid = started.repaired_rid or started.rid
    for line in answer.lines if answer is not None else ():
        fits = line.sends and codec is not None and line.kind == codec.kind
        named = started.mid == line.mid or (not started.mid and line.ssrc is None)
        if fits and named and (rid in line.rids if line.rids else not rid):
            return line
    return None
