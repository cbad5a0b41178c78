"""Absence, dead relays and lost messages, put right by the job."""

import pytest

from core.connections import QUIET_AFTER_S
from core.jobs import TICK_S as JOBS_TICK_S
from core.sockets import PING_INTERVAL_S
from media.config import MediaConfig
from media.room import Rooms
from media.ticker import TICK_S
from signaling.config import SignalingConfig
from signaling.model import EndReason, Media, RoomState
from signaling.participant import State
from tests.signaling.world import World, until


async def test_a_dropped_connection_does_not_end_the_call(world: World) -> None:
    client, therapist, _ = await world.both_in_call()
    await client.socket.disconnect()
    await until(lambda: world.signaling.gateway.connections == 1)
    for _ in range(10):
        world.clock.advance(30)
        await world.hello("one")
        await world.signaling.gateway.beat()
        await world.signaling.watch.run()
    call = await world.call(client.room_id)
    assert {one.state for one in call.people} == {State.CONNECTED}
    assert therapist.last("ended") == {}


async def test_who_vanishes_is_away_to_the_other_as_soon_as_the_relay_says_silent(world: World) -> None:
    client, therapist, relay = await world.both_in_call()
    await client.socket.disconnect()
    await until(lambda: world.signaling.gateway.connections == 1)
    world.clock.advance(MediaConfig().silent_after_s)
    await world.signaling.gateway.beat()
    relay.tell(client.room_id, client.id, "silent")
    await therapist.peer_state("away")  # no job has looked
    assert (await world.call(client.room_id)).find(therapist.id).state is State.CONNECTED


async def test_who_vanishes_with_the_network_is_away_though_the_socket_is_held(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, therapist, relay = await world.both_in_call()
    gateway, quiet = world.signaling.gateway, {client.socket.get_sid("/call"): 5.5}
    monkeypatch.setattr(world.server, "quiet_s", lambda sid, _namespace: quiet.get(sid, 0.0))
    world.clock.advance(5.5)
    await gateway.beat()
    assert (await world.call(client.room_id)).find(client.id).state is State.CONNECTED  # media may flow
    world.clock.advance(1)
    relay.tell(client.room_id, client.id, "silent")
    await therapist.peer_state("away")
    quiet.clear()
    await gateway.beat()
    await therapist.peer_state("joining")  # the connection answers again
    relay.tell(client.room_id, client.id, "connected")
    await therapist.peer_state("connected")


async def test_who_falls_quiet_after_their_media_is_away_at_the_next_heartbeat(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, therapist, relay = await world.both_in_call()
    relay.tell(client.room_id, client.id, "silent")
    await therapist.sees(lambda state: state["peer"]["media"] == "silent")
    world.clock.advance(30)
    await world.signaling.gateway.beat()
    assert (await world.call(client.room_id)).find(client.id).state is State.CONNECTED
    sid = client.socket.get_sid("/call")
    monkeypatch.setattr(world.server, "quiet_s", lambda asked, _namespace: 5.5 if asked == sid else 0.0)
    await world.signaling.gateway.beat()
    await therapist.peer_state("away")


def test_nobody_waits_longer_than_eight_seconds_for_the_word_that_somebody_vanished() -> None:
    """Every way to it, from the last sign of life: nothing may add up beyond what is promised."""
    signaling, media = SignalingConfig(), MediaConfig()
    told_by_relay_s = media.silent_after_s + TICK_S
    told_by_heartbeat_s = PING_INTERVAL_S + QUIET_AFTER_S + signaling.heartbeat_s
    told_by_job_s = signaling.away_after_s + signaling.watch_s + JOBS_TICK_S
    assert max(told_by_relay_s, told_by_heartbeat_s, told_by_job_s) <= 8
    # Nobody is left to the job who could be told of at once.
    assert signaling.away_after_s <= min(media.silent_after_s, PING_INTERVAL_S + QUIET_AFTER_S) - 0.5
    assert signaling.heartbeat_s * 2 < signaling.away_after_s  # one late heartbeat makes nobody away


async def test_silence_of_connection_and_media_is_absence_then_leaving(world: World) -> None:
    client, therapist, relay = await world.both_in_call()
    await client.socket.disconnect()
    await until(lambda: world.signaling.gateway.connections == 1)
    relay.tell(client.room_id, client.id, "silent")
    await therapist.sees(lambda state: state["peer"]["media"] == "silent")

    async def later(seconds: float) -> None:
        world.clock.advance(seconds)
        await world.hello("one")
        await world.signaling.gateway.beat()
        await world.signaling.watch.run()

    await later(11)
    await therapist.peer_state("away")
    await later(60)
    await therapist.peer_state("left")
    assert client.id not in relay.rooms.rooms[client.room_id].seats
    assert await world.status() == "confirmed"  # the therapist still waits for a return
    await therapist.ok("leave")
    assert await world.status() == "fulfilled"


async def test_a_call_both_disappeared_from_is_ended_and_fulfilled(world: World) -> None:
    client, therapist, relay = await world.both_in_call()
    for page in (client, therapist):
        await page.socket.disconnect()
    await until(lambda: world.signaling.gateway.connections == 0)
    for page in (client, therapist):
        relay.tell(page.room_id, page.id, "disconnected")
    await world.reaches(client.room_id, lambda call: all(one.media is Media.NONE for one in call.people))
    for _ in range(2):
        world.clock.advance(61)
        await world.hello("one")
        await world.signaling.watch.run()
    room = (await world.call(client.room_id)).room
    assert (room.state, room.end_reason) == (RoomState.ENDED, EndReason.ABANDONED)
    assert await world.status() == "fulfilled"


async def test_an_empty_room_ends_when_its_time_is_over(world: World) -> None:
    client = await world.enter(world.client)
    for _ in range(2):
        world.clock.advance(61)
        await world.signaling.watch.run()
    assert (await world.call(client.room_id)).room.state is RoomState.WAITING
    world.clock.advance(2 * 3600)
    await world.signaling.watch.run()
    assert (await world.call(client.room_id)).room.end_reason is EndReason.EXPIRED
    assert await world.status() == "confirmed"


async def test_when_a_relay_dies_both_are_offered_seats_on_another(world: World) -> None:
    client, therapist, _ = await world.both_in_call()
    other = await world.relay("two")
    await world.kill("one")
    await world.signaling.gateway.beat()
    await world.signaling.watch.run()
    for page in (client, therapist):
        await page.sees(lambda offer: "two-" in offer["sdp"], "offer")
        other.tell(page.room_id, page.id, "connected")
    await client.peer_state("connected")
    call = await world.call(client.room_id)
    assert (call.room.relay_id, call.room.epoch) == ("two", 2)
    client.grant = world.pages[0].entry.grant  # of the earlier epoch
    await client.socket.disconnect()
    assert (await client.refused())["code"] == "grant_refused"


async def test_a_relay_that_was_started_anew_gives_new_seats(world: World) -> None:
    client, _, relay = await world.both_in_call()
    relay.rooms.rooms.clear()
    answer = await client.ok("resync")
    assert answer["offer"]["sdp"].split()[2].startswith("one-")
    assert (await world.call(client.room_id)).find(client.id).seat == 2


async def test_with_the_only_relay_dead_nobodys_media_is_said_to_flow(world: World) -> None:
    client, therapist, _ = await world.both_in_call()
    await world.kill("one")
    await world.signaling.gateway.beat()
    await world.signaling.watch.run()
    await therapist.sees(lambda state: state["peer"]["media"] == "none")
    assert (await world.call(client.room_id)).find(client.id).media is Media.NONE


@pytest.mark.parametrize(("measured", "state"), [("connected", State.CONNECTED), ("joining", State.JOINING)])
async def test_news_that_got_lost_is_found_by_measuring(world: World, measured: str, state: State) -> None:
    client, _, relay = await world.both_in_call()
    await client.ok("join")
    relay.media[client.room_id, client.id] = measured
    await world.signaling.watch.run()
    assert (await world.call(client.room_id)).find(client.id).state is state


async def test_a_room_left_over_on_a_relay_is_closed(world: World) -> None:
    client, therapist, relay = await world.both_in_call()
    await therapist.ok("leave")
    relay.rooms = Rooms()
    relay.rooms.open(client.room_id, 1, 0.0)  # the order to close got lost
    await world.signaling.watch.run()
    assert relay.rooms.rooms == {}


async def test_nonsense_on_the_bus_is_ignored(world: World) -> None:
    client, _, _ = await world.both_in_call()
    before = await world.call(client.room_id)
    for nonsense in (
        {},
        {"room_id": 5},
        {"room_id": "x", "participant_id": "y", "seat": 1, "event": "silent"},
    ):
        await world.signaling.news.heard(nonsense)
        await world.signaling.registry.hello(nonsense)
    assert await world.call(client.room_id) == before
