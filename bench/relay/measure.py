"""Runs every case on every subject in turns, inside the measurement's own network; prints all rounds as JSON.

`python -m bench.relay.measure ROUNDS SUBJECT...`; bench/relay/__init__.py starts it and reads it.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from bench.relay import janus
from bench.relay.cases import CASES, NEWCOMERS, NEWCOMERS_WITHIN_S, Case
from bench.relay.subjects import ended

Process = "subprocess.Popen[str]"


def module(name: str, *arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", f"bench.relay.{name}", *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    read = process.stdout.readline()
    if not read:
        raise RuntimeError(f"{process.args!r} ended early")
    return read.strip()


def tell(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


@contextlib.contextmanager
def relay() -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """The relay's process and its signalling port."""
    process = module("relay_process")
    try:
        yield process, int(line(process))
    finally:
        ended(process)


SUBJECTS = {"todoku": relay, "janus": janus.running}


def one_round(name: str, key: str, case: Case) -> dict[str, Any]:
    """A fresh process, a fresh generator, one case."""
    with SUBJECTS[name]() as (process, port), contextlib.ExitStack() as stack:
        if case.newcomers:
            joiner = module("joiner", name, port, NEWCOMERS, NEWCOMERS_WITHIN_S)
            stack.callback(ended, joiner)
            line(joiner)
        generator = module("generator", name, port, process.pid, key)
        stack.callback(ended, generator)
        took_s = None
        if case.newcomers:
            line(generator)
            tell(joiner)
            took_s = float(line(joiner))
        result: dict[str, Any] = json.loads(line(generator))
    return {**result, "joining_s": took_s}


def main(rounds: int, names: list[str]) -> None:
    done: dict[str, dict[str, list[dict[str, Any]]]] = {key: {name: [] for name in names} for key in CASES}
    for _ in range(rounds):
        for key, case in CASES.items():
            for name in names:
                done[key][name].append(one_round(name, key, case))
                print(f"{case.title}, {name}: {done[key][name][-1]}", file=sys.stderr, flush=True)
    print(json.dumps(done))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
