"""Reads the library's files (care/library): each exercise checked, each fault named with its file.

An exercise's file is ID-vVERSION.toml. Older versions stay beside the newest: a menu may point to them.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from care.exercise import Exercise
from care.figure import DRAWING
from care.skeleton import beyond_limits, body_at

FOLDER = Path(__file__).parent / "library"
REGIONS = ("neck", "shoulder", "low_back")
EDITION_CHARS = 12
LOOKED_AT = 24


class BadExercise(ValueError):
    """A file of the library cannot be used; the text names file and place."""


@dataclass(frozen=True)
class Library:
    """Every exercise, the newest version of each in the order in which they are shown, and older ones."""

    newest: tuple[Exercise, ...]
    by_id: Mapping[str, Exercise]
    by_edition: Mapping[tuple[str, str], Exercise]


@cache
def library() -> Library:
    """What this program brings with it. Raises BadExercise."""
    return load(FOLDER)


def load(folder: Path) -> Library:
    """Raises BadExercise."""
    every = [read(path) for path in sorted(folder.glob("*.toml"))]
    by_id = {one.id: one for one in sorted(every, key=lambda one: one.version)}
    newest = sorted(by_id.values(), key=lambda one: (REGIONS.index(one.region), one.id))
    return Library(tuple(newest), by_id, {(one.id, one.edition): one for one in every})


def read(path: Path) -> Exercise:
    """One file. Raises BadExercise."""
    content = path.read_bytes()
    try:
        exercise = Exercise.model_validate(tomllib.loads(content.decode()))
    except ValidationError as error:
        raise BadExercise(f"{path.name}: {'; '.join(_told(error))}") from None
    except ValueError as error:  # no TOML, no UTF-8
        raise BadExercise(f"{path.name}: {error}") from None
    if path.name != f"{exercise.id}-v{exercise.version}.toml":
        raise BadExercise(f"{path.name}: must be named {exercise.id}-v{exercise.version}.toml")
    _check_motion(path.name, exercise)
    return exercise.model_copy(update={"edition": edition(content)})


def edition(content: bytes) -> str:
    """Changes with the file and with the way it is drawn, so that what was rendered can be kept for ever."""
    return hashlib.sha256(b"%d\n%s" % (DRAWING, content)).hexdigest()[:EDITION_CHARS]


def _told(error: ValidationError) -> Iterable[str]:
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        yield f"{'.'.join(str(part) for part in item['loc']) or 'file'}: {item['msg']}"


def _check_motion(name: str, exercise: Exercise) -> None:
    motion = exercise.motion
    for step in range(LOOKED_AT):
        at_s = motion.duration_s * step / LOOKED_AT
        try:
            bent = beyond_limits(body_at(motion, at_s))
        except ValueError as error:  # out of reach, or a limb said in two ways
            raise BadExercise(f"{name}: motion at {at_s:.1f} s: {error}") from None
        if bent:
            raise BadExercise(f"{name}: motion at {at_s:.1f} s: {', '.join(bent)}")
