"""A request sent several times at once, with one key, is done once and answered alike, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.config import OutgoingConfig, PushConfig
from core.database import Database
from core.http import Identity
from core.ids import new_id
from core.outgoing import Outgoing
from scheduler.calendar_reading import CalendarReader
from scheduler.cares import Cares
from scheduler.changes import Changes
from scheduler.feed import Feeds
from scheduler.group_service import Groups
from scheduler.importing import CalendarImports
from scheduler.once import Once
from scheduler.push import Push
from scheduler.push_store import Browser
from scheduler.series import Repeat
from scheduler.series_service import Arranging
from scheduler.tables import booking
from scheduler.telling_tables import push_subscription
from scheduler.webhooks import Webhooks
from tests.contracts.caring import full
from tests.contracts.test_changing import therapist_of
from tests.contracts.test_groups import opened
from tests.contracts.test_session_types import add_type
from tests.fakes import FakeClock
from tests.scheduler.calendar_host import open_calendar_host
from tests.scheduler.clinic import NOBODY_REPEATS, PUBLIC_URL, WEDNESDAY, Clinic, wish

TWINS = 4
DAY = timedelta(days=1)
ONCE = Once("one key", b"one body")
LOOSE = OutgoingConfig(private_addresses=True, timeout_s=5)
# The browser's keys in the example of RFC 8291, section 5.
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"


@pytest.fixture
async def clinic(database_url: str, clock: FakeClock) -> AsyncIterator[Clinic]:
    database = Database.open(database_url, pool_size=16)
    yield await Clinic(database, clock).open()
    await database.close()


async def together(ask: Callable[[], Awaitable[Any]]) -> list[Any]:
    return await asyncio.gather(*(ask() for _ in range(TWINS)))


async def test_moving_and_cancelling(clinic: Clinic, changes: Changes) -> None:
    _, who, _ = await full(clinic)
    async with clinic.database.read() as connection:
        booking_id = (await connection.execute(sa.select(booking.c.id))).scalar_one()
    moved = await together(lambda: changes.move(who, booking_id, WEDNESDAY + DAY, ONCE))
    assert {(one.starts_at, one.sequence) for one in moved} == {(WEDNESDAY + DAY, 1)}
    off = await together(lambda: changes.cancel(who, booking_id, None, Once("another", b"")))
    assert {one.sequence for one in off} == {2}
    assert len(await clinic.events("booking.changed")) == 2  # one to each side


async def test_a_series(clinic: Clinic, changes: Changes) -> None:
    arranging = Arranging(clinic.database, clinic.config, clinic.clock, changes)
    therapist_id, who = await clinic.therapist(), await clinic.client()
    order = wish(therapist_id, WEDNESDAY)
    made = await together(lambda: arranging.book(who, order, Repeat(1, 3, True), ONCE))
    assert len({one.series_id for one in made}) == 1
    assert await clinic.statuses() == ["confirmed"] * 3


async def test_the_answer_to_a_series(clinic: Clinic, changes: Changes) -> None:
    arranging = Arranging(clinic.database, clinic.config, clinic.clock, changes)
    therapist_id, who = await clinic.therapist(), await clinic.client()
    await add_type(clinic, therapist_id, approval=True)
    made = await arranging.book(who, wish(therapist_id, WEDNESDAY), Repeat(1, 3, True), NOBODY_REPEATS)
    own, series_id = therapist_of(therapist_id), made.series_id or ""
    taken = await together(lambda: arranging.approve(own, series_id, ONCE))
    assert {one.sequence for answer in taken for one in answer.visits} == {1}
    assert len(await clinic.events("series.confirmed")) == 2  # one to each side


async def test_a_seat(clinic: Clinic) -> None:
    groups = Groups(clinic.database, clinic.config, clinic.clock)
    _, group_id = await opened(clinic, groups)
    who = await clinic.client()
    seats = await together(lambda: groups.take_seat(who, group_id, None, ONCE))
    assert [one.mine for one in seats] == [True] * TWINS
    assert len(await clinic.events("seat.taken")) == 1


async def test_the_address_of_a_feed(clinic: Clinic) -> None:
    feeds = Feeds(clinic.database, clinic.clock, PUBLIC_URL, clinic.secret)
    who = therapist_of(await clinic.therapist())
    made = await together(lambda: feeds.make(who, ONCE))
    assert len(set(made)) == 1
    assert (await feeds.read(made[0].rpartition("/")[2].removesuffix(".ics"))).content


async def test_a_browser_for_messages(clinic: Clinic, tmp_path: Path) -> None:
    keys = PushConfig(key_file=str(tmp_path / "key.pem"))
    push = Push(clinic.database, clinic.clock, keys, Outgoing(LOOSE), "mailto:a@todoku.example")
    who, browser = await clinic.client(), Browser("http://127.0.0.1:9/", P256DH, AUTH)
    assert len(set(await together(lambda: push.subscribe(who, browser, LOOSE, ONCE)))) == 1
    tabs = await together(lambda: push.subscribe(who, browser, LOOSE, Once(new_id(), b"")))
    async with clinic.database.read() as connection:
        kept = (await connection.execute(sa.select(push_subscription.c.id))).scalars().all()
    assert len(kept) == 1
    assert set(kept) < set(tabs)


async def test_a_test_of_a_webhook(clinic: Clinic) -> None:
    webhooks = Webhooks(clinic.database, clinic.clock, LOOSE, Outgoing(LOOSE))
    who = Identity(await clinic.person("運営", "staff"), frozenset({"staff"}), new_id(), "account")
    made = await together(lambda: webhooks.add(who, "http://127.0.0.1:9/", ("booking.confirmed",), ONCE))
    assert len({one.id for one in made}) == 1
    once = Once("another", b"")
    assert len({one.id for one in await together(lambda: webhooks.test(who, made[0].id, once))}) == 1
    assert len(await clinic.events("outside.webhook")) == 1


async def test_a_personal_calendar(clinic: Clinic) -> None:
    imports = CalendarImports(clinic.database, clinic.clock, LOOSE, CalendarReader(Outgoing(LOOSE)))
    who = therapist_of(await clinic.therapist())
    async with open_calendar_host() as host:
        added = await together(lambda: imports.add(who, host.url, "わたし", ONCE))
        assert [len(one) for one in added] == [1] * TWINS
        clinic.clock.advance(61)
        asked, once = len(host.answers), Once("another", b"")
        await together(lambda: imports.refresh(who, added[0][0].id, once))
        assert len(host.answers) == asked + 1


async def test_the_end_of_a_care(clinic: Clinic) -> None:
    cares = Cares(clinic.database, clinic.config, clinic.clock)
    _, who, care_id = await full(clinic)
    done = await together(lambda: cares.end_care(who, care_id, apart=False, once=ONCE))
    assert done == [care_id] * TWINS
    assert len(await clinic.events("care.ended")) == 1
