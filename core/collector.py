"""How often Python looks for garbage in cycles, for a process that serves for a long time.

Its defaults look every 700 new objects, at what was there when the process began too: a relay at full load
spent about a sixth of its time on that and packets waited for it (docs/benchmarks.md). What goes by reference
counting is not touched.
"""

import gc

NEW_OBJECTS, YOUNG, OLD = 10_000, 10, 10


def settle() -> None:
    """When everything is loaded and begun: leave that alone from now on, and look at the rest more rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, YOUNG, OLD)
