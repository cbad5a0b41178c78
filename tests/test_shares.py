"""What `make test` says in the end, from what its two shares of tests said."""

import signal

import pytest

from tests.__main__ import worst

OK, FAILED = pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED
NOTHING = pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ([OK, OK], OK),
        ([FAILED, OK], FAILED),
        ([NOTHING, OK], OK),
        ([NOTHING, NOTHING], NOTHING),
        ([OK, -signal.SIGSEGV], 128 + signal.SIGSEGV),
        ([-signal.SIGKILL, OK], 128 + signal.SIGKILL),
    ],
)
def test_the_worst_share_counts(codes: list[int], said: int) -> None:
    assert worst(codes) == said
