"""Who is free first: the bound is never too late, whatever is written; the answer is that of asking all."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.http import Identity
from core.ids import BookingId, PersonId, new_id
from scheduler import browsing, care_store, first_free, practice_store
from scheduler.booking import Booker
from scheduler.changes import Changes
from scheduler.first_free import FirstFree, soonest
from scheduler.join_links import JoinLinks
from scheduler.model import Calendar, Span, Spared, Therapist
from scheduler.outcome import Attendance
from scheduler.pace_tables import calendar_import, imported_busy, session_type, travel
from scheduler.service import fulfil
from scheduler.tables import availability_override, availability_rule, booking, care, therapist, time_off
from tests.contracts.test_session_types import add_type, set_pace
from tests.scheduler.clinic import NOBODY_REPEATS, PUBLIC_URL, TOKYO, WEDNESDAY, Clinic

HOUR = timedelta(hours=1)
NOON = datetime.fromisoformat("2026-11-24T03:00:00+00:00")  # in Tokyo: the first time allowed on Tuesday
NOBODY = Spared()


async def bound_of(clinic: Clinic, therapist_id: str) -> datetime | None:
    query = sa.select(therapist.c.free_from).where(therapist.c.id == therapist_id)
    async with clinic.database.read() as connection:
        found: datetime | None = (await connection.execute(query)).scalar_one()
        return found


def keeper(clinic: Clinic) -> FirstFree:
    return FirstFree(clinic.database, clinic.config, clinic.clock)


async def write(clinic: Clinic, statement: sa.Executable) -> None:
    async with clinic.database.write() as connection:
        await connection.execute(statement)


async def test_a_bound_is_the_first_free_time_and_goes_with_time(clinic: Clinic) -> None:
    therapist_id, bounds = await clinic.therapist(), keeper(clinic)
    assert await bound_of(clinic, therapist_id) is None
    await bounds.refresh()
    assert await bound_of(clinic, therapist_id) == NOON
    await clinic.book(clinic.visitor(), therapist_id, NOON)
    assert await bound_of(clinic, therapist_id) == NOON  # still true, if not exact
    clinic.clock.advance(1)
    await bounds.refresh()
    assert await bound_of(clinic, therapist_id) == NOON + HOUR
    await clinic.hold(clinic.visitor(), therapist_id, NOON + HOUR)
    await keeper(clinic).refresh()
    assert await bound_of(clinic, therapist_id) == NOON + HOUR  # a hold frees its time by itself


async def test_who_has_no_free_time_is_looked_at_again_on_the_day_after_the_window(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist(hours=[])
    await keeper(clinic).refresh()
    assert await bound_of(clinic, therapist_id) == datetime.fromisoformat("2026-12-23T00:00:00+09:00")


Free = Callable[[Clinic, PersonId], Awaitable[None]]


async def _cancel(clinic: Clinic, therapist_id: PersonId) -> None:
    who = Identity(therapist_id, frozenset({"therapist"}), new_id(), "account")
    links = JoinLinks(clinic.database, clinic.clock, PUBLIC_URL, clinic.secret)
    changes = Changes(clinic.database, clinic.config, clinic.clock, links)
    await changes.cancel(who, await _earliest(clinic), None, NOBODY_REPEATS)


async def _move(clinic: Clinic, therapist_id: PersonId) -> None:
    who = Identity(therapist_id, frozenset({"therapist"}), new_id(), "account")
    links = JoinLinks(clinic.database, clinic.clock, PUBLIC_URL, clinic.secret)
    changes = Changes(clinic.database, clinic.config, clinic.clock, links)
    await changes.move(who, await _earliest(clinic), WEDNESDAY + timedelta(days=3), NOBODY_REPEATS)


async def _earliest(clinic: Clinic) -> str:
    query = sa.select(booking.c.id).order_by(booking.c.starts_at).limit(1)
    async with clinic.database.read() as connection:
        return str((await connection.execute(query)).scalar_one())


async def _fulfil(clinic: Clinic, therapist_id: PersonId) -> None:
    async with clinic.database.write() as connection:
        booking_id = BookingId(await _earliest(clinic))
        await fulfil(connection, booking_id, Attendance(), clinic.clock.now())


async def _erase(clinic: Clinic, therapist_id: PersonId) -> None:
    async with clinic.database.write() as connection:
        care_id = (await connection.execute(sa.select(booking.c.care_id).limit(1))).scalar_one()
        await connection.execute(sa.text("DELETE FROM outbox"))
        await connection.execute(sa.update(booking).values(status="noshow", noshow_by="client"))
        assert await care_store.end(connection, care_id, "moved", clinic.clock.now())


def deleting(table: sa.Table) -> Free:
    async def work(clinic: Clinic, therapist_id: PersonId) -> None:
        await write(clinic, sa.delete(table))

    return work


def setting(**values: Any) -> Free:
    async def work(clinic: Clinic, therapist_id: PersonId) -> None:
        await set_pace(clinic, therapist_id, **values)

    return work


async def _longer_hours(clinic: Clinic, therapist_id: PersonId) -> None:
    await write(clinic, sa.update(availability_rule).values(start_minute=0, end_minute=1440))


async def _another_rule(clinic: Clinic, therapist_id: PersonId) -> None:
    hours = {"start_minute": 0, "end_minute": 1440, "timezone": TOKYO, "weekday": 1}
    row = {"id": new_id(), "therapist_id": therapist_id, **hours}
    await write(clinic, sa.insert(availability_rule).values(row))


async def _another_kind(clinic: Clinic, therapist_id: PersonId) -> None:
    await write(clinic, sa.update(session_type).values(session_min=10, step_min=5, notice_min=0))


async def _no_kind(clinic: Clinic, therapist_id: PersonId) -> None:
    await write(clinic, sa.update(session_type).values(active=False))


FREEING: dict[str, Free] = {
    "cancelled": _cancel,
    "moved": _move,
    "over early": _fulfil,
    "a care ended": _erase,
    "time off removed": deleting(time_off),
    "free again in their own calendar": deleting(imported_busy),
    "a date opened again": deleting(availability_override),
    "longer hours": _longer_hours,
    "hours added": _another_rule,
    "no travel": deleting(travel),
    "another kind of session": _another_kind,
    "no kind of session": _no_kind,
    "more sessions a day": setting(sessions_per_day=9),
    "more minutes": setting(weekly_minutes=None),
    "fewer minutes for messages": setting(message_minutes=1),
    "another zone": setting(timezone="Asia/Seoul"),
}


@pytest.mark.parametrize("how", FREEING)
async def test_whatever_may_free_an_earlier_time_forgets_the_bound(clinic: Clinic, how: str) -> None:
    therapist_id = await full(clinic)
    await keeper(clinic).refresh()
    assert await bound_of(clinic, therapist_id) is not None
    await FREEING[how](clinic, therapist_id)
    assert await bound_of(clinic, therapist_id) is None
    after = {"capacity": 1, "pause_new": True, "headline": {}}
    await keeper(clinic).refresh()
    known = await bound_of(clinic, therapist_id)
    await set_pace(clinic, therapist_id, **after)
    assert await bound_of(clinic, therapist_id) == known  # these free nothing


async def full(clinic: Clinic) -> PersonId:
    """Somebody whose day is short of everything."""
    therapist_id = await clinic.therapist()
    await add_type(clinic, therapist_id)
    limits = {"sessions_per_day": 2, "weekly_minutes": 2400, "message_minutes": 2}
    await clinic.book(clinic.visitor(), therapist_id, NOON)
    await set_pace(clinic, therapist_id, **limits)
    times = {"starts_at": NOON + HOUR, "ends_at": NOON + 3 * HOUR}
    day = {"local_date": date(2026, 11, 26), "timezone": TOKYO}
    away = {"first_date": date(2026, 11, 27), "last_date": date(2026, 11, 27), "timezone": "Asia/Seoul"}
    import_id = new_id()
    imports = {"id": import_id, "url": "https://calendar.example/a", "label": "a", "created_at": NOON}
    async with clinic.database.write() as connection:
        for table, row in (
            (time_off, times),
            (availability_override, day),
            (travel, away),
            (calendar_import, imports),
            (imported_busy, times | {"import_id": import_id}),
        ):
            values = {"id": new_id(), "therapist_id": therapist_id} | row
            known = {name: value for name, value in values.items() if name in table.c}
            await connection.execute(sa.insert(table).values(known))
    return therapist_id


async def looked_at_all(clinic: Clinic, connection: AsyncConnection) -> list[tuple[str, datetime | None]]:
    """Everybody's first time, by asking each."""
    people = await practice_store.all_therapists(connection)
    within = Span(clinic.clock.now(), clinic.clock.now() + timedelta(days=40))
    calendars = await practice_store.calendars(connection, people, within, clinic.clock.now())
    rules, now = clinic.config.rules(), clinic.clock.now()
    every = [(one.id, first_free.first_start(calendars[one.id], rules, within, now)) for one in people]
    return sorted(every, key=lambda pair: (pair[1] is None, pair[1] or now, pair[0]))


@pytest.mark.parametrize("refreshed", [True, False])
async def test_the_first_are_those_whom_looking_at_all_finds(clinic: Clinic, refreshed: bool) -> None:
    ids = [await clinic.therapist(capacity=20) for _ in range(12)]
    starts = [NOON + n * HOUR for n in range(5)]
    for at, therapist_id in enumerate(ids):
        for start in starts[: at % 6]:
            await clinic.book(clinic.visitor(), therapist_id, start)
    if refreshed:
        await keeper(clinic).refresh()
    await clinic.hold(clinic.visitor(), ids[0], NOON)  # after its bound was worked out
    async with clinic.database.read() as connection:
        expected = await looked_at_all(clinic, connection)
        for most in (1, 5, 12, 50):
            found = await soonest(connection, NOBODY, most, clinic.config, clinic.clock.now())
            assert [(one.therapist.id, one.starts_at) for one in found] == expected[:most]


async def test_who_takes_nobody_is_not_among_them(clinic: Clinic) -> None:
    wanted = await clinic.therapist()
    await clinic.therapist(capacity=0)
    await clinic.therapist(licence_verified_at=None)
    await clinic.therapist(licence_expires_at=clinic.clock.now())
    await set_pace(clinic, await clinic.therapist(), pause_new=True)
    await keeper(clinic).refresh()
    async with clinic.database.read() as connection:
        found = await browsing.choice(connection, Booker("x", None, None), clinic.config, clinic.clock.now())
    assert [one.therapist.id for one in found.therapists] == [wanted]


async def test_an_answer_that_is_cut_says_so(clinic: Clinic) -> None:
    for _ in range(2):
        await clinic.therapist()
    asks = clinic.config, clinic.clock.now()
    async with clinic.database.read() as connection:
        for most, shown, more in ((1, 1, True), (2, 2, False)):
            found = await browsing.choice(connection, Booker("x", None, None), *asks, most)
            assert (len(found.therapists), found.more) == (shown, more)


async def test_one_answer_reads_one_batch_however_many_there_are(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3 * first_free.BATCH):
        await clinic.therapist()
    await keeper(clinic).refresh()
    read, looked = practice_store.calendars, list[int]()

    async def counted(connection: AsyncConnection, people: Sequence[Therapist], *more: Any) -> Any:
        looked.append(len(people))
        result: dict[PersonId, Calendar] = await read(connection, people, *more)
        return result

    monkeypatch.setattr(practice_store, "calendars", counted)
    async with clinic.database.read() as connection:
        await soonest(connection, NOBODY, 3, clinic.config, clinic.clock.now())
    assert looked == [3 + first_free.SPARE]


async def test_a_bound_worked_out_while_a_booking_is_cancelled_is_not_too_late(clinic: Clinic) -> None:
    """Whoever is first, the other waits for the therapist's row."""
    therapist_id = await clinic.therapist(capacity=20)
    for start in (NOON, NOON + HOUR, NOON + 2 * HOUR):
        await clinic.book(clinic.visitor(), therapist_id, start)
        await asyncio.gather(keeper(clinic).refresh(), _cancel_latest(clinic, therapist_id))
        known = await bound_of(clinic, therapist_id)
        assert known is None or known <= NOON
        await clinic.book(clinic.visitor(), therapist_id, start)


async def _cancel_latest(clinic: Clinic, therapist_id: PersonId) -> None:
    who = Identity(therapist_id, frozenset({"therapist"}), new_id(), "account")
    links = JoinLinks(clinic.database, clinic.clock, PUBLIC_URL, clinic.secret)
    query = sa.select(booking.c.id).where(booking.c.status == "confirmed").order_by(booking.c.starts_at)
    async with clinic.database.read() as connection:
        ids = list((await connection.execute(query)).scalars())
    changes = Changes(clinic.database, clinic.config, clinic.clock, links)
    for booking_id in ids:
        await changes.cancel(who, booking_id, None, NOBODY_REPEATS)
    async with clinic.database.read() as connection:
        assert (await connection.execute(sa.select(sa.func.count()).select_from(care))).scalar_one() > 0
