"""People, addresses, employers and the trail that only grows; on both databases."""

import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from accounts import service
from accounts.errors import MailTaken
from accounts.tables import audit, entitlement, person, person_role
from core.database import Database, violation
from core.errors import Invalid
from tests.accounts.people import add_person
from tests.fakes import FakeClock

MAIL = "sato@example.com"


async def test_anybody_may_name_an_address_but_one_person_only_may_have_verified_it(
    database: Database, clock: FakeClock
) -> None:
    first = await add_person(database, clock, email=MAIL, verified=True)
    named = await add_person(database, clock, email=MAIL)
    assert first != named
    with pytest.raises(MailTaken):
        await add_person(database, clock, email=MAIL.upper(), verified=True)


async def test_the_database_itself_refuses_a_second_verified_holder(
    database: Database, clock: FakeClock
) -> None:
    await add_person(database, clock, email=MAIL, verified=True)
    named = await add_person(database, clock, email=MAIL)
    with pytest.raises(DBAPIError) as caught:
        async with database.write() as connection:
            await connection.execute(
                sa.update(person).where(person.c.id == named).values(email_verified_at=clock.now())
            )
    assert violation(caught.value) == "person_verified_email"


async def test_of_eight_who_verify_one_address_at_once_one_gets_it(
    database: Database, clock: FakeClock
) -> None:
    results = await asyncio.gather(
        *(add_person(database, clock, email=MAIL, verified=True) for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(result, MailTaken) for result in results) == 7


async def test_a_person_may_have_several_roles(database: Database, clock: FakeClock) -> None:
    person_id = await add_person(database, clock, roles=("therapist", "staff"), email=MAIL)
    async with database.read() as connection:
        found = await service.people(connection, [person_id, "nobody"])
    assert list(found) == [person_id]
    assert found[person_id].roles == {"therapist", "staff"}
    assert found[person_id].email == MAIL
    assert not found[person_id].email_verified


async def test_the_database_refuses_a_role_that_does_not_exist(database: Database, clock: FakeClock) -> None:
    person_id = await add_person(database, clock)
    with pytest.raises(DBAPIError) as caught:
        async with database.write() as connection:
            await connection.execute(sa.insert(person_role).values(person_id=person_id, role="king"))
    assert violation(caught.value) == "role_known"


async def test_a_language_we_do_not_speak_is_refused(database: Database, clock: FakeClock) -> None:
    with pytest.raises(Invalid):
        async with database.write() as connection:
            await service.create_person(
                connection,
                name="A",
                email=None,
                locale="xx",
                timezone="Asia/Tokyo",
                roles=(),
                now=clock.now(),
            )


async def test_entitling_somebody_twice_is_once(database: Database, clock: FakeClock) -> None:
    person_id = await add_person(database, clock)
    async with database.write() as connection:
        employer_id = await service.create_employer(connection, "株式会社サンプル", clock.now())
        await service.entitle(connection, employer_id, person_id, clock.now())
        await service.entitle(connection, employer_id, person_id, clock.now())
    async with database.read() as connection:
        rows = (await connection.execute(sa.select(entitlement))).all()
    assert [(row.employer_id, row.person_id, row.ended_at) for row in rows] == [
        (employer_id, person_id, None)
    ]


@pytest.mark.parametrize("change", [sa.update(audit).values(action="nothing"), sa.delete(audit)], ids=str)
async def test_what_stands_in_the_audit_trail_stays(
    database: Database, clock: FakeClock, change: sa.Update | sa.Delete
) -> None:
    async with database.write() as connection:
        await service.audit(
            connection,
            actor=None,
            action="room_ended",
            subject="room-1",
            detail={"code": "stuck"},
            now=clock.now(),
        )
    with pytest.raises(DBAPIError) as caught:
        async with database.write() as connection:
            await connection.execute(change)
    assert violation(caught.value) == "audit_append_only"
    async with database.read() as connection:
        row = (await connection.execute(sa.select(audit))).one()
    assert (row.action, row.subject, row.detail, row.at) == (
        "room_ended",
        "room-1",
        {"code": "stuck"},
        clock.now(),
    )
