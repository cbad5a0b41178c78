"""Typed identifiers and secret tokens.

Ids are UUIDv7 text (RFC 9562 5.7): they sort by time of making, so indexes stay compact; those of one process
in the order it made them. Tokens are secrets: only their hash is ever stored.
"""

import base64
import hashlib
import hmac
import secrets
import threading
import time
import uuid
from typing import NewType

PersonId = NewType("PersonId", str)
EmployerId = NewType("EmployerId", str)
BookingId = NewType("BookingId", str)
CareId = NewType("CareId", str)
RoomId = NewType("RoomId", str)
ParticipantId = NewType("ParticipantId", str)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
RelayId = NewType("RelayId", str)

TOKEN_BYTES = 32


class _Ticks:
    """Milliseconds with a counter below them (RFC 9562 6.2, method 1): each value exceeds the last."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next(self, milliseconds: int) -> int:
        """60 bits: 48 of time, 12 of counter; a counter that runs over borrows from the next millisecond."""
        # Half of the counter is random at the start of a millisecond, so that processes differ in it too.
        wanted = milliseconds << 12 | secrets.randbits(11)
        with self._lock:
            self._last = max(wanted, self._last + 1)
            return self._last


_ticks = _Ticks()


def new_id() -> str:
    """A UUIDv7 as 36 characters."""
    ticks = _ticks.next(time.time_ns() // 1_000_000)
    value = (ticks >> 12 & (1 << 48) - 1) << 80 | 0x7 << 76 | (ticks & 0xFFF) << 64
    return str(uuid.UUID(int=value | 0x2 << 62 | secrets.randbits(62)))


def new_token() -> str:
    """A secret of 256 bits, URL-safe, without padding."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def derived_token(secret: bytes, row_id: str) -> str:
    """A token that can be made again from its row's id by who has the secret, and by nobody else."""
    return base64.urlsafe_b64encode(hmac.digest(secret, row_id.encode(), "sha256")).rstrip(b"=").decode()


def token_hash(token: str) -> str:
    """What is stored of a token: SHA-256 in hexadecimal. A random 256-bit secret needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
