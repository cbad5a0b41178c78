"""Web push: a browser gets what it can decrypt, nothing that tells of somebody, nothing out of date."""

import contextlib
import json
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.database import Database
from core.http import Identity
from core.ids import PersonId, new_id
from core.outbox import Outbox
from scheduler.group_service import Groups
from scheduler.groups import NewGroup
from scheduler.push_letters import SEVERAL, TEXTS
from scheduler.push_message import BrowserKeys, Ephemeral, encrypted, load_or_create_key, packed, unpacked
from tests.contracts.test_session_types import add_type
from tests.fakes import FakeClock
from tests.scheduler.clinic import NOBODY_REPEATS, WEDNESDAY, Clinic
from tests.scheduler.door import Door, open_door, wanted
from tests.scheduler.receiver import Came, Receiver, open_receiver

SUBSCRIPTIONS = "/api/push/subscriptions"


class Browser:
    """The keys of one, and how it decrypts (RFC 8291 3, RFC 8188 2)."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"0123456789abcdef"

    def subscription(self) -> dict[str, Any]:
        keys = {"p256dh": packed(_point(self._key.public_key())), "auth": packed(self._auth)}
        return {"endpoint": self.endpoint, "keys": keys}

    def decrypted(self, body: bytes) -> dict[str, Any]:
        salt, length = body[:16], body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        their_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        info = b"WebPush: info\0" + _point(self._key.public_key()) + sender
        shared = _derived(self._auth, info, 32, self._key.exchange(ec.ECDH(), their_key))
        key = _derived(salt, b"Content-Encoding: aes128gcm\0", 16, shared)
        nonce = _derived(salt, b"Content-Encoding: nonce\0", 12, shared)
        content = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert content.endswith(b"\2")
        return json.loads(content[:-1])  # type: ignore[no-any-return]


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _derived(salt: bytes, info: bytes, length: int, secret: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


@pytest.fixture
async def service() -> AsyncIterator[Receiver]:
    async with open_receiver() as opened:
        opened.status = 201
        yield opened


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as opened:
        yield opened


@pytest.fixture
async def therapist(door: Door) -> PersonId:
    therapist_id = await door.clinic.therapist()
    door.as_therapist(therapist_id)
    return therapist_id


async def subscribe(door: Door, browser: Browser) -> str:
    status, answer = await door.ask("POST", SUBSCRIPTIONS, json=browser.subscription())
    assert status == 200, answer
    return str(answer["subscription_id"])


async def deliver(door: Door) -> None:
    database, clock = door.clinic.database, door.clinic.clock
    await Outbox(database, clock, door.push.fan_out(), without=("outside.push",)).deliver_due()
    await Outbox(database, clock, door.push.handlers(), only=("outside.push",)).deliver_due()


def test_the_encryption_is_that_of_the_standard() -> None:
    """The example of RFC 8291, section 5."""
    private = int.from_bytes(unpacked("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    fixed = Ephemeral(ec.derive_private_key(private, ec.SECP256R1()), unpacked("DGv6ra1nlYgDCS1FRnbzlw"))
    keys = BrowserKeys.of(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    body = encrypted(b"When I grow up, I want to be a watermelon", keys, fixed, pad_to=0)
    assert packed(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "key.pem"
    first = load_or_create_key(path).private_numbers()
    assert load_or_create_key(path).private_numbers() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["key.pem"]


async def test_a_booking_is_told_to_a_browser_in_words_that_say_nothing(
    door: Door, therapist: PersonId, service: Receiver
) -> None:
    browser = Browser(service.url)
    await subscribe(door, browser)
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    await deliver(door)
    await deliver(door)
    (came,) = service.came
    told = {"title": "Todoku", "body": TEXTS["ja"]["confirmed"], "url": "/therapist", "lang": "ja"}
    assert browser.decrypted(came.content) == told
    assert came.headers["Content-Encoding"] == "aes128gcm"
    assert int(came.headers["TTL"]) == 23 * 3600


async def test_the_push_service_knows_the_sender_by_the_key_that_the_page_subscribed_with(
    door: Door, therapist: PersonId, service: Receiver
) -> None:
    await subscribe(door, Browser(service.url))
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    await deliver(door)
    _, key = await door.ask("GET", "/api/push/key")
    claims = verified(service.came[0], key["key"], door.clinic.clock.now())
    assert claims["sub"] == "mailto:a@todoku.example"
    assert claims["aud"] == service.url.removesuffix("/hook")


def verified(came: Came, key: str, now: datetime) -> dict[str, Any]:
    """The claims, signed by `key` and good for less than a day (RFC 8292 2)."""
    scheme, _, rest = came.headers["Authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert (scheme, parts["k"]) == ("vapid", key)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpacked(key))
    claims: dict[str, Any] = jwt.decode(
        parts["t"], public, algorithms=["ES256"], options={"verify_aud": False, "verify_exp": False}
    )
    assert now < datetime.fromtimestamp(claims["exp"], UTC) < now + timedelta(days=1)
    return claims


async def test_a_client_can_have_messages_too_but_not_by_a_link_for_one_session(
    door: Door, therapist: PersonId, service: Receiver
) -> None:
    booked = await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    scope = {"purpose": "join", "booking_id": booked.visit.booking_id}
    browser = Browser(service.url)
    door.who = Identity(booked.visit.client_id, frozenset({"client"}), new_id(), "link", scope)
    assert (await door.ask("POST", SUBSCRIPTIONS, json=browser.subscription()))[0] == 403
    door.who = Identity(booked.visit.client_id, frozenset({"client"}), new_id(), "account")
    await subscribe(door, browser)
    assert (await door.ask("POST", f"/api/bookings/{booked.visit.booking_id}/cancel", json={}))[0] == 200
    await deliver(door)
    assert [browser.decrypted(one.content)["body"] for one in service.came] == [TEXTS["ja"]["cancelled"]]
    door.who = door.clinic.visitor()
    assert (await door.ask("POST", SUBSCRIPTIONS, json=browser.subscription()))[0] == 403
    assert (await door.ask("GET", "/api/push/key"))[0] == 403


async def test_who_has_a_seat_is_told_too(door: Door, therapist: PersonId, service: Receiver) -> None:
    clinic, who = door.clinic, await door.clinic.client()
    groups = Groups(clinic.database, clinic.config, clinic.clock)
    new = NewGroup({"ja": "教室", "en": "Class"}, 5, WEDNESDAY, 60)
    run = await groups.open_group(door.who, new, NOBODY_REPEATS)  # type: ignore[arg-type]
    door.who, browser = who, Browser(service.url)
    await subscribe(door, browser)
    await groups.take_seat(who, run.group.id, None, NOBODY_REPEATS)
    await deliver(door)
    await groups.give_back(who, run.group.id)
    await deliver(door)
    texts = [browser.decrypted(one.content)["body"] for one in service.came]
    assert texts == [TEXTS["ja"]["confirmed"], TEXTS["ja"]["cancelled"]]


async def test_a_series_is_told_once_whatever_happens_to_it(
    door: Door, therapist: PersonId, service: Receiver
) -> None:
    clinic, who, own = door.clinic, await door.clinic.client(), door.who
    browsers = {"client": Browser(service.url + "/client"), "therapist": Browser(service.url)}
    await subscribe(door, browsers["therapist"])
    door.who = who
    await subscribe(door, browsers["client"])
    await add_type(clinic, therapist, approval=True)
    first, second = wanted(therapist, count=3), wanted(therapist, count=2, starts_at="2026-11-25T03:00:00Z")
    asked = [(await door.ask("POST", "/api/series", json=body))[1] for body in (first, second)]
    assert await heard(door, service, browsers) == ["requested"] * 4
    door.who = own
    for made, verb in zip(asked, ("approve", "decline"), strict=True):
        assert (await door.ask("POST", f"/api/series/{made['series_id']}/{verb}", json={}))[0] == 200
    assert await heard(door, service, browsers) == ["confirmed", "confirmed", "declined", "declined"]
    later = f"/api/bookings/{asked[0]['bookings'][0]['booking_id']}/cancel-later"
    assert (await door.ask("POST", later, json={}))[0] == 200
    assert await heard(door, service, browsers) == ["cancelled", "cancelled"]


async def heard(door: Door, service: Receiver, browsers: dict[str, Browser]) -> list[str]:
    """What was said since the last time, of several bookings, to client and therapist alike."""
    await deliver(door)
    await deliver(door)
    texts = {text: kind for kind, text in SEVERAL["ja"].items()}
    said = [
        (texts[told["body"]], one.headers["Topic"])
        for one in service.came
        for told in [decrypted_by(browsers, one)]
    ]
    service.came.clear()
    assert len({topic for _, topic in said}) * 2 == len(said)  # each series in the place of what was before
    return sorted(kind for kind, _ in said)


def decrypted_by(browsers: dict[str, Browser], came: Came) -> dict[str, Any]:
    for one in browsers.values():
        with contextlib.suppress(InvalidTag):
            return one.decrypted(came.content)
    raise AssertionError


async def test_what_of_a_series_is_left_is_told_in_the_words_for_one(
    door: Door, therapist: PersonId, service: Receiver
) -> None:
    own, browser = door.who, Browser(service.url)
    await subscribe(door, browser)
    door.who = await door.clinic.client()
    _, made = await door.ask("POST", "/api/series", json=wanted(therapist, count=2))
    door.who = own
    one = f"/api/bookings/{made['bookings'][0]['booking_id']}/cancel"
    assert (await door.ask("POST", one, json={}))[0] == 200
    await deliver(door)
    texts = [browser.decrypted(each.content)["body"] for each in service.came]
    assert sorted(texts) == sorted([TEXTS["ja"]["confirmed"], TEXTS["ja"]["cancelled"]])


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_forgotten(
    door: Door, therapist: PersonId, service: Receiver, status: int
) -> None:
    subscription_id = await subscribe(door, Browser(service.url))
    service.status = status
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    await deliver(door)
    assert len(service.came) == 1
    assert (await door.ask("DELETE", f"{SUBSCRIPTIONS}/{subscription_id}"))[0] == 404


async def test_a_service_that_is_away_is_asked_again_until_the_session_begins(
    door: Door, therapist: PersonId, service: Receiver, clock: FakeClock
) -> None:
    await subscribe(door, Browser(service.url))
    service.status = 503
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    for _ in range(30):
        await deliver(door)
        clock.advance(3601)
    assert 20 < len(service.came) < 27
    service.status = 201
    before = len(service.came)
    await deliver(door)
    assert len(service.came) == before


async def test_what_is_no_longer_so_is_not_said(door: Door, therapist: PersonId, service: Receiver) -> None:
    browser = Browser(service.url)
    await subscribe(door, browser)
    booked = await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    assert (await door.ask("POST", f"/api/bookings/{booked.visit.booking_id}/cancel", json={}))[0] == 200
    await deliver(door)
    assert [browser.decrypted(one.content)["body"] for one in service.came] == [TEXTS["ja"]["cancelled"]]


async def test_a_browser_belongs_to_who_signed_in_there_last(
    door: Door, therapist: PersonId, service: Receiver
) -> None:
    browser = Browser(service.url)
    first = await subscribe(door, browser)
    door.as_therapist(await door.clinic.therapist())
    second = await subscribe(door, browser)
    assert (await door.ask("DELETE", f"{SUBSCRIPTIONS}/{first}"))[0] == 404
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    await deliver(door)
    assert service.came == []
    assert (await door.ask("DELETE", f"{SUBSCRIPTIONS}/{second}"))[0] == 204


async def test_a_request_asked_again_is_the_same_subscription(
    door: Door, therapist: PersonId, service: Receiver
) -> None:
    browser, key = Browser(service.url), {"Idempotency-Key": "one-wish"}
    first = await door.ask("POST", SUBSCRIPTIONS, json=browser.subscription(), headers=key)
    assert await door.ask("POST", SUBSCRIPTIONS, json=browser.subscription(), headers=key) == first
    other = Browser(service.url + "/other").subscription()
    status, refused = await door.ask("POST", SUBSCRIPTIONS, json=other, headers=key)
    assert (status, refused["code"]) == (409, "idempotency_mismatch")
    assert (await door.ask("DELETE", f"{SUBSCRIPTIONS}/{first[1]['subscription_id']}"))[0] == 204


async def test_the_oldest_browser_makes_room(door: Door, therapist: PersonId, service: Receiver) -> None:
    ids = [await subscribe(door, Browser(f"{service.url}/{number}")) for number in range(12)]
    left = [(await door.ask("DELETE", f"{SUBSCRIPTIONS}/{one}"))[0] for one in ids]
    assert left == [404] * 2 + [204] * 10


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"endpoint": "file:///etc/passwd"}, "address_invalid"),
        ({"keys": {"p256dh": "AAAA", "auth": packed(bytes(16))}}, "keys_invalid"),
        ({"keys": {"p256dh": packed(b"\4" + bytes(64)), "auth": packed(bytes(16))}}, "keys_invalid"),
        ({"keys": {"p256dh": packed(bytes(65)), "auth": packed(bytes(3))}}, "keys_invalid"),
    ],
)
async def test_what_is_no_subscription_is_refused(
    door: Door, therapist: PersonId, change: dict[str, Any], rule: str
) -> None:
    body = Browser("http://127.0.0.1:1/").subscription() | change
    status, answer = await door.ask("POST", SUBSCRIPTIONS, json=body)
    assert (status, answer["errors"][0]["rule"]) == (422, rule)
