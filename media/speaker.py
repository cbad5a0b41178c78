"""Who is speaking, from the audio levels in packets (RFC 6464). Pure; `now` in monotonic seconds.

Levels are 0 (loudest) to 127 -dBov (silence). Each source has an activity: the share of the last second or so
in which it was clearly louder than its own background, however loud; so a cough counts little, a fan nothing,
and a quiet voice as much as a loud one. Whoever was the speaker last stays it until another is clearly more
active. Not here: reading the levels out of packets, and which slot shows whom.
"""

import math
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

AnySource = TypeVar("AnySource", bound=Hashable)

ACTIVITY_TIME_S = 1.0  # time constant
SPEAKING = 0.45  # activity reached by 0.6 s of voice; a cough takes 0.3 s
HANGOVER_S = 0.2  # gaps within a word are part of it
LEAD = 0.2  # activity by which another has to exceed the speaker's
MIN_TURN_S = 1.5  # nobody is the speaker for less
VOICE_ABOVE_BACKGROUND_DB = 12
QUIETEST_BACKGROUND = 62  # -dBov; so that a voice is 50 or louder
BACKGROUND_RISE_DB_PER_S = 0.5  # slow enough for speech, whose pauses set it back
MAX_GAP_S = 0.5  # more than this between two calls counts as this: one level alone makes no speaker
MAX_VIDEOS = 6


@dataclass(slots=True)
class _Voice:
    activity: float = 0.0
    background: float = QUIETEST_BACKGROUND  # -dBov
    unvoiced_s: float = math.inf

    def heard(self, level: int | None, passed_s: float) -> None:
        """Count `passed_s` at this level; None, nothing came, which tells nothing of the background."""
        self.unvoiced_s += passed_s
        if level is not None:
            louder = self.background - BACKGROUND_RISE_DB_PER_S * passed_s
            self.background = min(QUIETEST_BACKGROUND, max(level, louder))
            if level <= self.background - VOICE_ABOVE_BACKGROUND_DB:
                self.unvoiced_s = 0.0
        is_voice = self.unvoiced_s < HANGOVER_S
        kept = math.exp(-passed_s / ACTIVITY_TIME_S)
        self.activity = self.activity * kept + is_voice * (1 - kept)


class ActiveSpeaker:
    """The voices of one room."""

    def __init__(self) -> None:
        self._voices: dict[Hashable, _Voice] = {}
        self._ranking: list[Hashable] = []
        self._speaker: Hashable | None = None
        self._since = -math.inf
        self._heard_at: float | None = None

    def add(self, source: Hashable) -> None:
        """Know a source that may never be heard: a camera whose microphone is off. It ranks last."""
        if source not in self._voices:
            self._voices[source] = _Voice()
            self._ranking.append(source)

    def forget(self, source: Hashable) -> None:
        """The source is gone."""
        if self._voices.pop(source, None) is not None:
            self._ranking.remove(source)
        if source == self._speaker:
            self._speaker = None

    def levels(self, levels: Mapping[AnySource, int], now: float) -> None:
        """What was heard since the last call: the mean level of each source's packets, 0..127 -dBov.

        Who is not in it was not heard. To be called some ten times a second with everybody's level at once.
        """
        passed_s = 0.0 if self._heard_at is None else min(max(now - self._heard_at, 0.0), MAX_GAP_S)
        self._heard_at = now
        for source in levels:
            self.add(source)
        heard: dict[Hashable, int] = dict(levels.items())
        for known, voice in self._voices.items():
            voice.heard(heard.get(known), passed_s)
        self._decide(now)

    def _decide(self, now: float) -> None:
        if self._speaker is not None and now - self._since < MIN_TURN_S:
            return
        # Of equals the one who spoke last, which the ranking begins with.
        best = max(self._ranking, key=lambda source: self._voices[source].activity, default=None)
        if best is None or best == self._speaker or self._voices[best].activity < SPEAKING:
            return
        spoken = self._voices[self._speaker].activity if self._speaker is not None else -LEAD
        if self._voices[best].activity >= spoken + LEAD:
            self._speaker, self._since = best, now
            self._ranking.remove(best)
            self._ranking.insert(0, best)

    @property
    def speaker(self) -> Hashable | None:
        """Who speaks, or spoke last; None before anybody has."""
        return self._speaker

    @property
    def ranking(self) -> tuple[Hashable, ...]:
        """Everybody known, who was the speaker last first, then in order of arrival."""
        return tuple(self._ranking)

    def last_n(
        self, n: int, pinned: Iterable[Hashable] = (), without: Collection[Hashable] = ()
    ) -> tuple[Hashable, ...]:
        """At most `n` sources to be seen, and never more than MAX_VIDEOS: the pinned in their order, then by
        ranking. `without`: never these; a viewer does not need itself. Take it as a set: who stays keeps its
        slot when the order changes.
        """
        order = dict.fromkeys(source for source in (*pinned, *self._ranking) if source not in without)
        return tuple(order)[: max(0, min(n, MAX_VIDEOS))]
