"""Care over HTTP: a client waits, takes a place, decides; staff and therapists see their lists."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.tables import audit
from core.database import Database
from core.http import Identity
from core.ids import new_id
from scheduler import practice_store
from scheduler.cares import Cares
from scheduler.model import Therapist
from tests.fakes import FakeClock
from tests.scheduler.clinic import WEDNESDAY, Clinic
from tests.scheduler.door import Door, open_door

KEY = {"Idempotency-Key": "one"}
NEWCOMER = {"name": "佐藤", "email": "s@example.com", "timezone": "Asia/Tokyo", "locale": "ja"}


@pytest.fixture
async def door(database: Database, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_door(Clinic(database, clock)) as opened:
        yield opened


async def staff(door: Door) -> Identity:
    person_id = await door.clinic.person("運営", "staff")
    return Identity(person_id, frozenset({"staff"}), new_id(), "account")


async def test_a_client_waits_is_offered_a_place_and_takes_it(door: Door) -> None:
    therapist_id = await door.clinic.therapist(capacity=1)
    first, second = await door.clinic.client(), await door.clinic.client()
    await door.clinic.book(first, therapist_id, WEDNESDAY)
    door.who = second
    for _ in range(2):  # the second is the same request once more
        status, made = await door.ask("POST", "/api/care/waiting", json={}, headers=KEY)
        assert status == 200, made
    status, refused = await door.ask("POST", "/api/care/waiting", json={"language": "en"}, headers=KEY)
    assert (status, refused["code"]) == (409, "idempotency_mismatch")
    status, view = await door.ask("GET", "/api/care")
    assert (view["wait"]["wait_id"], view["wait"]["ahead"], view["offer"]) == (made["id"], "next", None)
    door.who = first
    status, view = await door.ask("GET", "/api/care")
    assert view["care"]["therapist"]["name"] == "先生 1"
    assert len(view["sessions"]) == 1
    status, _ = await door.ask("POST", f"/api/cares/{view['care']['care_id']}/end", json={})
    assert status == 200
    await Cares(
        door.clinic.database, door.clinic.config, door.clinic.clock
    ).give_places()  # as its event does
    door.who = second
    status, view = await door.ask("GET", "/api/care")
    assert view["offer"]["kind"] == "place"
    assert view["offer"]["expires_at"] == "2026-11-25T01:00:00Z"
    accept = f"/api/care/offers/{view['offer']['offer_id']}/accept"
    for _ in range(2):
        status, done = await door.ask("POST", accept, json={}, headers={"Idempotency-Key": "two"})
        assert status == 200, done
    status, view = await door.ask("GET", "/api/care")
    assert (view["care"]["care_id"], view["wait"]) == (done["id"], None)
    status, refused = await door.ask("POST", "/api/care/waiting", json={})
    assert (status, refused["code"]) == (409, "care_elsewhere")


async def test_a_newcomer_says_who_they_are_and_counts_like_a_booking(door: Door) -> None:
    status, refused = await door.ask("POST", "/api/care/waiting", json={})
    assert (status, refused["errors"][0]["field"]) == (422, "email")
    for n in range(door.clinic.config.bookings_per_session):
        body = {"newcomer": NEWCOMER | {"email": f"s{n}@example.com"}}
        status, _ = await door.ask("POST", "/api/care/match", json=body)
        assert status == 200
    status, refused = await door.ask("POST", "/api/care/match", json={"newcomer": NEWCOMER})
    assert (status, refused["code"]) == (429, "too_many_bookings")


async def test_staff_page_through_who_waits(door: Door) -> None:
    for _ in range(3):
        door.who = await door.clinic.client()
        await door.ask("POST", "/api/care/waiting", json={})
    door.who = await staff(door)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(2):
        status, page = await door.ask("GET", "/api/staff/waiting", params={"limit": "2"} | cursor)
        assert status == 200
        seen += [one["wait_id"] for one in page["waiting"]]
        cursor = {"cursor": page["next"] or ""}
    assert (len(set(seen)), page["next"]) == (3, None)
    for bad in ("x", "1", "99999999999999999_a", "-1_a", "1_a b"):
        status, _ = await door.ask("GET", "/api/staff/waiting", params={"cursor": bad})
        assert status in (200, 422), bad
    status, places = await door.ask("GET", "/api/staff/places")
    assert (status, places) == (200, {"therapists": [], "next": None})
    query = sa.select(audit.c.actor_id, audit.c.detail).where(audit.c.action == "care_queue_read")
    async with door.clinic.database.read() as connection:
        looked = (await connection.execute(query.order_by(audit.c.id))).all()
        places_read = await connection.execute(
            sa.select(audit.c.id).where(audit.c.action == "care_places_read")
        )
        assert len(places_read.all()) == 1
    assert {one.actor_id for one in looked} == {door.who.person_id if door.who else None}
    assert looked[0].detail == {"count": 3}  # with the one that tells whether there is another page


async def test_staff_page_through_places_and_each_page_reads_its_own(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    capacities = [3, 1, 0, 4, 2]
    ids = {capacity: await door.clinic.therapist(capacity=capacity) for capacity in capacities}
    read, looked = practice_store.calendars, list[int]()

    async def counted(connection: AsyncConnection, people: Sequence[Therapist], *more: Any) -> Any:
        looked.append(len(people))
        return await read(connection, people, *more)

    monkeypatch.setattr(practice_store, "calendars", counted)
    door.who = await staff(door)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(3):
        status, page = await door.ask("GET", "/api/staff/places", params={"limit": "2"} | cursor)
        assert status == 200
        seen += [one["therapist_id"] for one in page["therapists"]]
        cursor = {"cursor": page["next"] or ""}
        assert all(one["next_free_at"] for one in page["therapists"])
    assert seen == [ids[capacity] for capacity in (4, 3, 2, 1, 0)]
    assert (page["next"], page["therapists"][0]["closed"]) == (None, "full")
    assert looked == [3, 3, 1]  # one more than the page, to know whether there is another
    for bad in ("x", "1", "99999999999999999_a", "-1_a", "1_a b"):
        status, _ = await door.ask("GET", "/api/staff/places", params={"cursor": bad})
        assert status in (200, 422), bad


async def test_staff_give_a_client_a_therapist_and_it_is_written_down(door: Door) -> None:
    therapist_id, who = await door.clinic.therapist(), await door.clinic.client()
    body: dict[str, Any] = {"client_id": who.person_id}
    door.who = who
    assert (await door.ask("POST", "/api/staff/cares", json=body))[0] == 403
    door.who = await staff(door)
    status, done = await door.ask("POST", "/api/staff/cares", json=body)
    assert status == 200
    assert (await door.ask("POST", "/api/staff/cares", json={"client_id": "nobody"}))[0] == 404
    door.as_therapist(therapist_id)
    status, mine = await door.ask("GET", "/api/therapist/cares")
    assert [one["care_id"] for one in mine["clients"]] == [done["id"]]
    assert mine["requests"] == []


async def test_a_therapist_sees_what_ending_would_cancel_and_whom_a_client_was_asked_about(
    door: Door,
) -> None:
    therapist_id, other = await door.clinic.therapist(), await door.clinic.therapist(capacity=2)
    await door.clinic.book(await door.clinic.client(), therapist_id, WEDNESDAY)
    door.as_therapist(therapist_id)
    _, mine = await door.ask("GET", "/api/therapist/cares")
    (row,) = mine["clients"]
    assert ([one["starts_at"] for one in row["sessions"]], row["proposed"]) == ([row["next_at"]], None)
    body = {"therapist_id": other, "note": "左の肩"}
    assert (await door.ask("POST", f"/api/cares/{row['care_id']}/handover", json=body))[0] == 200
    _, mine = await door.ask("GET", "/api/therapist/cares")
    assert mine["clients"][0]["proposed"] == "先生 2"
    door.as_therapist(other)
    assert (await door.ask("GET", "/api/therapist/cares"))[1]["clients"] == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/care/handovers/x/accept", {"history": "from"}),
        ("/api/care/handovers/x/accept", {"history": "all", "since": "2026-01-01"}),
        ("/api/care/handovers/x/accept", {"history": "some"}),
        ("/api/care/choices/x", {"choice": "vanish"}),
        ("/api/cares/x/handover", {}),
        ("/api/cares/x/handover", {"therapist_id": "t", "note": "x" * 4001}),
        ("/api/care/waiting", {"language": "tlh"}),
        ("/api/care/waiting", {"newcomer": {"name": "x"}}),
    ],
)
async def test_nonsense_is_refused(door: Door, path: str, body: dict[str, Any]) -> None:
    door.who = await door.clinic.client()
    status, answer = await door.ask("POST", path, json=body)
    assert (status, answer["code"]) == (422, "invalid")


async def test_strangers_find_nothing(door: Door) -> None:
    door.who = await door.clinic.client()
    for path in ("handovers/x/decline", "offers/x/accept", "offers/x/decline"):
        assert (await door.ask("POST", f"/api/care/{path}", json={}))[0] == 404
    assert (await door.ask("POST", "/api/care/choices/x", json={"choice": "wait"}))[0] == 404
    assert (await door.ask("POST", "/api/cares/x/end", json={}))[0] == 404
    assert (await door.ask("DELETE", "/api/care/waiting"))[0] == 404
    for path in ("/api/staff/waiting", "/api/staff/places", "/api/therapist/cares"):
        assert (await door.ask("GET", path))[0] == 403
    door.who = None
    assert (await door.ask("GET", "/api/care"))[0] == 401
