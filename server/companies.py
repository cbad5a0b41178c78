"""`todoku employer` and `todoku link`: companies that pay, and the addresses at which their people book.

A link's token is stored hashed: its address is printed once, when it is made.
"""

import argparse
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import roster
from accounts import service as accounts
from accounts.roster import BookingLink, Employer
from core.clock import SystemClock
from core.ids import PersonId
from scheduler.hours import zone
from server.cli import Refused
from server.config import Config, public_url
from server.workbench import answer, instant, opened, table


async def add_employer(config: Config, options: argparse.Namespace) -> None:
    """The company, if none has the name."""
    async with opened(config, options) as database, database.write() as connection:
        employer_id, new = await roster.add_employer(connection, options.name, SystemClock().now())
    text = f"added {employer_id}" if new else f"{employer_id} has this name already; nothing was changed"
    answer(options, {"id": employer_id, "added": new}, text)


async def list_employers(config: Config, options: argparse.Namespace) -> None:
    """Companies with how many of their links are good; never who their people are."""
    now = SystemClock().now()
    async with opened(config, options) as database, database.read() as connection:
        found = await roster.employers(connection)
        links = await roster.booking_links(connection)
    rows = [
        {
            "id": one.employer_id,
            "name": one.name,
            "created_at": instant(one.created_at),
            "good_links": sum(link.employer_id == one.employer_id and link.is_good(now) for link in links),
        }
        for one in found
    ]
    nothing = "no company yet; `todoku employer add` adds one"
    answer(options, rows, table(rows, ("name", "good_links", "created_at", "id"), nothing))


async def add_link(config: Config, options: argparse.Namespace) -> None:
    """A new link, for a company or for one person of it. Raises Refused."""
    now = SystemClock().now()
    expires_at = now + timedelta(days=options.days)
    async with opened(config, options) as database:
        zone(options.timezone)
        async with database.write() as connection:
            employer = await roster.employer_named(connection, options.employer)
            person_id = await _client(connection, options, employer, now) if options.person else None
            link_id, token = await roster.issue_booking_link(
                connection, employer.employer_id, person_id, expires_at, now
            )
    address = f"{public_url(config)}/b/{token}"
    document = {"id": link_id, "address": address, "expires_at": instant(expires_at)}
    answer(options, document, f"{address}\ngood until {instant(expires_at)}; shown only now ({link_id})")


async def _client(
    connection: AsyncConnection, options: argparse.Namespace, employer: Employer, now: datetime
) -> PersonId:
    """The client with this address, or a new one; the company pays for them."""
    known = await roster.who_works_as(connection, options.person, "client")
    if known is None and not options.name:
        raise Refused("nobody has proven this mail address yet: add --name, and the link makes them known")
    person_id = known.person_id if known else None
    if person_id is None:
        person_id = await accounts.create_person(
            connection,
            name=options.name,
            email=options.person,
            locale=options.locale,
            timezone=options.timezone,
            roles=("client",),
            now=now,
            verified=True,
        )
        await accounts.audit(
            connection,
            actor=None,
            action="person_added",
            subject=person_id,
            detail={"role": "client"},
            now=now,
        )
    await accounts.entitle(connection, employer.employer_id, person_id, now)
    return person_id


async def list_links(config: Config, options: argparse.Namespace) -> None:
    """Links by id, without what opens them."""
    now = SystemClock().now()
    async with opened(config, options) as database, database.read() as connection:
        names = {one.employer_id: one.name for one in await roster.employers(connection)}
        only = await roster.employer_named(connection, options.employer) if options.employer else None
        found = await roster.booking_links(connection)
    rows = [
        _row(one, names[one.employer_id], now)
        for one in found
        if (options.all or one.is_good(now)) and (only is None or one.employer_id == only.employer_id)
    ]
    columns = ("employer", "for", "state", "expires_at", "id")
    answer(options, rows, table(rows, columns, "no link; `todoku link add` makes one"))


def _row(link: BookingLink, employer: str, now: datetime) -> dict[str, object]:
    ended = "revoked" if link.revoked_at is not None else "expired"
    return {
        "id": link.link_id,
        "employer": employer,
        "for": link.person_id or "everybody",
        "state": "good" if link.is_good(now) else ended,
        "created_at": instant(link.created_at),
        "expires_at": instant(link.expires_at),
    }


async def revoke_links(config: Config, options: argparse.Namespace) -> None:
    """Withdraw them, all or none. Raises Refused."""
    now = SystemClock().now()
    async with opened(config, options) as database, database.write() as connection:
        done = {one: await roster.revoke_booking_link(connection, one, now) for one in options.link_id}
    document = [{"id": one, "revoked": new} for one, new in done.items()]
    lines = [f"revoked {one}" if new else f"{one} was revoked already" for one, new in done.items()]
    answer(options, document, "\n".join(lines))
