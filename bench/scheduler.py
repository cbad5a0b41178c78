"""How long free times take to find and to book: one therapist's list, the first of thousands, many at once.

The baseline of the list asks the same question start by start, as a service does that checks each time on its
own; those of bench/scheduler_load.py stand there.
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench import scheduler_load
from scheduler.config import SchedulerConfig
from scheduler.model import Calendar, Override, Pace, Rule, SessionRules, Slot, Span
from scheduler.slots import Verdict, free_slots, judge

ZONE = "Europe/London"  # its clocks go back on 2026-10-25
BEGIN = datetime(2026, 10, 10, tzinfo=UTC)
WEEKS = 4
BOOKED = 60
ROUNDS = 40
TARGET_MS = 5.0


def calendar() -> Calendar:
    """Weekdays 09:00-12:30 and 13:00-17:00, 60 sessions booked, a day off a week, two other dates."""
    days = [BEGIN + timedelta(days=n) for n in range(7 * WEEKS)]
    times = [day + timedelta(hours=9 + 2 * n) for day in days if day.weekday() < 5 for n in range(3)]
    taken = tuple(Span(start, start + timedelta(hours=1)) for start in times[:BOOKED])
    off = tuple(Span(day, day + timedelta(days=1)) for day in days[::7])
    hours = tuple(
        Rule(weekday, *part, ZONE, date(2026, 1, 1))
        for weekday in range(5)
        for part in ((540, 750), (780, 1020))
    )
    others = (Override(date(2026, 10, 25), 600, 780, ZONE), Override(date(2026, 10, 28), None, None, ZONE))
    pace = Pace(weekly_min=1200, message_min=200, sessions_per_day=6)
    return Calendar(ZONE, hours, others, off, taken, pace=pace, sessions=taken)


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
    """The list of one therapist, then what needs a database."""
    diary, rules = calendar(), SchedulerConfig().rules()
    within = Span(BEGIN, BEGIN + timedelta(weeks=WEEKS))
    assert in_one_go(diary, rules, within) == one_by_one(diary, rules, within), "both give the same times"
    figure = _ms(lambda: in_one_go(diary, rules, within), ROUNDS)
    baseline = _ms(lambda: one_by_one(diary, rules, within), 1)
    case = {
        "case": f"free times of one therapist, {WEEKS} weeks, {BOOKED} sessions booked",
        "figure": round(figure, 2),
        "unit": "ms",
        "baseline": round(baseline, 2),
        "ratio": round(baseline / figure, 1),
        "target": TARGET_MS,
    }
    return {"cases": [case, *scheduler_load.run()]}
