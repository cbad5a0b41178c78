"""Recent packets of one published video stream, to answer NACKs with. Pure; bounded in number and time."""

from media.packet import Packet

SIZE_PACKETS = 256  # a power of two; 1 s of 1.5 Mbit/s, and longer of less
MAX_AGE_S = 1.0


class PacketCache:
    """A ring by sequence number."""

    __slots__ = ("_arrived_at", "_oldest", "_packets", "newest")

    def __init__(self) -> None:
        self._packets: list[Packet | None] = [None] * SIZE_PACKETS
        self._arrived_at = [0.0] * SIZE_PACKETS
        self._oldest = -1  # where what may be too old begins; a sequence number
        self.newest = -1

    def put(self, packet: Packet, now: float) -> None:
        """Keep a packet, in any order, and let go of what is too old."""
        sequence = packet.sequence
        at = sequence & SIZE_PACKETS - 1
        self._packets[at] = packet
        self._arrived_at[at] = now
        if self.newest < 0:
            self._oldest = self.newest = sequence
        elif (sequence - self.newest & 0xFFFF) < 0x8000:
            self.newest = sequence
        self._forget(now - MAX_AGE_S)

    def get(self, sequence: int, now: float) -> Packet | None:
        """The packet of this number, if it is kept."""
        at = sequence & SIZE_PACKETS - 1
        packet = self._packets[at]
        if packet is None or packet.sequence != sequence or now - self._arrived_at[at] > MAX_AGE_S:
            return None
        return packet

    def recent(self, count: int, now: float) -> list[Packet]:
        """Up to `count` of the newest packets, newest first."""
        found: list[Packet] = []
        for back in range(SIZE_PACKETS if self.newest >= 0 else 0):
            packet = self.get(self.newest - back & 0xFFFF, now)
            if packet is not None:
                found.append(packet)
                if len(found) == count:
                    break
        return found

    def clear(self) -> None:
        """Forget all."""
        self._packets = [None] * SIZE_PACKETS
        self._oldest = self.newest = -1

    def _forget(self, before: float) -> None:
        ahead = self.newest - self._oldest & 0xFFFF
        if ahead >= SIZE_PACKETS:
            self._oldest = self.newest - SIZE_PACKETS + 1 & 0xFFFF
        while self._oldest != self.newest:
            at = self._oldest & SIZE_PACKETS - 1
            if self._packets[at] is not None and self._arrived_at[at] >= before:
                return
            self._packets[at] = None
            self._oldest = self._oldest + 1 & 0xFFFF
