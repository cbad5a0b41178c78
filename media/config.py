"""The `[media]` section of the configuration: where a relay listens and when it gives somebody up."""

import ipaddress
from dataclasses import dataclass

from core.config import Must, option, port


def _is_address(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


ADDRESS = Must("an IP address", _is_address)


@dataclass(frozen=True)
class MediaConfig:
    """One relay."""

    relay_id: str = option("local", "name of this relay; every relay process needs its own")
    udp_host: str = option(
        "127.0.0.1", "address the media port listens on; 0.0.0.0 or :: for all interfaces", must=ADDRESS
    )
    udp_port: int = option(
        40000, "the one port for all media, UDP and (ICE-TCP) TCP; 0 takes a free one", must=port(0)
    )
    tcp: bool = option(True, "take media over TCP on the same port, for networks that let no UDP pass")
    advertised_addresses: tuple[str, ...] = option(
        (),
        "IP addresses browsers reach the media port under (behind NAT: the public one); empty: the one it "
        "listens on, or the machine's main one when that is all of them",
        must=ADDRESS,
    )
    silent_after_s: float = option(5.0, "somebody from whom nothing has come for so long counts as silent")
    gone_after_s: float = option(60.0, "somebody silent for so long loses their seat")
    drain_s: float = option(
        1800.0, "a relay that is told to end (SIGTERM) lets calls that cannot move go on for so long"
    )
    max_participants: int = option(200, "participants at one time; more are sent to another relay")
