"""The aiohttp application: middleware from the outside in, and the routes the folders declare.

Request id and log line -> errors as problem+json -> Origin check -> who asks. Nothing is decided here
about people or bookings.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

import sqlalchemy as sa
import structlog
from aiohttp import web, web_response
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler, Middleware

from core.clock import Clock
from core.errors import Denied, NotFound, TodokuError, TooLarge, Unavailable, problem
from core.http import IDENTITY, MAX_BODY_BYTES, SESSION_HEADER, Identity, Route
from core.ids import new_id
from server.pages import security_headers

# The database, the bus or the asker is away.
AWAY = (ConnectionError, TimeoutError, sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
AWAY_RETRY_S = 5
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
REQUEST_ID = web.RequestKey("request_id", str)
ASKER_GONE = 499  # nginx's number for an asker who has gone
# What browsers ask before they let a page of another site use a route with a token of its own (Fetch 3.2).
ANY_PAGE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Expose-Headers": "Location, ETag, Link",
    "Access-Control-Max-Age": "600",
}
# The library would name itself and Python with their versions; no hook sees the answers to broken requests.
web_response.SERVER_SOFTWARE = "Todoku"  # type: ignore[attr-defined]

Identify = Callable[[Mapping[str, str], str], Awaitable[Identity | None]]

log = structlog.get_logger()


class OriginRefused(Denied):
    """A changing request came from another site's page (Origin or Sec-Fetch-Site)."""

    code = "origin_refused"
    title = "This request did not come from our own pages"


class MethodNotAllowed(TodokuError):
    """The address exists, but not for this method."""

    code = "method_not_allowed"
    status = 405
    title = "This address does not take that method"


class BadRequest(TodokuError):
    """The HTTP request itself is broken."""

    code = "bad_request"
    status = 400
    title = "The request could not be read"


@dataclass(frozen=True)
class Edge:
    """What the middleware needs to know."""

    identify: Identify
    clock: Clock
    public_url: str
    trusted_proxies: int = 0


def application(routes: Iterable[Route], edge: Edge) -> web.Application:
    """The application with every route and the middleware around them."""
    routes = list(routes)
    open_paths = frozenset(route.path for route in routes if route.bearer)
    app = web.Application(
        middlewares=[_requests(edge), _errors, _origin(edge, open_paths), _identity(edge, open_paths)],
        client_max_size=MAX_BODY_BYTES,
    )
    for route in routes:
        app.router.add_route(route.method, route.path, route.handler)
    app.on_response_prepare.append(_headers(edge, open_paths))
    return app


def problem_response(error: TodokuError, request_id: str) -> web.Response:
    """RFC 9457; `request_id` lets people quote what they saw."""
    headers = dict(error.headers)
    if "retry_after_s" in error.extra:
        headers["Retry-After"] = str(int(error.extra["retry_after_s"]))
    return web.json_response(
        problem(error) | {"request_id": request_id},
        status=error.status,
        content_type="application/problem+json",
        headers=headers,
    )


def _requests(edge: Edge) -> Middleware:
    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        request_id = request[REQUEST_ID] = new_id()
        if edge.trusted_proxies:
            request = request.clone(remote=_address(request, edge.trusted_proxies) or "")
        structlog.contextvars.bind_contextvars(request_id=request_id)
        began = edge.clock.monotonic()
        status = ASKER_GONE  # stands where the handler is cancelled
        try:
            response = await handler(request)
            status = response.status
            return response
        finally:
            log.info(
                "request",
                method=request.method,
                route=_template(request),
                status=status,
                ms=round((edge.clock.monotonic() - began) * 1000, 1),
            )
            structlog.contextvars.unbind_contextvars("request_id")

    return middleware


def _template(request: web.Request) -> str:
    """The route, never the path: paths hold link tokens."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"


def _address(request: web.Request, trusted_proxies: int) -> str | None:
    """The asker's address: the entry that our own outermost proxy added."""
    forwarded = [part.strip() for part in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")]
    if 0 < trusted_proxies <= len(forwarded) and re.fullmatch(
        r"[0-9A-Fa-f:.]{2,45}", forwarded[-trusted_proxies]
    ):
        return forwarded[-trusted_proxies]
    return request.remote


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except TodokuError as error:
        return problem_response(error, request[REQUEST_ID])
    except web.HTTPRedirection:
        raise
    except web.HTTPException as error:
        return problem_response(_of_http(error), request[REQUEST_ID])
    except AWAY:
        if request.transport is None or request.transport.is_closing():
            return problem_response(BadRequest(), request[REQUEST_ID])  # the asker has gone; nobody reads it
        log.exception("request_unavailable", route=_template(request))
        return problem_response(Unavailable(retry_after_s=AWAY_RETRY_S), request[REQUEST_ID])
    except (web.RequestPayloadError, HttpProcessingError):
        return problem_response(BadRequest(), request[REQUEST_ID])
    except Exception:
        log.exception("request_failed", route=_template(request))
        return problem_response(TodokuError(), request[REQUEST_ID])


_HTTP_ERRORS: dict[int, type[TodokuError]] = {
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.METHOD_NOT_ALLOWED: MethodNotAllowed,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TooLarge,
}


def _of_http(error: web.HTTPException) -> TodokuError:
    return _HTTP_ERRORS.get(error.status, BadRequest)()


def _origin(edge: Edge, open_paths: Set[str]) -> Middleware:
    ours = urlsplit(edge.public_url).netloc

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        changes = request.method not in SAFE_METHODS and _template(request) not in open_paths
        if changes and not own_origin(request.headers, request.host, ours):
            raise OriginRefused
        return await handler(request)

    return middleware


def own_origin(headers: Mapping[str, str], host: str, ours: str) -> bool:
    """Whether a changing request comes from our own page, or from a program that is no browser."""
    origin = headers.get("Origin")
    if origin is None:
        return headers.get("Sec-Fetch-Site", "none") in {"same-origin", "none"}
    try:
        return urlsplit(origin).netloc in {host, ours} - {""}
    except ValueError:
        return False


def _identity(edge: Edge, open_paths: Set[str]) -> Middleware:
    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/api/") and _template(request) not in open_paths:
            # A link to a download can send no header; for reading, the query may name the session instead.
            asked = request.query.get("session", "account") if request.method in SAFE_METHODS else "account"
            which = request.headers.get(SESSION_HEADER, asked)
            found = await edge.identify(request.cookies, which)
            if found is not None:
                request[IDENTITY] = found
        return await handler(request)

    return middleware


def _headers(
    edge: Edge, open_paths: Set[str]
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    secure = edge.public_url.startswith("https:")

    async def prepare(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in security_headers(secure).items():
            response.headers.setdefault(name, value)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        if _template(request) in open_paths:
            response.headers.update(ANY_PAGE)
        if REQUEST_ID in request:
            response.headers["X-Request-Id"] = request[REQUEST_ID]

    return prepare
