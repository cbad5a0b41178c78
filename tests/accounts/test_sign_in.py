"""Signing in with a password, sessions, throttling; on both databases."""

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from accounts.entry import Entered
from accounts.errors import PasswordRefused, SignInRefused, TooManyAttempts
from accounts.passwords import Passwords
from accounts.tables import audit, credential, session
from core.database import Database
from core.errors import TodokuError
from tests.accounts.people import (
    ADDRESS,
    CHEAP,
    PASSWORD,
    accounts_on,
    add_person,
    add_therapist,
)
from tests.fakes import FakeClock

MAIL = "sato@example.com"


def cookie(entered: Entered) -> dict[str, str]:
    return {f"todoku_{entered.kind}": entered.token}


async def test_the_right_password_gives_a_session_with_the_persons_roles(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    person_id = await add_therapist(accounts, database, clock)
    entered = await accounts.sign_in(" Sato@Example.COM", PASSWORD, ADDRESS)
    found = await accounts.identify(cookie(entered), "account")
    assert found == entered.identity
    assert found is not None
    assert found.person_id == person_id
    assert found.roles == frozenset({"therapist", "client"})
    assert found.kind == "account"


@pytest.mark.parametrize(
    ("mail", "password"),
    [
        (MAIL, "wrong password"),
        ("nobody@example.com", PASSWORD),
        ("no address", PASSWORD),
        (MAIL, "x" * 1000),
    ],
)
async def test_wrong_password_and_unknown_mail_are_refused_alike(
    database: Database, clock: FakeClock, mail: str, password: str
) -> None:
    accounts = accounts_on(database, clock)
    await add_therapist(accounts, database, clock)
    with pytest.raises(SignInRefused) as caught:
        await accounts.sign_in(mail, password, ADDRESS)
    assert caught.value.detail == SignInRefused.title
    assert caught.value.extra == {}


async def test_an_unknown_person_costs_a_whole_password_check() -> None:
    passwords = Passwords(CHEAP)
    checked: list[str] = []
    matches = passwords._matches

    def watched(stored: str, password: str) -> bool:
        checked.append(stored)
        return matches(stored, password)

    passwords._matches = watched  # type: ignore[method-assign]
    assert not await passwords.verify(None, PASSWORD)
    assert len(checked) == 1
    assert checked[0].startswith("$argon2id$")
    passwords.close()


async def test_an_unverified_address_cannot_sign_in_with_a_password(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    person_id = await add_person(database, clock, email=MAIL)
    await accounts.set_password(person_id, PASSWORD)
    with pytest.raises(SignInRefused):
        await accounts.sign_in(MAIL, PASSWORD, ADDRESS)


async def test_only_hashes_of_tokens_and_passwords_are_stored(database: Database, clock: FakeClock) -> None:
    accounts = accounts_on(database, clock)
    await add_therapist(accounts, database, clock)
    entered = await accounts.sign_in(MAIL, PASSWORD, ADDRESS)
    async with database.read() as connection:
        stored = (await connection.execute(sa.select(session.c.token_hash))).scalars().all()
        hashes = (await connection.execute(sa.select(credential.c.password_hash))).scalars().all()
    assert entered.token not in stored
    assert [word.split("$")[1] for word in hashes] == ["argon2id"]


async def test_signing_in_gives_a_new_token_and_ends_the_browsers_old_session(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    await add_therapist(accounts, database, clock)
    first = await accounts.sign_in(MAIL, PASSWORD, ADDRESS)
    second = await accounts.sign_in(MAIL, PASSWORD, ADDRESS, previous=first.token)
    assert first.token != second.token
    assert await accounts.identify(cookie(first), "account") is None
    assert await accounts.identify(cookie(second), "account") is not None


async def test_a_token_planted_before_signing_in_is_worth_nothing(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    await add_therapist(accounts, database, clock)
    planted = "planted-by-somebody-else-0123456789"
    entered = await accounts.sign_in(MAIL, PASSWORD, ADDRESS, previous=planted)
    assert entered.token != planted
    assert await accounts.identify({"todoku_account": planted}, "account") is None


async def test_signing_out_ends_the_session_for_every_copy_of_its_token(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    await add_therapist(accounts, database, clock)
    entered = await accounts.sign_in(MAIL, PASSWORD, ADDRESS)
    other = await accounts.sign_in(MAIL, PASSWORD, ADDRESS)
    await accounts.sign_out(entered.identity)
    assert await accounts.identify(cookie(entered), "account") is None
    assert await accounts.identify(cookie(other), "account") is not None


async def test_revoking_a_persons_sessions_ends_all_of_them_and_is_audited(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    person_id = await add_therapist(accounts, database, clock)
    entered = [await accounts.sign_in(MAIL, PASSWORD, ADDRESS) for _ in range(2)]
    assert await accounts.revoke_sessions(person_id, actor=None) == 2
    assert [await accounts.identify(cookie(one), "account") for one in entered] == [None, None]
    async with database.read() as connection:
        query = sa.select(audit.c.detail).where(audit.c.action == "sessions_revoked")
        assert (await connection.execute(query)).scalar() == {"sessions": 2}


async def test_a_new_password_ends_the_sessions_made_with_the_old_one(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    person_id = await add_therapist(accounts, database, clock)
    entered = await accounts.sign_in(MAIL, PASSWORD, ADDRESS)
    await accounts.set_password(person_id, "another password")
    assert await accounts.identify(cookie(entered), "account") is None
    with pytest.raises(SignInRefused):
        await accounts.sign_in(MAIL, PASSWORD, ADDRESS)


@pytest.mark.parametrize("password", ["short", "x" * 201])
async def test_a_password_too_short_or_too_long_is_not_set(
    database: Database, clock: FakeClock, password: str
) -> None:
    accounts = accounts_on(database, clock)
    person_id = await add_person(database, clock)
    with pytest.raises(PasswordRefused):
        await accounts.set_password(person_id, password)


async def test_a_session_lives_on_with_use_and_ends_without(database: Database, clock: FakeClock) -> None:
    accounts = accounts_on(database, clock, replace(CHEAP, session_idle_s=3600, session_longest_s=6000))
    await add_therapist(accounts, database, clock)
    entered = await accounts.sign_in(MAIL, PASSWORD, ADDRESS)
    clock.advance(3000)
    assert await accounts.identify(cookie(entered), "account") is not None
    clock.advance(2999)  # 5999 s after signing in, 2999 after the last use
    assert await accounts.identify(cookie(entered), "account") is not None
    clock.advance(1)
    assert await accounts.identify(cookie(entered), "account") is None


@pytest.mark.parametrize("which", ["link", "", "admin", "__class__"])
async def test_a_cookie_is_only_good_under_its_own_name(
    database: Database, clock: FakeClock, which: str
) -> None:
    accounts = accounts_on(database, clock)
    await add_therapist(accounts, database, clock)
    entered = await accounts.sign_in(MAIL, PASSWORD, ADDRESS)
    both = {"todoku_account": entered.token, "todoku_link": entered.token}
    assert await accounts.identify(both, which) is None


async def test_the_sixth_wrong_password_must_wait_and_the_right_one_too(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    await add_therapist(accounts, database, clock)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            await accounts.sign_in(MAIL, "wrong password", ADDRESS)
    with pytest.raises(TooManyAttempts) as caught:
        await accounts.sign_in(MAIL, PASSWORD, ADDRESS)
    assert caught.value.extra == {"retry_after_s": 180}
    clock.advance(180)
    assert (await accounts.sign_in(MAIL, PASSWORD, ADDRESS)).kind == "account"


async def test_a_colleague_behind_the_same_address_is_not_held_up(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    await add_therapist(accounts, database, clock)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            await accounts.sign_in("colleague@example.com", "wrong password", ADDRESS)
    assert (await accounts.sign_in(MAIL, PASSWORD, ADDRESS)).kind == "account"


async def test_a_whole_company_signing_in_from_one_address_is_let_in(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock, replace(CHEAP, attempts_per_address=3))
    await add_therapist(accounts, database, clock)
    entered = [await accounts.sign_in(MAIL, PASSWORD, ADDRESS) for _ in range(8)]
    assert len({one.token for one in entered}) == 8


async def test_one_account_attacked_from_many_addresses_is_slowed_down(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock, replace(CHEAP, attempts_per_account=4))
    await add_therapist(accounts, database, clock)
    for number in range(4):
        with pytest.raises(SignInRefused):
            await accounts.sign_in(MAIL, "wrong password", f"198.51.100.{number}")
    with pytest.raises(TooManyAttempts):
        await accounts.sign_in(MAIL, "wrong password", "198.51.100.99")


async def test_one_address_trying_many_accounts_is_slowed_down(database: Database, clock: FakeClock) -> None:
    accounts = accounts_on(database, clock, replace(CHEAP, attempts_per_address=4))
    for number in range(4):
        with pytest.raises(SignInRefused):
            await accounts.sign_in(f"a{number}@example.com", "wrong password", ADDRESS)
    with pytest.raises(TooManyAttempts):
        await accounts.sign_in("a5@example.com", "wrong password", ADDRESS)


async def test_guesses_at_the_same_moment_are_all_counted(database: Database, clock: FakeClock) -> None:
    accounts = accounts_on(database, clock)
    await add_therapist(accounts, database, clock)

    async def guess() -> str:
        try:
            await accounts.sign_in(MAIL, "wrong password", ADDRESS)
        except TodokuError as error:
            return error.code
        return "in"

    codes = await asyncio.gather(*(guess() for _ in range(16)))
    assert sorted(codes) == ["sign_in_refused"] * 5 + ["too_many_attempts"] * 11


async def test_a_full_queue_of_hashes_answers_too_many_instead_of_piling_up() -> None:
    passwords = Passwords(replace(CHEAP, password_queue=2, password_threads=1))
    stored = await passwords.hash(PASSWORD)
    answers = await asyncio.gather(
        *(passwords.verify(stored, PASSWORD) for _ in range(4)), return_exceptions=True
    )
    assert [answer is True for answer in answers] == [True, True, False, False]
    assert all(isinstance(answer, TooManyAttempts) for answer in answers[2:])
    passwords.close()


async def test_a_hash_with_yesterdays_costs_is_renewed_at_sign_in(
    database: Database, clock: FakeClock
) -> None:
    await add_therapist(accounts_on(database, clock), database, clock)
    dearer = accounts_on(database, clock, replace(CHEAP, password_passes=2))
    await dearer.sign_in(MAIL, PASSWORD, ADDRESS)
    async with database.read() as connection:
        stored = (await connection.execute(sa.select(credential.c.password_hash))).scalar_one()
    assert "t=2" in stored
    await dearer.sign_in(MAIL, PASSWORD, ADDRESS)


async def test_pruning_forgets_old_sessions_and_idle_throttles_but_nothing_alive(
    database: Database, clock: FakeClock
) -> None:
    accounts = accounts_on(database, clock)
    await add_therapist(accounts, database, clock)
    await accounts.sign_in(MAIL, PASSWORD, ADDRESS)
    clock.advance(38 * 86400)
    entered = await accounts.sign_in(MAIL, PASSWORD, ADDRESS)
    await accounts.prune()
    async with database.read() as connection:
        left = (await connection.execute(sa.select(session.c.id))).scalars().all()
    assert left == [entered.identity.session_id]
