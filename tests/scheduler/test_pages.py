"""Lists come in pages that lead to each other, and an answer that was seen before is not sent again."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.database import Database
from core.errors import Invalid
from core.http import Identity
from core.ids import new_id
from core.pages import cursor_of, position
from tests.fakes import FakeClock
from tests.scheduler.clinic import WEDNESDAY, Clinic
from tests.scheduler.door import Door, open_door

HOUR = timedelta(hours=1)


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as door:
        yield door


async def get(door: Door, path: str, **headers: str) -> tuple[int, Any, str, str]:
    """Status, document, ETag, and the address of the next page, "" behind the last."""
    async with door.client.get(path, headers={"Todoku-Session": "account"} | headers) as response:
        document = await response.json() if response.status != 304 else None
        links: Any = response.links
        following = links["next"]["url"].path_qs if "next" in links else ""
        return response.status, document, response.headers.get("ETag", ""), following


async def through(door: Door, path: str, part: str) -> list[list[str]]:
    """The ids of each page."""
    pages = []
    while path:
        status, document, _, path = await get(door, path)
        assert status == 200
        pages.append([one["booking_id"] for one in document[part]])
    return pages


async def test_a_therapists_sessions_come_in_pages_by_their_start(door: Door) -> None:
    therapist_id = await door.clinic.therapist(capacity=20)
    booked = [
        (await door.clinic.book(door.clinic.visitor(), therapist_id, WEDNESDAY + n * HOUR)).visit.booking_id
        for n in range(5)
    ]
    door.as_therapist(therapist_id)
    path = "/api/therapist/sessions?from=2026-11-25&to=2026-11-25"
    assert await through(door, path, "sessions") == [booked]
    assert await through(door, f"{path}&limit=2", "sessions") == [booked[:2], booked[2:4], booked[4:]]


async def test_a_clients_past_sessions_come_in_pages_back_from_the_latest(door: Door) -> None:
    therapist_id, client = await door.clinic.therapist(), await door.clinic.client()
    booked = [
        (await door.clinic.book(client, therapist_id, WEDNESDAY + n * HOUR)).visit.booking_id
        for n in range(5)
    ]
    door.clinic.clock.advance((WEDNESDAY + timedelta(days=1) - door.clinic.clock.now()).total_seconds())
    ahead = WEDNESDAY + timedelta(days=2)
    coming = (await door.clinic.book(client, therapist_id, ahead)).visit.booking_id
    door.who = Identity(client.person_id, frozenset({"client"}), new_id(), "account")
    latest = booked[::-1]
    pages = await through(door, "/api/bookings?limit=2", "past")
    assert pages == [latest[:2], latest[2:4], latest[4:]]
    _, first, _, following = await get(door, "/api/bookings?limit=2")
    _, second, _, _ = await get(door, following)
    assert [one["booking_id"] for one in first["upcoming"]] == [coming]
    assert second["upcoming"] == []


async def test_an_answer_seen_before_is_not_sent_again_until_it_changes(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    door.as_therapist(therapist_id)
    path = "/api/therapist/sessions?from=2026-11-25"
    _, _, tag, _ = await get(door, path)
    assert await get(door, path, **{"If-None-Match": tag}) == (304, None, tag, "")
    assert (await get(door, path, **{"If-None-Match": '"other"'}))[0] == 200
    await door.clinic.book(door.clinic.visitor(), therapist_id, WEDNESDAY)
    status, _, changed, _ = await get(door, path, **{"If-None-Match": tag})
    assert status == 200
    assert changed != tag


@pytest.mark.parametrize("path", ["/api/therapist/sessions", "/api/bookings"])
@pytest.mark.parametrize(
    ("asked", "field"),
    [("limit=0", "limit"), ("limit=101", "limit"), ("cursor=W10", "cursor"), ("cursor=%20", "cursor")],
)
async def test_a_page_that_was_never_given_out_is_refused(
    door: Door, path: str, asked: str, field: str
) -> None:
    therapist_id = await door.clinic.therapist()
    door.who = Identity(therapist_id, frozenset({"therapist", "client"}), new_id(), "account")
    status, document, _, _ = await get(door, f"{path}?{asked}")
    assert (status, document["errors"][0]["field"]) == (422, field)


@given(at=st.datetimes(timezones=st.just(UTC)), own=st.text("0123456789abcdef-", max_size=64))
def test_a_cursor_leads_to_where_it_was_made(at: datetime, own: str) -> None:
    assert position(cursor_of(at, own)) == (at, own)


@given(made_up=st.text("ABCDEFabcdefW10sInghijklmnop-_", min_size=1, max_size=60))
def test_a_made_up_cursor_is_a_position_or_invalid(made_up: str) -> None:
    try:
        at, own = position(made_up) or (None, None)
    except Invalid:
        return
    assert at is not None
    assert own is not None
    assert position(cursor_of(at, own)) == (at, own)
