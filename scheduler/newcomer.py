"""Who comes with a company's open link: what they say of themselves, and the person made of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from core.errors import Invalid
from core.ids import EmployerId, PersonId


@dataclass(frozen=True)
class Newcomer:
    """Who somebody with a company's open link says they are."""

    name: str
    email: str
    timezone: str
    locale: str


async def known_or_new(
    connection: AsyncConnection,
    client_id: PersonId | None,
    newcomer: Newcomer | None,
    employer_id: EmployerId | None,
    now: datetime,
) -> PersonId:
    """Who asks, else a person made of what they say. Raises Invalid where they say nothing."""
    if client_id is not None:
        return client_id
    if newcomer is None:
        raise Invalid(errors=[{"field": "email", "message": "is needed with this link", "rule": "missing"}])
    return await _make_person(connection, newcomer, employer_id, now)


async def _make_person(
    connection: AsyncConnection, newcomer: Newcomer, employer_id: EmployerId | None, now: datetime
) -> PersonId:
    """A person for an open booking link; an unverified mail proves nothing, so nobody known is looked up."""
    person_id = await accounts.create_person(
        connection,
        name=newcomer.name,
        email=newcomer.email,
        locale=newcomer.locale,
        timezone=newcomer.timezone,
        roles=("client",),
        now=now,
    )
    if employer_id is not None:
        await accounts.entitle(connection, employer_id, person_id, now)
    return person_id
