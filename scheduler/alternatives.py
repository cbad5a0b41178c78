"""What to offer when a time is gone (pure): at most three, the nearest first.

Whom a client may see is decided before; the candidates given here are all allowed.
"""

from collections.abc import Iterable
from datetime import datetime

from scheduler.model import Alternative

LIMIT = 3


def nearest(candidates: Iterable[Alternative], wanted: datetime, limit: int = LIMIT) -> list[Alternative]:
    """The `limit` candidates closest in time to `wanted`; of two equally close ones the earlier."""
    return sorted(candidates, key=lambda c: (abs(c.starts_at - wanted), c.starts_at, c.therapist_id))[:limit]


def offers(
    own: Iterable[Alternative], others: Iterable[Alternative], wanted: datetime, limit: int = LIMIT
) -> list[Alternative]:
    """The asked therapist's nearest times first; other therapists only fill what is left."""
    chosen = nearest(own, wanted, limit)
    return chosen + nearest(others, wanted, limit - len(chosen))
