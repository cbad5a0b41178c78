"""What a target of fuzzing is. Not here: which there are (targets.py), how inputs change (mutation.py)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MAX_WORDS = 600
_WORD = re.compile(rb"[A-Za-z0-9][A-Za-z0-9_./-]*")


@dataclass(frozen=True)
class Target:
    """A parser under test.

    `check` gives whether the input was understood; it raises when the parser does what it must not: an
    exception of another kind than its contract names, or a result that contradicts itself or the input.
    `seeds` are inputs that are understood. `share`: of the time of a long run, relative to the others.
    """

    name: str
    check: Callable[[bytes], bool]
    seeds: Sequence[bytes]
    is_text: bool = False
    max_bytes: int = 1500
    share: float = 1.0

    def words(self) -> list[bytes]:
        """Words of the seeds, to be put where they do not belong; of texts alone."""
        if not self.is_text:
            return []
        found = {word for seed in self.seeds for word in _WORD.findall(seed)}
        return sorted(found)[:MAX_WORDS]


class Contradiction(AssertionError):
    """The parser's result cannot be true."""


def require(true: bool, what: str) -> None:
    """An assertion that stays when Python leaves assertions out."""
    if not true:
        raise Contradiction(what)
