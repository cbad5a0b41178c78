"""The load generator as a process: brings people into calls, sends, and prints what came of it.

`python -m bench.relay.generator SUBJECT SIGNALLING_PORT PID CASE`; prints "joining" when the time for
newcomers has come, at last one line of JSON.
"""

import asyncio
import json
import sys
from collections import Counter
from statistics import quantiles
from typing import Any

from bench.relay.accounting import memory_bytes
from bench.relay.cases import CASES, JOINING_S, STEADY_S, WARM_UP_S, Case
from bench.relay.load import Load
from bench.relay.subjects import SUBJECTS, Person, Subject

AT_ONCE = 8  # people connecting


async def people(subject: Subject, case: Case) -> list[Person]:
    """Everybody of the case, connected, each with those they are to see; a few at a time."""
    at_once = asyncio.Semaphore(AT_ONCE)

    async def join(room: int, name: str, publishes: bool) -> Person:
        async with at_once:
            return await subject.join(room, name, publishes)

    async def see(person: Person) -> None:
        async with at_once:
            await subject.see(person, case.seen_by(person, publishing))

    everybody = await asyncio.gather(*(join(*one) for one in case.people()))
    publishing = [person for person in everybody if person.sender is not None]
    await asyncio.gather(*(see(person) for person in everybody if case.watches(person)))
    return everybody


def measured(case: Case, everybody: list[Person], pid: int) -> dict[str, Any]:
    """Warm-up, steady time, and if the case has them, newcomers."""
    senders = [person.sender for person in everybody if person.sender is not None]
    receivers = [person.receiver for person in everybody if person.receiver is not None]
    joining_s = JOINING_S if case.newcomers else 0.0
    load = Load(senders, receivers, WARM_UP_S + STEADY_S + joining_s, pid)
    marks: dict[str, dict[str, float]] = {}
    load.at(WARM_UP_S, lambda: marks.update(begin=load.mark()))
    load.at(WARM_UP_S + STEADY_S, lambda: marks.update(end=load.mark()))
    if case.newcomers:
        load.at(WARM_UP_S + STEADY_S, lambda: print("joining", flush=True))
    load.run()
    return {
        **_steady(load, marks["begin"], marks["end"]),
        **_delays("joining", load.delays_ms[int(marks["end"]["delays"]) :] if case.newcomers else []),
        "lost_pct": 100 * (1 - load.received / (load.sent * case.copies)),
        "bad_packets": load.bad,
        "profiles": dict(Counter(peer.profile for peer in receivers)),
    }


def _steady(load: Load, begin: dict[str, float], end: dict[str, float]) -> dict[str, Any]:
    forwarded, passed_s = end["received"] - begin["received"], end["at_s"] - begin["at_s"]
    return {
        "forwarded_per_s": forwarded / passed_s,
        "cpu_us": (end["subject_cpu_s"] - begin["subject_cpu_s"]) * 1e6 / forwarded,
        "cores": (end["subject_cpu_s"] - begin["subject_cpu_s"]) / passed_s,
        "waited_ms_per_s": (end["subject_waited_s"] - begin["subject_waited_s"]) * 1000 / passed_s,
        "generator_cores": (end["generator_cpu_s"] - begin["generator_cpu_s"]) / passed_s,
        "memory_bytes": end["memory_bytes"],
        **_delays("steady", load.delays_ms[int(begin["delays"]) : int(end["delays"])]),
    }


def _delays(phase: str, delays_ms: list[float]) -> dict[str, float]:
    if len(delays_ms) < 2:
        return {}
    centiles = quantiles(delays_ms, n=100)
    return {f"{phase}_p50_ms": centiles[49], f"{phase}_p99_ms": centiles[98]}


async def main(name: str, port: int, pid: int, case: Case) -> None:
    empty = memory_bytes(pid)
    subject = SUBJECTS[name](port)
    await subject.open()
    result = measured(case, await people(subject, case), pid)
    print(json.dumps({**result, "memory_before_bytes": empty}), flush=True)
    await subject.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), CASES[sys.argv[4]]))
