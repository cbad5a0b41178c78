"""Who may enter a room and when, and what they get."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiohttp.test_utils import TestClient, TestServer

from core.errors import NotFound
from core.grants import Signer, load_or_create_key
from core.http import Identity
from scheduler.tables import booking
from server.web import Edge, application
from signaling.entering import Entering
from signaling.errors import BookingCancelled, RoomEnded, SessionOver, TooEarly
from signaling.model import EndReason, RoomState
from signaling.routes import routes
from signaling.tables import participant, room
from tests.signaling.world import CONFIG, TURN, World, neighbours_of, signed_in

SIXTEEN = 16


async def count(world: World, table: sa.Table) -> int:
    async with world.database.read() as connection:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(table))).scalar_one())


async def test_a_client_gets_the_waiting_room_and_a_therapist_a_seat(world: World) -> None:
    client, therapist = await world.enter(world.client), await world.enter(world.therapist)
    now = world.clock.now()
    assert world.verifier.verify(client.grant, now).scope == "wait"
    assert world.verifier.verify(therapist.grant, now).scope == "seat"
    assert client.room_id == therapist.room_id


async def test_a_grant_lives_five_minutes(world: World) -> None:
    grant = world.verifier.verify((await world.enter(world.client)).grant, world.clock.now())
    assert (grant.expires_at - world.clock.now()).total_seconds() == 300


async def test_the_room_opens_with_the_therapist(world: World) -> None:
    client = await world.enter(world.client)
    assert (await world.call(client.room_id)).room.state is RoomState.WAITING
    await world.enter(world.therapist)
    assert (await world.call(client.room_id)).room.state is RoomState.OPEN


async def test_sixteen_entering_at_once_make_one_room_and_one_participant_each(world: World) -> None:
    whos = [world.client, world.therapist] * (SIXTEEN // 2)
    pages = await asyncio.gather(*(world.enter(who) for who in whos))
    assert len({page.room_id for page in pages}) == 1
    assert len({page.id for page in pages}) == 2
    assert (await count(world, room), await count(world, participant)) == (1, 2)


async def test_before_the_doors_open_it_says_when_they_do(world: World) -> None:
    world.clock.advance(-1)
    with pytest.raises(TooEarly) as refused:
        await world.enter(world.client)
    assert refused.value.extra["opens_at"] == "2026-11-24T23:50:00Z"
    assert refused.value.extra["starts_at"] == "2026-11-25T00:00:00Z"
    assert await count(world, room) == 0


async def test_the_door_says_when_it_opens_without_refusing_or_making_a_room(world: World) -> None:
    world.clock.advance(-1)
    early = await world.signaling.entering.door(world.client, world.booking_id)
    assert (early.is_open, early.visit.enter_from.isoformat()) == (False, "2026-11-24T23:50:00+00:00")
    world.clock.advance(1)
    assert (await world.signaling.entering.door(world.therapist, world.booking_id)).is_open
    assert await count(world, room) == 0


async def test_the_door_refuses_what_will_never_open(world: World) -> None:
    page = await world.enter(world.client)
    await world.signaling.calls.end(page.room_id, "staff", EndReason.STAFF)
    with pytest.raises(RoomEnded):
        await world.signaling.entering.door(world.client, world.booking_id)
    stranger = signed_in(await world.clinic.person("誰か", "therapist"), "therapist")
    with pytest.raises(NotFound):
        await world.signaling.entering.door(stranger, world.booking_id)


async def test_long_after_the_end_it_says_that_it_is_over(world: World) -> None:
    world.clock.advance((10 + 45 + 30) * 60)
    with pytest.raises(SessionOver) as refused:
        await world.enter(world.client)
    assert refused.value.extra == {"ended_at": "2026-11-25T00:45:00Z", "reason": "time"}


async def test_a_cancelled_booking_cannot_be_entered(world: World) -> None:
    async with world.database.write() as connection:
        await connection.execute(sa.update(booking).values(status="cancelled"))
    with pytest.raises(BookingCancelled):
        await world.enter(world.client)


async def test_an_ended_room_cannot_be_entered_and_says_why(world: World) -> None:
    page = await world.enter(world.client)
    await world.signaling.calls.end(page.room_id, "staff", EndReason.STAFF)
    with pytest.raises(RoomEnded) as refused:
        await world.enter(world.therapist)
    assert (refused.value.extra["reason"], refused.value.extra["by"]) == ("staff", "staff")


async def test_who_enters_without_end_from_one_address_must_wait(world: World, tmp_path: Path) -> None:
    config = replace(CONFIG, entries_per_address=3, attempt_window_s=600)
    signer, neighbours = Signer(load_or_create_key(tmp_path / "another.pem")), neighbours_of(world.clinic)
    entering = Entering(world.database, world.clock, signer, neighbours, config)

    async def identify(_cookies: object, _which: str) -> Identity:
        return world.client

    edge = Edge(identify, world.clock, "http://127.0.0.1", trusted_proxies=1)
    wish = {"booking_id": world.booking_id, "tab_id": "tab"}
    app = application(routes(entering, world.signaling.calls, TURN), edge)
    async with TestClient(TestServer(app)) as browser:

        async def enter(address: str) -> int:
            headers = {"X-Forwarded-For": address}
            async with browser.post("/api/rooms/enter", json=wish, headers=headers) as answer:
                assert answer.status == 200 or (await answer.json())["code"] == "too_many"
                return answer.status

        assert [await enter("198.51.100.7") for _ in range(4)] == [200, 200, 200, 429]
        assert await enter("198.51.100.8") == 200
        world.clock.advance(200)
        assert await enter("198.51.100.7") == 200


async def test_a_stranger_finds_no_booking(world: World) -> None:
    stranger = signed_in(await world.clinic.person("誰か", "therapist"), "therapist")
    with pytest.raises(NotFound):
        await world.enter(stranger)


async def test_who_is_connected_in_another_tab_is_told_so(world: World) -> None:
    await world.arrive(world.client, "tab-a")
    entering = world.signaling.entering
    assert (await entering.enter(world.client, world.booking_id, "tab-b")).other_tab
    assert not (await entering.enter(world.client, world.booking_id, "tab-a")).other_tab
    world.clock.advance(11)
    assert not (await entering.enter(world.client, world.booking_id, "tab-b")).other_tab
