"""Sessions for several people, on both databases: never more seats than there are, and everybody is told."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from core.database import Database
from core.errors import Denied, NotFound, TodokuError
from core.http import Identity
from core.ids import PersonId, new_id
from core.mail import Mail
from scheduler import groups as rules
from scheduler.changes import Changes
from scheduler.errors import ClientBusy, SlotTaken, StatusConflict, TooLate
from scheduler.group_mail import GroupMails
from scheduler.group_service import Groups
from scheduler.groups import NewGroup
from scheduler.join_links import JoinLinks
from scheduler.mail_frame import Frame
from scheduler.once import Once
from scheduler.outcome import Attendance
from scheduler.settling import Settling
from scheduler.tables import booking, group_session
from tests.contracts.test_changing import staff, therapist_of
from tests.fakes import FakeClock
from tests.scheduler.clinic import NOBODY_REPEATS, PUBLIC_URL, WEDNESDAY, Clinic, wish
from tests.scheduler.test_calendar_file import HEALTH, Letterbox

MANY = 64
HOUR = timedelta(hours=1)
TITLE = {"ja": "肩こり教室", "en": "Neck and shoulders"}
NEW = NewGroup(TITLE, 5, WEDNESDAY, 60)


@pytest.fixture
async def clinic(database_url: str, clock: FakeClock) -> AsyncIterator[Clinic]:
    database = Database.open(database_url, pool_size=32)
    yield await Clinic(database, clock).open()
    await database.close()


@pytest.fixture
def groups(clinic: Clinic) -> Groups:
    return Groups(clinic.database, clinic.config, clinic.clock)


async def opened(clinic: Clinic, groups: Groups, new: NewGroup = NEW) -> tuple[PersonId, str]:
    therapist_id = await clinic.therapist(capacity=0)  # a seat needs no place
    run = await groups.open_group(therapist_of(therapist_id), new, NOBODY_REPEATS)
    return therapist_id, run.group.id


async def counted(clinic: Clinic, group_id: str) -> tuple[int, int]:
    """(counted, really taken) seats."""
    async with clinic.database.read() as connection:
        query = sa.select(group_session.c.taken).where(group_session.c.id == group_id)
        seats = sa.select(sa.func.count()).where(
            booking.c.group_id == group_id,
            booking.c.client_id.is_not(None),
            booking.c.status == "confirmed",
        )
        return (await connection.execute(query)).scalar_one(), (await connection.execute(seats)).scalar_one()


async def sent(clinic: Clinic, kind: str) -> list[Mail]:
    letterbox = Letterbox()
    mails = GroupMails(clinic.database, clinic.service, letterbox, clinic.clock, Frame(False))
    for payload in await clinic.events(f"seat.{kind}"):
        await mails.handlers()[f"seat.{kind}"][0](payload)
    return letterbox.mails


async def test_the_last_seats_go_to_as_many_as_there_are_whoever_comes_at_once(
    clinic: Clinic, groups: Groups
) -> None:
    therapist_id, group_id = await opened(clinic, groups)
    people = [await clinic.client() for _ in range(MANY)]
    async with asyncio.timeout(60):
        outcomes = await asyncio.gather(
            *(groups.take_seat(one, group_id, None, NOBODY_REPEATS) for one in people),
            return_exceptions=True,
        )
    assert all(isinstance(one, TodokuError) for one in outcomes if isinstance(one, BaseException))
    assert Counter(type(one).__name__ for one in outcomes) == {"Offered": 5, "SlotTaken": MANY - 5}
    assert await counted(clinic, group_id) == (5, 5)
    assert await clinic.load(therapist_id) == (0, 0)
    assert len(await clinic.events("seat.taken")) == 5


async def test_a_time_held_elsewhere_and_let_go_does_not_stand_in_the_way_of_a_seat(
    clinic: Clinic, groups: Groups
) -> None:
    _, group_id = await opened(clinic, groups)
    who, other = await clinic.client(), await clinic.therapist()
    await clinic.hold(who, other, WEDNESDAY)
    clinic.clock.advance(clinic.config.hold_s + 1)  # and not swept yet
    assert (await groups.take_seat(who, group_id, None, NOBODY_REPEATS)).mine
    assert await counted(clinic, group_id) == (1, 1)


async def test_the_count_of_seats_holds_without_any_lock_before_it(
    clinic: Clinic, groups: Groups, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, group_id = await opened(clinic, groups)

    async def nothing(*_: object) -> None:
        return None

    monkeypatch.setattr("scheduler.store.lock_therapist", nothing)
    people = [await clinic.client() for _ in range(24)]
    outcomes = await asyncio.gather(
        *(groups.take_seat(one, group_id, None, NOBODY_REPEATS) for one in people), return_exceptions=True
    )
    assert sum(not isinstance(one, BaseException) for one in outcomes) == 5
    assert await counted(clinic, group_id) == (5, 5)


async def test_seats_that_come_and_go_while_it_is_called_off_leave_none_behind(
    clinic: Clinic, groups: Groups
) -> None:
    therapist_id, group_id = await opened(clinic, groups, replace(NEW, seats=20))
    people = [await clinic.client() for _ in range(30)]

    async def come_and_go(who: Identity) -> None:
        await groups.take_seat(who, group_id, None, NOBODY_REPEATS)
        await groups.give_back(who, group_id)

    async with asyncio.timeout(60):
        outcomes = await asyncio.gather(
            *(come_and_go(one) for one in people),
            groups.cancel(therapist_of(therapist_id), group_id, "都合により", NOBODY_REPEATS),
            return_exceptions=True,
        )
    unexpected = [
        one
        for one in outcomes
        if isinstance(one, BaseException) and not isinstance(one, SlotTaken | StatusConflict)
    ]
    assert unexpected == []
    assert await counted(clinic, group_id) == (0, 0)
    told = [*await clinic.events("seat.given_back"), *await clinic.events("seat.cancelled")]
    assert len(told) == len(await clinic.events("seat.taken"))


async def test_a_seat_is_one_however_often_it_is_asked_for(clinic: Clinic, groups: Groups) -> None:
    _, group_id = await opened(clinic, groups)
    who, once = await clinic.client(), Once("key", b"seat")
    answers = await asyncio.gather(*(groups.take_seat(who, group_id, None, once) for _ in range(6)))
    await groups.take_seat(who, group_id, None, NOBODY_REPEATS)
    assert {one.mine for one in answers} == {True}
    assert await counted(clinic, group_id) == (1, 1)
    for _ in range(2):
        await groups.give_back(who, group_id)
    assert await counted(clinic, group_id) == (0, 0)
    [offered], more = await groups.offered(who)
    assert not more
    assert (offered.group.left, offered.mine) == (5, False)


async def test_a_group_keeps_its_time_free_of_everything_else(clinic: Clinic, groups: Groups) -> None:
    therapist_id = await clinic.therapist()
    own, visitor = therapist_of(therapist_id), clinic.visitor()
    once = Once("key", b"group")
    run = await groups.open_group(own, NEW, once)
    assert (await groups.open_group(own, NEW, once)).group.id == run.group.id
    assert WEDNESDAY not in await clinic.offered(visitor, therapist_id)
    with pytest.raises(SlotTaken):
        await clinic.book(visitor, therapist_id, WEDNESDAY)
    with pytest.raises(SlotTaken):
        await clinic.on_behalf(therapist_id, await clinic.person("だれか", "client"), WEDNESDAY + HOUR / 2)
    await clinic.book(visitor, therapist_id, WEDNESDAY + 3 * HOUR)
    with pytest.raises(SlotTaken):
        over = replace(NEW, starts_at=WEDNESDAY + 3.5 * HOUR)
        await groups.open_group(own, over, NOBODY_REPEATS)
    night = await groups.open_group(own, replace(NEW, starts_at=WEDNESDAY + 13 * HOUR), NOBODY_REPEATS)
    assert night.group.stand_in.status == "confirmed"


async def test_nobody_sits_in_two_places_at_once(clinic: Clinic, groups: Groups) -> None:
    _, group_id = await opened(clinic, groups)
    _, other_id = await opened(clinic, groups, replace(NEW, starts_at=WEDNESDAY + HOUR / 2))
    who = await clinic.client()
    await groups.take_seat(who, group_id, None, NOBODY_REPEATS)
    with pytest.raises(ClientBusy):
        await groups.take_seat(who, other_id, None, NOBODY_REPEATS)
    assert await counted(clinic, other_id) == (0, 0)
    with pytest.raises(ClientBusy):
        await clinic.book(who, await clinic.therapist(), WEDNESDAY)


async def test_whoever_has_only_the_companys_link_takes_a_seat_and_gives_it_back(
    clinic: Clinic, groups: Groups
) -> None:
    _, group_id = await opened(clinic, groups)
    who = clinic.visitor()
    await groups.take_seat(who, group_id, wish("", WEDNESDAY), NOBODY_REPEATS)
    assert [one.mine for one in (await groups.offered(who))[0]] == [True]
    assert [one.mine for one in (await groups.offered(clinic.visitor()))[0]] == [False]
    await groups.give_back(clinic.visitor(), group_id)  # another's stays
    assert await counted(clinic, group_id) == (1, 1)
    await groups.give_back(who, group_id)
    assert await counted(clinic, group_id) == (0, 0)


async def test_everybody_with_a_seat_is_told_in_neutral_subjects_and_entries(
    clinic: Clinic, groups: Groups
) -> None:
    therapist_id, group_id = await opened(clinic, groups)
    people = [await clinic.client() for _ in range(2)]
    for who in people:
        await groups.take_seat(who, group_id, None, NOBODY_REPEATS)
    assert len(await sent(clinic, "reminder")) == 4
    for mail in await sent(clinic, "taken"):
        assert "肩こり教室" in mail.text
        assert HEALTH.search(mail.subject + mail.attachments[0].content.decode()) is None
    await groups.give_back(people[0], group_id)
    once = Once("key", b"off")
    for _ in range(2):
        run = await groups.cancel(therapist_of(therapist_id), group_id, None, once)
    assert (run.group.status, run.group.taken, run.names) == ("cancelled", 0, ())
    for kind in ("given_back", "cancelled"):
        [mail] = await sent(clinic, kind)
        entry = Calendar.from_ical(mail.attachments[0].content)
        assert (entry["method"], int(str(entry.walk("VEVENT")[0]["sequence"]))) == ("CANCEL", 1)
    assert await sent(clinic, "reminder") == []
    assert await sent(clinic, "taken") == []
    assert await groups.offered(people[0]) == ([], False)


async def test_who_may_do_what_and_until_when(clinic: Clinic, groups: Groups, clock: FakeClock) -> None:
    therapist_id, group_id = await opened(clinic, groups)
    who, colleague = await clinic.client(), therapist_of(await clinic.therapist())
    with pytest.raises(Denied):
        await groups.open_group(who, NEW, NOBODY_REPEATS)
    with pytest.raises(NotFound):
        await groups.cancel(colleague, group_id, None, NOBODY_REPEATS)
    with pytest.raises(NotFound):
        await groups.take_seat(who, "nothing", None, NOBODY_REPEATS)
    with pytest.raises(Denied):
        await groups.take_seat(Identity(None, frozenset(), new_id(), "link"), group_id, None, NOBODY_REPEATS)
    await groups.take_seat(who, group_id, None, NOBODY_REPEATS)
    [run] = await groups.run_by(therapist_of(therapist_id))
    assert run.names == ("山田 花子",)
    assert await groups.run_by(colleague) == []
    clock.advance((WEDNESDAY - clock.now()).total_seconds())
    for late in (groups.give_back(who, group_id), groups.cancel(staff(), group_id, None, NOBODY_REPEATS)):
        with pytest.raises(TooLate):
            await late
    with pytest.raises(TooLate):
        await groups.take_seat(await clinic.client(), group_id, None, NOBODY_REPEATS)


async def test_a_seat_is_no_session_of_two(clinic: Clinic, groups: Groups, clock: FakeClock) -> None:
    """It is not shown, changed, entered or settled as one."""
    therapist_id, group_id = await opened(clinic, groups)
    who = await clinic.client()
    await groups.take_seat(who, group_id, None, NOBODY_REPEATS)
    async with clinic.database.read() as connection:
        query = sa.select(booking.c.id).where(booking.c.client_id.is_not(None))
        seat_id = (await connection.execute(query)).scalar_one()
    with pytest.raises(NotFound):
        await clinic.service.booking(who, seat_id)
    links = JoinLinks(clinic.database, clinic.clock, PUBLIC_URL, clinic.secret)
    changes = Changes(clinic.database, clinic.config, clinic.clock, links)
    with pytest.raises(StatusConflict):
        await changes.cancel(staff(), seat_id, None, NOBODY_REPEATS)
    _, day = await clinic.service.sessions(therapist_of(therapist_id), WEDNESDAY.date(), None)
    assert day == []
    clock.advance(7 * 24 * 3600)

    async def nobody(ids: object) -> dict[object, Attendance]:
        raise AssertionError(f"asked about {ids}")

    await Settling(clinic.database, clinic.config, clinic.clock, nobody).run()  # type: ignore[arg-type]
    assert await clinic.statuses() == ["confirmed", "confirmed"]


async def test_the_database_alone_knows_how_many_seats_there_are(clinic: Clinic, groups: Groups) -> None:
    _, group_id = await opened(clinic, groups)
    for taken in (-1, 6):
        with pytest.raises(sa.exc.IntegrityError):
            async with clinic.database.write() as connection:
                await connection.execute(sa.update(group_session).values(taken=taken))
    assert rules.NewGroup(TITLE, 5, WEDNESDAY, 60) == NEW
    assert await counted(clinic, group_id) == (0, 0)
