"""Who hears what a plane tells: media.plane.PlaneEvents put together from the parts that act on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from media.plane import Address, PeerKey, StreamStarted


@dataclass(frozen=True)
class Listeners:
    """One callable for each event."""

    stun_received: Callable[[bytes, Address], None]
    dtls_received: Callable[[bytes, Address], None]
    rtcp_received: Callable[[PeerKey, bytes], None]
    stream_started: Callable[[PeerKey, StreamStarted], None]
    key_frame_started: Callable[[PeerKey, int], None]
    key_frame_needed: Callable[[PeerKey, int], None]
    packets_missing: Callable[[PeerKey, int, Sequence[int]], None]
    address_moved: Callable[[PeerKey, Address], None]
    connection_closed: Callable[[Address], None]
