"""`python -m bench [NAME ...]`: run measurements, print them, keep them in var/bench/NAME.json."""

import importlib
import json
import pkgutil
import sys
from pathlib import Path

import bench

RESULTS = Path("var/bench")


def names() -> list[str]:
    """Modules of this folder that measure something."""
    found = [module.name for module in pkgutil.iter_modules(bench.__path__) if module.name != "__main__"]
    return [name for name in found if hasattr(importlib.import_module(f"bench.{name}"), "run")]


def main(wanted: list[str]) -> int:
    known = names()
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"no such measurement: {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    RESULTS.mkdir(parents=True, exist_ok=True)
    for name in wanted or known:
        print(f"== {name}", flush=True)
        result = {"machine": bench.machine(), **importlib.import_module(f"bench.{name}").run()}
        (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        print(bench.table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
