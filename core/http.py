"""The HTTP edge's vocabulary: who asks, what a route takes and gives, how bodies are read.

Routes are declared as data, so that the OpenAPI document (server/openapi.py) comes from the code.
Middleware, cookies and rendering of errors stand in server/web.py.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, PlainSerializer, ValidationError

from core.errors import (
    Denied,
    Invalid,
    NotFound,
    RequestTimeout,
    TodokuError,
    TooLarge,
    Unauthenticated,
    UnsupportedMediaType,
)
from core.ids import PersonId
from core.inbound import Inbound

ACCOUNT_COOKIE = "todoku_account"
LINK_COOKIE = "todoku_link"
SESSION_HEADER = "Todoku-Session"
MAX_BODY_BYTES = 64 * 1024
BODY_WITHIN_S = 20.0  # at a few kB/s; who sends slower holds a connection and its memory
MAX_KEY_CHARS = 200

Model = TypeVar("Model", bound=Inbound)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def rfc3339(value: datetime) -> str:
    """ "2026-11-24T01:00:00Z": UTC, whole seconds unless there is more."""
    return value.isoformat().replace("+00:00", "Z")


Utc = Annotated[datetime, PlainSerializer(rfc3339, return_type=str, when_used="json")]


class Body(Inbound):
    """Base of what requests carry: unknown members are refused, text is stripped."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class Reply(BaseModel):
    """Base of everything answered."""

    model_config = ConfigDict(frozen=True)


@dataclass(frozen=True)
class Identity:
    """Who asks. A link session may have no person yet; `scope` says what its link was for."""

    person_id: PersonId | None
    roles: frozenset[str]
    session_id: str
    kind: Literal["account", "link"]
    scope: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """One operation: enough to serve it and to document it.

    `text_type`: what its text body is, where that is no JSON. `bearer`: who asks shows a token of the route's
    own in `Authorization`; cookies count for nothing, so that pages and programs from anywhere may ask.
    `error_type`: of errors, where they are no problem documents.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    body: type[Inbound] | None = None
    query: type[Inbound] | None = None
    response: type[BaseModel] | None = None
    status: int = 200
    tag: str = ""
    errors: tuple[type[TodokuError], ...] = ()
    content_type: str = "application/json"
    text_type: str = ""
    bearer: bool = False
    error_type: str = "application/problem+json"


IDENTITY = web.RequestKey("identity", Identity)


def identity(request: web.Request) -> Identity:
    """Who asks. Raises Unauthenticated."""
    found: Identity | None = request.get(IDENTITY)
    if found is None:
        raise Unauthenticated
    return found


def require(request: web.Request, *roles: str) -> Identity:
    """Who asks, holding one of `roles`. Raises Unauthenticated or Denied."""
    found = identity(request)
    if not found.roles.intersection(roles):
        raise Denied
    return found


async def body(request: web.Request, model: type[Model]) -> Model:
    """The JSON body as `model`. Raises Invalid with `errors` (field, message), TooLarge, RequestTimeout."""
    return parse(model, await _content(request))


async def text(request: web.Request, media_type: str) -> str:
    """The body as text, which must be of this media type. Raises UnsupportedMediaType, TooLarge, Invalid."""
    if request.content_type != media_type:
        raise UnsupportedMediaType(f"the body must be {media_type}")
    try:
        return (await _content(request)).decode()
    except UnicodeDecodeError:
        raise Invalid("the body must be UTF-8") from None


def bearer_token(request: web.Request) -> str | None:
    """The token in `Authorization: Bearer` (RFC 6750 2.1), if there is one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


async def _content(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            data = await request.content.read(MAX_BODY_BYTES + 1)
            while len(data) <= MAX_BODY_BYTES and (more := await request.content.read(MAX_BODY_BYTES)):
                data += more
    except TimeoutError:
        raise RequestTimeout from None
    except web.HTTPException:
        raise TooLarge from None
    if len(data) > MAX_BODY_BYTES:
        raise TooLarge
    return data


def parse(model: type[Model], data: bytes) -> Model:
    """JSON bytes as `model`. Raises Invalid."""
    try:
        return model.model_validate_json(data or b"{}")
    except ValidationError as error:
        raise invalid(error) from None


def query(request: web.Request, model: type[Model]) -> Model:
    """The query string as `model`. Raises Invalid."""
    try:
        return model.model_validate(dict(request.query))
    except ValidationError as error:
        raise invalid(error) from None


def invalid(error: ValidationError) -> Invalid:
    """What pydantic found, as field and message, without the value itself."""
    found = [
        {"field": ".".join(str(part) for part in item["loc"]), "message": item["msg"], "rule": item["type"]}
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return Invalid(errors=found)


def reply(model: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """`model` as JSON."""
    return web.Response(
        body=model.model_dump_json().encode(), status=status, headers=headers, content_type="application/json"
    )


def idempotency_key(request: web.Request) -> str | None:
    """The Idempotency-Key header, if any. Raises Invalid when it is too long or not plain text."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not re.fullmatch(rf"[\x21-\x7e]{{1,{MAX_KEY_CHARS}}}", key):
        raise Invalid("Idempotency-Key must be 1 to 200 visible ASCII characters")
    return key


def path_id(request: web.Request, name: str) -> str:
    """A path part that is an id; anything that cannot be one is answered like an unknown id."""
    value = request.match_info[name]
    if not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", value):
        raise NotFound
    return value
