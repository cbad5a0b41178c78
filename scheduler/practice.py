"""A therapist's own practice: joining it and reading it. Not here: what they set in it (pace_service.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from core.ids import PersonId
from scheduler import practice_store, store
from scheduler.errors import TherapistUnknown
from scheduler.hours import zone
from scheduler.model import Rule, Therapist


@dataclass(frozen=True)
class Hours:
    """Weekly hours as written: weekday 0 = Monday, "09:00" to "17:00"; "24:00" is the end of the day."""

    weekday: int
    start: str
    end: str


@dataclass(frozen=True)
class NewTherapist:
    """What makes a person a therapist here; a licence without `licence_verified_at` is not offered yet."""

    person_id: PersonId
    licence_kind: str
    licence_number: str
    licence_verified_at: datetime | None
    licence_expires_at: datetime | None
    timezone: str
    hours: Sequence[Hours]
    capacity: int
    headline: dict[str, str]  # by language, "ja" and "en"
    languages: Sequence[str]


@dataclass(frozen=True)
class Practice:
    """A therapist's settings with the load they lead to."""

    therapist: Therapist
    hours: tuple[Hours, ...]


async def register_therapist(connection: AsyncConnection, new: NewTherapist, now: datetime) -> None:
    """Add a therapist with weekly hours. Raises ValueError for an unknown zone or clock time."""
    zone(new.timezone)
    await practice_store.insert_therapist(
        connection,
        {
            "id": new.person_id,
            "licence_kind": new.licence_kind,
            "licence_number": new.licence_number,
            "licence_verified_at": new.licence_verified_at,
            "licence_expires_at": new.licence_expires_at,
            "timezone": new.timezone,
            "headline": dict(new.headline),
            "languages": list(new.languages),
            "capacity": new.capacity,
            "pause_new": False,
            "created_at": now,
        },
    )
    rules = [Rule(h.weekday, to_minute(h.start), to_minute(h.end), new.timezone) for h in new.hours]
    await practice_store.insert_rules(connection, new.person_id, rules)


async def verify_licence(
    connection: AsyncConnection, therapist_id: str, expires_at: datetime | None, now: datetime
) -> None:
    """The licence was looked at and holds until then (None: for good). Raises TherapistUnknown."""
    await store.lock_therapist(connection, therapist_id)
    if not await practice_store.put_licence(connection, therapist_id, now, expires_at):
        raise TherapistUnknown


async def practice(connection: AsyncConnection, therapist_id: str) -> Practice:
    """Raises TherapistUnknown."""
    therapist = await practice_store.find_therapist(connection, therapist_id)
    if therapist is None:
        raise TherapistUnknown
    rules = (await practice_store.rules_of(connection, [therapist_id]))[therapist_id]
    hours = tuple(Hours(r.weekday, to_clock(r.start_minute), to_clock(r.end_minute)) for r in rules)
    return Practice(therapist, hours)


def to_minute(clock_time: str) -> int:
    """ "09:30" as minutes of the day, "24:00" as 1440. Raises ValueError."""
    hours, _, minutes = clock_time.partition(":")
    minute = int(hours) * 60 + int(minutes)
    if not 0 <= minute <= 1440 or int(minutes) > 59:
        raise ValueError(f"not a clock time: {clock_time!r}")
    return minute


def to_clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
