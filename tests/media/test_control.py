"""The relay's clock: whose turn it is, and that nobody waits for everybody."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from media.control import ARRIVALS_EVERY_S, MOST_SHARES, Control, shares
from media.plane import PeerKey


@given(st.integers(1, 200))
def test_reports_of_arrivals_are_divided_into_equal_shares(count: int) -> None:
    peers = {PeerKey(number) for number in range(count)}
    parts = shares(peers)
    sizes = [len(part) for part in parts]
    assert sorted(peer for part in parts for peer in part) == sorted(peers)
    assert len(parts) <= MOST_SHARES
    assert 0 < min(sizes) <= max(sizes) <= min(sizes) + 1


async def test_in_one_round_everybody_is_told_once_a_few_at_a_time() -> None:
    now, told = [0.0], []

    class Plane:
        def take_arrivals(self, peer: PeerKey) -> list[Any]:
            told.append((peer, now[0]))
            return []

    plane: Any = Plane()
    control = Control(plane, Any, lambda: now[0])  # type: ignore[arg-type]  # asked for nothing here
    everybody = [PeerKey(number) for number in range(25)]
    for peer in everybody:
        control.open(peer)
    for _ in range(MOST_SHARES):
        now[0] = control._arrivals._at + 0.003  # each is late, as on a busy machine
        control._arrivals._ring()
    assert (
        now[0] < 2 * ARRIVALS_EVERY_S
    )  # the first came after one round's time, and lateness is not added up
    assert sorted(peer for peer, _ in told) == everybody
    moments = [at for _, at in told]
    assert max(moments.count(at) for at in moments) == 3
    control.forget(everybody[0])
    told.clear()
    for _ in range(MOST_SHARES):
        control._arrivals._ring()
    assert sorted(peer for peer, _ in told) == everybody[1:]
    control.close()
