"""How often one may try: the generic cell rate algorithm, one stored instant per key. Pure.

A key is an account, an address with an account, or an address, so that one company behind one address is
not one client. Only hashes of them are stored. Counting is attempts.py's.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.ids import token_hash

IPV6_SITE_BITS = 64  # one customer has at least a /64 (RFC 6177)


@dataclass(frozen=True)
class Limit:
    """`attempts` at once, refilled evenly over `window`."""

    attempts: int
    window: timedelta

    @property
    def interval(self) -> timedelta:
        return self.window / self.attempts


@dataclass(frozen=True)
class Verdict:
    """`full_until` to store for each key, or how long to wait (then nothing is stored)."""

    full_until: Mapping[str, datetime]
    retry_after_s: int | None


def attempt(limits: Mapping[str, Limit], stored: Mapping[str, datetime], now: datetime) -> Verdict:
    """Count one attempt on every key, or refuse it on all of them."""
    next_until = {key: max(stored.get(key, now), now) + limit.interval for key, limit in limits.items()}
    excess = max(next_until[key] - now - limit.window for key, limit in limits.items())
    if excess > timedelta(0):
        return Verdict({}, max(1, -(-excess // timedelta(seconds=1))))
    return Verdict(next_until, None)


def refund(limits: Mapping[str, Limit], stored: Mapping[str, datetime]) -> dict[str, datetime]:
    """The attempt was right: take it back from every key."""
    return {key: stored[key] - limit.interval for key, limit in limits.items() if key in stored}


def network(address: str) -> str:
    """What stands for an address: itself, or its /64 for IPv6."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, IPV6_SITE_BITS), strict=False))
    return str(parsed)


def key(kind: str, *parts: str) -> str:
    """The stored key: a hash, so that the table names nobody."""
    return token_hash("\n".join((kind, *parts)))
