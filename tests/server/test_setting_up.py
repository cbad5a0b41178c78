"""The commands that set an installation up: from nothing to a first booking, and what they refuse."""

import io
import json
import sys
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from accounts.config import AccountsConfig
from accounts.entry import Accounts, Exchanged
from accounts.errors import LinkRevoked
from accounts.passwords import Passwords
from accounts.tables import audit, entitlement
from core.clock import SystemClock
from core.config import DatabaseConfig
from core.database import Database
from core.http import Identity
from scheduler.booking import Wish
from scheduler.browsing import Asked
from scheduler.config import SchedulerConfig
from scheduler.join_links import JoinLinks
from scheduler.model import Span
from scheduler.once import Once
from scheduler.service import SchedulerService
from server.cli import COMMANDS, Refused, parser
from server.config import Config

CHEAP = AccountsConfig(password_memory_kib=64, password_passes=1)
PASSWORD = "long enough"
EMMA = ("therapist", "add", "--email", "emma@test.example", "--name", "Emma")
LICENCE = ("--licence-kind", "physical_therapist", "--licence-number", "A 1", "--capacity", "3")
HOURS = ("--hours", "mon-sun 00:00-24:00")
GOOD = ("--verified-until", "never")


class Terminal:
    """Runs commands as whoever sits at the machine; `say` gives the answer as JSON."""

    def __init__(self, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._config = Config(database=DatabaseConfig(url=url), accounts=CHEAP)
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    async def type(self, *words: str) -> str:
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
        options = parser().parse_args(words)
        await COMMANDS[options.command].run(self._config, options)
        return self._capsys.readouterr().out

    async def say(self, *words: str) -> Any:
        return json.loads(await self.type(*words, "--json"))


@pytest.fixture
def terminal(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    return Terminal(database_url, monkeypatch, capsys)


async def opened_by(database: Database, address: str) -> Exchanged:
    """Follow a booking address."""
    passwords = Passwords(CHEAP)
    try:
        return await Accounts(database, SystemClock(), CHEAP, passwords).exchange(address.rpartition("/")[2])
    finally:
        passwords.close()


async def audited(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.execute(sa.select(audit.c.action).order_by(audit.c.id))).scalars())


async def test_from_nothing_to_a_first_booking(terminal: Terminal, database: Database) -> None:
    await terminal.type("employer", "add", "--name", "みどり製作所")
    emma = (await terminal.say(*EMMA, *LICENCE, *HOURS, *GOOD))["id"]
    address = (await terminal.say("link", "add", "--employer", "みどり製作所"))["address"]
    entered = (await opened_by(database, address)).entered.identity
    who = Identity(None, frozenset(), entered.session_id, "link", entered.scope)
    links = JoinLinks(database, SystemClock(), "https://todoku.example", b"secret")
    service = SchedulerService(database, SchedulerConfig(), SystemClock(), links, "a@todoku.example")
    now = SystemClock().now()
    slots = await service.slots(who, Asked(emma, Span(now, now + timedelta(days=2))))
    wish = Wish(
        emma, slots[0].starts_at, name="花子", email="h@x.example", timezone="Asia/Tokyo", locale="ja"
    )
    booked = await service.book(who, wish, Once(None, b""))
    assert booked.visit.therapist_name == "Emma"
    assert await audited(database) == [
        "employer_added",
        "password_set",
        "person_added",
        "practice_opened",
        "booking_link_issued",
    ]


async def test_what_is_there_already_is_left_as_it_is(terminal: Terminal, database: Database) -> None:
    first = await terminal.say("employer", "add", "--name", "Acme")
    again = await terminal.say("employer", "add", "--name", " Acme ")
    assert (first["added"], again) == (True, {"id": first["id"], "added": False})
    emma = await terminal.say(*EMMA, *LICENCE, *HOURS, *GOOD)
    same = await terminal.say(*EMMA, *LICENCE, "--hours", "sun 10:00-11:00")
    assert (same["id"], same["added"]) == (emma["id"], False)
    assert (await audited(database)).count("practice_opened") == 1


async def test_an_account_that_was_added_before_gets_its_practice(terminal: Terminal) -> None:
    made = await terminal.say(
        "user", "add", "--role", "therapist", "--name", "Emma", "--email", "emma@test.example"
    )
    [row] = await terminal.say("therapist", "list")
    assert row["licence"] == "no practice"
    assert (await terminal.say("therapist", "add", "--email", "Emma@test.example", *LICENCE))["id"] == made[
        "id"
    ]
    [row] = await terminal.say("therapist", "list")
    assert (row["licence"], row["clients"]) == ("unverified", "0/3")


async def test_a_licence_is_verified_until_the_end_of_its_last_day(terminal: Terminal) -> None:
    await terminal.type(*EMMA, *LICENCE)
    day = (SystemClock().now() + timedelta(days=40)).date().isoformat()
    await terminal.type("therapist", "verify", "--email", "emma@test.example", "--verified-until", day)
    [row] = await terminal.say("therapist", "list")
    assert (row["licence"], row["licence_until"]) == ("verified", f"{day}T15:00:00Z")  # Tokyo's midnight
    assert "verified" in await terminal.type("therapist", "list")


async def test_a_revoked_link_opens_nothing(terminal: Terminal, database: Database) -> None:
    await terminal.type("employer", "add", "--name", "Acme")
    made = await terminal.say("link", "add", "--employer", "Acme", "--days", "30")
    [shown] = await terminal.say("link", "list")
    assert (shown["id"], shown["state"], shown["for"]) == (made["id"], "good", "everybody")
    assert made["address"].rpartition("/")[2] not in json.dumps(shown)
    assert await terminal.say("link", "revoke", made["id"]) == [{"id": made["id"], "revoked": True}]
    assert await terminal.say("link", "revoke", made["id"]) == [{"id": made["id"], "revoked": False}]
    with pytest.raises(LinkRevoked):
        await opened_by(database, made["address"])
    assert await terminal.say("link", "list") == []
    [shown] = await terminal.say("link", "list", "--all")
    assert shown["state"] == "revoked"
    assert (await audited(database)).count("booking_link_revoked") == 1


async def test_a_link_for_one_person_knows_them(terminal: Terminal, database: Database) -> None:
    await terminal.type("employer", "add", "--name", "Acme")
    words = ("link", "add", "--employer", "Acme", "--person", "hanako@test.example")
    with pytest.raises(Refused, match="--name"):
        await terminal.type(*words)
    first = await terminal.say(*words, "--name", "花子")
    second = await terminal.say(*words)
    people = [
        (await opened_by(database, one["address"])).entered.identity.person_id for one in (first, second)
    ]
    assert people[0] == people[1] is not None
    async with database.read() as connection:
        assert len((await connection.execute(sa.select(entitlement))).all()) == 1


async def test_who_works_here_is_listed_and_clients_are_not(terminal: Terminal) -> None:
    await terminal.type("employer", "add", "--name", "Acme")
    await terminal.type("link", "add", "--employer", "Acme", "--person", "h@test.example", "--name", "花子")
    await terminal.type("user", "add", "--role", "staff", "--name", "Ren", "--email", "ren@test.example")
    assert [one["name"] for one in await terminal.say("user", "list")] == ["Ren"]
    assert await terminal.say("user", "list", "--role", "therapist") == []
    assert "花子" not in await terminal.type("user", "list")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("link", "add", "--employer", "Nobody"), "employer list"),
        (("link", "revoke", "unknown"), "link list --all"),
        (("employer", "add", "--name", "\udcff"), "cannot be kept"),
        (("employer", "add", "--name", " "), "1 to 100 characters"),
        ((*EMMA, *LICENCE, "--hours", "mon 17:00-09:00"), "end must be after the start"),
        ((*EMMA, *LICENCE, "--hours", "mon 09:00-12:00", "--hours", "mon-tue 11:00-13:00"), "overlaps"),
        ((*EMMA, *LICENCE, "--timezone", "Mars/Phobos"), "Mars/Phobos"),
        ((*EMMA, *LICENCE, "--verified-until", "2020-03-31"), "is over"),
        ((*EMMA[:4], *LICENCE), "--name"),
        (("therapist", "verify", "--email", "no@test.example", "--verified-until", "never"), "no practice"),
    ],
)
async def test_what_cannot_be_done_says_what_can(
    terminal: Terminal, words: tuple[str, ...], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        await terminal.type(*words)
    assert await terminal.say("user", "list") == []


async def test_somebody_elses_account_becomes_no_therapist(terminal: Terminal) -> None:
    await terminal.type("user", "add", "--role", "staff", "--name", "Ren", "--email", "ren@test.example")
    with pytest.raises(Refused, match="not a therapist's"):
        await terminal.type("therapist", "add", "--email", "ren@test.example", *LICENCE)
