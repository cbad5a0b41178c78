"""Bounds of first free times: an index of those who take clients, and triggers that forget a bound in time.

Whatever may free an earlier time than `therapist.free_from` says, by whatever way it is written, forgets the
bound in the same statement. It always writes the therapist's row, also where nothing was known, so that who
works out a bound under the row's lock (scheduler/first_free.py) cannot write one that is too late.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

TAKES_CLIENTS = "pause_new = false AND active + offers < capacity AND licence_verified_at IS NOT NULL"
BLOCKS = "('requested', 'confirmed')"  # a hold frees its time by itself, so bounds do not count it
CHANGED = " OR ".join(
    f"NEW.{name} <> OLD.{name}" for name in ("therapist_id", "starts_at", "block_from", "block_to")
)
# table -> event -> when it can free time
FREES = {
    "booking": {
        "update": f"OLD.status IN {BLOCKS} AND (NEW.status NOT IN {BLOCKS} OR {CHANGED})",
        "delete": "OLD.status NOT IN ('held', 'expired', 'cancelled')",
    },
    "time_off": {"update": "", "delete": ""},
    "imported_busy": {"update": "", "delete": ""},
    "availability_rule": {"insert": "", "update": "", "delete": ""},
    "availability_override": {"insert": "", "update": "", "delete": ""},
    "travel": {"insert": "", "update": "", "delete": ""},
    "session_type": {"insert": "", "update": "", "delete": ""},
}
PACE = ("weekly_minutes", "message_minutes", "sessions_per_day", "timezone")
ROW = {"insert": "NEW", "update": "OLD", "delete": "OLD"}


def upgrade() -> None:
    op.drop_index("therapist_free_from", "therapist")
    where = sa.text(TAKES_CLIENTS)
    op.create_index(
        "therapist_free_from", "therapist", ["free_from", "id"], sqlite_where=where, postgresql_where=where
    )
    _triggers[op.get_context().dialect.name]()


def _of_postgresql() -> None:
    for row in ("OLD", "NEW"):
        op.execute(
            f"CREATE FUNCTION forget_free_from_{row.lower()}() RETURNS trigger LANGUAGE plpgsql AS $$"  # noqa: S608
            f" BEGIN UPDATE therapist SET free_from = NULL WHERE id = {row}.therapist_id; RETURN NULL; END $$"
        )
    for table, events in FREES.items():
        for event, condition in events.items():
            when = f"WHEN ({condition}) " if condition else ""
            op.execute(
                f"CREATE TRIGGER free_from_{table}_{event} AFTER {event.upper()} ON {table} FOR EACH ROW"
                f" {when}EXECUTE FUNCTION forget_free_from_{ROW[event].lower()}()"
            )
    op.execute(
        "CREATE FUNCTION forget_own_free_from() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN NEW.free_from := NULL; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER free_from_pace BEFORE UPDATE ON therapist FOR EACH ROW"
        f" WHEN ({_pace('IS DISTINCT FROM')}) EXECUTE FUNCTION forget_own_free_from()"
    )


def _of_sqlite() -> None:
    for table, events in FREES.items():
        for event, condition in events.items():
            when = f"WHEN {condition} " if condition else ""
            op.execute(
                f"CREATE TRIGGER free_from_{table}_{event} AFTER {event.upper()} ON {table} {when}"  # noqa: S608
                f"BEGIN UPDATE therapist SET free_from = NULL WHERE id = {ROW[event]}.therapist_id; END"
            )
    op.execute(
        "CREATE TRIGGER free_from_pace AFTER UPDATE ON therapist"  # noqa: S608
        f" WHEN NEW.free_from IS NOT NULL AND ({_pace('IS NOT')})"
        " BEGIN UPDATE therapist SET free_from = NULL WHERE id = NEW.id; END"
    )


def _pace(differs: str) -> str:
    """A care that ends leaves more of the week's minutes; so may another pace."""
    return " OR ".join(["NEW.active < OLD.active", *(f"NEW.{name} {differs} OLD.{name}" for name in PACE)])


_triggers = {"postgresql": _of_postgresql, "sqlite": _of_sqlite}
