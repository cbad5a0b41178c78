"""Who could take a client, and in which order they are asked (pure).

First what must be so, then an order without favour: who cared for this client before, then the lowest load
for its capacity, then who has waited longest for a new client, then the id. Nothing counts how popular
somebody is, and who paused loses nothing by it. Not here: reading, and keeping places (offering.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

from scheduler.capacity import closed
from scheduler.model import Therapist

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Wanted:
    """What a client needs. `not_with`: who was asked already, or is not wanted; `employers`: theirs."""

    language: str | None = None
    therapist_id: str | None = None  # None: anybody
    specialism: str | None = None
    previous: str | None = None
    not_with: frozenset[str] = frozenset()
    employers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Candidate:
    """A therapist with what the order looks at."""

    therapist: Therapist
    last_assigned_at: datetime | None = None
    employers: frozenset[str] = frozenset()


def may_care(candidate: Candidate, wanted: Wanted) -> bool:
    """What no choice of anybody changes (invariant I9): colleagues and people kept apart do not meet here."""
    one = candidate.therapist
    return one.id not in wanted.not_with and not (candidate.employers & wanted.employers)


def suits(candidate: Candidate, wanted: Wanted, now: datetime) -> bool:
    """Whether this therapist could take this client now, as far as free times do not matter."""
    one = candidate.therapist
    return (
        may_care(candidate, wanted)
        and closed(one, now, in_care=False) is None
        and wanted.therapist_id in (None, one.id)
        and (wanted.language is None or wanted.language in one.languages)
        and (wanted.specialism is None or wanted.specialism in one.specialisms)
    )


def ordered(candidates: Iterable[Candidate], wanted: Wanted, now: datetime) -> list[Candidate]:
    """Those who suit, in the order in which they are to be asked."""

    def rank(one: Candidate) -> tuple[bool, Fraction, datetime, str]:
        known = one.therapist
        load = Fraction(known.active + known.offers, known.capacity)
        return known.id != wanted.previous, load, one.last_assigned_at or LONG_AGO, known.id

    return sorted((one for one in candidates if suits(one, wanted, now)), key=rank)


def band(ahead: int) -> str:
    """How many wait before somebody, said roughly: an exact number would only make people count."""
    for most, word in ((0, "next"), (3, "few"), (10, "some")):
        if ahead <= most:
            return word
    return "many"


def working_deadline(days_open: Sequence[bool], whole_days: int) -> int:
    """After how many days `whole_days` days with working hours have passed; `days_open`: from tomorrow on.

    Days on which somebody does not work do not count against them. At most len(days_open).
    """
    left = whole_days
    for passed, is_open in enumerate(days_open, start=1):
        left -= is_open
        if left == 0:
            return passed
    return len(days_open)
