"""Tables of scheduler: therapists' practice and hours, cares, bookings and their history.

What columns cannot say stands in the migrations, as triggers (SQLite) or exclusion constraints (PostgreSQL):
th_no_overlap, cl_no_overlap, booking_event_append_only, free_from_*. More tables: pace_tables.py,
care_tables.py, telling_tables.py.
"""

import sqlalchemy as sa

import scheduler.care_tables
import scheduler.pace_tables
import scheduler.telling_tables  # noqa: F401  (so that whoever imports the folder's tables has all)
from core.database import Instant, Json, metadata

OPEN = sa.text("ended_at IS NULL")
HELD = sa.text("status = 'held'")
TAKES_CLIENTS = sa.text(
    "pause_new = false AND active + offers < capacity AND licence_verified_at IS NOT NULL"
)
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
    sa.Column("specialisms", Json(), nullable=False, server_default="[]"),
    sa.Column("weekly_minutes", sa.Integer),  # of sessions and messages together; NULL: no limit
    sa.Column("message_minutes", sa.Integer, nullable=False, server_default="10"),  # a week for each client
    sa.Column("sessions_per_day", sa.Integer),  # NULL: no limit
    sa.Column("last_assigned_at", Instant()),
    sa.Column("feed_token_hash", sa.String(64)),  # of the secret address of their calendar feed
    # No free time starts before it; NULL: not known. It orders candidates, the slot function confirms.
    sa.Column("free_from", Instant()),
    sa.CheckConstraint("capacity >= 0 AND active >= 0 AND offers >= 0", name="places_counted"),
    sa.Index("therapist_feed", "feed_token_hash", unique=True),
    # Forgotten by triggers (free_from_*) with whatever may free an earlier time.
    sa.Index(
        "therapist_free_from", "free_from", "id", sqlite_where=TAKES_CLIENTS, postgresql_where=TAKES_CLIENTS
    ),
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
    sa.Column("kind", sa.String(10), nullable=False, server_default="off"),  # or "leave": clients choose
    _reference("cover_id", "therapist", nullable=True),
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

# A session for several: one booking stands for it (without a client), and one for each who has a seat.
group_session = sa.Table(
    "group_session",
    metadata,
    _id(),
    _reference("therapist_id", "therapist"),
    sa.Column("title", Json(), nullable=False),  # by language
    sa.Column("seats", sa.Integer, nullable=False),
    sa.Column("taken", sa.Integer, nullable=False, server_default="0"),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("created_at", Instant(), nullable=False),
    sa.CheckConstraint("0 <= taken AND taken <= seats", name="seats_counted"),
    sa.CheckConstraint("status IN ('open', 'cancelled')", name="group_status_known"),
    sa.Index("group_session_therapist", "therapist_id"),
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
    _reference("session_type_id", "session_type", nullable=True),  # NULL: the configuration's
    _reference("group_id", "group_session", nullable=True),
    sa.Column("series_id", sa.String(36)),  # bookings made together
    sa.Column("approve_until", Instant()),  # a request is the therapist's to answer until then
    sa.Column("cancelled_by", sa.String(10)),
    sa.Column("reason", sa.String(500)),
    # What happened, as seen from the room.
    sa.Column("noshow_by", sa.String(10)),
    sa.Column("started_at", Instant()),
    sa.Column("finished_at", Instant()),
    sa.Column("client_late_s", sa.Integer),
    sa.Column("therapist_late_s", sa.Integer),
    sa.Column("overrun_s", sa.Integer),
    sa.Column("created_at", Instant(), nullable=False),
    sa.Column("updated_at", Instant(), nullable=False),
    sa.CheckConstraint(f"status IN ({STATUSES})", name="booking_status_known"),
    sa.CheckConstraint("starts_at < ends_at", name="booking_forward"),
    sa.CheckConstraint("block_from <= starts_at AND ends_at <= block_to", name="booking_in_block"),
    sa.CheckConstraint(
        "client_id IS NOT NULL OR group_id IS NOT NULL OR status IN ('held', 'expired')",
        name="booking_client_known",
    ),
    sa.CheckConstraint(
        "care_id IS NOT NULL OR group_id IS NOT NULL OR status NOT IN ('confirmed', 'fulfilled')",
        name="booking_in_care",
    ),
    sa.CheckConstraint(
        "cancelled_by IS NULL OR cancelled_by IN ('client', 'therapist', 'staff', 'system')",
        name="booking_canceller_known",
    ),
    sa.CheckConstraint(
        "noshow_by IS NULL OR noshow_by IN ('client', 'therapist', 'both')", name="booking_noshow_known"
    ),
    sa.CheckConstraint("status <> 'held' OR hold_expires_at IS NOT NULL", name="hold_ends"),
    sa.Index("booking_uid", "uid", unique=True),
    sa.Index("one_hold", "holder", unique=True, sqlite_where=HELD, postgresql_where=HELD),
    sa.Index("booking_hold_expiry", "hold_expires_at", sqlite_where=HELD, postgresql_where=HELD),
    sa.Index("booking_therapist", "therapist_id", "starts_at"),
    sa.Index("booking_client", "client_id", "starts_at"),
    sa.Index("booking_group", "group_id"),
    sa.Index("booking_series", "series_id"),
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
    sa.Column("detail", Json()),  # what else changed: times, who, why
    sa.Index("booking_event_booking", "booking_id", "at"),
)
