"""Where the clips of exercises are, and how one that is missing is made: once per edition, one at a time.

A clip is rendered by a process of its own (render.py) with the lowest priority, so that calls and pages do
not wait for it; what is wanted twice is made once. It appears under its name only when it is whole.
"""

import asyncio
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog

from care.exercise import Exercise
from core.clock import Clock
from core.programs import environment

PROGRAM = ("-m", "care.render")
LONGEST_S = 300.0
ENDS_WITHIN_S = 5.0
AGAIN_AFTER_S = 60.0  # a clip that could not be made is not tried at every question
EXPECTED_S = 5  # what rendering one takes, roughly

log = structlog.get_logger()


class Clips:
    """The clips in `folder`."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder / "exercises"
        self._clock = clock
        self._one_at_a_time = asyncio.Semaphore(1)
        self._making: dict[str, asyncio.Task[bool]] = {}
        self._failed_at: dict[str, float] = {}

    def clip(self, exercise: Exercise) -> Path:
        return self.folder / f"{exercise.id}-{exercise.edition}.mp4"

    def poster(self, exercise: Exercise) -> Path:
        return self.folder / f"{exercise.id}-{exercise.edition}.png"

    def ready(self, exercise: Exercise) -> bool:
        """The clip is written last, so that its poster is there as well."""
        return self.clip(exercise).is_file()

    def want(self, exercise: Exercise) -> None:
        """Have it made, if it is missing and nobody makes it yet. Does not wait."""
        name = self.clip(exercise).name
        failed_at = self._failed_at.get(name)
        if failed_at is not None and self._clock.monotonic() - failed_at < AGAIN_AFTER_S:
            return
        if name not in self._making and not self.ready(exercise):
            task = self._making[name] = asyncio.create_task(self.make(exercise))
            task.add_done_callback(lambda _: self._making.pop(name, None))

    async def make(self, exercise: Exercise) -> bool:
        """Render it now; whether it is there then."""
        async with self._one_at_a_time:
            if not self.ready(exercise):
                began = self._clock.monotonic()
                try:
                    await self._render(exercise)
                except OSError as error:  # no process can be started
                    log.error("exercise_clip_failed", exercise_id=exercise.id, said=str(error.strerror))
                ms = round((self._clock.monotonic() - began) * 1000)
                done = self.ready(exercise)
                if not done:
                    self._failed_at[self.clip(exercise).name] = self._clock.monotonic()
                log.info("exercise_clip", exercise_id=exercise.id, done=done, ms=ms)
            return self.ready(exercise)

    async def make_all(self, exercises: Sequence[Exercise], stop: asyncio.Event) -> None:
        """Those that are missing, one after the other, until `stop` is set."""
        for exercise in exercises:
            if stop.is_set():
                return
            making = asyncio.create_task(self.make(exercise))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait((making, stopping), return_when=asyncio.FIRST_COMPLETED)
            for task in (making, stopping):
                task.cancel()
            await asyncio.gather(making, stopping, return_exceptions=True)

    async def close(self) -> None:
        """Give up what is being made; it is made when it is next asked for."""
        tasks = list(self._making.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _render(self, exercise: Exercise) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *PROGRAM,
            exercise.id,
            exercise.edition,
            str(self.folder),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=environment(),
        )
        try:
            async with asyncio.timeout(LONGEST_S):
                _, said = await process.communicate()
        except TimeoutError:
            said = b"took too long"
        finally:
            await _end(process)
        if process.returncode:
            last = said.decode(errors="replace").strip().splitlines()[-1:]
            log.error("exercise_clip_failed", exercise_id=exercise.id, said="".join(last)[:200])


async def _end(process: asyncio.subprocess.Process) -> None:
    """At its next word it takes its unfinished file away; if it does not hear, the hard way."""
    with contextlib.suppress(ProcessLookupError):
        if process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(ENDS_WITHIN_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
