"""What the commands that set an installation up share: an open database, refusals in words, and answers.

Here: how they speak, to a person or (`--json`) to a program. Not here: what they do (users.py, therapists.py,
companies.py) and how they are called (setup_words.py).
"""

import argparse
import asyncio
import getpass
import json
import sys
import unicodedata
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from core.database import Database, migrate
from core.errors import TodokuError
from core.http import rfc3339
from core.inbound import keepable
from server.cli import Refused
from server.config import Config


@asynccontextmanager
async def opened(config: Config, options: argparse.Namespace) -> AsyncIterator[Database]:
    """The database at its newest schema. What is refused inside is Refused, with its reason."""
    unkept = [name for name, value in vars(options).items() if not keepable(value)]
    if unkept:
        raise Refused(f"--{unkept[0].replace('_', '-')} contains a character that cannot be kept")
    try:
        await migrate(config.database.url)
        database = Database.open(config.database.url, config.database.pool_size)
        try:
            yield database
        finally:
            await database.close()
    except TodokuError as error:
        raise Refused(in_words(error)) from None
    except ValueError as error:
        raise Refused(str(error)) from None


def in_words(error: TodokuError) -> str:
    """Its reason on one line, field by field where it knows them."""
    fields = [f"{one['field']}: {one['message']}" for one in error.extra.get("errors", [])]
    return "; ".join(fields) or error.detail


async def ask_password() -> str:
    """Asked twice at a terminal, read once from a pipe; never an argument, which others could see."""
    return await asyncio.to_thread(_password)


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise Refused("the two were not the same; nothing was added")
    return first


def answer(options: argparse.Namespace, document: Any, text: str) -> None:
    """Print the one or the other."""
    print(json.dumps(document, ensure_ascii=False, indent=2) if options.json else text)


def instant(at: datetime | None) -> str | None:
    """To the second, as a document says it; None stays None."""
    return rfc3339(at.replace(microsecond=0)) if at is not None else None


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], nothing: str) -> str:
    """Rows for a terminal, in columns; `nothing` where there are none."""
    if not rows:
        return nothing
    cells = [columns, *([_cell(row[name]) for name in columns] for row in rows)]
    widths = [max(_width(line[at]) for line in cells) for at in range(len(columns))]
    lines = ("  ".join(_padded(cell, widths[at]) for at, cell in enumerate(line)) for line in cells)
    return "\n".join(line.rstrip() for line in lines)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return "-" if value is None else str(value)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Columns of a terminal: a Japanese character takes two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
