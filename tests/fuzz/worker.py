"""Tries one target in a process of its own: `python -m tests.fuzz.worker NAME SECONDS FOLDER`.

With atheris the search is guided by what an input reaches; where it is not installed, inputs are changed at
random. An input that fails is written to FOLDER. Prints one line of JSON in the end; leaves 1 when it failed.
"""

import importlib.util
import json
import random
import secrets
import sys
from pathlib import Path
from typing import Any

from core.clock import SystemClock
from tests.fuzz.mutation import mutant

INPUT_TIMEOUT_S = 10  # libFuzzer's alarm for one input
MEMORY_MB = 2048


def guided(name: str, seconds: int, folder: Path) -> None:
    """libFuzzer ends the process itself, having printed its statistics."""
    import atheris

    with atheris.instrument_imports(include=["media", "core.packets", "aiortc.rtp", "aioice.stun"]):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[name]
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for at, data in enumerate(target.seeds):
        (corpus / f"seed-{at}").write_bytes(data)
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={target.max_bytes}",
        f"-timeout={INPUT_TIMEOUT_S}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-artifact_prefix={folder}/",
        "-print_final_stats=1",
        "-verbosity=1",
    ]
    words = target.words()
    if words:
        dictionary = folder / "words"
        dictionary.write_text("".join(f'"{_escaped(word)}"\n' for word in words))
        options.append(f"-dict={dictionary}")
    check: Any = target.check
    atheris.Setup([sys.argv[0], *options, str(corpus)], lambda data: check(data) and None)
    atheris.Fuzz()


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


def unguided(name: str, seconds: int, folder: Path) -> None:
    """Plain changes from a seed that is printed."""
    from tests.fuzz.targets import TARGETS

    target, clock = TARGETS[name], SystemClock()
    seed, words, tried = secrets.randbits(32), target.words(), 0
    rng, until = random.Random(seed), clock.monotonic() + seconds
    while clock.monotonic() < until:
        data = mutant(rng, target.seeds, words)
        try:
            target.check(data)
        except Exception:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"crash-{seed}-{tried}").write_bytes(data)
            raise
        tried += 1
    print(json.dumps({"inputs": tried, "seed": seed}))


def main(arguments: list[str]) -> None:
    name, seconds, folder = arguments
    search = guided if importlib.util.find_spec("atheris") else unguided
    search(name, int(seconds), Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
