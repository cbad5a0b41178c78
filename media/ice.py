"""ICE-lite: answers connectivity checks, never sends any (RFC 8445 2.5, 7.3). Pure: bytes in, a verdict out.

A check counts only with our username fragment, a right MESSAGE-INTEGRITY and a FINGERPRINT. Everything else
is ignored without an answer, by reason, so that nobody learns or changes anything without the password.
"""

import ipaddress
import secrets
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from aioice import stun

from media.plane import Address

MAGIC_COOKIE = (0x2112A442).to_bytes(4, "big")
FINGERPRINT = b"\x80\x28\x00\x04"  # its type and length
UFRAG_BYTES = 4  # 8 characters; RFC 8445 5.3 asks for at least 24 bits
PASSWORD_BYTES = 16  # 32 characters; RFC 8445 5.3 asks for at least 128 bits
MAX_USERNAME = 513  # RFC 8489 14.3
ROLE_CONFLICT = (487, "Role Conflict")

# What aioice raises on bytes that are no STUN message.
PARSE_ERRORS = (ValueError, struct.error, IndexError)


@dataclass(frozen=True)
class IceCredentials:
    """One side's username fragment and password."""

    ufrag: str
    password: str = field(repr=False)

    @classmethod
    def random(cls) -> "IceCredentials":
        return cls(secrets.token_hex(UFRAG_BYTES), secrets.token_hex(PASSWORD_BYTES))


@dataclass(frozen=True)
class Check:
    """An authentic check, from whom it is and what to answer. `accepted` is false on a role conflict.

    `transaction_id`: the sender never uses it for another check; who sends a captured one again does.
    """

    ufrag: str
    remote_ufrag: str
    nominated: bool
    accepted: bool
    transaction_id: bytes
    answer: bytes


@dataclass(frozen=True)
class Ignored:
    """No check of ours."""

    reason: str


def read_check(data: bytes, address: Address, password_of: Callable[[str], str | None]) -> Check | Ignored:
    """What the datagram is. `password_of` gives our password by our username fragment."""
    if data[4:8] != MAGIC_COOKIE:
        return Ignored("stun_malformed")
    try:
        message = stun.parse_message(data)
    except PARSE_ERRORS:
        return Ignored("stun_malformed")
    if message.message_method != stun.Method.BINDING or message.message_class != stun.Class.REQUEST:
        return Ignored("stun_not_a_check")
    if data[-8:-4] != FINGERPRINT:  # last (RFC 8489 14.7), and nothing but itself: it is not authenticated
        return Ignored("stun_no_fingerprint")
    ours, _, theirs = str(message.attributes.get("USERNAME", ""))[:MAX_USERNAME].partition(":")
    password = password_of(ours)
    if password is None or not theirs:
        return Ignored("stun_unknown_user")
    if not message.check_message_integrity(password.encode()):
        return Ignored("stun_not_authentic")
    return _answered(message, address, ours, theirs, password)


def _answered(message: stun.Message, address: Address, ours: str, theirs: str, password: str) -> Check:
    # We are always controlled: whoever says so of itself must change its mind (RFC 8445 7.3.1.1).
    conflict = "ICE-CONTROLLED" in message.attributes
    answer = stun.Message(
        stun.Method.BINDING,
        stun.Class.ERROR if conflict else stun.Class.RESPONSE,
        message.transaction_id,
        {"ERROR-CODE": ROLE_CONFLICT} if conflict else {"XOR-MAPPED-ADDRESS": _seen(address)},
    )
    answer.add_message_integrity(password.encode())
    return Check(
        ufrag=ours,
        remote_ufrag=theirs,
        nominated="USE-CANDIDATE" in message.attributes and not conflict,
        accepted=not conflict,
        transaction_id=message.transaction_id,
        answer=bytes(answer),
    )


def _seen(address: Address) -> tuple[str, int]:
    """The address as the peer knows it: a socket for both families shows IPv4 as ::ffff:a.b.c.d."""
    ip = ipaddress.ip_address(address[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return str(mapped or ip), int(address[1])
