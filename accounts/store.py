"""SQL for people, credentials, employers, throttle and audit; sessions and links are in session_store.py."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.model import Person
from accounts.tables import audit, credential, employer, entitlement, person, person_role, throttle
from core.database import lock_rows
from core.ids import PersonId, new_id


async def insert_person(connection: AsyncConnection, values: Mapping[str, Any], roles: Iterable[str]) -> None:
    await connection.execute(sa.insert(person).values(**values))
    for role in sorted(roles):
        await connection.execute(sa.insert(person_role).values(person_id=values["id"], role=role))


async def persons(connection: AsyncConnection, ids: Iterable[str]) -> dict[PersonId, Person]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    query = sa.select(person, person_role.c.role).outerjoin(person_role).where(person.c.id.in_(wanted))
    rows: dict[str, Any] = {}
    roles: dict[str, set[str]] = {}
    for row in await connection.execute(query):
        rows[row.id] = row
        roles.setdefault(row.id, set()).update([row.role] if row.role else [])
    return {PersonId(own): _person(row, roles[own]) for own, row in rows.items()}


def _person(row: Any, roles: Iterable[str]) -> Person:
    return Person(
        person_id=PersonId(row.id),
        name=row.name,
        name_en=row.name_en,
        email=row.email,
        email_verified=row.email_verified_at is not None,
        locale=row.locale,
        timezone=row.timezone,
        roles=frozenset(roles),
    )


async def roles_of(connection: AsyncConnection, person_id: str) -> frozenset[str]:
    query = sa.select(person_role.c.role).where(person_role.c.person_id == person_id)
    return frozenset((await connection.execute(query)).scalars())


async def verified_holder(connection: AsyncConnection, email_normalized: str) -> PersonId | None:
    query = sa.select(person.c.id).where(
        person.c.email_normalized == email_normalized, person.c.email_verified_at.is_not(None)
    )
    found = (await connection.execute(query)).scalar()
    return PersonId(found) if found else None


async def reachable(connection: AsyncConnection, email_normalized: str) -> PersonId | None:
    """Who gets a sign-in link at this address: who has verified it, else who named it last."""
    query = (
        sa.select(person.c.id)
        .where(person.c.email_normalized == email_normalized)
        .order_by(person.c.email_verified_at.is_(None), person.c.id.desc())
        .limit(1)
    )
    found = (await connection.execute(query)).scalar()
    return PersonId(found) if found else None


async def same_address(connection: AsyncConnection, person_id: str) -> list[PersonId]:
    """The person, and everybody else whose unverified address is the one this person has verified."""
    mine = sa.select(person.c.email_normalized).where(
        person.c.id == person_id, person.c.email_verified_at.is_not(None)
    )
    named = sa.and_(person.c.email_normalized == mine.scalar_subquery(), person.c.email_verified_at.is_(None))
    query = sa.select(person.c.id).where(sa.or_(person.c.id == person_id, named)).order_by(person.c.id)
    return [PersonId(found) for found in (await connection.execute(query)).scalars()]


async def set_name_en(connection: AsyncConnection, person_id: str, name_en: str | None) -> None:
    change = sa.update(person).where(person.c.id == person_id).values(name_en=name_en)
    await connection.execute(change)


async def verify_email(connection: AsyncConnection, person_id: str, now: datetime) -> bool:
    """Mark the person's address as theirs; False if it was already."""
    change = (
        sa.update(person)
        .where(person.c.id == person_id, person.c.email_verified_at.is_(None))
        .values(email_verified_at=now)
    )
    return (await connection.execute(change)).rowcount == 1


async def credential_for(connection: AsyncConnection, email_normalized: str) -> tuple[PersonId, str] | None:
    """The person and password hash behind a verified address."""
    query = (
        sa.select(person.c.id, credential.c.password_hash)
        .join(credential, credential.c.person_id == person.c.id)
        .where(person.c.email_normalized == email_normalized, person.c.email_verified_at.is_not(None))
    )
    row = (await connection.execute(query)).first()
    return (PersonId(row[0]), row[1]) if row else None


async def put_credential(
    connection: AsyncConnection, person_id: str, password_hash: str, now: datetime
) -> None:
    values = {"password_hash": password_hash, "changed_at": now}
    change = sa.update(credential).where(credential.c.person_id == person_id).values(**values)
    if (await connection.execute(change)).rowcount == 0:
        await connection.execute(sa.insert(credential).values(person_id=person_id, **values))


async def locked_throttles(connection: AsyncConnection, keys: Iterable[str]) -> dict[str, datetime]:
    """What is stored for `keys`; the rows that exist stay locked until the transaction ends."""
    wanted = sorted(set(keys))
    await lock_rows(connection, throttle.c.key, wanted)
    rows = await connection.execute(sa.select(throttle).where(throttle.c.key.in_(wanted)))
    return {row.key: row.full_until for row in rows}


async def add_missing_throttles(connection: AsyncConnection, keys: Iterable[str], now: datetime) -> None:
    """A row for every key, so that there is something to lock. Another may add the same at the same time."""
    for key in sorted(set(keys)):
        query = sa.select(throttle.c.key).where(throttle.c.key == key)
        if (await connection.execute(query)).first() is None:
            try:
                async with connection.begin_nested():
                    await connection.execute(sa.insert(throttle).values(key=key, full_until=now))
            except IntegrityError:
                continue


async def put_throttles(connection: AsyncConnection, full_until: Mapping[str, datetime]) -> None:
    for key in sorted(full_until):
        change = sa.update(throttle).where(throttle.c.key == key).values(full_until=full_until[key])
        await connection.execute(change)


async def prune_throttles(connection: AsyncConnection, now: datetime) -> None:
    await connection.execute(sa.delete(throttle).where(throttle.c.full_until < now))


async def insert_audit(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    await connection.execute(sa.insert(audit).values(id=new_id(), **values))


async def insert_employer(connection: AsyncConnection, employer_id: str, name: str, now: datetime) -> None:
    await connection.execute(sa.insert(employer).values(id=employer_id, name=name, created_at=now))


async def employers(connection: AsyncConnection) -> list[Any]:
    return list(await connection.execute(sa.select(employer).order_by(employer.c.id)))


async def holders_of(connection: AsyncConnection, roles: Iterable[str]) -> list[PersonId]:
    query = sa.select(person_role.c.person_id).where(person_role.c.role.in_(sorted(roles))).distinct()
    return [PersonId(one) for one in (await connection.execute(query)).scalars()]


async def entitle(connection: AsyncConnection, employer_id: str, person_id: str, now: datetime) -> None:
    """Idempotent; an ended entitlement begins again."""
    mine = sa.and_(entitlement.c.employer_id == employer_id, entitlement.c.person_id == person_id)
    change = sa.update(entitlement).where(mine).values(ended_at=None)
    if (await connection.execute(change)).rowcount == 0:
        values = {"employer_id": employer_id, "person_id": person_id, "created_at": now}
        await connection.execute(sa.insert(entitlement).values(**values))
