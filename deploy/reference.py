"""Writes the pages that are made from the code: `make docs`. tests/test_docs.py compares them.

Unlike the rest of this folder it imports Todoku, and runs in the virtual environment.
"""

import asyncio
import importlib
import pkgutil
import tomllib
from collections.abc import Callable

from core.errors import TodokuError, all_errors
from deploy.terminal import ROOT
from server.assembly import declared_routes
from server.config import Config
from server.config_docs import markdown, toml
from server.openapi import text

ERRORS = """# Errors

Every refusal is a problem document over HTTP (RFC 9457, `application/problem+json`), and
`{ok: false, error: {...}}` in a Socket.IO acknowledgement. Programs look at `code`, which stays the same;
`detail` is for people and may change. This page is made from the code (`make docs`).

| code | HTTP | when |
| --- | --- | --- |
"""


def import_everything() -> None:
    """Import every module of ours, so that every subclass of TodokuError is known."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for name in project["tool"]["importlinter"]["root_packages"]:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if ".migrations" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def errors() -> str:
    """docs/ERRORS.md."""
    import_everything()
    ours = {code: error for code, error in all_errors().items() if not error.__module__.startswith("tests.")}
    rows = sorted((error.status, code, _when(error)) for code, error in ours.items())
    return ERRORS + "".join(f"| `{code}` | {status} | {when} |\n" for status, code, when in rows)


def _when(error: type[TodokuError]) -> str:
    """The first sentence or two: the docstring up to an empty line."""
    text = (error.__doc__ or error.title).strip().split("\n\n")[0]
    return " ".join(text.split()).replace("|", "\\|")


def openapi() -> str:
    """web/openapi.json, from which the client's types are made (`npm run types`)."""
    return text(asyncio.run(declared_routes(Config()))) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "config.toml": toml,
    "docs/CONFIG.md": markdown,
    "docs/ERRORS.md": errors,
    "web/openapi.json": openapi,
}


def main() -> None:
    for name, page in PAGES.items():
        (ROOT / name).write_text(page(), encoding="utf-8")
        print(f"wrote {name}")


if __name__ == "__main__":
    main()
