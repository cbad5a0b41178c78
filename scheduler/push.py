"""Web push: a browser that was asked to shows that something happened to a booking, and nothing of what.

What is out of date by then is not sent, and a browser that is gone is forgotten. A series is told of once.
Not here: the words (push_letters.py) and encryption (push_message.py).
"""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from core import outbox
from core.clock import Clock
from core.config import OutgoingConfig, PushConfig
from core.database import Database
from core.errors import Denied, Invalid, NotFound
from core.http import Identity
from core.idempotency import Stored
from core.ids import PersonId
from core.outgoing import Failed, Outgoing, checked
from scheduler import push_store, series_store, store
from scheduler.model import Booking
from scheduler.once import Once, keep, known_answer
from scheduler.push_letters import KINDS, message, outgoing, standing, told_of
from scheduler.push_message import (
    BrowserKeys,
    Ephemeral,
    authorization,
    encrypted,
    load_or_create_key,
    packed,
    point,
)
from scheduler.push_store import Browser, Subscription

DELIVER = "outside.push"
GONE = frozenset({404, 410})
LONGEST = timedelta(days=1)  # that a push service keeps a message for a browser that is off
log = structlog.get_logger()


class Undelivered(Exception):
    """To be tried again."""


class Push:
    """Browsers that want messages, and the outbox's handlers."""

    def __init__(
        self, database: Database, clock: Clock, config: PushConfig, outgoing: Outgoing, sender: str
    ) -> None:
        self._database, self._clock, self._config, self._outgoing = database, clock, config, outgoing
        self._sender = config.contact or sender
        self._made: ec.EllipticCurvePrivateKey | None = None

    async def public_key(self, identity: Identity) -> str:
        """What a page subscribes with. Raises Denied."""
        _person(identity)
        return packed(point(await self._key()))

    async def subscribe(
        self, identity: Identity, browser: Browser, allowed: OutgoingConfig, once: Once
    ) -> str:
        """This browser of whoever asks; its id. Raises Denied, Invalid."""
        person_id, now = _person(identity), self._clock.now()
        _check(browser, allowed)

        async def work(connection: AsyncConnection) -> str:
            await store.lock_client(connection, person_id)  # tabs of one browser ask at the same time
            answer = await known_answer(connection, identity, once)
            if answer is not None:
                return str(answer["subscription_id"])
            people = await accounts.people(connection, [person_id])
            made = await push_store.put(connection, person_id, people[person_id].locale, browser, now)
            await keep(connection, identity, once, Stored(200, {"subscription_id": made}), now)
            return made

        return await self._database.transact(work)

    async def unsubscribe(self, identity: Identity, subscription_id: str) -> None:
        """Raises Denied, NotFound."""
        person_id = _person(identity)
        async with self._database.write() as connection:
            if not await push_store.delete(connection, subscription_id, person_id):
                raise NotFound

    def fan_out(self) -> Mapping[str, list[outbox.Handler]]:
        """Handlers of what happens to bookings: one message for each browser of whom it is told."""
        return {topic: [self._fan(kind)] for topic, kind in KINDS.items()}

    def handlers(self) -> Mapping[str, list[outbox.Handler]]:
        """Handlers that wait for push services."""
        return {DELIVER: [self.deliver]}

    def _fan(self, kind: str) -> outbox.Handler:
        async def handle(payload: dict[str, Any]) -> None:
            now = self._clock.now()
            to = payload.get("to", "client")  # of a seat, whoever has it is told
            async with self._database.read() as connection:
                found = await _standing(connection, payload, kind, now)
                if not found:
                    return
                person_id = found[0].client_id if to == "client" else found[0].therapist_id
                browsers = await push_store.of_person(connection, person_id or "")
            event, mark = outgoing(payload, kind, found, to)
            for one in browsers:
                async with self._database.write() as connection:
                    mine = event | {"subscription_id": one.id}
                    await outbox.put(connection, DELIVER, mine, now=now, dedupe_key=f"{one.id}/{mark}")

        return handle

    async def deliver(self, payload: dict[str, Any]) -> None:
        """One try. Raises Undelivered."""
        now = self._clock.now()
        async with self._database.read() as connection:
            one = await push_store.find(connection, payload["subscription_id"])
            found = await _standing(connection, payload, payload["kind"], now)
        if one is None or not found:
            return
        status = await self._send(one, found, payload, now)
        taken = status is not None and 200 <= status < 300
        async with self._database.write() as connection:
            if status in GONE:
                await push_store.delete(connection, one.id, one.person_id)
            else:
                await push_store.failed(connection, one.id, None if taken else now)
        if not taken and (status is None or status == 429 or status >= 500):
            raise Undelivered

    async def _send(
        self, one: Subscription, found: list[Booking], payload: dict[str, Any], now: datetime
    ) -> int | None:
        first, about = found[0], payload.get("series_id", found[0].id)
        content = message(payload["kind"], payload["to"], one.locale, several=len(found) > 1)
        headers = {
            "Authorization": authorization(one.endpoint, await self._key(), self._sender, now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(min(first.starts_at - now, LONGEST).total_seconds())),
            "Urgency": "high" if payload["what"] == "soon" else "normal",
            "Topic": hashlib.sha256(about.encode()).hexdigest()[:32],  # a newer one takes its place
        }
        body = encrypted(content, BrowserKeys.of(one.p256dh, one.auth), Ephemeral())
        try:
            return await self._outgoing.post(one.endpoint, body, headers)
        except Failed as failed:
            log.info("push_unreachable", problem=failed.problem)
            return None

    async def _key(self) -> ec.EllipticCurvePrivateKey:
        if self._made is None:
            self._made = await asyncio.to_thread(load_or_create_key, Path(self._config.key_file))
        return self._made


async def _standing(
    connection: AsyncConnection, payload: dict[str, Any], kind: str, now: datetime
) -> list[Booking]:
    """In order of time."""
    return standing(await series_store.by_ids(connection, told_of(payload)), payload, kind, now)


def _check(browser: Browser, allowed: OutgoingConfig) -> None:
    """Raises Invalid."""
    try:
        if checked(browser.endpoint, allowed).scheme != "https" and not allowed.private_addresses:
            raise Failed("address_invalid")
    except Failed as failed:
        raise _unusable("endpoint", failed.problem) from None
    try:
        BrowserKeys.of(browser.p256dh, browser.auth)
    except ValueError:
        raise _unusable("keys", "keys_invalid") from None


def _unusable(member: str, rule: str) -> Invalid:
    return Invalid(errors=[{"field": member, "message": "is not a push subscription's", "rule": rule}])


def _person(identity: Identity) -> PersonId:
    if identity.person_id is None:  # a booking link of a whole company
        raise Denied
    if identity.scope.get("purpose") == "join":  # it is for one booking, not for all that happens to a person
        raise Denied
    return identity.person_id
