"""Sends finished packets at their times and notes what comes back: counts, and the delay of a sample.

One thread, one selector, no asyncio: it shares the machine with what it measures. The delay of a packet runs
from just before sendto to the kernel's own time of arrival, so that a busy generator is not in it; a tenth
of what arrives is decrypted, which tells the packet's name and that it was whole.
"""

import fcntl
import heapq
import selectors
import struct
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import count
from random import Random

from bench.relay.accounting import cpu_s, memory_bytes, waited_s
from bench.relay.peer import Peer
from bench.relay.reports import Reporter
from bench.relay.streams import NAME, SHAPES, Packet, plan, stream_number

SAMPLED = 0.1
SIOCGSTAMPNS = 0x8907  # asm-generic/sockios.h: when the last received datagram came, by the wall clock
TIMESPEC = struct.Struct("qq")
HEADER = struct.Struct("!HHLL")
MEDIA_TYPES = frozenset(shape.payload_type for shape in SHAPES.values())
REPORT_EVERY_S, FEEDBACK_EVERY_S, CHECK_EVERY_S = 1.0, 0.1, 2.5
LEAD_S, DRAIN_S = 0.2, 0.5


class Load:
    """All peers of one process. `pid` is whom they talk to; figures of a phase are taken by `mark`."""

    def __init__(self, senders: list[Peer], receivers: list[Peer], duration_s: float, pid: int) -> None:
        self._senders, self._pid, self._duration_s = senders, pid, duration_s
        peers = list({id(peer): peer for peer in (*senders, *receivers)}.values())
        self._reporters = [Reporter(peer) for peer in peers]
        self._plan: list[Packet] = plan(senders, duration_s)
        self._sent_at: dict[int, list[int]] = {
            stream_number(at, kind): [0] * int(duration_s * SHAPES[kind].packets_per_s + 1)
            for at, peer in enumerate(senders)
            for kind in peer.sends
        }
        self._selector = selectors.DefaultSelector()
        for reporter in self._reporters:
            self._selector.register(reporter.peer.sock, selectors.EVENT_READ, reporter)
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._random = Random(1)
        self._buffer = bytearray(2048)
        self.sent = self.received = self.bad = 0
        self.delays_ms: list[float] = []

    def at(self, due_s: float, act: Callable[[], None]) -> None:
        """Do something so long after the start."""
        heapq.heappush(self._timers, (due_s, next(self._numbers), act))

    def mark(self) -> dict[str, float]:
        """Totals so far."""
        return {
            "subject_cpu_s": cpu_s(self._pid),
            "memory_bytes": memory_bytes(self._pid),
            "subject_waited_s": waited_s(self._pid),
            "generator_cpu_s": time.process_time(),
            "received": self.received,
            "delays": len(self.delays_ms),
            "at_s": time.perf_counter(),
        }

    def run(self) -> None:
        """To the end of the plan and of what is still under way."""
        self._begin_reports()
        start, at, packets = time.perf_counter() + LEAD_S, 0, self._plan
        end = self._duration_s + DRAIN_S
        while (now := time.perf_counter() - start) < end:
            while at < len(packets) and packets[at].at <= now:
                self._send(packets[at])
                at += 1
            while self._timers and self._timers[0][0] <= now:
                heapq.heappop(self._timers)[2]()
            due = min(
                packets[at].at if at < len(packets) else end, self._timers[0][0] if self._timers else end
            )
            for key, _ in self._selector.select(max(0.0, due - (time.perf_counter() - start))):
                self._drain(key.data)

    def _send(self, packet: Packet) -> None:
        stream, number = packet.name
        peer = self._senders[packet.peer]
        self._sent_at[stream][number] = time.time_ns()
        peer.sock.sendto(packet.data, peer.remote.address)
        self.sent += 1

    def _drain(self, reporter: Reporter) -> None:
        receive, buffer = reporter.peer.sock.recv_into, self._buffer
        now_us = time.perf_counter_ns() // 1000
        while True:
            try:
                size = receive(buffer)
            except BlockingIOError:
                return
            if buffer[0] < 128:
                if buffer[0] < 4:
                    reporter.peer.stun_received(bytes(buffer[:size]))
            elif not 192 <= buffer[1] <= 223 and buffer[1] & 0x7F in MEDIA_TYPES:
                self._media(reporter, size, now_us)

    def _media(self, reporter: Reporter, size: int, now_us: int) -> None:
        self.received += 1
        _, sequence, _, ssrc = HEADER.unpack_from(self._buffer)
        reporter.heard[ssrc] = sequence
        if reporter.peer.transport_cc is not None:
            self._note_arrival(reporter, now_us)
        if self._random.random() < SAMPLED:
            self._sample(reporter.peer, bytes(self._buffer[:size]))

    def _note_arrival(self, reporter: Reporter, now_us: int) -> None:
        at, buffer = 16, self._buffer
        end = 16 + 4 * (buffer[14] << 8 | buffer[15]) if buffer[0] & 0x10 else 0
        while at < end:
            element = buffer[at]
            if element >> 4 == reporter.peer.transport_cc:
                reporter.note(buffer[at + 1] << 8 | buffer[at + 2], now_us)
                return
            at += 2 + (element & 0x0F) if element else 1

    def _sample(self, peer: Peer, data: bytes) -> None:
        seconds, nanoseconds = TIMESPEC.unpack(fcntl.ioctl(peer.sock.fileno(), SIOCGSTAMPNS, bytes(16)))
        try:
            stream, number = NAME.unpack(peer.inbound.unprotect(data)[-NAME.size :])
            sent_at = self._sent_at[stream][number]
        except Exception:  # libsrtp's, or a name that nobody has: either way not what was sent
            self.bad += 1
            return
        self.delays_ms.append((seconds * 10**9 + nanoseconds - sent_at) / 1e6)

    # Besides media.

    def _begin_reports(self) -> None:
        for at, reporter in enumerate(self._reporters):
            phase = at / len(self._reporters)
            self._every(REPORT_EVERY_S, phase, partial(self._report, reporter, Counter()))
            self._every(CHECK_EVERY_S, phase, reporter.check)
            if reporter.peer.transport_cc is not None:
                self._every(FEEDBACK_EVERY_S, phase, reporter.feedback)

    def _every(self, period_s: float, phase: float, act: Callable[[], None]) -> None:
        """Again and again, until the end."""

        def once(due_s: float) -> None:
            act()
            if due_s + period_s < self._duration_s:
                self.at(due_s + period_s, lambda: once(due_s + period_s))

        self.at(phase * period_s, lambda: once(phase * period_s))

    def _report(self, reporter: Reporter, sent: Counter[str]) -> None:
        for kind in reporter.peer.sends:
            sent[kind] += round(SHAPES[kind].packets_per_s * REPORT_EVERY_S)
        reporter.report(time.time(), sent, sent["audio"] / SHAPES["audio"].packets_per_s)
