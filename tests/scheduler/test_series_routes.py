"""Series and booking on behalf over HTTP: look, book, cancel later ones; nonsense is refused."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.database import Database
from core.ids import PersonId
from tests.contracts.test_session_types import add_type
from tests.fakes import FakeClock
from tests.scheduler.clinic import WEDNESDAY, Clinic
from tests.scheduler.door import Door, open_door, wanted

FORTNIGHTLY = {"interval_weeks": 2, "count": 3}
EVENING = "2026-11-25T13:00:00Z"


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as opened:
        yield opened


async def with_client(door: Door) -> tuple[PersonId, PersonId]:
    therapist_id, who = await door.clinic.therapist(), await door.clinic.client()
    await door.clinic.book(who, therapist_id, WEDNESDAY)
    assert who.person_id is not None
    return therapist_id, who.person_id


async def test_a_client_looks_books_a_series_and_cancels_what_is_left_of_it(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    body = wanted(therapist_id, **FORTNIGHTLY)
    status, seen = await door.ask("POST", "/api/series/preview", json=body)
    assert status == 200
    assert [one["starts_at"][:10] for one in seen["occurrences"]] == [
        "2026-11-25",
        "2026-12-09",
        "2026-12-23",
    ]
    assert (await door.clinic.statuses(), seen["timezone"]) == ([], "Asia/Tokyo")
    key = {"Idempotency-Key": "one"}
    status, made = await door.ask("POST", "/api/series", json=body, headers=key)
    assert status == 201
    assert (len(made["bookings"]), made["conflicts"]) == (3, [])
    assert all(one["join_url"] for one in made["bookings"])
    assert await door.ask("POST", "/api/series", json=body, headers=key) == (201, made)
    second = f"/api/bookings/{made['bookings'][1]['booking_id']}"
    assert (await door.ask("GET", second))[1]["series_id"] == made["series_id"]
    status, gone = await door.ask("POST", f"{second}/cancel-later", json={"reason": "出張"})
    assert (status, gone["status"]) == (200, "cancelled")
    assert await door.clinic.statuses() == ["confirmed", "cancelled", "cancelled"]


async def test_who_only_looks_need_not_say_who_they_are(door: Door) -> None:
    body = wanted(await door.clinic.therapist(), **FORTNIGHTLY)
    del body["name"], body["email"]
    status, seen = await door.ask("POST", "/api/series/preview", json=body)
    assert (status, len(seen["occurrences"])) == (200, 3)
    status, refused = await door.ask("POST", "/api/series", json=body)
    assert (status, refused["errors"][0]["field"]) == (422, "name")


async def test_a_conflict_names_what_is_free_instead(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    await door.ask("POST", "/api/bookings", json=wanted(therapist_id))
    body = wanted(therapist_id, **FORTNIGHTLY)
    status, refused = await door.ask("POST", "/api/series", json=body)
    assert (status, refused["code"]) == (409, "slot_taken")
    assert refused["conflicts"][0]["why"] == "taken"
    assert refused["conflicts"][0]["alternatives"][0]["starts_at"] == "2026-11-25T01:00:00Z"
    status, made = await door.ask("POST", "/api/series", json=body | {"whole": False})
    assert (status, len(made["bookings"]), len(made["conflicts"])) == (201, 2, 1)


async def test_a_date_is_moved_to_what_is_free_instead(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    await door.ask("POST", "/api/bookings", json=wanted(therapist_id))
    body = wanted(therapist_id, **FORTNIGHTLY)
    _, seen = await door.ask("POST", "/api/series/preview", json=body)
    taken = seen["occurrences"][0]
    other = taken["alternatives"][0]
    assert taken["instead_of"] is None
    body |= {"instead": [{"of": taken["starts_at"], "starts_at": other["starts_at"]}]}
    _, seen = await door.ask("POST", "/api/series/preview", json=body)
    assert seen["occurrences"][0] == other | {
        "why": None,
        "alternatives": [],
        "outside_hours": False,
        "instead_of": taken["starts_at"],
    }
    status, made = await door.ask("POST", "/api/series", json=body)
    assert (status, made["bookings"][0]["starts_at"]) == (201, other["starts_at"])


async def test_a_therapist_books_for_a_client_of_theirs(door: Door) -> None:
    therapist_id, client_id = await with_client(door)
    body = {"client_id": client_id, "starts_at": EVENING}
    assert (await door.ask("POST", "/api/therapist/bookings", json=body))[0] == 403
    door.as_therapist(therapist_id)
    _, found = await door.ask("GET", "/api/therapist/clients")
    assert [one["client_id"] for one in found["clients"]] == [client_id]
    days = {"from": "2026-11-24", "to": "2026-11-25", "tz": "Asia/Tokyo"}
    status, times = await door.ask("GET", "/api/therapist/free-times", params=days)
    assert (status, times["timezone"]) == (200, "Asia/Tokyo")
    starts = [one["starts_at"] for one in times["slots"]]
    assert starts[0] == "2026-11-24T01:00:00Z"  # within the notice of clients
    assert "2026-11-25T00:00:00Z" not in starts
    status, seen = await door.ask("POST", "/api/therapist/bookings/preview", json=body)
    assert (status, [one["why"] for one in seen["occurrences"]]) == (200, [None])
    assert seen["occurrences"][0]["outside_hours"] is True  # said, and no reason against it
    within = body | {"starts_at": "2026-11-25T03:00:00Z"}
    _, seen = await door.ask("POST", "/api/therapist/bookings/preview", json=within)
    assert [(one["why"], one["outside_hours"]) for one in seen["occurrences"]] == [(None, False)]
    status, made = await door.ask("POST", "/api/therapist/bookings", json=body)
    assert (status, made["series_id"], made["bookings"][0]["join_url"]) == (201, None, None)
    status, refused = await door.ask("POST", "/api/therapist/bookings", json=body)
    assert (status, refused["code"]) == (409, "client_busy")
    status, refused = await door.ask("POST", "/api/therapist/bookings", json=body | {"client_id": "x"})
    assert (status, refused["code"]) == (404, "not_found")


async def test_staff_book_for_any_client(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    client_id = await door.clinic.person("新しい人", "client")
    body = {"client_id": client_id, "therapist_id": therapist_id, "starts_at": EVENING, "count": 2}
    door.as_staff(await door.clinic.person("運営", "staff"))
    _, found = await door.ask("GET", "/api/staff/clients", params={"name": "新しい"})
    assert [one["therapist_id"] for one in found["clients"]] == [None]
    days = {"from": "2026-11-25", "to": "2026-11-25", "therapist_id": therapist_id}
    assert (await door.ask("GET", "/api/staff/free-times", params=days))[0] == 200
    status, made = await door.ask("POST", "/api/staff/bookings", json=body)
    assert (status, len(made["bookings"])) == (201, 2)


async def test_requests_of_a_series_are_listed_as_such_and_answered_with_one_key(door: Door) -> None:
    therapist_id, visitor = await door.clinic.therapist(), door.who
    await add_type(door.clinic, therapist_id, approval=True)
    for starts_at in ("2026-11-25T00:00:00Z", "2026-11-25T03:00:00Z"):
        door.who, body = visitor, wanted(therapist_id, starts_at=starts_at, **FORTNIGHTLY)
        status, made = await door.ask("POST", "/api/series", json=body)
        assert status == 201
        door.as_therapist(therapist_id)
        _, found = await door.ask("GET", "/api/therapist/requests")
        assert {one["series_id"] for one in found["sessions"]} == {made["series_id"]}
        verb = "approve" if "T00" in starts_at else "decline"
        path, key = f"/api/series/{made['series_id']}/{verb}", {"Idempotency-Key": verb}
        status, answer = await door.ask("POST", path, json={}, headers=key)
        assert (status, len(answer["bookings"]), answer["conflicts"]) == (200, 3, [])
        assert {one["status"] for one in answer["bookings"]} == {
            "confirmed" if verb == "approve" else "cancelled"
        }
        assert await door.ask("POST", path, json={}, headers=key) == (200, answer)
        assert (await door.ask("GET", "/api/therapist/requests"))[1]["sessions"] == []
    status, refused = await door.ask("POST", path, json={"reason": "other"}, headers=key)
    assert (status, refused["code"]) == (409, "idempotency_mismatch")


@pytest.mark.parametrize(
    "change",
    [
        {"count": 1},
        {"count": 13},
        {"interval_weeks": 0},
        {"interval_weeks": 9},
        {"count": "many"},
        {"starts_at": "2026-11-25T00:00:00"},
        {"every": "day"},
        {"instead": [{"of": "2026-11-26T00:00:00Z", "starts_at": "2026-11-26T01:00:00Z"}]},
        {"instead": [{"of": "2026-11-25T00:00:00Z", "starts_at": "2026-11-25T01:00:00Z"}] * 2},
    ],
)
async def test_nonsense_books_nothing(door: Door, change: dict[str, Any]) -> None:
    therapist_id = await door.clinic.therapist()
    body = wanted(therapist_id, **FORTNIGHTLY) | change
    for path in ("/api/series", "/api/series/preview"):
        status, answer = await door.ask("POST", path, json=body)
        assert (status, answer["code"]) == (422, "invalid")
    assert await door.clinic.statuses() == []
