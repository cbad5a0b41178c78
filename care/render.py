"""`python -m care.render ID EDITION FOLDER`: makes one clip with its poster, slowly rather than in the way.

Two that make the same at a time (processes that share the folder) do no harm: each writes under a name of its
own and gives the whole file its name at the end.
"""

import contextlib
import os
import signal
import sys
from pathlib import Path

from care.clip import write_clip, write_poster
from care.loading import library

LOWEST = 19


def render(exercise_id: str, edition: str, folder: Path) -> None:
    """Poster first: who sees the clip finds both. Raises KeyError for an unknown edition."""
    exercise = library().by_edition[exercise_id, edition]
    folder.mkdir(parents=True, exist_ok=True)
    for write, suffix in ((write_poster, ".png"), (write_clip, ".mp4")):
        unfinished = folder / f".{exercise_id}-{edition}-{os.getpid()}{suffix}"
        try:
            write(exercise.motion, unfinished)
            unfinished.replace(folder / f"{exercise_id}-{edition}{suffix}")
        finally:
            unfinished.unlink(missing_ok=True)


def main() -> None:
    with contextlib.suppress(PermissionError):  # a strict service may not even step back
        os.nice(LOWEST)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # by way of `finally`, so that no half file stays
    exercise_id, edition, folder = sys.argv[1:]
    render(exercise_id, edition, Path(folder))


if __name__ == "__main__":
    main()
