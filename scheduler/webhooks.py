"""Webhooks: other systems are told that a booking was made or changed, by ids, times and state alone.

Signed as Standard Webhooks has it, so that its libraries verify it. An event keeps its id through every try;
it is tried for about half a day. Who wants to know more asks the API. Not here: SQL (webhook_store.py), and
what is told (webhook_topics.py).
"""

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from core import outbox
from core.clock import Clock
from core.config import OutgoingConfig
from core.database import Database
from core.errors import Denied, Gone, Invalid, NotFound
from core.http import Identity, rfc3339
from core.idempotency import Stored
from core.ids import PersonId, new_id
from core.outgoing import Failed, Outgoing, checked
from scheduler import store, webhook_store
from scheduler.once import Once, keep, known_answer
from scheduler.webhook_store import Delivery, Webhook
from scheduler.webhook_topics import SOURCES, Happened, happened, told

DELIVER = "outside.webhook"
TEST = "webhook.test"
MOST_WEBHOOKS = 20
MOST_ATTEMPTS = 22  # with the outbox's waits: about fourteen hours
KEPT = timedelta(days=30)
PAGE = 100
GONE = 410  # the receiver wants no more of this
SECRET_PREFIX = "whsec_"  # noqa: S105  (what the format begins with)

State = Literal["waiting", "delivered", "given_up"]

log = structlog.get_logger()


class Undelivered(Exception):
    """To be tried again."""


def signed(secret: str, event_id: str, at: datetime, content: bytes) -> dict[str, str]:
    """The headers of one try (pure)."""
    seconds = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.digest(key, f"{event_id}.{seconds}.".encode() + content, "sha256")
    return {
        "Content-Type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def state_of(one: Delivery) -> State:
    if one.delivered_at is not None:
        return "delivered"
    return "given_up" if one.attempts >= MOST_ATTEMPTS or one.status == GONE else "waiting"


class Webhooks:
    """What staff ask of webhooks, and the outbox's handlers."""

    def __init__(self, database: Database, clock: Clock, config: OutgoingConfig, outgoing: Outgoing) -> None:
        self._database, self._clock, self._config, self._outgoing = database, clock, config, outgoing

    async def all(self, identity: Identity) -> list[Webhook]:
        """Raises Denied."""
        _staff(identity)
        async with self._database.read() as connection:
            return await webhook_store.every(connection)

    async def add(self, identity: Identity, url: str, topics: tuple[str, ...], once: Once) -> Webhook:
        """With a secret of its own. Raises Denied, Invalid, Gone."""
        staff, now = _staff(identity), self._clock.now()
        self._check(url)
        secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
        made = Webhook(new_id(), url, secret, tuple(dict.fromkeys(topics)), True, now)

        async def work(connection: AsyncConnection) -> Webhook:
            answer = await known_answer(connection, identity, once)
            if answer is not None:
                return await _made_then(connection, answer["webhook_id"])
            await keep(connection, identity, once, Stored(201, {"webhook_id": made.id}), now)
            if len(await webhook_store.every(connection)) >= MOST_WEBHOOKS:
                raise Invalid(f"there can be at most {MOST_WEBHOOKS} of these")
            await webhook_store.insert(connection, made, staff)
            await self._audit(connection, staff, "webhook_added", made.id)
            return made

        return await self._database.transact(work)

    async def remove(self, identity: Identity, webhook_id: str) -> None:
        """Raises Denied, NotFound."""
        staff = _staff(identity)

        async def work(connection: AsyncConnection) -> None:
            if not await webhook_store.delete(connection, webhook_id):
                raise NotFound
            await self._audit(connection, staff, "webhook_removed", webhook_id)

        await self._database.transact(work)

    async def test(self, identity: Identity, webhook_id: str, once: Once) -> Delivery:
        """Send an event that means nothing; who had said to be gone is told again. Raises NotFound."""
        _staff(identity)
        now = self._clock.now()

        async def work(connection: AsyncConnection) -> Delivery:
            answer = await known_answer(connection, identity, once)
            if answer is not None:
                return await _found_delivery(connection, answer["delivery_id"])
            webhook = await _found(connection, webhook_id)
            await webhook_store.set_active(connection, webhook.id, True)
            body = {"type": TEST, "timestamp": rfc3339(now), "data": {}}
            made = await self._put(connection, webhook, f"test-{new_id()}", body, now)
            assert made is not None, "a new id has no delivery"  # noqa: S101
            await keep(connection, identity, once, Stored(202, {"delivery_id": made.id}), now)
            return made

        return await self._database.transact(work)

    async def deliveries(self, identity: Identity, webhook_id: str, before: str | None) -> list[Delivery]:
        """The newest first, a page of them. Raises NotFound."""
        _staff(identity)
        async with self._database.read() as connection:
            await _found(connection, webhook_id)
            return list(await webhook_store.deliveries(connection, webhook_id, before, PAGE))

    async def prune(self) -> None:
        """Job: forget deliveries of a month ago."""
        async with self._database.write() as connection:
            await webhook_store.delete_old(connection, self._clock.now() - KEPT)

    def fan_out(self) -> Mapping[str, list[outbox.Handler]]:
        """Handlers of what happens to bookings: one delivery for each webhook that wants the topic."""
        return {source: [self._fan(source)] for source in SOURCES}

    def handlers(self) -> Mapping[str, list[outbox.Handler]]:
        """Handlers that wait for other systems."""
        return {DELIVER: [self.deliver]}

    def _fan(self, source: str) -> outbox.Handler:
        async def handle(payload: dict[str, Any]) -> None:
            for one in happened(source, payload):
                await self._write_down(one)

        return handle

    async def _write_down(self, one: Happened) -> None:
        now = self._clock.now()
        async with self._database.read() as connection:
            booking = await store.find(connection, one.booking_id)
            webhooks = await webhook_store.every(connection)
        if booking is None:
            return
        topic, event_id = one.topic_for(booking), one.event_id(booking)
        for webhook in webhooks:
            if webhook.active and topic in webhook.topics:
                async with self._database.write() as connection:
                    await self._put(connection, webhook, event_id, told(topic, booking, now), now)

    async def _put(
        self,
        connection: AsyncConnection,
        webhook: Webhook,
        event_id: str,
        body: dict[str, Any],
        now: datetime,
    ) -> Delivery | None:
        made = await webhook_store.insert_delivery(connection, webhook.id, event_id, body["type"], now)
        if made is not None:
            await outbox.put(connection, DELIVER, {"delivery_id": made.id, "body": body}, now=now)
        return made

    async def deliver(self, payload: dict[str, Any]) -> None:
        """One try. Raises Undelivered."""
        async with self._database.read() as connection:
            one = await webhook_store.find_delivery(connection, payload["delivery_id"])
            webhook = None if one is None else await webhook_store.find(connection, one.webhook_id)
        if one is None or webhook is None or not webhook.active or state_of(one) != "waiting":
            return
        now = self._clock.now()
        content = json.dumps(payload["body"], separators=(",", ":")).encode()
        try:
            status: int | None = await self._outgoing.post(
                webhook.url, content, signed(webhook.secret, one.event_id, now, content)
            )
        except Failed as failed:
            status = None
            log.info("webhook_unreachable", webhook_id=webhook.id, problem=failed.problem)
        done = status is not None and 200 <= status < 300
        async with self._database.write() as connection:
            times = {"delivered_at": self._clock.now()} if done else {}
            await webhook_store.tried(connection, one.id, status=status, **times)
            if status == GONE:
                await webhook_store.set_active(connection, webhook.id, False)
        if not done and status != GONE and one.attempts + 1 < MOST_ATTEMPTS:
            raise Undelivered

    def _check(self, url: str) -> None:
        try:
            scheme = checked(url, self._config).scheme
        except Failed as failed:
            raise _unusable(failed.problem) from None
        if scheme != "https" and not self._config.private_addresses:
            raise _unusable("address_invalid")

    async def _audit(
        self, connection: AsyncConnection, staff: PersonId, action: str, webhook_id: str
    ) -> None:
        now = self._clock.now()
        await accounts.audit(connection, actor=staff, action=action, subject=webhook_id, detail={}, now=now)


async def _found(connection: AsyncConnection, webhook_id: str) -> Webhook:
    found = await webhook_store.find(connection, webhook_id)
    if found is None:
        raise NotFound
    return found


async def _made_then(connection: AsyncConnection, webhook_id: str) -> Webhook:
    """What a repeated request made when it first came. Raises Gone where it was removed since."""
    found = await webhook_store.find(connection, webhook_id)
    if found is None:
        raise Gone("this was removed since")
    return found


async def _found_delivery(connection: AsyncConnection, delivery_id: str) -> Delivery:
    found = await webhook_store.find_delivery(connection, delivery_id)
    if found is None:
        raise NotFound
    return found


def _unusable(rule: str) -> Invalid:
    return Invalid(errors=[{"field": "url", "message": "must be a public https address", "rule": rule}])


def _staff(identity: Identity) -> PersonId:
    if identity.kind != "account" or identity.person_id is None or "staff" not in identity.roles:
        raise Denied
    return identity.person_id
