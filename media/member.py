"""One participant as the relay holds it: the seat, the transport, the offer, the state of the media."""

from dataclasses import dataclass, field
from typing import Literal

from media.model import ParticipantStats
from media.plane import PeerStats
from media.room import Seat
from media.sdp import SlotSsrcs
from media.statistics import Rates
from media.transport import Transport


@dataclass
class Member:
    """`slots` by mid of the sending lines; `last` and `rates` are of the last tick."""

    seat: Seat
    transport: Transport
    slots: dict[str, SlotSsrcs]
    sdp: str
    state: Literal["joining", "connected", "silent"] = "joining"
    answered_with: str | None = None
    last: PeerStats | None = None
    rates: Rates = field(default_factory=Rates)

    def stats(self) -> ParticipantStats:
        """The last second, for people."""
        return ParticipantStats(
            participant_id=self.seat.participant_id,
            seat=self.seat.number,
            state=self.state,
            transport="udp" if self.transport.keyed else None,
            up_bps=self.rates.up_bps,
            down_bps=self.rates.down_bps,
            loss_up_pct=self.rates.loss_up_pct,
            loss_down_pct=self.rates.loss_down_pct,
            rtt_ms=self.rates.rtt_ms,
            received_packets=self.last.received_packets if self.last is not None else 0,
            sent_packets=self.last.sent_packets if self.last is not None else 0,
        )
