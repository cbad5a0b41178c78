"""Conversations and their changes as values. Pure: no I/O, no clock."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from unicodedata import category

from core.errors import Invalid
from core.ids import MessageId, PersonId

LINE_ENDS = ("\r\n", "\r", "\u2028", "\u2029", "\x85")
KEPT_CONTROLS = frozenset({"\n", "\t"})


class Kind(StrEnum):
    """What a change is."""

    MESSAGE = "message"
    EDIT = "edit"
    DELETE = "delete"
    READ = "read"


@dataclass(frozen=True)
class Change:
    """One entry of a conversation's log.

    Entries about a message carry the message as it is now, so a text deleted since never leaves again;
    `revision` tells which state is newer. READ: `sender_id` has read up to `read_sequence`.
    """

    sequence: int
    kind: Kind
    sender_id: PersonId
    sender_name: str
    at: datetime
    message_id: MessageId | None = None
    client_message_id: str | None = None
    text: str | None = None
    revision: int = 0
    deleted: bool = False
    read_sequence: int | None = None


@dataclass(frozen=True)
class Page:
    """Changes in order; `more` tells whether there are others up to `latest`."""

    changes: tuple[Change, ...]
    latest: int
    more: bool


@dataclass(frozen=True)
class Posted:
    """Where a message stands; `created` is False for a message sent again."""

    message_id: MessageId
    sequence: int
    at: datetime
    created: bool


def clean_text(text: str, longest_chars: int) -> str:
    """One message's text: lines end in newlines, no other control characters, 1 to `longest_chars`.

    Raises Invalid.
    """
    for end in LINE_ENDS:
        text = text.replace(end, "\n")
    kept = "".join(c for c in text if c in KEPT_CONTROLS or category(c) not in {"Cc", "Cs"}).strip()
    if not 1 <= len(kept) <= longest_chars:
        message = f"A message has 1 to {longest_chars} characters"
        raise Invalid(errors=[{"field": "text", "message": message, "rule": "length"}])
    return kept


def must_wait_s(recent: Sequence[datetime], burst: int, window: timedelta, now: datetime) -> int | None:
    """Seconds until the next message may be sent, None if now. `recent`: when the last were, newest first."""
    if len(recent) < burst:
        return None
    left = (recent[burst - 1] + window - now).total_seconds()
    return math.ceil(left) if left > 0 else None
