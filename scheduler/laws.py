"""What the database's own laws mean: a constraint that refuses becomes the error that names its reason."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from core.database import violation
from core.errors import Denied, TodokuError
from core.idempotency import IdempotencyMismatch
from scheduler.errors import CareElsewhere, ClientBusy, HoldPending, SlotTaken, StatusConflict

# What a constraint's refusal means to the one who asked.
LAWS: dict[str, type[TodokuError]] = {
    "th_no_overlap": SlotTaken,
    "cl_no_overlap": ClientBusy,
    "one_hold": HoldPending,
    "one_care": CareElsewhere,
    "care_of_another": Denied,
    "offer_to_another": Denied,
    "one_offer": StatusConflict,
    "one_wait": StatusConflict,
    "idempotency_pkey": IdempotencyMismatch,
}


@contextmanager
def laws() -> Iterator[None]:
    """Turn a refusal by the database into the error that names its reason."""
    try:
        yield
    except DBAPIError as error:
        kind = LAWS.get(violation(error) or "")
        if kind is None:
            raise
        raise kind from None
