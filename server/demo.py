"""Demonstration data: one employer, three therapists, staff, one client, and a session that starts now.

Made by `todoku serve --demo` alone. People and hours are made once; links and the session are renewed at each
start, since they pass. Everything goes through the folders' own use-cases, nothing is written past them.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from accounts import store
from accounts.entry import Accounts
from accounts.tables import entitlement
from core.clock import Clock
from core.database import Database
from core.ids import BookingId, EmployerId, PersonId, new_token
from scheduler.config import SchedulerConfig
from scheduler.errors import ClientBusy, SlotTaken
from scheduler.service import Arrangement, Hours, NewTherapist, book_on_behalf, register_therapist
from scheduler.tables import booking

FILE = "demo.json"
ZONE = "Asia/Tokyo"
LINK_LIFE = timedelta(days=30)
QUARTER = timedelta(minutes=15)
LATEST_QUARTERS = 96
LICENCE_LIFE = timedelta(days=365 * 3)
WEEKDAYS = range(5)


@dataclass(frozen=True)
class Profile:
    """A therapist to make."""

    name: str
    name_en: str | None
    email: str
    languages: tuple[str, ...]
    ja: str
    en: str
    capacity: int
    hours: tuple[tuple[str, str], ...]
    weekdays: tuple[int, ...]


THERAPISTS = (
    Profile(
        "佐藤 美咲",
        "Misaki Sato",
        "misaki.sato@demo.example",
        ("ja", "en"),
        "肩と首まわり。デスクワークの姿勢づくりを一緒に考えます。",
        "Shoulders and neck. Let us find a way to sit and move that suits your desk.",
        5,
        (("09:00", "12:00"), ("13:00", "18:00")),
        tuple(WEEKDAYS),
    ),
    Profile(
        "田中 健一",
        "Kenichi Tanaka",
        "kenichi.tanaka@demo.example",
        ("ja",),
        "腰まわり。仕事を続けながら、できることから始めます。",
        "Lower back. We start with what is possible alongside your work.",
        3,
        (("18:00", "22:00"),),
        (*WEEKDAYS, 5),
    ),
    Profile(
        "Emma Suzuki",
        None,
        "emma.suzuki@demo.example",
        ("en", "ja"),
        "英語でも日本語でも。運動習慣づくりが得意です。",
        "In English or Japanese. I help you make moving a habit.",
        4,
        (("07:00", "11:00"), ("19:00", "21:00")),
        tuple(range(7)),
    ),
)
STAFF_EMAIL = "staff@demo.example"
CLIENT = ("山本 陽菜", "haruna.yamamoto@demo.example")


@dataclass(frozen=True)
class Seeds:
    """What was made once, by id."""

    employer_id: EmployerId
    client_id: PersonId
    staff_id: PersonId
    therapist_ids: tuple[PersonId, ...]


@dataclass(frozen=True)
class Demo:
    """What making the demonstration needs."""

    database: Database
    accounts: Accounts
    clock: Clock
    scheduler: SchedulerConfig
    public_url: str


async def prepare_demo(demo: Demo, var: Path) -> str:
    """Make or renew it, write var/demo.json, return what to print."""
    path = var / FILE
    seeds = await _find(demo)
    # A file that outlived its database names passwords that nobody has.
    known = await asyncio.to_thread(_read, path) if seeds else Known({})
    seeds = seeds or await _seed(demo)
    passwords = known.passwords or await _set_passwords(demo, seeds)
    booking_id = await _session_now(demo, seeds)
    document = await _document(demo, seeds, passwords, booking_id)
    await asyncio.to_thread(_write, path, document)
    return banner(document, path)


@dataclass(frozen=True)
class Known:
    """What an earlier start wrote down: passwords cannot be read back from the database."""

    passwords: dict[str, str]


def _read(path: Path) -> Known:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        people = [*document["therapists"], document["staff"]]
        return Known({person["email"]: person["password"] for person in people})
    except (OSError, ValueError, KeyError, TypeError):
        return Known({})


def _write(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # it holds passwords
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=2)
    partial.replace(path)


async def _find(demo: Demo) -> Seeds | None:
    """What an earlier start made, all in one transaction; None when it is not there."""
    emails = [STAFF_EMAIL, CLIENT[1], *(profile.email for profile in THERAPISTS)]
    async with demo.database.read() as connection:
        ids = [await store.verified_holder(connection, email) for email in emails]
        client_id = ids[1]
        if client_id is None:
            return None
        query = sa.select(entitlement.c.employer_id).where(entitlement.c.person_id == client_id)
        employer_id = (await connection.execute(query)).scalar_one()
    found = [person_id for person_id in ids if person_id is not None]
    return Seeds(EmployerId(employer_id), client_id, found[0], tuple(found[2:]))


async def _seed(demo: Demo) -> Seeds:
    """Everybody, in one transaction."""
    now = demo.clock.now()
    async with demo.database.write() as connection:
        employer_id = await accounts.create_employer(connection, "デモ株式会社", now)
        staff_id = await _person(connection, "運営 デモ", STAFF_EMAIL, ("staff",), now)
        client_id = await _person(connection, *CLIENT, ("client",), now)
        await accounts.entitle(connection, employer_id, client_id, now)
        therapist_ids = [await _therapist(connection, profile, now) for profile in THERAPISTS]
    return Seeds(employer_id, client_id, staff_id, tuple(therapist_ids))


async def _person(
    connection: AsyncConnection, name: str, email: str, roles: tuple[str, ...], now: datetime
) -> PersonId:
    return await accounts.create_person(
        connection, name=name, email=email, locale="ja", timezone=ZONE, roles=roles, now=now, verified=True
    )


async def _therapist(connection: AsyncConnection, profile: Profile, now: datetime) -> PersonId:
    person_id = await _person(connection, profile.name, profile.email, ("therapist",), now)
    hours = [Hours(day, start, end) for day in profile.weekdays for start, end in profile.hours]
    new = NewTherapist(
        person_id=person_id,
        licence_kind="physical_therapist",
        licence_number=f"DEMO-{profile.capacity:04d}",
        licence_verified_at=now,
        licence_expires_at=now + LICENCE_LIFE,
        timezone=ZONE,
        hours=hours,
        capacity=profile.capacity,
        headline={"ja": profile.ja, "en": profile.en},
        languages=profile.languages,
    )
    await register_therapist(connection, new, now)
    await accounts.set_name_en(connection, person_id, profile.name_en)
    return person_id


async def _set_passwords(demo: Demo, seeds: Seeds) -> dict[str, str]:
    """New random passwords for therapists and staff, by mail."""
    emails = (STAFF_EMAIL, *(profile.email for profile in THERAPISTS))
    passwords = {email: new_token()[:16] for email in emails}
    for person_id, email in zip((seeds.staff_id, *seeds.therapist_ids), emails, strict=True):
        await demo.accounts.set_password(person_id, passwords[email])
    return passwords


async def _session_now(demo: Demo, seeds: Seeds) -> BookingId:
    """The demonstration session: the one that can be entered now, else a new one that starts now.

    Where somebody has booked the therapist for this hour, it starts at the next free quarter.
    """
    now = demo.clock.now()
    async with demo.database.read() as connection:
        open_now = await _open_session(connection, seeds, now)
    if open_now is not None:
        return open_now
    for quarters in range(LATEST_QUARTERS):
        starts_at = now.replace(second=0, microsecond=0) + quarters * QUARTER
        arrangement = Arrangement(seeds.therapist_ids[0], starts_at, seeds.client_id, ZONE, seeds.staff_id)
        with contextlib.suppress(SlotTaken, ClientBusy):
            async with demo.database.write() as connection:
                return (await book_on_behalf(connection, arrangement, demo.scheduler, now)).id
    raise SlotTaken


async def _open_session(connection: AsyncConnection, seeds: Seeds, now: datetime) -> BookingId | None:
    query = sa.select(booking.c.id).where(
        booking.c.client_id == seeds.client_id,
        booking.c.therapist_id == seeds.therapist_ids[0],
        booking.c.status == "confirmed",
        booking.c.starts_at <= now,
        booking.c.ends_at > now,
    )
    found = (await connection.execute(query)).scalar()
    return BookingId(found) if found else None


async def _document(
    demo: Demo, seeds: Seeds, passwords: dict[str, str], booking_id: BookingId
) -> dict[str, Any]:
    """var/demo.json: fresh links, and who may sign in."""
    now = demo.clock.now()
    async with demo.database.write() as connection:
        booking_token = await _link(connection, "booking", {"employer_id": seeds.employer_id}, None, now)
        join_scope = {"booking_id": booking_id}
        join_token = await _link(connection, "join", join_scope, seeds.client_id, now)
    url = demo.public_url
    return {
        "address": url,
        "booking_link": f"{url}/b/{booking_token}",
        "sign_in": f"{url}/sign-in",
        "therapists": [
            {
                "name": profile.name,
                "name_en": profile.name_en,
                "email": profile.email,
                "password": passwords[profile.email],
            }
            for profile in THERAPISTS
        ],
        "staff": {"email": STAFF_EMAIL, "password": passwords[STAFF_EMAIL]},
        "demo_session": {
            "booking_id": booking_id,
            "join_link": f"{url}/join/{join_token}",
            "therapist_link": f"{url}/room/{booking_id}",
            "therapist_email": THERAPISTS[0].email,
        },
    }


async def _link(
    connection: AsyncConnection,
    purpose: str,
    scope: Mapping[str, str],
    person_id: PersonId | None,
    now: datetime,
) -> str:
    return await accounts.issue_link(
        connection, purpose=purpose, scope=scope, person_id=person_id, expires_at=now + LINK_LIFE, now=now
    )


def banner(document: dict[str, Any], path: Path) -> str:
    """What people see in the terminal."""
    therapist, session = document["therapists"][0], document["demo_session"]
    return f"""
Todoku (届く) serves {document["address"]}

  A call in a minute: open both in this browser, side by side
    client     {session["join_link"]}
    therapist  {document["sign_in"]}
               {therapist["email"]}   {therapist["password"]}

  Book a consultation (no account)
    {document["booking_link"]}

  Staff, live rooms: {document["sign_in"]}
    {document["staff"]["email"]}   {document["staff"]["password"]}

  All of this is in {path}. Mails are written to {path.parent / "outbox"}/. Ctrl-C stops.
"""
