"""Rules of the house that no linter knows: sizes, docstrings, names, what may not stand in a file.

Import rules are import-linter's, see pyproject.toml.
"""

import ast
import importlib.util
import json
import re
import subprocess
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINES_PER_FILE = 350
LINES_PER_FUNCTION = 50
LOCKS = (
    "requirements.lock",
    "requirements-build.lock",
    "requirements-dev.lock",
    "requirements-fuzz.lock",
)
GENERATED = {"web/src/api/schema.d.ts"}
TEXT_OPENS = {".py": ('"""', "#!"), ".ts": ("/**", "//"), ".tsx": ("/**", "//"), ".css": ("/*",)}

# A folder of one developer's machine. Written in pieces, so that this file does not contain it itself.
FOLDERS = "|".join(("work", "root", "home", "Users", "farm"))
MACHINE_PATH = re.compile(rf"(?<![\w.~}}*-])/(?:{FOLDERS})/\w")
SECRET = re.compile("BEGIN [A-Z ]*PRIVATE " + "KEY-----\n[A-Za-z0-9+/]{20}")


def ours() -> list[Path]:
    """Every file that is, or is about to be, in the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file() and _name(path) not in GENERATED]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def texts(*suffixes: str) -> list[tuple[str, str]]:
    chosen = (path for path in ours() if not suffixes or path.suffix in suffixes)
    return [(_name(path), path.read_text(encoding="utf-8", errors="replace")) for path in chosen]


def test_no_file_is_long() -> None:
    lengths = {name: text.count("\n") for name, text in texts(".py", ".ts", ".tsx")}
    assert {name: lines for name, lines in lengths.items() if lines > LINES_PER_FILE} == {}


def test_no_function_is_long() -> None:
    long = {
        f"{name}:{node.name}": node.end_lineno - node.lineno + 1
        for name, text in texts(".py")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= LINES_PER_FUNCTION
    }
    assert long == {}


def test_every_file_opens_with_what_it_is_for() -> None:
    silent = [
        name
        for name, text in texts(*TEXT_OPENS)
        if text and ".test." not in name and not text.startswith(TEXT_OPENS[Path(name).suffix])
    ]
    assert silent == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    found = {name: match.group() for name, text in texts() if (match := MACHINE_PATH.search(text))}
    assert found == {}


def test_no_file_holds_a_private_key() -> None:
    assert [name for name, text in texts() if SECRET.search(text)] == []


def test_no_file_is_large() -> None:
    assert {_name(path): path.stat().st_size for path in ours() if path.stat().st_size > 1_000_000} == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_has_hashes_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    requirements = re.findall(r"^(\S+)==(\S+)(?: ; [^\\]*)? \\\n    --hash=sha256:", text, re.M)
    assert len(requirements) == len(re.findall(r"^[A-Za-z0-9]", text, re.M)) > 0
    assert re.findall(r"://|--(?:extra-)?index|--find-links|--trusted-host", text) == []


def test_the_clients_lock_file_has_hashes_and_names_no_address() -> None:
    """`npm install` writes where packages ask for money; what is installed does not depend on it."""
    text = (ROOT / "web/package-lock.json").read_text()
    packages = {name: one for name, one in json.loads(text)["packages"].items() if name}
    unsure = [name for name, one in packages.items() if not one["integrity"].startswith("sha512-")]
    assert (bool(packages), unsure, re.findall(r".*://.*", text)) == (True, [], [])


def test_the_lock_files_agree() -> None:
    versions: dict[str, set[str]] = {}
    pinned = re.compile(r"^([a-z0-9._-]+)(?:\[.*\])?==(\S+)", re.M)
    for lock in LOCKS:
        for name, version in pinned.findall((ROOT / lock).read_text()):
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_the_lock_files_cover_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-build.lock": project["dependency-groups"]["build"],
        "requirements-dev.lock": project["dependency-groups"]["dev"],
        "requirements-fuzz.lock": project["dependency-groups"]["fuzz"],
    }
    for lock, requirements in asked.items():
        text = (ROOT / lock).read_text()
        names = {re.split(r"[\[<>=!;~ ]", requirement)[0].lower() for requirement in requirements}
        assert [name for name in names if not re.search(rf"^{re.escape(name)}==", text, re.M)] == [], lock


def test_the_web_lock_names_no_host() -> None:
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text())
    resolved = {name: package.get("resolved", "") for name, package in lock["packages"].items()}
    assert [name for name, address in resolved.items() if "://" in address] == []
    assert [name for name, package in lock["packages"].items() if name and "integrity" not in package] == []


def test_each_folder_is_nobody_elses_package() -> None:
    """web.py and others bring modules with such names; installed beside us they would be imported instead."""
    folders = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    provided = packages_distributions()
    assert {name: provided[name] for name in folders if set(provided.get(name, ())) - {"todoku"}} == {}
    for name in folders:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        assert Path(spec.origin).is_relative_to(ROOT)


def test_every_folder_is_checked_for_types_and_shipped() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    folders = set(project["importlinter"]["root_packages"])
    assert folders <= set(project["mypy"]["packages"])
    assert folders == set(project["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert {path.parent.name for path in ROOT.glob("*/py.typed")} == folders
