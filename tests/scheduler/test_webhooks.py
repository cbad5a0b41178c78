"""Webhooks: staff manage them, receivers can verify them, and every event arrives or is seen not to."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from core.config import OutgoingConfig
from core.database import Database
from core.ids import PersonId
from core.outbox import Outbox
from core.outgoing import Outgoing
from scheduler.webhooks import MOST_ATTEMPTS, Webhooks, signed
from tests.fakes import FakeClock
from tests.scheduler.clinic import WEDNESDAY, Clinic
from tests.scheduler.door import Door, open_door
from tests.scheduler.receiver import Came, Receiver, open_receiver

WEBHOOKS = "/api/staff/webhooks"
TOPICS = ["booking.confirmed", "booking.cancelled"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with open_receiver() as opened:
        yield opened


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as opened:
        await opened.as_new_staff()
        yield opened


@pytest.fixture
async def therapist(door: Door) -> PersonId:
    return await door.clinic.therapist()


async def add(door: Door, receiver: Receiver, **headers: str) -> dict[str, Any]:
    body = {"url": receiver.url, "topics": TOPICS}
    status, answer = await door.ask("POST", WEBHOOKS, json=body, headers=headers)
    assert status == 201, answer
    return answer  # type: ignore[no-any-return]


async def deliver(door: Door) -> None:
    """What the house's outbox and the senders do when their time has come."""
    database, clock = door.clinic.database, door.clinic.clock
    await Outbox(database, clock, door.webhooks.fan_out(), without=("outside.webhook",)).deliver_due()
    await Outbox(database, clock, door.webhooks.handlers(), only=("outside.webhook",)).deliver_due()


async def deliveries(door: Door, webhook: dict[str, Any]) -> list[tuple[str, int, int | None]]:
    path = f"{WEBHOOKS}/{webhook['webhook']['webhook_id']}/deliveries"
    status, answer = await door.ask("GET", path)
    assert status == 200, answer
    return [(one["state"], one["attempts"], one["status"]) for one in answer["deliveries"]]


def verified(came: Came, secret: str) -> dict[str, Any]:
    """As PROTOCOL.md tells receivers to do it."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    stamped = f"{came.headers['webhook-id']}.{came.headers['webhook-timestamp']}.".encode()
    digest = base64.b64encode(hmac.new(key, stamped + came.content, hashlib.sha256).digest()).decode()
    assert f"v1,{digest}" in came.headers["webhook-signature"].split(" ")
    return json.loads(came.content)  # type: ignore[no-any-return]


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example that its libraries are tested with."""
    secret, at = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", datetime.fromtimestamp(1614265330, UTC)
    headers = signed(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_a_booking_is_told_once_signed_and_without_a_word_about_people(
    door: Door, therapist: PersonId, receiver: Receiver
) -> None:
    made = await add(door, receiver)
    booked = await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    await deliver(door)
    await deliver(door)
    (came,) = receiver.came
    told = verified(came, made["secret"])
    assert told == {
        "type": "booking.confirmed",
        "timestamp": "2026-11-24T01:00:00Z",
        "data": {
            "booking_id": booked.visit.booking_id,
            "therapist_id": therapist,
            "series_id": None,
            "group_id": None,
            "starts_at": "2026-11-25T00:00:00Z",
            "ends_at": "2026-11-25T00:45:00Z",
            "status": "confirmed",
            "sequence": 0,
        },
    }
    assert await deliveries(door, made) == [("delivered", 1, 204)]


async def test_only_wanted_topics_are_told(door: Door, therapist: PersonId, receiver: Receiver) -> None:
    await add(door, receiver)
    booked = await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    path = f"/api/bookings/{booked.visit.booking_id}"
    status, _ = await door.ask("POST", f"{path}/reschedule", json={"starts_at": "2026-11-25T01:00:00Z"})
    assert status == 200
    assert (await door.ask("POST", f"{path}/cancel", json={}))[0] == 200
    await deliver(door)
    assert [json.loads(one.content)["type"] for one in receiver.came] == TOPICS


async def test_an_event_keeps_its_id_through_every_try(
    door: Door, therapist: PersonId, receiver: Receiver, clock: FakeClock
) -> None:
    made = await add(door, receiver)
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    receiver.status = 500
    await deliver(door)
    await deliver(door)
    assert len(receiver.came) == 1  # the next try waits
    assert await deliveries(door, made) == [("waiting", 1, 500)]
    clock.advance(5)
    receiver.status = 200
    await deliver(door)
    first, second = receiver.came
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert first.content == second.content
    assert verified(second, made["secret"])
    assert await deliveries(door, made) == [("delivered", 2, 200)]


async def test_what_never_arrives_is_given_up_and_shown(
    door: Door, therapist: PersonId, receiver: Receiver, clock: FakeClock
) -> None:
    made = await add(door, receiver)
    receiver.status = 302  # sent on, a signed event would reach whoever is named there
    await door.ask("POST", f"{WEBHOOKS}/{made['webhook']['webhook_id']}/test")
    for _ in range(MOST_ATTEMPTS + 3):
        await deliver(door)
        clock.advance(3601)
    assert len(receiver.came) == MOST_ATTEMPTS
    assert await deliveries(door, made) == [("given_up", MOST_ATTEMPTS, 302)]


async def test_who_says_to_be_gone_is_told_nothing_until_tested_again(
    door: Door, therapist: PersonId, receiver: Receiver
) -> None:
    made = await add(door, receiver)
    receiver.status = 410
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    await deliver(door)
    _, listed = await door.ask("GET", WEBHOOKS)
    assert [one["active"] for one in listed["webhooks"]] == [False]
    booked = await door.clinic.book(
        door.clinic.visitor(), therapist, WEDNESDAY.replace(hour=2), email="b@example.com"
    )
    await deliver(door)
    assert len(receiver.came) == 1
    receiver.status = 200
    status, sent = await door.ask("POST", f"{WEBHOOKS}/{made['webhook']['webhook_id']}/test")
    assert (status, sent["state"], sent["topic"]) == (202, "waiting", "webhook.test")
    await deliver(door)
    assert verified(receiver.came[-1], made["secret"])["type"] == "webhook.test"
    assert (await door.ask("POST", f"/api/bookings/{booked.visit.booking_id}/cancel", json={}))[0] == 200
    await deliver(door)
    assert verified(receiver.came[-1], made["secret"])["type"] == "booking.cancelled"
    assert await deliveries(door, made) == [("delivered", 1, 200)] * 2 + [("given_up", 1, 410)]


async def test_an_address_that_has_become_private_is_not_asked(
    door: Door, therapist: PersonId, receiver: Receiver
) -> None:
    made = await add(door, receiver)
    await door.ask("POST", f"{WEBHOOKS}/{made['webhook']['webhook_id']}/test")
    strict = OutgoingConfig()
    door.webhooks = Webhooks(door.clinic.database, door.clinic.clock, strict, Outgoing(strict))
    await deliver(door)
    assert receiver.came == []
    assert await deliveries(door, made) == [("waiting", 1, None)]


async def test_a_repeated_request_makes_one_webhook_and_shows_its_secret_again(
    door: Door, receiver: Receiver
) -> None:
    first = await add(door, receiver, **{"Idempotency-Key": "k"})
    assert await add(door, receiver, **{"Idempotency-Key": "k"}) == first
    _, listed = await door.ask("GET", WEBHOOKS)
    assert listed == {"webhooks": [first["webhook"]]}
    assert first["secret"] not in str(listed)


async def test_a_test_asked_for_again_is_the_same_delivery(door: Door, receiver: Receiver) -> None:
    made = await add(door, receiver)
    path, key = f"{WEBHOOKS}/{made['webhook']['webhook_id']}/test", {"Idempotency-Key": "one-wish"}
    status, first = await door.ask("POST", path, headers=key)
    await deliver(door)
    again = await door.ask("POST", path, headers=key)
    assert (status, again[0], again[1]["delivery_id"]) == (202, 202, first["delivery_id"])
    assert (first["state"], again[1]["state"]) == ("waiting", "delivered")
    await deliver(door)
    assert len(receiver.came) == 1
    assert (await door.ask("POST", path))[1]["delivery_id"] != first["delivery_id"]


async def test_a_removed_webhook_is_told_nothing_that_still_waits(door: Door, receiver: Receiver) -> None:
    path = f"{WEBHOOKS}/{(await add(door, receiver))['webhook']['webhook_id']}"
    assert (await door.ask("POST", f"{path}/test"))[0] == 202
    assert (await door.ask("DELETE", path))[0] == 204
    assert (await door.ask("DELETE", path))[0] == 404
    assert (await door.ask("GET", f"{path}/deliveries"))[0] == 404
    await deliver(door)
    assert receiver.came == []


async def test_deliveries_come_in_pages_the_newest_first(
    door: Door, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("webhooks", "webhook_routes"):
        monkeypatch.setattr(f"scheduler.{module}.PAGE", 2)
    path = f"{WEBHOOKS}/{(await add(door, receiver))['webhook']['webhook_id']}"
    made = [(await door.ask("POST", f"{path}/test"))[1]["delivery_id"] for _ in range(3)]
    _, first = await door.ask("GET", f"{path}/deliveries")
    assert [one["delivery_id"] for one in first["deliveries"]] == [made[2], made[1]]
    _, second = await door.ask("GET", f"{path}/deliveries", params={"before": first["before"]})
    assert [one["delivery_id"] for one in second["deliveries"]] == [made[0]]
    assert second["before"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"url": "http://127.0.0.1:1/", "topics": []},
        {"url": "http://127.0.0.1:1/", "topics": ["diary.written"]},
        {"url": "gopher://example.com/", "topics": TOPICS},
        {"url": "https://exa mple.com/", "topics": TOPICS},
    ],
)
async def test_nonsense_is_refused(door: Door, body: dict[str, Any]) -> None:
    status, answer = await door.ask("POST", WEBHOOKS, json=body)
    assert (status, answer["code"]) == (422, "invalid")


async def test_webhooks_are_of_staff_alone(door: Door, therapist: PersonId) -> None:
    for who in (door.clinic.visitor(), None):
        door.who = who
        assert (await door.ask("GET", WEBHOOKS))[0] in (401, 403)
    door.as_therapist(therapist)
    assert (await door.ask("GET", WEBHOOKS))[0] == 403
