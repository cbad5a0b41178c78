"""A client's own sessions: what is to come, with the way in, and what was.

Who has proven a mail address also sees what was booked for others under it, since each booking from an open
link makes a new person: they got its mail and know of it already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from accounts.model import Named, Person
from core.ids import BookingId, PersonId
from core.pages import Position
from scheduler import store
from scheduler.config import SchedulerConfig
from scheduler.model import LIVE, Booking, Span, Status
from scheduler.visits import enter_span

LOOKED_AT = 200
PAST_SHOWN = 20
OVER = frozenset({Status.FULFILLED, Status.NOSHOW})


@dataclass(frozen=True)
class OwnSession:
    """A session as its client sees it. `enter_url` is a secret, None where there is no way in."""

    booking: Booking
    therapist: Named | Person
    enter: Span
    in_call_since: datetime | None = None
    enter_url: str | None = None


@dataclass(frozen=True)
class Agenda:
    """Upcoming sessions from the next on, past ones from the latest back."""

    upcoming: tuple[OwnSession, ...]
    past: tuple[OwnSession, ...]
    more: bool = False  # there are earlier ones


def split(
    found: Sequence[OwnSession],
    running: Mapping[BookingId, datetime],
    now: datetime,
    most: int = PAST_SHOWN,
) -> Agenda:
    """A session is upcoming until its room closes, or while its call goes on; `most` past ones."""
    told = [replace(one, in_call_since=running.get(one.booking.id)) for one in found]
    ahead = [one for one in told if _is_ahead(one, now)]
    past = [one for one in told if not _is_ahead(one, now)]
    ahead.sort(key=lambda one: one.booking.starts_at)
    past.sort(key=lambda one: (one.booking.starts_at, one.booking.id), reverse=True)
    return Agenda(tuple(ahead), tuple(past[:most]), len(past) > most)


def _is_ahead(one: OwnSession, now: datetime) -> bool:
    return one.booking.status not in OVER and (now < one.enter.ends_at or one.in_call_since is not None)


def can_be_entered(one: OwnSession) -> bool:
    """Now or once its room opens."""
    return one.booking.status in LIVE


async def own_sessions(
    connection: AsyncConnection, person_id: PersonId, config: SchedulerConfig, before: Position | None = None
) -> list[OwnSession]:
    """Sessions of the person's, and of whom else their proven address was given for, `before` one."""
    ids = await accounts.same_address(connection, person_id)
    found = await store.client_bookings(connection, ids, LOOKED_AT, before)
    people = await accounts.people(connection, {one.therapist_id for one in found})
    return [OwnSession(one, people[one.therapist_id], enter_span(one, config)) for one in found]
