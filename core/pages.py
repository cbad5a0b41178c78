"""Lists in pages, and answers that need not be sent again: cursors, limits, ETags.

A cursor says where a page ended, by the values the list is ordered by; nobody outside reads it, and one that
was made up leads nowhere it should not: it only narrows a question that is asked with the asker's own rights.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, Field

from core.errors import Invalid
from core.http import Body

Position = tuple[datetime, str]  # the time and id of the last row seen

LARGEST_PAGE = 100
CURSOR_CHARS = 300

Limit = Annotated[int, Field(ge=1, le=LARGEST_PAGE)]
Cursor = Annotated[str, Field(pattern=rf"^[0-9A-Za-z_-]{{1,{CURSOR_CHARS}}}$")]


class Page(Body):
    """What a list's query takes besides its own."""

    limit: Limit = LARGEST_PAGE
    cursor: Cursor | None = None


def cursor_of(at: datetime, own: str) -> str:
    """Behind the row of this time and id."""
    return _written([at.isoformat(), own])


def position(cursor: str | None) -> Position | None:
    """The time and id behind which a page begins. Raises Invalid."""
    if cursor is None:
        return None
    try:
        at, own = _read(cursor)
        when = datetime.fromisoformat(at)
        if not isinstance(own, str) or not own.isascii() or "\0" in own or when.tzinfo is None:
            raise ValueError(cursor)
        return when.astimezone(UTC), own
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        raise not_given_out() from None


def key_cursor(key: str) -> str:
    """Behind the entry of this key, in a list that is ordered otherwise than by time."""
    return _written(key)


def key_of(cursor: str | None) -> str | None:
    """The key behind which a page begins. Raises Invalid."""
    if cursor is None:
        return None
    try:
        key = _read(cursor)
        if not isinstance(key, str):
            raise ValueError(cursor)
        return key
    except (ValueError, RecursionError, binascii.Error):
        raise not_given_out() from None


def not_given_out() -> Invalid:
    """For a cursor that somebody made up."""
    message = "is none that was given out"
    return Invalid(errors=[{"field": "cursor", "message": message, "rule": "cursor"}])


def _written(value: Any) -> str:
    data = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _read(cursor: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


def next_page(request: web.Request, cursor: str, name: str = "cursor") -> str:
    """The address of the page behind `cursor`, for a Link header or a bundle."""
    return str(request.rel_url.update_query({name: cursor}))


def answer(
    request: web.Request,
    model: BaseModel,
    *,
    following: str | None = None,
    content_type: str = "application/json",
) -> web.Response:
    """`model` as JSON with its ETag; 304 to who has it already. `following`: the next page's address."""
    body = model.model_dump_json(exclude_unset=content_type != "application/json").encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag}
    if following is not None:
        headers["Link"] = f'<{following}>; rel="next"'  # RFC 8288
    if tag in _known(request):
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, headers=headers, content_type=content_type)


def _known(request: web.Request) -> Sequence[str]:
    """The tags of If-None-Match, which compares weakly (RFC 9110 13.1.2)."""
    asked = request.headers.get("If-None-Match", "")
    return [part.strip().removeprefix("W/") for part in asked.split(",")]
