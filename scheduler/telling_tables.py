"""Tables of who is told besides by mail: webhooks of other systems, and browsers that take push messages."""

import sqlalchemy as sa

from core.database import Instant, Json, metadata

webhook = sa.Table(
    "webhook",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("url", sa.String(2000), nullable=False),
    sa.Column("secret", sa.String(100), nullable=False),
    sa.Column("topics", Json(), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created_by", sa.String(36), sa.ForeignKey("person.id"), nullable=False),
    sa.Column("created_at", Instant(), nullable=False),
)

webhook_delivery = sa.Table(
    "webhook_delivery",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("webhook_id", sa.String(36), sa.ForeignKey("webhook.id"), nullable=False),
    sa.Column("event_id", sa.String(80), nullable=False),  # the same through every retry
    sa.Column("topic", sa.String(64), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("status", sa.Integer),  # of the last answer; NULL: none came
    sa.Column("created_at", Instant(), nullable=False),
    sa.Column("delivered_at", Instant()),
    sa.Index("one_delivery", "webhook_id", "event_id", unique=True),
)

push_subscription = sa.Table(
    "push_subscription",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), nullable=False),
    sa.Column("endpoint", sa.String(2000), nullable=False),
    sa.Column("endpoint_hash", sa.String(64), nullable=False),
    sa.Column("p256dh", sa.String(200), nullable=False),
    sa.Column("auth", sa.String(100), nullable=False),
    sa.Column("locale", sa.String(10), nullable=False),
    sa.Column("created_at", Instant(), nullable=False),
    sa.Column("failed_at", Instant()),
    sa.Index("one_subscription", "person_id", "endpoint_hash", unique=True),
)
