"""Sessions for several over HTTP: the therapist opens one, clients take seats; nonsense is refused."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.database import Database
from core.ids import PersonId
from tests.fakes import FakeClock
from tests.scheduler.clinic import Clinic
from tests.scheduler.door import Door, open_door

GROUP = {
    "title_ja": "お昼の体操",
    "title_en": "Stretching at noon",
    "seats": 2,
    "starts_at": "2026-11-25T03:00:00Z",
    "session_min": 60,
}
ME = {"name": "佐藤 一郎", "email": "ichiro@example.com", "timezone": "Asia/Tokyo", "locale": "ja"}


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as opened:
        yield opened


async def opened(door: Door) -> tuple[PersonId, str]:
    visitor, therapist_id = door.who, await door.clinic.therapist()
    door.as_therapist(therapist_id)
    status, made = await door.ask("POST", "/api/therapist/groups", json=GROUP)
    assert (status, made["taken"], made["names"]) == (201, 0, [])
    door.who = visitor
    return therapist_id, made["group_id"]


async def test_a_seat_is_taken_seen_and_given_back(door: Door) -> None:
    therapist_id, group_id = await opened(door)
    seat = f"/api/groups/{group_id}/seat"
    status, refused = await door.ask("POST", seat, json={})
    assert (status, refused["errors"][0]["field"]) == (422, "newcomer")
    key = {"Idempotency-Key": "seat"}
    status, mine = await door.ask("POST", seat, json={"newcomer": ME}, headers=key)
    assert (status, mine["left"], mine["mine"]) == (201, 1, True)
    assert await door.ask("POST", seat, json={"newcomer": ME}, headers=key) == (201, mine)
    _, found = await door.ask("GET", "/api/groups")
    assert found["groups"] == [mine]
    visitor = door.who
    door.as_therapist(therapist_id)
    _, own = await door.ask("GET", "/api/therapist/groups")
    assert [(one["taken"], one["names"]) for one in own["groups"]] == [(1, ["佐藤 一郎"])]
    door.who = visitor
    for _ in range(2):
        assert (await door.ask("DELETE", seat))[0] == 204
    assert (await door.ask("GET", "/api/groups"))[1]["groups"][0]["left"] == 2


async def test_when_no_seat_is_left_it_says_so_and_is_offered_no_more(door: Door) -> None:
    _, group_id = await opened(door)
    for n in range(3):
        door.who = await door.clinic.client()
        status, answer = await door.ask("POST", f"/api/groups/{group_id}/seat", json={})
        assert (status, answer.get("code")) == ((201, None) if n < 2 else (409, "slot_taken"))
    assert (await door.ask("GET", "/api/groups"))[1]["groups"] == []


async def test_called_off_it_is_gone(door: Door) -> None:
    therapist_id, group_id = await opened(door)
    path = f"/api/groups/{group_id}"
    assert (await door.ask("POST", f"{path}/cancel", json={}))[0] == 403
    door.as_therapist(therapist_id)
    status, gone = await door.ask("POST", f"{path}/cancel", json={"reason": "都合により"})
    assert (status, gone["status"]) == (200, "cancelled")
    door.who = await door.clinic.client()
    status, refused = await door.ask("POST", f"{path}/seat", json={})
    assert (status, refused["code"]) == (409, "booking_status_conflict")
    assert (await door.ask("DELETE", "/api/groups/g/seat"))[0] == 404


@pytest.mark.parametrize(
    "change",
    [
        {"seats": 1},
        {"seats": 101},
        {"session_min": 14},
        {"session_min": 241},
        {"title": {"ja": "体操"}},
        {"title_ja": " "},
        {"starts_at": "2026-11-25T03:00:00"},
        {"employer": "acme"},
    ],
)
async def test_nonsense_opens_nothing(door: Door, change: dict[str, Any]) -> None:
    therapist_id = await door.clinic.therapist()
    door.as_therapist(therapist_id)
    status, answer = await door.ask("POST", "/api/therapist/groups", json=GROUP | change)
    assert (status, answer["code"]) == (422, "invalid")
    assert (await door.ask("GET", "/api/therapist/groups"))[1]["groups"] == []
