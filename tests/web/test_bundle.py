"""Pages from links stay small: whoever opens one on a phone waits for nothing they do not need."""

import gzip
import json
from pathlib import Path

import pytest

from web import static_folder

LIMIT_BYTES = 150_000
ENTRY = "join.html"
MANIFESTS = {
    "join.html": "manifest.json",
    "book.html": "manifest.booking.json",
    "change.html": "manifest.booking.json",
}


def files_of(entry: str, folder: Path) -> set[str]:
    """Every file the entry may load, at once or later: scripts, what they import, styles."""
    manifest = json.loads((folder / ".vite" / MANIFESTS[entry]).read_text(encoding="utf-8"))
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


@pytest.mark.parametrize("entry", MANIFESTS)
def test_a_page_from_a_link_weighs_at_most_150_kb(built: Path, entry: str) -> None:
    names = [entry, *sorted(files_of(entry, built))]
    sizes = {name: len(gzip.compress((built / name).read_bytes(), 9)) for name in names}
    assert any(name.endswith(".js") for name in sizes)
    assert sum(sizes.values()) <= LIMIT_BYTES, sizes


@pytest.mark.parametrize("entry", MANIFESTS)
def test_a_page_from_a_link_loads_nothing_of_mantine(built: Path, entry: str) -> None:
    scripts = [built / name for name in files_of(entry, built) if name.endswith((".js", ".css"))]
    assert scripts
    assert [path.name for path in scripts if "mantine" in path.read_text(encoding="utf-8").lower()] == []


def test_no_page_asks_another_host_for_anything(built: Path) -> None:
    for page in (*MANIFESTS, "app.html"):
        text = (built / page).read_text(encoding="utf-8")
        assert 'nonce="__CSP_NONCE__"' in text
        assert "http://" not in text
        assert "https://" not in text
