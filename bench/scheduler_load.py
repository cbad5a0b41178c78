"""The scheduler's measurements that need a database: a PostgreSQL of their own whose commits reach the disk.

`first free`: 10,000 therapists who work part-time in five zones, 200,000 bookings that fill their next days.
`booking`: 32 clients in care book distinct free times of 8 therapists, beside 32 connections that insert and
commit the same row. Same pool, same program, same machine; in turns, so that what else happens hits both.
"""

import asyncio
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.tables import person, person_role
from bench import case
from core.clock import SystemClock
from core.database import Database, migrate
from core.http import Identity
from core.ids import PersonId, new_id
from scheduler.booking import Wish
from scheduler.config import SchedulerConfig
from scheduler.first_free import FirstFree, soonest
from scheduler.join_links import JoinLinks
from scheduler.model import Spared
from scheduler.once import Once
from scheduler.service import SchedulerService
from scheduler.tables import availability_rule, booking, care, therapist
from tests import services

DISK = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "256MB"}
ZONES = ("Asia/Tokyo", "Europe/London", "America/New_York", "Australia/Sydney", "America/Santiago")
NOW = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
BOOKINGS_EACH = 20
CLIENTS, THERAPISTS, EACH = 32, 8, 6
HOUR = timedelta(hours=1)
ROUNDS = 5


@dataclass(frozen=True)
class Row:
    """Rows of one therapist, as bulk inserts take them."""

    person: dict[str, Any]
    therapist: dict[str, Any]
    rules: list[dict[str, Any]]


def a_therapist(zone: str, hours: tuple[int, int]) -> Row:
    """Somebody who works these hours on weekdays, with places left."""
    own = new_id()
    rules = [
        {
            "id": new_id(),
            "therapist_id": own,
            "weekday": weekday,
            "start_minute": hours[0] * 60,
            "end_minute": hours[1] * 60,
            "timezone": zone,
        }
        for weekday in range(5)
    ]
    practice = {
        "id": own,
        "licence_kind": "physiotherapist",
        "licence_number": "1",
        "licence_verified_at": NOW,
        "timezone": zone,
        "headline": {},
        "languages": ["ja"],
        "capacity": 1000,
        "pause_new": False,
        "created_at": NOW,
    }
    return Row(a_person(own, zone), practice, rules)


def a_person(own: str, zone: str = "Asia/Tokyo") -> dict[str, Any]:
    return {"id": own, "name": "Bench", "locale": "ja", "timezone": zone, "created_at": NOW}


def a_booking(therapist_id: str, client_id: str, care_id: str, starts_at: datetime) -> dict[str, Any]:
    own = new_id()
    return {
        "id": own,
        "uid": f"{own}@bench",
        "therapist_id": therapist_id,
        "client_id": client_id,
        "care_id": care_id,
        "holder": client_id,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=45),
        "block_from": starts_at,
        "block_to": starts_at + HOUR,
        "client_timezone": "Asia/Tokyo",
        "therapist_timezone": "Asia/Tokyo",
        "local_start": "2026-01-01T00:00",
        "status": "confirmed",
        "created_at": NOW,
        "updated_at": NOW,
    }


async def insert(connection: AsyncConnection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    for at in range(0, len(rows), 1000):
        await connection.execute(sa.insert(table), rows[at : at + 1000])


@asynccontextmanager
async def opened(url: str, name: str, pool: int = CLIENTS) -> AsyncIterator[Database]:
    """A migrated database of that name."""
    await services.postgres_execute(url, f"CREATE DATABASE {name}")
    own = url.rsplit("/", 1)[0] + "/" + name
    await migrate(own)
    database = Database.open(own, pool_size=pool)
    try:
        yield database
    finally:
        await database.close()


async def _fill(database: Database, count: int) -> None:
    """Part-time practices whose first days are full, each to another degree."""
    chance = random.Random(7)
    rows, bookings, cares, people = [], [], [], []
    for at in range(count):
        start = chance.randrange(8, 15)
        made = a_therapist(ZONES[at % len(ZONES)], (start, start + chance.choice((3, 4, 8))))
        client_id, care_id = new_id(), new_id()
        people.append(a_person(client_id))
        own = {"client_id": client_id, "therapist_id": made.therapist["id"], "started_at": NOW}
        cares.append({"id": care_id, **own})
        rows.append(made)
        first = NOW + chance.randrange(0, 4 * 24) * HOUR
        starts = [first + n * HOUR for n in range(BOOKINGS_EACH)]  # a block of time that is full
        bookings += [a_booking(made.therapist["id"], client_id, care_id, one) for one in starts]
    async with database.write() as connection:
        await insert(connection, person, [*people, *(one.person for one in rows)])
        await insert(connection, therapist, [one.therapist for one in rows])
        await insert(connection, availability_rule, [rule for one in rows for rule in one.rules])
        await insert(connection, care, cares)
        await insert(connection, booking, bookings)
    async with database.write() as connection:
        await connection.execute(sa.text("ANALYZE"))


async def _ms(work: Callable[[], Awaitable[object]], rounds: int) -> float:
    """The median: a database has good and bad moments."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        await work()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


async def first_free(url: str) -> list[dict[str, Any]]:
    """Milliseconds to find who is free first, by answers and by therapists."""
    config = replace(SchedulerConfig(), window_days=14)
    found = []
    for count in (1_000, 10_000):
        async with opened(url, f"first_{count}") as database:
            await _fill(database, count)
            keeper = FirstFree(database, config, SystemClock())
            began = time.perf_counter()
            for _ in range(0, count, 1000):
                await keeper.refresh()
            each = (time.perf_counter() - began) / count * 1000
            for most in (1, 10, 50):
                name = (
                    f"first {most} free of {count:,} therapists, {count * BOOKINGS_EACH:,} bookings, 14 days"
                )
                figure = await _ms(lambda most=most, on=database: _ask(on, config, most), 9)  # type: ignore[misc]
                found.append(case(name, figure, "ms", None, 100.0 if count == 10_000 else None))
            found.append(case(f"working out a bound, {count:,} therapists", each, "ms each", None, None))
    return found


async def _ask(database: Database, config: SchedulerConfig, most: int) -> None:
    async with database.read() as connection:
        firsts = await soonest(connection, Spared(), most, config, datetime.now(UTC))
    assert len(firsts) == most
    assert firsts[-1].starts_at is not None


async def booking_rate(url: str) -> list[dict[str, Any]]:
    """Bookings a second beside plain inserts a second."""
    async with opened(url, "rates") as database:
        ours, plain = [], []
        for at in range(ROUNDS):
            plain.append(await _plain(database, at))
            ours.append(await _bookings(database, at))
        figure, baseline = statistics.median(ours), statistics.median(plain)
        rounds = ", ".join(f"{one / other:.2f}" for one, other in zip(ours, plain, strict=True))
        name = f"{CLIENTS} clients book free times of {THERAPISTS} therapists (ratios: {rounds})"
        return [case(name, figure, "bookings/s", baseline, 0.25)]


async def _people(database: Database) -> tuple[list[str], list[tuple[str, str]]]:
    """Therapists, and (client, care) of clients who are with them in turn."""
    made = [a_therapist("Asia/Tokyo", (0, 24)) for _ in range(THERAPISTS)]
    ids = [one.therapist["id"] for one in made]
    clients = [(new_id(), new_id()) for _ in range(CLIENTS)]
    cares = [
        {"id": own, "client_id": client, "therapist_id": ids[at % THERAPISTS], "started_at": NOW}
        for at, (client, own) in enumerate(clients)
    ]
    async with database.write() as connection:
        await insert(connection, person, [*(a_person(one) for one, _ in clients), *(t.person for t in made)])
        await insert(connection, person_role, [{"person_id": one, "role": "client"} for one, _ in clients])
        await insert(connection, therapist, [one.therapist for one in made])
        await insert(connection, availability_rule, [rule for one in made for rule in one.rules])
        await insert(connection, care, cares)
    return ids, clients


def _start(client: int, at: int) -> datetime:
    """Distinct free times on weekdays: each therapist has four clients, each of them six hours of a day."""
    days = [NOW + timedelta(days=n) for n in range(3, 20)]
    weekdays = [one for one in days if one.weekday() < 4]
    return weekdays[at] + (client // THERAPISTS) * 3 * HOUR


async def _rate(work: Callable[[int, int], Awaitable[object]]) -> float:
    async def one(client: int) -> None:
        for at in range(EACH):
            await work(client, at)

    began = time.perf_counter()
    await asyncio.gather(*(one(client) for client in range(CLIENTS)))
    return CLIENTS * EACH / (time.perf_counter() - began)


async def _plain(database: Database, _: int) -> float:
    ids, clients = await _people(database)

    async def work(client: int, at: int) -> None:
        client_id, care_id = clients[client]
        row = a_booking(ids[client % THERAPISTS], client_id, care_id, _start(client, at))
        async with database.write() as connection:
            await connection.execute(sa.insert(booking).values(row))

    return await _rate(work)


async def _bookings(database: Database, _: int) -> float:
    ids, clients = await _people(database)
    links = JoinLinks(database, SystemClock(), "https://todoku.example", b"a secret of the bench")
    service = SchedulerService(database, SchedulerConfig(), SystemClock(), links, "a@todoku.example")

    async def work(client: int, at: int) -> None:
        client_id = PersonId(clients[client][0])
        who = Identity(client_id, frozenset({"client"}), client_id, "account")
        wish = Wish(
            ids[client % THERAPISTS],
            _start(client, at),
            name="Bench",
            email="bench@example.com",
            timezone="Asia/Tokyo",
            locale="ja",
        )
        await service.book(who, wish, Once(new_id(), b"body"))

    return await _rate(work)


def run(*, first: bool = True, rate: bool = True) -> list[dict[str, Any]]:
    """Both, on one server."""
    with services.postgres(**DISK) as url:

        async def everything() -> list[dict[str, Any]]:
            return [*(await first_free(url) if first else []), *(await booking_rate(url) if rate else [])]

        return asyncio.run(everything())
