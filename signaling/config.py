"""Sections [signaling] and [turn] of config.toml: how long rights last, what is absence, where TURN is."""

from dataclasses import dataclass
from datetime import timedelta

from core.config import ConfigError, like, option

# RFC 7065 3.1: a browser that gets anything else makes no connection at all.
TURN_URL = r"turns?:([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(\?transport=(udp|tcp))?"


@dataclass(frozen=True)
class SignalingConfig:
    """Options of rooms; units are in the names."""

    grant_s: int = option(300, "a right to enter is good for so long; afterwards a new one is asked for")
    heartbeat_s: float = option(2.0, "how often a web process notes who is connected to it")
    away_after_s: float = option(4.5, "without connection and media for so long somebody counts as away")
    left_after_s: float = option(60.0, "without connection and media for so long somebody has left")
    watch_s: float = option(2.0, "how often rooms are checked for absence and dead relays")
    relay_lease_s: float = option(10.0, "a relay that has not told of itself for so long counts as dead")
    relay_timeout_s: float = option(2.0, "how long an answer of a relay is waited for")
    attempt_window_s: int = option(15 * 60, "the span the following limit speaks of")
    entries_per_address: int = option(3000, "rooms entered from one address; a company may share one")

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


@dataclass(frozen=True)
class TurnConfig:
    """TURN servers for networks that pass no media. Raises ConfigError where their secret is missing."""

    urls: tuple[str, ...] = option(
        (),
        "TURN servers for browsers, e.g. turn:turn.example.org:3478?transport=udp, "
        "turns:turn.example.org:443?transport=tcp; empty: none",
        must=like("of the form turn:HOST:PORT?transport=udp", TURN_URL),
    )
    secret: str = option(
        "",
        "shared with the TURN server (coturn: static-auth-secret)",
        secret="TODOKU_TURN_SECRET",  # noqa: S106
    )
    ttl_s: int = option(300, "credentials open an allocation for so long; one that stands goes on")

    def __post_init__(self) -> None:
        if self.urls and not self.secret:
            raise ConfigError("turn.urls needs turn.secret, in the environment as TODOKU_TURN_SECRET")


NO_TURN = TurnConfig()
