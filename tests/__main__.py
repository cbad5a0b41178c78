"""Every test, as `make test` runs them: `python -m tests [pytest's arguments]`.

First those that do not mind company, on all processors; then those that go at the pace of a real call or a
real browser, one by one. Both shares run whatever the first one finds. Which is which: tests/conftest.py.
"""

import subprocess
import sys

import pytest

MOST_WORKERS = 4  # each has a PostgreSQL and a Redis of its own
SHARES = (
    ["--share=beside", "--numprocesses=auto", f"--maxprocesses={MOST_WORKERS}", "--dist=worksteal"],
    ["--share=alone"],
)


def main(arguments: list[str]) -> int:
    """The worst of both; a share in which nothing was asked for is well."""
    codes = [subprocess.run([sys.executable, "-m", "pytest", *one, *arguments]).returncode for one in SHARES]
    if all(code == pytest.ExitCode.NO_TESTS_COLLECTED for code in codes):
        return int(pytest.ExitCode.NO_TESTS_COLLECTED)
    return max(code for code in codes if code != pytest.ExitCode.NO_TESTS_COLLECTED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
