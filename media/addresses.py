"""Which addresses an offer names for the media port."""

import ipaddress
import socket

from media.config import MediaConfig

SOMEWHERE = ("192.0.2.1", 9)  # RFC 5737: no packet is sent, the kernel only picks the route
SOMEWHERE_6 = ("2001:db8::1", 9)  # RFC 3849


def advertised(config: MediaConfig) -> tuple[str, ...]:
    """IP addresses in order of preference. Raises ValueError naming the option that is wrong."""
    try:
        named = tuple(str(ipaddress.ip_address(text)) for text in config.advertised_addresses)
        listening = ipaddress.ip_address(config.udp_host)
    except ValueError as error:
        raise ValueError(
            f"media.udp_host and media.advertised_addresses take IP addresses: {error}"
        ) from None
    if named:
        return named
    if not listening.is_unspecified:
        return (str(listening),)
    # A socket on :: takes both families.
    return tuple(_main_address(version) for version in ((4,) if listening.version == 4 else (4, 6)))


def _main_address(version: int) -> str:
    family, target = (socket.AF_INET, SOMEWHERE) if version == 4 else (socket.AF_INET6, SOMEWHERE_6)
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(target)
            return str(probe.getsockname()[0])
        except OSError:  # no network at all
            return "127.0.0.1" if version == 4 else "::1"
