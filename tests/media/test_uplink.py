"""What publishers are told of their way to us."""

from types import SimpleNamespace
from typing import Any

from media.plane import PeerKey
from media.uplink import Uplinks


def test_the_report_of_arrivals_names_a_stream_of_the_publishers_own() -> None:
    peer, sources = PeerKey(1), (SimpleNamespace(ssrc=4711), SimpleNamespace(ssrc=4712))
    plane: Any = SimpleNamespace(
        take_arrivals=lambda peer: [(7, 0.5)],
        peer_stats=lambda peer: SimpleNamespace(sources=sources),
    )
    uplinks = Uplinks(plane)
    outgoing = [*uplinks.arrivals(peer, 1.0), *uplinks.arrivals(peer, 2.0)][-1]
    assert int.from_bytes(outgoing.data[8:12], "big") == 4711
