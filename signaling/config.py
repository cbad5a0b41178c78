"""Section [signaling] of config.toml: how long a grant lives and when silence means absence."""

from dataclasses import dataclass
from datetime import timedelta

from core.config import option


@dataclass(frozen=True)
class SignalingConfig:
    """Options of rooms; units are in the names."""

    grant_s: int = option(300, "a right to enter is good for so long; afterwards a new one is asked for")
    heartbeat_s: float = option(3.0, "how often a web process notes who is connected to it")
    away_after_s: float = option(10.0, "without connection and media for so long somebody counts as away")
    left_after_s: float = option(60.0, "without connection and media for so long somebody has left")
    watch_s: float = option(2.0, "how often rooms are checked for absence and dead relays")
    relay_lease_s: float = option(10.0, "a relay that has not told of itself for so long counts as dead")
    relay_timeout_s: float = option(2.0, "how long an answer of a relay is waited for")

    @property
    def grant_for(self) -> timedelta:
        return timedelta(seconds=self.grant_s)

    @property
    def away_after(self) -> timedelta:
        return timedelta(seconds=self.away_after_s)

    @property
    def left_after(self) -> timedelta:
        return timedelta(seconds=self.left_after_s)

    @property
    def relay_lease(self) -> timedelta:
        return timedelta(seconds=self.relay_lease_s)
