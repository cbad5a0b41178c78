"""How often one may reserve and book, and that a company behind one address is not one person."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.database import Database
from core.ids import EmployerId
from scheduler.booking import Booker
from scheduler.config import SchedulerConfig
from scheduler.limits import booking_limits, hold_limits
from tests.fakes import FakeClock
from tests.scheduler.clinic import Clinic
from tests.scheduler.door import Door, open_door, wanted

COMPANY = {"X-Forwarded-For": "198.51.100.7"}
NARROW = SchedulerConfig(
    attempt_window_s=600,
    holds_per_session=3,
    holds_per_link=5,
    holds_per_address=4,
    bookings_per_mail=2,
    bookings_per_session=2,
    bookings_per_link=4,
    bookings_per_address=3,
)


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock, NARROW)) as door:
        yield door


async def hold(door: Door, therapist_id: str, address: str = "198.51.100.7") -> tuple[int, Any]:
    body = {"therapist_id": therapist_id, "starts_at": "2026-11-25T00:00:00Z"}
    return await door.ask("POST", "/api/booking/holds", json=body, headers={"X-Forwarded-For": address})


async def book(door: Door, therapist_id: str, mail: str, hour: int, address: str) -> tuple[int, Any]:
    starts_at = f"2026-11-25T{hour:02}:00:00Z"
    body = wanted(therapist_id, email=mail, starts_at=starts_at)
    return await door.ask("POST", "/api/bookings", json=body, headers={"X-Forwarded-For": address})


async def test_one_who_reserves_without_end_must_wait_and_is_told_how_long(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    assert [(await hold(door, therapist_id))[0] for _ in range(3)] == [201] * 3
    assert door.who is not None
    body = {"therapist_id": therapist_id, "starts_at": "2026-11-25T00:00:00Z"}
    session = {"Todoku-Session": "link"}
    async with door.client.post("/api/booking/holds", json=body, headers=COMPANY | session) as answer:
        problem = await answer.json(content_type="application/problem+json")
        assert (answer.status, problem["code"], problem["retry_after_s"]) == (429, "too_many_holds", 200)
        assert answer.headers["Retry-After"] == "200"
    assert await door.clinic.statuses() == ["held"]  # what was reserved stays
    door.clinic.clock.advance(200)
    assert (await hold(door, therapist_id))[0] == 201


async def test_a_colleague_behind_the_same_address_may_go_on(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    for _ in range(4):
        await hold(door, therapist_id)
    door.who = door.clinic.visitor()
    assert (await hold(door, therapist_id))[1]["code"] == "slot_taken"  # looked at, not turned away


async def test_new_sessions_without_end_come_to_the_addresss_limit_and_then_to_the_links(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    codes = []
    for number in range(6):
        door.who = door.clinic.visitor()
        address = "198.51.100.7" if number < 5 else "198.51.100.8"
        codes.append((await hold(door, therapist_id, address))[1].get("code", "held"))
    assert codes == ["held", *["slot_taken"] * 3, "too_many_holds", "slot_taken"]
    door.who = door.clinic.visitor()
    assert (await hold(door, therapist_id, "198.51.100.9"))[1]["code"] == "too_many_holds"


async def test_one_mail_address_gets_no_flood_of_confirmations(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    for hour in range(2):
        door.who = door.clinic.visitor()
        mail = "Ichiro@Example.com" if hour else "ichiro@example.com"
        assert (await book(door, therapist_id, mail, hour, f"198.51.100.{hour}"))[0] == 201
    door.who = door.clinic.visitor()
    status, problem = await book(door, therapist_id, "ichiro@example.com", 2, "198.51.100.9")
    assert (status, problem["code"], problem["retry_after_s"]) == (429, "too_many_bookings", 300)
    assert (await book(door, therapist_id, "hanako@example.com", 2, "198.51.100.9"))[0] == 201


async def test_what_is_asked_again_with_the_same_key_is_answered_and_not_counted(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    body = {"therapist_id": therapist_id, "starts_at": "2026-11-25T00:00:00Z"}
    key = {"Idempotency-Key": "the-first-hold"}
    answers = [await door.ask("POST", "/api/booking/holds", json=body, headers=key) for _ in range(10)]
    assert {(status, held["hold_id"]) for status, held in answers} == {(201, answers[0][1]["hold_id"])}
    assert [(await hold(door, therapist_id))[0] for _ in range(3)] == [201, 201, 429]  # three a session

    wish, key = wanted(therapist_id, starts_at=body["starts_at"]), {"Idempotency-Key": "the-only-booking"}
    booked = [await door.ask("POST", "/api/bookings", json=wish, headers=key) for _ in range(10)]
    assert {(status, made["booking_id"]) for status, made in booked} == {(201, booked[0][1]["booking_id"])}


async def test_a_hold_asked_for_again_after_its_time_is_said_to_have_expired(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    body = {"therapist_id": therapist_id, "starts_at": "2026-11-25T00:00:00Z"}
    key = {"Idempotency-Key": "the-first-hold"}
    assert (await door.ask("POST", "/api/booking/holds", json=body, headers=key))[0] == 201
    door.clinic.clock.advance(NARROW.hold_s)
    _, problem = await door.ask("POST", "/api/booking/holds", json=body, headers=key)
    assert problem["code"] == "hold_expired"


async def test_nothing_is_counted_for_who_may_not_book_at_all(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    door.as_therapist(therapist_id)
    answers = [await hold(door, therapist_id) for _ in range(5)]
    assert {problem["code"] for _, problem in answers} == {"denied"}


def test_the_narrow_keys_are_the_persons_and_the_wide_ones_the_companys() -> None:
    one, other = Booker("s1", None, EmployerId("acme")), Booker("s2", None, EmployerId("acme"))
    config = SchedulerConfig()
    shared = set(hold_limits(one, "::1", config)) & set(hold_limits(other, "::1", config))
    own = set(hold_limits(one, "::1", config)) - shared
    attempts = hold_limits(one, "::1", config)
    assert max(attempts[key].attempts for key in own) * 10 <= min(attempts[key].attempts for key in shared)
    bookings = booking_limits(one, "a@example.com", "::1", config)
    shared = set(bookings) & set(booking_limits(other, "b@example.com", "::1", config))
    assert len(shared) == len(bookings) - len(shared) == 2
    assert set(bookings) & set(attempts) == set()


def test_who_signed_in_shares_no_companys_limit() -> None:
    client = Booker("p1", None, None)
    assert len(hold_limits(client, "::1", SchedulerConfig())) == 2
