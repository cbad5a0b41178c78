"""Every test, as `make test` runs them: `python -m tests [pytest's arguments]`.

First those that do not mind company, on all processors; then those that go at the pace of a real call or a
real browser, one by one. Both shares run whatever the first one finds. Which is which: tests/conftest.py.
"""

import subprocess
import sys
from collections.abc import Sequence

import pytest

DIED = 128  # as a shell says it: and the signal's number
MOST_WORKERS = 4  # each has a PostgreSQL and a Redis of its own
SHARES = (
    ["--share=beside", "--numprocesses=auto", f"--maxprocesses={MOST_WORKERS}", "--dist=worksteal"],
    ["--share=alone"],
)


def main(arguments: list[str]) -> int:
    """Runs both and gives the worst."""
    return worst(
        [subprocess.run([sys.executable, "-m", "pytest", *one, *arguments]).returncode for one in SHARES]
    )


def worst(codes: Sequence[int]) -> int:
    """A share in which nothing was asked for is well, if it is not all; one that died of a signal is not."""
    some = [code for code in codes if code != pytest.ExitCode.NO_TESTS_COLLECTED]
    if not some:
        return int(pytest.ExitCode.NO_TESTS_COLLECTED)
    return max(code if code >= 0 else DIED - code for code in some)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
