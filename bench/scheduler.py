"""How long the free times of one therapist take to find: four weeks, a full diary, over a change of clocks.

The baseline asks the same question start by start, as a service does that checks each time on its own.
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from scheduler.config import SchedulerConfig
from scheduler.model import Calendar, Rule, SessionRules, Slot, Span
from scheduler.slots import Verdict, free_slots, judge

ZONE = "Europe/London"  # its clocks go back on 2026-10-25
BEGIN = datetime(2026, 10, 10, tzinfo=UTC)
WEEKS = 4
ROUNDS = 40
TARGET_MS = 10.0


def calendar() -> Calendar:
    """Daily 09:00-17:00, three sessions a day taken, one day off a week."""
    days = [BEGIN + timedelta(days=n) for n in range(7 * WEEKS)]
    taken = [
        Span(day + timedelta(hours=9 + 2 * n), day + timedelta(hours=10 + 2 * n))
        for day in days
        for n in range(3)
    ]
    off = [Span(day, day + timedelta(days=1)) for day in days[::7]]
    hours = tuple(Rule(weekday, 540, 1020, ZONE, date(2026, 1, 1)) for weekday in range(7))
    return Calendar(ZONE, hours, time_off=tuple(off), busy=tuple(taken))


def in_one_go(diary: Calendar, rules: SessionRules, within: Span) -> list[Slot]:
    return free_slots(diary, rules, within, BEGIN)


def one_by_one(diary: Calendar, rules: SessionRules, within: Span) -> list[Slot]:
    step = timedelta(minutes=rules.step_min)
    starts = (within.starts_at + n * step for n in range((within.ends_at - within.starts_at) // step))
    return [rules.slot(start) for start in starts if judge(diary, rules, start, BEGIN) is Verdict.FREE]


def _ms(work: Callable[[], object], rounds: int) -> float:
    """The fastest of `rounds`: what else the machine does only ever adds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times) * 1000


def run() -> dict[str, Any]:
    """Milliseconds to list one therapist's free times."""
    diary, rules = calendar(), SchedulerConfig().rules()
    within = Span(BEGIN, BEGIN + timedelta(weeks=WEEKS))
    assert in_one_go(diary, rules, within) == one_by_one(diary, rules, within), "both give the same times"
    figure = _ms(lambda: in_one_go(diary, rules, within), ROUNDS)
    baseline = _ms(lambda: one_by_one(diary, rules, within), 1)
    case = {
        "case": f"free times of one therapist, {WEEKS} weeks",
        "figure": round(figure, 2),
        "unit": "ms",
        "baseline": round(baseline, 2),
        "ratio": round(baseline / figure, 1),
        "target": TARGET_MS,
    }
    return {"cases": [case]}
