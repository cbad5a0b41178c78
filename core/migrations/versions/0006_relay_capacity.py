"""Relays tell how many participants they take."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("relay", sa.Column("max_participants", sa.Integer))
