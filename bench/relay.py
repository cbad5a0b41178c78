"""What the relay costs per forwarded packet, and how long a packet stays in it.

Two-way calls of a camera (170 packets/s of 1,100 bytes in bursts of 3) and a microphone (50 of 100 bytes) on
each side, SRTP packets made beforehand, sent and received by this process; the plane runs in another one on
uvloop. Baseline: a process that passes the same datagrams on without looking at them, in turns with it. CPU
is what the kernel counts for that process. Not measured: handshakes, RTCP, a real network card.
"""

import heapq
import json
import os
import selectors
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from pylibsrtp import Policy

from bench import case, machine, table
from media.packet import HEADER
from media.srtp import session as srtp_session

CALLS = 10
ROUND_S = 2.5
ROUNDS = 3
PROFILE = "SRTP_AEAD_AES_128_GCM"
STREAMS = {"video": (96, 170, 3, 1100), "audio": (111, 50, 1, 100)}  # payload type, packets/s, burst, bytes
HOST = "127.0.0.1"
WARM_UP_S = 0.5
# As good as Janus on the same kind of machine (63-68 us); a delay nobody notices beside 20 ms of audio.
TARGET_US, TARGET_P99_MS = 60.0, 5.0


@dataclass
class Peer:
    """One side of a call."""

    key: int
    other: int
    sock: socket.socket
    inbound: bytes = field(default_factory=lambda: os.urandom(28))
    outbound: bytes = field(default_factory=lambda: os.urandom(28))

    def ssrc(self, kind: str, received: bool = False) -> int:
        return 10 * self.key + 2 * list(STREAMS).index(kind) + received

    def described(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "other": self.other,
            "port": self.sock.getsockname()[1],
            "profile": PROFILE,
            "inbound": self.inbound.hex(),
            "outbound": self.outbound.hex(),
            "sources": {kind: self.ssrc(kind) for kind in STREAMS},
            "sinks": {kind: self.ssrc(kind, received=True) for kind in STREAMS},
        }


@dataclass(frozen=True)
class Round:
    """One run of one subject."""

    cpu_us: float
    delays_ms: list[float]
    lost_pct: float


Schedule = list[tuple[float, int, tuple[int, int], bytes]]  # when, who, (SSRC, number), datagram


def peers() -> list[Peer]:
    made = []
    for key in range(2 * CALLS):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sock.bind((HOST, 0))
        sock.setblocking(False)
        made.append(Peer(key, key ^ 1, sock))
    return made


def schedule(callers: list[Peer]) -> Schedule:
    """Every datagram of a round, in order of time; phases spread evenly."""
    parts = []
    for peer in callers:
        session = srtp_session(PROFILE, peer.inbound, Policy.SSRC_ANY_OUTBOUND)
        for kind, (payload_type, rate, burst, size) in STREAMS.items():
            ssrc, rows = peer.ssrc(kind), []
            for number in range(int(rate * (ROUND_S + WARM_UP_S))):
                at = (number // burst) * burst / rate + peer.key / len(callers) * burst / rate
                header = HEADER.pack(0x8000 | payload_type, number, number * 500, ssrc)
                rows.append(
                    (
                        at,
                        peer.key,
                        (ssrc, number),
                        session.protect(
                            header + (b"\x10\x00\x9d" if number == 0 else b"\x10\x01\x9d") + bytes(size - 3)
                        ),
                    )
                )
            parts.append(rows)
    return list(heapq.merge(*parts))


class Subject:
    """The measured process."""

    def __init__(self, name: str, callers: list[Peer]) -> None:
        command = [sys.executable, "-m", "bench.relay_subject", name]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self._ask(json.dumps([peer.described() for peer in callers])))

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()

    def usage(self) -> tuple[float, int]:
        answer = json.loads(self._ask("usage"))
        return answer["cpu_s"], answer["forwarded"]

    def close(self) -> None:
        self._process.communicate(timeout=10)


class Load:
    """Sends the schedule and notes when each packet comes back on the other side."""

    def __init__(self, callers: list[Peer], rewritten: bool) -> None:
        self._callers = callers
        self._back = {}  # SSRC as received -> SSRC as sent
        for peer in callers:
            for kind in STREAMS:
                sent = callers[peer.other].ssrc(kind)
                self._back[peer.ssrc(kind, received=True) if rewritten else sent] = sent
        self._selector = selectors.DefaultSelector()
        for peer in callers:
            self._selector.register(peer.sock, selectors.EVENT_READ)
        self.sent_at: dict[tuple[int, int], float] = {}
        self.delays_ms: list[float] = []

    def run(self, plan: Schedule, port: int) -> None:
        start, at = time.perf_counter() + 0.05, 0
        while at < len(plan):
            now = time.perf_counter()
            while at < len(plan) and start + plan[at][0] <= now:
                _, who, packet, data = plan[at]
                self.sent_at[packet] = time.perf_counter()
                self._callers[who].sock.sendto(data, (HOST, port))
                at += 1
            self._drain(max(0.0, start + plan[at][0] - time.perf_counter()) if at < len(plan) else 0.2)

    def _drain(self, timeout_s: float) -> None:
        for key, _ in self._selector.select(timeout_s):
            while True:
                try:
                    data = key.fileobj.recv(2048)  # type: ignore[union-attr]
                except BlockingIOError:
                    break
                _, number, _, ssrc = HEADER.unpack_from(data)
                sent_at = self.sent_at[self._back[ssrc], number]
                self.delays_ms.append((time.perf_counter() - sent_at) * 1000)


def measure(name: str) -> Round:
    """One round with fresh keys and a fresh process."""
    callers = peers()
    subject = Subject(name, callers)
    plan = schedule(callers)
    warm = [row for row in plan if row[0] < WARM_UP_S]
    load = Load(callers, rewritten=name == "plane")
    load.run(warm, subject.port)
    warmed = len(load.delays_ms)
    cpu_before, packets_before = subject.usage()
    load.run([(at - WARM_UP_S, *rest) for at, *rest in plan[len(warm) :]], subject.port)  # type: ignore[misc]
    cpu_after, packets_after = subject.usage()
    subject.close()
    for peer in callers:
        peer.sock.close()
    forwarded = packets_after - packets_before
    return Round(
        cpu_us=(cpu_after - cpu_before) * 1e6 / forwarded,
        delays_ms=load.delays_ms[warmed:],
        lost_pct=100 * (1 - len(load.delays_ms) / len(plan)),
    )


def run() -> dict[str, Any]:
    """About 25 s."""
    rounds: dict[str, list[Round]] = {"plane": [], "echo": []}
    for _ in range(ROUNDS):
        for name, done in rounds.items():
            done.append(measure(name))
    cost = {name: median(one.cpu_us for one in done) for name, done in rounds.items()}
    centiles = {
        name: quantiles([delay for one in done for delay in one.delays_ms], n=100)
        for name, done in rounds.items()
    }
    lost = {name: max(one.lost_pct for one in done) for name, done in rounds.items()}
    what = f"{CALLS} two-way calls"
    delay = [
        case(f"{what}: delay p{p}", centiles["plane"][p - 1], "ms", centiles["echo"][p - 1], target)
        for p, target in ((50, None), (99, TARGET_P99_MS))
    ]
    return {
        "cases": [
            case(f"{what}: CPU per forwarded packet", cost["plane"], "us", cost["echo"], TARGET_US),
            *delay,
            case(f"{what}: packets lost, worst round", lost["plane"], "%", lost["echo"], 0.1),
        ],
    }


if __name__ == "__main__":
    print(table({"machine": machine(), **run()}))
