"""What the exercise library takes and gives over HTTP."""

from typing import Annotated, Any

from pydantic import Field

from care.exercise import Dose, Exercise, Posture, Region, Tag, Words
from care.exercises import Found
from core.http import Reply
from core.pages import Page

BASE = "/api/exercises"


class ExercisesQuery(Page):
    """What to look for: words in Japanese or English, and filters."""

    q: Annotated[str, Field(max_length=100)] = ""
    region: Region | None = None
    posture: Posture | None = None
    tag: Tag | None = None
    favourites: bool = False


class TitleReply(Reply):
    title: str
    aim: str


class TitlesReply(Reply):
    ja: TitleReply
    en: TitleReply


class DoseReply(Reply):
    """A usual beginning; `sides` "each": for each side."""

    sets: int
    reps: int | None
    hold_s: int | None
    sides: str


class ExerciseSummary(Reply):
    """An exercise in a list. `figure`: the address of a picture that moves by itself."""

    exercise_id: str
    version: int
    region: Region
    posture: Posture
    tags: list[Tag]
    dose: DoseReply
    texts: TitlesReply
    figure: str
    favourite: bool


class ExercisesReply(Reply):
    """`next`: the cursor of the page behind this one."""

    exercises: list[ExerciseSummary]
    next: str | None


class WordsReply(TitleReply):
    steps: list[str]
    cautions: list[str]


class AllWordsReply(TitlesReply):
    ja: WordsReply
    en: WordsReply


class ExerciseReply(ExerciseSummary):
    """One exercise. `clip` can be played once `clip_ready`; until then its figure shows the same."""

    texts: AllWordsReply
    clip: str
    poster: str
    clip_ready: bool


def summary(found: Found) -> ExerciseSummary:
    one = found.exercise
    texts = TitlesReply(
        ja=TitleReply(title=one.ja.title, aim=one.ja.aim), en=TitleReply(title=one.en.title, aim=one.en.aim)
    )
    return ExerciseSummary(texts=texts, **_common(found))


def whole(found: Found, clip_ready: bool) -> ExerciseReply:
    one = found.exercise
    return ExerciseReply(
        texts=AllWordsReply(ja=_words(one.ja), en=_words(one.en)),
        clip=address(one, "clip.mp4"),
        poster=address(one, "poster.png"),
        clip_ready=clip_ready,
        **_common(found),
    )


def _common(found: Found) -> dict[str, Any]:
    one = found.exercise
    return {
        "exercise_id": one.id,
        "version": one.version,
        "region": one.region,
        "posture": one.posture,
        "tags": list(one.tags),
        "dose": _dose(one.dose),
        "figure": address(one, "figure.svg"),
        "favourite": found.favourite,
    }


def address(exercise: Exercise, file: str) -> str:
    """An address whose content never changes."""
    return f"{BASE}/{exercise.id}/{exercise.edition}/{file}"


def _dose(dose: Dose) -> DoseReply:
    return DoseReply(sets=dose.sets, reps=dose.reps, hold_s=dose.hold_s, sides=dose.sides)


def _words(words: Words) -> WordsReply:
    return WordsReply(
        title=words.title, aim=words.aim, steps=list(words.steps), cautions=list(words.cautions)
    )
