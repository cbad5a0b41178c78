"""Which exercises of the library a therapist has marked as their own favourites."""

import sqlalchemy as sa
from alembic import op

from core.database import Instant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exercise_favourite",
        sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("exercise_id", sa.String(50), primary_key=True),
        sa.Column("created_at", Instant(), nullable=False),
    )
