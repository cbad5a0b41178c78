"""How preparation talks: one line per step with its elapsed time, and plain words when a step fails.

Runs on any Python 3.8 or later, because it is what says that a newer one is needed.
Not here: what the steps are (deploy/prepare.py).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic  # noqa: TID251 - runs before core/clock.py can be imported
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent
LOG = ROOT / "var" / "prepare.log"
REMIND_EVERY_S = 15
"""How often a log (no terminal) is told that a step still runs."""


class Failed(Exception):
    """A step cannot be done; the text says what happened and what to do."""


# What a failing tool prints -> what the person can do about it; the first that matches is shown.
HINTS = (
    (
        r"No space left on device|ENOSPC|Disk quota exceeded",
        "The disk is full. Todoku needs about 1 GB here; free some space and run the command again.",
    ),
    (
        r"Temporary failure in name resolution|Name or service not known|nodename nor servname"
        r"|Could not resolve|ENOTFOUND|EAI_AGAIN|Network is unreachable|ENETUNREACH|ETIMEDOUT|ECONNREFUSED"
        r"|Failed to establish a new connection|ReadTimeoutError|ConnectTimeout",
        "The network cannot be reached. The first start downloads about 150 MB (Python and npm packages); "
        "check the connection or set HTTPS_PROXY, then run the command again: it continues where it stopped.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_VERIFY_LEAF",
        "A certificate was refused, which is usual behind a company's proxy: set PIP_CERT and "
        "NODE_EXTRA_CA_CERTS to the proxy's certificate file and run the command again.",
    ),
    (
        r"DO NOT MATCH THE HASHES|EINTEGRITY",
        "A downloaded file is not the one the lock file names. If a mirror or a proxy stands in between, "
        "it changed the file; otherwise delete the cache (pip cache purge; npm cache clean --force).",
    ),
    (
        r"EACCES|Permission denied",
        "A file here belongs to somebody else: was the command run with sudo before?",
    ),
    (
        r"Could not get lock|dpkg was interrupted",
        "Another package manager is at work (or was interrupted): wait for it, or run `dpkg --configure -a`.",
    ),
)


def hint(output: str) -> str:
    """What a person can do about a tool that printed this; empty when nothing is known."""
    return next((text for pattern, text in HINTS if re.search(pattern, output)), "")


class Line:
    """One step's line: rewritten each second on a terminal, repeated now and then in a log."""

    def __init__(self, title: str, usual: str) -> None:
        self._title, self._usual = title, usual
        self._live = sys.stdout.isatty()
        self._started = self._reminded = monotonic()
        if not self._live:
            print(f"{title} (usually {usual}) ...", flush=True)

    def elapsed_s(self) -> int:
        return round(monotonic() - self._started)

    def tick(self, last_output: str) -> None:
        if self._live:
            width = os.get_terminal_size().columns or 80
            text = f"{self._title} ... {self.elapsed_s()} s (usually {self._usual})  {last_output}"
            print("\r\x1b[K" + text[: width - 1], end="", flush=True)
        elif monotonic() - self._reminded >= REMIND_EVERY_S:
            self._reminded = monotonic()
            print(f"  ... {self.elapsed_s()} s  {last_output[:100]}", flush=True)

    def end(self, word: str) -> None:
        lead = "\r\x1b[K" if self._live else ""
        print(f"{lead}{self._title}: {word}, {self.elapsed_s()} s", flush=True)


def run(
    title: str,
    usual: str,
    command: Sequence[str | Path],
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
) -> None:
    """Run one long command and show that it lives; its whole output goes to var/prepare.log.

    Raises Failed with the tail of the output and a hint.
    """
    LOG.parent.mkdir(parents=True, exist_ok=True)
    line = Line(title, usual)
    tail: deque[str] = deque(maxlen=25)
    with LOG.open("a", encoding="utf-8") as log:
        print(f"\n$ {' '.join(map(str, command))}", file=log, flush=True)
        with subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            cwd=str(cwd),
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            _follow(process, line, tail, log)
    if process.returncode != 0:
        line.end("failed")
        output = "".join(tail)
        raise Failed(f"{title} failed.\n\n{output}\n{hint(output)}\nThe whole output is in {LOG}.")
    line.end("done")


def _follow(process: subprocess.Popen[str], line: Line, tail: deque[str], log: TextIO) -> None:
    def read() -> None:
        for text in process.stdout or ():
            tail.append(text)
            log.write(text)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        while reader.is_alive():
            line.tick(tail[-1].strip() if tail else "")
            reader.join(1)
        process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise
