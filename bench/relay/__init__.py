"""What the relay costs per forwarded packet and how long a packet stays in it, beside Janus' videoroom.

Real clients (ICE, DTLS-SRTP) in a process of their own send packets made beforehand: per person a camera of
170 packets/s of 1,200 bytes in bursts of 3 and a voice of 50/s. Both subjects get the same, in turns, in a
network of the measurement's own. CPU is what the kernel counts for the subject's process, all threads.
Newcomers connect from a third process. Not measured: a real network card, and whether people see anything.
"""

import json
import subprocess
from statistics import median
from typing import Any

from bench import case as entry
from bench.relay import janus, network
from bench.relay.cases import CALL_BYTES, CASES, JOINING_P99_MS, NEWCOMERS, Case

ROUNDS = 3
Rounds = dict[str, list[dict[str, Any]]]  # by subject


def run() -> dict[str, Any]:
    """About three and a half minutes.

    Janus is installed when it may be; without it, or without a network for it, there is no baseline.
    """
    reason = network.refused()
    if reason:
        print(
            f"without Janus, which would listen for everybody, because there is no network for it: {reason}"
        )
    subjects = ["todoku", "janus"] if reason is None and janus.have() else ["todoku"]
    command = network.python("bench.relay.measure", str(ROUNDS), *subjects, alone=reason is None)
    measured = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    rounds: dict[str, Rounds] = json.loads(measured.stdout)
    cases = [row for key, case in CASES.items() for row in rows(case, rounds[key])]
    return {"cases": cases, "rounds": rounds}


def rows(case: Case, rounds: Rounds) -> list[dict[str, Any]]:
    """What one case came to: the median of its rounds, Janus' as baseline."""

    def row(title: str, figure: str, unit: str, target: float | None) -> dict[str, Any]:
        ours, theirs = middle(rounds["todoku"], figure), middle(rounds.get("janus", []), figure)
        assert ours is not None
        return entry(f"{case.title}: {title}", ours, unit, theirs, target)

    cost = row("CPU per forwarded packet", "cpu_us", "us", None)
    if case.to_janus is not None and cost["baseline"] is not None:
        cost["target"] = round(case.to_janus * cost["baseline"], 3)
    found = [
        cost,
        row("ready, but without a processor", "waited_ms_per_s", "ms/s", None),
        row("delay p50", "steady_p50_ms", "ms", None),
        row("delay p99", "steady_p99_ms", "ms", case.p99_ms),
    ]
    if case.newcomers:
        title = f"delay p99 while {NEWCOMERS} join within 3 s"
        found.append(row(title, "joining_p99_ms", "ms", JOINING_P99_MS))
    found.append(row("packets lost", "lost_pct", "%", 0.0))
    if case.calls > 1:
        found.append(memory(case, rounds))
    return found


def memory(case: Case, rounds: Rounds) -> dict[str, Any]:
    """What a two-way call adds to the process."""

    def per_call(of: list[dict[str, Any]]) -> float | None:
        used = [(one["memory_bytes"] - one["memory_before_bytes"]) / case.calls for one in of]
        return median(used) / (1 << 20) if used else None

    ours = per_call(rounds["todoku"])
    assert ours is not None
    theirs = per_call(rounds.get("janus", []))
    return entry(f"{case.title}: memory per call", ours, "MiB", theirs, CALL_BYTES / (1 << 20))


def middle(of: list[dict[str, Any]], figure: str) -> float | None:
    return median(one[figure] for one in of) if of else None
