"""SQL for sessions and links, nothing else. Tokens come in as hashes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.model import Link, Purpose
from accounts.sessions import Lifetime
from accounts.tables import link_scope, link_token, session
from core.ids import PersonId
from core.together import Rows, insert_together


@dataclass(frozen=True)
class StoredSession:
    """A session that is neither over nor revoked, with what its link was for."""

    session_id: str
    kind: Literal["account", "link"]
    person_id: PersonId | None
    life: Lifetime
    scope: dict[str, str]


async def insert_session(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    await connection.execute(sa.insert(session).values(**values))


async def live_session(connection: AsyncConnection, token_hash: str, now: datetime) -> StoredSession | None:
    """A withdrawn link ends the sessions made from it."""
    query = (
        sa.select(session, link_token.c.purpose)
        .outerjoin(link_token, link_token.c.id == session.c.link_id)
        .where(
            session.c.token_hash == token_hash,
            session.c.expires_at > now,
            session.c.revoked_at.is_(None),
            link_token.c.revoked_at.is_(None),
        )
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    scope: dict[str, str] = {}
    if row.kind == "link":
        scope = {"purpose": row.purpose, **await _scope(connection, row.link_id)}
    life = Lifetime(row.expires_at, row.ends_at)
    return StoredSession(row.id, row.kind, row.person_id, life, scope)


async def move_expiry(connection: AsyncConnection, session_id: str, expires_at: datetime) -> None:
    change = sa.update(session).where(session.c.id == session_id, session.c.expires_at < expires_at)
    await connection.execute(change.values(expires_at=expires_at))


async def revoke_session(connection: AsyncConnection, session_id: str, now: datetime) -> None:
    change = sa.update(session).where(session.c.id == session_id, session.c.revoked_at.is_(None))
    await connection.execute(change.values(revoked_at=now))


async def revoke_token(connection: AsyncConnection, token_hash: str, now: datetime) -> None:
    change = sa.update(session).where(session.c.token_hash == token_hash, session.c.revoked_at.is_(None))
    await connection.execute(change.values(revoked_at=now))


async def revoke_sessions(connection: AsyncConnection, person_id: str, now: datetime) -> int:
    change = sa.update(session).where(session.c.person_id == person_id, session.c.revoked_at.is_(None))
    return (await connection.execute(change.values(revoked_at=now))).rowcount


async def insert_link(
    connection: AsyncConnection, values: Mapping[str, Any], scope: Mapping[str, str]
) -> None:
    await insert_together(connection, *link_rows(values, scope))


def link_rows(values: Mapping[str, Any], scope: Mapping[str, str]) -> tuple[Rows, Rows]:
    """A link as it is written together with rows of other tables."""
    scopes = [{"link_id": values["id"], "key": key, "value": value} for key, value in sorted(scope.items())]
    return Rows(link_token, [values]), Rows(link_scope, scopes)


async def link_by_hash(connection: AsyncConnection, token_hash: str) -> Link | None:
    row = (
        await connection.execute(sa.select(link_token).where(link_token.c.token_hash == token_hash))
    ).first()
    if row is None:
        return None
    return Link(
        link_id=row.id,
        purpose=Purpose(row.purpose),
        scope=await _scope(connection, row.id),
        person_id=row.person_id,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )


async def _scope(connection: AsyncConnection, link_id: str) -> dict[str, str]:
    query = sa.select(link_scope.c.key, link_scope.c.value).where(link_scope.c.link_id == link_id)
    return {row.key: row.value for row in await connection.execute(query)}


async def prolong_link(connection: AsyncConnection, hashed: str, until: datetime) -> None:
    """Let a link be good at least until then."""
    longer = sa.update(link_token).where(link_token.c.token_hash == hashed, link_token.c.expires_at < until)
    await connection.execute(longer.values(expires_at=until))


async def living_links(
    connection: AsyncConnection, purpose: str, scope: Mapping[str, str], person_id: str, now: datetime
) -> list[tuple[str, str]]:
    """(id, token hash) of the person's links with exactly this scope that can be used, the newest first."""
    key, value = next(iter(scope.items()))
    inside = sa.select(link_scope.c.link_id).where(link_scope.c.key == key, link_scope.c.value == value)
    query = (
        sa.select(link_token.c.id, link_token.c.token_hash)
        .where(
            link_token.c.id.in_(inside),
            link_token.c.purpose == purpose,
            link_token.c.person_id == person_id,
            link_token.c.revoked_at.is_(None),
            link_token.c.expires_at > now,
        )
        .order_by(link_token.c.id.desc())
    )
    rows = (await connection.execute(query)).all()
    return [(row.id, row.token_hash) for row in rows if await _scope(connection, row.id) == dict(scope)]


async def use_once(connection: AsyncConnection, link_id: str, now: datetime) -> bool:
    """True for exactly one caller."""
    change = sa.update(link_token).where(link_token.c.id == link_id, link_token.c.used_at.is_(None))
    return (await connection.execute(change.values(used_at=now))).rowcount == 1


async def revoke_links(
    connection: AsyncConnection, purpose: str, scope_key: str, value: str, now: datetime
) -> int:
    inside = sa.select(link_scope.c.link_id).where(link_scope.c.key == scope_key, link_scope.c.value == value)
    change = sa.update(link_token).where(
        link_token.c.purpose == purpose, link_token.c.revoked_at.is_(None), link_token.c.id.in_(inside)
    )
    return (await connection.execute(change.values(revoked_at=now))).rowcount


async def booking_links(connection: AsyncConnection) -> list[Any]:
    """Those of companies, with `employer_id`, by age."""
    query = (
        sa.select(link_token, link_scope.c.value.label("employer_id"))
        .join(link_scope, link_scope.c.link_id == link_token.c.id)
        .where(link_token.c.purpose == Purpose.BOOKING, link_scope.c.key == "employer_id")
        .order_by(link_token.c.id)
    )
    return list(await connection.execute(query))


async def revoke_link(connection: AsyncConnection, link_id: str, now: datetime) -> bool:
    change = sa.update(link_token).where(link_token.c.id == link_id, link_token.c.revoked_at.is_(None))
    return (await connection.execute(change.values(revoked_at=now))).rowcount == 1


async def revoke_personal_links(
    connection: AsyncConnection,
    person_id: str,
    purpose: str,
    now: datetime,
    scope: Mapping[str, str] | None = None,
) -> None:
    """All of them, or those whose scope holds `scope`."""
    change = sa.update(link_token).where(
        link_token.c.person_id == person_id,
        link_token.c.purpose == purpose,
        link_token.c.revoked_at.is_(None),
        link_token.c.used_at.is_(None),
    )
    for key, value in (scope or {}).items():
        inside = sa.select(link_scope.c.link_id).where(link_scope.c.key == key, link_scope.c.value == value)
        change = change.where(link_token.c.id.in_(inside))
    await connection.execute(change.values(revoked_at=now))


async def prune(connection: AsyncConnection, before: datetime) -> None:
    """Forget sessions and links that ended before then; the audit trail keeps what matters."""
    await connection.execute(sa.delete(session).where(session.c.ends_at < before))
    linked = sa.select(session.c.link_id).where(session.c.link_id.is_not(None))
    old = sa.and_(link_token.c.expires_at < before, link_token.c.id.not_in(linked))
    await connection.execute(sa.delete(link_token).where(old))
