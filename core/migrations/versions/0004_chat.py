"""Tables of chat, and its laws as the database's own: no gap in a log, no read mark that moves back."""

import sqlalchemy as sa
from alembic import op

from core.database import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.String(36)

LAWS = {
    "sqlite": [
        "CREATE TRIGGER change_log_gapless BEFORE INSERT ON change_log "
        "WHEN NEW.sequence IS NOT (SELECT latest_sequence FROM conversation WHERE id = NEW.conversation_id) "
        "BEGIN SELECT RAISE(ABORT, 'sequence_gap'); END",
        "CREATE TRIGGER conversation_counts BEFORE UPDATE OF latest_sequence ON conversation "
        "WHEN NEW.latest_sequence <> OLD.latest_sequence + 1 "
        "BEGIN SELECT RAISE(ABORT, 'sequence_gap'); END",
        "CREATE TRIGGER read_marker_forward BEFORE UPDATE OF sequence ON read_marker "
        "WHEN NEW.sequence < OLD.sequence BEGIN SELECT RAISE(ABORT, 'read_marker_back'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION change_log_gapless() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.sequence IS DISTINCT FROM "
        "(SELECT latest_sequence FROM conversation WHERE id = NEW.conversation_id) "
        "THEN RAISE EXCEPTION 'sequence_gap'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER change_log_gapless BEFORE INSERT ON change_log "
        "FOR EACH ROW EXECUTE FUNCTION change_log_gapless()",
        "CREATE FUNCTION conversation_counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.latest_sequence <> OLD.latest_sequence + 1 "
        "THEN RAISE EXCEPTION 'sequence_gap'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER conversation_counts BEFORE UPDATE OF latest_sequence ON conversation "
        "FOR EACH ROW EXECUTE FUNCTION conversation_counts()",
        "CREATE FUNCTION read_marker_forward() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.sequence < OLD.sequence THEN RAISE EXCEPTION 'read_marker_back'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER read_marker_forward BEFORE UPDATE OF sequence ON read_marker "
        "FOR EACH ROW EXECUTE FUNCTION read_marker_forward()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", ID, primary_key=True),
        sa.Column("care_id", ID, nullable=False),
        sa.Column("latest_sequence", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("created_at", Instant(), nullable=False),
    )
    op.create_index("one_conversation", "conversation", ["care_id"], unique=True)
    op.create_table(
        "conversation_member",
        sa.Column("conversation_id", ID, sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("person_id", ID, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("joined_at", Instant(), nullable=False),
    )
    op.create_index("conversation_member_person", "conversation_member", ["person_id"])
    _messages()
    _log()
    for statement in LAWS[op.get_context().dialect.name]:
        op.execute(statement)


def _messages() -> None:
    op.create_table(
        "message",
        sa.Column("id", ID, primary_key=True),
        sa.Column("conversation_id", ID, sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("sender_id", ID, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("client_message_id", ID, nullable=False),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("edited_at", Instant()),
        sa.Column("deleted_at", Instant()),
        sa.CheckConstraint("deleted_at IS NULL OR text = ''", name="deleted_message_is_empty"),
    )
    once = ["conversation_id", "sender_id", "client_message_id"]
    op.create_index("message_once", "message", once, unique=True)
    op.create_index("message_place", "message", ["conversation_id", "sequence"], unique=True)
    op.create_index("message_sender", "message", ["sender_id", "created_at"])


def _log() -> None:
    op.create_table(
        "change_log",
        sa.Column("conversation_id", ID, sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("person_id", ID, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("message_id", ID, sa.ForeignKey("message.id")),
        sa.Column("read_sequence", sa.BigInteger),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("kind IN ('message', 'edit', 'delete', 'read')", name="change_kind_known"),
        sa.CheckConstraint("(kind = 'read') = (message_id IS NULL)", name="change_has_its_message"),
        sa.CheckConstraint("(kind = 'read') = (read_sequence IS NOT NULL)", name="change_has_its_mark"),
    )
    op.create_index("change_log_message", "change_log", ["message_id"])
    op.create_table(
        "read_marker",
        sa.Column("conversation_id", ID, sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("person_id", ID, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("at", Instant(), nullable=False),
    )
