"""Tables of accounts: people, sessions, links, throttle, audit, employers."""

import sqlalchemy as sa
from alembic import op

from core.database import Instant, Json

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.String(36)

APPEND_ONLY = {
    "sqlite": [
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'audit_append_only'); END",
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'audit_append_only'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit_append_only'; END $$",
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    ],
}


def upgrade() -> None:
    _people()
    _links_and_sessions()
    _employers()
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("full_until", Instant(), nullable=False),
    )
    _audit()


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("email", sa.String(320)),
        sa.Column("email_normalized", sa.String(320)),
        sa.Column("email_verified_at", Instant()),
        sa.Column("locale", sa.String(8), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "email_verified_at IS NULL OR email_normalized IS NOT NULL", name="verified_email_known"
        ),
    )
    op.create_index("person_email", "person", ["email_normalized"])
    verified = sa.text("email_verified_at IS NOT NULL")
    op.create_index(
        "person_verified_email",
        "person",
        ["email_normalized"],
        unique=True,
        sqlite_where=verified,
        postgresql_where=verified,
    )
    op.create_table(
        "person_role",
        sa.Column("person_id", ID, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("role", sa.String(20), primary_key=True),
        sa.CheckConstraint("role IN ('client', 'therapist', 'staff', 'employer_admin')", name="role_known"),
    )
    op.create_table(
        "credential",
        sa.Column("person_id", ID, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
    )


def _links_and_sessions() -> None:
    op.create_table(
        "link_token",
        sa.Column("id", ID, primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("person_id", ID, sa.ForeignKey("person.id")),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant()),
        sa.Column("used_at", Instant()),
        sa.CheckConstraint("purpose IN ('booking', 'join', 'sign_in')", name="purpose_known"),
        sa.CheckConstraint("purpose <> 'sign_in' OR person_id IS NOT NULL", name="sign_in_link_has_person"),
    )
    op.create_index("link_token_hash", "link_token", ["token_hash"], unique=True)
    op.create_index("link_token_person", "link_token", ["person_id"])
    op.create_table(
        "link_scope",
        sa.Column("link_id", ID, sa.ForeignKey("link_token.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.String(40), primary_key=True),
        sa.Column("value", sa.String(64), nullable=False),
    )
    op.create_index("link_scope_value", "link_scope", ["key", "value"])
    op.create_table(
        "session",
        sa.Column("id", ID, primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("person_id", ID, sa.ForeignKey("person.id")),
        sa.Column("link_id", ID, sa.ForeignKey("link_token.id")),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant()),
        sa.CheckConstraint("kind IN ('account', 'link')", name="session_kind_known"),
        sa.CheckConstraint("kind <> 'account' OR person_id IS NOT NULL", name="account_session_has_person"),
        sa.CheckConstraint("kind <> 'link' OR link_id IS NOT NULL", name="link_session_has_link"),
    )
    op.create_index("session_token_hash", "session", ["token_hash"], unique=True)
    op.create_index("session_person", "session", ["person_id"])
    op.create_index("session_link", "session", ["link_id"])


def _employers() -> None:
    op.create_table(
        "employer",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
    )
    op.create_table(
        "entitlement",
        sa.Column("employer_id", ID, sa.ForeignKey("employer.id"), primary_key=True),
        sa.Column("person_id", ID, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant()),
    )
    op.create_index("entitlement_person", "entitlement", ["person_id"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ID, primary_key=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor_id", ID),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("detail", Json(), nullable=False),
    )
    op.create_index("audit_subject", "audit", ["subject", "at"])
    op.create_index("audit_actor", "audit", ["actor_id", "at"])
    for statement in APPEND_ONLY[op.get_context().dialect.name]:
        op.execute(statement)
