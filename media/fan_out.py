"""One packet to many viewers at once: all copies made first, then sent in one go (media/burst.py).

That costs less per copy than one after the other, from a few viewers on. Whoever cannot be served so, over
TCP or with another payload type, is given back. Not here: the way of a packet to one (media/python_path.py).
"""

from collections import Counter
from collections.abc import Callable, Sequence

from media.burst import COPIES, Burst
from media.packet import Packet
from media.plane import Address
from media.python_streams import Slot

FEWEST = 4  # viewers; for fewer it is not worth it


class FanOut:
    """`sent` sends to one address and tells whether it could; `ignored` counts what is dropped."""

    def __init__(
        self, burst: Burst, sent: Callable[[memoryview, Address], bool], ignored: Counter[str]
    ) -> None:
        self._burst, self._sent, self._ignored = burst, sent, ignored

    def send(self, slots: Sequence[Slot], packet: Packet, now: float, fd: int) -> Sequence[Slot]:
        """From this socket; gives the slots that are to be served one by one."""
        others: list[Slot] = []
        full: list[tuple[Slot, int]] = []
        burst, payload_type = self._burst, packet.payload_type
        for slot in slots:
            peer = slot.peer
            if peer.kernel_address is None or payload_type not in slot.payload_types:
                others.append(slot)
                continue
            header = slot.header(packet, now)
            payload = packet.payload if slot.pictures is None or header is None else slot.payload(packet)
            if header is None or payload is None:
                self._ignored["rtp_before_switch"] += 1
            elif burst.add(peer.outbound, header, payload, peer.kernel_address):
                full.append((slot, len(payload)))
                if len(full) == COPIES:
                    self._flush(full, packet, now, fd)
            else:
                self._ignored["protect_refused"] += 1
        if full:
            self._flush(full, packet, now, fd)
        return others

    def _flush(self, full: list[tuple[Slot, int]], packet: Packet, now: float, fd: int) -> None:
        """The kernel stops at the first copy that it does not take: the rest goes one by one."""
        taken = self._burst.send(fd)
        for at, ((slot, octets), copy) in enumerate(zip(full, self._burst.copies, strict=True)):
            peer = slot.peer
            if at >= taken and not self._sent(copy, peer.address):
                continue
            size = len(copy)
            peer.sent_packets += 1
            peer.sent_bytes += size
            if slot.number_element is not None:
                peer.sent.note(size, now)
            slot.sent_packets += 1
            slot.sent_octets += octets
        full.clear()
        self._burst.clear()
