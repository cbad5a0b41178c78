"""Whether a therapist takes a client (pure): places, pause and licence.

This draws the list and names the reason; the guarded UPDATE in store.take_place is what decides under load.
Lowering the capacity below the open cares is allowed: it ends none of them, it only leaves no free place.
"""

from datetime import datetime
from enum import StrEnum

from scheduler.model import Therapist


class Closed(StrEnum):
    """Why a therapist cannot be offered."""

    LICENCE_UNVERIFIED = "licence_unverified"
    LICENCE_EXPIRED = "licence_expired"
    PAUSED = "paused"
    FULL = "full"


def free_places(therapist: Therapist) -> int:
    """Clients who could still be taken, never below 0; promised places count as used."""
    return max(0, therapist.capacity - therapist.active - therapist.offers)


def may_practise(therapist: Therapist, at: datetime) -> Closed | None:
    """None when the licence is verified and still valid at `at`, else the reason."""
    if therapist.licence_verified_at is None:
        return Closed.LICENCE_UNVERIFIED
    if therapist.licence_expires_at is not None and therapist.licence_expires_at <= at:
        return Closed.LICENCE_EXPIRED
    return None


def closed(therapist: Therapist, at: datetime, *, in_care: bool) -> Closed | None:
    """Why this client gets no session at `at`; a client already in care needs no place and feels no pause."""
    reason = may_practise(therapist, at)
    if reason is not None or in_care:
        return reason
    if therapist.pause_new:
        return Closed.PAUSED
    return None if free_places(therapist) > 0 else Closed.FULL
