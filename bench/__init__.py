"""Measurements: what a thing costs, beside a baseline measured in the same run.

Each module here with a `run() -> dict` is one; its result has `cases` with case, figure, unit, baseline,
ratio and target (None: nothing to compare with), and may name the `machine`. `python -m bench [NAME]` runs
them and writes var/bench/NAME.json.
"""

import os
import platform
import sys
from typing import Any


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
    }


def _processor() -> str:
    if sys.platform == "linux":
        with open("/proc/cpuinfo", encoding="utf-8") as rows:
            for row in rows:
                if row.startswith("model name"):
                    return row.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def case(name: str, figure: float, unit: str, baseline: float | None, target: float | None) -> dict[str, Any]:
    """One line of a result. `ratio` is figure to baseline."""
    return {
        "case": name,
        "figure": round(figure, 3),
        "unit": unit,
        "baseline": None if baseline is None else round(baseline, 3),
        "ratio": round(figure / baseline, 2) if baseline else None,
        "target": target,
    }


def table(result: dict[str, Any]) -> str:
    """A result for the eye."""
    rows = [("case", "figure", "unit", "baseline", "ratio", "target")]
    for entry in result["cases"]:
        rows.append(tuple("-" if entry[key] is None else str(entry[key]) for key in rows[0]))  # type: ignore[arg-type]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    about = ", ".join(f"{key} {value}" for key, value in result["machine"].items())
    return "\n".join([about, *lines])
