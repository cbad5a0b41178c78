"""What tests of care share: the use-cases on a small practice, and places counted twice."""

import sqlalchemy as sa

from core.http import Identity
from core.ids import PersonId, new_id
from scheduler.care_tables import care_offer, wait_entry
from scheduler.tables import care, therapist
from tests.scheduler.clinic import WEDNESDAY, Clinic


def as_therapist(person_id: PersonId) -> Identity:
    return Identity(person_id, frozenset({"therapist"}), new_id(), "account")


async def staff(clinic: Clinic) -> Identity:
    person_id = await clinic.person("運営", "staff")
    return Identity(person_id, frozenset({"staff"}), new_id(), "account")


async def places(clinic: Clinic, therapist_id: str) -> tuple[int, int]:
    """(active, offers) as counted; each must be what is really there."""
    counted = sa.select(therapist.c.active, therapist.c.offers).where(therapist.c.id == therapist_id)
    cared = sa.select(sa.func.count()).where(care.c.therapist_id == therapist_id, care.c.ended_at.is_(None))
    kept = sa.select(sa.func.count()).where(
        care_offer.c.therapist_id == therapist_id, care_offer.c.state == "open"
    )
    async with clinic.database.read() as connection:
        row = (await connection.execute(counted)).one()
        real = [(await connection.execute(query)).scalar_one() for query in (cared, kept)]
    assert [row[0], row[1]] == real
    return row[0], row[1]


async def full(clinic: Clinic) -> tuple[PersonId, Identity, str]:
    """A therapist with one place that is taken: by whom, and the care."""
    therapist_id, who = await clinic.therapist(capacity=1), await clinic.client()
    await clinic.book(who, therapist_id, WEDNESDAY)
    async with clinic.database.read() as connection:
        care_id = (await connection.execute(sa.select(care.c.id))).scalar_one()
    return therapist_id, who, care_id


async def wait_states(clinic: Clinic) -> list[str]:
    query = sa.select(wait_entry.c.state).order_by(wait_entry.c.enqueued_at, wait_entry.c.id)
    async with clinic.database.read() as connection:
        return list((await connection.execute(query)).scalars())
