"""Tables of a therapist's pace: kinds of sessions, windows for answers, travel, and imported calendars."""

import sqlalchemy as sa

from core.database import Instant, Json, metadata

session_type = sa.Table(
    "session_type",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("therapist_id", sa.String(36), sa.ForeignKey("therapist.id"), nullable=False),
    sa.Column("name", Json(), nullable=False),  # by language
    sa.Column("session_min", sa.Integer, nullable=False),
    sa.Column("step_min", sa.Integer, nullable=False),
    sa.Column("buffer_before_min", sa.Integer, nullable=False),
    sa.Column("buffer_after_min", sa.Integer, nullable=False),
    sa.Column("notice_min", sa.Integer, nullable=False),
    sa.Column("notice_calendar_days", sa.Integer, nullable=False),
    sa.Column("window_days", sa.Integer, nullable=False),
    sa.Column("cancel_cutoff_min", sa.Integer, nullable=False),  # later, a client can change nothing alone
    sa.Column("approval", sa.Boolean, nullable=False),  # a request that the therapist confirms
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("created_at", Instant(), nullable=False),
    sa.CheckConstraint("session_min > 0 AND step_min > 0", name="session_type_lasts"),
    sa.CheckConstraint(
        "buffer_before_min >= 0 AND buffer_after_min >= 0 AND notice_min >= 0 AND notice_calendar_days >= 0"
        " AND window_days > 0 AND cancel_cutoff_min >= 0",
        name="session_type_not_negative",
    ),
    sa.Index("session_type_therapist", "therapist_id"),
)

reply_window = sa.Table(
    "reply_window",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("therapist_id", sa.String(36), sa.ForeignKey("therapist.id"), nullable=False),
    sa.Column("weekday", sa.Integer, nullable=False),
    sa.Column("start_minute", sa.Integer, nullable=False),
    sa.Column("end_minute", sa.Integer, nullable=False),
    sa.Column("timezone", sa.String(64), nullable=False),
    sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="reply_weekday_known"),
    sa.CheckConstraint(
        "0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440", name="reply_in_day"
    ),
    sa.Index("reply_window_therapist", "therapist_id"),
)

# On these local dates the therapist's hours are meant in this zone.
travel = sa.Table(
    "travel",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("therapist_id", sa.String(36), sa.ForeignKey("therapist.id"), nullable=False),
    sa.Column("first_date", sa.Date, nullable=False),
    sa.Column("last_date", sa.Date, nullable=False),  # inclusive
    sa.Column("timezone", sa.String(64), nullable=False),
    sa.CheckConstraint("first_date <= last_date", name="travel_forward"),
    sa.Index("travel_therapist", "therapist_id"),
)

# A personal calendar at an iCalendar address, which is a secret. Only busy times are kept of it.
calendar_import = sa.Table(
    "calendar_import",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("therapist_id", sa.String(36), sa.ForeignKey("therapist.id"), nullable=False),
    sa.Column("url", sa.String(2000), nullable=False),
    sa.Column("label", sa.String(60), nullable=False),
    sa.Column("etag", sa.String(200)),
    sa.Column("refreshed_at", Instant()),
    sa.Column("tried_at", Instant()),
    sa.Column("problem", sa.String(40)),  # a stable code; NULL: the last try went well
    sa.Column("created_at", Instant(), nullable=False),
    sa.Index("calendar_import_therapist", "therapist_id"),
)

imported_busy = sa.Table(
    "imported_busy",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("import_id", sa.String(36), sa.ForeignKey("calendar_import.id"), nullable=False),
    sa.Column("therapist_id", sa.String(36), sa.ForeignKey("therapist.id"), nullable=False),
    sa.Column("starts_at", Instant(), nullable=False),
    sa.Column("ends_at", Instant(), nullable=False),
    sa.CheckConstraint("starts_at < ends_at", name="imported_busy_forward"),
    sa.Index("imported_busy_import", "import_id"),
    sa.Index("imported_busy_therapist", "therapist_id", "starts_at"),
)
