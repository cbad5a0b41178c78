"""Tables of accounts. Which employer somebody belongs to stands in `entitlement` alone."""

import sqlalchemy as sa

from core.database import Instant, Json, metadata

VERIFIED = sa.text("email_verified_at IS NOT NULL")


def _person(nullable: bool = False, primary_key: bool = False) -> sa.Column[str]:
    key = sa.ForeignKey("person.id")
    return sa.Column("person_id", sa.String(36), key, nullable=nullable, primary_key=primary_key)


person = sa.Table(
    "person",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("name_en", sa.String(100)),
    sa.Column("email", sa.String(320)),
    sa.Column("email_normalized", sa.String(320)),
    sa.Column("email_verified_at", Instant()),
    sa.Column("locale", sa.String(8), nullable=False),
    sa.Column("timezone", sa.String(64), nullable=False),
    sa.Column("created_at", Instant(), nullable=False),
    sa.CheckConstraint(
        "email_verified_at IS NULL OR email_normalized IS NOT NULL", name="verified_email_known"
    ),
    sa.Index("person_email", "email_normalized"),
    # An unverified address proves nothing: only verified ones are unique.
    sa.Index(
        "person_verified_email",
        "email_normalized",
        unique=True,
        sqlite_where=VERIFIED,
        postgresql_where=VERIFIED,
    ),
)

person_role = sa.Table(
    "person_role",
    metadata,
    _person(primary_key=True),
    sa.Column("role", sa.String(20), primary_key=True),
    sa.CheckConstraint("role IN ('client', 'therapist', 'staff', 'employer_admin')", name="role_known"),
)

credential = sa.Table(
    "credential",
    metadata,
    _person(primary_key=True),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("changed_at", Instant(), nullable=False),
)

link_token = sa.Table(
    "link_token",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False),
    sa.Column("purpose", sa.String(20), nullable=False),
    _person(nullable=True),
    sa.Column("created_at", Instant(), nullable=False),
    sa.Column("expires_at", Instant(), nullable=False),
    sa.Column("revoked_at", Instant()),
    sa.Column("used_at", Instant()),
    sa.CheckConstraint("purpose IN ('booking', 'join', 'sign_in')", name="purpose_known"),
    sa.CheckConstraint("purpose <> 'sign_in' OR person_id IS NOT NULL", name="sign_in_link_has_person"),
    sa.Index("link_token_hash", "token_hash", unique=True),
    sa.Index("link_token_person", "person_id"),
)

link_scope = sa.Table(
    "link_scope",
    metadata,
    sa.Column("link_id", sa.String(36), sa.ForeignKey("link_token.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("key", sa.String(40), primary_key=True),
    sa.Column("value", sa.String(64), nullable=False),
    sa.Index("link_scope_value", "key", "value"),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    _person(nullable=True),
    sa.Column("link_id", sa.String(36), sa.ForeignKey("link_token.id")),
    sa.Column("created_at", Instant(), nullable=False),
    sa.Column("expires_at", Instant(), nullable=False),
    sa.Column("ends_at", Instant(), nullable=False),
    sa.Column("revoked_at", Instant()),
    sa.CheckConstraint("kind IN ('account', 'link')", name="session_kind_known"),
    sa.CheckConstraint("kind <> 'account' OR person_id IS NOT NULL", name="account_session_has_person"),
    sa.CheckConstraint("kind <> 'link' OR link_id IS NOT NULL", name="link_session_has_link"),
    sa.Index("session_token_hash", "token_hash", unique=True),
    sa.Index("session_person", "person_id"),
    sa.Index("session_link", "link_id"),
)

throttle = sa.Table(
    "throttle",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("full_until", Instant(), nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("at", Instant(), nullable=False),
    sa.Column("actor_id", sa.String(36)),  # no foreign key: the trail outlives the person
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("subject", sa.String(100), nullable=False),
    sa.Column("detail", Json(), nullable=False),
    sa.Index("audit_subject", "subject", "at"),
    sa.Index("audit_actor", "actor_id", "at"),
)

employer = sa.Table(
    "employer",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("created_at", Instant(), nullable=False),
)

entitlement = sa.Table(
    "entitlement",
    metadata,
    sa.Column("employer_id", sa.String(36), sa.ForeignKey("employer.id"), primary_key=True),
    _person(primary_key=True),
    sa.Column("created_at", Instant(), nullable=False),
    sa.Column("ended_at", Instant()),
    sa.Index("entitlement_person", "person_id"),
)
