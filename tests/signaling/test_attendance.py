"""Who was in the room is written down as it happens, and what came of the session is read from it."""

from datetime import timedelta

import sqlalchemy as sa

from scheduler.outcome import Attendance
from scheduler.settling import Settling
from scheduler.tables import booking
from signaling.attendance import spans
from tests.scheduler.clinic import WEDNESDAY
from tests.scheduler.practice import utc
from tests.signaling.world import CONFIG, World


async def seen(world: World) -> Attendance:
    return (await world.signaling.calls.attendance([world.booking_id]))[world.booking_id]


async def row(world: World) -> sa.Row[tuple[object, ...]]:
    query = sa.select(booking).where(booking.c.id == world.booking_id)
    async with world.database.read() as connection:
        return (await connection.execute(query)).one()


def test_comings_and_goings_become_times() -> None:
    first, second, third, now = (utc(f"2026-11-25T00:0{n}") for n in range(4))
    found = list(spans([(first, True), (second, False), (second, False), (third, True)], now))
    assert [(one.starts_at, one.ends_at) for one in found] == [(first, second), (third, now)]


async def test_a_call_leaves_its_times_lateness_and_overrun_in_the_booking(world: World) -> None:
    client = await world.arrive(world.client)  # ten minutes before the start
    world.clock.advance(13 * 60)
    await world.signaling.gateway.beat()
    relay = await world.relay()
    therapist = await world.arrive(world.therapist)
    await therapist.ok("admit", participant_id=client.id)
    for page in (therapist, client):
        await page.ok("join")
        relay.tell(page.room_id, page.id, "connected")
    await client.peer_state("connected")
    await therapist.peer_state("connected")
    world.clock.advance(50 * 60)
    await therapist.ok("leave")
    found = await row(world)
    assert (found.status, found.client_late_s, found.therapist_late_s) == ("fulfilled", 0, 180)
    assert found.overrun_s == 8 * 60
    assert found.finished_at - found.started_at == timedelta(minutes=50)


async def test_a_client_who_waits_in_vain_is_found_by_the_job_even_after_a_crash(world: World) -> None:
    """The process that knew of them is gone; the next one's look finds the silence and dates it back."""
    client = await world.arrive(world.client)
    world.clock.advance(15 * 60)
    async with world.database.write() as connection:  # the last heart beat before the crash
        await connection.execute(
            sa.text("UPDATE participant SET last_seen = :at").bindparams(
                sa.bindparam("at", world.clock.now(), type_=booking.c.starts_at.type)
            )
        )
    world.clock.advance(3 * 3600)
    await world.signaling.watch.run()
    [span] = (await seen(world)).client
    assert span.ends_at == WEDNESDAY + timedelta(minutes=5)
    assert (await seen(world)).therapist == ()
    calls = world.signaling.calls
    await Settling(world.database, world.clinic.config, world.clock, calls.attendance).run()
    found = await row(world)
    assert (found.status, found.noshow_by, found.client_late_s) == ("noshow", "therapist", 0)
    await client.close()


async def test_an_absence_shorter_than_patience_is_none_and_a_long_one_is_dated_to_its_beginning(
    world: World,
) -> None:
    page = await world.arrive(world.client)
    came = world.clock.now()
    await page.close()
    await world.reaches(page.room_id, lambda call: call.people[0].connection_id is None)
    world.clock.advance(CONFIG.away_after_s / 2)
    await world.signaling.watch.run()
    assert [one.ends_at for one in (await seen(world)).client] == [world.clock.now()]
    world.clock.advance(CONFIG.left_after_s)
    await world.signaling.watch.run()
    [span] = (await seen(world)).client
    assert (span.starts_at, span.ends_at) == (came, came)
    again = await world.arrive(world.client)
    assert len((await seen(world)).client) == 2
    await again.close()
