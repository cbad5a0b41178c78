"""What is kept to be sent again: bounded in number and time, right across the wrap."""

from hypothesis import given
from hypothesis import strategies as st

from media.cache import MAX_AGE_S, SIZE_PACKETS, PacketCache
from media.packet import Packet


def packet(sequence: int) -> Packet:
    return Packet(0x8060, sequence & 0xFFFF, 0, 1)


@given(st.integers(0, 0xFFFF), st.integers(1, 600))
def test_the_newest_are_kept_and_no_more(start: int, count: int) -> None:
    cache = PacketCache()
    for i in range(count):
        cache.put(packet(start + i), 0.0)
    kept = [i for i in range(count) if cache.get(start + i & 0xFFFF, 0.0) is not None]
    assert kept == list(range(max(0, count - SIZE_PACKETS), count))
    recent = [one.sequence for one in cache.recent(3, 0.0)]
    assert recent == [start + count - 1 - back & 0xFFFF for back in range(min(3, count))]


def test_what_is_old_is_neither_given_nor_held() -> None:
    cache = PacketCache()
    cache.put(packet(1), 0.0)
    cache.put(packet(2), 0.5)
    assert cache.get(1, MAX_AGE_S + 0.1) is None
    assert cache.get(2, MAX_AGE_S + 0.1) is not None
    cache.put(packet(3), MAX_AGE_S + 0.1)
    held = [one.sequence for one in cache._packets if one is not None]
    assert held == [2, 3]


def test_a_late_packet_fills_its_place() -> None:
    cache = PacketCache()
    for sequence in (65535, 1, 0):
        cache.put(packet(sequence), 0.0)
    assert [cache.get(n, 0.0) is not None for n in (65534, 65535, 0, 1, 2)] == [
        False,
        True,
        True,
        True,
        False,
    ]
    assert cache.newest == 1
