"""Who was in a room and when, so that what happened can be told after it, also by another process."""

import sqlalchemy as sa
from alembic import op

from core.database import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendance",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("room_id", sa.String(36), sa.ForeignKey("room.id"), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("here", sa.Boolean, nullable=False),
        sa.CheckConstraint("role IN ('client', 'therapist')", name="attendance_role_known"),
    )
    op.create_index("attendance_room", "attendance", ["room_id", "at"])
