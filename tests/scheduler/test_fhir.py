"""The FHIR export is FHIR, in the judgement of fhir.resources; everybody sees what is theirs, by id alone.

R4B changed nothing in these resources since R4 (4.0.1), which the package no longer has by itself.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome

from accounts.tables import audit
from core.database import Database
from core.http import Identity
from core.ids import PersonId, new_id
from scheduler.fhir_search import LONGEST, span_of
from scheduler.model import Span
from tests.fakes import FakeClock
from tests.scheduler.clinic import WEDNESDAY, Clinic
from tests.scheduler.door import Door, open_door
from tests.scheduler.practice import utc

BASE = "/api/fhir"
HOUR = timedelta(hours=1)


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as door:
        yield door


def account(person_id: str, role: str) -> Identity:
    return Identity(PersonId(person_id), frozenset({role}), new_id(), "account")


async def found(door: Door, path: str) -> dict[str, Any]:
    """A bundle that fhir.resources accepts."""
    async with door.client.get(BASE + path, headers={"Todoku-Session": "account"}) as response:
        assert response.content_type == "application/fhir+json"
        assert response.status == 200, await response.text()
        document: dict[str, Any] = await response.json()
    Bundle.model_validate(document)
    return document


def resources(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    return [one["resource"] for one in bundle.get("entry", [])]


async def a_practice(door: Door, sessions: int = 3) -> tuple[PersonId, list[Identity]]:
    """A therapist with one session each for some clients, and another therapist with one."""
    clients = [await door.clinic.client() for _ in range(sessions)]
    therapist_id = await door.clinic.therapist(capacity=20)
    for at, one in enumerate(clients):
        await door.clinic.book(one, therapist_id, WEDNESDAY + at * HOUR)
    await door.clinic.book(door.clinic.visitor(), await door.clinic.therapist(), WEDNESDAY)
    return therapist_id, clients


async def test_the_statement_of_what_can_be_asked_is_one_and_needs_no_account(door: Door) -> None:
    door.who = None
    status, document = await door.ask("GET", f"{BASE}/metadata")
    assert status == 200
    statement = CapabilityStatement.model_validate(document)
    assert statement.fhirVersion == "4.0.1"
    assert [one["type"] for one in document["rest"][0]["resource"]] == ["Schedule", "Slot", "Appointment"]


async def test_a_therapist_sees_their_own_sessions_a_client_theirs_and_staff_all(door: Door) -> None:
    therapist_id, clients = await a_practice(door)
    day = "/Appointment?date=ge2026-11-24&date=lt2026-11-27"
    door.as_therapist(therapist_id)
    own = resources(await found(door, day))
    assert [one["start"] for one in own] == [f"2026-11-25T0{n}:00:00Z" for n in range(3)]
    assert own[0]["status"] == "booked"
    people = [one["actor"]["reference"] for one in own[0]["participant"]]
    assert people == [f"Practitioner/{therapist_id}", f"Patient/{clients[0].person_id}"]
    door.who = account(str(clients[1].person_id), "client")
    assert [one["id"] for one in resources(await found(door, day))] == [own[1]["id"]]
    door.who = account(new_id(), "staff")
    assert len(resources(await found(door, day))) == 4


async def test_nothing_but_ids_is_in_it(door: Door) -> None:
    await a_practice(door)
    door.who = account(new_id(), "staff")
    for path in ("/Appointment?date=2026-11-25", "/Schedule"):
        text = str(await found(door, path))
        assert not any(word in text for word in ("先生", "山田", "佐藤", "example.com", "physio"))


async def test_pages_lead_to_every_session_once(door: Door) -> None:
    therapist_id, _ = await a_practice(door, 5)
    door.as_therapist(therapist_id)
    path, seen = "/Appointment?date=2026-11-25&_count=2", list[str]()
    for size in (2, 2, 1):
        page = await found(door, path)
        assert len(resources(page)) == size
        seen += [one["id"] for one in resources(page)]
        following = {one["relation"]: one["url"] for one in page["link"]}.get("next", "")
        path = following.partition(BASE)[2]
    assert path == ""
    assert len(set(seen)) == 5


async def test_free_times_are_those_that_can_be_booked(door: Door) -> None:
    therapist_id, clients = await a_practice(door)
    door.as_therapist(therapist_id)
    path = f"/Slot?schedule=Schedule/{therapist_id}&start=2026-11-25&status=free"
    slots = resources(await found(door, path))
    assert [one["start"] for one in slots] == [f"2026-11-25T0{n}:00:00Z" for n in range(3, 8)]
    assert {one["status"] for one in slots} == {"free"}
    door.who = account(str(clients[0].person_id), "client")
    assert resources(await found(door, path)) == slots
    door.who = account(await door.clinic.person("x", "client"), "client")
    assert (await door.ask("GET", BASE + path))[0] == 404


async def test_schedules_are_ones_own_and_for_staff_all_in_pages(door: Door) -> None:
    therapist_id, clients = await a_practice(door)
    for who in (account(therapist_id, "therapist"), account(str(clients[0].person_id), "client")):
        door.who = who
        assert [one["id"] for one in resources(await found(door, "/Schedule"))] == [therapist_id]
        status, one = await door.ask("GET", f"{BASE}/Schedule/{therapist_id}")
        assert (status, one["actor"]) == (200, [{"reference": f"Practitioner/{therapist_id}"}])
    door.who = account(new_id(), "staff")
    first = await found(door, "/Schedule?_count=1")
    second = await found(door, first["link"][1]["url"].partition(BASE)[2])
    assert len({one["id"] for one in resources(first) + resources(second)}) == 2


async def test_what_staff_look_at_is_written_down_and_nobody_elses(door: Door) -> None:
    therapist_id, _ = await a_practice(door)
    door.as_therapist(therapist_id)
    await found(door, "/Appointment?date=2026-11-25")
    staff_id = new_id()
    door.who = account(staff_id, "staff")
    (own, *_) = resources(await found(door, "/Appointment?date=2026-11-25"))
    assert (await door.ask("GET", f"{BASE}/Appointment/{own['id']}"))[0] == 200
    query = sa.select(audit.c.actor_id, audit.c.subject).where(audit.c.action == "fhir_read")
    async with door.clinic.database.read() as connection:
        rows = {tuple(row) for row in await connection.execute(query)}
    assert rows == {(staff_id, "Appointment"), (staff_id, own["id"])}


@pytest.mark.parametrize(
    ("path", "status", "code", "fields"),
    [
        ("/Appointment?date=yesterday", 422, "invalid", ["date"]),
        ("/Appointment?date=ge2026-01-01&date=lt2026-12-01", 422, "invalid", ["date"]),
        ("/Appointment?date=ge9999-12-31", 422, "invalid", ["date"]),
        ("/Appointment?_count=101", 422, "invalid", ["_count"]),
        ("/Appointment?_count=0", 422, "invalid", ["_count"]),
        ("/Appointment?_cursor=abc", 422, "invalid", ["cursor"]),
        ("/Appointment?_cursor=bnVsbA", 422, "invalid", ["cursor"]),
        ("/Appointment?patient=Patient/1", 422, "invalid", ["patient"]),
        ("/Slot?schedule=Schedule/x&status=busy", 422, "invalid", ["status"]),
        ("/Slot", 422, "invalid", ["schedule"]),
        ("/Slot?schedule=Schedule/unknown", 404, "not_found", None),
        ("/Schedule/unknown", 404, "not_found", None),
        ("/Appointment/unknown", 404, "not_found", None),
        ("/Appointment/%00", 404, "not_found", None),
    ],
)
async def test_what_cannot_be_asked_is_an_outcome_that_says_why(
    door: Door, path: str, status: int, code: str, fields: list[str] | None
) -> None:
    door.as_therapist(await door.clinic.therapist())
    answered, document = await door.ask("GET", BASE + path)
    OperationOutcome.model_validate(document)
    (issue,) = document["issue"]
    assert (answered, issue["details"]["coding"][0]["code"]) == (status, code)
    assert issue.get("expression") == fields


@pytest.mark.parametrize("path", ["/Schedule", "/Appointment", "/Slot?schedule=x", "/Appointment/x"])
async def test_who_has_not_signed_in_sees_nothing(door: Door, path: str) -> None:
    for who, status in ((None, 401), (door.clinic.visitor(), 403), (account(new_id(), "employer"), 403)):
        door.who = who
        answered, document = await door.ask("GET", BASE + path)
        assert (answered, document["resourceType"]) == (status, "OperationOutcome")


async def test_what_was_seen_before_is_not_sent_again(door: Door) -> None:
    therapist_id, _ = await a_practice(door)
    door.as_therapist(therapist_id)
    headers = {"Todoku-Session": "account"}
    path = f"{BASE}/Appointment?date=2026-11-25"
    async with door.client.get(path, headers=headers) as first:
        tag = first.headers["ETag"]
    async with door.client.get(path, headers=headers | {"If-None-Match": f'"x", W/{tag}'}) as again:
        assert (again.status, await again.read(), again.headers["ETag"]) == (304, b"", tag)
    await door.clinic.book(await door.clinic.client(), therapist_id, WEDNESDAY + 5 * HOUR)
    async with door.client.get(path, headers=headers | {"If-None-Match": tag}) as changed:
        assert (changed.status, changed.headers["ETag"] == tag) == (200, False)


@pytest.mark.parametrize(
    ("asked", "since", "until"),
    [
        (["2026-11-25"], "2026-11-25T00:00", "2026-11-26T00:00"),
        (["ge2026-11-25", "le2026-11-26"], "2026-11-25T00:00", "2026-11-27T00:00"),
        (["gt2026-11-25", "lt2026-11-27"], "2026-11-26T00:00", "2026-11-27T00:00"),
        (["ge2026-11-25T09:00:00+09:00", "lt2026-11-25T01:00:00Z"], "2026-11-25T00:00", "2026-11-25T01:00"),
        (["lt2026-12-25"], "2026-11-24T00:00", "2026-12-25T00:00"),
    ],
)
def test_bounds_mean_what_fhir_says(asked: list[str], since: str, until: str) -> None:
    assert span_of(asked, "date", utc("2026-11-24T01:00")) == Span(utc(since), utc(until))
    now = utc("2026-11-24T01:00")
    assert span_of([], "date", now) == Span(now, now + LONGEST)
