"""Errors that people and programs outside may see.

The kind says who is to blame and gives the HTTP status; a subclass per situation stands in the folder
that raises it and gives a stable `code`. `detail` is always safe to show. No library's message passes
through here.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar


class TodokuError(Exception):
    """Something went wrong on our side."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong on our side"
    headers: ClassVar[Mapping[str, str]] = {}  # of the answer over HTTP

    def __init__(self, detail: str = "", **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.extra = extra


class Invalid(TodokuError):
    """The request is well-formed but its content is not acceptable; `errors` lists field and message."""

    code = "invalid"
    status = 422
    title = "The request is not valid"


class Unauthenticated(TodokuError):
    """Nobody is signed in, or the session has ended."""

    code = "unauthenticated"
    status = 401
    title = "Please sign in"


class Denied(TodokuError):
    """Signed in, but not allowed to do this."""

    code = "denied"
    status = 403
    title = "You may not do this"


class NotFound(TodokuError):
    """There is no such thing, or it is not yours to see."""

    code = "not_found"
    status = 404
    title = "Not found"


class Conflict(TodokuError):
    """The state of things has changed in between."""

    code = "conflict"
    status = 409
    title = "This is no longer possible as asked"


class Gone(TodokuError):
    """It existed and is over."""

    code = "gone"
    status = 410
    title = "This is over"


class PreconditionFailed(TodokuError):
    """If-Match names an older version than the stored one, or is missing."""

    code = "version_conflict"
    status = 412
    title = "This was changed in between; load it again"


class RequestTimeout(TodokuError):
    """The request's body did not come whole in time."""

    code = "request_timeout"
    status = 408
    title = "Sending took too long; please try again"
    headers: ClassVar[Mapping[str, str]] = {"Connection": "close"}  # what comes late is not read any more


class TooLarge(TodokuError):
    """The request's body is larger than this route takes."""

    code = "too_large"
    status = 413
    title = "This is too large"


class UnsupportedMediaType(TodokuError):
    """The request's body is of a media type that this route does not take."""

    code = "unsupported_media_type"
    status = 415
    title = "This kind of content is not taken here"


class PreconditionRequired(TodokuError):
    """The request must say by If-Match which version it means (RFC 6585 3)."""

    code = "precondition_required"
    status = 428
    title = "This must say which version it means"


class TooMany(TodokuError):
    """Too many requests of this kind; `retry_after_s` says when to try again."""

    code = "too_many"
    status = 429
    title = "Too many attempts; please wait a little"


class Unavailable(TodokuError):
    """A part of the service does not answer at the moment."""

    code = "unavailable"
    status = 503
    title = "This is not available at the moment; please try again shortly"


class Contended(Unavailable):
    """Others kept changing the same at once; nothing was done. `retry_after_s` says when to try again."""

    code = "contended"
    title = "Too much is being changed at once; nothing was done, please try again"


def problem(error: TodokuError) -> dict[str, Any]:
    """The error as an RFC 9457 problem document; extra members stand beside the standard ones."""
    return {
        **error.extra,
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
    }


def from_problem(document: dict[str, Any]) -> TodokuError:
    """The error a problem document stands for, as its own class where that is known here."""
    code = str(document.get("code", "internal"))
    members = {k: v for k, v in document.items() if k not in {"type", "title", "status", "code", "detail"}}
    kind = all_errors().get(code)
    if kind is None:
        status = int(document.get("status", 500))
        kind = type("RemoteError", (TodokuError,), {"code": code, "status": status})
    return kind(str(document.get("detail", "")), **members)


def all_errors() -> dict[str, type[TodokuError]]:
    """Every imported error class that has a code of its own, by code."""
    kinds = (kind for kind in _tree(TodokuError) if kind.__name__ != "RemoteError")
    return {kind.code: kind for kind in kinds if "code" in vars(kind)}


def _tree(kind: type[TodokuError]) -> Iterator[type[TodokuError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _tree(child)
