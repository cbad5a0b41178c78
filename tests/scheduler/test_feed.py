"""A therapist's calendar feed: what subscribers see, how little, and that its address can be ended."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from core.database import Database
from core.ids import PersonId
from core.tables import idempotency
from scheduler.foreign_calendar import busy_times
from scheduler.model import Span
from tests.fakes import FakeClock
from tests.scheduler.clinic import PUBLIC_URL, TOKYO, WEDNESDAY, Clinic
from tests.scheduler.door import Door, open_door

FEED = "/api/therapist/pace/feed"


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as opened:
        yield opened


@pytest.fixture
async def therapist(door: Door) -> PersonId:
    therapist_id = await door.clinic.therapist()
    door.as_therapist(therapist_id)
    return therapist_id


async def made(door: Door) -> str:
    """The path of a new address."""
    status, answer = await door.ask("POST", FEED)
    assert status == 201
    assert answer["url"].startswith(PUBLIC_URL)
    return str(answer["url"].removeprefix(PUBLIC_URL))


async def read(door: Door, path: str) -> Calendar:
    async with door.client.get(path) as response:
        assert (response.status, response.content_type) == (200, "text/calendar")
        return Calendar.from_ical(await response.read())


async def test_sessions_stand_in_it_and_say_nothing_of_whom_or_why(door: Door, therapist: PersonId) -> None:
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    path = await made(door)
    (event,) = (await read(door, path)).walk("VEVENT")
    assert (event["DTSTART"].dt, event["SUMMARY"], event["TRANSP"]) == (  # type: ignore[union-attr]
        WEDNESDAY,
        "面談 / Consultation",
        "OPAQUE",
    )
    async with door.client.get(path) as response:
        text = await response.text()
    assert not re.search("佐藤|ichiro|physio|理学|腰|https?://", text)
    assert "DTSTART:20261125T000000Z" in text


async def test_what_is_cancelled_leaves_it(door: Door, therapist: PersonId) -> None:
    booked = await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    path = await made(door)
    status, _ = await door.ask("POST", f"/api/bookings/{booked.visit.booking_id}/cancel", json={})
    assert status == 200
    assert (await read(door, path)).walk("VEVENT") == []


async def test_who_has_it_already_is_told_so_until_something_changes(
    door: Door, therapist: PersonId, clock: FakeClock
) -> None:
    path = await made(door)
    async with door.client.get(path) as response:
        etag = response.headers["ETag"]
        assert response.headers["Cache-Control"] == "private, max-age=900"
    clock.advance(60)
    async with door.client.get(path, headers={"If-None-Match": f'"x", W/{etag}'}) as response:
        assert (response.status, await response.read()) == (304, b"")
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    async with door.client.get(path, headers={"If-None-Match": etag}) as response:
        assert response.status == 200


async def test_an_address_ends_with_the_next_one_or_when_asked(door: Door, therapist: PersonId) -> None:
    assert (await door.ask("GET", FEED))[1] == {"active": False}
    first = await made(door)
    second = await made(door)
    assert (await door.ask("GET", FEED))[1] == {"active": True}
    gone = await door.ask("GET", first)
    assert gone[0] == 404
    assert (await door.ask("DELETE", FEED))[0] == 204
    for path in (second, "/feeds/unknown.ics", "/feeds/%00.ics", "/feeds/.ics"):
        status, answer = await door.ask("GET", path)
        assert status == 404, path
        if isinstance(answer, dict):
            assert answer["code"] == "not_found"


async def test_a_request_asked_again_gets_the_same_address_until_it_has_ended(
    door: Door, therapist: PersonId
) -> None:
    key = {"Idempotency-Key": "one-wish"}
    status, first = await door.ask("POST", FEED, headers=key)
    assert status == 201
    assert await door.ask("POST", FEED, headers=key) == (201, first)
    assert (await door.ask("GET", first["url"].removeprefix(PUBLIC_URL)))[0] == 200
    async with door.clinic.database.read() as connection:
        (kept,) = (await connection.execute(sa.select(idempotency.c.response))).scalars()
    assert kept.keys() == {"feed_id"}
    assert kept["feed_id"] not in first["url"]
    second = await made(door)
    status, refused = await door.ask("POST", FEED, headers=key)
    assert (status, refused["code"]) == (410, "gone")
    assert (await door.ask("GET", second))[0] == 200  # which the repeat has left alone


async def test_a_feed_imported_again_keeps_nothing_busy_twice(door: Door, therapist: PersonId) -> None:
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    async with door.client.get(await made(door)) as response:
        content = await response.read()
    week = Span(WEDNESDAY - timedelta(days=3), WEDNESDAY + timedelta(days=4))
    assert busy_times(content, week, TOKYO) == []
    assert len(busy_times(content.replace(b"@todoku", b"@other"), week, TOKYO)) == 1


async def test_who_is_no_therapist_has_no_feed(door: Door) -> None:
    assert (await door.ask("POST", FEED))[0] == 403
