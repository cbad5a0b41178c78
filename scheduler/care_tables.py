"""Tables of how clients come to a therapist and change: offers, waiting list, handover, cover in leave."""

import sqlalchemy as sa

from core.database import Instant, metadata

OPEN = sa.text("state = 'open'")
WAITING = sa.text("state IN ('waiting', 'offered')")

# A place that is kept for a while: for a client to take (kind "place"), or until a therapist has said whether
# they take this client (kind "request"). An open one counts in therapist.offers.
care_offer = sa.Table(
    "care_offer",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("client_id", sa.String(36), sa.ForeignKey("person.id"), nullable=False),
    sa.Column("therapist_id", sa.String(36), sa.ForeignKey("therapist.id"), nullable=False),
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
    sa.Index("one_offer", "client_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    sa.Index("care_offer_therapist", "therapist_id", "state"),
    sa.Index("care_offer_expiry", "expires_at", sqlite_where=OPEN, postgresql_where=OPEN),
)

wait_entry = sa.Table(
    "wait_entry",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("client_id", sa.String(36), sa.ForeignKey("person.id"), nullable=False),
    sa.Column("therapist_id", sa.String(36), sa.ForeignKey("therapist.id")),  # NULL: any
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("offer_id", sa.String(36), sa.ForeignKey("care_offer.id")),
    sa.Column("enqueued_at", Instant(), nullable=False),
    sa.Column("updated_at", Instant(), nullable=False),
    sa.CheckConstraint("state IN ('waiting', 'offered', 'placed', 'left')", name="wait_state_known"),
    sa.Index("one_wait", "client_id", unique=True, sqlite_where=WAITING, postgresql_where=WAITING),
    sa.Index("wait_entry_order", "state", "enqueued_at"),
)

handover = sa.Table(
    "handover",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("care_from", sa.String(36), sa.ForeignKey("care.id"), nullable=False),
    sa.Column("therapist_to", sa.String(36), sa.ForeignKey("therapist.id"), nullable=False),
    sa.Column("care_to", sa.String(36), sa.ForeignKey("care.id")),
    sa.Column("note", sa.Text),  # from one therapist to the next
    sa.Column("state", sa.String(10), nullable=False),
    # What of the chat the next therapist sees, as the client chose: all, from a date on, or none.
    sa.Column("history", sa.String(10)),
    sa.Column("history_from", sa.Date),
    sa.Column("read_until", Instant()),  # so long the earlier therapist can still read
    sa.Column("offer_id", sa.String(36), sa.ForeignKey("care_offer.id")),  # the place that is kept meanwhile
    sa.Column("created_at", Instant(), nullable=False),
    sa.Column("decided_at", Instant()),
    sa.CheckConstraint("state IN ('proposed', 'done', 'declined')", name="handover_state_known"),
    sa.CheckConstraint("history IS NULL OR history IN ('all', 'from', 'none')", name="history_known"),
    sa.Index("handover_care", "care_from"),
)

leave_choice = sa.Table(
    "leave_choice",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("time_off_id", sa.String(36), sa.ForeignKey("time_off.id"), nullable=False),
    sa.Column("care_id", sa.String(36), sa.ForeignKey("care.id"), nullable=False),
    sa.Column("choice", sa.String(10)),  # NULL: asked, not chosen yet
    sa.Column("asked_at", Instant(), nullable=False),
    sa.Column("chosen_at", Instant()),
    sa.CheckConstraint("choice IS NULL OR choice IN ('wait', 'cover', 'transfer')", name="choice_known"),
    sa.Index("one_choice", "time_off_id", "care_id", unique=True),
)

# A client who does not want to meet a therapist again; nobody is told.
care_apart = sa.Table(
    "care_apart",
    metadata,
    sa.Column("client_id", sa.String(36), sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("therapist_id", sa.String(36), sa.ForeignKey("therapist.id"), primary_key=True),
    sa.Column("created_at", Instant(), nullable=False),
)
