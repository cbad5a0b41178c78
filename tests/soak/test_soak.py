"""People come and go, and nothing stays behind. Hundreds of times: `make soak`."""

import asyncio
import os

import pytest

from media.transport import Transports
from tests.soak import relay
from tests.soak.census import Census, CountingLoop, census
from tests.soak.cycles import CYCLES

CYCLES_IN_SHORT = 20


def test_after_twenty_calls_that_ended_in_every_way_all_is_as_before() -> None:
    outcome = relay.run(CYCLES_IN_SHORT, warm_up=len(CYCLES), looks=1)
    assert outcome.wrong == []
    assert outcome.after.tasks == 2  # this one and the relay's clock
    assert outcome.after.tables.total() == 1  # one room that is known to be over


def test_what_is_forgotten_to_be_forgotten_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "SETTLE_S", 0)
    monkeypatch.setattr(Transports, "_forget_address", lambda *_: None)
    outcome = relay.run(3, warm_up=1, looks=1)
    assert "Relay._transports._by_address" in outcome.left
    assert any(line.startswith("Relay._transports._by_address: ") for line in outcome.wrong)


def test_timers_tasks_and_descriptors_are_counted() -> None:
    async def counted() -> dict[str, tuple[int, int]]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, CountingLoop)
        before: Census = census(loop)
        timers = [loop.call_later(100, print), loop.call_at(loop.time() + 100, print)]
        task = asyncio.create_task(asyncio.sleep(100))
        await asyncio.sleep(0)
        pipe = os.pipe()
        now = census(loop).differences(before)
        timers[0].cancel()
        task.cancel()
        for end in pipe:
            os.close(end)
        await asyncio.gather(task, return_exceptions=True)
        assert census(loop).timers == before.timers + 1
        timers[1].cancel()
        return now

    with asyncio.Runner(loop_factory=CountingLoop) as runner:
        found = runner.run(counted())
    assert found["timers"] == (0, 3)
    assert found["tasks"] == (1, 2)
    assert found["descriptors"][1] == found["descriptors"][0] + 2
