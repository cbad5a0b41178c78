"""Whose a packet may be that comes from an address nobody is known to have, or that is not its sender's.

A peer is looked for by the SSRC the packet names; whose keys fit has moved there. Many may use the same one
(browsers that only look on report as 1), and every try costs an SRTP check, so those who are likely to have
moved come first and the tries are counted, of one host and of all. Not here: trying (media/python_path.py).
"""

from collections.abc import Iterable

from core.allowance import Allowance
from media.plane import Address
from media.python_streams import Peer

TRIES_PER_S = 400  # of all strangers together: what a flood can cost
HOST_TRIES_PER_S = 100
HOST_GROUPS = 64  # by chance; a host shares its tries with the others of its group
CANDIDATES = 8  # for one packet; the next one tries others
QUIET_S = 0.2  # who looks on reports more often than that


class Movers:
    """The peers of a plane, by the SSRCs they use."""

    def __init__(self) -> None:
        self._by_ssrc: dict[int, list[Peer]] = {}
        self._all = Allowance(TRIES_PER_S, TRIES_PER_S)
        self._hosts = tuple(Allowance(HOST_TRIES_PER_S, HOST_TRIES_PER_S) for _ in range(HOST_GROUPS))

    def __len__(self) -> int:
        return len(self._by_ssrc)

    def know(self, ssrc: int, peer: Peer) -> None:
        """The peer sends under this SSRC."""
        known = self._by_ssrc.setdefault(ssrc, [])
        if peer not in known:
            known.append(peer)

    def forget(self, peer: Peer, ssrcs: Iterable[int]) -> None:
        """The peer is gone."""
        for ssrc in ssrcs:
            others = [other for other in self._by_ssrc.get(ssrc, ()) if other is not peer]
            if others:
                self._by_ssrc[ssrc] = others
            else:
                self._by_ssrc.pop(ssrc, None)

    def clear(self) -> None:
        """Forget all."""
        self._by_ssrc.clear()

    def likely(self, ssrc: int, address: Address, now: float, besides: Peer | None) -> list[Peer]:
        """Who may have sent it, the likeliest first: at the same host, or not heard for a moment."""
        others = [peer for peer in self._by_ssrc.get(ssrc, ()) if peer is not besides]
        if len(others) <= 1:
            return others
        quiet, host = now - QUIET_S, address[0]
        others.sort(key=lambda peer: peer.heard_at > quiet and peer.address[0] != host)
        return others[:CANDIDATES]

    def may_try(self, host: str, now: float) -> bool:
        """Count a try for a packet from this host."""
        own = self._hosts[hash(host) % len(self._hosts)]
        return own.take(1, now) and self._all.take(1, now)

    def tried(self, ssrc: int, peer: Peer) -> None:
        """It was not this one: others have their turn with the next packet."""
        known = self._by_ssrc[ssrc]
        known.remove(peer)
        known.append(peer)
