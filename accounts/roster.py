"""What whoever runs an installation lists and makes: companies, booking links, people who work here.

Functions in the caller's transaction, as in service.py; what changes something is audited. Clients are listed
nowhere: who uses the service is nobody's list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service, session_store, store
from accounts.model import Person, Purpose, Role, clean_name, normalize_email
from core.errors import Conflict, NotFound
from core.ids import EmployerId, PersonId, token_hash

WORKING = (Role.THERAPIST, Role.STAFF, Role.EMPLOYER_ADMIN)


@dataclass(frozen=True)
class Employer:
    """A company that pays."""

    employer_id: EmployerId
    name: str
    created_at: datetime


@dataclass(frozen=True)
class BookingLink:
    """A booking link without its token; `person_id`: for that person alone."""

    link_id: str
    employer_id: EmployerId
    person_id: PersonId | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


async def employers(connection: AsyncConnection) -> list[Employer]:
    """Every company, the oldest first."""
    rows = await store.employers(connection)
    return [Employer(EmployerId(row.id), row.name, row.created_at) for row in rows]


async def employer_named(connection: AsyncConnection, wanted: str) -> Employer:
    """The company with this id or this very name. Raises NotFound, Conflict where two have the name."""
    name = clean_name(wanted)
    found = [one for one in await employers(connection) if name in (one.employer_id, one.name)]
    if not found:
        raise NotFound(f"There is no company {name!r}; `todoku employer list` shows them")
    if len(found) > 1:
        raise Conflict(f"Several companies are called {name!r}; give the id instead")
    return found[0]


async def add_employer(connection: AsyncConnection, name: str, now: datetime) -> tuple[EmployerId, bool]:
    """The company of that name, and whether it is new."""
    wanted = clean_name(name)
    for one in await employers(connection):
        if one.name == wanted:
            return one.employer_id, False
    employer_id = await service.create_employer(connection, wanted, now)
    await service.audit(
        connection, actor=None, action="employer_added", subject=employer_id, detail={}, now=now
    )
    return employer_id, True


async def issue_booking_link(
    connection: AsyncConnection,
    employer_id: EmployerId,
    person_id: PersonId | None,
    expires_at: datetime,
    now: datetime,
) -> tuple[str, str]:
    """A new link by which a company's people book: its id, and its token, which cannot be read again."""
    token = await service.issue_link(
        connection,
        purpose=Purpose.BOOKING,
        scope={"employer_id": employer_id},
        person_id=person_id,
        expires_at=expires_at,
        now=now,
    )
    link = await session_store.link_by_hash(connection, token_hash(token))
    if link is None:
        raise AssertionError("a link that was just made is there")
    detail = {"employer_id": employer_id, "person_id": person_id}
    await service.audit(
        connection, actor=None, action="booking_link_issued", subject=link.link_id, detail=detail, now=now
    )
    return link.link_id, token


async def booking_links(connection: AsyncConnection) -> list[BookingLink]:
    """Every booking link that is still known, the oldest first."""
    return [
        BookingLink(
            link_id=row.id,
            employer_id=EmployerId(row.employer_id),
            person_id=PersonId(row.person_id) if row.person_id else None,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )
        for row in await session_store.booking_links(connection)
    ]


async def revoke_booking_link(connection: AsyncConnection, link_id: str, now: datetime) -> bool:
    """Withdraw it, and the sessions made from it; False if it was already. Raises NotFound."""
    known = {one.link_id for one in await booking_links(connection)}
    if link_id not in known:
        raise NotFound(f"There is no booking link {link_id!r}; `todoku link list --all` shows them")
    if not await session_store.revoke_link(connection, link_id, now):
        return False
    await service.audit(
        connection, actor=None, action="booking_link_revoked", subject=link_id, detail={}, now=now
    )
    return True


async def working_people(connection: AsyncConnection, roles: Sequence[str] = WORKING) -> list[Person]:
    """Who has one of these roles, the first who came first."""
    found = await store.persons(connection, await store.holders_of(connection, roles))
    return [found[one] for one in sorted(found)]


async def who_works_as(connection: AsyncConnection, email: str, role: str) -> Person | None:
    """Who has this address; None: nobody. Raises Invalid, Conflict for somebody without the role."""
    person_id = await store.verified_holder(connection, normalize_email(email))
    if person_id is None:
        return None
    person = (await store.persons(connection, [person_id]))[person_id]
    if role not in person.roles:
        raise Conflict(f"The account with this mail address is not a {role}'s; use another address")
    return person
