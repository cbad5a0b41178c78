"""Who is in which room, who sees whom, and what is to be reached. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.relay.subjects import WORKSHOP, Person

WARM_UP_S, STEADY_S, JOINING_S = 1.0, 4.0, 4.0
NEWCOMERS, NEWCOMERS_WITHIN_S = 20, 3.0


@dataclass(frozen=True)
class Case:
    """Either two-way `calls`, or one room of `publishers` and `viewers`.

    `to_janus`: what a packet may cost, in packets of Janus.
    """

    title: str
    calls: int = 0
    publishers: int = 0
    viewers: int = 0
    newcomers: int = 0
    to_janus: float | None = None
    p99_ms: float | None = None

    @property
    def copies(self) -> int:
        """How often each packet is passed on."""
        return self.viewers or 1

    def people(self) -> Iterator[tuple[int, str, bool]]:
        """Room, name, and whether they send. Those who send come first."""
        for call in range(self.calls):
            yield call + 1, f"{call}a", True
            yield call + 1, f"{call}b", True
        for at in range(self.publishers):
            yield WORKSHOP, f"publisher{at}", True
        for at in range(self.viewers):
            yield WORKSHOP, f"viewer{at}", False

    def watches(self, person: Person) -> bool:
        """Whether somebody receives: in a workshop only who does not send."""
        return person.sender is None or not self.viewers

    def seen_by(self, person: Person, publishing: list[Person]) -> list[Person]:
        """Whom somebody sees."""
        return [one for one in publishing if one.room == person.room and one.name != person.name]


CASES = {
    "one": Case("one two-way call", calls=1),
    "calls": Case("20 two-way calls", calls=20, newcomers=NEWCOMERS, to_janus=1.0, p99_ms=3.0),
    "workshop": Case("3 publishers x 30 viewers", publishers=3, viewers=30, to_janus=0.7),
}
JOINING_P99_MS = 10.0
CALL_BYTES = 1 << 20
