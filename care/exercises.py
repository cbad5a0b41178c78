"""The library's use-cases: looking for exercises, reading one, marking favourites, its figure and clip.

Therapists and staff see the whole library; whoever is cared for may read an exercise that they are shown.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from care import store
from care.animated_svg import animated_svg
from care.clips import EXPECTED_S, Clips
from care.errors import ClipNotReady, ExerciseUnknown
from care.exercise import Exercise, Posture, Region, Tag
from care.loading import Library, library
from care.search import matches
from core.clock import Clock
from core.database import Database
from core.errors import Denied
from core.http import Identity
from core.ids import PersonId
from core.pages import not_given_out

PROFESSIONALS = frozenset({"therapist", "staff"})
READERS = PROFESSIONALS | {"client"}


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; None and "" leave it open."""

    query: str = ""
    region: Region | None = None
    posture: Posture | None = None
    tag: Tag | None = None
    favourites_only: bool = False


@dataclass(frozen=True)
class Found:
    """An exercise as one person sees it."""

    exercise: Exercise
    favourite: bool


class Exercises:
    """What is asked of the library."""

    def __init__(self, database: Database, clock: Clock, files: Path, ahead: bool = False) -> None:
        self._database, self._clock, self._ahead = database, clock, ahead
        self.clips = Clips(files, clock)

    @property
    def _library(self) -> Library:
        return library()

    async def search(
        self, who: Identity, wanted: Wanted, most: int, after: str | None
    ) -> tuple[list[Found], bool]:
        """A page of what fits, behind `after` (an id), and whether more follows. Raises Denied, Invalid."""
        if not who.roles & PROFESSIONALS:
            raise Denied
        marked = await self._favourites(who)
        fitting = [one for one in self._behind(after) if _fits(one, wanted, one.id in marked)]
        return [Found(one, one.id in marked) for one in fitting[:most]], len(fitting) > most

    async def one(self, who: Identity, exercise_id: str) -> tuple[Found, bool]:
        """And whether its clip is ready. Raises Denied, ExerciseUnknown."""
        _reader(who)
        exercise = self._newest(exercise_id)
        self.clips.want(exercise)
        found = Found(exercise, exercise.id in await self._favourites(who))
        return found, self.clips.ready(exercise)

    async def mark(self, who: Identity, exercise_id: str, favourite: bool) -> None:
        """Raises Denied, ExerciseUnknown."""
        therapist, exercise = _therapist(who), self._newest(exercise_id)
        now = self._clock.now()

        async def work(connection: AsyncConnection) -> None:
            if favourite:
                await store.add_favourite(connection, therapist, exercise.id, now)
            else:
                await store.remove_favourite(connection, therapist, exercise.id)

        await self._database.transact(work)

    async def figure(self, who: Identity, exercise_id: str, edition: str) -> str:
        """The animated figure. Raises Denied, ExerciseUnknown."""
        _reader(who)
        return await asyncio.to_thread(_drawn, self._in_edition(exercise_id, edition))

    def clip(self, who: Identity, exercise_id: str, edition: str) -> Path:
        """The clip's file; it is begun to be made where it is missing. Raises Denied, ClipNotReady."""
        return self.clips.clip(self._rendered(who, exercise_id, edition))

    def poster(self, who: Identity, exercise_id: str, edition: str) -> Path:
        """A picture of it, made with the clip. Raises Denied, ClipNotReady."""
        return self.clips.poster(self._rendered(who, exercise_id, edition))

    def work(self, stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
        """What a process of jobs does besides, until `stop` is set."""
        return [self.clips.make_all(self._library.newest, stop)] if self._ahead else []

    def _rendered(self, who: Identity, exercise_id: str, edition: str) -> Exercise:
        _reader(who)
        exercise = self._in_edition(exercise_id, edition)
        if not self.clips.ready(exercise):
            self.clips.want(exercise)
            raise ClipNotReady(retry_after_s=EXPECTED_S)
        return exercise

    def _behind(self, after: str | None) -> Sequence[Exercise]:
        every = self._library.newest
        if after is None:
            return every
        places = [place for place, one in enumerate(every, start=1) if one.id == after]
        if not places:
            raise not_given_out()
        return every[places[0] :]

    def _newest(self, exercise_id: str) -> Exercise:
        found = self._library.by_id.get(exercise_id)
        if found is None:
            raise ExerciseUnknown
        return found

    def _in_edition(self, exercise_id: str, edition: str) -> Exercise:
        found = self._library.by_edition.get((exercise_id, edition))
        if found is None:
            raise ExerciseUnknown
        return found

    async def _favourites(self, who: Identity) -> frozenset[str]:
        if who.person_id is None or "therapist" not in who.roles:
            return frozenset()
        async with self._database.read() as connection:
            return await store.favourites(connection, who.person_id)


@lru_cache(maxsize=256)
def _drawn(exercise: Exercise) -> str:
    return animated_svg(exercise)


def _fits(exercise: Exercise, wanted: Wanted, favourite: bool) -> bool:
    return (
        wanted.region in (None, exercise.region)
        and wanted.posture in (None, exercise.posture)
        and (wanted.tag is None or wanted.tag in exercise.tags)
        and (favourite or not wanted.favourites_only)
        and matches(exercise, wanted.query)
    )


def _reader(who: Identity) -> None:
    if not who.roles & READERS:
        raise Denied


def _therapist(who: Identity) -> PersonId:
    if who.person_id is None or "therapist" not in who.roles:
        raise Denied
    return who.person_id
