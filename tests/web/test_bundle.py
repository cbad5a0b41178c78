"""The join path stays small: whoever opens a mailed link on a phone waits for nothing they do not need."""

import gzip
import json
from pathlib import Path

import pytest

from web import static_folder

LIMIT_BYTES = 150_000
ENTRY = "join.html"


def files_of(entry: str, manifest: dict[str, dict[str, object]]) -> set[str]:
    """Every file the entry may load, at once or later: scripts, what they import, styles."""
    files: set[str] = set()
    pending, seen = [entry], set()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        chunk = manifest[name]
        files |= {str(chunk["file"]), *_names(chunk, "css")}
        pending += [*_names(chunk, "imports"), *_names(chunk, "dynamicImports")]
    return files


def _names(chunk: dict[str, object], member: str) -> list[str]:
    found = chunk.get(member, [])
    assert isinstance(found, list)
    return [str(name) for name in found]


@pytest.fixture
def built() -> Path:
    folder = static_folder()
    assert (folder / ENTRY).is_file(), "the web client is not built: run `make run` or `make test`"
    return folder


def test_the_join_path_weighs_at_most_150_kb(built: Path) -> None:
    manifest = json.loads((built / ".vite" / "manifest.json").read_text(encoding="utf-8"))
    names = [ENTRY, *sorted(files_of(ENTRY, manifest))]
    sizes = {name: len(gzip.compress((built / name).read_bytes(), 9)) for name in names}
    assert any(name.endswith(".js") for name in sizes)
    assert sum(sizes.values()) <= LIMIT_BYTES, sizes


def test_the_join_path_loads_nothing_of_mantine(built: Path) -> None:
    manifest = json.loads((built / ".vite" / "manifest.json").read_text(encoding="utf-8"))
    scripts = [built / name for name in files_of(ENTRY, manifest) if name.endswith((".js", ".css"))]
    assert scripts
    assert [path.name for path in scripts if "mantine" in path.read_text(encoding="utf-8").lower()] == []


def test_no_page_asks_another_host_for_anything(built: Path) -> None:
    for page in ("join.html", "change.html", "app.html"):
        text = (built / page).read_text(encoding="utf-8")
        assert 'nonce="__CSP_NONCE__"' in text
        assert "http://" not in text
        assert "https://" not in text
