"""What people are told is what the program does: options, errors, commands, links.

The pages made from the code are written by `make docs`.
"""

import re
from pathlib import Path

import pytest

from core.errors import all_errors
from deploy import reference
from server.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
DOCS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", reference.PAGES)
def test_a_page_made_from_the_code_is_up_to_date(name: str) -> None:
    assert read(name) == reference.PAGES[name](), "run `make docs`"


def test_every_error_code_is_explained() -> None:
    reference.import_everything()
    page = read("docs/ERRORS.md")
    ours = [code for code, error in all_errors().items() if not error.__module__.startswith("tests.")]
    assert [code for code in ours if f"| `{code}` |" not in page] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_operations(command: str) -> None:
    assert f"`todoku {command}" in read("docs/OPERATIONS.md")


def test_every_word_of_make_is_explained() -> None:
    makefile = read("Makefile")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    assert targets == set(re.findall(r"^([a-z]+):.*  ## .+", makefile, re.M))
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.M)
    assert targets == set(phony.split())


def anchors(text: str) -> set[str]:
    """Of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", DOCS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            broken.append(link)
    assert broken == []
