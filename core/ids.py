"""Typed identifiers and secret tokens.

Ids are UUIDv7 text (RFC 9562 5.7): they sort by time of making, so indexes stay compact. Tokens are
secrets: only their hash is ever stored.
"""

import hashlib
import secrets
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


def new_id() -> str:
    """A UUIDv7 as 36 characters."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def new_token() -> str:
    """A secret of 256 bits, URL-safe, without padding."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is stored of a token: SHA-256 in hexadecimal. A random 256-bit secret needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
