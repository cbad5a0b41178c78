"""The options as people read them: in force, as config.toml, as docs/CONFIG.md. All from the same source."""

import json
from typing import Any

from core.config import options
from server.config import Config

INTRODUCTION = """# Configuration

`config.toml` in the folder where the program starts (or `--config FILE`, or `TODOKU_CONFIG`). Every
option has the default shown; a file needs only what differs. An unknown key, a wrong type or a value that
cannot be stops the start and names key and file. Secrets come from the environment. `todoku config` prints
what is in force; this page is printed by `todoku config --markdown`.
"""


def toml() -> str:
    """Every option at its default, with its help as a comment."""
    lines = ["# Every option at its default. See docs/CONFIG.md.\n"]
    section = ""
    for doc in options(Config):
        if doc.section != section:
            section = doc.section
            lines.append(f"\n[{section}]\n")
        secret = f" (environment: {doc.secret})" if doc.secret else ""
        lines.append(f"{doc.key} = {_value(doc.default)}  # {doc.help}{secret}\n")
    return "".join(lines)


def markdown() -> str:
    """docs/CONFIG.md."""
    lines = [INTRODUCTION]
    section = ""
    for doc in options(Config):
        if doc.section != section:
            section = doc.section
            lines.append(f"\n## [{section}]\n\n| option | default | meaning |\n|---|---|---|\n")
        secret = f" Environment: `{doc.secret}`." if doc.secret else ""
        lines.append(f"| `{section}.{doc.key}` | `{_value(doc.default)}` | {doc.help}.{secret} |\n")
    return "".join(lines)


def in_force(config: Config) -> str:
    """Every option as it is, marked where it is not the default; secrets are not shown."""
    lines: list[str] = []
    for doc in options(Config):
        value = getattr(getattr(config, doc.section), doc.key)
        changed = "" if value == doc.default else f"  # default: {_value(doc.default)}"
        shown = '"(set)"' if doc.secret and value and value != doc.default else _value(value)
        lines.append(f"{doc.section}.{doc.key} = {shown}{changed}\n")
    return "".join(lines)


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
