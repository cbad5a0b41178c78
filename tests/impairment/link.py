"""What one direction of a bad network does to datagrams. Pure: a size and `now` in, a time of arrival out.

Everything is drawn from a seed, each kind of misfortune from a generator of its own, so that changing one
setting leaves the others' draws as they were. Times are seconds, sizes are bytes of UDP payload. Sockets and
timers are in proxy.py.
"""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class GilbertElliott:
    """Loss in bursts: two states, changed per packet (Gilbert 1960, Elliott 1963; ITU-T G.1050 uses it too).

    `worsens` and `betters` are the chances to leave the good and the bad state; `good_loss` and `bad_loss`
    the chances that a packet is lost in them.
    """

    worsens: float
    betters: float
    good_loss: float = 0.0
    bad_loss: float = 1.0

    @classmethod
    def of(cls, loss: float, burst_packets: float | None = None) -> "GilbertElliott":
        """A mean loss (0..1) in bursts of a mean length; without one, losses are independent."""
        betters = 1 - loss if burst_packets is None else 1 / burst_packets
        return cls(worsens=loss * betters / (1 - loss), betters=betters)


@dataclass(frozen=True)
class Impairment:
    """The state of one direction. The default is a perfect one.

    Order is kept whatever the jitter; a share `reordered` of the packets is held back by `reordered_s` while
    the others pass. `rate_bps` is a link with a queue of `queue_bytes`, which drops what finds it full.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0  # mean of an exponential part on top of the delay
    loss: GilbertElliott | None = None
    reordered: float = 0.0
    reordered_s: float = 0.03
    rate_bps: int | None = None
    queue_bytes: int = 30_000
    blackhole: bool = False


class Link:
    """One direction. `change` while it runs; what has been decided stays decided."""

    def __init__(self, seed: int | str, impairment: Impairment | None = None) -> None:
        self.impairment = impairment or Impairment()
        self.passed = self.dropped = 0
        self._losses, self._jitter, self._order = (
            Random(f"{seed} {name}") for name in ("loss", "jit", "ord")
        )
        self._bad = False
        self._idle_at = 0.0  # when the narrow link has sent all it took
        self._last_arrival = 0.0

    def change(self, impairment: Impairment) -> None:
        """Another network from the next packet on."""
        self.impairment = impairment

    def arrival(self, size_bytes: int, now: float) -> float | None:
        """When a datagram sent now arrives; None: never."""
        at = None if self._lost() else self._carried(size_bytes, now)
        if at is None:
            self.dropped += 1
            return None
        self.passed += 1
        return self._ordered(at + self.impairment.delay_s + self._jittered())

    def _lost(self) -> bool:
        loss = self.impairment.loss
        if loss is None:
            return self.impairment.blackhole
        leaves = loss.betters if self._bad else loss.worsens
        if self._losses.random() < leaves:
            self._bad = not self._bad
        drawn = self._losses.random()
        return self.impairment.blackhole or drawn < (loss.bad_loss if self._bad else loss.good_loss)

    def _carried(self, size_bytes: int, now: float) -> float | None:
        rate_bps = self.impairment.rate_bps
        if rate_bps is None:
            return now
        begins = max(now, self._idle_at)
        if (begins - now) * rate_bps / 8 + size_bytes > self.impairment.queue_bytes:
            return None
        self._idle_at = begins + size_bytes * 8 / rate_bps
        return self._idle_at

    def _jittered(self) -> float:
        mean_s = self.impairment.jitter_s
        return self._jitter.expovariate(1 / mean_s) if mean_s else 0.0

    def _ordered(self, at: float) -> float:
        at = max(at, self._last_arrival)
        if self.impairment.reordered and self._order.random() < self.impairment.reordered:
            return at + self.impairment.reordered_s
        self._last_arrival = at
        return at
