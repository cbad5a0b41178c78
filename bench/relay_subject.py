"""The process that is measured: the relay's plane, or the baseline that only passes datagrams on.

First line of stdin: the peers as JSON. Prints the port; then a line of kernel-accounted CPU seconds and
forwarded packets for every further line; ends with stdin.
"""

import asyncio
import json
import resource
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

import uvloop

from core.clock import SystemClock
from media.plane import Address, Numbering, PeerKey, Sink, Source, SrtpKeys, StreamStarted
from media.python_plane import PythonPlane, open_udp

HOST = "127.0.0.1"
Peers = list[dict[str, Any]]
Forwarded = Callable[[], int]


class Silent:
    """Nobody above the plane: what is told is told to nobody."""

    def stun_received(self, data: bytes, address: Address) -> None: ...
    def dtls_received(self, data: bytes, address: Address) -> None: ...
    def rtcp_received(self, peer: PeerKey, data: bytes) -> None: ...
    def stream_started(self, peer: PeerKey, started: StreamStarted) -> None: ...
    def key_frame_started(self, peer: PeerKey, ssrc: int) -> None: ...
    def key_frame_needed(self, peer: PeerKey, ssrc: int) -> None: ...
    def packets_missing(self, peer: PeerKey, ssrc: int, sequences: Sequence[int]) -> None: ...
    def address_moved(self, peer: PeerKey, address: Address) -> None: ...
    def connection_closed(self, address: Address) -> None: ...


async def plane(peers: Peers) -> tuple[int, Forwarded]:
    """The real thing, wired as the relay wires two-party calls."""
    subject = PythonPlane(HOST, 0, SystemClock().monotonic)
    port = await subject.start(Silent())
    for peer in peers:
        key = PeerKey(peer["key"])
        keys = SrtpKeys(peer["profile"], bytes.fromhex(peer["inbound"]), bytes.fromhex(peer["outbound"]))
        subject.add_peer(key, keys, (HOST, peer["port"]), Numbering())
        for kind, ssrc in peer["sources"].items():
            subject.add_source(key, Source(ssrc, kind))
        for kind, ssrc in peer["sinks"].items():
            subject.add_sink(key, Sink(ssrc, None, kind, {96: 96, 111: 111}))
    for peer in peers:
        for kind, ssrc in peer["sources"].items():
            other = peers[peer["other"]]
            subject.connect(PeerKey(peer["key"]), ssrc, PeerKey(other["key"]), other["sinks"][kind])
    return port, lambda: sum(sink.sent_packets for p in subject.stats().peers.values() for sink in p.sinks)


async def echo(peers: Peers) -> tuple[int, Forwarded]:
    """Datagrams passed on as they are: what the sockets and the loop cost alone."""
    opened = open_udp(HOST, 0)
    to = {(HOST, peer["port"]): (HOST, peers[peer["other"]]["port"]) for peer in peers}
    count = [0]

    def readable() -> None:
        for _ in range(64):
            try:
                data, address = opened.recvfrom(2048)
            except BlockingIOError:
                return
            opened.sendto(data, to[address])
            count[0] += 1

    asyncio.get_running_loop().add_reader(opened.fileno(), readable)
    return opened.getsockname()[1], lambda: count[0]


SUBJECTS = {"plane": plane, "echo": echo}


async def main(subject: str, peers: Peers) -> None:
    port, forwarded = await SUBJECTS[subject](peers)
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def report() -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({"cpu_s": used.ru_utime + used.ru_stime, "forwarded": forwarded()}), flush=True)

    def listen() -> None:
        for _ in sys.stdin:
            loop.call_soon_threadsafe(report)
        loop.call_soon_threadsafe(ended.set)

    print(port, flush=True)
    threading.Thread(target=listen, daemon=True).start()
    await ended.wait()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], json.loads(sys.stdin.readline())))
