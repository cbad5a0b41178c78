"""Tables of scheduler, and the laws of booking as the database's own: nobody is booked twice at a time."""

import sqlalchemy as sa
from alembic import op

from core.database import Instant, Json

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LIVE = "('held', 'requested', 'confirmed')"


def upgrade() -> None:
    _practice()
    _hours()
    _care()
    _booking()
    _booking_indexes()
    _booking_event()
    _laws[op.get_context().dialect.name]()


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(36), primary_key=True)


def _reference(name: str, target: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), sa.ForeignKey(f"{target}.id"), nullable=nullable)


def _practice() -> None:
    op.create_table(
        "therapist",
        sa.Column("id", sa.String(36), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("licence_kind", sa.String(40), nullable=False),
        sa.Column("licence_number", sa.String(40), nullable=False),
        sa.Column("licence_verified_at", Instant()),
        sa.Column("licence_expires_at", Instant()),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("headline", Json(), nullable=False),
        sa.Column("languages", Json(), nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("active", sa.Integer, nullable=False, server_default="0"),
        sa.Column("offers", sa.Integer, nullable=False, server_default="0"),
        sa.Column("pause_new", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("capacity >= 0 AND active >= 0 AND offers >= 0", name="places_counted"),
    )


def _hours() -> None:
    op.create_table(
        "availability_rule",
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
    )
    op.create_index("availability_rule_therapist", "availability_rule", ["therapist_id"])
    op.create_table(
        "availability_override",
        _id(),
        _reference("therapist_id", "therapist"),
        sa.Column("local_date", sa.Date, nullable=False),
        sa.Column("start_minute", sa.Integer),
        sa.Column("end_minute", sa.Integer),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.CheckConstraint(
            "(start_minute IS NULL AND end_minute IS NULL)"
            " OR (start_minute IS NOT NULL AND end_minute IS NOT NULL"
            " AND 0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440)",
            name="override_in_day",
        ),
    )
    op.create_index(
        "availability_override_therapist", "availability_override", ["therapist_id", "local_date"]
    )
    op.create_table(
        "time_off",
        _id(),
        _reference("therapist_id", "therapist"),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="time_off_forward"),
    )
    op.create_index("time_off_therapist", "time_off", ["therapist_id", "starts_at"])


def _care() -> None:
    op.create_table(
        "care",
        _id(),
        _reference("client_id", "person"),
        _reference("therapist_id", "therapist"),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant()),
        sa.Column("end_reason", sa.String(40)),
        sa.CheckConstraint("client_id <> therapist_id", name="care_of_another"),
    )
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "one_care", "care", ["client_id"], unique=True, sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_index("care_therapist", "care", ["therapist_id"])


def _booking() -> None:
    op.create_table(
        "booking",
        _id(),
        sa.Column("uid", sa.String(80), nullable=False),
        _reference("therapist_id", "therapist"),
        _reference("client_id", "person", nullable=True),
        _reference("care_id", "care", nullable=True),
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
        sa.Column("arranged_by", sa.String(36), sa.ForeignKey("person.id")),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "status IN ('held', 'requested', 'confirmed', 'fulfilled', 'cancelled', 'noshow', 'expired')",
            name="booking_status_known",
        ),
        sa.CheckConstraint("starts_at < ends_at", name="booking_forward"),
        sa.CheckConstraint("block_from <= starts_at AND ends_at <= block_to", name="booking_in_block"),
        sa.CheckConstraint(
            "client_id IS NOT NULL OR status IN ('held', 'expired')", name="booking_client_known"
        ),
        sa.CheckConstraint(
            "care_id IS NOT NULL OR status NOT IN ('confirmed', 'fulfilled')", name="booking_in_care"
        ),
        sa.CheckConstraint("status <> 'held' OR hold_expires_at IS NOT NULL", name="hold_ends"),
    )


def _booking_indexes() -> None:
    held = sa.text("status = 'held'")
    op.create_index("booking_uid", "booking", ["uid"], unique=True)
    op.create_index("one_hold", "booking", ["holder"], unique=True, sqlite_where=held, postgresql_where=held)
    op.create_index(
        "booking_hold_expiry", "booking", ["hold_expires_at"], sqlite_where=held, postgresql_where=held
    )
    op.create_index("booking_therapist", "booking", ["therapist_id", "starts_at"])
    op.create_index("booking_client", "booking", ["client_id", "starts_at"])


def _booking_event() -> None:
    op.create_table(
        "booking_event",
        _id(),
        _reference("booking_id", "booking"),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.String(36)),
        sa.Column("from_status", sa.String(12)),
        sa.Column("to_status", sa.String(12), nullable=False),
    )
    op.create_index("booking_event_booking", "booking_event", ["booking_id", "at"])


# name, whose time, from, to: a therapist keeps buffers free, a client only the session itself
OVERLAPS = (
    ("th_no_overlap", "therapist_id", "block_from", "block_to"),
    ("cl_no_overlap", "client_id", "starts_at", "ends_at"),
)


def _laws_of_postgresql() -> None:
    """Ranges are expressions of the constraint, so no generated column exists on one engine only."""
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for name, whose, start, end in OVERLAPS:
        op.execute(
            f"ALTER TABLE booking ADD CONSTRAINT {name} EXCLUDE USING gist"
            f" ({whose} WITH =, tstzrange({start}, {end}, '[)') WITH &&) WHERE (status IN {LIVE})"
        )
    op.execute(
        "CREATE FUNCTION booking_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'booking_event_append_only'"
        " USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'booking_event_append_only';"
        " END $$"
    )
    op.execute(
        "CREATE TRIGGER booking_event_append_only BEFORE UPDATE OR DELETE ON booking_event"
        " FOR EACH ROW EXECUTE FUNCTION booking_event_append_only()"
    )


def _laws_of_sqlite() -> None:
    """Safe as triggers because SQLite has a single writer; on PostgreSQL they would race."""
    for name, whose, start, end in OVERLAPS:
        for suffix, event in (("", "INSERT"), ("_update", "UPDATE")):
            op.execute(
                f"CREATE TRIGGER {name}{suffix} BEFORE {event} ON booking WHEN NEW.status IN {LIVE} BEGIN"  # noqa: S608
                f" SELECT RAISE(ABORT, '{name}') WHERE EXISTS (SELECT 1 FROM booking AS other"
                f" WHERE other.{whose} = NEW.{whose} AND other.id <> NEW.id AND other.status IN {LIVE}"
                f" AND other.{start} < NEW.{end} AND other.{end} > NEW.{start}); END"
            )
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER booking_event_no_{event.lower()} BEFORE {event} ON booking_event"
            " BEGIN SELECT RAISE(ABORT, 'booking_event_append_only'); END"
        )


_laws = {"postgresql": _laws_of_postgresql, "sqlite": _laws_of_sqlite}
