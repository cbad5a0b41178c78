"""What a relay notices of somebody's media reaches their page, and nobody else's."""

import asyncio
from dataclasses import asdict
from pathlib import Path

from core.grants import load_or_create_key
from core.ids import ParticipantId
from media.model import OneWay, Rated
from media.relays import NOTICES_TOPIC
from tests.fakes import FakeClock
from tests.signaling.world import World, web_process


def unseen(publisher: str, viewer: str) -> OneWay:
    return OneWay("video", ParticipantId(publisher), ParticipantId(viewer), "to_relay", "ice_restart")


async def test_a_page_is_asked_to_mend_its_end_and_the_other_is_not(world: World) -> None:
    client, therapist, relay = await world.both_in_call()
    relay.notice(client.room_id, client.id, repair="tcp")
    assert await client.sees(lambda message: True, "repair") == {"step": "tcp"}
    assert therapist.count("repair") == 0


async def test_who_sees_or_shows_in_vain_is_told_until_all_is_well(world: World) -> None:
    client, therapist, relay = await world.both_in_call()
    fault = unseen(client.id, therapist.id)
    for page in (client, therapist):
        relay.notice(page.room_id, page.id, one_way=(fault,))
        assert await page.sees(lambda message: True, "one_way") == {"faults": [asdict(fault)]}
        relay.notice(page.room_id, page.id, one_way=())
        await page.sees(lambda message: message == {"faults": []}, "one_way")


async def test_a_page_is_told_how_well_off_it_is(world: World) -> None:
    client, therapist, relay = await world.both_in_call()
    relay.notice(client.room_id, client.id, rated=Rated("poor", "bandwidth", "down"))
    told = await client.sees(lambda message: True, "rating")
    assert told == {"rating": "poor", "cause": "bandwidth", "worst": "down"}
    relay.notice(client.room_id, client.id, rated=Rated("excellent"))
    await client.sees(lambda message: message["rating"] == "excellent" and message["cause"] is None, "rating")
    assert therapist.count("rating") == 0


async def test_notices_about_an_earlier_seat_or_nobody_reach_no_page(world: World) -> None:
    client, _, relay = await world.both_in_call()
    seat = relay.rooms.rooms[client.entry.call.room.id].seats[client.entry.participant.id].number
    told = {"room_id": client.room_id, "participant_id": client.id, "seat": seat, "repair": "rejoin"}
    for wrong in (
        {"seat": seat - 1},
        {"participant_id": "nobody"},
        {"room_id": "nowhere"},
        {"repair": "explode"},
        {"repair": "key_frame"},
        {"one_way": [{"kind": "smell"}]},
        {"repair": None, "layers": ["l"]},
    ):
        await world.bus.publish(NOTICES_TOPIC, {**told, **wrong})
    await world.bus.publish(NOTICES_TOPIC, {**told, "repair": "ice_restart"})
    assert await client.sees(lambda message: True, "repair") == {"step": "ice_restart"}
    assert (client.count("repair"), client.count("one_way")) == (1, 0)


async def test_a_seat_over_tcp_alone_can_be_asked_for(world: World) -> None:
    client, _, relay = await world.both_in_call()
    before = len(relay.over_tcp)
    await client.ok("join", tcp=True)
    await client.ok("join")
    assert relay.over_tcp[before:] == [True, False]


async def test_only_the_process_with_the_page_speaks_to_it(
    world: World, clock: FakeClock, tmp_path: Path
) -> None:
    client, _, relay = await world.both_in_call()
    key = load_or_create_key(tmp_path / "key.pem")
    async with web_process(world.database, world.bus, clock, world.clinic, key) as (other, _, _, _):
        heard = asyncio.Event()

        async def told(payload: dict[str, object]) -> None:
            heard.set()

        await world.bus.subscribe(NOTICES_TOPIC, told)  # after both processes
        relay.notice(client.room_id, client.id, repair="rejoin")
        await client.sees(lambda message: True, "repair")
        await heard.wait()
        assert other.gateway.mine(client.room_id, client.id) == []
        assert world.signaling.gateway.mine(client.room_id, client.id) != []
    assert client.count("repair") == 1
