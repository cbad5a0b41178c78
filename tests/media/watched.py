"""A relay on a clock of the test's, and two people whose packets are sent second by second."""

from collections.abc import Iterable

from core.ids import ParticipantId
from media.model import ParticipantStats, StreamStats
from media.relay import Relay
from tests.fakes import FakeClock
from tests.media.client import AUDIO, VIDEO, VP8_DELTA, VP8_KEY, Client, rtp_packet
from tests.media.conftest import ROOM

ONE, TWO = ParticipantId("one"), ParticipantId("two")
PICTURES_A_SECOND, SOUNDS_A_SECOND = 15, 50


class Pair:
    """Two people in a consultation. What is not told to be off flows, both ways."""

    def __init__(self, relay: Relay, clock: FakeClock) -> None:
        self.relay, self.clock = relay, clock
        self.clients: dict[ParticipantId, Client] = {}
        self.silent: set[tuple[ParticipantId, str]] = set()  # who sends nothing of which kind
        self.skipped: set[tuple[ParticipantId, str]] = set()  # whose every tenth packet is lost
        self._sequence = 0

    async def meet(self) -> None:
        for name in (ONE, TWO):
            await self._sit(name, 1)

    async def sit_again(self, name: ParticipantId, seat: int) -> None:
        """Another seat takes the place of theirs."""
        before = self.clients[name]
        await self._sit(name, seat)
        await before.close()

    async def _sit(self, name: ParticipantId, seat: int) -> None:
        base = 1000 * seat + (100 if name == ONE else 200)
        client = Client(self.relay.join(ROOM, name, 1, seat), (base + 11, base + 21, base + 22))
        self.relay.answer(ROOM, name, seat, client.offer.number, client.answer)
        await client.connect()
        self.clients[name] = client

    async def talk(self, seconds: int) -> None:
        """So many seconds go by, in which both send; the relay ticks after each."""
        for _ in range(seconds):
            for name, client in self.clients.items():
                for packet in self._packets(name, client):
                    client.send_rtp(packet)
                answered = client.checks_answered
                client.check()  # comes after them, so that the relay has them when it is answered
                await client.until(lambda client=client, answered=answered: client.checks_answered > answered)  # type: ignore[misc]
            self._sequence += SOUNDS_A_SECOND
            self.clock.advance(1)
            self.relay.tick()

    def _packets(self, name: ParticipantId, client: Client) -> Iterable[bytes]:
        microphone, camera, _ = client.ssrcs
        for at in range(SOUNDS_A_SECOND):
            number = self._sequence + at
            if self._sends(name, "audio", number):
                yield rtp_packet(microphone, number, 960 * number, b"sound", AUDIO)
        for at in range(PICTURES_A_SECOND):
            number = self._sequence // SOUNDS_A_SECOND * PICTURES_A_SECOND + at
            if self._sends(name, "video", number):
                payload = VP8_DELTA if at else VP8_KEY
                yield rtp_packet(camera, number, 6000 * number, payload, VIDEO)

    def _sends(self, name: ParticipantId, kind: str, number: int) -> bool:
        lost = (name, kind) in self.skipped and number % 10 == 5
        return (name, kind) not in self.silent and not lost

    def figures(self, name: ParticipantId) -> ParticipantStats:
        [room] = self.relay.stats().rooms
        return next(one for one in room.participants if one.participant_id == name)

    def stream(self, name: ParticipantId, direction: str, kind: str) -> StreamStats:
        [found] = [
            one for one in self.figures(name).streams if (one.direction, one.kind) == (direction, kind)
        ]
        return found

    async def close(self) -> None:
        for client in self.clients.values():
            await client.close()
