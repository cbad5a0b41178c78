"""`todoku therapist`: makes somebody a practice, with licence, hours and places, so that they can be booked.

Each command may be repeated. What a therapist sets afterwards (hours, places, pace) is theirs and changed on
their own page; the licence is staff's to look at.
"""

import argparse
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import roster
from accounts import service as accounts
from accounts.model import Person
from core.clock import SystemClock
from core.ids import PersonId
from scheduler import practice_store
from scheduler.capacity import may_practise
from scheduler.hours import local_day, zone
from scheduler.model import Rule, Therapist
from scheduler.pace import check_rules
from scheduler.practice import Hours, NewTherapist, register_therapist, to_minute, verify_licence
from scheduler.written_hours import parse
from server.cli import Refused
from server.config import Config
from server.setup_words import NEVER
from server.users import add_person, hashed_password
from server.workbench import answer, instant, opened, table

COLUMNS = ("name", "email", "licence", "licence_until", "clients", "timezone", "id")
NOBODY = "nobody yet; `todoku therapist add` adds somebody"
UNVERIFIED = "clients do not see them until you have verified the licence: `todoku therapist verify`"


async def add_therapist(config: Config, options: argparse.Namespace) -> None:
    """The account, where there is none, and the practice, where there is none. Raises Refused."""
    async with opened(config, options) as database:
        hours = weekly(options)
        licence_until(options.verified_until, options.timezone)
        async with database.read() as connection:
            known = await roster.who_works_as(connection, options.email, "therapist")
            if known is not None and await practice_store.find_therapist(connection, known.person_id):
                _already(options, known)
                return
        if known is None and not options.name:
            raise Refused("nobody has this mail address yet: add --name, and an account is made")
        password_hash = "" if known else await hashed_password(config)
        async with database.write() as connection:
            person_id = known.person_id if known else None
            if person_id is None:
                person_id = await add_person(connection, options, "therapist", password_hash)
            await _open_practice(connection, person_id, options, hours)
    notes = [] if options.verified_until else [UNVERIFIED]
    notes += [] if hours else ["they have no hours yet: they set them on their own page"]
    text = "\n".join([f"added {person_id}", *notes])
    answer(options, {"id": person_id, "added": True, "notes": notes}, text)


def _already(options: argparse.Namespace, known: Person) -> None:
    text = f"{known.person_id} has a practice already; nothing was changed"
    answer(options, {"id": known.person_id, "added": False, "notes": []}, text)


def weekly(options: argparse.Namespace) -> list[Hours]:
    """The hours that were written. Raises ValueError, Invalid where they overlap."""
    zone(options.timezone)
    hours = [one for text in options.hours for one in parse(text)]
    rules = [Rule(one.weekday, to_minute(one.start), to_minute(one.end), options.timezone) for one in hours]
    check_rules(rules, "hours")
    return hours


def licence_until(last_day: date | str | None, timezone: str) -> datetime | None:
    """The end of its last day there; None: it has none. Raises ValueError for a day that is over."""
    if not isinstance(last_day, date):
        return None
    ends_at = local_day(last_day, zone(timezone)).ends_at
    if ends_at <= SystemClock().now():
        raise ValueError(f"{last_day} is over: a licence that has ended cannot be verified")
    return ends_at


async def _open_practice(
    connection: AsyncConnection, person_id: PersonId, options: argparse.Namespace, hours: list[Hours]
) -> None:
    now = SystemClock().now()
    new = NewTherapist(
        person_id=person_id,
        licence_kind=options.licence_kind,
        licence_number=options.licence_number,
        licence_verified_at=now if options.verified_until else None,
        licence_expires_at=licence_until(options.verified_until, options.timezone),
        timezone=options.timezone,
        hours=hours,
        capacity=options.capacity,
        headline={"ja": options.about_ja, "en": options.about_en},
        languages=options.language or ["ja"],
    )
    await register_therapist(connection, new, now)
    detail = {"capacity": options.capacity, "verified": options.verified_until is not None}
    await accounts.audit(
        connection, actor=None, action="practice_opened", subject=person_id, detail=detail, now=now
    )


async def verify_therapist(config: Config, options: argparse.Namespace) -> None:
    """The licence was looked at, for the first time or again. Raises Refused."""
    async with opened(config, options) as database, database.write() as connection:
        person = await roster.who_works_as(connection, options.email, "therapist")
        found = await practice_store.find_therapist(connection, person.person_id) if person else None
        if found is None:
            raise Refused("this mail address has no practice; `todoku therapist list` shows them")
        until, now = licence_until(options.verified_until, found.timezone), SystemClock().now()
        await verify_licence(connection, found.id, until, now)
        detail = {"until": instant(until)}
        await accounts.audit(
            connection, actor=None, action="licence_verified", subject=found.id, detail=detail, now=now
        )
    text = f"verified {found.id} until {options.verified_until}"
    answer(
        options, {"id": found.id, "licence_until": instant(until)}, text.replace(f"until {NEVER}", "for good")
    )


async def list_therapists(config: Config, options: argparse.Namespace) -> None:
    """Every therapist, also those whose practice is not set up yet."""
    now = SystemClock().now()
    async with opened(config, options) as database, database.read() as connection:
        people = await roster.working_people(connection, ("therapist",))
        practices = {one.id: one for one in await practice_store.all_therapists(connection)}
    rows = [_row(one, practices.get(one.person_id), now) for one in people]
    answer(options, rows, table(rows, COLUMNS, NOBODY))


def _row(person: Person, practice: Therapist | None, now: datetime) -> dict[str, object]:
    row: dict[str, object] = {"id": person.person_id, "name": person.name, "email": person.email}
    if practice is None:
        return row | {"licence": "no practice", "licence_until": None, "clients": None, "timezone": None}
    reason = may_practise(practice, now)
    return row | {
        "licence": reason.value.removeprefix("licence_") if reason else "verified",
        "licence_until": instant(practice.licence_expires_at),
        "clients": f"{practice.active}/{practice.capacity}",
        "timezone": practice.timezone,
    }
