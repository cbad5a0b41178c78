"""Many at once: the laws hold on both engines, every loser gets a clear answer, and nobody waits for good."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from core.database import Database
from core.errors import TodokuError
from core.http import Identity
from scheduler import booking, errors, store
from scheduler.config import SchedulerConfig
from scheduler.once import Once
from tests.fakes import FakeClock
from tests.scheduler.clinic import WEDNESDAY, Clinic

CLIENTS = 32
HOUR = timedelta(hours=1)


@pytest.fixture
async def clinic(database_url: str, clock: FakeClock) -> AsyncIterator[Clinic]:
    """On a pool wide enough that all of them are really inside the database at a time."""
    database = Database.open(database_url, pool_size=CLIENTS)
    yield await Clinic(database, clock).open()
    await database.close()


async def all_at_once(attempts: Sequence[Awaitable[object]]) -> list[object]:
    """What each attempt gave: its result or its error."""
    return list(await asyncio.gather(*attempts, return_exceptions=True))


def codes(outcomes: Sequence[object]) -> Counter[str]:
    """How often each answer was given; anything but a TodokuError fails the test."""
    counted: Counter[str] = Counter()
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, TodokuError):
            raise outcome
        counted[outcome.code if isinstance(outcome, TodokuError) else "booked"] += 1
    return counted


async def test_thirty_two_clients_on_one_slot_make_one_booking_and_thirty_one_clear_answers(
    clinic: Clinic,
) -> None:
    """cal.diy #13397: ten parallel requests gave several bookings."""
    therapist_id = await clinic.therapist(capacity=CLIENTS)
    outcomes = await all_at_once(
        [clinic.book(clinic.visitor(), therapist_id, WEDNESDAY) for _ in range(CLIENTS)]
    )
    assert codes(outcomes) == {"booked": 1, "slot_taken": CLIENTS - 1}
    for outcome in outcomes:
        if isinstance(outcome, errors.SlotTaken):
            starts = [one["starts_at"] for one in outcome.extra["alternatives"]]
            assert len(starts) == 3
            assert "2026-11-25T00:00:00Z" not in starts
    assert await clinic.statuses() == ["confirmed"]
    assert await clinic.load(therapist_id) == (1, 1)


async def test_five_places_and_thirty_two_new_clients_make_exactly_five(clinic: Clinic) -> None:
    full, other = await clinic.therapist(capacity=5), await clinic.therapist()
    starts = [WEDNESDAY + timedelta(days=n // 8) + n % 8 * HOUR for n in range(CLIENTS)]
    outcomes = await all_at_once([clinic.book(clinic.visitor(), full, start) for start in starts])
    assert codes(outcomes) == {"booked": 5, "therapist_full": CLIENTS - 5}
    for outcome in outcomes:
        if isinstance(outcome, errors.TherapistFull):
            assert {one["therapist_id"] for one in outcome.extra["alternatives"]} == {other}
    assert await clinic.load(full) == (5, 5)


async def test_shifted_overlapping_times_never_both_happen(clinic: Clinic) -> None:
    """Starts a quarter of an hour apart, each session blocking an hour."""
    clinic = replace(clinic, config=replace(SchedulerConfig(), step_min=15))
    therapist_id = await clinic.therapist(capacity=CLIENTS)
    starts = [WEDNESDAY + n % 8 * timedelta(minutes=15) for n in range(CLIENTS)]
    outcomes = await all_at_once([clinic.book(clinic.visitor(), therapist_id, start) for start in starts])
    counted = codes(outcomes)
    assert set(counted) == {"booked", "slot_taken"}
    booked = sorted(o.visit.starts_at for o in outcomes if not isinstance(o, TodokuError))  # type: ignore[attr-defined]
    assert 1 <= len(booked) <= 2
    assert all(late - early >= HOUR for early, late in pairwise(booked))
    assert await clinic.load(therapist_id) == (len(booked), len(booked))


async def test_an_expired_hold_is_won_by_exactly_one(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist(capacity=CLIENTS)
    await clinic.hold(clinic.visitor(), therapist_id, WEDNESDAY)
    clinic.clock.advance(clinic.config.hold_s)
    sweeps = [clinic.service.sweep() for _ in range(4)]
    holds = [clinic.hold(clinic.visitor(), therapist_id, WEDNESDAY) for _ in range(CLIENTS - 4)]
    outcomes = await all_at_once([*holds, *sweeps])
    assert codes(outcomes[: CLIENTS - 4]) == {"booked": 1, "slot_taken": CLIENTS - 5}
    assert codes(outcomes[CLIENTS - 4 :]) == {"booked": 4}
    assert await clinic.statuses() == ["held"]


async def test_a_hold_given_back_while_it_is_being_booked_is_told_to_be_over(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Back was pressed while the request was under way. SQLite lets nobody write meanwhile."""
    therapist_id, visitor = await clinic.therapist(), clinic.visitor()
    hold_id = await clinic.hold(visitor, therapist_id, WEDNESDAY)
    checked, given_back = booking.check_time, list[asyncio.Future[None]]()

    async def check_and_give_back(*arguments: Any) -> None:
        await checked(*arguments)
        given_back.append(asyncio.ensure_future(clinic.service.release(visitor, hold_id)))
        if clinic.database.dialect == "postgresql":
            await given_back[0]

    monkeypatch.setattr(booking, "check_time", check_and_give_back)
    outcomes = await all_at_once([clinic.book(visitor, therapist_id, WEDNESDAY, hold_id=hold_id)])
    outcomes += await all_at_once(given_back)
    either = {
        "postgresql": ({"hold_expired": 1, "booked": 1}, []),
        "sqlite": ({"booked": 1, "not_found": 1}, ["confirmed"]),
    }
    assert (codes(outcomes), await clinic.statuses()) == either[clinic.database.dialect]
    assert await clinic.load(therapist_id) == (len(await clinic.statuses()),) * 2


async def test_one_client_at_many_therapists_at_once_ends_in_one_care(clinic: Clinic) -> None:
    therapists = [await clinic.therapist() for _ in range(8)]
    known = await clinic.client()
    outcomes = await all_at_once(
        [clinic.book(known, therapists[n % 8], WEDNESDAY + n % 4 * HOUR) for n in range(CLIENTS)]
    )
    counted = codes(outcomes)
    assert counted["booked"] >= 1
    assert set(counted) <= {"booked", "care_elsewhere", "slot_taken"}
    loads = [await clinic.load(one) for one in therapists]
    assert sorted(loads)[-1] == (1, 1)
    assert sum(counted for counted, _ in loads) == sum(really for _, really in loads) == 1


async def test_the_same_request_sent_many_times_at_once_is_one_booking(clinic: Clinic) -> None:
    therapist_id, visitor = await clinic.therapist(), clinic.visitor()
    once = Once("key", b"body")
    outcomes = await all_at_once(
        [clinic.book(visitor, therapist_id, WEDNESDAY, once) for _ in range(CLIENTS)]
    )
    assert codes(outcomes) == {"booked": CLIENTS}
    assert len({outcome.visit.booking_id for outcome in outcomes}) == 1  # type: ignore[attr-defined]
    assert await clinic.statuses() == ["confirmed"]


async def test_one_session_holding_many_times_at_once_keeps_one(clinic: Clinic) -> None:
    therapists, visitor = [await clinic.therapist() for _ in range(4)], clinic.visitor()
    outcomes = await all_at_once(
        [clinic.hold(visitor, therapists[n % 4], WEDNESDAY + n % 8 * HOUR) for n in range(CLIENTS)]
    )
    counted = codes(outcomes)
    assert set(counted) <= {"booked", "hold_pending"}
    assert await clinic.statuses() == ["held"]


async def test_crossing_clients_and_therapists_never_lock_each_other_out(clinic: Clinic) -> None:
    """Every client goes for both therapists in opposite orders; a deadlock would take over a second each."""
    first, second = await clinic.therapist(capacity=CLIENTS), await clinic.therapist(capacity=CLIENTS)
    people = [await clinic.client() for _ in range(8)]

    async def hold_then_book(who: Identity, order: tuple[str, str], start: datetime) -> object:
        await clinic.hold(who, order[0], start)
        return await clinic.book(who, order[1], start)

    attempts = [
        hold_then_book(who, (first, second) if n % 2 else (second, first), WEDNESDAY + n * HOUR)
        for n, who in enumerate(people)
    ]
    async with asyncio.timeout(15):
        outcomes = await all_at_once(attempts)
    assert codes(outcomes) == {"booked": len(people)}
    assert await clinic.load(first) == (4, 4)
    assert await clinic.load(second) == (4, 4)


async def test_the_count_of_places_holds_without_any_lock_before_it(clinic: Clinic) -> None:
    """Counting and then inserting assigned twelve clients to five places when it was tried."""
    therapist_id = await clinic.therapist(capacity=5)

    async def take() -> bool:
        async with clinic.database.write() as connection:
            return await store.take_place(connection, therapist_id, clinic.clock.now())

    taken = await asyncio.gather(*(take() for _ in range(CLIENTS)))
    assert sum(taken) == 5
    assert (await clinic.load(therapist_id))[0] == 5


async def test_the_database_alone_lets_one_of_many_overlapping_sessions_in(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every check and lock before it taken away, the constraint still answers, and by its name."""

    async def nothing(*_: object) -> None:
        return None

    monkeypatch.setattr(store, "lock_therapist", nothing)
    monkeypatch.setattr(booking, "check_time", nothing)
    therapist_id = await clinic.therapist(capacity=8)
    starts = [WEDNESDAY + n * timedelta(seconds=50) for n in range(8)]
    outcomes = await all_at_once([clinic.hold(clinic.visitor(), therapist_id, start) for start in starts])
    assert codes(outcomes) == {"booked": 1, "slot_taken": 7}
    assert await clinic.statuses() == ["held"]
