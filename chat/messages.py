"""What goes over the wire, through HTTP and Socket.IO alike: pydantic models and how values become them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from chat.model import Change, Page, Posted
from chat.service import LARGEST_PAGE
from core.http import Body, Reply, Utc

LARGEST_SEQUENCE = 2**53  # what JavaScript can count
RAW_TEXT_CHARS = 16_000  # a coarse bound before cleaning; chat.longest_text_chars decides

Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=RAW_TEXT_CHARS)]
Sequence = Annotated[int, Field(ge=0, le=LARGEST_SEQUENCE)]
Limit = Annotated[int, Field(ge=1, le=LARGEST_PAGE)]


class NewMessage(Body):
    """A message to write. `client_message_id` is made once and kept when sending again."""

    client_message_id: UUID
    text: Text


class NewText(Body):
    """What a message shall say instead."""

    text: Text


class ReadUpTo(Body):
    """How far the reader has seen."""

    sequence: Sequence


class After(Body):
    """Which changes to give: those after a cursor, at most `limit`."""

    after: Sequence = 0
    limit: Limit = LARGEST_PAGE


class Subscribe(Body):
    """Be poked at every change of a conversation."""

    conversation_id: Id


class Post(NewMessage):
    """A message to write, over the socket."""

    conversation_id: Id


class Changes(After):
    """Which changes to give, over the socket."""

    conversation_id: Id


class Auth(Body):
    """Which of the browser's sessions connects."""

    session: Literal["account", "link"] = "account"


class Subscribed(Reply):
    """The pokes come from now on; fetch what lies between the own cursor and `latest`."""

    latest: int


class Poke(Reply):
    """Something changed: fetch."""

    conversation_id: str
    sequence: int


class ConversationReply(Reply):
    """A conversation. `answers_by`: a message written now is answered by then; null where nobody promises."""

    conversation_id: str
    latest: int
    answers_by: Utc | None


class PostedReply(Reply):
    """Where the message stands."""

    message_id: str
    sequence: int
    at: Utc


class SequenceReply(Reply):
    """The number of the change."""

    sequence: int


class ChangeReply(Reply):
    """One entry of the log. Entries about a message carry it as it is now; the higher `revision` wins."""

    sequence: int
    kind: Literal["message", "edit", "delete", "read"]
    sender_id: str
    sender_name: str
    at: Utc
    message_id: str | None
    client_message_id: str | None
    text: str | None
    revision: int
    deleted: bool
    read_sequence: int | None


class ChangesReply(Reply):
    """Changes in order; with `more`, ask again after the last one."""

    changes: list[ChangeReply]
    latest: int
    more: bool


def posted_reply(posted: Posted) -> PostedReply:
    return PostedReply(message_id=posted.message_id, sequence=posted.sequence, at=posted.at)


def changes_reply(page: Page) -> ChangesReply:
    changes = [_change_reply(change) for change in page.changes]
    return ChangesReply(changes=changes, latest=page.latest, more=page.more)


def _change_reply(change: Change) -> ChangeReply:
    return ChangeReply(
        sequence=change.sequence,
        kind=change.kind.value,
        sender_id=change.sender_id,
        sender_name=change.sender_name,
        at=change.at,
        message_id=change.message_id,
        client_message_id=change.client_message_id,
        text=change.text,
        revision=change.revision,
        deleted=change.deleted,
        read_sequence=change.read_sequence,
    )
