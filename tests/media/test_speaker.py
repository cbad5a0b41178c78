"""The speaker is who speaks: not who coughs, nor whose fan hums."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.speaker import MAX_VIDEOS, MIN_TURN_S, ActiveSpeaker

VOICE, QUIET_VOICE = (30, 32, 28, 46), (46, 45, 48, 62)  # with the gaps between words
COUGH, FAN, SILENT = 5, 40, 127


class Room:
    """Lets time pass in steps, with levels that stay or go round."""

    def __init__(self, step_s: float = 0.1) -> None:
        self.active = ActiveSpeaker()
        self.now = 0.0
        self.step_s = step_s

    def hear(self, seconds: float, **levels: int | tuple[int, ...]) -> str | None:
        for step in range(round(seconds / self.step_s)):
            self.now += self.step_s
            heard = {s: at if isinstance(at, int) else at[step % len(at)] for s, at in levels.items()}
            self.active.levels(heard, self.now)
        speaker = self.active.speaker
        assert speaker is None or isinstance(speaker, str)
        return speaker


def test_before_anybody_has_spoken_there_is_no_speaker() -> None:
    room = Room()
    assert room.hear(5, a=SILENT, b=90) is None
    assert room.active.ranking == ("a", "b")


@pytest.mark.parametrize("step_s", [0.02, 0.1, 0.25, 0.5])
@pytest.mark.parametrize("level", [VOICE, QUIET_VOICE])
def test_who_speaks_is_the_speaker_within_a_second_however_often_levels_come(
    step_s: float, level: tuple[int, ...]
) -> None:
    assert Room(step_s).hear(1 + step_s, a=SILENT, b=level) == "b"


@pytest.mark.parametrize("step_s", [0.02, 0.1, 0.25])
def test_a_cough_does_not_make_a_speaker_nor_take_the_turn(step_s: float) -> None:
    room = Room(step_s)
    assert room.hear(0.25, b=COUGH) is None
    room.hear(3, b=SILENT)
    assert room.hear(2, a=VOICE, b=SILENT) == "a"
    room.hear(2, a=SILENT, b=SILENT)
    assert room.hear(0.25, a=SILENT, b=COUGH) == "a"
    assert room.hear(5, a=SILENT, b=SILENT) == "a"


def test_the_turn_passes_when_another_goes_on() -> None:
    room = Room()
    assert room.hear(5, a=VOICE, b=SILENT) == "a"
    assert room.hear(2, a=SILENT, b=VOICE) == "b"
    assert room.active.ranking == ("b", "a")


def test_who_speaks_at_the_same_time_does_not_take_the_turn_however_loud() -> None:
    room = Room()
    room.hear(3, a=QUIET_VOICE, b=SILENT)
    assert room.hear(10, a=QUIET_VOICE, b=COUGH) == "a"


def test_who_is_talked_over_and_hesitates_keeps_the_turn_and_who_gives_up_loses_it() -> None:
    room = Room()
    room.hear(3, a=VOICE, b=SILENT)
    room.hear(3, a=VOICE, b=VOICE)
    assert room.hear(0.3, a=SILENT, b=VOICE) == "a"
    assert room.hear(3, a=VOICE, b=VOICE) == "a"
    assert room.hear(1, a=SILENT, b=VOICE) == "b"


def test_a_pause_for_breath_does_not_give_the_turn_away() -> None:
    room = Room()
    room.hear(3, a=VOICE, b=SILENT)
    for _ in range(10):
        assert room.hear(0.4, a=SILENT, b=VOICE) == "a"
        assert room.hear(0.8, a=VOICE, b=SILENT) == "a"


def test_a_steady_noise_is_not_a_voice_for_long() -> None:
    room = Room()
    room.hear(30, a=FAN, b=SILENT)
    assert room.hear(2, a=FAN, b=QUIET_VOICE) == "b"
    assert room.hear(60, a=FAN, b=SILENT) == "b"


def test_packets_lost_on_the_way_do_not_turn_a_noise_into_a_voice() -> None:
    room = Room()
    room.hear(30, a=FAN, b=SILENT)
    room.hear(2, a=FAN, b=VOICE)
    for _ in range(20):
        room.hear(0.3, b=SILENT)
        assert room.hear(1, a=FAN, b=SILENT) == "b"


def test_a_voice_over_a_steady_noise_is_heard() -> None:
    room = Room()
    room.hear(30, a=FAN, b=SILENT)
    room.hear(2, a=FAN, b=VOICE)
    assert room.hear(2, a=(20, 22, 20, FAN), b=SILENT) == "a"


def test_a_long_speech_is_no_background() -> None:
    room = Room()
    for _ in range(30):
        room.hear(4, a=VOICE, b=SILENT)
        assert room.hear(0.2, a=70, b=SILENT) == "a"
    assert room.hear(1, a=VOICE, b=FAN) == "a"


def test_time_in_which_nothing_was_told_counts_neither_way() -> None:
    room = Room()
    room.hear(1, a=VOICE)
    room.now += 3600
    assert room.hear(0.1, b=VOICE) == "a"
    assert room.hear(2, b=VOICE) == "b"


def test_who_leaves_is_forgotten() -> None:
    room = Room()
    room.hear(2, a=VOICE, b=SILENT)
    room.active.forget("a")
    room.active.forget("never here")
    assert room.active.speaker is None
    assert room.active.ranking == ("b",)
    assert room.hear(1, b=VOICE) == "b"


def test_the_ranking_is_by_last_turn_then_by_arrival() -> None:
    room = Room()
    room.active.add("camera alone")
    room.hear(2, a=SILENT, b=VOICE)
    room.hear(3, a=VOICE)
    room.active.add("late")
    assert room.active.ranking == ("a", "b", "camera alone", "late")


def test_the_last_n_are_the_pinned_and_then_the_latest_speakers() -> None:
    room = Room()
    for name in "abcdefgh":
        room.hear(3, **{name: VOICE})
    assert room.active.last_n(3) == ("h", "g", "f")
    assert room.active.last_n(3, pinned=["a"]) == ("a", "h", "g")
    assert room.active.last_n(3, pinned=["h", "a", "h"], without={"g"}) == ("h", "a", "f")
    assert room.active.last_n(3, pinned=["a"], without={"a", "h"}) == ("g", "f", "e")
    assert len(room.active.last_n(30)) == MAX_VIDEOS
    assert room.active.last_n(0) == ()


sources = st.sampled_from("abcdefghij")


@given(
    st.lists(st.tuples(st.dictionaries(sources, st.integers(0, 127)), st.floats(0, 2)), max_size=60),
    st.integers(-1, 40),
    st.lists(sources, max_size=10),
    st.sets(sources),
)
def test_whatever_is_heard_the_order_is_whole_and_turns_are_not_short(
    heard: list[tuple[dict[str, int], float]], n: int, pinned: list[str], without: set[str]
) -> None:
    active, now, turns = ActiveSpeaker(), 0.0, []
    known: set[str] = set()
    for levels, passed_s in heard:
        now += passed_s
        before = active.speaker
        active.levels(levels, now)
        known |= set(levels)
        if active.speaker != before:
            turns.append(now)
            assert active.ranking[0] == active.speaker
    assert all(after - before >= MIN_TURN_S for before, after in pairwise(turns))
    assert sorted(map(str, active.ranking)) == sorted(known)
    shown = active.last_n(n, pinned, without)
    assert len(set(shown)) == len(shown) <= max(0, min(n, MAX_VIDEOS))
    assert not set(shown) & without
    wanted = [source for source in dict.fromkeys(pinned) if source not in without]
    assert shown[: len(wanted)] == tuple(wanted)[: len(shown)]
    assert len(shown) == min(max(n, 0), MAX_VIDEOS, len((known | set(pinned)) - without))


@given(st.lists(st.tuples(st.integers(0, 127), st.integers(1, 3)), max_size=30))
def test_no_bursts_of_a_third_of_a_second_with_two_seconds_between_take_the_turn(
    bursts: list[tuple[int, int]],
) -> None:
    room = Room()
    room.hear(3, a=VOICE, b=SILENT)
    for level, steps in bursts:
        assert room.hear(steps * room.step_s, a=SILENT, b=level) == "a"
        assert room.hear(2, a=SILENT, b=SILENT) == "a"
