"""What cannot be true of bookings is refused by the database itself, with one name on both engines."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.tables import person
from core.database import Database, violation
from core.ids import new_id
from scheduler.tables import booking, booking_event, care, therapist, time_off
from tests.scheduler.practice import utc

NOW = utc("2026-11-24T01:00")
HOUR = timedelta(hours=1)


@pytest.fixture
async def people(database: Database) -> dict[str, str]:
    """Two clients a, b and two therapists t, u."""
    ids = {name: new_id() for name in ("a", "b", "t", "u")}
    async with database.write() as connection:
        for name, person_id in ids.items():
            values = {
                "id": person_id,
                "name": name,
                "locale": "ja",
                "timezone": "Asia/Tokyo",
                "created_at": NOW,
            }
            await connection.execute(sa.insert(person).values(values))
        for name in ("t", "u"):
            await connection.execute(sa.insert(therapist).values(_therapist(ids[name])))
    return ids


def _therapist(person_id: str) -> dict[str, Any]:
    return {
        "id": person_id,
        "licence_kind": "physiotherapist",
        "licence_number": "1",
        "timezone": "Asia/Tokyo",
        "headline": {},
        "languages": ["ja"],
        "capacity": 1,
        "pause_new": False,
        "created_at": NOW,
    }


def row(people: dict[str, str], **changes: Any) -> dict[str, Any]:
    """A requested booking of client a with therapist t at NOW, for an hour with ten minutes after."""
    booking_id = new_id()
    starts_at = changes.pop("starts_at", NOW)
    return {
        "id": booking_id,
        "uid": booking_id,
        "therapist_id": people["t"],
        "client_id": people["a"],
        "holder": booking_id,
        "starts_at": starts_at,
        "ends_at": starts_at + HOUR,
        "block_from": starts_at,
        "block_to": starts_at + HOUR + timedelta(minutes=10),
        "client_timezone": "Asia/Tokyo",
        "therapist_timezone": "Asia/Tokyo",
        "local_start": "2026-11-24T10:00",
        "status": "requested",
        "created_at": NOW,
        "updated_at": NOW,
    } | changes


async def refused(database: Database, statement: sa.Executable, values: Any = None) -> str | None:
    """The name of the law that refuses `statement`, None if it is accepted."""
    try:
        async with database.write() as connection:
            await connection.execute(statement, values)
    except DBAPIError as error:
        return violation(error)
    return None


async def insert(database: Database, *rows: dict[str, Any]) -> None:
    async with database.write() as connection:
        for values in rows:
            await connection.execute(sa.insert(booking).values(values))


@pytest.mark.parametrize("minutes", [0, 1, 30, 59, 69, -69, -1])
async def test_a_therapist_is_never_booked_twice_at_a_time_buffers_included(
    database: Database, people: dict[str, str], minutes: int
) -> None:
    await insert(database, row(people))
    other = row(people, client_id=people["b"], starts_at=NOW + timedelta(minutes=minutes))
    assert await refused(database, sa.insert(booking).values(other)) == "th_no_overlap"


@pytest.mark.parametrize("minutes", [70, -70])
async def test_sessions_may_touch(database: Database, people: dict[str, str], minutes: int) -> None:
    await insert(database, row(people))
    other = row(people, client_id=people["b"], starts_at=NOW + timedelta(minutes=minutes))
    assert await refused(database, sa.insert(booking).values(other)) is None


async def test_a_client_is_never_booked_twice_at_a_time_but_has_no_buffers(
    database: Database, people: dict[str, str]
) -> None:
    await insert(database, row(people))
    overlapping = row(people, therapist_id=people["u"], starts_at=NOW + timedelta(minutes=59))
    touching = row(people, therapist_id=people["u"], starts_at=NOW + HOUR)
    assert await refused(database, sa.insert(booking).values(overlapping)) == "cl_no_overlap"
    assert await refused(database, sa.insert(booking).values(touching)) is None


@pytest.mark.parametrize("status", ["fulfilled", "cancelled", "noshow", "expired"])
async def test_what_is_over_blocks_nothing_and_cannot_come_back_over_another(
    database: Database, people: dict[str, str], status: str
) -> None:
    care_id = new_id()
    opened = {"id": care_id, "client_id": people["a"], "therapist_id": people["t"], "started_at": NOW}
    assert await refused(database, sa.insert(care).values(opened)) is None
    over = row(people, status=status, care_id=care_id)
    await insert(database, over, row(people, client_id=people["b"]))
    back = sa.update(booking).where(booking.c.id == over["id"]).values(status="requested")
    assert await refused(database, back) == "th_no_overlap"


async def test_moving_a_booking_onto_another_is_refused(database: Database, people: dict[str, str]) -> None:
    second = row(people, client_id=people["b"], starts_at=NOW + 3 * HOUR)
    await insert(database, row(people), second)
    onto = {"starts_at": NOW, "ends_at": NOW + HOUR, "block_from": NOW, "block_to": NOW + HOUR}
    statement = sa.update(booking).where(booking.c.id == second["id"]).values(onto)
    assert await refused(database, statement) == "th_no_overlap"
    same = sa.update(booking).where(booking.c.id == second["id"]).values(block_to=NOW + 5 * HOUR)
    assert await refused(database, same) is None


async def test_a_holder_has_one_hold_at_most(database: Database, people: dict[str, str]) -> None:
    held = {"client_id": None, "holder": "session", "status": "held", "hold_expires_at": NOW}
    await insert(database, row(people, **held))
    second = row(people, starts_at=NOW + 5 * HOUR, **held)
    assert await refused(database, sa.insert(booking).values(second)) == "one_hold"


async def test_a_client_has_one_open_care_at_most(database: Database, people: dict[str, str]) -> None:
    first = {"id": new_id(), "client_id": people["a"], "therapist_id": people["t"], "started_at": NOW}
    second = first | {"id": new_id(), "therapist_id": people["u"]}
    assert await refused(database, sa.insert(care).values(first)) is None
    assert await refused(database, sa.insert(care).values(second)) == "one_care"
    assert await refused(database, sa.update(care).values(ended_at=NOW)) is None
    assert await refused(database, sa.insert(care).values(second)) is None


@pytest.mark.parametrize(
    ("changes", "law"),
    [
        ({"status": "invented"}, "booking_status_known"),
        ({"ends_at": NOW, "block_to": NOW}, "booking_forward"),
        ({"block_to": NOW + timedelta(minutes=30)}, "booking_in_block"),
        ({"client_id": None}, "booking_client_known"),
        ({"status": "confirmed"}, "booking_in_care"),
        ({"status": "held"}, "hold_ends"),
    ],
)
async def test_a_booking_that_makes_no_sense_is_refused_by_name(
    database: Database, people: dict[str, str], changes: dict[str, Any], law: str
) -> None:
    assert await refused(database, sa.insert(booking).values(row(people, **changes))) == law


async def test_nobody_cares_for_themselves(database: Database, people: dict[str, str]) -> None:
    own = {"id": new_id(), "client_id": people["t"], "therapist_id": people["t"], "started_at": NOW}
    assert await refused(database, sa.insert(care).values(own)) == "care_of_another"


async def test_capacity_may_sink_below_the_open_cares_and_no_count_below_zero(
    database: Database, people: dict[str, str]
) -> None:
    table = therapist
    assert await refused(database, sa.update(table).values(active=3, capacity=2)) is None
    assert await refused(database, sa.update(table).values(active=-1)) == "places_counted"
    assert await refused(database, sa.update(table).values(capacity=-1)) == "places_counted"


async def test_time_off_has_a_length(database: Database, people: dict[str, str]) -> None:
    values = {"id": new_id(), "therapist_id": people["t"], "starts_at": NOW, "ends_at": NOW}
    assert await refused(database, sa.insert(time_off).values(values)) == "time_off_forward"


async def test_the_history_of_a_booking_only_grows(database: Database, people: dict[str, str]) -> None:
    written = row(people)
    await insert(database, written)
    line = {"id": new_id(), "booking_id": written["id"], "at": NOW, "to_status": "requested"}
    assert await refused(database, sa.insert(booking_event).values(line)) is None
    changed = sa.update(booking_event).values(to_status="cancelled")
    assert await refused(database, changed) == "booking_event_append_only"
    assert await refused(database, sa.delete(booking_event)) == "booking_event_append_only"
    async with database.read() as connection:
        assert await _events(connection) == ["requested"]


async def _events(connection: AsyncConnection) -> list[str]:
    return list((await connection.execute(sa.select(booking_event.c.to_status))).scalars())
