"""Tables of signaling: rooms, who is and was in them, and which relays live."""

import sqlalchemy as sa

from core.database import Instant, metadata

room = sa.Table(
    "room",
    metadata,
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
    sa.Index("room_booking", "booking_id", unique=True),
    sa.Index("room_state", "state"),
)

participant = sa.Table(
    "participant",
    metadata,
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
    sa.Index("participant_person", "room_id", "person_id", unique=True),
    sa.Index("participant_role", "room_id", "role", unique=True),
    sa.Index("participant_connection", "connection_id"),
)

# Somebody came (`here`) or went; what follows for the booking is read from it when its time is over.
attendance = sa.Table(
    "attendance",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("room_id", sa.String(36), sa.ForeignKey("room.id"), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("at", Instant(), nullable=False),
    sa.Column("here", sa.Boolean, nullable=False),
    sa.CheckConstraint("role IN ('client', 'therapist')", name="attendance_role_known"),
    sa.Index("attendance_room", "room_id", "at"),
)

relay = sa.Table(
    "relay",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("lease_until", Instant(), nullable=False),
    sa.Column("load", sa.Integer, nullable=False),
    sa.Column("draining", sa.Boolean, nullable=False),
    sa.Column("max_participants", sa.Integer),
)
