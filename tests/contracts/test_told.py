"""What the check calls told to nobody: also sessions of a series and seats, whose events are others'."""

from datetime import timedelta

import sqlalchemy as sa

from core.tables import outbox
from scheduler import invariants
from scheduler.changes import Changes
from scheduler.group_service import Groups
from scheduler.join_links import JoinLinks
from scheduler.series import Repeat
from scheduler.series_service import Arranging
from tests.contracts.test_changing import therapist_of
from tests.contracts.test_groups import opened
from tests.scheduler.clinic import NOBODY_REPEATS, PUBLIC_URL, WEDNESDAY, Clinic, wish


async def untold(clinic: Clinic, *, without: str = "") -> int:
    """How many bookings the check finds, once the events of a topic are away."""
    async with clinic.database.write() as connection:
        await connection.execute(sa.delete(outbox).where(outbox.c.topic == without))
    async with clinic.database.read() as connection:
        found = await invariants.broken(connection, clinic.clock.now())
    assert {one.law for one in found} <= {"a booking is told to nobody"}
    return len(found)


async def test_sessions_of_a_series(clinic: Clinic) -> None:
    links = JoinLinks(clinic.database, clinic.clock, PUBLIC_URL, clinic.secret)
    changes = Changes(clinic.database, clinic.config, clinic.clock, links)
    arranging = Arranging(clinic.database, clinic.config, clinic.clock, changes)
    therapist_id, who = await clinic.therapist(), await clinic.client()
    made = await arranging.book(who, wish(therapist_id, WEDNESDAY), Repeat(1, 4, True), NOBODY_REPEATS)
    ids = [one.booking_id for one in made.visits]
    await changes.move(who, ids[0], WEDNESDAY + timedelta(hours=2), NOBODY_REPEATS)
    await arranging.cancel_later(who, ids[2], None, NOBODY_REPEATS)
    assert await untold(clinic) == 0
    assert await untold(clinic, without="series.cancelled") == 2
    assert await untold(clinic, without="booking.changed") == 3
    assert await untold(clinic, without="series.arranged") == 4


async def test_seats(clinic: Clinic) -> None:
    groups = Groups(clinic.database, clinic.config, clinic.clock)
    therapist_id, group_id = await opened(clinic, groups)
    one, other = await clinic.client(), await clinic.client()
    for who in (one, other):
        await groups.take_seat(who, group_id, None, NOBODY_REPEATS)
    await groups.give_back(one, group_id)
    await groups.cancel(therapist_of(therapist_id), group_id, None, NOBODY_REPEATS)
    assert await untold(clinic) == 0
    assert await untold(clinic, without="seat.given_back") == 1
    assert await untold(clinic, without="seat.cancelled") == 2
