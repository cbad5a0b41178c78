"""The HTTP edge of web push, for who signed in or has a personal booking link, not for a join link."""

from aiohttp import web

from core.config import OutgoingConfig
from core.errors import Denied, Invalid, NotFound, Unauthenticated
from core.http import Route, body, identity, path_id, reply
from core.idempotency import IdempotencyMismatch
from scheduler import outward_messages as m
from scheduler.once import once_of
from scheduler.push import Push
from scheduler.push_store import Browser

PUSH = "/api/push"
ONE = PUSH + "/subscriptions/{subscription_id}"


def routes(push: Push, allowed: OutgoingConfig) -> list[Route]:
    """Every operation on one's own browsers; `allowed`: which addresses may be asked."""

    async def key(request: web.Request) -> web.Response:
        return reply(m.PushKeyReply(key=await push.public_key(identity(request))))

    async def subscribe(request: web.Request) -> web.Response:
        who, asked = identity(request), await body(request, m.SubscriptionBody)
        browser = Browser(asked.endpoint, asked.keys.p256dh, asked.keys.auth)
        made = await push.subscribe(who, browser, allowed, once_of(request, asked))
        return reply(m.SubscriptionReply(subscription_id=made))

    async def unsubscribe(request: web.Request) -> web.Response:
        await push.unsubscribe(identity(request), path_id(request, "subscription_id"))
        return web.Response(status=204)

    who, about = (Unauthenticated, Denied), "push"
    return [
        Route("GET", PUSH + "/key", key, "The sender's key", response=m.PushKeyReply, tag=about, errors=who),
        Route(
            "POST",
            PUSH + "/subscriptions",
            subscribe,
            "Show messages in this browser, not by a join link; asked again, the same",
            body=m.SubscriptionBody,
            response=m.SubscriptionReply,
            tag=about,
            errors=(*who, Invalid, IdempotencyMismatch),
        ),
        Route("DELETE", ONE, unsubscribe, "Show none here", status=204, tag=about, errors=(*who, NotFound)),
    ]
