"""The long run: `python -m tests.fuzz [--seconds N] [NAME ...]`, behind `make fuzz SECONDS=N`.

Each target has its share of the time, one after another on one core, in a process of its own. What it found
worth keeping stays in var/fuzz/NAME/corpus for the next run; an input that failed lies beside it. The
figures are printed and written to var/fuzz/report.json. Leaves 1 when a target failed.
"""

import argparse
import json
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

FOLDER = Path("var/fuzz")
EXTRA_S = 120  # importing, reading the corpus, the slowest input
OUTPUT_KEPT = 4000  # characters of a failure
_FIGURES = {  # as libFuzzer prints them, or the search without it
    "inputs": re.compile(r"(?:number_of_executed_units: +|\"inputs\": )(\d+)"),
    "reached": re.compile(r"cov: (\d+)"),
    "kept": re.compile(r"corp: (\d+)/"),
}


@dataclass(frozen=True)
class Result:
    """What became of one target. `reached`: branches of our code; `kept`: inputs that reached more."""

    name: str
    seconds: int
    inputs: int
    reached: int
    kept: int
    failed: bool


def run(target: Target, seconds: int) -> Result:
    """One target for so long."""
    folder = FOLDER / target.name
    command = [sys.executable, "-m", "tests.fuzz.worker", target.name, str(seconds), str(folder)]
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=seconds + EXTRA_S,
    )
    if done.returncode:
        print(done.stdout[-OUTPUT_KEPT:])
    found = {name: _last(pattern, done.stdout) for name, pattern in _FIGURES.items()}
    return Result(target.name, seconds, **found, failed=done.returncode != 0)


def _last(pattern: re.Pattern[str], text: str) -> int:
    return int((pattern.findall(text) or ["0"])[-1])


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=120, help="for all targets together")
    parser.add_argument("names", nargs="*", choices=[[], *TARGETS], metavar="NAME", help=", ".join(TARGETS))
    asked = parser.parse_args(words)
    targets = [TARGETS[name] for name in asked.names or TARGETS]
    shares = sum(target.share for target in targets)
    results = []
    print(f"{'target':<16}{'seconds':>9}{'inputs':>13}{'a second':>10}{'reached':>9}{'kept':>7}", flush=True)
    for target in targets:
        result = run(target, max(1, round(asked.seconds * target.share / shares)))
        results.append(result)
        print(_row(result), flush=True)
    print(f"{'together':<16}{sum(r.seconds for r in results):>9}{sum(r.inputs for r in results):>13,}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    report = json.dumps([asdict(result) for result in results], indent=2)
    (FOLDER / "report.json").write_text(report + "\n", encoding="utf-8")
    return int(any(result.failed for result in results))


def _row(result: Result) -> str:
    speed = result.inputs // max(1, result.seconds)
    row = f"{result.name:<16}{result.seconds:>9}{result.inputs:>13,}{speed:>10,}"
    row += f"{result.reached:>9}{result.kept:>7}"
    return row + (f"   FAILED: see {FOLDER / result.name}" if result.failed else "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
