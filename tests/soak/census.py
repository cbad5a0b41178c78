"""Counts what a process holds. Nothing is named here: a table that is added tomorrow is counted too.

Tables are found by going through the relay's objects, things by the garbage collector's list. Memory is what
the kernel says after what is free was given back to it.
"""

import asyncio
import ctypes
import gc
import os
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

OURS = ("media.", "aiortc.", "OpenSSL.", "pylibsrtp")
TABLES = (dict, list, set, deque, OrderedDict)
MAX_CANCELLED = 1000


class CountingLoop(uvloop.Loop):
    """uvloop, and how many timers are set."""

    def __init__(self) -> None:
        super().__init__()
        self._set: dict[object, Any] = {}

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        token = object()

        def ring(*given: Any) -> None:
            self._set.pop(token, None)
            callback(*given)

        handle: asyncio.TimerHandle = super().call_later(delay, ring, *args, context=context)
        self._set[token] = handle
        if len(self._set) > MAX_CANCELLED:
            self._drop_cancelled()
        return handle

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        return self.call_later(max(0.0, when - self.time()), callback, *args, context=context)

    def timers(self) -> int:
        """Set and not cancelled."""
        self._drop_cancelled()
        return len(self._set)

    def _drop_cancelled(self) -> None:
        self._set = {token: handle for token, handle in self._set.items() if not handle.cancelled()}


@dataclass(frozen=True)
class Census:
    """What there is. `tables`: lengths by where they are; `things`: objects of our libraries by type."""

    descriptors: int
    tasks: int
    timers: int
    tables: Counter[str]
    things: Counter[str]

    def differences(self, before: "Census") -> dict[str, tuple[int, int]]:
        """What is not as it was: before and now."""
        pairs = {
            name: (getattr(before, name), getattr(self, name)) for name in ("descriptors", "tasks", "timers")
        }
        for mine, theirs in ((self.tables, before.tables), (self.things, before.things)):
            pairs |= {name: (theirs[name], mine[name]) for name in {*mine, *theirs}}
        return {name: pair for name, pair in sorted(pairs.items()) if pair[0] != pair[1]}


def census(loop: CountingLoop, *roots: object) -> Census:
    """Everything reachable from `roots`, and of the process."""
    gc.collect()
    kinds = (type(one) for one in gc.get_objects())
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in kinds)
    tables: Counter[str] = Counter()
    for root in roots:
        _count(root, type(root).__name__, tables, set())
    return Census(
        descriptors=len(os.listdir("/dev/fd")),
        tasks=len(asyncio.all_tasks(loop)),
        timers=loop.timers(),
        tables=+tables,
        things=Counter(name for name in names if name.startswith(OURS)),
    )


def _count(one: object, path: str, tables: Counter[str], seen: set[int]) -> None:
    """Lengths of the tables in this object and in ours behind it. Tallies by reason stay out: `Counter`."""
    if id(one) in seen or isinstance(one, Counter):
        return
    seen.add(id(one))
    if isinstance(one, TABLES):
        tables[path] += len(one)
        for inner in list(one.values() if isinstance(one, dict) else one):
            _count(inner, path + "[]", tables, seen)
    elif type(one).__module__.startswith("media."):
        for name, inner in _attributes(one):
            _count(inner, f"{path}.{name}", tables, seen)


def _attributes(one: object) -> Iterator[tuple[str, Any]]:
    yield from getattr(one, "__dict__", {}).items()
    for kind in type(one).__mro__:
        for name in getattr(kind, "__slots__", ()):
            if hasattr(one, name):
                yield name, getattr(one, name)


def memory_kib(process: int | str = "self") -> int:
    """Resident memory, after this process gave back what it can (Linux)."""
    if process == "self":
        gc.collect()
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1])
