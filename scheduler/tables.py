"""Tables of scheduler: therapists' practice and hours, cares, bookings and their history.

What columns cannot say stands in the migration, as triggers (SQLite) or exclusion constraints (PostgreSQL):
th_no_overlap, cl_no_overlap, booking_event_append_only.
"""

import sqlalchemy as sa

from core.database import Instant, Json, metadata

OPEN = sa.text("ended_at IS NULL")
HELD = sa.text("status = 'held'")
STATUSES = "'held', 'requested', 'confirmed', 'fulfilled', 'cancelled', 'noshow', 'expired'"


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(36), primary_key=True)


def _reference(name: str, target: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), sa.ForeignKey(f"{target}.id"), nullable=nullable)


therapist = sa.Table(
    "therapist",
    metadata,
    sa.Column("id", sa.String(36), sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("licence_kind", sa.String(40), nullable=False),
    sa.Column("licence_number", sa.String(40), nullable=False),
    sa.Column("licence_verified_at", Instant()),
    sa.Column("licence_expires_at", Instant()),
    sa.Column("timezone", sa.String(64), nullable=False),
    sa.Column("headline", Json(), nullable=False),
    sa.Column("languages", Json(), nullable=False),
    sa.Column("capacity", sa.Integer, nullable=False),
    # No `active <= capacity`: lowering the capacity ends no care.
    sa.Column("active", sa.Integer, nullable=False, server_default="0"),
    sa.Column("offers", sa.Integer, nullable=False, server_default="0"),
    sa.Column("pause_new", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("created_at", Instant(), nullable=False),
    sa.CheckConstraint("capacity >= 0 AND active >= 0 AND offers >= 0", name="places_counted"),
)

availability_rule = sa.Table(
    "availability_rule",
    metadata,
    _id(),
    _reference("therapist_id", "therapist"),
    sa.Column("weekday", sa.Integer, nullable=False),
    sa.Column("start_minute", sa.Integer, nullable=False),
    sa.Column("end_minute", sa.Integer, nullable=False),
    sa.Column("timezone", sa.String(64), nullable=False),
    sa.Column("valid_from", sa.Date),
    sa.Column("valid_to", sa.Date),
    sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),
    sa.CheckConstraint(
        "0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440", name="rule_in_day"
    ),
    sa.Index("availability_rule_therapist", "therapist_id"),
)

availability_override = sa.Table(
    "availability_override",
    metadata,
    _id(),
    _reference("therapist_id", "therapist"),
    sa.Column("local_date", sa.Date, nullable=False),
    sa.Column("start_minute", sa.Integer),  # both NULL: closed on that date
    sa.Column("end_minute", sa.Integer),
    sa.Column("timezone", sa.String(64), nullable=False),
    sa.CheckConstraint(
        "(start_minute IS NULL AND end_minute IS NULL)"
        " OR (start_minute IS NOT NULL AND end_minute IS NOT NULL"
        " AND 0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440)",
        name="override_in_day",
    ),
    sa.Index("availability_override_therapist", "therapist_id", "local_date"),
)

time_off = sa.Table(
    "time_off",
    metadata,
    _id(),
    _reference("therapist_id", "therapist"),
    sa.Column("starts_at", Instant(), nullable=False),
    sa.Column("ends_at", Instant(), nullable=False),
    sa.CheckConstraint("starts_at < ends_at", name="time_off_forward"),
    sa.Index("time_off_therapist", "therapist_id", "starts_at"),
)

care = sa.Table(
    "care",
    metadata,
    _id(),
    _reference("client_id", "person"),
    _reference("therapist_id", "therapist"),
    sa.Column("started_at", Instant(), nullable=False),
    sa.Column("ended_at", Instant()),
    sa.Column("end_reason", sa.String(40)),
    sa.CheckConstraint("client_id <> therapist_id", name="care_of_another"),
    sa.Index("one_care", "client_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    sa.Index("care_therapist", "therapist_id"),
)

booking = sa.Table(
    "booking",
    metadata,
    _id(),
    sa.Column("uid", sa.String(80), nullable=False),  # iCalendar UID: never changes
    _reference("therapist_id", "therapist"),
    _reference("client_id", "person", nullable=True),
    _reference("care_id", "care", nullable=True),
    sa.Column("holder", sa.String(36), nullable=False),  # person, or link session while nobody is known
    sa.Column("starts_at", Instant(), nullable=False),
    sa.Column("ends_at", Instant(), nullable=False),
    sa.Column("block_from", Instant(), nullable=False),  # the session with its buffers
    sa.Column("block_to", Instant(), nullable=False),
    sa.Column("client_timezone", sa.String(64), nullable=False),
    sa.Column("therapist_timezone", sa.String(64), nullable=False),
    # What the wall showed when it was agreed; differs from starts_at once a zone's rules change.
    sa.Column("local_start", sa.String(16), nullable=False),
    sa.Column("status", sa.String(12), nullable=False),
    sa.Column("hold_expires_at", Instant()),
    sa.Column("sequence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("arranged_by", sa.String(36), sa.ForeignKey("person.id")),
    sa.Column("created_at", Instant(), nullable=False),
    sa.Column("updated_at", Instant(), nullable=False),
    sa.CheckConstraint(f"status IN ({STATUSES})", name="booking_status_known"),
    sa.CheckConstraint("starts_at < ends_at", name="booking_forward"),
    sa.CheckConstraint("block_from <= starts_at AND ends_at <= block_to", name="booking_in_block"),
    sa.CheckConstraint("client_id IS NOT NULL OR status IN ('held', 'expired')", name="booking_client_known"),
    sa.CheckConstraint(
        "care_id IS NOT NULL OR status NOT IN ('confirmed', 'fulfilled')", name="booking_in_care"
    ),
    sa.CheckConstraint("status <> 'held' OR hold_expires_at IS NOT NULL", name="hold_ends"),
    sa.Index("booking_uid", "uid", unique=True),
    sa.Index("one_hold", "holder", unique=True, sqlite_where=HELD, postgresql_where=HELD),
    sa.Index("booking_hold_expiry", "hold_expires_at", sqlite_where=HELD, postgresql_where=HELD),
    sa.Index("booking_therapist", "therapist_id", "starts_at"),
    sa.Index("booking_client", "client_id", "starts_at"),
)

booking_event = sa.Table(
    "booking_event",
    metadata,
    _id(),
    _reference("booking_id", "booking"),
    sa.Column("at", Instant(), nullable=False),
    sa.Column("actor", sa.String(36)),  # person or link session; NULL: the system
    sa.Column("from_status", sa.String(12)),
    sa.Column("to_status", sa.String(12), nullable=False),
    sa.Index("booking_event_booking", "booking_id", "at"),
)
