"""A booking's whole life: kinds of sessions, groups, series, requests, cancelling, what happened in the room.

SQLite changes no constraint of a table that is there, so `booking` is made anew there; foreign keys are
not enforced while revisions run, and checked at the end (core/migrations/runner.py).
"""

import sqlalchemy as sa
from alembic import op

from core.database import Instant, Json

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LIVE = "('held', 'requested', 'confirmed')"
# name, whose time, from, to: a therapist keeps buffers free, a client only the session itself
OVERLAPS = (
    ("th_no_overlap", "therapist_id", "block_from", "block_to"),
    ("cl_no_overlap", "client_id", "starts_at", "ends_at"),
)
CHECKS = {
    "booking_status_known": "status IN"
    " ('held', 'requested', 'confirmed', 'fulfilled', 'cancelled', 'noshow', 'expired')",
    "booking_forward": "starts_at < ends_at",
    "booking_in_block": "block_from <= starts_at AND ends_at <= block_to",
    "hold_ends": "status <> 'held' OR hold_expires_at IS NOT NULL",
    "booking_client_known": "client_id IS NOT NULL OR group_id IS NOT NULL OR status IN ('held', 'expired')",
    "booking_in_care": "care_id IS NOT NULL OR group_id IS NOT NULL"
    " OR status NOT IN ('confirmed', 'fulfilled')",
    "booking_canceller_known": "cancelled_by IS NULL"
    " OR cancelled_by IN ('client', 'therapist', 'staff', 'system')",
    "booking_noshow_known": "noshow_by IS NULL OR noshow_by IN ('client', 'therapist', 'both')",
}
CHANGED = ("booking_client_known", "booking_in_care")
ADDED = ("booking_canceller_known", "booking_noshow_known")
EARLIER = (
    "id, uid, therapist_id, client_id, care_id, holder, starts_at, ends_at, block_from, block_to,"
    " client_timezone, therapist_timezone, local_start, status, hold_expires_at, sequence, arranged_by,"
    " created_at, updated_at"
)
# A session for several: its seats are one time of the therapist's.
SAME_GROUP = "coalesce({}group_id, {}id)"


def upgrade() -> None:
    _practice()
    op.add_column("booking_event", sa.Column("detail", Json()))
    _booking[op.get_context().dialect.name]()
    op.create_index("booking_group", "booking", ["group_id"])
    op.create_index("booking_series", "booking", ["series_id"])


def _reference(name: str, target: str, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), sa.ForeignKey(f"{target}.id"), nullable=nullable)


def _practice() -> None:
    for column in (
        sa.Column("specialisms", Json(), nullable=False, server_default="[]"),
        sa.Column("weekly_minutes", sa.Integer),
        sa.Column("message_minutes", sa.Integer, nullable=False, server_default="10"),
        sa.Column("sessions_per_day", sa.Integer),
        sa.Column("last_assigned_at", Instant()),
        sa.Column("feed_token_hash", sa.String(64)),
        sa.Column("free_from", Instant()),
    ):
        op.add_column("therapist", column)
    op.create_index("therapist_feed", "therapist", ["feed_token_hash"], unique=True)
    op.create_index("therapist_free_from", "therapist", ["free_from"])
    op.add_column("time_off", sa.Column("kind", sa.String(10), nullable=False, server_default="off"))
    op.execute("ALTER TABLE time_off ADD COLUMN cover_id VARCHAR(36) REFERENCES therapist(id)")


def _new_columns() -> list[sa.Column[object]]:
    return [
        _reference("session_type_id", "session_type"),
        _reference("group_id", "group_session"),
        sa.Column("series_id", sa.String(36)),
        sa.Column("approve_until", Instant()),
        sa.Column("cancelled_by", sa.String(10)),
        sa.Column("reason", sa.String(500)),
        sa.Column("noshow_by", sa.String(10)),
        sa.Column("started_at", Instant()),
        sa.Column("finished_at", Instant()),
        sa.Column("client_late_s", sa.Integer),
        sa.Column("therapist_late_s", sa.Integer),
        sa.Column("overrun_s", sa.Integer),
    ]


def _booking_of_postgresql() -> None:
    for column in _new_columns():
        op.add_column("booking", column)
    for name in CHANGED:
        op.drop_constraint(name, "booking")
    for name in (*CHANGED, *ADDED):
        op.create_check_constraint(name, "booking", CHECKS[name])
    op.drop_constraint("th_no_overlap", "booking")
    op.execute(
        "ALTER TABLE booking ADD CONSTRAINT th_no_overlap EXCLUDE USING gist"
        f" (therapist_id WITH =, ({SAME_GROUP.format('', '')}) WITH <>,"
        f" tstzrange(block_from, block_to, '[)') WITH &&) WHERE (status IN {LIVE})"
    )


def _booking_of_sqlite() -> None:
    op.create_table(
        "booking_anew",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("uid", sa.String(80), nullable=False),
        _reference("therapist_id", "therapist", nullable=False),
        _reference("client_id", "person"),
        _reference("care_id", "care"),
        sa.Column("holder", sa.String(36), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("block_from", Instant(), nullable=False),
        sa.Column("block_to", Instant(), nullable=False),
        sa.Column("client_timezone", sa.String(64), nullable=False),
        sa.Column("therapist_timezone", sa.String(64), nullable=False),
        sa.Column("local_start", sa.String(16), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("hold_expires_at", Instant()),
        sa.Column("sequence", sa.Integer, nullable=False, server_default="0"),
        _reference("arranged_by", "person"),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        *_new_columns(),
        *(sa.CheckConstraint(rule, name=name) for name, rule in CHECKS.items()),
    )
    op.execute(f"INSERT INTO booking_anew ({EARLIER}) SELECT {EARLIER} FROM booking")  # noqa: S608
    op.drop_table("booking")  # with its indexes and triggers
    op.rename_table("booking_anew", "booking")
    _indexes()
    for name, whose, start, end in OVERLAPS:
        for suffix, event in (("", "INSERT"), ("_update", "UPDATE")):
            op.execute(_overlap(name + suffix, name, event, whose, start, end))


def _overlap(trigger: str, word: str, event: str, whose: str, start: str, end: str) -> str:
    other, new = SAME_GROUP.format("other.", "other."), SAME_GROUP.format("NEW.", "NEW.")
    another = f"{other} <> {new}" if whose == "therapist_id" else "other.id <> NEW.id"
    return (
        f"CREATE TRIGGER {trigger} BEFORE {event} ON booking WHEN NEW.status IN {LIVE} BEGIN"  # noqa: S608
        f" SELECT RAISE(ABORT, '{word}') WHERE EXISTS (SELECT 1 FROM booking AS other"
        f" WHERE other.{whose} = NEW.{whose} AND {another} AND other.status IN {LIVE}"
        f" AND other.{start} < NEW.{end} AND other.{end} > NEW.{start}); END"
    )


def _indexes() -> None:
    held = sa.text("status = 'held'")
    op.create_index("booking_uid", "booking", ["uid"], unique=True)
    op.create_index("one_hold", "booking", ["holder"], unique=True, sqlite_where=held)
    op.create_index("booking_hold_expiry", "booking", ["hold_expires_at"], sqlite_where=held)
    op.create_index("booking_therapist", "booking", ["therapist_id", "starts_at"])
    op.create_index("booking_client", "booking", ["client_id", "starts_at"])


_booking = {"postgresql": _booking_of_postgresql, "sqlite": _booking_of_sqlite}
