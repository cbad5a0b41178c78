"""The real servers that tests run against: PostgreSQL, Redis, coturn, a mail receiver.

Each is started once per test run, on loopback and a free port, in a folder of its own, never as root, and
is gone at the end. A server that is not installed fails the test and names its package: nothing is skipped.
Not here: what the tests do with them (tests/conftest.py) and the browsers (tests/browser).
"""

import asyncio
import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

T = TypeVar("T")

HOST = "127.0.0.1"
START_TIMEOUT_S = 60
PR_SET_PDEATHSIG = 1
LINES_KEPT = 2000


class ServiceMissing(Exception):
    """A program is not installed; the text names the Debian package that brings it."""


def in_thread(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end on a loop of its own, so that sync fixtures never touch a test's loop."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def find_program(name: str, package: str, folders: Sequence[Path] = ()) -> Path:
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")
    if found is None:
        raise ServiceMissing(f"{name} is not installed: install the package '{package}' (Debian, Ubuntu)")
    return Path(found)


def unprivileged() -> pwd.struct_passwd | None:
    """Whom to become before starting a server; None when we are not root anyway."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServiceMissing("running as root, and neither a user 'postgres' nor 'nobody' exists")


def die_with_parent() -> None:
    """In the child, before exec: a killed test run leaves no server behind (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Service:
    """A server as a child process that is ready once it has printed `ready`."""

    def __init__(self, command: Sequence[str | Path], ready: str, user: pwd.struct_passwd | None) -> None:
        self._name = Path(command[0]).name
        self._lines: deque[str] = deque(maxlen=LINES_KEPT)
        self._ready = threading.Event()
        self._process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd="/",
            user=None if user is None else user.pw_uid,
            group=None if user is None else user.pw_gid,
            extra_groups=None if user is None else [],
            preexec_fn=die_with_parent,
        )
        self._reader = threading.Thread(target=self._read, args=(ready,), daemon=True)
        self._reader.start()
        if not self._ready.wait(START_TIMEOUT_S) or self._process.poll() is not None:
            self.stop()
            raise RuntimeError(f"{self._name} did not start:\n" + self.output())

    def _read(self, ready: str) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line)
            if ready in line:
                self._ready.set()
        self._ready.set()  # its output has ended: do not keep the starter waiting

    @property
    def pid(self) -> int:
        return self._process.pid

    def output(self) -> str:
        """What it has printed so far."""
        return "".join(list(self._lines))

    def tell(self, number: int) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, insist after a while; its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(with_signal)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()
        return self._process.returncode


@contextlib.contextmanager
def private_folder(name: str, user: pwd.struct_passwd | None) -> Iterator[Path]:
    """A folder of its own for one server. Not pytest's: that one is closed to other users."""
    folder = Path(tempfile.mkdtemp(prefix=f"todoku-{name}-"))
    try:
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def postgres_programs() -> Path:
    """The folder with initdb and postgres, the newest version first (Debian keeps them off the PATH)."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True
    )
    find_program("initdb", "postgresql", versions)
    return find_program("postgres", "postgresql", versions).parent


POSTGRES_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    # Nothing in here outlives the test run, so nothing needs to reach the disk.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # A test that waits for a lock for good should say so soon.
    "lock_timeout": "20s",
    "log_min_messages": "log",
    "lc_messages": "C",
}


@contextlib.contextmanager
def postgres(**changes: str) -> Iterator[str]:
    """A PostgreSQL cluster of our own, some settings `changes`; gives the URL of its maintenance database."""
    programs, user, port = postgres_programs(), unprivileged(), free_port()
    with private_folder("postgres", user) as folder:
        data = folder / "data"
        made = subprocess.run(
            [
                programs / "initdb",
                "-D",
                data,
                "-U",
                "todoku",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ],
            capture_output=True,
            text=True,
            cwd="/",
            user=None if user is None else user.pw_uid,
            group=None if user is None else user.pw_gid,
            extra_groups=None if user is None else [],
        )
        if made.returncode != 0:
            raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")
        chosen = POSTGRES_SETTINGS | changes
        settings = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [programs / "postgres", "-D", data, "-p", str(port), *settings]
        service = Service(command, "database system is ready to accept connections", user)
        try:
            yield f"postgresql://todoku@{HOST}:{port}/postgres"
        finally:
            service.stop(signal.SIGQUIT)


async def postgres_execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A Redis that keeps nothing on disk."""
    program, user, port = find_program("redis-server", "redis-server"), unprivileged(), free_port()
    with private_folder("redis", user) as folder:
        options = {"bind": HOST, "port": str(port), "appendonly": "no", "dir": str(folder), "save": ""}
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        service = Service([program, *flags], "eady to accept connections", user)
        try:
            yield f"redis://{HOST}:{port}/0"
        finally:
            service.stop()


@dataclass(frozen=True)
class Turn:
    """A running TURN server that accepts time-limited credentials made with `secret`."""

    host: str
    port: int
    secret: str
    realm: str


@contextlib.contextmanager
def turn() -> Iterator[Turn]:
    program, user, port = find_program("turnserver", "coturn"), unprivileged(), free_port()
    server = Turn(HOST, port, secret="only-for-tests", realm="todoku.test")
    with private_folder("turn", user) as folder:
        options = {
            "listening-ip": HOST,
            "relay-ip": HOST,
            "listening-port": str(port),
            "static-auth-secret": server.secret,
            "realm": server.realm,
            "relay-threads": "1",
            "log-file": "stdout",
            "pidfile": str(folder / "pid"),
            "userdb": str(folder / "users.db"),
        }
        flags = [
            "-n",
            "-v",
            "--use-auth-secret",
            "--allow-loopback-peers",
            "--no-cli",
            "--no-tls",
            "--no-dtls",
        ]
        command: list[str | Path] = [
            program,
            *flags,
            *(f"--{name}={value}" for name, value in options.items()),
        ]
        service = Service(command, "(admin thread)", user)
        try:
            yield server
        finally:
            service.stop()


class Mailbox:
    """A mail server that accepts everything and keeps it in `messages`."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self._arrived = threading.Condition()
        self._controller = Controller(self, hostname=HOST, port=free_port())

    @property
    def host(self) -> str:
        return HOST

    @property
    def port(self) -> int:
        return int(self._controller.port)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        message = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
        with self._arrived:
            self.messages.append(message)
            self._arrived.notify_all()
        return "250 OK"

    def wait_for(self, count: int, timeout_s: float = 10) -> list[EmailMessage]:
        """The messages so far, once there are `count`. Blocks: call it with asyncio.to_thread."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.messages) >= count, timeout_s), (
                f"{len(self.messages)} of {count} mails arrived"
            )
            return list(self.messages)

    def __enter__(self) -> "Mailbox":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
