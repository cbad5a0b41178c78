"""Relays that take only so many: newcomers go elsewhere, and who cannot be carried is told so plainly."""

from signaling import store
from signaling.participant import State
from tests.signaling.world import World


async def test_what_a_relay_takes_is_known_from_its_hello(world: World) -> None:
    await world.relay(max_participants=7)
    async with world.database.read() as connection:
        [known] = await store.relays(connection)
    assert known.max_participants == 7


async def test_a_room_is_placed_where_both_find_room(world: World) -> None:
    await world.relay("a", max_participants=1)
    await world.relay("b")
    therapist = await world.arrive(world.therapist)
    assert "b-" in (await therapist.ok("join"))["offer"]["sdp"]


async def test_with_every_relay_full_joining_says_that_there_is_none(world: World) -> None:
    await world.relay(max_participants=1)
    therapist = await world.arrive(world.therapist)
    assert await therapist.no("join") == "no_relay"
    assert (await world.call(therapist.room_id)).find(therapist.id).state is State.ADMITTED


async def test_a_relay_that_filled_up_meanwhile_gives_the_whole_call_to_another(world: World) -> None:
    relay = await world.relay("one")
    client, therapist = await world.arrive(world.client), await world.arrive(world.therapist)
    await therapist.ok("admit", participant_id=client.id)
    await therapist.ok("join")
    relay.max_participants = 1  # others came
    assert await client.no("join") == "no_relay"
    await world.relay("two")
    assert "two-" in (await client.ok("join"))["offer"]["sdp"]
    await therapist.sees(lambda offer: "two-" in offer["sdp"], "offer")


async def test_a_reload_on_a_full_relay_stays_there(world: World) -> None:
    client, _, relay = await world.both_in_call()
    await world.relay("two")
    relay.max_participants = 2
    await world.hello("one")
    assert "one-" in (await client.ok("join"))["offer"]["sdp"]
