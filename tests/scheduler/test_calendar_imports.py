"""Personal calendars over HTTP: their busy times are offered to nobody, and nothing else of them is kept."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.config import OutgoingConfig
from core.database import Database, metadata
from core.ids import PersonId
from core.outgoing import Outgoing
from scheduler.calendar_reading import CalendarReader
from scheduler.importing import EVERY, SPREAD, CalendarImports, due_at
from tests.fakes import FakeClock
from tests.scheduler.calendar_host import CalendarHost, open_calendar_host
from tests.scheduler.clinic import WEDNESDAY, Clinic
from tests.scheduler.door import Door, open_door

CALENDARS = "/api/therapist/pace/calendars"


@pytest.fixture
async def host() -> AsyncIterator[CalendarHost]:
    async with open_calendar_host() as opened:
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


def job(door: Door, private: bool = True) -> CalendarImports:
    config = OutgoingConfig(private_addresses=private)
    return CalendarImports(door.clinic.database, door.clinic.clock, config, CalendarReader(Outgoing(config)))


async def add(door: Door, host: CalendarHost, label: str = "わたし") -> dict[str, Any]:
    status, answer = await door.ask("POST", CALENDARS, json={"url": host.url, "label": label})
    assert status == 200, answer
    return answer["calendars"][-1]  # type: ignore[no-any-return]


async def mine(door: Door) -> dict[str, Any]:
    status, answer = await door.ask("GET", CALENDARS)
    assert status == 200
    (one,) = answer["calendars"]
    return one  # type: ignore[no-any-return]


async def offered(door: Door, therapist: PersonId) -> bool:
    """Whether Wednesday at nine, busy in the personal calendar, can be booked."""
    return WEDNESDAY in await door.clinic.offered(door.clinic.visitor(), therapist)


async def test_what_is_busy_there_is_offered_to_nobody(
    door: Door, therapist: PersonId, host: CalendarHost
) -> None:
    assert await offered(door, therapist)
    made = await add(door, host)
    assert (made["label"], made["busy_times"], made["problem"]) == ("わたし", 1, None)
    assert not await offered(door, therapist)
    status, answer = await door.ask("DELETE", f"{CALENDARS}/{made['calendar_id']}")
    assert (status, answer) == (200, {"calendars": []})
    assert await offered(door, therapist)


async def test_a_booking_that_it_makes_busy_stays_and_is_listed(
    door: Door, therapist: PersonId, host: CalendarHost
) -> None:
    await door.clinic.book(door.clinic.visitor(), therapist, WEDNESDAY)
    await add(door, host)
    assert await door.clinic.statuses() == ["confirmed"]
    _, sheet = await door.ask("GET", "/api/therapist/pace")
    assert [one["why"] for one in sheet["conflicts"]] == ["own_calendar"]


async def test_neither_title_nor_address_are_shown_or_kept(
    door: Door, therapist: PersonId, host: CalendarHost
) -> None:
    made = await add(door, host)
    assert made["host"] == "127.0.0.1"
    assert "secret" not in str(made)
    async with door.clinic.database.read() as connection:
        for table in metadata.sorted_tables:
            rows = [str(row) for row in await connection.execute(sa.select(table))]
            assert not [row for row in rows if "整形外科" in row], table.name


async def test_the_same_address_is_one_calendar_and_there_are_few_of_them(
    door: Door, therapist: PersonId, host: CalendarHost
) -> None:
    for number in range(5):
        host.url = host.url.partition("?")[0] + f"?{number}"
        await add(door, host)
    await add(door, host, "other")
    status, answer = await door.ask("GET", CALENDARS)
    assert [one["label"] for one in answer["calendars"]] == ["わたし"] * 4 + ["other"]
    status, answer = await door.ask("POST", CALENDARS, json={"url": host.url + "9", "label": "x"})
    assert (status, answer["code"]) == (422, "invalid")


async def test_a_calendar_is_asked_again_and_what_is_new_counts(
    door: Door, therapist: PersonId, host: CalendarHost, clock: FakeClock
) -> None:
    await add(door, host)
    imports = job(door)
    await imports.refresh_due()
    assert host.answers == [200]  # it was looked at just now
    clock.advance((EVERY * (1 + SPREAD / 2)).total_seconds())
    await imports.refresh_due()
    assert host.answers == [200, 304]
    assert not await offered(door, therapist)
    host.events = []
    clock.advance((EVERY * (1 + SPREAD / 2)).total_seconds())
    await imports.refresh_due()
    assert host.answers == [200, 304, 200]
    assert await offered(door, therapist)
    clock.advance(86400)
    await imports.refresh_due()
    assert host.answers[3:] == [200]  # the window has moved: all of it is read


async def test_what_fails_keeps_the_last_good_times_and_says_why(
    door: Door, therapist: PersonId, host: CalendarHost, clock: FakeClock
) -> None:
    await add(door, host)
    imports = job(door)
    for status, problem in ((404, "not_found"), (401, "not_allowed"), (503, "refused")):
        host.status = status
        clock.advance((EVERY * (1 + SPREAD / 2)).total_seconds())
        await imports.refresh_due()
        assert (await mine(door))["problem"] == problem
        assert not await offered(door, therapist)
    host.status = 200
    clock.advance((EVERY * (1 + SPREAD / 2)).total_seconds())
    await job(door, private=False).refresh_due()
    assert (await mine(door))["problem"] == "address_refused"
    clock.advance((EVERY * (1 + SPREAD / 2)).total_seconds())
    await imports.refresh_due()
    assert (await mine(door))["problem"] is None


async def test_its_therapist_can_have_it_looked_at_now_but_not_all_the_time(
    door: Door, therapist: PersonId, host: CalendarHost, clock: FakeClock
) -> None:
    path = f"{CALENDARS}/{(await add(door, host))['calendar_id']}/refresh"
    status, answer = await door.ask("POST", path)
    assert (status, answer["code"]) == (429, "too_many")
    clock.advance(61)
    assert (await door.ask("POST", path))[0] == 200
    assert host.answers == [200, 304]
    other = await door.clinic.therapist()
    door.as_therapist(other)
    assert (await door.ask("POST", path))[0] == 404
    assert (await door.ask("DELETE", path.removesuffix("/refresh")))[0] == 404


async def test_requests_asked_again_ask_the_calendar_once(
    door: Door, therapist: PersonId, host: CalendarHost, clock: FakeClock
) -> None:
    body, key = {"url": host.url, "label": "わたし"}, {"Idempotency-Key": "one-wish"}
    first = await door.ask("POST", CALENDARS, json=body, headers=key)
    assert first[0] == 200
    assert await door.ask("POST", CALENDARS, json=body, headers=key) == first
    status, refused = await door.ask("POST", CALENDARS, json=body | {"label": "other"}, headers=key)
    assert (status, refused["code"]) == (409, "idempotency_mismatch")
    clock.advance(61)
    path = f"{CALENDARS}/{first[1]['calendars'][0]['calendar_id']}/refresh"
    looked = await door.ask("POST", path, headers={"Idempotency-Key": "another"})
    assert await door.ask("POST", path, headers={"Idempotency-Key": "another"}) == looked
    assert (looked[0], host.answers) == (200, [200, 304])
    assert (await door.ask("POST", path))[0] == 429


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("ftp://example.com/a.ics", "address_invalid"),
        ("https://", "address_invalid"),
        ("webcal:///a.ics", "address_invalid"),
        ("https://[::1/a.ics", "address_invalid"),
        ("http://127.0.0.1:9/a.ics", "unreachable"),
        ("/missing", "not_found"),
        ("/html", "not_a_calendar"),
    ],
)
async def test_what_cannot_be_used_is_refused_with_a_word_for_why(
    door: Door, therapist: PersonId, host: CalendarHost, url: str, rule: str
) -> None:
    if url == "/html":
        host.content = lambda: b"<html></html>"  # type: ignore[method-assign]
    address = host.url if url == "/html" else host.url.replace("/secret.ics", url) if url[0] == "/" else url
    status, answer = await door.ask("POST", CALENDARS, json={"url": address, "label": "x"})
    assert (status, answer["code"]) == (422, "invalid")
    assert [(one["field"], one["rule"]) for one in answer["errors"]] == [("url", rule)]


async def test_who_is_no_therapist_has_no_calendars(door: Door, host: CalendarHost) -> None:
    door.who = door.clinic.visitor()
    assert (await door.ask("GET", CALENDARS))[0] == 403
    assert (await door.ask("POST", CALENDARS, json={"url": host.url, "label": "x"}))[0] == 403
    assert host.answers == []


def test_calendars_added_together_are_not_asked_together(clock: FakeClock) -> None:
    now = clock.now()
    moments = {due_at(str(number), now) for number in range(50)}
    assert len(moments) > 30
    assert now + EVERY * 0.9 <= min(moments)
    assert max(moments) <= now + EVERY * 1.1 + timedelta(seconds=1)
