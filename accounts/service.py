"""What others do with people inside their own transaction, as functions; sign-in is in accounts/entry.py.

Every function takes the caller's connection and `now`, so that a booking and the person it creates stand or
fall together.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import audit as trail
from accounts import session_store, store
from accounts.errors import MailTaken
from accounts.model import LOCALES, Person, Purpose, Role, clean_name, latin_name, normalize_email
from core.database import violation
from core.errors import Invalid
from core.ids import EmployerId, PersonId, derived_token, new_id, new_token, token_hash
from core.together import Rows, insert_together


async def create_person(  # noqa: PLR0913  (what a person is made of)
    connection: AsyncConnection,
    *,
    name: str,
    email: str | None,
    locale: str,
    timezone: str,
    roles: Iterable[str],
    now: datetime,
    verified: bool = False,
) -> PersonId:
    """A new person. Nobody known is looked up: an unverified address proves nothing.

    Raises Invalid, MailTaken (only when `verified`).
    """
    if locale not in LOCALES:
        raise Invalid(errors=[{"field": "locale", "message": "ja or en", "rule": "locale"}])
    normalized = normalize_email(email) if email else None
    if verified and normalized and await store.verified_holder(connection, normalized):
        raise MailTaken
    person_id = PersonId(new_id())
    values = {
        "id": person_id,
        "name": clean_name(name),
        "email": email.strip() if email else None,
        "email_normalized": normalized,
        "email_verified_at": now if verified and normalized else None,
        "locale": locale,
        "timezone": timezone,
        "created_at": now,
    }
    try:
        await store.insert_person(connection, values, {Role(role).value for role in roles})
    except IntegrityError as error:
        if violation(error) == "person_verified_email":
            raise MailTaken from None
        raise
    return person_id


async def people(connection: AsyncConnection, ids: Iterable[str]) -> dict[PersonId, Person]:
    """The persons by id; unknown ids are missing."""
    return await store.persons(connection, ids)


async def set_name_en(connection: AsyncConnection, person_id: str, name_en: str | None) -> None:
    """How a name is written in Latin letters; None: as everywhere. Raises Invalid."""
    await store.set_name_en(connection, person_id, latin_name(name_en) if name_en is not None else None)


async def same_address(connection: AsyncConnection, person_id: PersonId) -> list[PersonId]:
    """The person, and everybody who was only named with the mail address that this person has proven."""
    return await store.same_address(connection, person_id)


async def issue_link(
    connection: AsyncConnection,
    *,
    purpose: str,
    scope: Mapping[str, str],
    person_id: PersonId | None,
    expires_at: datetime,
    now: datetime,
) -> str:
    """The token of a new link; it cannot be read again afterwards."""
    token = new_token()
    row = _link_row(new_id(), token, purpose, person_id)
    await session_store.insert_link(connection, row | {"created_at": now, "expires_at": expires_at}, scope)
    return token


async def ensure_link(  # noqa: PLR0913  (what a link is made of)
    connection: AsyncConnection,
    secret: bytes,
    *,
    purpose: str,
    scope: Mapping[str, str],
    person_id: PersonId,
    expires_at: datetime,
    now: datetime,
) -> str:
    """The token of the person's one link with this scope: the living one, else a new one; good that long."""
    wanted = {"purpose": purpose, "scope": scope, "person_id": person_id, "now": now}
    found = await find_link(connection, secret, **wanted)  # type: ignore[arg-type]
    if found is not None:
        await session_store.prolong_link(connection, token_hash(found), expires_at)
        return found
    return await make_link(connection, secret, expires_at=expires_at, **wanted)  # type: ignore[arg-type]


async def make_link(  # noqa: PLR0913  (what a link is made of)
    connection: AsyncConnection,
    secret: bytes,
    *,
    purpose: str,
    scope: Mapping[str, str],
    person_id: PersonId,
    expires_at: datetime,
    now: datetime,
    also: Sequence[Rows] = (),
) -> str:
    """The token of a new link, which `find_link` finds again; where there can be none with this scope yet.

    `also`: what is written with it, in one go.
    """
    link_id = new_id()
    token = derived_token(secret, link_id)
    row = _link_row(link_id, token, purpose, person_id)
    parts = session_store.link_rows(row | {"created_at": now, "expires_at": expires_at}, scope)
    await insert_together(connection, *also, *parts)
    return token


def _link_row(link_id: str, token: str, purpose: str, person_id: PersonId | None) -> dict[str, Any]:
    return {
        "id": link_id,
        "token_hash": token_hash(token),
        "purpose": Purpose(purpose).value,
        "person_id": person_id,
    }


async def find_link(
    connection: AsyncConnection,
    secret: bytes,
    *,
    purpose: str,
    scope: Mapping[str, str],
    person_id: PersonId,
    now: datetime,
) -> str | None:
    """The token that `ensure_link` gave, while it is good; changes nothing."""
    for link_id, stored in await session_store.living_links(connection, purpose, scope, person_id, now):
        token = derived_token(secret, link_id)
        if token_hash(token) == stored:  # not one made with another secret, or at random
            return token
    return None


async def revoke_links(
    connection: AsyncConnection, purpose: str, scope_key: str, value: str, now: datetime
) -> int:
    """Withdraw links by what they are for, and with them the sessions made from them; how many."""
    return await session_store.revoke_links(connection, purpose, scope_key, value, now)


async def put_password(
    connection: AsyncConnection,
    person_id: PersonId,
    password_hash: str,
    *,
    actor: PersonId | None,
    now: datetime,
) -> None:
    """Store what accounts.passwords made; every session the person has ends. Audited."""
    await store.put_credential(connection, person_id, password_hash, now)
    await session_store.revoke_sessions(connection, person_id, now)
    await audit(connection, actor=actor, action="password_set", subject=person_id, detail={}, now=now)


async def revoke_sessions(connection: AsyncConnection, person_id: PersonId, now: datetime) -> int:
    """End every session of a person; how many there were."""
    return await session_store.revoke_sessions(connection, person_id, now)


async def audit(
    connection: AsyncConnection,
    *,
    actor: PersonId | None,
    action: str,
    subject: str,
    detail: dict[str, Any],
    now: datetime,
) -> None:
    """Write down who did what to which subject. `detail`: flat, ids and stable words only."""
    values = {"at": now, "actor_id": actor, "action": action, "subject": subject}
    await store.insert_audit(connection, {**values, "detail": trail.checked(action, detail)})


async def create_employer(connection: AsyncConnection, name: str, now: datetime) -> EmployerId:
    """A paying company."""
    employer_id = EmployerId(new_id())
    await store.insert_employer(connection, employer_id, clean_name(name), now)
    return employer_id


async def entitle(
    connection: AsyncConnection, employer_id: EmployerId, person_id: PersonId, now: datetime
) -> None:
    """The employer pays for this person; idempotent."""
    await store.entitle(connection, employer_id, person_id, now)
