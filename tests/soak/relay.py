"""The cycles on a relay in this process, on uvloop as in production, with clients that speak real DTLS.

The relay's clock skips the time until a silent one is given up; all else is real.
"""

import asyncio
from dataclasses import dataclass
from time import process_time
from unittest.mock import patch

from core.ids import RoomId
from media import python_tcp
from media.room import CLOSED_FOR_S
from tests.soak.census import Census, CountingLoop, census, memory_kib
from tests.soak.cycles import CYCLES, Scene

SETTLE_S = 20
# What allocators keep in pieces. A call that stays takes 900 KiB, a transport 60.
ALLOWED_KIB, ALLOWED_PER_CYCLE_KIB = 4096, 4
STRANGER_S = 2.0  # in place of half a minute: its timer holds the connection so long


@dataclass(frozen=True)
class Outcome:
    """Before: after the warm-up. `left`: what is not as it was; before and after."""

    cycles: int
    before: Census
    after: Census
    memory_kib: tuple[int, ...]
    cpu_s: float

    @property
    def left(self) -> dict[str, tuple[int, int]]:
        return self.after.differences(self.before)

    @property
    def grown_kib(self) -> int:
        return self.memory_kib[-1] - self.memory_kib[0]

    @property
    def wrong(self) -> list[str]:
        """What must not be, in words."""
        wrong = [f"{name}: {before} before, {after} now" for name, (before, after) in self.left.items()]
        allowed = ALLOWED_KIB + ALLOWED_PER_CYCLE_KIB * self.cycles
        if self.grown_kib > allowed:
            wrong.append(f"memory: grown by {self.grown_kib} KiB, which is more than {allowed}")
        return wrong

    def report(self) -> list[str]:
        """The figures."""
        after = self.after
        return [
            f"{self.cycles} cycles on a relay, {self.cpu_s:.0f} s of processor time",
            f"  memory in KiB, from the warm-up on: {' '.join(str(kib) for kib in self.memory_kib)}",
            f"  descriptors {after.descriptors}, tasks {after.tasks}, timers {after.timers}, "
            f"entries in all tables {after.tables.total()}, objects {after.things.total()}",
            *(f"  NOT AS IT WAS: {line}" for line in self.wrong),
        ]


def run(cycles: int, warm_up: int, looks: int = 5) -> Outcome:
    """`warm_up` cycles, a census, `cycles` more with `looks` at the memory, a census."""
    with (
        patch.object(python_tcp, "STRANGER_S", STRANGER_S),
        asyncio.Runner(loop_factory=CountingLoop) as runner,
    ):
        return runner.run(_run(cycles, warm_up, looks))


async def _run(cycles: int, warm_up: int, looks: int) -> Outcome:
    scene = Scene()
    await scene.relay.start()
    try:
        for number in range(warm_up):
            await CYCLES[number % len(CYCLES)](scene)
        before = await _settled(scene, None)
        memory, began = [memory_kib()], process_time()
        for number in range(cycles):
            await CYCLES[number % len(CYCLES)](scene)
            if (number + 1) * looks // cycles > number * looks // cycles:
                await _settled(scene, before)
                memory.append(memory_kib())
        spent = process_time() - began
        return Outcome(cycles, before, await _settled(scene, before), tuple(memory), spent)
    finally:
        await scene.relay.close()


async def _settled(scene: Scene, before: Census | None) -> Census:
    """Once all is as before, or it is clear that it will not be; at first, once it stays as it is."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, CountingLoop)
    scene.events.clear()
    scene.clock.skip(CLOSED_FOR_S)
    scene.relay.close_room(RoomId("nobody's"), 1)  # looks through what is remembered of closed rooms
    until, calm_s = loop.time() + SETTLE_S, 0
    found = census(loop, scene.relay)
    while loop.time() < until:
        ticked = scene.relay._ticked_at
        while scene.relay._ticked_at == ticked:  # noqa: ASYNC110  (the relay's next second)
            await asyncio.sleep(0.02)
        earlier, found = found, census(loop, scene.relay)
        calm_s = 0 if found.differences(before or earlier) else calm_s + 1
        if calm_s > (STRANGER_S if before is None else 0):
            break
    return found
