"""What fails for one does not end what is done for all: loops go on, others have their turn."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from media.downlink import Downlinks
from media.relay import Relay
from media.shield import LOG_AGAIN_S, Shield
from media.transport import Transports
from media.uplink import Uplinks
from tests.fakes import FakeClock
from tests.media.conftest import Join

TIMEOUT_S = 5


def fail() -> None:
    raise ZeroDivisionError


def test_a_failure_is_logged_once_a_minute_and_goes_no_further(clock: FakeClock) -> None:
    shield = Shield(clock.monotonic)
    done: list[int] = []
    with capture_logs() as logs:
        for _ in range(3):
            shield.run("work", fail)
            shield.run("other", done.append, 1)
        clock.advance(LOG_AGAIN_S)
        shield.run("work", fail)
    assert done == [1, 1, 1]
    assert [(row["event"], row["work"]) for row in logs] == [("relay_work_failed", "work")] * 2


class Calls:
    """Counts a method's calls by peer, and lets those for one peer fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> None:
        self.peers: list[object] = []
        self.failing: object = None
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        original = getattr(owner, name)

        def counted(this: object, first: Any, *rest: Any) -> Any:
            peer = getattr(first, "peer", first)
            self.peers.append(peer)
            for condition, waiting in self._waiting:
                if condition() and not waiting.done():
                    waiting.set_result(None)
            if peer == self.failing:
                raise ZeroDivisionError
            return original(this, first, *rest)

        monkeypatch.setattr(owner, name, counted)

    async def until(self, peer: object, times: int) -> None:
        """So many more calls for this peer."""
        before = self.peers.count(peer)
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append((lambda: self.peers.count(peer) >= before + times, waiting))
        async with asyncio.timeout(TIMEOUT_S):
            await waiting


@pytest.mark.parametrize(("owner", "name"), [(Uplinks, "arrivals"), (Downlinks, "tick")])
async def test_a_loop_goes_on_for_all_when_it_fails_for_one(
    relay: Relay, join: Join, monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    await join("one")
    await join("two")
    first, second = relay._members
    calls = Calls(monkeypatch, owner, name)
    for calls.failing, other in ((first, second), (second, first)):
        await calls.until(other, times=3)
        await calls.until(calls.failing, times=2)


async def test_the_once_a_second_look_reaches_everybody_though_it_fails_for_one(
    relay: Relay, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    await join("one")
    await join("two")
    calls = Calls(monkeypatch, Transports, "take_back")
    for calls.failing in relay._members:
        calls.peers.clear()
        relay.tick()
        assert calls.peers == list(relay._members)
