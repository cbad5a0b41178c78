"""Links: random, hashed, expiring, revocable; mailed sign-in links work once. On both databases."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from accounts import service
from accounts.errors import LinkExpired, LinkRevoked, LinkUnknown, TooManyLinks
from accounts.links import SHOWN
from accounts.mail import SIGN_IN_LINK, SignInMails
from accounts.tables import link_token, person, session
from core.database import Database
from core.errors import TodokuError
from core.ids import PersonId
from core.mail import Mail
from core.outbox import Outbox
from tests.accounts.people import ADDRESS, CHEAP, accounts_on, add_link, add_person, outbox_payloads
from tests.fakes import FakeClock

MAIL = "hanako@example.com"
JOIN = {"booking_id": "booking-1"}


class KeptMails:
    """A mailer that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    async def send(self, mail: Mail) -> None:
        self.sent.append(mail)

    def token(self) -> str:
        return self.sent[-1].text.split("/sign-in/")[1].split()[0]


async def deliver(database: Database, clock: FakeClock) -> KeptMails:
    mailer = KeptMails()
    mails = SignInMails(database, mailer, clock, CHEAP, "https://todoku.example/")
    await Outbox(database, clock, {SIGN_IN_LINK: [mails.handle]}).deliver_due()
    return mailer


async def test_a_join_link_gives_its_person_a_session_for_that_booking_alone(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    person_id = await add_person(database, clock, roles=("client", "staff"))
    token = await add_link(database, clock, "join", JOIN, person_id)
    exchanged = await accounts.exchange(token)
    assert (exchanged.purpose, exchanged.scope) == ("join", JOIN)
    found = await accounts.identify({"todoku_link": exchanged.entered.token}, "link")
    assert found == exchanged.entered.identity
    assert found is not None
    assert found.person_id == person_id
    assert found.scope == {"purpose": "join", **JOIN}


async def test_a_link_never_carries_a_working_role(database: Database, clock: FakeClock) -> None:
    accounts = accounts_on(database, clock)
    person_id = await add_person(database, clock, roles=("client", "staff", "therapist"))
    exchanged = await accounts.exchange(await add_link(database, clock, "join", JOIN, person_id))
    found = await accounts.identify({"todoku_link": exchanged.entered.token}, "link")
    assert found is not None
    assert found.roles == exchanged.entered.identity.roles == frozenset({"client"})


async def test_a_link_may_be_exchanged_often_and_each_time_gives_another_token(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    token = await add_link(database, clock, "booking", {"employer_id": "e1"})
    first, second = await accounts.exchange(token), await accounts.exchange(token)
    assert first.entered.token != second.entered.token
    assert first.entered.identity.person_id is None
    assert first.entered.identity.roles == frozenset()


async def test_only_the_hash_of_a_links_token_is_stored(database: Database, clock: FakeClock) -> None:
    token = await add_link(database, clock, "booking", {"employer_id": "e1"})
    async with database.read() as connection:
        row = (await connection.execute(sa.select(link_token))).one()
    assert token not in str(row)
    assert len(row.token_hash) == 64


@pytest.mark.parametrize("token", ["", "x" * 43, "../etc/passwd", "\x00" * 40, "あ" * 43])
async def test_a_token_nobody_made_is_unknown(database: Database, clock: FakeClock, token: str) -> None:
    with pytest.raises(LinkUnknown):
        await accounts_on(database, clock).exchange(token)


async def test_an_expired_link_and_the_sessions_made_from_it_are_over(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    token = await add_link(database, clock, "join", JOIN, await add_person(database, clock), hours=1)
    made = (await accounts.exchange(token)).entered
    clock.advance(3599)
    assert await accounts.identify({"todoku_link": made.token}, "link") is not None
    clock.advance(1)
    assert await accounts.identify({"todoku_link": made.token}, "link") is None
    with pytest.raises(LinkExpired):
        await accounts.exchange(token)


async def test_revoking_by_scope_ends_those_links_and_their_sessions_and_no_others(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    person_id = await add_person(database, clock)
    mine = await add_link(database, clock, "join", JOIN, person_id)
    other = await add_link(database, clock, "join", {"booking_id": "booking-2"}, person_id)
    made = (await accounts.exchange(mine)).entered
    async with database.write() as connection:
        assert await service.revoke_links(connection, "join", "booking_id", "booking-1", clock.now()) == 1
    assert await accounts.identify({"todoku_link": made.token}, "link") is None
    with pytest.raises(LinkRevoked):
        await accounts.exchange(mine)
    assert (await accounts.exchange(other)).scope == {"booking_id": "booking-2"}


async def test_a_known_person_gets_a_mail_whose_link_signs_them_in_and_proves_the_address(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    person_id = await add_person(database, clock, email=MAIL)
    await accounts.request_sign_in_link("Hanako@example.com", "en", ADDRESS)
    mailer = await deliver(database, clock)
    assert [mail.to for mail in mailer.sent] == [MAIL]
    entered = (await accounts.exchange(mailer.token())).entered
    found = await accounts.identify({"todoku_account": entered.token}, "account")
    assert found is not None
    assert found.person_id == person_id
    async with database.read() as connection:
        assert (await service.people(connection, [person_id]))[person_id].email_verified


async def test_an_unknown_address_leaves_the_same_trace_and_gets_no_mail(
    database: Database, clock: FakeClock
) -> None:
    await accounts_on(database, clock).request_sign_in_link("nobody@example.com", "ja", ADDRESS)
    assert [set(payload) for payload in await outbox_payloads(database)] == [
        {"person_id", "locale", "request_id"}
    ]
    assert (await deliver(database, clock)).sent == []


async def test_no_address_and_no_token_waits_in_the_outbox(database: Database, clock: FakeClock) -> None:
    await add_person(database, clock, email=MAIL)
    await accounts_on(database, clock).request_sign_in_link(MAIL, "ja", ADDRESS)
    mailer = await deliver(database, clock)
    payloads = str(await outbox_payloads(database))
    assert MAIL not in payloads
    assert mailer.token() not in payloads


async def test_a_sign_in_link_works_for_one_of_eight_who_use_it_at_once(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    person_id = await add_person(database, clock, email=MAIL, verified=True)
    token = await add_link(database, clock, "sign_in", {}, person_id)

    async def use() -> str:
        try:
            await accounts.exchange(token)
        except TodokuError as error:
            return error.code
        return "in"

    results = await asyncio.gather(*(use() for _ in range(8)))
    assert sorted(results) == ["in"] + ["link_expired"] * 7
    async with database.read() as connection:
        count = (await connection.execute(sa.select(sa.func.count()).select_from(session))).scalar()
    assert count == 1


async def test_who_has_verified_the_address_gets_the_link_before_who_named_it_later(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    holder = await add_person(database, clock, email=MAIL, verified=True)
    await add_person(database, clock, email=MAIL)
    await accounts.request_sign_in_link(MAIL, "ja", ADDRESS)
    entered = (await accounts.exchange((await deliver(database, clock)).token())).entered
    assert entered.identity.person_id == holder


async def test_verifying_an_address_puts_out_whoever_only_named_it(
    database: Database, clock: FakeClock
) -> None:
    """Somebody books with another's mail address, keeps the session and waits for the owner to come."""
    accounts = accounts_on(database, clock)
    squatted = await add_person(database, clock, email=MAIL)
    shared = await add_link(database, clock, "booking", {"employer_id": "e1"})
    squatter = (await accounts.exchange(shared)).entered
    async with database.write() as connection:
        own = session.c.id == squatter.identity.session_id
        await connection.execute(sa.update(session).where(own).values(person_id=squatted))
    owner_link = await add_link(database, clock, "sign_in", {}, squatted)
    await accounts.exchange(owner_link)
    assert await accounts.identify({"todoku_link": squatter.token}, "link") is None
    assert (await accounts.exchange(shared)).entered.identity.person_id is None


async def test_of_two_who_named_an_address_only_the_first_to_prove_it_can_sign_in(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    persons = [await add_person(database, clock, email=MAIL) for _ in range(2)]
    links = [await add_link(database, clock, "sign_in", {}, one) for one in persons]
    await accounts.exchange(links[0])
    with pytest.raises(LinkRevoked):
        await accounts.exchange(links[1])
    async with database.read() as connection:
        query = sa.select(person.c.id).where(person.c.email_verified_at.is_not(None))
        assert (await connection.execute(query)).scalars().all() == [persons[0]]


async def test_proving_an_address_ends_what_was_shown_to_others_and_keeps_what_was_mailed_there(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    person_id = await add_person(database, clock, email=MAIL)
    mailed = await add_link(database, clock, "join", JOIN, person_id)
    shown = await add_link(database, clock, "join", JOIN | SHOWN, person_id)
    await accounts.exchange(await add_link(database, clock, "sign_in", {}, person_id))
    assert (await accounts.exchange(mailed)).scope == JOIN
    with pytest.raises(LinkRevoked):
        await accounts.exchange(shown)


async def test_a_link_that_is_ensured_is_one_link_and_found_without_a_change(
    database: Database, clock: FakeClock
) -> None:
    person_id, secret = await add_person(database, clock), b"secret"

    async def ensure(scope: dict[str, str], secret: bytes = secret) -> str:
        wanted = {"purpose": "join", "scope": scope, "person_id": person_id, "now": clock.now()}
        until = clock.now() + timedelta(hours=1)
        async with database.write() as connection:
            return await service.ensure_link(connection, secret, **wanted, expires_at=until)  # type: ignore[arg-type]

    async def find(scope: dict[str, str], secret: bytes = secret) -> str | None:
        wanted = {"purpose": "join", "scope": scope, "person_id": person_id, "now": clock.now()}
        async with database.read() as connection:
            return await service.find_link(connection, secret, **wanted)  # type: ignore[arg-type]

    assert await find(JOIN) is None
    token = await ensure(JOIN)
    assert await ensure(JOIN) == await find(JOIN) == token
    assert await find(JOIN | SHOWN) is None
    assert (await ensure(JOIN | SHOWN), await find(JOIN, b"another")) != (token, token)
    assert (await accounts_on(database, clock).exchange(token)).scope == JOIN
    async with database.read() as connection:
        rows = (await connection.execute(sa.select(link_token))).all()
    assert len(rows) == 2
    assert token not in str(rows)
    clock.advance(3600)
    assert await find(JOIN) is None
    assert await ensure(JOIN) != token


async def test_one_person_cannot_be_flooded_with_sign_in_mails(database: Database, clock: FakeClock) -> None:
    accounts = accounts_on(database, clock)
    await add_person(database, clock, email=MAIL)
    for number in range(3):
        await accounts.request_sign_in_link(MAIL, "ja", f"198.51.100.{number}")
    with pytest.raises(TooManyLinks) as caught:
        await accounts.request_sign_in_link(MAIL, "ja", "198.51.100.9")
    assert caught.value.extra == {"retry_after_s": 300}
    assert len((await deliver(database, clock)).sent) == 3


async def test_a_mail_delivered_twice_keeps_its_message_id(database: Database, clock: FakeClock) -> None:
    person_id = await add_person(database, clock, email=MAIL)
    mailer = KeptMails()
    mails = SignInMails(database, mailer, clock, CHEAP, "https://todoku.example")
    payload = {"person_id": person_id, "locale": "ja", "request_id": "r1"}
    await mails.handle(payload)
    await mails.handle(payload)
    assert [mail.message_id for mail in mailer.sent] == ["sign-in-r1@todoku.example"] * 2


async def test_an_event_about_somebody_gone_or_without_address_is_taken_calmly(
    database: Database, clock: FakeClock
) -> None:
    mailer = KeptMails()
    mails = SignInMails(database, mailer, clock, CHEAP, "https://todoku.example")
    nameless = await add_person(database, clock)
    for person_id in (PersonId("gone"), nameless):
        await mails.handle({"person_id": person_id, "locale": "ja", "request_id": "r1"})
    assert mailer.sent == []
