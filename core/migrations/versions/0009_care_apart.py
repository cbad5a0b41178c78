"""Clients and therapists who are kept apart, and members of a conversation whose view has bounds."""

import sqlalchemy as sa
from alembic import op

from core.database import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "care_apart",
        sa.Column("client_id", sa.String(36), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("therapist_id", sa.String(36), sa.ForeignKey("therapist.id"), primary_key=True),
        sa.Column("created_at", Instant(), nullable=False),
    )
    op.add_column("conversation_member", sa.Column("reads_from", Instant()))
    op.add_column("conversation_member", sa.Column("reads_until", Instant()))
    op.add_column(
        "conversation_member", sa.Column("writes", sa.Boolean, nullable=False, server_default=sa.true())
    )
