"""Outbox, leased jobs and idempotent answers, on both databases."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from core.database import Database, violation
from core.idempotency import IdempotencyMismatch, Stored, forget_old, recall, remember
from core.jobs import LEASE_S, Jobs
from core.outbox import ATTEMPTS, Outbox, put, retry_after
from core.tables import outbox
from tests.fakes import FakeClock


async def write_event(database: Database, clock: FakeClock, n: int = 1, **options: Any) -> None:
    async with database.write() as connection:
        await put(connection, "greeted", {"n": n}, now=clock.now(), **options)


async def test_an_event_is_delivered_once_to_every_handler(database: Database, clock: FakeClock) -> None:
    seen: list[tuple[str, int]] = []

    async def one(payload: dict[str, Any]) -> None:
        seen.append(("one", payload["n"]))

    async def two(payload: dict[str, Any]) -> None:
        seen.append(("two", payload["n"]))

    await write_event(database, clock)
    boxes = [Outbox(database, clock, {"greeted": [one, two]}) for _ in range(4)]
    delivered = await asyncio.gather(*(box.deliver_due() for box in boxes))
    assert sum(delivered) == 1
    assert sorted(seen) == [("one", 1), ("two", 1)]


async def test_an_event_of_a_rolled_back_transaction_never_leaves(
    database: Database, clock: FakeClock
) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as connection:
            await put(connection, "greeted", {"n": 1}, now=clock.now())
            raise RuntimeError
    assert await Outbox(database, clock, {}).deliver_due() == 0


async def test_a_failed_delivery_is_tried_again_later_and_keeps_no_text(
    database: Database, clock: FakeClock
) -> None:
    attempts: list[int] = []

    async def fails_once(payload: dict[str, Any]) -> None:
        attempts.append(payload["n"])
        if len(attempts) == 1:
            raise ValueError("someone@example.com refused")

    await write_event(database, clock)
    box = Outbox(database, clock, {"greeted": [fails_once]})
    assert await box.deliver_due() == 0
    async with database.read() as connection:
        assert (await connection.execute(sa.select(outbox.c.last_error))).scalar_one() == "ValueError"
    assert await box.deliver_due() == 0
    clock.advance(retry_after(1).total_seconds())
    assert await box.deliver_due() == 1
    assert attempts == [1, 1]


async def test_an_event_whose_process_died_is_delivered_after_its_lease(
    database: Database, clock: FakeClock
) -> None:
    async def dies(_payload: dict[str, Any]) -> None:
        raise asyncio.CancelledError

    seen: list[int] = []

    async def lives(payload: dict[str, Any]) -> None:
        seen.append(payload["n"])

    await write_event(database, clock)
    with pytest.raises(asyncio.CancelledError):
        await Outbox(database, clock, {"greeted": [dies]}).deliver_due()
    box = Outbox(database, clock, {"greeted": [lives]})
    assert await box.deliver_due() == 0
    clock.advance(61)
    assert await box.deliver_due() == 1
    assert seen == [1]


async def test_a_delivery_ends_before_its_lease_does(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no other process begins it while this one is still at it."""
    monkeypatch.setattr("core.outbox.LEASE", timedelta(seconds=0.3))
    monkeypatch.setattr("core.outbox.MARGIN", timedelta(seconds=0.2))
    ended: list[str] = []

    async def never_ends(_payload: dict[str, Any]) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cut off")

    await write_event(database, clock)
    async with asyncio.timeout(10):
        assert await Outbox(database, clock, {"greeted": [never_ends]}).deliver_due() == 0
    assert ended == ["cut off"]
    async with database.read() as connection:
        row = (await connection.execute(sa.select(outbox))).one()
    assert (row.last_error, row.due_at, row.done_at) == ("TimeoutError", clock.now() + retry_after(1), None)


async def test_a_process_that_stops_begins_no_other_delivery(database: Database, clock: FakeClock) -> None:
    stop, seen = asyncio.Event(), list[int]()

    async def takes(payload: dict[str, Any]) -> None:
        seen.append(payload["n"])
        stop.set()

    for n in range(3):
        await write_event(database, clock, n)
    await Outbox(database, clock, {"greeted": [takes]}).run(stop)
    assert len(seen) == 1
    assert await Outbox(database, clock, {"greeted": [takes]}).deliver_due() == 2


async def test_a_dedupe_key_lets_an_event_in_once(database: Database, clock: FakeClock) -> None:
    for n in range(3):
        await write_event(database, clock, n, dedupe_key="same")
    async with database.read() as connection:
        assert [row.payload for row in await connection.execute(sa.select(outbox))] == [{"n": 0}]


async def test_outboxes_part_the_topics_among_them(database: Database, clock: FakeClock) -> None:
    seen: list[str] = []

    def takes(name: str) -> Any:
        async def handle(_payload: dict[str, Any]) -> None:
            seen.append(name)

        return {"greeted": [handle], "waited": [handle]}

    for topic in ("greeted", "waited"):
        async with database.write() as connection:
            await put(connection, topic, {}, now=clock.now())
    assert await Outbox(database, clock, takes("own"), without=("waited",)).deliver_due() == 1
    assert await Outbox(database, clock, takes("outside"), only=("waited",)).deliver_due() == 1
    assert seen == ["own", "outside"]


async def test_what_was_delivered_is_forgotten_after_a_week(database: Database, clock: FakeClock) -> None:
    async def takes(_payload: dict[str, Any]) -> None: ...

    await write_event(database, clock)
    box = Outbox(database, clock, {"greeted": [takes]})
    assert await box.deliver_due() == 1
    assert await box.prune() == 0
    await write_event(database, clock, 2)
    clock.advance(7 * 86400 + 1)
    assert await box.prune() == 1
    assert await box.deliver_due() == 1


async def test_what_is_refused_for_days_is_left_for_people(database: Database, clock: FakeClock) -> None:
    attempts: list[int] = []

    async def refuses(payload: dict[str, Any]) -> None:
        attempts.append(payload["n"])
        raise ValueError

    await write_event(database, clock)
    box = Outbox(database, clock, {"greeted": [refuses]})
    for _ in range(ATTEMPTS + 5):
        await box.deliver_due()
        clock.advance(3601)
    assert len(attempts) == ATTEMPTS
    async with database.read() as connection:
        assert (await connection.execute(sa.select(outbox.c.last_error))).scalar_one() == "ValueError"


async def test_a_due_job_runs_in_one_of_many_processes(database: Database, clock: FakeClock) -> None:
    ran: list[str] = []
    everybody = []
    for name in "abcd":
        jobs = Jobs(database, clock, name)

        async def work(name: str = name) -> None:
            ran.append(name)

        jobs.add("sweep", 30, work)
        everybody.append(jobs)
    await asyncio.gather(*(jobs.run_due() for jobs in everybody))
    assert len(ran) == 1
    clock.advance(29)
    await asyncio.gather(*(jobs.run_due() for jobs in everybody))
    assert len(ran) == 1
    clock.advance(1)
    await asyncio.gather(*(jobs.run_due() for jobs in everybody))
    assert len(ran) == 2


async def test_a_failing_job_runs_again_and_stops_no_other(database: Database, clock: FakeClock) -> None:
    ran: list[str] = []

    async def fails() -> None:
        ran.append("fails")
        raise RuntimeError

    async def works() -> None:
        ran.append("works")

    jobs = Jobs(database, clock, "me")
    jobs.add("fails", 10, fails)
    jobs.add("works", 10, works)
    assert await jobs.run_due() == 2
    clock.advance(10)
    assert await jobs.run_due() == 2
    assert ran == ["fails", "works"] * 2


async def test_a_job_of_a_dead_process_goes_to_another(database: Database, clock: FakeClock) -> None:
    async def dies() -> None:
        raise asyncio.CancelledError

    ran: list[int] = []

    async def works() -> None:
        ran.append(1)

    dead, alive = Jobs(database, clock, "dead"), Jobs(database, clock, "alive")
    dead.add("sweep", 1, dies)
    alive.add("sweep", 1, works)
    with pytest.raises(asyncio.CancelledError):
        await dead.run_due()
    assert await alive.run_due() == 0
    clock.advance(LEASE_S + 1)
    assert await alive.run_due() == 1
    assert ran == [1]


async def test_a_repeated_request_gets_the_first_answer(database: Database, clock: FakeClock) -> None:
    async with database.write() as connection:
        assert await recall(connection, "a", "k", b"body") is None
        await remember(connection, "a", "k", b"body", Stored(201, {"n": 1}), clock.now())
    async with database.write() as connection:
        assert await recall(connection, "a", "k", b"body") == Stored(201, {"n": 1})
        assert await recall(connection, "b", "k", b"body") is None
        with pytest.raises(IdempotencyMismatch):
            await recall(connection, "a", "k", b"other")


async def test_a_concurrent_twin_is_refused_by_its_key_and_old_answers_go(
    database: Database, clock: FakeClock
) -> None:
    async with database.write() as connection:
        await remember(connection, "a", "k", b"body", Stored(201, {}), clock.now())
    with pytest.raises(IntegrityError) as raised:
        async with database.write() as connection:
            await remember(connection, "a", "k", b"body", Stored(201, {}), clock.now())
    assert violation(raised.value) == "idempotency_pkey"
    clock.advance(24 * 3600 + 1)
    assert await forget_old(database, clock.now()) == 1
