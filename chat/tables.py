"""Tables of chat. `care_id` has no foreign key: chat does not know the scheduler's tables."""

import sqlalchemy as sa

from core.database import Instant, metadata

conversation = sa.Table(
    "conversation",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("care_id", sa.String(36), nullable=False),
    # Moves by exactly one, and only a change with this very number may be logged (triggers).
    sa.Column("latest_sequence", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("created_at", Instant(), nullable=False),
    sa.Index("one_conversation", "care_id", unique=True),
)


def _conversation() -> sa.Column[str]:
    return sa.Column(
        "conversation_id", sa.String(36), sa.ForeignKey("conversation.id"), primary_key=True, nullable=False
    )


conversation_member = sa.Table(
    "conversation_member",
    metadata,
    _conversation(),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("joined_at", Instant(), nullable=False),
    # What was said before `reads_from` is not shown to them, from `reads_until` on nothing, and nothing
    # before it is `opens_at`. NULL: no bound.
    sa.Column("reads_from", Instant()),
    sa.Column("reads_until", Instant()),
    sa.Column("writes", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("opens_at", Instant()),
    sa.Index("conversation_member_person", "person_id"),
)

message = sa.Table(
    "message",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("conversation_id", sa.String(36), sa.ForeignKey("conversation.id"), nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("sender_id", sa.String(36), sa.ForeignKey("person.id"), nullable=False),
    sa.Column("client_message_id", sa.String(36), nullable=False),
    sa.Column("body_hash", sa.String(64), nullable=False),  # of the text as first sent
    sa.Column("text", sa.Text, nullable=False),  # as it is now; empty once deleted
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("created_at", Instant(), nullable=False),
    sa.Column("edited_at", Instant()),
    sa.Column("deleted_at", Instant()),
    sa.CheckConstraint("deleted_at IS NULL OR text = ''", name="deleted_message_is_empty"),
    sa.Index("message_once", "conversation_id", "sender_id", "client_message_id", unique=True),
    sa.Index("message_place", "conversation_id", "sequence", unique=True),
    sa.Index("message_sender", "sender_id", "created_at"),
)

change_log = sa.Table(
    "change_log",
    metadata,
    _conversation(),
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), nullable=False),
    sa.Column("message_id", sa.String(36), sa.ForeignKey("message.id")),
    sa.Column("read_sequence", sa.BigInteger),
    sa.Column("at", Instant(), nullable=False),
    sa.CheckConstraint("kind IN ('message', 'edit', 'delete', 'read')", name="change_kind_known"),
    sa.CheckConstraint("(kind = 'read') = (message_id IS NULL)", name="change_has_its_message"),
    sa.CheckConstraint("(kind = 'read') = (read_sequence IS NOT NULL)", name="change_has_its_mark"),
    sa.Index("change_log_message", "message_id"),
)

read_marker = sa.Table(
    "read_marker",
    metadata,
    _conversation(),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("sequence", sa.BigInteger, nullable=False),  # never less than before (trigger)
    sa.Column("at", Instant(), nullable=False),
)
