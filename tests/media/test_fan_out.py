"""One packet to many at once, over real sockets of both families, and what is left to be sent one by one."""

import os
import socket
from collections.abc import AsyncIterator

import pytest
from pylibsrtp import Policy, Session

from core.clock import SystemClock
from media.burst import COPIES, Burst, kernel_address
from media.extensions import Extension
from media.packet import HEADER
from media.plane import Numbering, PeerKey, Sink, Source, SrtpKeys
from media.python_plane import PythonPlane
from media.srtp import Outbound, session
from tests.media.planes import DELTA, KEY, OURS, PROFILE, Told

pytestmark = pytest.mark.usefixtures("plain_numbers")

CAMERA, SLOT = 21, 41
PUBLISHER = PeerKey(1)


class Viewer:
    """One who receives at a socket of their own."""

    def __init__(self, plane: PythonPlane, key: int, host: str, types: dict[int, int]) -> None:
        self.key = PeerKey(key)
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.settimeout(5)
        keys = SrtpKeys(PROFILE, os.urandom(28), os.urandom(28))
        self._in = session(PROFILE, keys.outbound, Policy.SSRC_ANY_INBOUND)
        plane.add_peer(self.key, keys, self.socket.getsockname(), OURS)
        plane.add_sink(
            self.key, Sink(SLOT, None, "video", types, {Extension.TRANSPORT_CC: Extension.TRANSPORT_CC})
        )
        plane.connect(PUBLISHER, CAMERA, self.key, SLOT)

    def got(self) -> bytes:
        """The next packet's payload: behind the header and its one extension."""
        return bytes(self._in.unprotect(self.socket.recv(2048)))[20:]

    def sequence(self) -> int:
        return int.from_bytes(self._in.unprotect(self.socket.recv(2048))[2:4], "big")


class Stage:
    """A plane with a publisher."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.made: list[Viewer] = []
        self.plane = PythonPlane(host, 0, SystemClock().monotonic, tcp=False)
        keys = SrtpKeys(PROFILE, os.urandom(28), os.urandom(28))
        self._out: Session = session(PROFILE, keys.inbound, Policy.SSRC_ANY_OUTBOUND)
        self.plane.add_peer(PUBLISHER, keys, (host, 9), Numbering())
        self.plane.add_source(PUBLISHER, Source(CAMERA, "video"))

    def viewers(self, count: int, types: dict[int, int] | None = None) -> list[Viewer]:
        first = len(self.made) + 2
        made = [Viewer(self.plane, first + n, self.host, types or {96: 96}) for n in range(count)]
        self.made += made
        return made

    def publish(self, sequence: int, payload: bytes = DELTA) -> None:
        packet = HEADER.pack(0x8000 | 96, sequence, 0, CAMERA) + payload
        self.plane.received(bytes(self._out.protect(packet)), (self.host, 9))

    def sent(self, viewer: Viewer) -> int:
        stats = self.plane.peer_stats(viewer.key)
        assert stats is not None
        return stats.sent_packets


@pytest.fixture(params=["127.0.0.1", "::1"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    made = Stage(request.param)
    await made.plane.start(Told())
    yield made
    made.plane.close()
    for viewer in made.made:
        viewer.socket.close()


async def test_every_viewer_gets_their_own_copy(stage: Stage) -> None:
    viewers = stage.viewers(COPIES + 5)
    stage.publish(1, KEY)
    stage.publish(2, DELTA + b"second")
    for viewer in viewers:
        assert viewer.got() == KEY
        assert viewer.got() == DELTA + b"second"
        assert stage.sent(viewer) == 2
    assert stage.plane.ignored() == {}


async def test_whoever_the_kernel_refuses_holds_nobody_up(stage: Stage) -> None:
    viewers = stage.viewers(6)
    stage.publish(1, KEY)
    unreachable = viewers[2]
    stage.plane.set_address(unreachable.key, (stage.host, 0))  # no datagram goes to port 0
    stage.publish(2)
    others = [viewer for viewer in viewers if viewer is not unreachable]
    assert [(viewer.sequence(), viewer.sequence()) for viewer in others] == [(1, 2)] * 5
    assert stage.sent(unreachable) == 1
    assert stage.plane.ignored() == {"send_failed": 1}


async def test_who_wants_another_codec_is_left_out_of_the_burst(stage: Stage) -> None:
    viewers = stage.viewers(4)
    stage.viewers(1, {98: 98})
    stage.publish(1, KEY)
    assert [viewer.sequence() for viewer in viewers] == [1] * 4
    assert stage.plane.ignored() == {"rtp_payload_type": 1}


async def test_what_is_sent_in_a_burst_is_logged_for_feedback(stage: Stage) -> None:
    viewers = stage.viewers(5)
    stage.publish(1, KEY)
    for viewer in viewers:
        (logged,) = stage.plane.sent(viewer.key, 1, 1)
        assert logged is not None
        assert logged[1] == len(viewer.socket.recv(2048))


def test_addresses_are_written_as_the_system_itself_writes_them() -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        probe.bind(("::1", 0))
        there = probe.getsockname()
        burst = Burst.made()
        assert burst is not None
        keys = SrtpKeys(PROFILE, os.urandom(28), os.urandom(28))
        to = kernel_address(there)
        assert burst.add(Outbound(keys), HEADER.pack(0x8060, 1, 0, 5), b"x", to)
        assert burst.send(probe.fileno()) == 1
        assert probe.recvfrom(2048)[1] == there
