"""Tables of core itself: outbox, leases of jobs, idempotent answers."""

import sqlalchemy as sa

from core.database import Instant, Json, metadata

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("topic", sa.String(64), nullable=False),
    sa.Column("payload", Json(), nullable=False),
    sa.Column("dedupe_key", sa.String(200)),
    sa.Column("created_at", Instant(), nullable=False),
    sa.Column("due_at", Instant(), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("done_at", Instant()),
    sa.Column("last_error", sa.String(200)),
    sa.Index(
        "outbox_due",
        "due_at",
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    ),
    sa.Index("outbox_dedupe", "topic", "dedupe_key", unique=True),
)

job_lease = sa.Table(
    "job_lease",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("holder", sa.String(64), nullable=False),
    sa.Column("lease_until", Instant(), nullable=False),
    sa.Column("due_at", Instant(), nullable=False),
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("actor", sa.String(100), primary_key=True),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("body_hash", sa.String(64), nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("response", Json(), nullable=False),
    sa.Column("created_at", Instant(), nullable=False),
)
