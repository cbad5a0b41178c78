"""Who covers a leave is in the client's chat while it lasts and the client wants it, on both databases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
import sqlalchemy as sa

from chat import store as chat_store
from chat.config import ChatConfig
from chat.errors import ConversationUnknown
from chat.service import ChatService
from chat.tables import conversation_member
from core.database import Database
from core.http import Identity
from core.ids import ConversationId, PersonId, new_id
from core.tables import outbox
from scheduler.care_views import CareViews
from scheduler.cares import Cares
from scheduler.covering import COVER, ask_newcomer
from scheduler.handing import Shared
from scheduler.model import Span
from scheduler.pace_service import Away, PaceService
from server.events import Conversations
from tests.contracts.caring import as_therapist, full
from tests.fakes import FakeClock
from tests.scheduler.clinic import NOBODY_REPEATS, WEDNESDAY, Clinic

DAY = timedelta(days=1)
LEAVE = Span(WEDNESDAY + 7 * DAY, WEDNESDAY + 16 * DAY)
EVENTS = ("care.opened", "care.ended", "handover.done", "leave.chosen", COVER)


@dataclass
class Practice:
    """A client in care, whose therapist goes on leave while a colleague covers."""

    clinic: Clinic
    away: PersonId
    cover: PersonId
    who: Identity
    care_id: str

    @property
    def chat(self) -> ChatService:
        return ChatService(self.clinic.database, self.clinic.clock, ChatConfig())

    @property
    def pace(self) -> PaceService:
        return PaceService(self.clinic.database, self.clinic.config, self.clinic.clock)

    @property
    def cares(self) -> Cares:
        return Cares(self.clinic.database, self.clinic.config, self.clinic.clock)

    async def leaves(self, span: Span = LEAVE) -> str:
        sheet = await self.pace.add_time_off(as_therapist(self.away), Away(span, "leave", self.cover))
        return next(one.id for one in sheet.time_off if one.span == span)

    async def chooses(self, choice: Any, number: int = 0) -> None:
        views = CareViews(self.clinic.database, self.clinic.config, self.clinic.clock)
        asked = (await views.client(self.who)).choices[number]
        await self.cares.choose_leave(self.who, asked.id, choice, Shared("none"), NOBODY_REPEATS)

    async def delivered(self, topics: Sequence[str] = EVENTS) -> None:
        """Everything that is due by now, once more and in an order of its own."""
        ground = SimpleNamespace(database=self.clinic.database, clock=self.clinic.clock)
        handlers = Conversations(cast(Any, SimpleNamespace(ground=ground))).handlers()
        due = outbox.c.due_at <= self.clinic.clock.now()
        query = sa.select(outbox.c.topic, outbox.c.payload).where(outbox.c.topic.in_(topics), due)
        async with self.clinic.database.read() as connection:
            rows = (await connection.execute(query.order_by(outbox.c.id.desc()))).all()
        for topic, payload in rows:
            await handlers[topic](payload)

    async def conversation(self) -> ConversationId:
        async with self.clinic.database.read() as connection:
            found = await chat_store.conversation_of(connection, self.care_id)
        assert found is not None
        return found

    async def cover_reads(self) -> bool:
        try:
            await self.chat.changes_after(await self.conversation(), self.cover, 0)
        except ConversationUnknown:
            return False
        return True

    async def promised(self) -> PersonId | None:
        return (await self.chat.about(await self.conversation(), self.who.person_id))[1]


@pytest.fixture
async def practice(database: Database, clock: FakeClock) -> Practice:
    clinic = await Clinic(database, clock).open()
    away, who, care_id = await full(clinic)
    clinic.clock.advance(60)
    found = Practice(clinic, away, await clinic.therapist(), who, care_id)
    await found.delivered(["care.opened"])
    return found


async def test_the_cover_reads_and_writes_while_the_leave_lasts(practice: Practice) -> None:
    conversation_id = await practice.conversation()
    await practice.chat.post(conversation_id, practice.away, new_id(), "おだいじに")
    await practice.leaves()
    await practice.chooses("cover")
    await practice.delivered()
    assert (await practice.cover_reads(), await practice.promised()) == (False, practice.away)
    practice.clinic.clock.advance(8 * 86400)
    assert (await practice.cover_reads(), await practice.promised()) == (True, practice.cover)
    page = await practice.chat.changes_after(conversation_id, practice.cover, 0)
    assert [one.text for one in page.changes] == ["おだいじに"]
    await practice.chat.post(conversation_id, practice.cover, new_id(), "代わりに伺います")
    practice.clinic.clock.advance(9 * 86400)
    await practice.delivered()
    assert (await practice.cover_reads(), await practice.promised()) == (False, practice.away)


async def test_who_waits_is_read_by_nobody_new_whatever_comes_late(practice: Practice) -> None:
    await practice.leaves()
    await practice.chooses("wait")
    await practice.delivered()
    query = sa.select(conversation_member.c.person_id)
    async with practice.clinic.database.read() as connection:
        members = set((await connection.execute(query)).scalars())
    assert members == {practice.away, practice.who.person_id}
    await practice.chooses("cover")
    await practice.chooses("wait")
    practice.clinic.clock.advance(8 * 86400)
    await practice.delivered(["leave.chosen"])  # the one that said "cover" last of all
    assert (await practice.cover_reads(), await practice.promised()) == (False, practice.away)


async def test_a_leave_that_is_called_off_ends_the_view_with_it(practice: Practice) -> None:
    off_id = await practice.leaves()
    await practice.chooses("cover")
    practice.clinic.clock.advance(8 * 86400)
    await practice.delivered()
    assert await practice.cover_reads()
    await practice.pace.remove_time_off(as_therapist(practice.away), off_id)
    await practice.delivered()
    assert not await practice.cover_reads()


async def test_a_care_that_ends_ends_the_view_with_it(practice: Practice) -> None:
    await practice.leaves()
    await practice.chooses("cover")
    practice.clinic.clock.advance(8 * 86400)
    await practice.delivered()
    await practice.cares.end_care(practice.who, practice.care_id, apart=False, once=NOBODY_REPEATS)
    await practice.delivered()
    assert not await practice.cover_reads()


async def test_a_cover_who_becomes_the_therapist_reads_what_the_client_chose(practice: Practice) -> None:
    await practice.leaves()
    await practice.chooses("cover")
    practice.clinic.clock.advance(8 * 86400)
    await practice.delivered()
    handover_id = await practice.cares.hand_over(
        as_therapist(practice.away), practice.care_id, practice.cover, None, NOBODY_REPEATS
    )
    await practice.cares.decide_handover(practice.who, handover_id, Shared("all"), NOBODY_REPEATS)
    await practice.delivered()
    practice.clinic.clock.advance(30 * 86400)
    assert await practice.cover_reads()


async def test_a_second_leave_is_covered_when_its_time_comes(practice: Practice) -> None:
    await practice.leaves()
    second = Span(WEDNESDAY + 30 * DAY, WEDNESDAY + 40 * DAY)
    await practice.leaves(second)
    await practice.chooses("cover", 0)
    await practice.chooses("cover", 1)
    await practice.delivered()
    practice.clinic.clock.advance(20 * 86400)
    await practice.delivered()
    assert not await practice.cover_reads()
    practice.clinic.clock.advance(12 * 86400)
    assert await practice.cover_reads()


async def test_who_comes_after_a_leave_was_planned_is_asked_too_and_once(practice: Practice) -> None:
    clinic = practice.clinic
    away, who = await clinic.therapist(), await clinic.client()
    for span, kind in ((LEAVE, "leave"), (Span(WEDNESDAY + 20 * DAY, WEDNESDAY + 30 * DAY), "holiday")):
        await practice.pace.add_time_off(as_therapist(away), Away(span, kind, practice.cover))
    await clinic.book(who, away, WEDNESDAY + timedelta(hours=2))
    care_id = (await clinic.events("care.opened"))[-1]["care_id"]
    for _ in range(2):
        async with clinic.database.write() as connection:
            await ask_newcomer(connection, care_id, clinic.clock.now())
    views = CareViews(clinic.database, clinic.config, clinic.clock)
    (asked,) = (await views.client(who)).choices
    assert (asked.starts_at, asked.cover_id) == (LEAVE.starts_at, practice.cover)
    told = [one["choice_id"] for one in await clinic.events("leave.asked")]
    assert told.count(asked.id) == 1
