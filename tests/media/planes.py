"""A plane without sockets, fed and read by hand: browsers with keys of their own, and what the plane told."""

import os
from collections.abc import Sequence
from typing import Any

from pylibsrtp import Policy

from media.codecs import Kind
from media.extensions import Extension
from media.packet import HEADER, Packet, read_packet, table, write_elements
from media.plane import Address, Numbering, PeerKey, Sink, Source, SrtpKeys, StreamStarted
from media.python_plane import PythonPlane
from media.rewrite import SequenceMap
from media.srtp import session
from tests.fakes import FakeClock

PROFILE = "SRTP_AEAD_AES_128_GCM"
OURS = Numbering(extensions={extension: extension for extension in Extension})
TRANSPORT_CC = {Extension.TRANSPORT_CC: Extension.TRANSPORT_CC}
KEY, DELTA = b"\x10\x00\x9d\x01\x2a" + bytes(20), b"\x10\x01" + bytes(20)
SAME_TYPES, SAME_IDS = table({}, 128, same=True), table({n: n for n in Extension}, 256, same=False)


class PlainNumbers(SequenceMap):
    """The first source's numbers stay as they are, so that tests are easily read."""

    def take(self, sequence: int) -> int | None:
        if self.next_out < 0:
            self.next_out = sequence
        return SequenceMap.take(self, sequence)


class Told:
    """What a plane tells, as rows."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []

    def stun_received(self, data: bytes, address: Address) -> None:
        self.rows.append(("stun", data, address))

    def dtls_received(self, data: bytes, address: Address) -> None:
        self.rows.append(("dtls", data, address))

    def rtcp_received(self, peer: PeerKey, data: bytes) -> None:
        self.rows.append(("rtcp", peer, data))

    def stream_started(self, peer: PeerKey, started: StreamStarted) -> None:
        self.rows.append(("stream", peer, started))

    def key_frame_started(self, peer: PeerKey, ssrc: int) -> None:
        self.rows.append(("key_frame", peer, ssrc))

    def key_frame_needed(self, peer: PeerKey, ssrc: int) -> None:
        self.rows.append(("key_frame_needed", peer, ssrc))

    def packets_missing(self, peer: PeerKey, ssrc: int, sequences: Sequence[int]) -> None:
        self.rows.append(("missing", peer, ssrc, list(sequences)))

    def address_moved(self, peer: PeerKey, address: Address) -> None:
        self.rows.append(("moved", peer, address))

    def connection_closed(self, address: Address) -> None:
        self.rows.append(("closed", address))


class Browser:
    """One peer's other end."""

    def __init__(self, plane: "HandPlane", key: int, numbering: Numbering = OURS) -> None:
        self.plane, self.key = plane, PeerKey(key)
        self.address: Address = ("192.0.2.1", 1000 + key)
        keys = SrtpKeys(PROFILE, os.urandom(28), os.urandom(28))
        self._out = session(PROFILE, keys.inbound, Policy.SSRC_ANY_OUTBOUND)
        self._in = session(PROFILE, keys.outbound, Policy.SSRC_ANY_INBOUND)
        plane.add_peer(self.key, keys, self.address, numbering)

    def publishes(self, ssrc: int, kind: Kind = "video", rtx_ssrc: int | None = None) -> None:
        self.plane.add_source(self.key, Source(ssrc, kind, rtx_ssrc))

    def receives(
        self, ssrc: int, kind: Kind = "video", rtx_ssrc: int | None = None, extensions: Any = None
    ) -> None:
        types = {96: 96, 97: 97} if kind == "video" else {111: 111}
        self.plane.add_sink(self.key, Sink(ssrc, rtx_ssrc, kind, types, extensions or {}))
        self.plane._peers[self.key].slots[ssrc].numbers = PlainNumbers(-1)

    def packet(
        self,
        ssrc: int,
        sequence: int,
        payload: bytes = DELTA,
        timestamp: int = 0,
        payload_type: int = 96,
        elements: Sequence[tuple[int, bytes]] = (),
    ) -> bytes:
        block = write_elements(elements)
        start = 0x8000 | (0x1000 if block else 0) | payload_type
        plain = HEADER.pack(start, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + block + payload
        return bytes(self._out.protect(plain))

    def sends(self, *arguments: Any, **named: Any) -> None:
        self.plane.received(self.packet(*arguments, **named), self.address)

    def sends_rtcp(self, data: bytes) -> None:
        self.plane.received(self._out.protect_rtcp(data), self.address)

    def got(self) -> list[Packet]:
        """The RTP packets that have come since the last look."""
        found = []
        for data, address in list(self.plane.out):
            if address == self.address and not 192 <= data[1] <= 223:
                self.plane.out.remove((data, address))
                packet = read_packet(self._in.unprotect(data), SAME_TYPES, SAME_IDS)
                assert packet is not None
                found.append(packet)
        return found

    def numbers(self) -> list[int]:
        """Their sequence numbers."""
        return [packet.sequence for packet in self.got()]


class HandPlane(PythonPlane):
    """What it sends stays in `out`; an address in `blocked` takes nothing."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__("127.0.0.1", 0, clock.monotonic, tcp=False)
        self.told = Told()
        self._events = self.told
        self.out: list[tuple[bytes, Address]] = []
        self.blocked: set[Address] = set()

    def _sent(self, data: bytes | memoryview, address: Address, is_picture: bool = False) -> bool:
        if address in self.blocked:
            return False
        self.out.append((bytes(data), address))
        return True

    def rows(self, kind: str) -> list[tuple[Any, ...]]:
        """What was told of one kind."""
        return [row[1:] for row in self.told.rows if row[0] == kind]
