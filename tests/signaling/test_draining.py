"""A relay that is to end: its rooms go to another one, or end where they are; nobody new comes."""

from core.ids import RelayId, RoomId
from signaling import placement
from signaling.model import RelayInfo
from signaling.participant import State
from signaling.watch import MOVES_A_LOOK
from tests.signaling.world import World


async def drain(world: World, relay_id: str) -> None:
    """It has been told to end and says so."""
    world.relays[relay_id][0].draining = True
    await world.hello(relay_id)


async def test_calls_of_a_draining_relay_go_on_at_another(world: World) -> None:
    client, therapist, relay = await world.both_in_call()
    other = await world.relay("two")
    await drain(world, "one")
    await world.signaling.watch.run()
    for page in (client, therapist):
        await page.sees(lambda offer: "two-" in offer["sdp"], "offer")
        other.tell(page.room_id, page.id, "connected")
    await client.peer_state("connected")
    call = await world.call(client.room_id)
    assert (call.room.relay_id, call.room.epoch) == ("two", 2)
    await world.signaling.watch.run()  # what is left on the old one is closed
    assert relay.rooms.rooms == {}


async def test_without_another_relay_a_call_goes_on_where_it_is(world: World) -> None:
    client, therapist, relay = await world.both_in_call()
    full = await world.relay("two", max_participants=1)
    await drain(world, "one")
    before = client.count("offer")
    await world.signaling.watch.run()
    await world.signaling.watch.run()
    call = await world.call(client.room_id)
    assert (call.room.relay_id, call.room.epoch, client.count("offer")) == ("one", 1, before)
    assert {one.state for one in call.people} == {State.CONNECTED}
    assert (relay.load, full.load) == (2, 0)
    assert (await therapist.ok("resync"))["offer"]["sdp"].split()[2].startswith("one-")


async def test_a_new_room_is_not_placed_on_a_draining_relay(world: World) -> None:
    await world.relay("one")
    await world.relay("two")
    await drain(world, "one")
    therapist = await world.arrive(world.therapist)
    assert "two-" in (await therapist.ok("join"))["offer"]["sdp"]


async def test_who_only_waits_is_moved_by_nobody(world: World) -> None:
    await world.relay("one")
    therapist = await world.arrive(world.therapist)
    await therapist.ok("join")
    await therapist.ok("leave")
    await world.relay("two")
    await drain(world, "one")
    await world.signaling.watch.run()
    assert (await world.call(therapist.room_id)).room.relay_id == "one"


async def test_only_a_few_rooms_move_at_each_look(world: World) -> None:
    client, _, _ = await world.both_in_call()
    call = await world.call(client.room_id)
    now, moved = world.clock.now(), list[str]()

    class Counted:
        async def move(self, room_id: RoomId, away_from: RelayId | None) -> None:
            moved.append(room_id)

    watch = world.signaling.watch
    watch._seats = Counted()  # type: ignore[assignment]
    lease = now + placement.OVERDUE_AFTER
    relays = [RelayInfo(RelayId("one"), lease, 2, True), RelayInfo(RelayId("two"), lease, 0, False)]
    await watch._relieve([call] * (MOVES_A_LOOK + 3), relays, now)
    assert len(moved) == MOVES_A_LOOK
