"""How long a session lives: it slides with use and has a last day. Pure; rows are in store.py."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

TOUCH_AFTER = timedelta(minutes=5)  # a use is written down at most so often
TOKEN = re.compile(r"[A-Za-z0-9_-]{20,100}")


@dataclass(frozen=True)
class Lifetime:
    """`expires_at` moves with use, `ends_at` does not."""

    expires_at: datetime
    ends_at: datetime


def begin(now: datetime, idle: timedelta, ends_at: datetime) -> Lifetime:
    """The life of a session made now."""
    return Lifetime(min(now + idle, ends_at), ends_at)


def slide(life: Lifetime, now: datetime, idle: timedelta) -> datetime | None:
    """The new `expires_at` after a use, None where it is not worth a write."""
    moved = min(now + idle, life.ends_at)
    return moved if moved - life.expires_at >= TOUCH_AFTER else None


def plausible(token: str | None) -> bool:
    """Whether this can be a token of ours at all; spares the database nonsense."""
    return token is not None and TOKEN.fullmatch(token) is not None
