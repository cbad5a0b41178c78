"""Tables of signaling: rooms, who is in them, and which relays live."""

import sqlalchemy as sa
from alembic import op

from core.database import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _room()
    _participant()
    _relay()


def _room() -> None:
    op.create_table(
        "room",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("booking_id", sa.String(36), sa.ForeignKey("booking.id"), nullable=False),
        sa.Column("conversation_id", sa.String(36), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("relay_id", sa.String(64)),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("closes_at", Instant(), nullable=False),
        sa.Column("opened_at", Instant()),
        sa.Column("call_since", Instant()),
        sa.Column("ended_at", Instant()),
        sa.Column("ended_by", sa.String(16)),
        sa.Column("end_reason", sa.String(16)),
        sa.CheckConstraint("state IN ('waiting', 'open', 'in_call', 'ended')", name="room_state_known"),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="room_end_dated"),
    )
    op.create_index("room_booking", "room", ["booking_id"], unique=True)
    op.create_index("room_state", "room", ["state"])


def _participant() -> None:
    op.create_table(
        "participant",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("room_id", sa.String(36), sa.ForeignKey("room.id"), nullable=False),
        sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tab_id", sa.String(64)),
        sa.Column("connection_id", sa.String(64)),
        sa.Column("grant_id", sa.String(36)),
        sa.Column("seat", sa.Integer, nullable=False),
        sa.Column("microphone", sa.Boolean, nullable=False),
        sa.Column("camera", sa.Boolean, nullable=False),
        sa.Column("media", sa.String(16), nullable=False),
        sa.Column("media_at", Instant()),
        sa.Column("admitted_at", Instant()),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("last_seen", Instant()),
        sa.CheckConstraint(
            "state IN ('waiting', 'admitted', 'joining', 'connected', 'away', 'left', 'ended')",
            name="participant_state_known",
        ),
        sa.CheckConstraint("role IN ('client', 'therapist')", name="participant_role_known"),
        # A seat is only for who was let in.
        sa.CheckConstraint("seat = 0 OR admitted_at IS NOT NULL", name="seat_needs_admission"),
    )
    op.create_index("participant_person", "participant", ["room_id", "person_id"], unique=True)
    op.create_index("participant_role", "participant", ["room_id", "role"], unique=True)
    op.create_index("participant_connection", "participant", ["connection_id"])


def _relay() -> None:
    op.create_table(
        "relay",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("lease_until", Instant(), nullable=False),
        sa.Column("load", sa.Integer, nullable=False),
        sa.Column("draining", sa.Boolean, nullable=False),
    )
