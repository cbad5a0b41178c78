"""Gets a personal calendar and has it read in a process of its own, which is ended when it takes too long.

Whatever goes wrong is a Failed with a stable word. Not here: what the file says (foreign_calendar.py), and
what is kept of it (importing.py).
"""

import asyncio
import contextlib
import json
import sys
from dataclasses import dataclass
from datetime import datetime

from core.outgoing import Answer, Failed, Outgoing
from core.programs import environment
from scheduler.model import Span

MOST_BYTES = 2 * 1024 * 1024
LONGEST_S = 20.0  # by the clock; its share of a processor is foreign_calendar.py's
AT_A_TIME = 2  # readers, of one process of ours
PROGRAM = ("-m", "scheduler.foreign_calendar")
PROBLEM_OF = {401: "not_allowed", 403: "not_allowed", 404: "not_found", 410: "not_found"}
LONGEST_ETAG_CHARS = 200


@dataclass(frozen=True)
class Reading:
    """What a calendar said; `busy` None: the same as before."""

    busy: list[Span] | None
    etag: str | None


class CalendarReader:
    """Asks for calendars and reads them."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing
        self._readers = asyncio.Semaphore(AT_A_TIME)

    async def read(self, url: str, etag: str | None, within: Span, timezone: str) -> Reading:
        """What is busy now. Raises Failed."""
        headers = {"Accept": "text/calendar"} | ({"If-None-Match": etag} if etag else {})
        answer = await self._outgoing.get(url, headers, MOST_BYTES)
        if etag and answer.status == 304:
            return Reading(None, etag)
        if answer.status != 200:
            raise Failed(PROBLEM_OF.get(answer.status, "refused"))
        async with self._readers:
            busy = await parsed(answer.content, within, timezone)
        return Reading(busy, _etag(answer))


async def parsed(content: bytes, within: Span, timezone: str, longest_s: float = LONGEST_S) -> list[Span]:
    """What is busy by the file. Raises Failed."""
    asked = {"from": within.starts_at.isoformat(), "to": within.ends_at.isoformat(), "timezone": timezone}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *PROGRAM,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment(),
    )
    try:
        async with asyncio.timeout(longest_s):
            told, _ = await process.communicate(json.dumps(asked).encode() + b"\n" + content)
    except TimeoutError:
        raise Failed("too_costly") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return _answer(told, process.returncode)


def _answer(told: bytes, exit_code: int | None) -> list[Span]:
    try:
        answer = json.loads(told)
    except ValueError:  # it was ended at its bounds
        raise Failed("too_costly" if exit_code else "unreadable") from None
    if "problem" in answer:
        raise Failed(answer["problem"])
    return [Span(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in answer["busy"]]


def _etag(answer: Answer) -> str | None:
    """The calendar's version, where it is one to send back."""
    found = answer.headers.get("ETag", "")
    usable = 0 < len(found) <= LONGEST_ETAG_CHARS and found.isascii() and found.isprintable()
    return found if usable else None
