"""A reader of a conversation as the protocol asks of every client: what it knows, how changes alter it. Pure.

Keep a cursor without gaps, take changes in order, let the higher revision of a message win, never move a
read mark back. Replaying from any cursor ends in the same state.
The browser's is web/src/join/chat/history.ts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from chat.model import Change, Kind
from core.ids import MessageId, PersonId


@dataclass(frozen=True)
class Message:
    """A message as it is shown; `sequence` is its place."""

    message_id: MessageId
    sequence: int
    sender_id: PersonId
    at: datetime
    text: str
    revision: int
    deleted: bool


@dataclass(frozen=True)
class History:
    """Everything up to and including `cursor`."""

    cursor: int = 0
    messages: Mapping[MessageId, Message] = field(default_factory=dict)
    read: Mapping[PersonId, int] = field(default_factory=dict)

    def shown(self) -> list[Message]:
        """The messages in their order."""
        return sorted(self.messages.values(), key=lambda message: message.sequence)


def apply(history: History, changes: Iterable[Change]) -> History:
    """`history` after those of `changes` that follow it without a gap; known ones are passed over."""
    for change in sorted(changes, key=lambda change: change.sequence):
        if change.sequence == history.cursor + 1:
            history = replace(_MERGES[change.kind](history, change), cursor=change.sequence)
    return history


def _merge_message(history: History, change: Change) -> History:
    if change.message_id is None:
        return history
    known = history.messages.get(change.message_id)
    if known is not None and known.revision >= change.revision:
        return history
    merged = Message(
        message_id=change.message_id,
        sequence=known.sequence if known else change.sequence,
        sender_id=change.sender_id,
        at=known.at if known else change.at,
        text=change.text or "",
        revision=change.revision,
        deleted=change.deleted,
    )
    return replace(history, messages={**history.messages, change.message_id: merged})


def _merge_read(history: History, change: Change) -> History:
    mark = max(history.read.get(change.sender_id, 0), change.read_sequence or 0)
    return replace(history, read={**history.read, change.sender_id: mark})


_MERGES = {
    Kind.MESSAGE: _merge_message,
    Kind.EDIT: _merge_message,
    Kind.DELETE: _merge_message,
    Kind.READ: _merge_read,
}
