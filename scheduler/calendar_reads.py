"""The two statements that read therapists' calendars: what is written in wall-clock times, what takes time.

They are made once and get their values by name: every list of times and every booking asks them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.database import Instant
from scheduler.model import COUNTED, LIVE, Span, Spared, Status
from scheduler.pace_tables import imported_busy, travel
from scheduler.tables import availability_override, availability_rule, booking, time_off

WEEKS = timedelta(days=8)  # around what is asked, so that whole local weeks are counted
IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)


def _at(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=Instant())


def _walls() -> sa.CompoundSelect[Any]:
    """(kind, whose, first date, last date, weekday, from, to, zone)."""
    rule, other, away = availability_rule.c, availability_override.c, travel.c
    none = sa.cast(sa.null(), sa.Integer)
    parts = (
        ("rule", rule, rule.valid_from, rule.valid_to, rule.weekday, rule.start_minute, rule.end_minute),
        ("override", other, other.local_date, other.local_date, none, other.start_minute, other.end_minute),
        ("travel", away, away.first_date, away.last_date, none, none, none),
    )
    selects = [
        sa.select(
            sa.literal(kind, literal_execute=True).label("kind"), of.therapist_id, *columns, of.timezone
        ).where(of.therapist_id.in_(IDS))
        for kind, of, *columns in parts
    ]
    return sa.union_all(*selects).order_by("kind", "therapist_id", "weekday", "start_minute", "valid_from")


def _spans() -> sa.CompoundSelect[Any]:
    """(kind, whose, from, to): time off, imported times, blocks of bookings; sessions of the weeks around."""
    off, own, made = time_off.c, imported_busy.c, booking.c
    ours = sa.or_(made.holder == sa.bindparam("holder"), sa.bindparam("every_hold", type_=sa.Boolean()))
    dead = sa.and_(made.status == Status.HELD, sa.or_(made.hold_expires_at <= _at("now"), ours))
    counts = sa.not_(sa.or_(dead, made.id == sa.bindparam("moving")))
    near = made.starts_at.between(_at("wide_from"), _at("wide_to"))  # for the index: blocks are not in it
    one = sa.or_(made.group_id.is_(None), made.client_id.is_(None))  # a group is one session
    parts: tuple[tuple[str, Any, Any, Any, list[sa.ColumnElement[bool]]], ...] = (
        ("off", off, off.starts_at, off.ends_at, []),
        ("imported", own, own.starts_at, own.ends_at, []),
        ("busy", made, made.block_from, made.block_to, [made.status.in_(LIVE), near, counts]),
    )
    selects = [
        sa.select(sa.literal(kind, literal_execute=True).label("kind"), of.therapist_id, begins, ends).where(
            of.therapist_id.in_(IDS), begins < _at("until"), ends > _at("since"), *more
        )
        for kind, of, begins, ends, more in parts
    ]
    kind = sa.literal("session", literal_execute=True).label("kind")
    sessions = sa.select(kind, made.therapist_id, made.starts_at, made.ends_at)
    weeks = sessions.where(made.therapist_id.in_(IDS), made.status.in_(COUNTED), one, near, counts)
    return sa.union_all(*selects, weeks)


def spans_of(ids: Sequence[str], within: Span, now: datetime, spared: Spared) -> dict[str, Any]:
    """The values that SPANS takes."""
    return {
        "ids": ids,
        "since": within.starts_at,
        "until": within.ends_at,
        "wide_from": within.starts_at - WEEKS,
        "wide_to": within.ends_at + WEEKS,
        "now": now,
        "holder": spared.holder,
        "every_hold": spared.every_hold,
        "moving": spared.moving,
    }


WALLS, SPANS = _walls(), _spans()
