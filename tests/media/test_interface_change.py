"""From one network interface to another in the middle of a call, as from Wi-Fi to a phone's network."""

import asyncio
import json
import sys

import pytest

from tests.media.interface_change import ALONE

BACK_WITHIN_S = 5


@pytest.mark.browser
async def test_a_browser_that_changes_its_interface_is_back_within_seconds() -> None:
    command = [*ALONE, sys.executable, "-m", "tests.media.interface_change"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(120):
        printed, _ = await process.communicate()
    assert process.returncode == 0, "needs unshare and nsenter (util-linux) and ip (iproute2)"
    found = json.loads(printed.splitlines()[-1])
    for who in ("moved_s", "other_s"):
        assert found[who] is not None
        assert found[who] <= BACK_WITHIN_S
