"""Tables of care. Exercises themselves are files of the program (care/library), so no foreign key to them."""

import sqlalchemy as sa

from core.database import Instant, metadata

exercise_favourite = sa.Table(
    "exercise_favourite",
    metadata,
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("exercise_id", sa.String(50), primary_key=True),
    sa.Column("created_at", Instant(), nullable=False),
)
