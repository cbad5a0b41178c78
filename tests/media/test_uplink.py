"""What publishers are told of their way to us."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

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


def test_a_stream_whose_losses_cannot_be_judged_keeps_nobody_elses_from_being_asked_for() -> None:
    broken, well = PeerKey(1), PeerKey(2)

    def still_missing(peer: PeerKey, ssrc: int, sequences: Sequence[int]) -> list[int]:
        if peer == broken:
            raise ZeroDivisionError
        return list(sequences)

    plane: Any = SimpleNamespace(still_missing=still_missing)
    uplinks = Uplinks(plane)
    uplinks.missing(broken, 5, [7], 0.0)
    uplinks.missing(well, 5, [7], 0.0)
    with pytest.raises(ZeroDivisionError):
        uplinks.due(1 / 8, lambda peer: None)
    [asked] = uplinks.due(1 / 8, lambda peer: None).asked
    assert asked.peer == well
