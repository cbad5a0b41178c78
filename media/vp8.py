"""The VP8 payload descriptor (RFC 7741 4.2): read it, and make its numbers one line across sources. Pure.

A viewer's decoder takes picture ids and TL0PICIDX to rise by one per picture; when a slot is filled from
another source (a layer, another person) they would jump, and frames be thrown away. This is hot: `read` runs
once per packet, `PictureMap.take` once per packet and viewer. KEYIDX is read and left as it is (no receiver
we know uses it). A source without picture ids passes unchanged. Not here: sequence numbers and timestamps
(media/rewrite.py), whether the packet begins a key frame (media/keyframe.py).
"""

from typing import NamedTuple

HAS_EXTENSIONS = 0x80  # X, in the first octet
HAS_PICTURE_ID, HAS_TL0PICIDX, HAS_TID, HAS_KEYIDX = 0x80, 0x40, 0x20, 0x10  # I, L, T, K, in the second
IS_WIDE = 0x80  # M: the picture id has 15 bits
WIDE, NARROW, TL0_RANGE = 0x8000, 0x80, 0x100  # how many numbers there are
LATE_PICTURES = 256  # further back is not late: the publisher's encoder has begun to count anew


class Descriptor(NamedTuple):
    """What stands before the VP8 payload. Numbers that are not there are -1.

    `octets` is the descriptor as it came; the VP8 payload follows it. `starts`: the picture's first octets
    are in this packet (start of its first partition).
    """

    octets: bytes
    starts: bool
    picture_id: int = -1
    wide: bool = False
    tl0picidx: int = -1
    tid: int = -1
    layer_sync: bool = False
    keyidx: int = -1


def read(packet: bytes, at: int = 0) -> Descriptor | None:
    """The descriptor that begins at `at`; None when the packet ends before it does."""
    try:
        first = packet[at]
        starts = first & 0x17 == 0x10
        if first & HAS_EXTENSIONS:
            return _read_extended(packet, at, starts)
    except IndexError:
        return None
    return Descriptor(packet[at : at + 1], starts)


def _read_extended(packet: bytes, start: int, starts: bool) -> Descriptor:
    extensions = packet[start + 1]
    at = start + 2
    picture_id = tl0picidx = tid = keyidx = -1
    wide = layer_sync = False
    if extensions & HAS_PICTURE_ID:
        picture_id = packet[at]
        if picture_id & IS_WIDE:
            at += 1
            wide, picture_id = True, (picture_id & 0x7F) << 8 | packet[at]
        at += 1
    if extensions & HAS_TL0PICIDX:
        tl0picidx = packet[at]
        at += 1
    if extensions & (HAS_TID | HAS_KEYIDX):
        last = packet[at]
        at += 1
        if extensions & HAS_TID:
            tid, layer_sync = last >> 6, bool(last & 0x20)
        if extensions & HAS_KEYIDX:
            keyidx = last & 0x1F
    return Descriptor(packet[start:at], starts, picture_id, wide, tl0picidx, tid, layer_sync, keyidx)


class PictureMap:
    """Picture ids and TL0PICIDX of one source after another, as one rising line.

    Call `restart` when another source follows and begin it with its key frame. A descriptor keeps its length
    unless a picture id of 7 bits comes where 15 have been used: then it grows by one octet, because a
    receiver could not tell the short id from a step back. A packet may be late by fewer than 64 pictures
    (7 bits) or LATE_PICTURES (15 bits).
    """

    __slots__ = ("_in", "_out", "_seen", "_since", "_tl0_in", "_tl0_out", "_wide_in", "_wide_out", "_written")

    def __init__(self) -> None:
        self._in = self._out = -1  # the newest picture id, as it came and as it went; -1: none (yet)
        self._since = 0  # pictures since the source began
        self._tl0_in = self._tl0_out = -1
        self._wide_in = self._wide_out = False
        self._seen = self._written = b""  # extensions of the last packet: most packets repeat them

    def restart(self) -> None:
        """The next packet begins another source."""
        self._in = self._tl0_in = -1
        self._since = 0
        self._wide_in = False
        self._seen = self._written = b""

    def take(self, descriptor: Descriptor) -> bytes | None:
        """The descriptor's octets as the viewer gets them; None for a picture from before the change."""
        octets, _, picture_id, wide, tl0picidx, _, _, _ = descriptor
        extensions = octets[1:]
        if extensions == self._seen:
            return octets[:1] + self._written
        if picture_id >= 0:
            picture_id = self._take_picture_id(picture_id, wide)
            if picture_id < 0:
                return None
        if tl0picidx >= 0:
            tl0picidx = self._take_tl0picidx(tl0picidx)
        self._seen = extensions
        self._written = written = _written(extensions, picture_id, wide, self._wide_out, tl0picidx)
        return octets[:1] + written

    def place(self, descriptor: Descriptor) -> bytes | None:
        """The octets of a packet that is sent again, without taking it as new; None before the change."""
        octets, _, picture_id, wide, tl0picidx, _, _, _ = descriptor
        if picture_id >= 0:
            step = self._step(picture_id) if self._in >= 0 else -LATE_PICTURES
            if step <= -LATE_PICTURES or self._since + step < 0:
                return None
            picture_id = self._bounded(self._out + step)
        if tl0picidx >= 0:
            if self._tl0_in < 0:
                return None
            tl0picidx = self._tl0_out + tl0picidx - self._tl0_in & 0xFF
        return octets[:1] + _written(octets[1:], picture_id, wide, self._wide_out, tl0picidx)

    def _step(self, picture_id: int) -> int:
        """Pictures from the newest to this one. A source's first wide id is still compared by 7 bits: some
        senders write short ids while they fit, others come to 15 bits after having gone round 7."""
        if self._wide_in:
            return (picture_id - self._in + (WIDE >> 1) & WIDE - 1) - (WIDE >> 1)
        return (picture_id - self._in + (NARROW >> 1) & NARROW - 1) - (NARROW >> 1)

    def _bounded(self, picture_id: int) -> int:
        return picture_id & (WIDE if self._wide_out else NARROW) - 1

    def _take_picture_id(self, picture_id: int, wide: bool) -> int:
        """The outgoing picture id; negative before the change."""
        step = 1
        if self._in >= 0:
            step = self._step(picture_id)
            if -LATE_PICTURES < step <= 0:
                return self._bounded(self._out + step) if self._since + step >= 0 else -1
            step = max(step, 1)
            self._since += step
        if wide:
            self._wide_in = self._wide_out = True
        self._in = picture_id
        self._out = picture_id if self._out < 0 else self._bounded(self._out + step)
        return self._out

    def _take_tl0picidx(self, tl0picidx: int) -> int:
        if self._tl0_in < 0:  # a source begins
            self._tl0_out = tl0picidx if self._tl0_out < 0 else self._tl0_out + 1 & 0xFF
        else:
            step = tl0picidx - self._tl0_in & 0xFF
            if step >= TL0_RANGE >> 1:  # late
                return self._tl0_out + step & 0xFF
            self._tl0_out = self._tl0_out + step & 0xFF
        self._tl0_in = tl0picidx
        return self._tl0_out


def _written(extensions: bytes, picture_id: int, wide: bool, wide_out: bool, tl0picidx: int) -> bytes:
    """Everything behind the first octet with these numbers; negative: there is no such number."""
    if picture_id < 0:
        return extensions if tl0picidx < 0 else bytes((extensions[0], tl0picidx)) + extensions[2:]
    if wide or wide_out:
        numbers: tuple[int, ...] = (extensions[0], IS_WIDE | picture_id >> 8, picture_id & 0xFF)
    else:
        numbers = (extensions[0], picture_id)
    end = 3 if wide else 2
    if tl0picidx < 0:
        return bytes(numbers) + extensions[end:]
    return bytes((*numbers, tl0picidx)) + extensions[end + 1 :]
