"""Whatever arrives at the media port: no exception, nothing changed, everything counted, the call goes on."""

import asyncio
import random
from typing import Any

import pytest

from core.clock import SystemClock
from media.config import MediaConfig
from media.model import RelayEvent
from media.plane import PlaneStats
from media.python_plane import PythonPlane
from media.python_streams import MAX_LEARNED_SSRCS
from media.relay import Relay
from tests.media.client import VP8_DELTA, VP8_KEY, Client, rtp_packet
from tests.media.conftest import ROOM

SEED = 20261124
DATAGRAMS = 6000
FIRST_BYTES = [0, 1, 3, 4, 19, 20, 22, 23, 25, 63, 64, 79, 127, 128, 129, 144, 191, 192, 255]


class Call:
    """Two connected browsers and the plane between them, which can be fed by hand."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.plane = PythonPlane("127.0.0.1", 0, self.clock.monotonic)
        self.relay = Relay(MediaConfig(), self.clock, self.plane)
        self.clients: list[Client] = []
        self.events: list[RelayEvent] = []

    async def __aenter__(self) -> "Call":
        await self.relay.start()
        self.relay.open_room(ROOM, 1)
        for name in ("one", "two"):
            offer = self.relay.join(ROOM, name, 1, 1)  # type: ignore[arg-type]
            base = 1000 * len(self.clients)
            client = Client(offer, (base + 11, base + 21, base + 22))
            self.relay.answer(ROOM, name, 1, offer.number, client.answer)  # type: ignore[arg-type]
            await client.connect()
            self.clients.append(client)
        one, two = self.clients
        one.send_rtp(rtp_packet(one.ssrcs[1], 1, 0, VP8_KEY))
        await two.until(lambda: two.received(two.slot("3")))
        self.relay.on_event = self.events.append
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self.clients:
            await client.close()
        await self.relay.close()

    def state(self) -> Any:
        """All that an unauthentic packet must not change."""
        stats: PlaneStats = self.plane.stats()
        received = {key: (peer.received_packets, peer.sources) for key, peer in stats.peers.items()}
        transports = self.relay._transports
        addresses = {t.peer: (t.address, tuple(t.addresses)) for t in transports._by_ufrag.values()}
        rooms = {room: list(held.seats.values()) for room, held in self.relay._rooms.rooms.items()}
        return received, addresses, dict(transports._by_address), rooms, list(self.events)


def mutated(rng: random.Random, genuine: list[bytes]) -> bytes:
    kind = rng.randrange(4)
    if kind == 0:
        return rng.randbytes(rng.choice([0, 1, 2, 11, 12, 13, 20, 60, 300, 1400, 1600, 2048]))
    if kind == 1:
        return bytes([rng.choice(FIRST_BYTES)]) + rng.randbytes(rng.randrange(200))
    data = bytearray(rng.choice(genuine))
    if kind == 2:
        return bytes(data[: rng.randrange(len(data))])
    for at in rng.sample(range(len(data)), rng.randrange(1, 6)):
        data[at] ^= rng.randrange(1, 256)
    return bytes(data)


async def test_no_datagram_raises_or_changes_anything() -> None:
    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    rng = random.Random(SEED)
    async with Call() as call:
        one, two = call.clients
        genuine = [data for client in call.clients for data in client.sent]
        before = call.state()
        for number in range(DATAGRAMS):
            address = rng.choice([one.address, two.address, ("192.0.2.9", rng.randrange(1, 65536))])
            call.plane.received(mutated(rng, genuine), address)
            if number % 8 == 0:
                await asyncio.sleep(0)  # let the handshakes' readers have their share
        assert call.state() == before
        assert failures == []
        counters = call.relay.stats().counters
        seen = {
            "stun_malformed",
            "srtp_refused",
            "srtp_unknown_address",
            "dtls_unknown_address",
            "unknown_protocol",
        }
        assert seen <= {name for name, count in counters.items() if count > 0}
        one.send_rtp(rtp_packet(one.ssrcs[1], 2, 0, b"\x10\x01still"))
        await two.until(lambda: len(two.received(two.slot("3"))) == 2)


async def test_a_replayed_packet_is_refused() -> None:
    async with Call() as call:
        one, _ = call.clients
        before = call.state()
        for data in [data for data in one.sent if data[0] >= 128]:
            call.plane.received(data, one.address)
        assert call.state() == before
        assert call.relay.stats().counters["srtp_refused"] >= 1


async def test_a_peer_cannot_make_the_relay_remember_any_number_of_streams() -> None:
    async with Call() as call:
        one, _ = call.clients
        for ssrc in range(50_000, 50_000 + 4 * MAX_LEARNED_SSRCS):
            call.plane.received(one.protect(rtp_packet(ssrc, 1, 0, VP8_DELTA, payload_type=5)), one.address)
        [peer, _] = call.plane._peers.values()
        assert len(peer.learned) == MAX_LEARNED_SSRCS
        assert call.relay.stats().counters["rtp_unknown_source"] == 3 * MAX_LEARNED_SSRCS


@pytest.mark.parametrize("size", [1500, 2047, 2048])
async def test_a_packet_that_is_too_long_is_dropped_and_counted(size: int) -> None:
    async with Call() as call:
        one, two = call.clients
        with_tag = one.protect(rtp_packet(one.ssrcs[1], 2, 0, b"\x10\x01"))
        call.plane.received(with_tag + bytes(size - len(with_tag)), one.address)
        one.send_rtp(rtp_packet(one.ssrcs[1], 3, 0, b"\x10\x01still"))
        await two.until(lambda: len(two.received(two.slot("3"))) == 2)
        assert call.relay.stats().counters["srtp_refused"] == 1
