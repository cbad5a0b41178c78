"""How people come in and go: passwords, mailed links, sessions.

Each verb opens its own transactions. What may be decided without I/O stands in throttle.py, sessions.py
and links.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import links, service, session_store, sessions, store, throttle
from accounts.attempts import Attempts
from accounts.config import AccountsConfig
from accounts.errors import (
    LinkExpired,
    LinkRevoked,
    LinkUnknown,
    SignInRefused,
    TooManyAttempts,
    TooManyLinks,
)
from accounts.mail import SIGN_IN_LINK
from accounts.model import LINK_ROLES, Link, Person, Purpose, normalize_email
from accounts.passwords import Passwords
from core import outbox
from core.clock import Clock
from core.database import Database, violation
from core.errors import Invalid, TooMany
from core.http import ACCOUNT_COOKIE, LINK_COOKIE, Identity
from core.ids import PersonId, new_id, new_token, token_hash

COOKIES = {"account": ACCOUNT_COOKIE, "link": LINK_COOKIE}
KEPT_AFTER_END = timedelta(days=30)

log = structlog.get_logger()


@dataclass(frozen=True)
class Entered:
    """A fresh session: its secret for the cookie, and until when at most."""

    token: str
    kind: str
    identity: Identity
    person: Person | None
    ends_at: datetime


@dataclass(frozen=True)
class Exchanged:
    """What a link was for, with the session it gave."""

    purpose: Purpose
    scope: dict[str, str]
    entered: Entered


class Accounts:
    """Sign-in, sign-out, links and who is asking."""

    def __init__(
        self, database: Database, clock: Clock, config: AccountsConfig, passwords: Passwords
    ) -> None:
        self.clock = clock
        self._database = database
        self._config = config
        self._passwords = passwords
        self._attempts = Attempts(database, clock)

    async def sign_in(self, email: str, password: str, address: str, previous: str | None = None) -> Entered:
        """A new account session; the one in `previous` (a cookie's token) ends.

        Raises SignInRefused, TooManyAttempts.
        """
        account = _comparable(email)
        limits = self._sign_in_limits(account, address)
        await self._attempts.count(limits, TooManyAttempts)
        async with self._database.read() as connection:
            found = await store.credential_for(connection, account)
        stored = found[1] if found else None
        if not await self._passwords.verify(stored, password) or found is None:
            log.info("sign_in_refused")
            raise SignInRefused
        person_id, password_hash = found
        renewed = await self._renewed_hash(password_hash, password)

        async def work(connection: AsyncConnection) -> Entered:
            if renewed is not None:
                await store.put_credential(connection, person_id, renewed, self.clock.now())
            await self._attempts.refund(connection, limits)
            if previous is not None and sessions.plausible(previous):
                await session_store.revoke_token(connection, token_hash(previous), self.clock.now())
            return await self._enter_account(connection, person_id, "password")

        return await self._database.transact(work)

    async def sign_out(self, identity: Identity) -> None:
        """The session ends now, wherever its token may be."""
        async with self._database.write() as connection:
            await session_store.revoke_session(connection, identity.session_id, self.clock.now())

    async def set_password(self, person_id: PersonId, password: str, actor: PersonId | None = None) -> None:
        """Also ends every session the person has. Raises PasswordRefused."""
        password_hash = await self._passwords.hash(password)
        now = self.clock.now()
        async with self._database.write() as connection:
            await service.put_password(connection, person_id, password_hash, actor=actor, now=now)

    async def revoke_sessions(self, person_id: PersonId, actor: PersonId | None) -> int:
        """End every session of a person, audited; how many there were."""
        now = self.clock.now()
        async with self._database.write() as connection:
            ended = await service.revoke_sessions(connection, person_id, now)
            detail = {"sessions": ended}
            await service.audit(
                connection, actor=actor, action="sessions_revoked", subject=person_id, detail=detail, now=now
            )
        return ended

    async def request_sign_in_link(self, email: str, locale: str, address: str) -> None:
        """Have a link mailed, if somebody can be reached there; the answer and its time do not tell.

        Raises TooManyLinks, Invalid.
        """
        account = normalize_email(email)
        await self._attempts.count(self._link_limits(account, address), TooManyLinks)
        now = self.clock.now()
        async with self._database.write() as connection:
            person_id = await store.reachable(connection, account)
            payload = {"person_id": person_id, "locale": locale, "request_id": new_id()}
            await outbox.put(connection, SIGN_IN_LINK, payload, now=now)

    async def count_exchange(self, address: str) -> None:
        """One more link opened from `address`: each makes a session. Raises TooMany."""
        limit = throttle.Limit(self._config.exchanges_per_address, self._window)
        key = throttle.key("exchange_address", throttle.network(address))
        await self._attempts.count({key: limit}, TooMany)

    async def exchange(self, token: str) -> Exchanged:
        """A session for a link's token. Raises LinkUnknown, LinkExpired, LinkRevoked."""
        if not sessions.plausible(token):
            raise LinkUnknown
        async with self._database.read() as connection:
            link = await session_store.link_by_hash(connection, token_hash(token))
        if link is None:
            raise LinkUnknown
        links.check(link, self.clock.now())
        enter = self._sign_in_by_link if link.purpose in links.SINGLE_USE else self._enter_link
        entered = await self._database.transact(lambda connection: enter(connection, link))
        return Exchanged(link.purpose, link.scope, entered)

    async def identify(self, cookies: Mapping[str, str], which: str) -> Identity | None:
        """Whose session the cookie named by `which` ("account" or "link") holds, None if nobody's."""
        token = cookies.get(COOKIES[which]) if which in COOKIES else None
        if token is None or not sessions.plausible(token):
            return None
        now = self.clock.now()
        async with self._database.read() as connection:
            stored = await session_store.live_session(connection, token_hash(token), now)
            if stored is None or stored.kind != which:
                return None
            roles = await store.roles_of(connection, stored.person_id) if stored.person_id else frozenset()
        moved = sessions.slide(stored.life, now, self._idle(which))
        if moved is not None:
            async with self._database.write() as connection:
                await session_store.move_expiry(connection, stored.session_id, moved)
        allowed = roles & LINK_ROLES if which == "link" else roles
        return Identity(stored.person_id, allowed, stored.session_id, stored.kind, stored.scope)

    async def person(self, person_id: PersonId | None) -> Person | None:
        if person_id is None:
            return None
        async with self._database.read() as connection:
            return (await store.persons(connection, [person_id])).get(person_id)

    async def prune(self) -> None:
        """Forget what ended long ago; a job calls this."""
        now = self.clock.now()
        async with self._database.write() as connection:
            await store.prune_throttles(connection, now)
            await session_store.prune(connection, now - KEPT_AFTER_END)

    @property
    def _window(self) -> timedelta:
        return timedelta(seconds=self._config.attempt_window_s)

    def _sign_in_limits(self, account: str, address: str) -> dict[str, throttle.Limit]:
        window = self._window
        site = throttle.network(address)
        return {
            throttle.key("pair", site, account): throttle.Limit(
                self._config.attempts_per_address_and_account, window
            ),
            throttle.key("account", account): throttle.Limit(self._config.attempts_per_account, window),
            throttle.key("address", site): throttle.Limit(self._config.attempts_per_address, window),
        }

    def _link_limits(self, account: str, address: str) -> dict[str, throttle.Limit]:
        window = self._window
        return {
            throttle.key("link_account", account): throttle.Limit(self._config.links_per_account, window),
            throttle.key("link_address", throttle.network(address)): throttle.Limit(
                self._config.links_per_address, window
            ),
        }

    async def _renewed_hash(self, stored: str, password: str) -> str | None:
        """The costs have been raised since: this is the moment the password is at hand."""
        return await self._passwords.hash(password) if self._passwords.outdated(stored) else None

    def _idle(self, kind: str) -> timedelta:
        of_kind = {"account": self._config.session_idle_s, "link": self._config.link_session_idle_s}
        return timedelta(seconds=of_kind[kind])

    async def _sign_in_by_link(self, connection: AsyncConnection, link: Link) -> Entered:
        now = self.clock.now()
        if not await session_store.use_once(connection, link.link_id, now):
            raise LinkExpired("This link was used already")
        person_id = link.person_id
        if person_id is None:  # refused by the database too: sign_in_link_has_person
            raise LinkRevoked
        try:
            newly_verified = await store.verify_email(connection, person_id, now)
        except IntegrityError as error:
            if violation(error) == "person_verified_email":  # somebody else has proven the address since
                raise LinkRevoked from None
            raise
        if newly_verified:  # whoever only named this address until now is out
            await session_store.revoke_sessions(connection, person_id, now)
            revoke = session_store.revoke_personal_links
            await revoke(connection, person_id, Purpose.BOOKING, now)
            await revoke(connection, person_id, Purpose.JOIN, now, links.SHOWN)  # what was mailed stays
        return await self._enter_account(connection, person_id, "link")

    async def _enter_account(self, connection: AsyncConnection, person_id: PersonId, method: str) -> Entered:
        now = self.clock.now()
        await service.audit(
            connection,
            actor=person_id,
            action="sign_in",
            subject=person_id,
            detail={"method": method},
            now=now,
        )
        ends_at = now + timedelta(seconds=self._config.session_longest_s)
        return await self._open(connection, "account", person_id, None, ends_at)

    async def _enter_link(self, connection: AsyncConnection, link: Link) -> Entered:
        return await self._open(connection, "link", link.person_id, link, link.expires_at)

    async def _open(
        self,
        connection: AsyncConnection,
        kind: str,
        person_id: PersonId | None,
        link: Link | None,
        ends_at: datetime,
    ) -> Entered:
        """A new token every time, so that nobody can plant one beforehand."""
        now, token, session_id = self.clock.now(), new_token(), new_id()
        life = sessions.begin(now, self._idle(kind), ends_at)
        values = {
            "id": session_id,
            "token_hash": token_hash(token),
            "kind": kind,
            "person_id": person_id,
            "link_id": link.link_id if link else None,
            "created_at": now,
            "expires_at": life.expires_at,
            "ends_at": life.ends_at,
        }
        await session_store.insert_session(connection, values)
        person = (await store.persons(connection, [person_id])).get(person_id) if person_id else None
        roles = person.roles if person else frozenset()
        allowed, scope = roles, {}
        if link is not None:
            allowed, scope = roles & LINK_ROLES, {"purpose": link.purpose.value, **link.scope}
        identity = Identity(person_id, allowed, session_id, "link" if link else "account", scope)
        return Entered(token, kind, identity, person, ends_at)


def _comparable(email: str) -> str:
    """What cannot be an address is compared as one that nobody has; sign-in then fails like any other."""
    try:
        return normalize_email(email)
    except Invalid:
        return ""
