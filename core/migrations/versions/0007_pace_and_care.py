"""Tables for a therapist's pace, for offers and the waiting list, handover and leave, webhooks and push."""

import sqlalchemy as sa
from alembic import op

from core.database import Instant, Json

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _push_subscription()
    _webhook()
    _calendar_import()
    _care_offer()
    _group_session()
    _reply_window()
    _session_type()
    _travel()
    _webhook_delivery()
    _handover()
    _imported_busy()
    _leave_choice()
    _wait_entry()


def _push_subscription() -> None:
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("endpoint", sa.String(2000), nullable=False),
        sa.Column("endpoint_hash", sa.String(64), nullable=False),
        sa.Column("p256dh", sa.String(200), nullable=False),
        sa.Column("auth", sa.String(100), nullable=False),
        sa.Column("locale", sa.String(10), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("failed_at", Instant()),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("one_subscription", "push_subscription", ["person_id", "endpoint_hash"], unique=True)


def _webhook() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("secret", sa.String(100), nullable=False),
        sa.Column("topics", Json(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(36), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def _calendar_import() -> None:
    op.create_table(
        "calendar_import",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("therapist_id", sa.String(36), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("label", sa.String(60), nullable=False),
        sa.Column("etag", sa.String(200)),
        sa.Column("refreshed_at", Instant()),
        sa.Column("tried_at", Instant()),
        sa.Column("problem", sa.String(40)),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("calendar_import_therapist", "calendar_import", ["therapist_id"])


def _care_offer() -> None:
    op.create_table(
        "care_offer",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("client_id", sa.String(36), nullable=False),
        sa.Column("therapist_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant()),
        sa.CheckConstraint("kind IN ('place', 'request')", name="offer_kind_known"),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'expired', 'withdrawn')", name="offer_state_known"
        ),
        sa.CheckConstraint("client_id <> therapist_id", name="offer_to_another"),
        sa.ForeignKeyConstraint(["client_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "care_offer_expiry",
        "care_offer",
        ["expires_at"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("care_offer_therapist", "care_offer", ["therapist_id", "state"])
    op.create_index(
        "one_offer",
        "care_offer",
        ["client_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _group_session() -> None:
    op.create_table(
        "group_session",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("therapist_id", sa.String(36), nullable=False),
        sa.Column("title", Json(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'cancelled')", name="group_status_known"),
        sa.CheckConstraint("0 <= taken AND taken <= seats", name="seats_counted"),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("group_session_therapist", "group_session", ["therapist_id"])


def _reply_window() -> None:
    op.create_table(
        "reply_window",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("therapist_id", sa.String(36), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.CheckConstraint(
            "0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440", name="reply_in_day"
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="reply_weekday_known"),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("reply_window_therapist", "reply_window", ["therapist_id"])


def _session_type() -> None:
    op.create_table(
        "session_type",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("therapist_id", sa.String(36), nullable=False),
        sa.Column("name", Json(), nullable=False),
        sa.Column("session_min", sa.Integer(), nullable=False),
        sa.Column("step_min", sa.Integer(), nullable=False),
        sa.Column("buffer_before_min", sa.Integer(), nullable=False),
        sa.Column("buffer_after_min", sa.Integer(), nullable=False),
        sa.Column("notice_min", sa.Integer(), nullable=False),
        sa.Column("notice_calendar_days", sa.Integer(), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("cancel_cutoff_min", sa.Integer(), nullable=False),
        sa.Column("approval", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "buffer_before_min >= 0 AND buffer_after_min >= 0 AND notice_min >= 0"
            " AND notice_calendar_days >= 0 AND window_days > 0 AND cancel_cutoff_min >= 0",
            name="session_type_not_negative",
        ),
        sa.CheckConstraint("session_min > 0 AND step_min > 0", name="session_type_lasts"),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("session_type_therapist", "session_type", ["therapist_id"])


def _travel() -> None:
    op.create_table(
        "travel",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("therapist_id", sa.String(36), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.CheckConstraint("first_date <= last_date", name="travel_forward"),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("travel_therapist", "travel", ["therapist_id"])


def _webhook_delivery() -> None:
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("webhook_id", sa.String(36), nullable=False),
        sa.Column("event_id", sa.String(80), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("delivered_at", Instant()),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("one_delivery", "webhook_delivery", ["webhook_id", "event_id"], unique=True)


def _handover() -> None:
    op.create_table(
        "handover",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("care_from", sa.String(36), nullable=False),
        sa.Column("therapist_to", sa.String(36), nullable=False),
        sa.Column("care_to", sa.String(36)),
        sa.Column("note", sa.Text()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("history", sa.String(10)),
        sa.Column("history_from", sa.Date()),
        sa.Column("read_until", Instant()),
        sa.Column("offer_id", sa.String(36)),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant()),
        sa.CheckConstraint("history IS NULL OR history IN ('all', 'from', 'none')", name="history_known"),
        sa.CheckConstraint("state IN ('proposed', 'done', 'declined')", name="handover_state_known"),
        sa.ForeignKeyConstraint(["care_from"], ["care.id"]),
        sa.ForeignKeyConstraint(["care_to"], ["care.id"]),
        sa.ForeignKeyConstraint(["offer_id"], ["care_offer.id"]),
        sa.ForeignKeyConstraint(["therapist_to"], ["therapist.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("handover_care", "handover", ["care_from"])


def _imported_busy() -> None:
    op.create_table(
        "imported_busy",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("import_id", sa.String(36), nullable=False),
        sa.Column("therapist_id", sa.String(36), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="imported_busy_forward"),
        sa.ForeignKeyConstraint(["import_id"], ["calendar_import.id"]),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("imported_busy_import", "imported_busy", ["import_id"])
    op.create_index("imported_busy_therapist", "imported_busy", ["therapist_id", "starts_at"])


def _leave_choice() -> None:
    op.create_table(
        "leave_choice",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("time_off_id", sa.String(36), nullable=False),
        sa.Column("care_id", sa.String(36), nullable=False),
        sa.Column("choice", sa.String(10)),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("chosen_at", Instant()),
        sa.CheckConstraint("choice IS NULL OR choice IN ('wait', 'cover', 'transfer')", name="choice_known"),
        sa.ForeignKeyConstraint(["care_id"], ["care.id"]),
        sa.ForeignKeyConstraint(["time_off_id"], ["time_off.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("one_choice", "leave_choice", ["time_off_id", "care_id"], unique=True)


def _wait_entry() -> None:
    op.create_table(
        "wait_entry",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("client_id", sa.String(36), nullable=False),
        sa.Column("therapist_id", sa.String(36)),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("offer_id", sa.String(36)),
        sa.Column("enqueued_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'offered', 'placed', 'left')", name="wait_state_known"),
        sa.ForeignKeyConstraint(["client_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["offer_id"], ["care_offer.id"]),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "one_wait",
        "wait_entry",
        ["client_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'offered')"),
        postgresql_where=sa.text("state IN ('waiting', 'offered')"),
    )
    op.create_index("wait_entry_order", "wait_entry", ["state", "enqueued_at"])
