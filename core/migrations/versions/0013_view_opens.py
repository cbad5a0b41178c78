"""From when on a member sees a conversation at all: who covers a leave sees it during the leave."""

import sqlalchemy as sa
from alembic import op

from core.database import Instant

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversation_member", sa.Column("opens_at", Instant()))
