"""The base of everything read from outside, over HTTP and Socket.IO alike.

Text that no database keeps is refused here, before anything else sees it: PostgreSQL takes no NUL, and a lone
surrogate is no character. Deliberately not here: what a text may say. Models bound their own; names and
messages lose their other control characters where they are kept (accounts/model.py, chat/model.py).
"""

import re
from typing import Any

from pydantic import BaseModel, field_validator
from pydantic_core import PydanticCustomError

UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class Inbound(BaseModel):
    """A body, a query string, an event's payload."""

    @field_validator("*", mode="before")
    @classmethod
    def _keepable(cls, value: Any) -> Any:
        if not keepable(value):
            raise PydanticCustomError("text_unkeepable", "This contains a character that cannot be kept")
        return value


def keepable(value: Any) -> bool:
    """Whether every text in `value` can be stored. What comes in is nested a few levels deep at most."""
    if isinstance(value, str):
        return UNKEEPABLE.search(value) is None
    if isinstance(value, dict):
        return all(keepable(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return all(keepable(part) for part in value)
    return True
