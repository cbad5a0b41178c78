"""What came of a session, told from who was in its room and when. Pure: values and `now` in, an outcome out.

A side that did not come within the grace, while the other one did, has missed it; who came and found nobody
has missed nothing. Where both were there at the same time and no call came about, nobody is named. Nothing
here judges a person: it only decides which words both are told (letters.py), and staff can correct it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from scheduler.model import Span, Status


@dataclass(frozen=True)
class Attendance:
    """When each side was in the room, in order; the call, if there was one, and the end of the room."""

    client: tuple[Span, ...] = ()
    therapist: tuple[Span, ...] = ()
    call_since: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """What the booking becomes, and what it keeps of it. Lateness None: that side never came."""

    status: Status
    noshow_by: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    client_late_s: int | None = None
    therapist_late_s: int | None = None
    overrun_s: int | None = None


class Came(IntEnum):
    """How somebody came to a session."""

    NEVER = 0
    LATE = 1
    IN_TIME = 2


# By (client, therapist), where the two did not meet.
MISSED: Mapping[tuple[Came, Came], str | None] = {
    (Came.NEVER, Came.NEVER): "both",
    (Came.NEVER, Came.LATE): "client",
    (Came.NEVER, Came.IN_TIME): "client",
    (Came.LATE, Came.NEVER): "therapist",
    (Came.LATE, Came.LATE): None,
    (Came.LATE, Came.IN_TIME): "client",
    (Came.IN_TIME, Came.NEVER): "therapist",
    (Came.IN_TIME, Came.LATE): "therapist",
    (Came.IN_TIME, Came.IN_TIME): None,
}

# What staff may make of a settled session.
CORRECTIONS: Mapping[Status, frozenset[Status]] = {
    Status.FULFILLED: frozenset({Status.NOSHOW}),
    Status.NOSHOW: frozenset({Status.FULFILLED, Status.NOSHOW}),
}


def settle(
    session: Span, enter_until: datetime, seen: Attendance, now: datetime, grace: timedelta
) -> Outcome | None:
    """The outcome, None while there is none yet: its time is not over, a call goes on or may still begin."""
    if seen.call_since is not None:
        return took_place(session, seen, seen.ended_at) if seen.ended_at is not None else None
    if now < enter_until or (_is_there(seen.client, now) and _is_there(seen.therapist, now)):
        return None
    met = any(one.overlaps(other) for one in seen.client for other in seen.therapist)
    came = came_to(session, seen.client, grace), came_to(session, seen.therapist, grace)
    return Outcome(
        Status.NOSHOW,
        noshow_by=None if met else MISSED[came],
        client_late_s=late_s(session, seen.client),
        therapist_late_s=late_s(session, seen.therapist),
    )


def _is_there(there: Sequence[Span], now: datetime) -> bool:
    return bool(there) and there[-1].ends_at >= now


def took_place(session: Span, seen: Attendance, ended_at: datetime) -> Outcome:
    """A call came about. It was over when the last one went, though a silence is noticed later."""
    gone = max((span.ends_at for span in (*seen.client, *seen.therapist)), default=ended_at)
    finished_at = min(ended_at, gone)
    return Outcome(
        Status.FULFILLED,
        started_at=seen.call_since,
        finished_at=finished_at,
        client_late_s=late_s(session, seen.client) or 0,
        therapist_late_s=late_s(session, seen.therapist) or 0,
        overrun_s=max(0, _seconds(finished_at - session.ends_at)),
    )


def came_to(session: Span, there: Sequence[Span], grace: timedelta) -> Came:
    """Who looked in before the start and was gone by then has not come."""
    late = late_s(session, there)
    if late is None:
        return Came.NEVER
    return Came.IN_TIME if timedelta(seconds=late) < grace else Came.LATE


def late_s(session: Span, there: Iterable[Span]) -> int | None:
    """How long after the start somebody was first there; None if never since."""
    since = [max(span.starts_at, session.starts_at) for span in there if span.ends_at > session.starts_at]
    return _seconds(min(since) - session.starts_at) if since else None


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
