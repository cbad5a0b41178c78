"""HTTP of accounts: sign in and out, who am I, mailed links. Parses, calls one verb, answers."""

from datetime import datetime
from typing import Annotated, Literal

from aiohttp import web
from pydantic import StringConstraints

from accounts.entry import COOKIES, Accounts, Entered
from accounts.errors import (
    LinkExpired,
    LinkRevoked,
    LinkUnknown,
    SignInRefused,
    TooManyAttempts,
    TooManyLinks,
)
from accounts.model import Person, Purpose
from core.errors import TooMany, Unauthenticated
from core.http import ACCOUNT_COOKIE, Body, Identity, Reply, Route, body, identity, reply

TAG = "accounts"
Mail = Annotated[str, StringConstraints(max_length=320)]
Password = Annotated[str, StringConstraints(strip_whitespace=False, max_length=1000)]


class Credentials(Body):
    """How somebody signs in."""

    email: Mail
    password: Password


class LinkRequest(Body):
    """Whom to mail a sign-in link."""

    email: Mail
    locale: Literal["ja", "en"]


class Token(Body):
    """The last part of a link's address."""

    token: Annotated[str, StringConstraints(max_length=200)]


class Me(Reply):
    """Who is asking. A link session may have no person yet."""

    person_id: str | None
    name: str | None
    roles: list[str]
    locale: str | None
    kind: Literal["account", "link"]
    scope: dict[str, str]


class Exchange(Reply):
    """What the link was for."""

    purpose: Literal["booking", "join", "sign_in"]
    scope: dict[str, str]
    name: str | None


class Nothing(Reply):
    """An empty object."""


class AccountRoutes:
    """The handlers; `secure` sets the cookies' Secure flag."""

    def __init__(self, accounts: Accounts, *, secure: bool) -> None:
        self._accounts = accounts
        self._secure = secure

    async def sign_in(self, request: web.Request) -> web.Response:
        given = await body(request, Credentials)
        previous = request.cookies.get(ACCOUNT_COOKIE)
        entered = await self._accounts.sign_in(given.email, given.password, request.remote or "", previous)
        response = reply(_me(entered.identity, entered.person), 201)
        self._set_cookie(response, entered)
        return response

    async def sign_out(self, request: web.Request) -> web.Response:
        who = identity(request)
        await self._accounts.sign_out(who)
        response = web.Response(status=204)
        response.del_cookie(
            COOKIES[who.kind], path="/", httponly=True, samesite="Lax", secure=self._secure or None
        )
        return response

    async def me(self, request: web.Request) -> web.Response:
        who = identity(request)
        return reply(_me(who, await self._accounts.person(who.person_id)))

    async def request_link(self, request: web.Request) -> web.Response:
        given = await body(request, LinkRequest)
        await self._accounts.request_sign_in_link(given.email, given.locale, request.remote or "")
        return reply(Nothing(), 202)

    async def exchange(self, request: web.Request) -> web.Response:
        given = await body(request, Token)
        await self._accounts.count_exchange(request.remote or "")
        exchanged = await self._accounts.exchange(given.token)
        person = exchanged.entered.person
        response = reply(
            Exchange(
                purpose=exchanged.purpose.value, scope=exchanged.scope, name=person.name if person else None
            )
        )
        self._set_cookie(response, exchanged.entered)
        return response

    def _set_cookie(self, response: web.Response, entered: Entered) -> None:
        response.set_cookie(
            COOKIES[entered.kind],
            entered.token,
            max_age=_max_age_s(entered, self._accounts.clock.now()),
            path="/",
            httponly=True,
            samesite="Lax",
            secure=self._secure or None,
        )


def _max_age_s(entered: Entered, now: datetime) -> int | None:
    """A booking link is shared in a company, perhaps a computer too: its cookie goes with the browser."""
    if entered.identity.scope.get("purpose") == Purpose.BOOKING:
        return None
    return int((entered.ends_at - now).total_seconds())


def _me(who: Identity, person: Person | None) -> Me:
    return Me(
        person_id=who.person_id,
        name=person.name if person else None,
        roles=sorted(who.roles),
        locale=person.locale if person else None,
        kind=who.kind,
        scope=who.scope,
    )


def routes(accounts: Accounts, *, secure: bool) -> list[Route]:
    """Everything under /api that accounts serves."""
    at = AccountRoutes(accounts, secure=secure)
    return [
        Route(
            "POST",
            "/api/sessions",
            at.sign_in,
            "Sign in with mail address and password",
            body=Credentials,
            response=Me,
            status=201,
            tag=TAG,
            errors=(SignInRefused, TooManyAttempts),
        ),
        Route(
            "DELETE",
            "/api/sessions/current",
            at.sign_out,
            "Sign out of the session named by Todoku-Session",
            status=204,
            tag=TAG,
            errors=(Unauthenticated,),
        ),
        Route("GET", "/api/me", at.me, "Who is asking", response=Me, tag=TAG, errors=(Unauthenticated,)),
        Route(
            "POST",
            "/api/sign-in-links",
            at.request_link,
            "Have a sign-in link mailed",
            body=LinkRequest,
            response=Nothing,
            status=202,
            tag=TAG,
            errors=(TooManyLinks,),
        ),
        Route(
            "POST",
            "/api/links/exchange",
            at.exchange,
            "Exchange a link's token for a session",
            body=Token,
            response=Exchange,
            tag=TAG,
            errors=(LinkUnknown, LinkExpired, LinkRevoked, TooMany),
        ),
    ]
