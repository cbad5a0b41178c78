"""The programs that tests need from the system, and the Debian packages that bring them.

Installs what is missing when it may (root, or sudo without a password), otherwise names the packages.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from deploy.terminal import Failed, run


def on_path(name: str) -> bool:
    return shutil.which(name) is not None or shutil.which(name, path="/usr/sbin:/usr/local/sbin") is not None


def has_postgres() -> bool:
    return on_path("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def has_japanese_font() -> bool:
    folders = (Path("/usr/share/fonts"), Path("/Library/Fonts"), Path("/System/Library/Fonts"))
    patterns = ("*CJK*", "*Hiragino*")
    return any(next(folder.rglob(pattern), None) for folder in folders for pattern in patterns)


NEEDED: dict[str, Callable[[], bool]] = {
    "postgresql": has_postgres,
    "redis-server": lambda: on_path("redis-server"),
    "coturn": lambda: on_path("turnserver"),
    "fonts-noto-cjk": has_japanese_font,
}


def is_ubuntu() -> bool:
    """Ubuntu's chromium package is a snap, which needs a running snapd: not in a container, not for tests."""
    release = Path("/etc/os-release")
    return release.is_file() and "ID=ubuntu" in release.read_text().splitlines()


def as_root() -> list[str] | None:
    """What to put before a command so that it runs as root; None when that is not possible."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None


def install(packages: list[str]) -> None:
    prefix = as_root()
    names = " ".join(packages)
    if prefix is None or not shutil.which("apt-get"):
        raise Failed(f"Missing packages: {names}\nInstall them; on Debian: sudo apt install {names}")
    quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    run("Reading Debian's package lists", "10 s", [*quiet, "update"])
    run(f"Installing {names}", "60 s", [*quiet, "install", "-y", "--no-install-recommends", *packages])


def require_ensurepip() -> None:
    """Debian ships `venv` without pip unless python3-venv is installed."""
    if importlib.util.find_spec("ensurepip") is None:
        install([f"python3.{sys.version_info.minor}-venv"])


def require_test_packages(venv: Path) -> None:
    """Raises Failed naming what is missing and could not be installed."""
    needed = dict(NEEDED)
    if not is_ubuntu():
        needed["chromium"] = lambda: on_path("chromium")
    missing = [package for package, is_there in needed.items() if not is_there()]
    if missing:
        install(missing)
    still = [package for package in missing if not needed[package]()]
    if still:
        raise Failed(f"Installed, but still not found: {' '.join(still)}")
    if is_ubuntu():
        install_playwright_chromium(venv)


def install_playwright_chromium(venv: Path) -> None:
    """Playwright's own Chromium, with the libraries it needs when we may install them."""
    libraries = ["--with-deps"] if as_root() is not None else []
    command: list[str | Path] = [venv / "bin" / "playwright", "install", *libraries, "chromium"]
    run("Installing Playwright's Chromium", "60 s, at once when it is there", command)
