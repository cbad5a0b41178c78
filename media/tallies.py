"""What is said about each stream over RTCP, counted. A line per message, none per media packet.

A stream we receive is counted by what we asked of its publisher, a slot by what its viewer asked of us. Only
streams and slots that exist are counted, so that no peer can make this grow. Not here: what follows from a
message (media/feedback.py, media/uplink.py), and what people see of it (media/judging.py).
"""

from dataclasses import dataclass

from media.keyrequests import SourceKey
from media.plane import PeerKey


@dataclass(slots=True)
class Tally:
    """One stream so far. `lost_pct`, `jitter` (in units of its clock): of its receiver's last report."""

    nacks: int = 0
    plis: int = 0
    firs: int = 0
    resent_packets: int = 0
    lost_pct: float | None = None
    jitter: int | None = None


NOTHING_SAID = Tally()


class Tallies:
    """Those of all streams of one relay, by peer and SSRC."""

    def __init__(self) -> None:
        self._tallies: dict[SourceKey, Tally] = {}

    def __len__(self) -> int:
        return len(self._tallies)

    def of(self, peer: PeerKey, ssrc: int) -> Tally:
        """To be counted on."""
        return self._tallies.setdefault((peer, ssrc), Tally())

    def look(self, peer: PeerKey, ssrc: int) -> Tally:
        """To be read."""
        return self._tallies.get((peer, ssrc), NOTHING_SAID)

    def forget(self, peer: PeerKey) -> None:
        """The peer is gone."""
        for key in [key for key in self._tallies if key[0] == peer]:
            del self._tallies[key]
