"""A client who signed in sees their own sessions, those under their proven address, and nobody else's."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from accounts.model import Named
from accounts.store import verify_email
from core.database import Database
from core.http import Identity
from core.ids import BookingId, CareId, PersonId, new_id
from scheduler.agenda import PAST_SHOWN, OwnSession, split
from scheduler.model import Booking, Span, Status
from tests.fakes import FakeClock
from tests.scheduler.clinic import PUBLIC_URL, TOKYO, WEDNESDAY, Clinic
from tests.scheduler.door import Door, open_door, wanted
from tests.scheduler.test_calendar_file import delivered

HOUR = timedelta(hours=1)
PATH = "/api/bookings"


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as door:
        yield door


async def book(door: Door, therapist_id: str, hour: int, mail: str = "ichiro@example.com") -> dict[str, Any]:
    """By a visitor of the company's link; a new person each time."""
    door.who = door.clinic.visitor()
    wish = wanted(therapist_id, starts_at=f"2026-11-25T{hour:02}:00:00Z", email=mail)
    status, booked = await door.ask("POST", PATH, json=wish)
    assert status == 201, booked
    return dict(booked)


async def client_of(door: Door, booked: dict[str, Any]) -> PersonId:
    now = door.clinic.clock.now()
    assert door.who is not None
    return (await door.clinic.service.visit(booked["booking_id"], door.who, now)).client_id


async def sign_in(door: Door, person_id: PersonId) -> None:
    """By the mailed link, which proves the address."""
    async with door.clinic.database.write() as connection:
        await verify_email(connection, person_id, door.clinic.clock.now())
    door.who = Identity(person_id, frozenset({"client"}), new_id(), "account")


async def test_upcoming_sessions_come_with_the_mailed_way_in_and_past_ones_without(door: Door) -> None:
    therapist_id = await door.clinic.therapist()
    booked = await book(door, therapist_id, 0)
    mails = await delivered(door.clinic)
    await sign_in(door, await client_of(door, booked))
    status, found = await door.ask("GET", PATH)
    assert (status, found["past"]) == (200, [])
    (session,) = found["upcoming"]
    enter_url = session.pop("enter_url")
    assert enter_url.startswith(f"{PUBLIC_URL}/join/")
    assert enter_url in mails[0].text
    assert session == {
        "booking_id": booked["booking_id"],
        "therapist_name": "先生 5",
        "therapist_name_en": None,
        "starts_at": "2026-11-25T00:00:00Z",
        "ends_at": "2026-11-25T00:45:00Z",
        "status": "confirmed",
        "enter_from": "2026-11-24T23:50:00Z",
        "enter_until": "2026-11-25T01:15:00Z",
        "in_call_since": None,
        "cancelled_by": None,
        "calendar_url": f"/api/bookings/{booked['booking_id']}/calendar.ics",
    }
    door.clinic.clock.advance((WEDNESDAY + 2 * HOUR - door.clinic.clock.now()).total_seconds())
    _, found = await door.ask("GET", PATH)
    assert found["upcoming"] == []
    assert found["past"] == [session | {"enter_url": None}]


async def test_a_session_that_was_never_mailed_is_entered_by_signing_in(door: Door) -> None:
    booked = await book(door, await door.clinic.therapist(), 0)
    await sign_in(door, await client_of(door, booked))
    (session,) = (await door.ask("GET", PATH))[1]["upcoming"]
    assert session["enter_url"] == f"{PUBLIC_URL}/room/{booked['booking_id']}"


async def test_what_was_booked_under_the_same_address_is_there_too(door: Door) -> None:
    """Its mails came to that address; before that is proven, nobody sees another's."""
    therapist_id = await door.clinic.therapist()
    first, second = await book(door, therapist_id, 0), await book(door, therapist_id, 1)
    other = await book(door, therapist_id, 2, "hanako@example.com")
    owner = await client_of(door, other)
    door.who = Identity(owner, frozenset({"client"}), new_id(), "account")
    assert len((await door.ask("GET", PATH))[1]["upcoming"]) == 1
    mails = await delivered(door.clinic)
    await book(door, therapist_id, 3)
    await sign_in(door, await client_of(door, await book(door, therapist_id, 4)))
    _, found = await door.ask("GET", PATH)
    ids = [one["booking_id"] for one in found["upcoming"]]
    assert (ids[:2], len(ids)) == ([first["booking_id"], second["booking_id"]], 4)
    assert found["upcoming"][0]["enter_url"] in mails[0].text
    assert found["upcoming"][2]["enter_url"] is None  # another person's, and not mailed yet
    status, content = await door.ask("GET", found["upcoming"][0]["calendar_url"])
    assert (status, b"BEGIN:VEVENT" in content) == (200, True)
    assert (await door.ask("GET", f"{PATH}/{other['booking_id']}/calendar.ics"))[0] == 404


async def test_only_who_signed_in_has_a_list(door: Door) -> None:
    booked = await book(door, await door.clinic.therapist(), 0)
    assert (await door.ask("GET", PATH))[1]["code"] == "denied"
    assert door.who is not None
    scope = {"purpose": "join", "booking_id": booked["booking_id"]}
    door.who = replace(door.who, person_id=await client_of(door, booked), scope=scope)
    assert (await door.ask("GET", PATH))[1]["code"] == "denied"
    door.who = None
    assert (await door.ask("GET", PATH))[1]["code"] == "unauthenticated"


async def test_somebody_without_sessions_sees_an_empty_list(door: Door) -> None:
    await sign_in(door, await door.clinic.person("山田 花子", "client"))
    assert await door.ask("GET", PATH) == (200, {"upcoming": [], "past": []})


def session(starts_in: timedelta, status: Status = Status.CONFIRMED) -> OwnSession:
    starts_at = WEDNESDAY + starts_in
    booking = Booking(
        id=BookingId(new_id()),
        uid="u",
        therapist_id=PersonId("t"),
        client_id=PersonId("c"),
        care_id=CareId("k"),
        holder="c",
        starts_at=starts_at,
        ends_at=starts_at + HOUR,
        client_timezone=TOKYO,
        therapist_timezone=TOKYO,
        status=status,
        hold_expires_at=None,
        sequence=0,
        created_at=WEDNESDAY,
        updated_at=WEDNESDAY,
    )
    return OwnSession(booking, Named("先生"), Span(starts_at, starts_at + HOUR))


def test_a_session_is_to_come_until_its_room_closes_or_its_call_ends() -> None:
    going_on, over = session(-2 * HOUR), session(-3 * HOUR)
    taken_place, called_off = session(HOUR, Status.FULFILLED), session(2 * HOUR, Status.CANCELLED)
    next_one = session(timedelta(minutes=-30))
    found = [over, called_off, taken_place, going_on, next_one]
    parts = split(found, {going_on.booking.id: WEDNESDAY - HOUR}, WEDNESDAY)
    assert [one.booking.id for one in parts.upcoming] == [
        one.booking.id for one in (going_on, next_one, called_off)
    ]
    assert parts.upcoming[0].in_call_since == WEDNESDAY - HOUR
    assert parts.past == (taken_place, over)


def test_a_long_past_is_cut_off_behind() -> None:
    found = [session(-day * 24 * HOUR) for day in range(2, PAST_SHOWN + 9)]
    assert split(found, {}, WEDNESDAY).past == tuple(found[:PAST_SHOWN])
