"""`todoku library`: which exercises there are, and their clips rendered before anybody asks."""

import argparse
from typing import Any

from care.clips import Clips
from care.loading import library
from core.clock import SystemClock
from core.files import folder_of
from server.cli import Refused
from server.config import Config
from server.workbench import answer, table

COLUMNS = ("id", "version", "region", "title", "clip")


async def list_exercises(config: Config, options: argparse.Namespace) -> None:
    """The newest version of each."""
    clips = _clips(config)
    rows: list[dict[str, Any]] = [
        {
            "id": one.id,
            "version": one.version,
            "region": one.region,
            "title": one.ja.title,
            "clip": "ready" if clips.ready(one) else "missing",
        }
        for one in library().newest
    ]
    answer(options, rows, table(rows, COLUMNS, "no exercises"))


async def build_clips(config: Config) -> None:
    """One after the other, those that are missing; what is there is left alone. Raises Refused."""
    clips, failed = _clips(config), []
    missing = [one for one in library().newest if not clips.ready(one)]
    for number, exercise in enumerate(missing, start=1):
        print(f"{number}/{len(missing)} {exercise.id}", flush=True)
        if not await clips.make(exercise):
            failed.append(exercise.id)
    if failed:
        raise Refused(f"could not be rendered: {', '.join(failed)}; the lines above say why")
    print(f"every clip is in {clips.folder}")


def _clips(config: Config) -> Clips:
    return Clips(folder_of(config.files.url), SystemClock())
