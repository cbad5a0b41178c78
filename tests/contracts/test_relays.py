"""One suite for relays, wherever they run: in this process over memory, and in another one over Redis."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.bus import BusTimeout
from core.errors import Invalid, PreconditionFailed
from core.grants import GrantExpired, GrantRefused, Signer, load_or_create_key
from core.ids import RelayId, RoomId
from media.config import MediaConfig
from media.errors import (
    OfferOutdated,
    RelayRoomOutdated,
    RelayRoomUnknown,
    RelaySeatUnknown,
    SdpRefused,
)
from media.relays import EVENTS_TOPIC, HELLO_TOPIC, STATS_TOPIC, Relays, plain_stats, read_stats, relay_topic
from tests.contracts.conftest import CAMERA, CLOCK, ONE, SEAT, TWO, House
from tests.media.client import VP8_KEY, rtp_packet
from tests.media.device import VP8, answered, offered, restarting


async def test_a_grant_gives_a_seat_and_an_offer(house: House) -> None:
    offer = await house.join()
    assert offer.number == 1
    assert "a=ice-lite" in offer.sdp
    assert [(t.mid, t.participant_id, t.kind) for t in offer.tracks] == [
        ("0", ONE, "audio"),
        ("1", ONE, "video"),
        ("2", None, "audio"),
        ("3", None, "video"),
    ]
    assert await house.relays.offer(house.relay_id, house.room, ONE, 1) == offer
    assert await house.join() == offer


async def test_two_people_reach_each_other(house: House) -> None:
    one, two = await house.connect(ONE, 100), await house.connect(TWO, 200)
    one.send_rtp(rtp_packet(one.ssrcs[1], 7, 0, VP8_KEY))
    assert [row[1:] for row in await two.until(lambda: two.received(two.slot("3")))] == [(0, VP8_KEY)]
    event = await house.told(EVENTS_TOPIC, lambda e: bool(e["participant_id"] == TWO))
    assert event == {
        "relay_id": house.relay_id,
        "room_id": house.room,
        "participant_id": TWO,
        "seat": 1,
        "event": "connected",
        "transport": "udp",
    }
    await one.close()
    await house.told(
        EVENTS_TOPIC, lambda e: bool(e["event"] == "disconnected" and e["participant_id"] == ONE)
    )
    await two.close()


async def test_a_grant_that_does_not_give_a_seat_is_refused(house: House, tmp_path: Path) -> None:
    for token in (house.grant(scope="wait"), "no token", house.grant()[:-4] + "AAAA"):
        with pytest.raises(GrantRefused):
            await house.relays.join(house.relay_id, token, 1)
    house.signer = Signer(load_or_create_key(tmp_path / "other.pem"))
    with pytest.raises(GrantRefused):
        await house.join()


async def test_an_expired_grant_is_refused(house: House) -> None:
    with pytest.raises(GrantExpired):
        await house.relays.join(house.relay_id, house.grant(expires_at=CLOCK.now() - timedelta(minutes=1)), 1)


async def test_a_room_that_was_not_opened_is_unknown(house: House) -> None:
    with pytest.raises(RelayRoomUnknown):
        await house.relays.join(house.relay_id, house.grant(room_id=RoomId("elsewhere")), 1)


async def test_a_higher_epoch_refuses_older_grants_and_ends_their_seats(house: House) -> None:
    await house.join()
    await house.relays.open_room(house.relay_id, house.room, 2)
    with pytest.raises(RelayRoomOutdated):
        await house.join()
    with pytest.raises(RelayRoomOutdated):
        await house.relays.close_room(house.relay_id, house.room, 1)
    with pytest.raises(RelaySeatUnknown):
        await house.relays.offer(house.relay_id, house.room, ONE, 1)


async def test_answers_are_checked(house: House) -> None:
    offer = await house.join()
    ask = house.relays.answer
    with pytest.raises(SdpRefused):
        await ask(house.relay_id, house.room, ONE, 1, offer.number, "v=0 nonsense")
    with pytest.raises(OfferOutdated):
        await ask(house.relay_id, house.room, ONE, 1, offer.number + 1, "v=0")
    with pytest.raises(RelaySeatUnknown):
        await ask(house.relay_id, house.room, TWO, 1, offer.number, "v=0")


async def test_a_newer_seat_replaces_the_older_which_stays_out(house: House) -> None:
    first = await house.join(seat=1)
    second = await house.join(seat=2)
    assert second.number > first.number
    with pytest.raises(RelaySeatUnknown):
        await house.join(seat=1)


async def test_a_left_seat_and_a_closed_room_are_unknown(house: House) -> None:
    await house.join()
    await house.relays.leave(house.relay_id, house.room, ONE, 1)
    with pytest.raises(RelaySeatUnknown):
        await house.relays.leave(house.relay_id, house.room, ONE, 1)
    await house.relays.close_room(house.relay_id, house.room, 1)
    await house.relays.close_room(house.relay_id, house.room, 1)
    with pytest.raises(RelayRoomUnknown):
        await house.join()


def camera(house: House, **changes: Any) -> str:
    return house.grant(CAMERA, **{"scope": "publish", "host_id": TWO} | changes)


async def test_a_device_is_seen_and_its_session_is_its_own(house: House) -> None:
    one = await house.connect(ONE, 100)
    session = await house.relays.attach(house.relay_id, camera(house), offered("publish"))
    assert (session.seat, session.number) == (1, 1)
    device = answered(session)
    await device.connect()
    device.check()  # its answer comes after the relay has finished the handshake too
    await device.until(lambda: device.checks_answered == 2)
    device.send_rtp(rtp_packet(21, 7, 0, VP8_KEY, VP8))
    assert [row[1:] for row in await one.until(lambda: one.received(one.slot("3")))] == [(0, VP8_KEY)]
    amend = house.relays.amend
    again = await amend(house.relay_id, house.room, CAMERA, 1, None, restarting())
    assert again.number == 2
    assert "a=ice-lite" in again.text
    with pytest.raises(PreconditionFailed):
        await amend(house.relay_id, house.room, CAMERA, 1, 1, restarting())
    assert (await amend(house.relay_id, house.room, CAMERA, 1, 2, restarting())).text == ""
    await house.relays.leave(house.relay_id, house.room, CAMERA, 1)
    with pytest.raises(RelaySeatUnknown):
        await amend(house.relay_id, house.room, CAMERA, 1, None, restarting())
    for client in (one, device):
        await client.close()


async def test_only_a_grant_for_a_device_attaches_one_and_it_gives_nothing_else(house: House) -> None:
    for token in (house.grant(), camera(house, scope="seat"), camera(house, host_id=None), "no token"):
        with pytest.raises(GrantRefused):
            await house.relays.attach(house.relay_id, token, offered("publish"))
    with pytest.raises(GrantRefused):
        await house.relays.join(house.relay_id, camera(house), 1)
    with pytest.raises(GrantExpired):
        expired = camera(house, expires_at=CLOCK.now() - timedelta(minutes=1))
        await house.relays.attach(house.relay_id, expired, offered("publish"))
    with pytest.raises(RelayRoomOutdated):
        await house.relays.attach(house.relay_id, camera(house, epoch=2), offered("publish"))
    with pytest.raises(SdpRefused):
        await house.relays.attach(house.relay_id, camera(house, scope="watch"), offered("publish"))


async def test_a_relay_tells_of_itself(house: House) -> None:
    await house.join()
    hello = await house.told(HELLO_TOPIC, lambda h: bool(h["rooms"] and h["load"]))
    assert (hello["load"], hello["rooms"]) == (1, [house.room])
    assert hello["max_participants"] == MediaConfig().max_participants
    assert hello["draining"] is False
    assert hello["at"].endswith("+00:00")


async def test_statistics_are_told_and_can_be_asked_for(house: House) -> None:
    client = await house.connect(ONE, 100)
    told = await house.told(STATS_TOPIC, lambda s: bool(s["rooms"] and s["rooms"][0]["participants"]))
    [room] = read_stats(told).rooms
    assert room.room_id == house.room
    asked = await house.relays.stats(house.relay_id)
    assert asked.relay_id == house.relay_id
    [participant] = asked.rooms[0].participants
    assert (participant.participant_id, participant.seat, participant.transport) == (ONE, 1, "udp")
    await client.close()


async def test_statistics_of_every_stream_come_over_the_bus_as_they_are(house: House) -> None:
    one, two = await house.connect(ONE, 100), await house.connect(TWO, 200)
    one.send_rtp(rtp_packet(one.ssrcs[1], 7, 0, VP8_KEY))

    def has_streams(told: dict[str, Any]) -> bool:
        people = [person for room in told["rooms"] for person in room["participants"]]
        return any(stream["packets"] for person in people for stream in person["streams"])

    told = await house.told(STATS_TOPIC, has_streams)
    read = read_stats(told)
    assert plain_stats(read) == told
    [room] = read.rooms
    streams = {person.participant_id: person.streams for person in room.participants}
    assert {(s.direction, s.kind, s.participant_id) for s in streams[TWO]} >= {("down", "video", ONE)}
    await one.close()
    await two.close()


async def test_a_call_that_makes_no_sense_is_refused(house: House) -> None:
    topic = relay_topic(house.relay_id)
    for message in (
        {},
        {"method": "explode", "arguments": {}},
        {"method": "open_room", "arguments": None},
        {"method": "open_room", "arguments": {"room_id": "r", "epoch": "soon"}},
        {"method": "stats", "arguments": {"more": 1}},
        {"method": "open_room", "arguments": {"room_id": "r", "epoch": 1, "shape": "theatre"}},
        {"method": "pin", "arguments": {"room_id": "r", "participant_ids": "all"}},
        {"method": "pin", "arguments": {"room_id": "r", "participant_ids": ["x"] * 1000}},
        {"method": "show", "arguments": {**SEAT, "displays": {"one": {"height_px": -1}}}},
        {"method": "show", "arguments": {**SEAT, "displays": {"one": {"colour": "red"}}}},
    ):
        with pytest.raises(Invalid):
            await house.bus.request(topic, message)


async def test_a_relay_that_is_not_there_is_told_by_a_timeout(house: House) -> None:
    with pytest.raises(BusTimeout):
        await Relays(house.bus, timeout_s=0.05).stats(RelayId("nowhere"))
