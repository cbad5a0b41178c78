"""What a relay does when told, and by its own clock; without media where none is needed."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvloop

from core.ids import ParticipantId, RoomId
from media.addresses import advertised
from media.config import MediaConfig
from media.errors import OfferOutdated, RelayFull, RelayRoomOutdated, RelaySeatUnknown, SdpRefused
from media.model import Track
from media.relay import Relay
from tests.fakes import FakeClock
from tests.media.client import Client, answer_to, attribute

ROOM = RoomId("room")
ONE, TWO = ParticipantId("one"), ParticipantId("two")


@pytest.fixture
async def timed(clock: FakeClock) -> AsyncIterator[Relay]:
    """A relay whose clock stands still; `tick` is called by hand."""
    relay = Relay(MediaConfig(udp_port=0, max_participants=3), clock)
    await relay.start()
    relay.open_room(ROOM, 1)
    yield relay
    await relay.close()


async def connected(relay: Relay, who: ParticipantId) -> Client:
    client = Client(relay.join(ROOM, who, 1, 1))
    relay.answer(ROOM, who, 1, client.offer.number, client.answer)
    await client.connect()
    client.check()  # its answer comes after the relay has finished the handshake too
    await client.until(lambda: client.checks_answered == 2)
    return client


async def test_the_same_seat_gets_the_same_offer(timed: Relay) -> None:
    first = timed.join(ROOM, ONE, 1, 1)
    assert timed.join(ROOM, ONE, 1, 1) == first
    assert timed.offer(ROOM, ONE, 1) == first


async def test_tracks_name_whoever_is_there(timed: Relay) -> None:
    assert [t.participant_id for t in timed.join(ROOM, ONE, 1, 1).tracks] == [ONE, ONE, None, None]
    timed.join(ROOM, TWO, 1, 1)
    later = timed.offer(ROOM, ONE, 1)
    assert later.tracks[2:] == (Track("2", TWO, "audio"), Track("3", TWO, "video"))
    assert later.number == 1


async def test_a_new_seat_gets_another_offer_and_the_old_one_is_outdated(timed: Relay) -> None:
    old = timed.join(ROOM, ONE, 1, 1)
    new = timed.join(ROOM, ONE, 1, 2)
    assert new.number > old.number
    assert attribute(new.sdp, "ice-ufrag") != attribute(old.sdp, "ice-ufrag")
    with pytest.raises(RelaySeatUnknown):
        timed.answer(ROOM, ONE, 1, old.number, answer_to(old.sdp))
    with pytest.raises(OfferOutdated):
        timed.answer(ROOM, ONE, 2, old.number, answer_to(new.sdp))


async def test_the_same_answer_twice_is_one_and_another_is_refused(timed: Relay) -> None:
    offer = timed.join(ROOM, ONE, 1, 1)
    with pytest.raises(SdpRefused):
        timed.answer(ROOM, ONE, 1, offer.number, "v=0")
    for _ in range(2):
        timed.answer(ROOM, ONE, 1, offer.number, answer_to(offer.sdp))
    with pytest.raises(OfferOutdated):
        timed.answer(ROOM, ONE, 1, offer.number, answer_to(offer.sdp, ufrag="efgh"))


async def test_closing_a_room_ends_its_seats(timed: Relay) -> None:
    timed.join(ROOM, ONE, 1, 1)
    timed.close_room(ROOM, 1)
    assert timed.load == 0
    with pytest.raises(RelayRoomOutdated):
        timed.open_room(ROOM, 1)
    timed.open_room(ROOM, 2)
    with pytest.raises(RelayRoomOutdated):
        timed.join(ROOM, ONE, 1, 1)


async def test_a_full_or_draining_relay_takes_nobody_more(timed: Relay) -> None:
    for room in ("a", "b", "c"):
        timed.open_room(RoomId(room), 1)
        timed.join(RoomId(room), ONE, 1, 1)
    with pytest.raises(RelayFull):
        timed.join(ROOM, ONE, 1, 1)
    timed.close_room(RoomId("a"), 1)
    timed.draining = True
    with pytest.raises(RelayFull):
        timed.join(ROOM, ONE, 1, 1)


@pytest.mark.parametrize("reload", ["over the old seat", "after its goodbye"])
async def test_a_full_and_draining_relay_takes_back_who_reloads(timed: Relay, reload: str) -> None:
    for room in ("a", "b", "c"):
        timed.open_room(RoomId(room), 1)
        timed.join(RoomId(room), ONE, 1, 1)
    if reload == "after its goodbye":
        timed.leave(RoomId("a"), ONE, 1)
        timed.join(RoomId("b"), TWO, 1, 1)  # somebody else was quicker
    timed.draining = True
    assert timed.join(RoomId("a"), ONE, 1, 2).number == 2
    assert timed.join(RoomId("a"), ONE, 1, 2).number == 2


async def test_a_draining_relay_lets_two_people_meet_whose_call_began_here(timed: Relay) -> None:
    timed.join(ROOM, ONE, 1, 1)
    timed.draining = True
    timed.join(ROOM, TWO, 1, 1)
    timed.open_room(RoomId("new"), 1)
    with pytest.raises(RelayFull):
        timed.join(RoomId("new"), ONE, 1, 1)


async def test_silence_is_told_then_ended_and_a_sign_of_life_is_told_too(
    timed: Relay, clock: FakeClock
) -> None:
    events: list[str] = []
    timed.on_event = lambda event: events.append(event.event)
    one = await connected(timed, ONE)
    await one.until(lambda: events == ["connected"])
    clock.advance(4.5)
    timed.tick()
    assert events == ["connected"]
    clock.advance(1)  # the next look of the relay's own
    timed.tick()
    assert events == ["connected", "silent"]
    one.check()
    await one.until(lambda: one.checks_answered == 3)
    timed.tick()
    assert events == ["connected", "silent", "connected"]
    clock.advance(59)
    timed.tick()
    assert events[3:] == ["silent"]
    assert timed.load == 1
    clock.advance(1)
    timed.tick()
    assert events[4:] == ["disconnected"]
    assert timed.load == 0
    await one.close()


async def test_whoever_never_connects_loses_the_seat(timed: Relay, clock: FakeClock) -> None:
    timed.join(ROOM, ONE, 1, 1)
    clock.advance(61)
    timed.tick()
    with pytest.raises(RelaySeatUnknown):
        timed.offer(ROOM, ONE, 1)


async def test_statistics_are_rates_of_the_last_interval(timed: Relay, clock: FakeClock) -> None:
    one = await connected(timed, ONE)
    timed.tick()
    before = timed.stats().rooms[0].participants[0]
    sent = one.protect(b"\x80\x60\x00\x01" + bytes(4) + one.ssrcs[1].to_bytes(4, "big") + bytes(988))
    one.send_raw(sent)
    one.check()
    answered = one.checks_answered
    await one.until(lambda: one.checks_answered > answered)
    clock.advance(2)
    timed.tick()
    after = timed.stats().rooms[0].participants[0]
    assert after.received_packets == before.received_packets + 1
    assert after.up_bps == len(sent) * 8 / 2
    assert after.transport == "udp"
    await one.close()


async def test_a_taken_port_is_said_so(timed: Relay, clock: FakeClock) -> None:
    second = Relay(MediaConfig(udp_port=timed.port), clock)
    with pytest.raises(OSError, match="in use"):
        await second.start()


async def test_closing_twice_is_closing_once(clock: FakeClock) -> None:
    relay = Relay(MediaConfig(udp_port=0), clock)
    await relay.start()
    await relay.close()
    await relay.close()
    assert relay.load == 0


def test_advertised_addresses_are_the_named_ones_or_the_one_listened_on() -> None:
    assert advertised(MediaConfig()) == ("127.0.0.1",)
    assert advertised(MediaConfig(advertised_addresses=("192.0.2.1", "2001:DB8::1"))) == (
        "192.0.2.1",
        "2001:db8::1",
    )
    assert advertised(MediaConfig(udp_host="0.0.0.0"))[0] != "0.0.0.0"  # noqa: S104
    assert len(advertised(MediaConfig(udp_host="::"))) == 2
    with pytest.raises(ValueError, match=r"media\.advertised_addresses"):
        advertised(MediaConfig(advertised_addresses=("example.org",)))


def test_a_call_works_on_uvloop_too() -> None:
    async def call() -> int:
        relay = Relay(MediaConfig(udp_port=0), FakeClock())
        await relay.start()
        relay.open_room(ROOM, 1)
        one = await connected(relay, ONE)
        answered = one.checks_answered
        await one.close()
        await relay.close()
        return answered

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(call()) == 2
