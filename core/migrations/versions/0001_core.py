"""Tables of core: outbox, leases of jobs, idempotent answers."""

import sqlalchemy as sa
from alembic import op

from core.database import Instant, Json

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("payload", Json(), nullable=False),
        sa.Column("dedupe_key", sa.String(200)),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("done_at", Instant()),
        sa.Column("last_error", sa.String(200)),
    )
    undone = sa.text("done_at IS NULL")
    op.create_index("outbox_due", "outbox", ["due_at"], sqlite_where=undone, postgresql_where=undone)
    op.create_index("outbox_dedupe", "outbox", ["topic", "dedupe_key"], unique=True)
    op.create_table(
        "job_lease",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("lease_until", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
    )
    op.create_table(
        "idempotency",
        sa.Column("actor", sa.String(100), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("response", Json(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
    )
