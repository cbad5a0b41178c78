"""The HTTP edge of a therapist's calendar feed: its address made and ended, and the file behind it."""

from aiohttp import web

from core.errors import Denied, Gone, Invalid, NotFound, Unauthenticated
from core.http import Route, path_id, reply, require
from core.idempotency import IdempotencyMismatch
from scheduler import errors
from scheduler import outward_messages as m
from scheduler.feed import ASK_EVERY, Feeds
from scheduler.once import once_of

WHO = (Unauthenticated, Denied, errors.TherapistUnknown)
FEED = "/api/therapist/pace/feed"
CALENDAR = "text/calendar"


def routes(feeds: Feeds) -> list[Route]:
    """Every operation on one's own feed, and reading it without signing in."""
    edge, about = _Edge(feeds), "therapist"
    return [
        Route("GET", FEED, edge.state, "Your calendar feed", response=m.FeedReply, tag=about, errors=WHO),
        Route(
            "POST",
            FEED,
            edge.make,
            "Make its address, which is shown this once; an address before it ends",
            response=m.FeedAddressReply,
            status=201,
            tag=about,
            errors=(*WHO, Invalid, Gone, IdempotencyMismatch),
        ),
        Route("DELETE", FEED, edge.end, "End its address", status=204, tag=about, errors=WHO),
        Route(
            "GET",
            "/feeds/{token}.ics",
            edge.read,
            "A therapist's sessions as a calendar to subscribe to",
            tag=about,
            content_type=CALENDAR,
            errors=(NotFound,),
        ),
    ]


class _Edge:
    def __init__(self, feeds: Feeds) -> None:
        self._feeds = feeds

    async def state(self, request: web.Request) -> web.Response:
        return reply(m.FeedReply(active=await self._feeds.exists(require(request, "therapist"))))

    async def make(self, request: web.Request) -> web.Response:
        made = await self._feeds.make(require(request, "therapist"), once_of(request))
        return reply(m.FeedAddressReply(url=made), 201)

    async def end(self, request: web.Request) -> web.Response:
        await self._feeds.end(require(request, "therapist"))
        return web.Response(status=204)

    async def read(self, request: web.Request) -> web.Response:
        feed = await self._feeds.read(path_id(request, "token"))
        seconds = int(ASK_EVERY.total_seconds())
        headers = {"ETag": feed.etag, "Cache-Control": f"private, max-age={seconds}"}
        known = request.headers.get("If-None-Match", "")
        if feed.etag in [one.strip().removeprefix("W/") for one in known.split(",")] or known == "*":
            return web.Response(status=304, headers=headers)
        headers["Content-Disposition"] = 'inline; filename="todoku.ics"'
        return web.Response(body=feed.content, content_type=CALENDAR, charset="utf-8", headers=headers)
