"""The pages: five HTML shells with a fresh nonce per response, and the built assets beside them.

Which page shows what is decided in the browser; the server knows only which bundle an address belongs to.
"""

import secrets
from collections.abc import Awaitable, Callable
from html import escape
from pathlib import Path

from aiohttp import web

from core.help_contact import address_of
from web import static_folder

NONCE_MARK = "__CSP_NONCE__"
HEAD_END = "</head>"
IMMUTABLE = "public, max-age=31536000, immutable"  # names hold a hash of the content

JOIN_PATHS = ("/join/{token}", "/room/{booking_id}")
BOOK_PATHS = ("/b/{token}", "/book")
CHANGE_PATHS = ("/change/{token}",)
CHOOSE_PATHS = ("/choose/{token}",)
APP_PATHS = ("/", "/sign-in", "/sign-in/{token}", "/therapist{tail:.*}", "/staff{tail:.*}")

NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Todoku</title>
<h1>The web client is not built yet</h1>
<p>Run <code>make run</code> once and load this page again.</p></html>"""


def add_pages(app: web.Application, help_contact: str = "") -> None:
    """Add the shells, the assets and the not-found page. The shells name whom to ask for help."""
    folder = static_folder()
    head = help_link(help_contact)
    shells = {
        "join": JOIN_PATHS,
        "book": BOOK_PATHS,
        "change": CHANGE_PATHS,
        "choose": CHOOSE_PATHS,
        "app": APP_PATHS,
    }
    for page, paths in shells.items():
        for path in paths:
            app.router.add_get(path, _shell(folder / f"{page}.html", head))
    app.router.add_get("/{path:(?!api/|health/|socket.io).+}", _file_or_not_found(folder, head))


def help_link(contact: str) -> str:
    """For a page's head: where help is, in words and, if there is one, as an address; empty if nowhere."""
    if not contact:
        return ""
    address = address_of(contact)
    href = f' href="{escape(address)}"' if address else ""
    return f'<link rel="help" title="{escape(contact)}"{href}>'


def _shell(file: Path, head: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(_request: web.Request) -> web.StreamResponse:
        return _page(file, head, 200)

    return serve


def _page(file: Path, head: str, status: int) -> web.Response:
    if not file.is_file():
        return web.Response(text=NOT_BUILT, content_type="text/html", status=503)
    nonce = secrets.token_urlsafe(18)
    headers = {"Content-Security-Policy": content_security_policy(nonce), "Cache-Control": "no-store"}
    text = file.read_text(encoding="utf-8").replace(NONCE_MARK, nonce)
    text = text.replace(HEAD_END, head + HEAD_END, 1)
    return web.Response(text=text, content_type="text/html", status=status, headers=headers)


def _file_or_not_found(folder: Path, head: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    root = folder.resolve()

    async def serve(request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        if "\0" in path:
            return _page(folder / "app.html", head, 404)
        try:
            file = (root / path).resolve()
            found = file.is_relative_to(root) and file.is_file() and file.suffix != ".html"
        except OSError:  # a name longer than the file system takes
            found = False
        if not found:
            return _page(folder / "app.html", head, 404)
        caching = IMMUTABLE if path.startswith("assets/") else "public, max-age=3600"
        return web.FileResponse(file, headers={"Cache-Control": caching})

    return serve


def content_security_policy(nonce: str) -> str:
    """Nothing from elsewhere, no inline script, styles only with this response's nonce."""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def security_headers(secure: bool) -> dict[str, str]:
    """Headers of every response. No referrer: paths hold link tokens."""
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
        "X-Frame-Options": "DENY",
    }
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers
