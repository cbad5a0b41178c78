"""Section [ops] of config.toml: what staff see of live rooms."""

from dataclasses import dataclass

from core.config import option


@dataclass(frozen=True)
class OpsConfig:
    """Options of the live view; units are in the names."""

    stale_after_s: float = option(3.0, "figures older than this are not shown")
