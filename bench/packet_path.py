"""Where the microseconds of a forwarded packet go: each hop of the plane's way on its own, without sockets.

CPU time of this process, medians over rounds. Baseline: pylibsrtp's own calls for the two SRTP hops, and for
a whole packet the same plane with those. What the kernel takes for `recvfrom` and `sendto` is measured beside
it.
"""

import os
import socket
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from pylibsrtp import Policy

from bench import case
from core.clock import SystemClock
from media.extensions import Extension
from media.packet import HEADER, read_packet, table, write_elements
from media.plane import Numbering, PeerKey, Sink, Source, SrtpKeys
from media.python_plane import PythonPlane
from media.srtp import Inbound, Outbound, session

PACKETS, ROUNDS, VIEWERS = 4000, 5, 30
PROFILE = "SRTP_AEAD_AES_128_GCM"
NUMBERING = Numbering(extensions={extension: extension for extension in Extension})
TYPES, IDS = table({}, 128, same=True), table(NUMBERING.extensions, 256, same=False)
KEY, DELTA = b"\x10\x00\x9d\x01\x2a" + bytes(1100), b"\x10\x01" + bytes(1100)
ADDRESS = ("127.0.0.1", 9)


class Mute(PythonPlane):
    """Sends nowhere."""

    def _sent(self, data: bytes | memoryview, address: object, is_picture: bool = False) -> bool:
        return True


class Deaf:
    """Hears nothing of what a plane tells."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: None


def keys() -> SrtpKeys:
    return SrtpKeys(PROFILE, os.urandom(28), os.urandom(28))


def plain(number: int) -> bytes:
    """A camera's packet with the two extensions that Chromium sends in each."""
    block = write_elements(
        [(Extension.TRANSPORT_CC, (number & 0xFFFF).to_bytes(2, "big")), (Extension.ABS_SEND_TIME, b"abc")]
    )
    header = HEADER.pack(0x9000 | 96, number & 0xFFFF, number * 500, 5)
    return header + block + (KEY if number == 0 else DELTA)


def protected(owner: SrtpKeys) -> list[bytes]:
    browser = session(PROFILE, owner.inbound, Policy.SSRC_ANY_OUTBOUND)
    return [browser.protect(plain(number)) for number in range(PACKETS)]


def cost_us(prepare: Callable[[], Callable[[], None]], count: int = PACKETS) -> float:
    """Median cost of one of `count` steps of what `prepare` makes ready."""
    figures = []
    for _ in range(ROUNDS):
        work = prepare()
        before = time.process_time()
        work()
        figures.append((time.process_time() - before) * 1e6 / count)
    return median(figures)


def unprotect(ours: bool) -> Callable[[], None]:
    owner = keys()
    packets = protected(owner)
    inbound = Inbound(owner).unprotect
    theirs = session(PROFILE, owner.inbound, Policy.SSRC_ANY_INBOUND).unprotect
    return lambda: _each(inbound if ours else theirs, packets)


def protect(ours: bool) -> Callable[[], None]:
    owner = keys()
    packets = [plain(number) for number in range(PACKETS)]
    outbound = Outbound(owner).protect
    theirs = session(PROFILE, owner.outbound, Policy.SSRC_ANY_OUTBOUND).protect
    if ours:
        return lambda: _each(lambda packet: outbound(packet[:20], packet[20:]), packets)
    return lambda: _each(lambda packet: theirs(packet[:20] + packet[20:]), packets)


def reading() -> Callable[[], None]:
    packets = [plain(number) for number in range(PACKETS)]
    return lambda: _each(lambda packet: read_packet(packet, TYPES, IDS), packets)


def whole(viewers: int) -> Callable[[], None]:
    """A packet from the socket's hands to the socket's hands, for each viewer."""
    plane, owner = Mute("127.0.0.1", 0, SystemClock().monotonic, tcp=False), keys()
    plane._events = Deaf()
    publisher = PeerKey(0)
    plane.add_peer(publisher, owner, ADDRESS, NUMBERING)
    plane.add_source(publisher, Source(5, "video"))
    for number in range(1, viewers + 1):
        plane.add_peer(PeerKey(number), keys(), ("127.0.0.1", 10 + number), NUMBERING)
        sink = Sink(6, 7, "video", {96: 96, 97: 97}, {Extension.TRANSPORT_CC: Extension.TRANSPORT_CC})
        plane.add_sink(PeerKey(number), sink)
        plane.connect(publisher, 5, PeerKey(number), 6)
    packets = protected(owner)
    return lambda: _each(lambda data: plane.received(data, ADDRESS), packets)


def kernel() -> tuple[float, float]:
    """sendto and recvfrom of such a packet on loopback, us."""
    figures: tuple[list[float], list[float]] = ([], [])
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two,
    ):
        two.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        two.bind(("127.0.0.1", 0))
        data, address, count = bytes(1130), two.getsockname(), 500
        for _ in range(ROUNDS * 4):
            start = time.process_time()
            _each(lambda _: one.sendto(data, address), range(count))
            middle = time.process_time()
            _each(lambda _: two.recvfrom(2048), range(count))
            figures[0].append((middle - start) * 1e6 / count)
            figures[1].append((time.process_time() - middle) * 1e6 / count)
    return median(figures[0]), median(figures[1])


def _each(step: Callable[[Any], object], values: Any) -> None:
    for value in values:
        step(value)


def run() -> dict[str, Any]:
    """Some seconds."""
    send_us, receive_us = kernel()
    one, many = cost_us(lambda: whole(1)), cost_us(lambda: whole(VIEWERS))
    return {
        "cases": [
            case("recvfrom", receive_us, "us", None, None),
            case(
                "unprotect", cost_us(lambda: unprotect(True)), "us", cost_us(lambda: unprotect(False)), None
            ),
            case("read header and extensions", cost_us(reading), "us", None, None),
            case("protect", cost_us(lambda: protect(True)), "us", cost_us(lambda: protect(False)), None),
            case("sendto", send_us, "us", None, None),
            case("a packet to one viewer, without the kernel", one, "us", None, None),
            case(
                "each of 30 viewers more, without the kernel", (many - one) / (VIEWERS - 1), "us", None, None
            ),
        ],
    }
