"""A relay that does not answer: what one lost answer means, and what a dead relay."""

import re
from pathlib import Path

import pytest

from core.ids import RelayId
from signaling import placement, seats, store
from signaling.config import SignalingConfig
from signaling.participant import State
from tests.signaling.world import Page, World

SOCKET = Path(__file__).parents[2] / "web" / "src" / "shared" / "socket.ts"


async def two_relays(world: World) -> Page:
    """The therapist, in a room that will be placed on relay one."""
    await world.relay("one")
    await world.relay("two")
    return await world.arrive(world.therapist)


@pytest.mark.parametrize("method", ["open_room", "join"])
async def test_one_lost_answer_of_a_living_relay_moves_nobody(world: World, method: str) -> None:
    therapist = await two_relays(world)
    world.relays["one"][1].lost = [method]
    assert "one-" in (await therapist.ok("join"))["offer"]["sdp"]
    assert await world.is_alive("one")
    assert (await world.call(therapist.room_id)).room.relay_id == "one"


async def test_a_living_relay_that_gives_no_seat_loses_this_room_and_no_other(world: World) -> None:
    therapist = await two_relays(world)
    world.relays["one"][1].lost = ["join", "join"]
    assert "two-" in (await therapist.ok("join"))["offer"]["sdp"]
    assert await world.is_alive("one")


async def test_the_only_relay_is_asked_again_though_it_was_slow(world: World) -> None:
    await world.relay("one")
    therapist = await world.arrive(world.therapist)
    world.relays["one"][1].lost = ["join", "join"]
    assert "one-" in (await therapist.ok("join"))["offer"]["sdp"]
    world.relays["one"][1].lost = ["join", "join", "join"]
    assert await therapist.no("join") == "bus_timeout"
    assert await world.is_alive("one")


async def test_a_relay_that_dies_while_joining_is_survived_and_given_up(world: World) -> None:
    therapist = await two_relays(world)
    world.relays["one"][1].dead = True
    assert await world.is_alive("one")
    assert "two-" in (await therapist.ok("join"))["offer"]["sdp"]
    assert not await world.is_alive("one")


async def test_a_relay_whose_hello_is_overdue_is_given_up_at_its_first_silence(world: World) -> None:
    therapist = await two_relays(world)
    world.clock.advance(placement.OVERDUE_AFTER.total_seconds())
    await world.hello("two")
    world.relays["one"][1].lost = ["open_room"]
    assert await world.is_alive("one")
    assert "two-" in (await therapist.ok("join"))["offer"]["sdp"]
    assert not await world.is_alive("one")


async def test_resync_survives_a_relay_that_has_died(world: World) -> None:
    client, therapist, _ = await world.both_in_call()
    await world.relay("two")
    world.relays["one"][1].dead = True
    assert "two-" in (await client.ok("resync"))["offer"]["sdp"]
    await therapist.sees(lambda offer: "two-" in offer["sdp"], "offer")
    assert (await world.call(client.room_id)).find(client.id).state is State.JOINING


async def test_a_hello_that_comes_meanwhile_keeps_a_relay_alive(world: World) -> None:
    await world.relay("one")
    async with world.database.read() as connection:
        [before] = await store.relays(connection)
    world.clock.advance(5)
    await world.hello("one")
    async with world.database.write() as connection:
        await store.bury_relay(connection, before, world.clock.now())
        known = await store.find_relay(connection, RelayId("one"))
    assert known is not None
    assert placement.is_alive(known, world.clock.now())


def test_all_attempts_fit_into_the_pages_patience() -> None:
    found = re.search(r"ACK_TIMEOUT_MS = ([\d_]+);", SOCKET.read_text())
    assert found is not None
    waited_s = seats.ATTEMPTS * SignalingConfig().relay_timeout_s + placement.QUESTION_S
    assert waited_s < int(found[1]) / 1000
