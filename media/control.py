"""RTCP and the clock of one relay: takes decisions to the plane, and looks again when something falls due.

What follows from what is decided in media/feedback.py (reports, key frames), media/uplink.py (loss and
arrivals of publishers) and media/downlink.py (what a subscriber's way can carry). Not here: who sits where
and sees whom (media/relay.py).
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence

from media.feedback import Estimates, Feedback, LinkQuality, Outgoing
from media.plane import PeerKey, PeerStats, Plane
from media.shield import Shield
from media.statistics import Rates, rates
from media.tallies import Tallies
from media.uplink import Uplinks

ARRIVALS_EVERY_S = 0.05
MOST_SHARES = 10  # into which everybody's reports of arrivals are divided, so that no packet waits for all
LEAST_WAIT_S = 0.002  # what fails again and again must not take all the time


def shares(peers: Collection[PeerKey]) -> list[list[PeerKey]]:
    """The peers in at most MOST_SHARES parts, as equal as can be; none is empty."""
    everybody = list(peers)
    return [everybody[at::MOST_SHARES] for at in range(min(MOST_SHARES, len(everybody)))]


class Alarm:
    """Calls `due` at the earliest time asked for."""

    def __init__(self, monotonic: Callable[[], float], due: Callable[[], None]) -> None:
        self._monotonic, self._due = monotonic, due
        self._timer: asyncio.TimerHandle | None = None
        self._at = 0.0

    def arm(self, at: float | None) -> None:
        """`at`: monotonic; None asks for nothing."""
        if at is None or (self._timer is not None and self._at <= at):
            return
        self.cancel()
        self._at = at
        delay_s = max(0.0, at - self._monotonic())
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._ring)

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        self._due()


class Control:
    """The feedback loops of all peers of one relay."""

    def __init__(self, plane: Plane, estimates: Estimates, monotonic: Callable[[], float]) -> None:
        self._plane, self._monotonic, self._shield = plane, monotonic, Shield(monotonic)
        self.tallies = Tallies()
        self._feedback = Feedback(plane, estimates, self.tallies)
        self._uplinks = Uplinks(plane, self.tallies)
        self._alarm = Alarm(monotonic, self._fell_due)
        self._peers: set[PeerKey] = set()
        self._arrivals = Alarm(monotonic, self._report_arrivals)
        self._due: list[list[PeerKey]] = []  # who is still to be told in this round
        self._share_s = ARRIVALS_EVERY_S
        self._share_at = 0.0

    def open(self, peer: PeerKey) -> None:
        """A peer's media may flow."""
        if not self._peers:
            self._share_at = self._monotonic() + ARRIVALS_EVERY_S
            self._arrivals.arm(self._share_at)
        self._peers.add(peer)

    def forget(self, peer: PeerKey) -> None:
        """The peer is gone."""
        self._peers.discard(peer)
        if not self._peers:
            self._due.clear()
        self._feedback.forget(peer)
        self._uplinks.forget(peer)
        self.tallies.forget(peer)

    def close(self) -> None:
        """No more timers."""
        self._alarm.cancel()
        self._arrivals.cancel()

    # What the plane tells.

    def received(self, peer: PeerKey, data: bytes) -> None:
        """A compound RTCP packet."""
        self._send(self._feedback.received(peer, data, self._monotonic()))

    def key_frame_started(self, peer: PeerKey, ssrc: int) -> None:
        """What was asked for has come."""
        self._feedback.key_frame_started(peer, ssrc)

    def key_frame_needed(self, peer: PeerKey, ssrc: int) -> None:
        """A slot waits for the source's next key frame."""
        self._send(self._feedback.key_frame(peer, ssrc, self._monotonic()))

    def packets_missing(self, peer: PeerKey, ssrc: int, sequences: Sequence[int]) -> None:
        """Numbers of a publisher's stream were skipped."""
        self._uplinks.missing(peer, ssrc, sequences, self._monotonic())
        self._alarm.arm(self._uplinks.next_due())

    # What the relay tells.

    def key_frame_at_once(self, peer: PeerKey, ssrc: int) -> None:
        """A slot is to be filled: its viewer needs a key frame now, whoever asked a moment ago."""
        self._send(self._feedback.key_frame(peer, ssrc, self._monotonic(), at_once=True))

    def cap(self, peer: PeerKey, ssrc: int, bps: int) -> None:
        """Tell a publisher what those who watch can take."""
        self._send([self._feedback.cap(peer, ssrc, bps)])

    def tick(
        self, peer: PeerKey, before: PeerStats | None, after: PeerStats, interval_s: float
    ) -> Rates | None:
        """Once a second: our receiver report to the peer, and its rates."""
        self._send([self._feedback.report(peer, after.sources, self._monotonic())])
        if before is None:
            return None
        return rates(before, after, interval_s, self._feedback.quality.get(peer, LinkQuality()))

    def rtt_ms(self, peer: PeerKey) -> float | None:
        """The peer's round trip, if it is known."""
        return self._feedback.quality.get(peer, LinkQuality()).rtt_ms

    @property
    def counters(self) -> dict[str, int]:
        """What was done, by kind."""
        return {**self._feedback.counters, **self._uplinks.counters}

    # Inside.

    def _send(self, outgoing: Iterable[Outgoing]) -> None:
        self._ask(outgoing)
        self._alarm.arm(self._feedback.next_due())

    def _ask(self, outgoing: Iterable[Outgoing]) -> None:
        for item in outgoing:
            if item.key_frame_of is not None:
                self._plane.watch_key_frame(item.peer, item.key_frame_of)
            self._plane.send_rtcp(item.peer, item.data)

    def _fell_due(self) -> None:
        now = self._monotonic()
        self._shield.run("losses", self._ask_for_losses, now)
        self._shield.run("key_frames", self._ask_for_key_frames, now)
        for due in (self._feedback.next_due(), self._uplinks.next_due()):
            self._alarm.arm(due if due is None else max(due, now + LEAST_WAIT_S))

    def _ask_for_losses(self, now: float) -> None:
        lost = self._uplinks.due(now, self._feedback.rtt_s)
        self._ask(lost.asked)
        for peer, ssrc in lost.given_up:
            self._ask(self._feedback.key_frame(peer, ssrc, now))

    def _ask_for_key_frames(self, now: float) -> None:
        self._ask(self._feedback.due(now))

    def _report_arrivals(self) -> None:
        if not self._peers:
            return
        now = self._monotonic()
        if not self._due:
            self._due = shares(self._peers)
            self._share_s = ARRIVALS_EVERY_S / len(self._due)
        for peer in self._due.pop():
            if peer in self._peers:
                self._shield.run("arrivals", self._report_to, peer, now)
        # By plan, not by now: what each share is late must not add up over a round.
        self._share_at = max(self._share_at + self._share_s, now + LEAST_WAIT_S)
        self._arrivals.arm(self._share_at)

    def _report_to(self, peer: PeerKey, now: float) -> None:
        for outgoing in self._uplinks.arrivals(peer, now):
            self._plane.send_rtcp(outgoing.peer, outgoing.data)
