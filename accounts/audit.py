"""What may stand in the audit trail: who did what to which subject, in ids and stable words.

The table only grows: the database refuses UPDATE and DELETE. No names, mails, tokens or health text, so a
detail is a flat set of short values.
"""

import re
from typing import Any

DETAIL_CHARS = 200
WORD = re.compile(r"[a-z][a-z0-9_.]{0,63}")
FORBIDDEN = frozenset(
    {"name", "email", "mail", "password", "token", "text", "message", "note", "pain", "symptom"}
)


def checked(action: str, detail: dict[str, Any]) -> dict[str, Any]:
    """`detail`, if it may be written. Raises ValueError: a mistake of ours, not of a user."""
    if not WORD.fullmatch(action):
        raise ValueError(f"not an action word: {action!r}")
    for key, value in detail.items():
        if key in FORBIDDEN or not WORD.fullmatch(key):
            raise ValueError(f"audit detail may not hold {key!r}")
        if not isinstance(value, str | int | float | bool | None) or len(str(value)) > DETAIL_CHARS:
            raise ValueError(f"audit detail {key!r} must be one short value")
    return detail
