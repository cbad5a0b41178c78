"""`python -m tests.soak [--cycles N] [--sessions N]`, behind `make soak`: prints the figures.

Leaves 1 when something is not as it was, or memory has grown by more than a cycle may.
"""

import argparse
import asyncio
import logging
import sys

import structlog

from tests.soak import program, relay


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--cycles", type=int, default=500, help="on a relay in this process")
    parser.add_argument("--sessions", type=int, default=40, help="through the whole program")
    asked = parser.parse_args(words)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    wrong: list[str] = []
    if asked.cycles:
        wrong += _told(relay.run(asked.cycles, warm_up=max(16, asked.cycles // 4)))
    if asked.sessions:
        wrong += _told(asyncio.run(program.run(asked.sessions, warm_up=max(6, asked.sessions // 4))))
    return int(bool(wrong))


def _told(outcome: relay.Outcome | program.Outcome) -> list[str]:
    print("\n".join(outcome.report()), flush=True)
    return outcome.wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
