"""Forgets bounds of first free times once for a statement, not once for each of its rows.

A personal calendar that is read again replaces thousands of rows under its therapist's lock; each of them
wrote the therapist's row. PostgreSQL gets a trigger for the statement, which still writes the row also where
no bound was known (see 0012: who works one out waits for it). SQLite has none for statements; there a bound
that is forgotten is not written again, which suffices, since writers are alone.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ROWS = {"insert": "NEW", "update": "OLD", "delete": "OLD"}
# table -> events that always can free time
ALWAYS = {
    "time_off": ("update", "delete"),
    "imported_busy": ("update", "delete"),
    "availability_rule": ("insert", "update", "delete"),
    "availability_override": ("insert", "update", "delete"),
    "travel": ("insert", "update", "delete"),
    "session_type": ("insert", "update", "delete"),
}


def upgrade() -> None:
    _upgrades[op.get_context().dialect.name]()


def _of_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION forget_free_from_at_once() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN"
        # In one order, so that two who write about the same therapists never cross.
        " PERFORM 1 FROM therapist WHERE id IN (SELECT therapist_id FROM changed)"
        " ORDER BY id FOR NO KEY UPDATE;"
        " UPDATE therapist SET free_from = NULL WHERE id IN (SELECT therapist_id FROM changed);"
        " RETURN NULL; END $$"
    )
    for table, events in ALWAYS.items():
        for event in events:
            op.execute(f"DROP TRIGGER free_from_{table}_{event} ON {table}")
            op.execute(
                f"CREATE TRIGGER free_from_{table}_{event} AFTER {event.upper()} ON {table}"
                f" REFERENCING {ROWS[event]} TABLE AS changed"
                " FOR EACH STATEMENT EXECUTE FUNCTION forget_free_from_at_once()"
            )


def _of_sqlite() -> None:
    for table, events in ALWAYS.items():
        for event in events:
            op.execute(f"DROP TRIGGER free_from_{table}_{event}")
            op.execute(
                f"CREATE TRIGGER free_from_{table}_{event} AFTER {event.upper()} ON {table}"  # noqa: S608
                " BEGIN UPDATE therapist SET free_from = NULL"
                f" WHERE id = {ROWS[event]}.therapist_id AND free_from IS NOT NULL; END"
            )


_upgrades = {"postgresql": _of_postgresql, "sqlite": _of_sqlite}
