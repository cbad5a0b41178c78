"""A therapist's name in Latin letters: set by themselves, shown beside the usual one, used in English."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from accounts.service import set_name_en
from core.database import Database
from core.ids import PersonId
from core.mail import Mail
from scheduler.changes import Changes
from scheduler.join_links import JoinLinks
from scheduler.mail import BookingMails
from scheduler.mail_frame import Frame
from scheduler.series import Repeat
from scheduler.series_mail import SeriesMails
from scheduler.series_service import Arranging
from tests.fakes import FakeClock
from tests.scheduler.clinic import NOBODY_REPEATS, PUBLIC_URL, WEDNESDAY, Clinic, wish
from tests.scheduler.door import Door, open_door, wanted
from tests.scheduler.test_calendar_file import Letterbox

NAME = "/api/therapist/pace/name"
LATIN = "Misaki Sato-O'Brien"


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as opened:
        yield opened


async def put(door: Door, name: str | None, version: int) -> tuple[int, Any]:
    return await door.ask("PUT", NAME, headers={"If-Match": f'"{version}"'}, json={"name_en": name})


async def test_a_therapist_sets_it_changes_it_and_takes_it_back(door: Door) -> None:
    door.as_therapist(await door.clinic.therapist())
    _, sheet = await door.ask("GET", "/api/therapist/pace")
    assert (sheet["name"], sheet["name_en"]) == ("先生 5", None)
    status, sheet = await put(door, f"  {LATIN} ", sheet["version"])
    assert (status, sheet["name_en"]) == (200, LATIN)
    status, refused = await put(door, "Somebody Else", sheet["version"] - 1)
    assert (status, refused["code"]) == (412, "version_conflict")
    status, sheet = await put(door, None, sheet["version"])
    assert (status, sheet["name_en"]) == (200, None)


@pytest.mark.parametrize("name", ["佐藤 美咲", "Misaki 佐藤", "Misaki <b>", "", "x" * 101, "さとう"])
async def test_only_latin_letters_are_taken(door: Door, name: str) -> None:
    door.as_therapist(await door.clinic.therapist())
    status, refused = await put(door, name, 1)
    assert (status, refused["errors"][0]["field"]) == (422, "name_en")
    assert (await door.ask("GET", "/api/therapist/pace"))[1]["name_en"] is None


async def test_clients_are_given_both_names_wherever_they_see_one(door: Door) -> None:
    therapist_id, visitor = await door.clinic.therapist(), door.who
    door.as_therapist(therapist_id)
    await put(door, LATIN, 1)
    door.who = visitor
    _, found = await door.ask("GET", "/api/booking/therapists", params={"tz": "Asia/Tokyo"})
    assert [(one["name"], one["name_en"]) for one in found["therapists"]] == [("先生 5", LATIN)]
    _, made = await door.ask("POST", "/api/bookings", json=wanted(therapist_id))
    _, seen = await door.ask("GET", f"/api/bookings/{made['booking_id']}")
    for one in (made, seen):
        assert (one["therapist_name"], one["therapist_name_en"]) == ("先生 5", LATIN)


async def spelt(clinic: Clinic) -> PersonId:
    therapist_id = await clinic.therapist()
    async with clinic.database.write() as connection:
        await set_name_en(connection, therapist_id, LATIN)
    return therapist_id


async def mails_of(clinic: Clinic, topic: str) -> list[Mail]:
    letterbox, frame = Letterbox(), Frame(False, "")
    said = SeriesMails if topic.startswith("series") else BookingMails
    handlers = said(clinic.database, clinic.service, letterbox, clinic.clock, frame).handlers()
    for payload in await clinic.events(topic):
        await handlers[topic][0](payload)
    return letterbox.mails


@pytest.mark.parametrize(("locale", "name"), [("en", LATIN), ("ja", "先生 5")])
async def test_a_mail_calls_them_as_its_language_writes_them(clinic: Clinic, locale: str, name: str) -> None:
    therapist_id = await spelt(clinic)
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY, locale=locale)
    client, therapist = await mails_of(clinic, "booking.confirmed")
    assert name in client.text
    assert therapist.text.startswith("先生 5 様")  # who reads Japanese


async def test_a_series_is_told_with_that_name_too(clinic: Clinic) -> None:
    therapist_id = await spelt(clinic)
    links = JoinLinks(clinic.database, clinic.clock, PUBLIC_URL, clinic.secret)
    changes = Changes(clinic.database, clinic.config, clinic.clock, links)
    arranging = Arranging(clinic.database, clinic.config, clinic.clock, changes)
    order = wish(therapist_id, WEDNESDAY + timedelta(hours=1), locale="en")
    await arranging.book(clinic.visitor(), order, Repeat(1, 2), NOBODY_REPEATS)
    client, _ = await mails_of(clinic, "series.arranged")
    assert f"With: {LATIN}" in client.text
