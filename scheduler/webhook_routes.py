"""The HTTP edge of webhooks, for staff alone."""

from aiohttp import web

from core.errors import Denied, Gone, Invalid, NotFound, Unauthenticated
from core.http import Route, body, path_id, query, reply, require
from core.idempotency import IdempotencyMismatch
from scheduler import outward_messages as m
from scheduler.once import once_of
from scheduler.webhook_store import Delivery, Webhook
from scheduler.webhooks import PAGE, Webhooks, state_of

WEBHOOKS = "/api/staff/webhooks"
ONE = WEBHOOKS + "/{webhook_id}"


def routes(webhooks: Webhooks) -> list[Route]:
    """Every operation on webhooks."""
    edge, about = _Edge(webhooks), "staff"
    who = (Unauthenticated, Denied)
    return [
        Route("GET", WEBHOOKS, edge.list, "Webhooks", response=m.WebhooksReply, tag=about, errors=who),
        Route(
            "POST",
            WEBHOOKS,
            edge.add,
            "Tell another system; the secret is shown this once",
            body=m.WebhookBody,
            response=m.NewWebhookReply,
            status=201,
            tag=about,
            errors=(*who, Invalid, Gone, IdempotencyMismatch),
        ),
        Route(
            "DELETE",
            ONE,
            edge.remove,
            "Tell it no more",
            status=204,
            tag=about,
            errors=(*who, NotFound),
        ),
        Route(
            "POST",
            ONE + "/test",
            edge.test,
            "Send it an event that means nothing",
            response=m.DeliveryReply,
            status=202,
            tag=about,
            errors=(*who, NotFound, IdempotencyMismatch),
        ),
        Route(
            "GET",
            ONE + "/deliveries",
            edge.deliveries,
            "What was sent to it, the newest first",
            query=m.DeliveriesQuery,
            response=m.DeliveriesReply,
            tag=about,
            errors=(*who, NotFound),
        ),
    ]


class _Edge:
    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks

    async def list(self, request: web.Request) -> web.Response:
        found = await self._webhooks.all(require(request, "staff"))
        return reply(m.WebhooksReply(webhooks=[_webhook(one) for one in found]))

    async def add(self, request: web.Request) -> web.Response:
        who, asked = require(request, "staff"), await body(request, m.WebhookBody)
        made = await self._webhooks.add(who, asked.url, tuple(asked.topics), once_of(request, asked))
        return reply(m.NewWebhookReply(webhook=_webhook(made), secret=made.secret), 201)

    async def remove(self, request: web.Request) -> web.Response:
        await self._webhooks.remove(require(request, "staff"), path_id(request, "webhook_id"))
        return web.Response(status=204)

    async def test(self, request: web.Request) -> web.Response:
        who, webhook_id = require(request, "staff"), path_id(request, "webhook_id")
        made = await self._webhooks.test(who, webhook_id, once_of(request))
        return reply(_delivery(made), 202)

    async def deliveries(self, request: web.Request) -> web.Response:
        webhook_id, who = path_id(request, "webhook_id"), require(request, "staff")
        found = await self._webhooks.deliveries(who, webhook_id, query(request, m.DeliveriesQuery).before)
        more = found[-1].id if len(found) == PAGE else None
        return reply(m.DeliveriesReply(deliveries=[_delivery(one) for one in found], before=more))


def _webhook(one: Webhook) -> m.WebhookReply:
    return m.WebhookReply(
        webhook_id=one.id, url=one.url, topics=list(one.topics), active=one.active, created_at=one.created_at
    )


def _delivery(one: Delivery) -> m.DeliveryReply:
    return m.DeliveryReply(
        delivery_id=one.id,
        event_id=one.event_id,
        topic=one.topic,
        state=state_of(one),
        attempts=one.attempts,
        status=one.status,
        created_at=one.created_at,
        delivered_at=one.delivered_at,
    )
