"""Changes inputs at random, as a bad line or an enemy would. The same seed gives the same inputs."""

from collections.abc import Callable, Sequence
from random import Random

MAX_CHANGES = 6
MAX_PIECE = 24
EDGES = (0, 1, 2, 0x0F, 0x10, 0x3F, 0x40, 0x7F, 0x80, 0x81, 0xBE, 0xC0, 0xDE, 0xFE, 0xFF)

Change = Callable[[Random, bytearray, bytes], None]


def mutants(seeds: Sequence[bytes], words: Sequence[bytes], seed: int, count: int) -> list[bytes]:
    """`count` inputs, each a seed with some changes."""
    rng = Random(seed)
    return [mutant(rng, seeds, words) for _ in range(count)]


def mutant(rng: Random, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    data, other = bytearray(rng.choice(seeds)), rng.choice(seeds)
    for _ in range(rng.randint(1, MAX_CHANGES)):
        if words and rng.random() < 0.5:
            rng.choice(TEXT_CHANGES)(rng, data, rng.choice(words))
        else:
            rng.choice(CHANGES)(rng, data, other)
    return bytes(data)


def _span(rng: Random, data: bytes | bytearray) -> slice:
    start = rng.randrange(len(data) + 1)
    return slice(start, start + rng.randint(1, MAX_PIECE))


def _flip(rng: Random, data: bytearray, other: bytes) -> None:
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _set(rng: Random, data: bytearray, other: bytes) -> None:
    if data:
        data[rng.randrange(len(data))] = rng.choice(EDGES) if rng.random() < 0.6 else rng.randrange(256)


def _count(rng: Random, data: bytearray, other: bytes) -> None:
    """A number one more or one less: lengths and counts that are nearly right."""
    if data:
        at = rng.randrange(len(data))
        data[at] = data[at] + rng.choice((-1, 1)) & 0xFF


def _cut(rng: Random, data: bytearray, other: bytes) -> None:
    del data[rng.randrange(len(data) + 1) :]


def _delete(rng: Random, data: bytearray, other: bytes) -> None:
    del data[_span(rng, data)]


def _insert(rng: Random, data: bytearray, other: bytes) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = rng.randbytes(rng.randint(1, MAX_PIECE))


def _repeat(rng: Random, data: bytearray, other: bytes) -> None:
    piece, at = data[_span(rng, data)], rng.randrange(len(data) + 1)
    data[at:at] = piece


def _splice(rng: Random, data: bytearray, other: bytes) -> None:
    data[rng.randrange(len(data) + 1) :] = other[rng.randrange(len(other) + 1) :]


def _append(rng: Random, data: bytearray, other: bytes) -> None:
    data += other


def _word(rng: Random, data: bytearray, word: bytes) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = word


def _instead(rng: Random, data: bytearray, word: bytes) -> None:
    """A word in the place of another one."""
    start = rng.randrange(len(data) + 1)
    end = min((at for at in (data.find(mark, start) for mark in b" :;/\r") if at >= 0), default=len(data))
    data[start:end] = word


def _lines(rng: Random, data: bytearray, word: bytes) -> None:
    """A line lost, doubled or moved."""
    rows = data.split(b"\r\n")
    row = rows.pop(rng.randrange(len(rows)))
    for _ in range(rng.randrange(3)):
        rows.insert(rng.randrange(len(rows) + 1), row)
    data[:] = b"\r\n".join(rows)


CHANGES: tuple[Change, ...] = (_flip, _set, _set, _count, _cut, _delete, _insert, _repeat, _splice, _append)
TEXT_CHANGES: tuple[Change, ...] = (_word, _instead, _instead, _lines, _lines)
