"""Changing networks: the way follows authentic media at once, a check confirms it; and ICE restarts."""

from collections.abc import AsyncIterator

import pytest

from core.ids import ParticipantId
from media.config import MediaConfig
from media.errors import SdpRefused
from media.ice import IceCredentials
from media.relay import Relay
from media.transport import CONFIRM_S
from tests.fakes import FakeClock
from tests.media.client import VP8_KEY, Client, answer_to, attribute, rtp_packet
from tests.media.conftest import ROOM

ONE, TWO = ParticipantId("one"), ParticipantId("two")


async def connected(relay: Relay, who: ParticipantId, base: int) -> Client:
    client = Client(relay.join(ROOM, who, 1, 1), (base + 11, base + 21, base + 22))
    relay.answer(ROOM, who, 1, client.offer.number, client.answer)
    await client.connect()
    client.check()  # its answer comes after the relay has finished the handshake too
    await client.until(lambda: client.checks_answered == 2)
    return client


class Pair:
    """Two browsers, of which the second sees the first."""

    def __init__(self, relay: Relay, one: Client, two: Client) -> None:
        self.relay, self.one, self.two = relay, one, two
        self.sent = 0

    async def show(self) -> None:
        """A picture from one to two; returns when it is there."""
        self.sent += 1
        self.one.send_rtp(rtp_packet(self.one.ssrcs[1], self.sent, 0, VP8_KEY))
        count = self.sent
        await self.two.until(lambda: len(self.two.received(self.two.slot("3"))) == count)

    async def speak(self) -> None:
        """A sound from two to one; returns when it is there."""
        heard = len(self.one.received(self.one.slot("2")))
        self.two.send_rtp(rtp_packet(self.two.ssrcs[0], heard + 1, 0, b"opus", 111))
        await self.one.until(lambda: len(self.one.received(self.one.slot("2"))) == heard + 1)


@pytest.fixture
async def pair(clock: FakeClock) -> AsyncIterator[Pair]:
    relay = Relay(MediaConfig(udp_port=0), clock)
    await relay.start()
    relay.open_room(ROOM, 1)
    one, two = await connected(relay, ONE, 1000), await connected(relay, TWO, 2000)
    yield Pair(relay, one, two)
    await one.close()
    await two.close()
    await relay.close()


async def test_the_way_follows_authentic_media_at_once(pair: Pair) -> None:
    await pair.show()
    await pair.speak()
    await pair.two.move()
    await pair.speak()
    await pair.show()
    assert pair.relay.stats().counters["address_moved"] == 1


async def test_a_move_that_is_confirmed_by_a_check_stays(pair: Pair, clock: FakeClock) -> None:
    await pair.speak()
    await pair.two.move()
    await pair.speak()
    answered = pair.two.checks_answered
    pair.two.check()
    await pair.two.until(lambda: pair.two.checks_answered > answered)
    clock.advance(CONFIRM_S - 1)
    pair.one.check()
    await pair.one.until(lambda: pair.one.checks_answered == 3)
    clock.advance(2)
    pair.relay.tick()
    await pair.show()
    assert "address_taken_back" not in pair.relay.stats().counters


async def test_a_move_that_nothing_confirms_is_taken_back(pair: Pair, clock: FakeClock) -> None:
    """Who holds a packet back and sends it from elsewhere gets the media for seconds, not for good."""
    await pair.speak()
    held_back = pair.two.protect(rtp_packet(pair.two.ssrcs[0], 2, 0, b"opus", 111))
    transport = next(m.transport for m in pair.relay._members.values() if m.seat.participant_id == TWO)
    before = transport.address
    pair.relay._plane.received(held_back, ("127.0.0.1", 9))  # type: ignore[attr-defined]
    assert transport.address == ("127.0.0.1", 9)
    clock.advance(CONFIRM_S - 1)
    pair.relay.tick()
    assert transport.address == ("127.0.0.1", 9)
    clock.advance(1)
    pair.relay.tick()
    assert transport.address == before
    await pair.show()
    assert pair.relay.stats().counters["address_taken_back"] == 1


async def test_an_ice_restart_moves_the_call_without_a_new_handshake(pair: Pair) -> None:
    await pair.show()
    first = pair.two.offer
    again = pair.relay.offer(ROOM, TWO, 1, restart=True)
    assert again.number == first.number + 1
    assert attribute(again.sdp, "ice-ufrag") != attribute(first.sdp, "ice-ufrag")
    assert attribute(again.sdp, "fingerprint") == attribute(first.sdp, "fingerprint")
    assert again.sdp.split(" ")[1] == first.sdp.split(" ")[1]  # the same session (o=)
    await pair.show()  # the old way carries on
    assert pair.relay.offer(ROOM, TWO, 1, restart=True) == again  # not answered yet: still the current one

    await pair.two.move()
    pair.two.credentials = IceCredentials("wxyz", pair.two.credentials.password)
    old = pair.two.server
    pair.two.server = IceCredentials(attribute(again.sdp, "ice-ufrag")[0], attribute(again.sdp, "ice-pwd")[0])
    answer = answer_to(again.sdp, "wxyz", pair.two.ssrcs)
    pair.relay.answer(ROOM, TWO, 1, again.number, answer)
    answered = pair.two.checks_answered
    pair.two.check(nominate=True)
    await pair.two.until(lambda: pair.two.checks_answered > answered)
    await pair.show()
    await pair.speak()
    pair.two.server = old
    pair.two.check()
    pair.one.check()
    await pair.one.until(lambda: pair.one.checks_answered == 3)
    assert pair.relay.stats().counters["stun_unknown_user"] == 1  # the earlier credentials are of no use


async def test_an_ice_restart_with_another_certificate_is_refused(pair: Pair) -> None:
    again = pair.relay.offer(ROOM, TWO, 1, restart=True)
    other = answer_to(again.sdp, "wxyz", pair.two.ssrcs)
    digest = attribute(other, "fingerprint")[0].split(" ")[1]
    forged = ("00" if digest[:2] != "00" else "11") + digest[2:]
    with pytest.raises(SdpRefused):
        pair.relay.answer(ROOM, TWO, 1, again.number, other.replace(digest, forged))
